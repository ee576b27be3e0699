from datetime import UTC, datetime

import numpy as np
import pytest

from skyweft.world.clock import Clock, leap_seconds, tai_ns
from skyweft.world.orientation import (
    EARLIER_DRIFT_S_DAY,
    LATER_DRIFT_S_DAY,
    POLE_WANDER_M,
    EarthRotation,
    _table,
    earth_rotation,
    teme_to_itrs,
    turn_to_itrs,
)

SIDEREAL_DAY_S = 86_164.0905  # mean, of UT1 (IERS Conventions 2010, table 1.2 and chapter 5)


def start(*numbers: int, tables: bool = True) -> Clock:
    return Clock.at(datetime(*numbers, tzinfo=UTC), tables)  # type: ignore[misc]


@pytest.mark.parametrize("tables", [True, False])
def test_the_earth_turns_once_a_sidereal_day(tables: bool) -> None:
    # Not once in 86,400 s: that error is 1 degree, 110 km, after a day.
    clock = start(2026, 7, 1, tables=tables)
    turned = np.unwrap(earth_rotation(clock, np.linspace(0, SIDEREAL_DAY_S, 25)).gmst_rad)
    # UT1's second differs from ours by some 1e-8.
    assert turned[-1] - turned[0] == pytest.approx(2 * np.pi, abs=1e-6)


def test_the_rate_is_the_slope_of_the_angle() -> None:
    rotation = earth_rotation(start(2026, 7, 1), np.array([0.0, 1000.0]))
    slope = (rotation.gmst_rad[1] - rotation.gmst_rad[0]) / 1000.0
    assert rotation.rate_rad_s == pytest.approx(slope, rel=5e-8)  # length of day: ms a day
    assert rotation.rate_rad_s == pytest.approx(2 * np.pi / SIDEREAL_DAY_S, rel=1e-8)


@pytest.mark.parametrize("tables", [True, False])
def test_a_leap_second_does_not_stop_the_earth(tables: bool) -> None:
    time_s = np.arange(0.0, 7200.0, 0.5)
    rotation = earth_rotation(start(2016, 12, 31, 23, tables=tables), time_s)
    steps = np.diff(np.unwrap(rotation.gmst_rad)) / 0.5
    np.testing.assert_allclose(steps, rotation.rate_rad_s, rtol=1e-7)


def test_without_tables_ut1_is_utc_and_the_pole_stands() -> None:
    time_s = np.array([0.0])
    plain = earth_rotation(start(1992, 8, 20, 12, 14, tables=False), time_s)
    # D. Vallado, "Fundamentals of Astrodynamics and Applications", example 3-5.
    assert np.degrees(plain.gmst_rad[0]) == pytest.approx(152.578_787_8, abs=1e-6)
    assert plain.pole_x_rad[0] == plain.pole_y_rad[0] == 0
    assert plain.warnings == ()


def test_tables_say_how_far_the_earth_is_ahead() -> None:
    time_s = np.array([0.0])
    plain = earth_rotation(start(2017, 1, 1, tables=False), time_s)
    measured = earth_rotation(start(2017, 1, 1), time_s)
    # UT1-UTC was +0.5914 s that day (IERS Bulletin A), after the leap second.
    ahead_s = (measured.gmst_rad[0] - plain.gmst_rad[0]) / plain.rate_rad_s
    assert ahead_s == pytest.approx(0.5914, abs=2e-4)


def test_outside_the_tables_values_are_held_and_the_error_is_said() -> None:
    time_s = np.array([0.0, 86_400.0])
    early, late = (
        earth_rotation(start(1965, 1, 1), time_s),
        earth_rotation(start(2060, 1, 1), time_s),
    )
    assert late.pole_x_rad[0] == late.pole_x_rad[1]
    assert "leap seconds are known until" in late.warnings[0]
    assert "tables end on" in late.warnings[1]
    assert "m at the equator" in late.warnings[1]
    assert "tables begin on 1973-01-02" in early.warnings[0]
    assert len(early.warnings) == 1
    assert earth_rotation(start(2020, 1, 1), time_s).warnings == ()


