"""How the kernels of this package are compiled: one decorator for all of them."""

from numba import njit

# Without numba's run time nothing is allocated or reference-counted in a kernel: 1.5 times faster,
# half the time to compile, and threads do not fight over the counters. NaN (an absent mover) keeps
# its meaning, so of the fast-math switches only those that respect it.
entry = njit(cache=True, error_model="numpy", nogil=True, _nrt=False, fastmath={"contract", "nsz"})

# Small, or called in one place: an array is nine words on the stack, and a call with six costs
# as much as the work. Only what most steps go through, or compiling takes twice as long.
inlined = njit(
    cache=True,
    error_model="numpy",
    nogil=True,
    _nrt=False,
    no_cpython_wrapper=True,
    no_cfunc_wrapper=True,
    forceinline=True,
    fastmath={"contract", "nsz"},
)

# Only ever called by other kernels: no wrappers for Python, which cost time to compile.
kernel = njit(
    cache=True,
    error_model="numpy",
    nogil=True,
    _nrt=False,
    no_cpython_wrapper=True,
    no_cfunc_wrapper=True,
    fastmath={"contract", "nsz"},
)
