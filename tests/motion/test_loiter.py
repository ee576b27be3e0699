import itertools

import numpy as np
import pytest

from skyweft.fleet import Floats, Tracks
from skyweft.motion.hermite import states_at
from skyweft.motion.loiter import Pattern, legs, loiter
from skyweft.scenario.motion import Loiter
from skyweft.world.ellipsoid import to_ecef, to_geodetic

PATTERNS = [("circle", 0.0), ("racetrack", 30e3), ("racetrack", 0.0)] + [
    ("figure_eight", length) for length in (0.0, 5e3, 40e3)
]


def _motion(pattern: str = "circle", length_m: float = 0.0, **changes: object) -> Loiter:
    entries = {
        "kind": "loiter",
        "latitude_deg": 47.5,
        "longitude_deg": 11.25,
        "altitude_m": 20e3,
        "pattern": pattern,
        "length_m": length_m,
        "radius_m": 5e3,
        "heading_deg": 30.0,
        "speed_m_s": 25.0,
    }
    return Loiter.model_validate({**entries, **changes})


def _states(pattern: Pattern, time_s: Floats) -> tuple[Floats, Floats]:
    position_m = np.full((pattern.count, 3, len(time_s)), np.nan)
    velocity_m_s = np.full_like(position_m, np.nan)
    assert not pattern.fill(time_s, position_m, velocity_m_s)
    return position_m, velocity_m_s


@pytest.mark.parametrize(("pattern", "length_m"), PATTERNS)
def test_legs_join_into_a_closed_path_without_corners(pattern: str, length_m: float) -> None:
    path = [leg for leg in legs(_motion(pattern, length_m)) if leg.length_m > 1e-6]
    for leg, following in itertools.pairwise([*path, path[0]]):
        heading = leg.heading_rad + np.linspace(0, 1, 2001) * leg.turn * leg.length_m
        east = leg.east_m + np.trapezoid(np.sin(heading), dx=leg.length_m / 2000)
        north = leg.north_m + np.trapezoid(np.cos(heading), dx=leg.length_m / 2000)
        assert np.hypot(east - following.east_m, north - following.north_m) < 0.02
        assert np.cos(heading[-1] - following.heading_rad) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize(("pattern", "length_m"), PATTERNS)
def test_speed_altitude_and_velocity(pattern: str, length_m: float) -> None:
    mover = Pattern(_motion(pattern, length_m, count=3))
    time_s = np.arange(0, mover.lap_m / 25, 0.5)
    position_m, velocity_m_s = _states(mover, time_s)
    _, _, altitude_m = to_geodetic(np.moveaxis(position_m, 1, -1))
    np.testing.assert_allclose(altitude_m, 20e3, atol=1e-6)
    # The stated (distance / 6,400 km)^2: 30 km at most from the place.
    np.testing.assert_allclose(np.linalg.norm(velocity_m_s, axis=1), 25, rtol=3e-5)
    slope = (position_m[..., 2:] - position_m[..., :-2]) / 1.0
    # Within half a second of a leg's end the slope differs by a quarter of 0.125 or 0.25 m/s^2.
    np.testing.assert_allclose(slope, velocity_m_s[..., 1:-1], atol=0.07)


def test_circle_keeps_its_radius_and_spaces_its_craft() -> None:
    mover = Pattern(_motion(count=4))
    position_m, _ = _states(mover, np.linspace(0, 3_600, 50))
    away = np.linalg.norm(position_m - to_ecef(47.5, 11.25, 20e3)[None, :, None], axis=1)
    np.testing.assert_allclose(away, 5e3, atol=5)
    beside = np.linalg.norm(position_m - np.roll(position_m, 1, axis=0), axis=1)
    np.testing.assert_allclose(beside, 5e3 * np.sqrt(2), rtol=1e-3)


def test_long_axis_points_along_the_heading() -> None:
    mover = Pattern(_motion("racetrack", 80e3, heading_deg=90.0, radius_m=1e3))
    position_m, _ = _states(mover, np.arange(0, mover.lap_m / 25, 5.0))
    latitude, longitude, _ = to_geodetic(position_m[0].T)
    east_m = np.radians(np.ptp(longitude)) * 6.4e6 * np.cos(np.radians(47.5))
    assert east_m == pytest.approx(82e3, rel=0.01)
    assert np.radians(np.ptp(latitude)) * 6.37e6 == pytest.approx(2e3, rel=0.2)


@pytest.mark.parametrize(("pattern", "length_m"), PATTERNS)
@pytest.mark.parametrize("speed_m_s", [12.0, 60.0])
def test_hermite_at_the_widest_step_stays_within_a_metre(
    pattern: str, length_m: float, speed_m_s: float
) -> None:
    mover = Pattern(_motion(pattern, length_m, speed_m_s=speed_m_s))
    worst = 0.0
    for shift in (0.0, 0.3, 0.7):
        knot_s = (np.arange(0, 1.05 * mover.lap_m / speed_m_s / mover.step_max_s + 2) + shift) * (
            mover.step_max_s
        )
        time_s = np.linspace(knot_s[0], knot_s[-1], 4_001)
        position_m, _, _ = states_at(
            Tracks(knot_s, *_states(mover, knot_s)), np.zeros(len(time_s), int), time_s
        )
        exact_m, _ = _states(mover, time_s)
        worst = max(worst, np.linalg.norm(position_m - exact_m[0].T, axis=1).max())
    assert 0.02 < worst <= 1.05  # and the bound is no fig leaf


def test_members_tell_lap_and_bank() -> None:
    members = loiter("haps", _motion(count=2))
    assert members.names == ("haps-01", "haps-02")
    assert (
        members.geometry == "2 x circle at 20,000 m, 25 m/s, lap 31.4 km in 20.9 min, bank 0.7 deg"
    )
    assert not members.warnings
    steep = loiter("drone", _motion(radius_m=50.0))
    assert steep.names == ("drone",)
    assert steep.warnings == ("turns need a bank angle of 52 deg: slower, or a wider radius_m",)
