"""What all tests share."""

from hypothesis import settings

# Tests time nothing: the first example of a property may compile a kernel, on a busy machine.
settings.register_profile("skyweft", deadline=None)
settings.load_profile("skyweft")
