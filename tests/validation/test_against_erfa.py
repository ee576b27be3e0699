"""Time, rotation, ellipsoid and Sun against ERFA 2.0.1 (pyerfa), the IAU's SOFA routines.

Earth rotation: the equinox-based chain of IAU 1976/1980 (`pnm80`, `gmst82`, `pom00`), the one TEME
belongs to, built from erfa's rotation matrices; and, as a check of the whole, the modern chain
`c2t06a` applied to a direction that TEME and GCRS both describe. Leap seconds: `dat`. Ellipsoid:
`gc2gd`, `gd2gc`. Sun: `epv00` with light time and aberration left to the tolerance.
"""

import warnings
from datetime import UTC, datetime

import erfa
import numpy as np
import pytest

from skyweft.world.clock import Clock, leap_seconds
from skyweft.world.ellipsoid import to_ecef, to_geodetic
from skyweft.world.orientation import EarthRotation, earth_rotation, teme_to_itrs
from skyweft.world.sun import sun_direction

MOMENTS = [
    datetime(1985, 3, 1, 6, tzinfo=UTC),
    datetime(2004, 4, 6, 7, 51, 28, tzinfo=UTC),
    datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC),
    datetime(2024, 2, 29, 12, 30, tzinfo=UTC),
    datetime(2026, 7, 1, tzinfo=UTC),
]
ZERO = np.zeros(1)


def julian_ut1(clock: Clock) -> tuple[float, float]:
    """Take UT1 back out of our sidereal time, so that only rotation is compared."""
    day, rest_ns = divmod(clock.start_tai_ns, 86_400 * 10**9)
    table = leap_seconds()
    utc = (rest_ns / 1e9 - int(table.at_tai(clock.start_tai_ns))) / 86_400
    return 2_440_587.5 + day, utc


def test_leap_seconds() -> None:
    # Every first of January and July since 1972, exactly; erfa's table is compiled in.
    for year in range(1972, 2027):
        for month in (1, 7):
            if year == 1972 and month == 1:
                continue
            moment = datetime(year, month, 1, tzinfo=UTC)
            utc_ns = int(moment.timestamp()) * 10**9
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", erfa.ErfaWarning)  # "dubious year" for new dates
                assert leap_seconds().at_utc(utc_ns) == erfa.dat(year, month, 1, 0.0)


@pytest.mark.parametrize("moment", MOMENTS)
def test_rotation_matrices(moment: datetime) -> None:
    # The same angles through erfa's full matrices: what is left is our polar motion to first
    # order, at most (3e-6)^2 = 9e-12 of the length, and s' of 5e-11 rad: 4 mm at GEO.
    clock = Clock.at(moment)
    rotation = earth_rotation(clock, ZERO)
    matrix = erfa.pom00(
        rotation.pole_x_rad[0], rotation.pole_y_rad[0], erfa.sp00(2_451_545.0, 9_000.0)
    ) @ erfa.rz(rotation.gmst_rad[0], np.eye(3))
    position = np.array([[[-2.1e7], [3.5e7], [1.1e7]]])
    found, _ = teme_to_itrs(position, np.zeros((1, 3, 1)), rotation)
    np.testing.assert_allclose(found[0, :, 0], matrix @ position[0, :, 0], rtol=0, atol=4e-3)


@pytest.mark.parametrize("moment", MOMENTS)
def test_the_modern_chain(moment: datetime) -> None:
    # GCRS to ITRS by IAU 2006/2000A against GCRS to TEME by IAU 1976/1980 and then ours. The old
    # theory's errors, 0.05 arcsec of precession and nutation, are 1.8 m at 7,000 km (found: 1.0 m);
    # a wrong equation of the equinoxes would be 20 m and more, a wrong sign of polar motion 15 m.
    clock = Clock.at(moment)
    rotation = earth_rotation(clock, ZERO)
    day, utc = julian_ut1(clock)
    tt = utc + (float(leap_seconds().at_tai(clock.start_tai_ns)) + 32.184) / 86_400
    ut1 = utc + dut1_s(rotation, day, utc) / 86_400
    modern = erfa.c2t06a(
        day, tt, day, ut1, float(rotation.pole_x_rad[0]), float(rotation.pole_y_rad[0])
    )
    gcrs = np.array([4.2e6, -3.9e6, 4.1e6])
    true_of_date = erfa.pnm80(day, tt) @ gcrs
    longitude, _ = erfa.nut80(day, tt)
    teme = erfa.rz(-longitude * np.cos(erfa.obl80(day, tt)), np.eye(3)).T @ true_of_date
    found, _ = teme_to_itrs(teme.reshape(1, 3, 1), np.zeros((1, 3, 1)), rotation)
    np.testing.assert_allclose(found[0, :, 0], modern @ gcrs, rtol=0, atol=2.0)


