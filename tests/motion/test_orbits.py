from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import erfa
import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sgp4.api import WGS72, Satrec

from skyweft.fleet import Mover
from skyweft.motion.orbits import (
    Orbits,
    altitude_from_mean_motion,
    mean_motion_from_altitude,
)
from skyweft.protocols.elements import Elements
from skyweft.world.clock import Clock
from skyweft.world.orientation import earth_rotation, teme_to_itrs

Floats = NDArray[np.float64]
START_TAI_NS = 1_600_000_000_000_000_000
CLOCK = Clock(START_TAI_NS)
DAY_S = 86_400.0


def _elements(
    mean_motion: list[float],
    eccentricity: float = 1e-3,
    bstar: float = 1e-5,
    age_days: float = 0.0,
) -> Elements:
    count = len(mean_motion)
    same = np.ones(count)
    return Elements(
        names=tuple(f"SAT-{row}" for row in range(count)),
        catalogue_number=np.arange(count),
        epoch_tai_ns=np.full(count, START_TAI_NS - round(age_days * DAY_S) * 10**9),
        mean_motion_rev_day=np.array(mean_motion),
        eccentricity=eccentricity * same,
        inclination_deg=60.0 * same,
        raan_deg=np.arange(count) * 30.0,
        argument_of_perigee_deg=10.0 * same,
        mean_anomaly_deg=np.arange(count) * 50.0,
        bstar=bstar * same,
    )


def _filled(orbits: Orbits, time_s: Floats) -> tuple[Floats, Floats, list[str]]:
    position_m, velocity_m_s = np.empty((2, orbits.count, 3, len(time_s)))
    lines = orbits.fill(time_s, position_m, velocity_m_s)
    return position_m, velocity_m_s, lines


def test_orbits_are_a_mover() -> None:
    mover: Mover = Orbits(_elements([15.0, 2.0]), CLOCK)
    assert mover.count == 2


def test_earth_fixed_positions_by_erfa() -> None:
    """Near and deep, with GMST82 and the polar motion matrix of ERFA."""
    time_s = np.arange(0.0, 2 * DAY_S, 3607.0)
    orbits = Orbits(_elements([15.0, 2.0, 14.0]), replace(CLOCK, tables=False))
    position_m, _, lines = _filled(orbits, time_s)
    teme_m, _ = np.empty((2, 3, 3, len(time_s)))
    assert not orbits.fill_teme(time_s, teme_m, np.empty_like(teme_m)).any()
    utc_days = (START_TAI_NS / 1e9 - 37.0) / DAY_S
    polar = erfa.pom00(0.0, 0.0, 0.0)
    for column, moment in enumerate(time_s):
        angle = erfa.gmst82(2_440_587.5 + int(utc_days), utc_days % 1 + moment / DAY_S)
        expected = polar @ erfa.rz(angle, np.eye(3)) @ teme_m[:, :, column].T
        # 5e-10 days of the float sum above are 40 ns of Earth rotation: 0.1 mm at 27,000 km.
        np.testing.assert_allclose(position_m[:, :, column].T, expected, rtol=0, atol=1e-2)
    assert lines == []


def test_polar_motion_by_erfa() -> None:
    time_s = np.arange(0.0, DAY_S, 7200.0)
    orbits = Orbits(_elements([15.0, 2.0]), CLOCK)
    position_m, _, _ = _filled(orbits, time_s)
    teme_m = np.empty_like(position_m)
    orbits.fill_teme(time_s, teme_m, np.empty_like(teme_m))
    rotation = earth_rotation(CLOCK, time_s)
    assert abs(rotation.pole_x_rad[0]) > 1e-7
    for column in range(len(time_s)):
        polar = erfa.pom00(rotation.pole_x_rad[column], rotation.pole_y_rad[column], 0.0)
        turn = polar @ erfa.rz(rotation.gmst_rad[column], np.eye(3))
        expected = turn @ teme_m[:, :, column].T
        # First order in the pole: 3e-6 rad squared.
        np.testing.assert_allclose(position_m[:, :, column].T, expected, rtol=0, atol=1e-3)


def test_velocity_is_the_rate_of_the_earth_fixed_position() -> None:
    middle_s = np.arange(600.0, DAY_S, 1800.0)
    time_s = np.sort(np.concatenate([middle_s - 0.5, middle_s, middle_s + 0.5]))
    position_m, velocity_m_s, _ = _filled(Orbits(_elements([15.5, 11.0, 2.0]), CLOCK), time_s)
    rate = position_m[:, :, 2::3] - position_m[:, :, ::3]
    # SGP4's own velocity is not the rate of its position: its short-period terms are cut.
    np.testing.assert_allclose(velocity_m_s[:, :, 1::3], rate, rtol=0, atol=0.2)


