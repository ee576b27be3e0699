"""How numba compiles the kernels of this package: a few decorators, and why each is what it is.

All of them keep what they compile in the cache folder (`kernels.kept`), divide as numpy does (by
zero too) and let other threads run meanwhile. A kernel takes NamedTuples of named arrays, at most
eight arguments in all. Numba's run time counts references to every array that is taken out of a
tuple, which may cost more than the work: `kernel` does without it, and a kernel of `making` takes
arrays out at its door, before its loops.

No kernel holds a comprehension or a function of its own: in one that does, numba 0.68 takes writing
to an array out of a tuple for dead code and leaves it out, without a word.
"""

from collections.abc import Callable
from typing import Any

from numba import njit
from numba.core.dispatcher import Dispatcher

from skyweft.kernels.kept import Kept


def compiled(**switches: Any) -> Callable[[Callable[..., Any]], Any]:
    """Return a decorator: numba's `njit` with our cache, and with these switches beside ours."""
    make: Any = njit(error_model="numpy", nogil=True, **switches)

    def decorate(function: Callable[..., Any]) -> Any:
        found = make(function)
        if isinstance(found, Dispatcher):  # with NUMBA_DISABLE_JIT it is the function itself
            kernel: Any = found
            kernel._cache = Kept(kernel)
        return found

    return decorate


_PLAIN: dict[str, Any] = {"_nrt": False}
# Only ever called by other kernels: no wrappers for Python, which cost time to compile.
_INSIDE: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
# NaN (an absent mover) keeps its meaning, so of the fast-math switches only those that respect it.
_FUSED: dict[str, Any] = {"fastmath": {"contract", "nsz"}}

# Without numba's run time nothing is allocated or reference-counted: a look into a tuple of arrays
# costs nothing then, which made messages on board five times as fast.
kernel = compiled(**_PLAIN)

# For those that make arrays, or call one that does.
making = compiled()

# Written into its caller before types are known: for a few lines that are called at every step.
spliced = compiled(inline="always")

# What every pair of platforms goes through: multiplications and additions may be fused there. 1.5
# times faster without numba's run time, half the time to compile, and threads do not fight over
# the counters.
fused_entry = compiled(**_FUSED, **_PLAIN)
fused = compiled(**_FUSED, **_INSIDE, **_PLAIN)

# Small, or called in one place: an array is nine words on the stack, and a call with six costs
# as much as the work. Only what most steps go through, or compiling takes twice as long.
fused_inlined = compiled(forceinline=True, **_FUSED, **_INSIDE, **_PLAIN)
