"""How strong winds become: the 95th percentile of their speed, the world over.

The percentile is the data. How speeds are spread below it, where they blow to and how long they
last are assumptions, made in `weather.wind` and said in the run's echo.
"""

from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skyweft.kernels import kernel

Floats = NDArray[np.float64]

FILE = Path(__file__).with_name("wind_95.csv")
YEAR_DAYS = 365.25
LOWEST_M, HIGHEST_M = 9_126.0, 47_229.0


class Winds(NamedTuple):
    """The 95th percentile of the wind's speed on a grid."""

    altitude_m: Floats  # (A,) ascending
    south_deg: float  # of the first latitude
    step_deg: float  # from latitude to latitude
    speed_m_s: Floats  # (12, A, L), in the middle of each month


@cache
def winds() -> Winds:
    """Return the table; see its file for where it is from."""
    lines = [line for line in FILE.read_text("utf-8").splitlines() if not line.startswith("#")]
    latitude_deg = np.array(lines[0].split(",")[2:], np.float64)
    rows = np.loadtxt(lines[1:], delimiter=",")
    altitude_m = np.unique(rows[:, 1])
    speed_m_s = rows[:, 2:].reshape(12, len(altitude_m), len(latitude_deg))
    step_deg = float(latitude_deg[1] - latitude_deg[0])
    return Winds(altitude_m, float(latitude_deg[0]), step_deg, np.ascontiguousarray(speed_m_s))


@kernel
def fastest(table: Winds, latitude_deg: float, altitude_m: float, year: float) -> float:
    """Return the 95th percentile at one place; `year` is the part of the year gone, 0 to 1."""
    altitude, south, step, speed = table
    month = (year % 1.0) * 12.0 + 11.5
    m = int(month)
    late, m = month - m, m % 12
    after = (m + 1) % 12
    last = len(altitude) - 1
    height = min(max(altitude_m, altitude[0]), altitude[last])
    a = 0
    while a < last - 1 and height >= altitude[a + 1]:
        a += 1
    high = (height - altitude[a]) / (altitude[a + 1] - altitude[a])
    most = speed.shape[2] - 1.0
    place = min(max((latitude_deg - south) / step, 0.0), most)
    p = min(int(place), speed.shape[2] - 2)
    north = place - p
    found = 0.0
    for up in range(2):
        for side in range(2):
            part = (high if up else 1.0 - high) * (north if side else 1.0 - north)
            here, then = speed[m, a + up, p + side], speed[after, a + up, p + side]
            found += part * (here + late * (then - here))
    return found


@kernel
def _fill(table: Winds, latitude: Floats, altitude: Floats, year: Floats, out: Floats) -> None:
    for k in range(len(out)):
        out[k] = fastest(table, latitude[k], altitude[k], year[k])


def percentile_95(latitude_deg: ArrayLike, altitude_m: ArrayLike, day: ArrayLike) -> Floats:
    """Return the 95th percentile of the wind's speed over all longitudes and years. [m/s].

    Parameters
    ----------
    latitude_deg, altitude_m : array
        Where; the arguments broadcast. Below 9.1 km, above 47.2 km and beyond 85 degrees it is
        what it is there.
    day : array
        Of the year, from 0; fractions count.

    Notes
    -----
    Linear in height, latitude and time between the middles of months. Between the latitudes kept it
    is off from its source by 0.6 m/s rms, 2.2 m/s in 99 % of the cells, at most 6.6 m/s.

    References
    ----------
    P. Sharpe, AeroSandbox 4.2, data set `winds_and_tropopause_global` (MIT licence).
    """
    some = np.broadcast_arrays(latitude_deg, altitude_m, np.asarray(day) / YEAR_DAYS)
    flat = [np.ascontiguousarray(part, np.float64).ravel() for part in some]
    out = np.empty(flat[0].size)
    _fill(winds(), *flat, out)
    return out.reshape(some[0].shape)
