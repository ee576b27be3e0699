"""Where the Sun is: light for solar aircraft, panels and thermometers.

The low-precision formulas of the almanac: within 0.02 deg from 1950 to 2050,
growing slowly outside. Parallax (0.0024 deg) and refraction are left out.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skyweft.kernels import kernel
from skyweft.world.clock import DAY_NS, Clock
from skyweft.world.constants import DAY_S
from skyweft.world.orientation import earth_rotation

Floats = NDArray[np.float64]

TT_MINUS_TAI_S = 32.184
SOLAR_CONSTANT_W_M2 = 1361.0
AU_M = 149_597_870_700.0
_J2000_DAY_1970 = 10_957.5
KNOT_S = 10_800.0


class _Course(NamedTuple):
    """The Sun and the Earth's turning at knots: in between the Sun goes straight, the Earth evenly.

    That is within 1e-6 degrees of the formulas, and a third of the work.
    """

    first: int  # knot, counted from the run's start: the same whoever asks, so that blocks agree
    sun: Floats  # (3, D) in the equator's plane along the equinox and across, and north
    gmst_rad: Floats  # (D,)
    turn_rad: Floats  # (D,) until the next knot


def _course(clock: Clock, time_s: Floats) -> _Course:
    first, last = (
        math.floor(extreme(initial=0.0) / KNOT_S) for extreme in (time_s.min, time_s.max)
    )
    knots_s = KNOT_S * np.arange(first, last + 2, dtype=np.float64)
    days = _days(clock, knots_s)
    anomaly = np.radians(357.528 + 0.9856003 * days)
    equation = 1.915 * np.sin(anomaly) + 0.020 * np.sin(2 * anomaly)
    longitude = np.radians(280.460 + 0.9856474 * days + equation)
    tilt = np.radians(23.439 - 0.0000004 * days)
    across = np.sin(longitude)
    sun = np.stack([np.cos(longitude), np.cos(tilt) * across, np.sin(tilt) * across])
    gmst_rad = earth_rotation(clock, knots_s).gmst_rad
    turn_rad = np.diff(gmst_rad, append=gmst_rad[-1]) % (2 * math.pi)
    return _Course(first, sun, gmst_rad, turn_rad)


def _days(clock: Clock, time_s: Floats) -> Floats:
    """Return days of terrestrial time from J2000."""
    start_day = clock.start_tai_ns / DAY_NS - _J2000_DAY_1970
    return np.asarray(start_day + (time_s + TT_MINUS_TAI_S) / DAY_S)


@kernel
def _place(course: _Course, time_s: float) -> tuple[float, float, float, float]:
    """Return where the Sun is from the equinox, a unit vector, and GMST."""
    gone = time_s / KNOT_S
    k, late = int(gone // 1.0) - course.first, gone % 1.0
    sun = course.sun
    along = sun[0, k] + late * (sun[0, k + 1] - sun[0, k])
    across = sun[1, k] + late * (sun[1, k + 1] - sun[1, k])
    north = sun[2, k] + late * (sun[2, k + 1] - sun[2, k])
    size = 1.0 / math.sqrt(along * along + across * across + north * north)
    gmst = course.gmst_rad[k] + late * course.turn_rad[k]
    return size * along, size * across, size * north, gmst


@kernel
def _directions(course: _Course, time_s: Floats, out: Floats) -> None:
    for k in range(len(time_s)):
        along, across, north, gmst = _place(course, time_s[k])
        sine, cosine = math.sin(gmst), math.cos(gmst)
        out[0, k] = cosine * along + sine * across
        out[1, k] = cosine * across - sine * along
        out[2, k] = north


@kernel
def _angles(
    course: _Course, time_s: Floats, place: tuple[Floats, Floats], out: tuple[Floats, Floats]
) -> None:
    latitude_deg, longitude_deg = place
    elevation_deg, azimuth_deg = out
    for k in range(len(time_s)):
        along, across, north, gmst = _place(course, time_s[k])
        latitude, sidereal = math.radians(latitude_deg[k]), gmst + math.radians(longitude_deg[k])
        sine, cosine = math.sin(sidereal), math.cos(sidereal)
        high, east = cosine * along + sine * across, cosine * across - sine * along
        sine, cosine = math.sin(latitude), math.cos(latitude)
        height = min(max(sine * north + cosine * high, -1.0), 1.0)
        elevation_deg[k] = math.degrees(math.asin(height))
        bearing = math.degrees(math.atan2(east, cosine * north - sine * high))
        azimuth_deg[k] = bearing if bearing >= 0.0 else bearing + 360.0


def sun_angles(
    clock: Clock, time_s: ArrayLike, latitude_deg: ArrayLike, longitude_deg: ArrayLike
) -> tuple[Floats, Floats]:
    """Return where the Sun stands at places, which may move: the arguments broadcast.

    Parameters
    ----------
    clock : Clock
        Of the run.
    time_s : array
        Seconds from its start.
    latitude_deg, longitude_deg : array
        Geodetic, WGS84.

    Returns
    -------
    elevation_deg, azimuth_deg : arrays of one shape
        Of its centre, without refraction; azimuth clockwise from north, 0 to 360. Errors and source
        as of `sun_direction`.
    """
    some = np.broadcast_arrays(time_s, latitude_deg, longitude_deg)
    time, *place = (np.ascontiguousarray(part, np.float64).ravel() for part in some)
    elevation, azimuth = np.empty((2, len(time)))
    _angles(_course(clock, time), time, (place[0], place[1]), (elevation, azimuth))
    return elevation.reshape(some[0].shape), azimuth.reshape(some[0].shape)


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
    time = np.ascontiguousarray(time_s, np.float64)
    out = np.empty((3, len(time)))
    _directions(_course(clock, time), time, out)
    return out


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
    anomaly = np.radians(357.528 + 0.9856003 * _days(clock, np.asarray(time_s)))
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
