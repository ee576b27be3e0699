"""TEME to ITRS, UT1 and UTC against Skyfield 1.55.

Skyfield gets UT1 and the pole from the same IERS Bulletin A, through its own reader
(`skyfield.data.iers`), so reading, interpolation, leap seconds and rotation all take part. Once
position and velocity by `sgp4lib.TEME_to_ITRF`, once positions by its frames `TEME` and `itrs`,
which go through GCRS.
"""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from astropy_iers_data import IERS_A_FILE

from skyweft.world.clock import Clock
from skyweft.world.orientation import ARCSECOND_RAD, earth_rotation, teme_to_itrs

pytest.importorskip("skyfield", reason="the group oracles is not installed")
from skyfield.data import iers
from skyfield.framelib import itrs
from skyfield.sgp4lib import TEME, TEME_to_ITRF
from skyfield.timelib import Time, Timescale

STARTS = [
    datetime(1996, 5, 17, 3, tzinfo=UTC),
    datetime(2015, 6, 30, 12, tzinfo=UTC),  # a leap second ends this day
    datetime(2023, 8, 5, tzinfo=UTC),
    datetime(2026, 7, 1, tzinfo=UTC),
]
TIME_S = np.linspace(0.0, 86_400.0, 9)
POSITION_M = np.array([4.7e6, -3.9e6, 3.3e6])[:, np.newaxis] * np.linspace(1, 6, 9)
VELOCITY_M_S = np.array([3.1e3, 6.2e3, -1.5e3])[:, np.newaxis] * np.linspace(1, 0.4, 9)


@pytest.fixture(scope="module")
def timescale() -> Timescale:
    with Path(IERS_A_FILE).open("rb") as file:
        table = iers.parse_x_y_dut1_from_finals_all(file)
    daily_tt, delta_t, leap_dates, leap_offsets = iers.build_timescale_arrays(
        table["utc_mjd"], table["dut1"]
    )
    scale = Timescale((daily_tt, delta_t), leap_dates, leap_offsets)
    iers.install_polar_motion_table(scale, table)
    return scale


def times(scale: Timescale, start: datetime) -> Time:
    """Count TAI from the start, as the runs do."""
    return scale.tai_jd(scale.from_datetime(start).tai + TIME_S / 86_400)


@pytest.mark.parametrize("start", STARTS)
def test_states(timescale: Timescale, start: datetime) -> None:
    moments = times(timescale, start)
    _, x, y = moments.polar_motion_angles()
    expected = [
        TEME_to_ITRF(
            moments.whole[k],
            POSITION_M[:, k],
            VELOCITY_M_S[:, k] * 86_400,
            x[k] * ARCSECOND_RAD,
            y[k] * ARCSECOND_RAD,
            fraction_ut1=moments.ut1_fraction[k],
        )
        for k in range(len(TIME_S))
    ]
    rotation = earth_rotation(Clock.at(start), TIME_S)
    found, speed = teme_to_itrs(POSITION_M[np.newaxis], VELOCITY_M_S[np.newaxis], rotation)
    # One double of Julian days (what `tai_jd` takes) resolves 4e-5 s: 0.12 m where the frame turns
    # at 2.9 km/s, 40,000 km out. Found: 0.03 m on the day of the leap second, else 0.004 m.
    np.testing.assert_allclose(found[0], np.array([each[0] for each in expected]).T, atol=0.12)
    expected_speed = np.array([each[1] for each in expected]).T / 86_400
    np.testing.assert_allclose(speed[0], expected_speed, atol=2e-5)


@pytest.mark.parametrize("start", STARTS)
def test_frames(timescale: Timescale, start: datetime) -> None:
    moments = times(timescale, start)
    to_gcrs = np.swapaxes(TEME.rotation_at(moments), 0, 1)
    gcrs = np.einsum("ijt,jt->it", to_gcrs, POSITION_M)
    expected = np.einsum("ijt,jt->it", itrs.rotation_at(moments), gcrs)
    found, _ = teme_to_itrs(
        POSITION_M[np.newaxis], np.zeros((1, 3, 9)), earth_rotation(Clock.at(start), TIME_S)
    )
    # The same resolution of time. Both frames hang on one sidereal time, so nothing else differs;
    # a wrong equation of the equinoxes would show as 100 m and more.
    np.testing.assert_allclose(found[0], expected, atol=0.12)


@pytest.mark.parametrize("start", STARTS)
def test_utc(timescale: Timescale, start: datetime) -> None:
    moments = times(timescale, start)
    found = Clock.at(start).utc(TIME_S)
    expected = [each.utc_strftime("%Y-%m-%dT%H:%M:%S") for each in moments]
    assert [each[:19] for each in found] == expected
