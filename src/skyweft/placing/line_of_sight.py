"""How likely a line from the ground up is free of buildings and trees.

References
----------
3GPP TR 38.811 V15.4.0, table 6.6.1-1: for high platforms and satellites, by elevation to the
nearest ten degrees. A. Al-Hourani, S. Kandeepan and S. Lardner, "Optimal LAP altitude for maximum
coverage", IEEE Wireless Communications Letters 3, 2014, equation 5: for low ones.
"""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Environment = Literal["dense_urban", "urban", "suburban_rural"]

STEP_DEG = 10.0
TR_38811: dict[Environment, tuple[float, ...]] = {  # at 10, 20, ... 90 degrees
    "dense_urban": (0.282, 0.331, 0.398, 0.468, 0.537, 0.612, 0.738, 0.820, 0.981),
    "urban": (0.246, 0.386, 0.493, 0.613, 0.726, 0.805, 0.919, 0.968, 0.992),
    "suburban_rural": (0.782, 0.869, 0.919, 0.929, 0.935, 0.940, 0.949, 0.952, 0.998),
}


def by_table(elevation_deg: ArrayLike, environment: Environment) -> Floats:
    """Return the probability of a line of sight of TR 38.811.

    Parameters
    ----------
    elevation_deg : array_like
        Above the horizon of the lower end. [deg]
    environment : str
        Around the lower end.

    Returns
    -------
    probability : array
        Below 5 degrees, which round to none of the table's, 0.
    """
    row = np.floor(np.asarray(elevation_deg, np.float64) / STEP_DEG + 0.5).astype(np.int64)
    table = np.array([0.0, *TR_38811[environment]])
    return table[np.clip(row, 0, len(table) - 1)]


def by_curve(elevation_deg: ArrayLike, a: float, b: float) -> Floats:
    """Return the probability of Al-Hourani, 1 / (1 + a exp(-b (elevation - a))); 0 below 0.

    Parameters
    ----------
    elevation_deg : array_like
        [deg]
    a, b : float
        Of the environment; suburban 4.88 and 0.43, urban 9.61 and 0.16, dense urban 12.08 and 0.11
        are given in the literature.
    """
    elevation = np.asarray(elevation_deg, np.float64)
    return np.where(elevation < 0, 0.0, 1.0 / (1.0 + a * np.exp(-b * (elevation - a))))
