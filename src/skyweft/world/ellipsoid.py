"""The shape of the Earth, WGS84: between latitude, longitude, altitude and ITRS.

WGS84 and ITRS agree within centimetres and are taken as one. Altitude is above
the ellipsoid; mean sea level differs from it by up to 107 m.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

SEMI_MAJOR_M = 6_378_137.0
FLATTENING = 1 / 298.257223563
SEMI_MINOR_M = SEMI_MAJOR_M * (1 - FLATTENING)
ECCENTRICITY_SQUARED = FLATTENING * (2 - FLATTENING)
_SECOND_SQUARED = ECCENTRICITY_SQUARED / (1 - FLATTENING) ** 2


def up(latitude_deg: ArrayLike, longitude_deg: ArrayLike) -> Floats:
    """Return unit vectors along the local vertical, (..., 3), of places of shape (...)."""
    latitude, longitude = np.broadcast_arrays(np.radians(latitude_deg), np.radians(longitude_deg))
    level = np.cos(latitude)
    vertical = np.empty((*latitude.shape, 3))
    np.multiply(level, np.cos(longitude), out=vertical[..., 0])
    np.multiply(level, np.sin(longitude), out=vertical[..., 1])
    np.sin(latitude, out=vertical[..., 2])
    return vertical


def to_ecef(
    latitude_deg: ArrayLike, longitude_deg: ArrayLike, altitude_m: ArrayLike = 0.0
) -> Floats:
    """Return ITRS positions, (..., 3) in m, of places of shapes that broadcast to (...)."""
    vertical = up(*np.broadcast_arrays(latitude_deg, longitude_deg))
    sine = vertical[..., 2]
    radius_m = SEMI_MAJOR_M / np.sqrt(1 - ECCENTRICITY_SQUARED * sine**2)
    altitude = np.asarray(altitude_m, np.float64)
    across = (radius_m + altitude)[..., np.newaxis]
    position = vertical * across
    position[..., 2] -= ECCENTRICITY_SQUARED * radius_m * sine
    return np.asarray(position, np.float64)


def to_geodetic(position_m: Floats) -> tuple[Floats, Floats, Floats]:
    """Return latitude, longitude and altitude of ITRS positions.

    Parameters
    ----------
    position_m : (..., 3)
        At least 200 km from the Earth's centre, where the vertical is unique. NaN stays NaN.

    Returns
    -------
    latitude_deg, longitude_deg, altitude_m : (...)
        Geodetic, to 1e-12 deg and 2e-8 m; longitude in -180..180, 0 at the poles.

    References
    ----------
    B. Bowring, "Transformation from spatial to geographical coordinates", Survey Review 181
    (1976); three rounds of it, which from 200 km on are exact in double precision.
    """
    x, y, z = np.moveaxis(np.asarray(position_m, np.float64), -1, 0)
    across = np.hypot(x, y)
    sine, cosine = _unit(z * SEMI_MAJOR_M, across * SEMI_MINOR_M)
    for _ in range(3):
        rise = z + _SECOND_SQUARED * SEMI_MINOR_M * sine**3
        run = across - ECCENTRICITY_SQUARED * SEMI_MAJOR_M * cosine**3
        sine, cosine = _unit(rise * (1 - FLATTENING), run)
    sine, cosine = _unit(rise, run)
    altitude_m = (
        across * cosine + z * sine - SEMI_MAJOR_M * np.sqrt(1 - ECCENTRICITY_SQUARED * sine**2)
    )
    return np.degrees(np.arctan2(rise, run)), np.degrees(np.arctan2(y, x)), altitude_m


def _unit(sine: Floats, cosine: Floats) -> tuple[Floats, Floats]:
    length = np.hypot(sine, cosine)
    return sine / length, cosine / length
