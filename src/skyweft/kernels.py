"""How numba compiles the kernels of this package: a few decorators, and why each is what it is.

All of them keep what they compile on disk, divide as numpy does (by zero too) and let other threads
run meanwhile. A kernel takes NamedTuples of named arrays, at most eight arguments in all. Numba's
run time counts references to every array that is taken out of a tuple, which may cost more than
the work: `kernel` does without it, and a kernel of `making` takes arrays out at its door, before
its loops.
"""

from typing import Any

from numba import njit

_SWITCHES: dict[str, Any] = {"cache": True, "error_model": "numpy", "nogil": True}
_PLAIN: dict[str, Any] = {**_SWITCHES, "_nrt": False}
# Only ever called by other kernels: no wrappers for Python, which cost time to compile.
_INSIDE: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
# NaN (an absent mover) keeps its meaning, so of the fast-math switches only those that respect it.
_FUSED: dict[str, Any] = {"fastmath": {"contract", "nsz"}}

# Without numba's run time nothing is allocated or reference-counted: a look into a tuple of arrays
# costs nothing then, which made messages on board five times as fast.
kernel = njit(**_PLAIN)

# For those that make arrays, or call one that does.
making = njit(**_SWITCHES)

# Written into its caller before types are known: for a few lines that are called at every step.
spliced = njit(inline="always", **_SWITCHES)

# What every pair of platforms goes through: multiplications and additions may be fused there. 1.5
# times faster without numba's run time, half the time to compile, and threads do not fight over
# the counters.
fused_entry = njit(**_FUSED, **_PLAIN)
fused = njit(**_FUSED, **_INSIDE, **_PLAIN)

# Small, or called in one place: an array is nine words on the stack, and a call with six costs
# as much as the work. Only what most steps go through, or compiling takes twice as long.
fused_inlined = njit(forceinline=True, **_FUSED, **_INSIDE, **_PLAIN)