def dut1_s(rotation: EarthRotation, day: float, utc: float) -> float:
    """Return UT1-UTC that turns erfa's GMST at UTC into ours."""
    ahead = (rotation.gmst_rad[0] - erfa.gmst82(day, utc) + np.pi) % (2 * np.pi) - np.pi
    return float(ahead / rotation.rate_rad_s)


def test_ellipsoid() -> None:
    rng = np.random.default_rng(5)
    latitude = np.r_[rng.uniform(-90, 90, 500), 90, -90, 0]
    longitude = np.r_[rng.uniform(-180, 180, 500), 0, 0, 180]
    altitude = np.r_[rng.uniform(-1e4, 4e7, 500), 0, 1e6, -1e4]
    radians = np.radians(longitude), np.radians(latitude)
    # Both are closed forms in doubles: steps of 7e-9 m at 46,000 km.
    expected = erfa.gd2gc(erfa.WGS84, *radians, altitude)
    np.testing.assert_allclose(to_ecef(latitude, longitude, altitude), expected, rtol=0, atol=3e-8)
    east, north, height = erfa.gc2gd(erfa.WGS84, expected)
    found = to_geodetic(expected)
    # `gc2gd` stops after one step of Halley (T. Fukushima, 2006): it is off by up to 1.5e-9 deg,
    # 0.2 mm, far out, which its way back shows; ours comes back within 1e-12 deg.
    np.testing.assert_allclose(found[0], np.degrees(north), rtol=0, atol=2e-9)
    np.testing.assert_allclose(found[0], latitude, rtol=0, atol=1e-12)
    np.testing.assert_allclose(found[1][:500], np.degrees(east)[:500], rtol=0, atol=1e-12)
    np.testing.assert_allclose(found[2], height, rtol=0, atol=5e-8)


@pytest.mark.parametrize("year", [1950, 1975, 2000, 2026, 2049])
def test_sun(year: int) -> None:
    # Through the whole year every 5 days. The almanac's own bound is 0.01 deg; 0.02 is claimed.
    clock = Clock.at(datetime(year, 1, 1, tzinfo=UTC))
    time_s = np.arange(0.0, 365 * 86_400.0, 5 * 86_400.0 + 4_321.0)
    found = sun_direction(clock, time_s)
    day = clock.start_tai_ns / 86_400e9 + 2_440_587.5
    earth, _ = erfa.epv00(day, (time_s + 32.184 - 499.0) / 86_400)  # light takes 499 s
    gcrs = -earth["p"]
    gcrs /= np.linalg.norm(gcrs, axis=-1, keepdims=True)
    matrix = erfa.pnm80(day, (time_s + 32.184) / 86_400)
    true_of_date = np.einsum("tij,tj->ti", matrix, gcrs)
    longitude, _ = erfa.nut80(day, time_s / 86_400)
    # From the true to the mean equinox, then by mean sidereal time: as TEME.
    angle = -longitude * np.cos(erfa.obl80(day, time_s / 86_400))
    angle = earth_rotation(clock, time_s).gmst_rad - angle
    x, y, z = true_of_date.T
    turned = [np.cos(angle) * x + np.sin(angle) * y, np.cos(angle) * y - np.sin(angle) * x, z]
    off_deg = np.degrees(np.arccos(np.clip(np.sum(found * turned, axis=0), -1, 1)))
    assert off_deg.max() < 0.02