def test_the_errors_said_are_those_of_the_tables() -> None:
    table = _table()
    drift = (table.ut1_minus_tai_s[100:] - table.ut1_minus_tai_s[:-100]) / 100
    modern = table.tai_ns[:-100] > tai_ns(datetime(1999, 1, 1, tzinfo=UTC))
    assert np.abs(drift[modern]).max() < LATER_DRIFT_S_DAY < 1.1 * np.abs(drift[modern]).max()
    assert np.abs(drift).max() < EARLIER_DRIFT_S_DAY
    swing = max(np.ptp(table.pole_x_rad), np.ptp(table.pole_y_rad))
    assert swing * 6.4e6 < POLE_WANDER_M


def test_the_leap_second_table_warns_only_when_it_matters() -> None:
    ends = Clock(leap_seconds().expires_utc_ns + 37 * 10**9 - 100 * 10**9, tables=False)
    assert earth_rotation(ends, np.array([0.0, 99.0])).warnings == ()
    assert "leap seconds" in earth_rotation(ends, np.array([0.0, 101.0])).warnings[0]


def test_no_times_are_no_trouble() -> None:
    assert earth_rotation(start(2026, 1, 1), np.empty(0)).gmst_rad.shape == (0,)


def test_a_place_on_the_ground_stands_still() -> None:
    time_s = np.linspace(0, 86_400, 7)
    clock = start(2026, 7, 1)
    rotation = earth_rotation(clock, time_s)
    gmst, rate = rotation.gmst_rad, rotation.rate_rad_s
    zero = np.zeros_like(gmst)
    position = 6.4e6 * np.stack([np.cos(gmst), np.sin(gmst), zero])[np.newaxis]
    velocity = 6.4e6 * rate * np.stack([-np.sin(gmst), np.cos(gmst), zero])[np.newaxis]
    found, drift = teme_to_itrs(position, velocity, rotation)
    np.testing.assert_allclose(found[0, 0], 6.4e6, atol=1e-6)
    np.testing.assert_allclose(found[0, 1], 0, atol=1e-5)
    np.testing.assert_allclose(drift, 0, atol=1e-9)


def test_the_velocity_is_the_slope_of_the_position() -> None:
    clock = start(2026, 7, 1)
    time_s = np.array([99.9, 100.0, 100.1])
    rotation = earth_rotation(clock, time_s)
    velocity = np.broadcast_to(np.array([3e3, -5e3, 4e3])[:, None], (3, 3))[np.newaxis].copy()
    position = np.array([7e6, 1e6, -2e6])[:, None] + velocity * time_s
    found, speed = teme_to_itrs(position, velocity, rotation)
    slope = (found[0, :, 2] - found[0, :, 0]) / 0.2
    np.testing.assert_allclose(speed[0, :, 1], slope, atol=1e-4)  # steps of 1e-9 m over 0.2 s


def test_in_place_equals_the_copy_and_nan_stays() -> None:
    rng = np.random.default_rng(1)
    states = rng.normal(size=(2, 4, 3, 5)) * 1e7
    states[0, 1, 0, 2] = np.nan
    rotation = earth_rotation(start(2026, 7, 1), np.arange(5.0))
    copied = teme_to_itrs(states[0], states[1], rotation)
    np.testing.assert_array_equal(states[0, 0], states[0, 0])
    turn_to_itrs(states[0], states[1], rotation)
    np.testing.assert_array_equal(np.stack(copied), states)
    assert np.isnan(states[0, 1, 0, 2])
    assert np.isfinite(states[0, 0]).all()


def test_shapes_are_checked() -> None:
    rotation = EarthRotation(np.zeros(4), 7.3e-5, np.zeros(4), np.zeros(4))
    with pytest.raises(ValueError, match="must have shape"):
        turn_to_itrs(np.zeros((2, 3, 5)), np.zeros((2, 3, 4)), rotation)