def test_threads_change_nothing() -> None:
    orbits = Orbits(_elements([15.0 + 1e-3 * row for row in range(200)] + [2.0, 1.0]), CLOCK)
    time_s = np.arange(0.0, 20_000.0, 60.0)
    results = []
    for threads in (1, 2, 7):
        position_m, velocity_m_s = np.empty((2, orbits.count, 3, len(time_s)))
        with ThreadPoolExecutor(threads) as executor:
            orbits.fill(time_s, position_m, velocity_m_s, executor)
        results.append((position_m, velocity_m_s))
    for position_m, velocity_m_s in results[1:]:
        np.testing.assert_array_equal(position_m, results[0][0])
        np.testing.assert_array_equal(velocity_m_s, results[0][1])


def test_epochs_count_from_their_own_time() -> None:
    """A day after its epoch a satellite is where it is, whenever the run began."""
    time_s = np.arange(0.0, 6000.0, 60.0)
    for motion in (15.0, 2.0):
        aged = _elements([motion], age_days=1.0)
        states = np.empty((2, 2, 1, 3, len(time_s)))
        Orbits(aged, CLOCK).fill_teme(time_s, states[0, 0], states[0, 1])
        day_before = Clock(START_TAI_NS - round(DAY_S) * 10**9)
        Orbits(aged, day_before).fill_teme(time_s + DAY_S, states[1, 0], states[1, 1])
        np.testing.assert_allclose(states[0], states[1], rtol=0, atol=1e-6)
        fresh, _, _ = _filled(Orbits(_elements([motion]), CLOCK), time_s[:1])
        assert np.linalg.norm(states[0, 0, 0, :, 0] - fresh[0, :, 0]) > 1000.0


def test_a_decayed_satellite_stays_down_and_says_so() -> None:
    """SGP4 puts this one back in the sky every orbit after 12.4 days."""
    orbits = Orbits(_elements([16.0, 15.0], 0.002, 2e-3, age_days=10.0), CLOCK)
    time_s = np.arange(0.0, 4 * DAY_S, 60.0)
    position_m, velocity_m_s, lines = _filled(orbits, time_s)
    gone = np.isnan(position_m[0, 0])
    first = int(np.argmax(gone))
    assert 2 * DAY_S < time_s[first] < 3 * DAY_S
    assert gone[first:].all()
    assert np.isnan(velocity_m_s[0, :, first:]).all()
    assert np.isfinite(position_m[1]).all()
    assert lines == [
        f"SAT-0: no position from {time_s[first]:,.0f} s after the start on: it has decayed"
    ]
    # A later block of time knows of it, and says the same.
    later = time_s[first:] + 600.0
    position_m, _, again = _filled(orbits, later)
    assert np.isnan(position_m[0]).all()
    assert again == lines


def test_a_satellite_that_came_down_before_the_start() -> None:
    orbits = Orbits(_elements([16.0], 0.002, 2e-3, age_days=14.0), CLOCK)
    position_m, _, lines = _filled(orbits, np.arange(0.0, 3600.0, 60.0))
    assert np.isnan(position_m).all()
    assert len(lines) == 1
    assert "s before the start on: it has decayed" in lines[0]


def test_many_failures_are_one_line() -> None:
    orbits = Orbits(_elements([16.0 + 1e-4 * row for row in range(40)], 2e-3, 2e-3, 14.0), CLOCK)
    _, _, lines = _filled(orbits, np.arange(0.0, 3600.0, 60.0))
    (line,) = lines
    assert line.startswith("SAT-39: no position at all, from ")
    assert "the first of 40 (then SAT-38, SAT-37, SAT-36, ...): " in line
    assert line.endswith("40 x it has decayed")


def test_elements_of_the_future_end_nothing() -> None:
    """Backwards in time the drag of this one ends it; after its epoch it flies."""
    orbits = Orbits(_elements([16.4], 0.002, -2e-3, age_days=-5.0), CLOCK)
    time_s = np.arange(0.0, 5.1 * DAY_S, 600.0)
    position_m, _, lines = _filled(orbits, time_s)
    assert np.isnan(position_m[0, 0, 0])
    assert np.isfinite(position_m[0, :, -1]).all()
    assert "at times before its elements' epoch" in lines[0]


def test_no_satellites_and_no_times() -> None:
    assert _filled(Orbits(_elements([]), CLOCK), np.arange(3.0))[2] == []
    assert _filled(Orbits(_elements([15.0, 2.0]), CLOCK), np.empty(0))[2] == []


