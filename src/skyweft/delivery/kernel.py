"""How the kernels of this package are compiled."""

from numba import njit

# Without numba's run time nothing is allocated or reference-counted: a look into a tuple of arrays
# costs nothing then, which made messages on board five times as fast.
kernel = njit(cache=True, error_model="numpy", nogil=True, _nrt=False)

# For the few that make arrays.
making = njit(cache=True, error_model="numpy", nogil=True)
