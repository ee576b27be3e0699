"""What tests of the network share."""

from types import ModuleType

import pytest

from . import nets as small_networks


@pytest.fixture(scope="session")
def nets() -> ModuleType:
    """Return what makes networks of a few places."""
    return small_networks