def test_six_digit_catalogue_numbers_fly_in_deep_space() -> None:
    elements = replace(_elements([2.0]), catalogue_number=np.array([799_999_999]))
    assert np.isfinite(_filled(Orbits(elements, CLOCK), np.arange(3.0))[0]).all()


def _drawn(perigee_km: float, eccentricity: float, angles_deg: tuple[float, ...]) -> Elements:
    """Return one satellite of a perigee; angles: inclination, node, perigee, anomaly."""
    inclination, node, perigee, anomaly = (np.array([each]) for each in angles_deg)
    semi_major_km = (6378.135 + perigee_km) / (1.0 - eccentricity)
    motion = np.array([DAY_S / (2 * np.pi) * np.sqrt(398600.8 / semi_major_km**3)])
    return replace(
        _elements([15.0], eccentricity, 1e-4),
        mean_motion_rev_day=motion,
        inclination_deg=inclination,
        raan_deg=node,
        argument_of_perigee_deg=perigee,
        mean_anomaly_deg=anomaly,
    )


def _off_between_knots_m(orbits: Orbits, step_s: float) -> Floats:
    """Return how far cubic Hermite is off over a day at 21, 35, 50 and 79 % of steps: the worst."""
    knots_s = np.arange(0.0, DAY_S + step_s, step_s)
    position_m, velocity_m_s, lines = _filled(orbits, knots_s)
    assert lines == []
    worst = []
    for s in (0.21, 0.35, 0.5, 0.79):
        truth_m, _, _ = _filled(orbits, knots_s[:-1] + s * step_s)
        late = s * s * (3.0 - 2.0 * s)
        found_m = (1.0 - late) * position_m[:, :, :-1] + late * position_m[:, :, 1:]
        found_m += step_s * s * (1.0 - s) ** 2 * velocity_m_s[:, :, :-1]
        found_m -= step_s * s * s * (1.0 - s) * velocity_m_s[:, :, 1:]
        worst.append(np.linalg.norm(found_m - truth_m, axis=1).max())
    return np.array(worst)


KINDS = {
    "leo": (st.floats(200, 1_500), st.floats(0, 0.02)),
    "wide": (st.floats(250, 2_000), st.floats(0.02, 0.3)),
    "meo": (st.floats(4_000, 24_000), st.floats(0, 0.3)),
    "heo": (st.floats(250, 1_500), st.floats(0.3, 0.75)),
    "high": (st.floats(1_500, 15_000), st.floats(0.3, 0.75)),
    "geo": (st.floats(35_000, 35_850), st.floats(0, 0.02)),
}


@pytest.mark.parametrize("kind", KINDS)
def test_hermite_between_knots_of_the_widest_step_is_within_a_metre(kind: str) -> None:
    """Velocities that are not the rate of positions show at 21 and 79 % of a step, not at 50."""

    @settings(
        max_examples=25, deadline=None, derandomize=True, database=None, phases=[Phase.generate]
    )
    @given(*KINDS[kind], st.tuples(st.floats(0, 180), *[st.floats(0, 360)] * 3))
    def check(perigee_km: float, eccentricity: float, angles_deg: tuple[float, ...]) -> None:
        orbits = Orbits(_drawn(perigee_km, eccentricity, angles_deg), CLOCK)
        assert 50.0 < orbits.step_max_s <= 300.0
        assert _off_between_knots_m(orbits, orbits.step_max_s).max() < 1.0

    check()


def test_steps_are_not_much_finer_than_a_metre_needs() -> None:
    for mean_motion, eccentricity in ((15.0, 1e-3), (15.0, 0.02), (11.0, 0.18), (2.006, 0.72)):
        orbits = Orbits(_elements([mean_motion], eccentricity), CLOCK)
        assert _off_between_knots_m(orbits, orbits.step_max_s).max() > 0.25


def test_velocities_that_slip_are_the_rate_of_positions_and_others_are_sgp4s() -> None:
    time_s = np.arange(0.0, DAY_S, 600.0)
    clock = replace(CLOCK, tables=False)
    for motion, eccentricity, slips in ((15.0, 1e-4, False), (15.0, 0.02, True), (2.0, 0.7, True)):
        orbits = Orbits(_elements([motion], eccentricity), clock)
        position_m, velocity_m_s, _ = _filled(orbits, time_s)
        rate_m_s = (_filled(orbits, time_s + 0.25)[0] - _filled(orbits, time_s - 0.25)[0]) / 0.5
        own_m, own_m_s = np.empty((2, *position_m.shape))
        orbits.fill_teme(time_s, own_m, own_m_s)
        own_m_s = teme_to_itrs(own_m, own_m_s, earth_rotation(clock, time_s))[1]
        off_rate = np.linalg.norm(velocity_m_s - rate_m_s, axis=1).max()
        off_own = np.linalg.norm(velocity_m_s - own_m_s, axis=1).max()
        # A second each way costs a sixth of the third derivative: 0.0016 m/s at perigee.
        assert off_rate < 0.003 if slips else off_own < 1e-6
        assert off_own > 0.1 if slips else off_rate > 0.003


