"""Where the Sun is: light for solar aircraft, panels and thermometers.

The low-precision formulas of the almanac: within 0.02 deg from 1950 to 2050,
growing slowly outside. Parallax (0.0024 deg) and refraction are left out.
"""

import numpy as np
from numpy.typing import NDArray

from skyweft.world.clock import DAY_NS, Clock
from skyweft.world.constants import DAY_S
from skyweft.world.orientation import earth_rotation

Floats = NDArray[np.float64]

TT_MINUS_TAI_S = 32.184
SOLAR_CONSTANT_W_M2 = 1361.0
AU_M = 149_597_870_700.0
_J2000_DAY_1970 = 10_957.5


def sun_direction(clock: Clock, time_s: Floats) -> Floats:
    """Return unit vectors from the Earth's centre to the Sun.

    Parameters
    ----------
    clock : Clock
        Of the run.
    time_s : (T,)
        Seconds from its start.

    Returns
    -------
    direction : (3, T)
        ITRS. Error below 0.02 deg.

    References
    ----------
    "The Astronomical Almanac", section C, low-precision formulas for the Sun's coordinates.
    """
    start_day = (clock.start_tai_ns / DAY_NS) - _J2000_DAY_1970
    days = start_day + (np.asarray(time_s) + TT_MINUS_TAI_S) / DAY_S
    mean = np.radians(280.460 + 0.9856474 * days)
    anomaly = np.radians(357.528 + 0.9856003 * days)
    longitude = mean + np.radians(1.915) * np.sin(anomaly) + np.radians(0.020) * np.sin(2 * anomaly)
    tilt = np.radians(23.439 - 0.0000004 * days)
    across = np.cos(tilt) * np.sin(longitude)
    gmst = earth_rotation(clock, np.asarray(time_s, np.float64)).gmst_rad
    return np.stack(
        [
            np.cos(gmst) * np.cos(longitude) + np.sin(gmst) * across,
            np.cos(gmst) * across - np.sin(gmst) * np.cos(longitude),
            np.sin(tilt) * np.sin(longitude),
        ]
    )


def sun_elevation(up: Floats, direction: Floats) -> Floats:
    """Return the Sun's elevation above horizons, (S, T) in degrees.

    Parameters
    ----------
    up : (S, 3)
        Unit vectors along local verticals.
    direction : (3, T)
        From `sun_direction`.
    """
    return np.degrees(np.arcsin(np.clip(up @ direction, -1.0, 1.0)))


def sun_distance(clock: Clock, time_s: Floats) -> Floats:
    """Return the Sun's distance, within 0.0003 au, (T,). [au]; source as of `sun_direction`."""
    days = (clock.start_tai_ns / DAY_NS) - _J2000_DAY_1970
    anomaly = np.radians(
        357.528 + 0.9856003 * (days + (np.asarray(time_s) + TT_MINUS_TAI_S) / DAY_S)
    )
    return np.asarray(1.00014 - 0.01671 * np.cos(anomaly) - 0.00014 * np.cos(2 * anomaly))


def sun_position(clock: Clock, time_s: Floats) -> Floats:
    """Return where the Sun is, ITRS (3, T). [m]; parameters and errors as of `sun_direction`."""
    return sun_direction(clock, time_s) * (AU_M * sun_distance(clock, time_s))


def sunlight(clock: Clock, time_s: Floats) -> Floats:
    """Return the Sun's light above the atmosphere, on a face turned to it, (T,). [W/m2].

    Notes
    -----
    The solar constant over the square of the Sun's distance, which is within 0.0003 au.

    References
    ----------
    G. Kopp and J. L. Lean, "A new, lower value of total solar irradiance", Geophysical Research
    Letters 38 (2011); distance as in `sun_direction`.
    """
    return np.asarray(SOLAR_CONSTANT_W_M2 / sun_distance(clock, time_s) ** 2)
