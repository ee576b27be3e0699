"""Range, its rate and acceleration, and the Doppler shift that follows.

Classical and instantaneous: light time and relativity are left out. At orbital speed that is
parts in 1e9 of the carrier (2 Hz at 2 GHz) plus the change of the range rate over the light time
(below 0.5 m/s from low orbit, 3 Hz at 2 GHz).
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skyweft.world.constants import SPEED_OF_LIGHT_M_S

Floats = NDArray[np.float64]


def range_rates(
    offset_m: ArrayLike, offset_velocity_m_s: ArrayLike, offset_acceleration_m_s2: ArrayLike
) -> tuple[Floats, Floats, Floats]:
    """Return range, range rate and range acceleration of one end seen from the other.

    Parameters
    ----------
    offset_m, offset_velocity_m_s, offset_acceleration_m_s2 : (..., 3)
        Of one end less that of the other, all in one frame. The frame may rotate: a distance
        does not depend on it. [m, m/s, m/s2]

    Returns
    -------
    range_m, rate_m_s, acceleration_m_s2 : (...)
        NaN rates where the two ends coincide. [m, m/s, m/s2]
    """
    d, v, a = (
        np.asarray(vector, dtype=np.float64)
        for vector in (offset_m, offset_velocity_m_s, offset_acceleration_m_s2)
    )
    range_m = np.sqrt(np.sum(d * d, axis=-1))
    with np.errstate(invalid="ignore"):
        rate = np.sum(d * v, axis=-1) / range_m
        acceleration = (np.sum(v * v + d * a, axis=-1) - rate * rate) / range_m
    return range_m, rate, acceleration


def doppler_hz(frequency_hz: ArrayLike, range_rate_m_s: ArrayLike) -> Any:
    """Return the shift of a carrier, -f v / c: positive while the ends approach.

    Parameters
    ----------
    frequency_hz, range_rate_m_s : array_like
        Carrier [Hz] and growth of the range [m/s]; give the range acceleration [m/s2] for the
        shift's rate [Hz/s].

    Returns
    -------
    shift_hz : array
        [Hz]

    References
    ----------
    3GPP TR 38.811 V15.4.0, section 5.3.4.3.
    """
    return -np.asarray(frequency_hz) * np.asarray(range_rate_m_s) / SPEED_OF_LIGHT_M_S


def slant_range_m(
    elevation_deg: ArrayLike, altitude_m: ArrayLike, radius_m: ArrayLike = 6_371e3
) -> Any:
    """Return the distance to a satellite over a spherical Earth.

    Parameters
    ----------
    elevation_deg, altitude_m : array_like
        Of the satellite above the terminal's horizon [deg], above the sphere [m].
    radius_m : array_like
        Of the sphere; 3GPP takes 6371 km. [m]

    Returns
    -------
    range_m : array
        [m]

    References
    ----------
    3GPP TR 38.811 V15.4.0, equation 6.6-3.
    """
    rise = np.asarray(radius_m) * np.sin(np.radians(elevation_deg))
    height = np.asarray(altitude_m)
    return np.sqrt(rise**2 + height**2 + 2 * np.asarray(radius_m) * height) - rise