def test_slipping_velocities_do_not_depend_on_blocks_or_company() -> None:
    both = _elements([15.0 + 1e-3 * row for row in range(150)] + [2.0, 2.006], 0.01)
    time_s = np.arange(0.0, 40_000.0, 60.0)
    whole = _filled(Orbits(both, CLOCK), time_s)[1]
    parts = [_filled(Orbits(both, CLOCK), some)[1] for some in (time_s[:301], time_s[300:])]
    # Rounding of positions, over two seconds: the kernel's cut of time moves with the start.
    np.testing.assert_allclose(parts[0], whole[:, :, :301], rtol=0, atol=1e-7)
    np.testing.assert_allclose(parts[1], whole[:, :, 300:], rtol=0, atol=1e-7)
    last = both.part(slice(-1, None))
    np.testing.assert_array_equal(_filled(Orbits(last, CLOCK), time_s)[1][0], whole[-1])


def test_a_slipping_satellite_that_decays_has_velocities_to_its_end() -> None:
    time_s = np.arange(0.0, 4 * DAY_S, 60.0)
    orbits = Orbits(_elements([16.2, 15.0], 0.01, 1e-3), CLOCK)
    position_m, velocity_m_s, lines = _filled(orbits, time_s)
    np.testing.assert_array_equal(np.isnan(position_m), np.isnan(velocity_m_s))
    assert np.isnan(position_m[0, 0, -1])
    assert np.isfinite(position_m[0, 0, 0])
    assert len(lines) == 1


def test_steps_are_honest() -> None:
    def step_s(mean_motion: float, eccentricity: float = 1e-3) -> float:
        return Orbits(_elements([mean_motion], eccentricity), CLOCK).step_max_s

    assert 60.0 < step_s(15.06) < 80.0
    assert step_s(1.0) == 300.0
    assert step_s(2.0, 0.73) < step_s(2.0)
    both = Orbits(_elements([15.06, 1.0]), CLOCK).step_max_s
    assert both == step_s(15.06)
    assert Orbits(_elements([]), CLOCK).step_max_s == 300.0


def test_geometry_is_that_of_sgp4() -> None:
    elements = _elements([15.06, 11.0, 2.0], 0.1)
    orbits = Orbits(elements, CLOCK)
    for row in range(3):
        satellite = Satrec()
        satellite.sgp4init(
            WGS72, "i", 0, 26000.0, 0.0, 0.0, 0.0, 0.1, 0.0, np.radians(60.0), 0.0,
            elements.mean_motion_rev_day[row] * np.pi / 720, 0.0,
        )  # fmt: skip
        assert orbits.perigee_altitude_m[row] == pytest.approx(satellite.altp * 6378135.0, abs=1e-4)
        assert orbits.apogee_altitude_m[row] == pytest.approx(satellite.alta * 6378135.0, abs=1e-4)
        assert orbits.period_s[row] == DAY_S / elements.mean_motion_rev_day[row]
    np.testing.assert_array_equal(orbits.mean_motion_rev_day, elements.mean_motion_rev_day)


@pytest.mark.parametrize("eccentricity", [0.0, 0.1, 0.7])
@pytest.mark.parametrize("inclination_deg", [0.0, 53.0, 97.6, 180.0])
def test_mean_motion_of_an_altitude(inclination_deg: float, eccentricity: float) -> None:
    altitude_m = np.array([300e3, 550e3, 1200e3, 20_200e3, 35_786e3])
    motion = mean_motion_from_altitude(altitude_m, inclination_deg, eccentricity)
    back_m = altitude_from_mean_motion(motion, inclination_deg, eccentricity)
    np.testing.assert_allclose(back_m, altitude_m, rtol=0, atol=1e-6)
    for each, expected_m in zip(motion, altitude_m, strict=True):
        satellite = Satrec()
        satellite.sgp4init(
            WGS72, "i", 0, 26000.0, 0.0, 0.0, 0.0, eccentricity, 0.0,
            np.radians(inclination_deg), 0.0, each * np.pi / 720, 0.0,
        )  # fmt: skip
        assert (satellite.a - 1) * 6378135.0 == pytest.approx(expected_m, abs=1e-4)


def test_starlink_flies_lower_than_its_name_says() -> None:
    """The mean motion that a well-known simulator takes for 550 km."""
    assert altitude_from_mean_motion(15.19, 53.0) == pytest.approx(509e3, abs=3e3)
