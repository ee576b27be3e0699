"""Histograms from which medians come: bins a thousandth wide.

Each bin remembers its greatest value, so that the steps of a rate table are reported exactly and
anything else within 0.1 %.
"""

import math

import numpy as np
from numpy.typing import NDArray

from skyweft.kernels import making

Floats = NDArray[np.float64]

BINS_PER_OCTAVE = 1024
OCTAVES = 64
BINS = 1 + BINS_PER_OCTAVE * OCTAVES  # the first holds everything below 1


def quantile(weight: Floats, top: Floats, share: float) -> float:
    """Return the value below which `share` of the weight lies; NaN without any."""
    upto = np.cumsum(weight)
    if upto[-1] == 0:
        return math.nan
    return float(top[np.searchsorted(upto, share * upto[-1])])


@making
def bin_of(value: float) -> int:
    """Return the bin of a value: 1024 of equal width in every octave."""
    if not value >= 1.0:
        return 0
    mantissa, exponent = math.frexp(value)
    place = 1 + (exponent - 1) * BINS_PER_OCTAVE + int((2 * mantissa - 1) * BINS_PER_OCTAVE)
    return min(place, BINS - 1)
