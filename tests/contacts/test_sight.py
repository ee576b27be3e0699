"""Mover to mover: line of sight against closed forms, moving horizons against geodesy."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from skyweft.contacts.windows import Rules, find_pairs, moving, pair_windows, standing
from skyweft.fleet import Tracks
from skyweft.world import ellipsoid

Floats = NDArray[np.float64]
Maker = Callable[..., Tracks]

EQUATOR_M = 6_378_137.0
POLE_M = 6_356_752.314245
MU = 3.986004418e14
HALF_DAY = np.arange(0, 43_201, 60.0)
FIRST = np.zeros(1, dtype=np.int32)


@pytest.mark.parametrize("grazing_m", [0.0, 80e3, 300e3])
def test_two_satellites_over_the_equator(tracks: Maker, grazing_m: float) -> None:
    """Equal radii: up while the angle is at most 2 acos((R + h_g) / (R + h))."""
    radius_m = EQUATOR_M + 800e3
    ring = tracks(
        HALF_DAY,
        {"radius_m": radius_m, "inclination_deg": 0.0, "phase_deg": 170.0},
        {"radius_m": radius_m, "inclination_deg": 180.0},
    )
    found = pair_windows(ring, [[0, 1]], grazing_m)
    rate = 2 * np.sqrt(MU / radius_m**3)
    half_s = 2 * np.arccos((EQUATOR_M + grazing_m) / radius_m) / rate
    meet_s = np.arange(np.radians(190.0) / rate, 43_200, 2 * np.pi / rate)
    assert len(found) == len(meet_s)
    np.testing.assert_allclose(found.start_s, meet_s - half_s, rtol=0, atol=1e-3)
    np.testing.assert_allclose(found.culmination_s, meet_s, rtol=0, atol=1e-2)
    assert found.range_min_m.max() < 1.0
    assert np.isnan(found.elevation_max_deg).all()


def test_over_the_poles_the_earth_is_flatter(circular: Callable[..., tuple[Any, ...]]) -> None:
    """The length between two satellites at an edge: 2 sqrt(r^2 - R^2) with R the polar radius."""
    radius_m = 7_000e3
    one = circular(HALF_DAY, radius_m=radius_m, inclination_deg=90.0)
    other = circular(HALF_DAY, radius_m=radius_m, inclination_deg=90.0, node_deg=180.0)
    pair = Tracks(HALF_DAY, np.stack([one[0], other[0]]), np.stack([one[1], other[1]]))
    found = pair_windows(pair, [[0, 1]])
    rate = np.sqrt(MU / radius_m**3)
    # They meet over a pole; the line then touches the Earth at the pole, perpendicular to the axis.
    half_s = np.arccos(POLE_M / radius_m) / rate
    meet_s = np.arange(np.pi / 2 / rate, 43_200 - half_s, np.pi / rate)
    assert len(meet_s) > 10
    np.testing.assert_allclose(found.start_s[: len(meet_s)], meet_s - half_s, rtol=0, atol=1e-3)


def test_a_ring_is_always_up(tracks: Maker) -> None:
    ring = tracks(HALF_DAY, *({"phase_deg": 360 / 22 * each} for each in range(22)))
    neighbours = np.stack([np.arange(22), np.roll(np.arange(22), -1)], axis=1)
    found = pair_windows(ring, neighbours, 80e3, 5_000e3)
    assert len(found) == 22
    assert found.cut_start.all()
    assert found.cut_end.all()
    np.testing.assert_allclose(found.range_min_m, 2 * 6_928_137.0 * np.sin(np.pi / 22), rtol=1e-6)
    assert len(pair_windows(ring, neighbours, 80e3, 1_900e3)) == 0


def test_two_on_one_spot(tracks: Maker) -> None:
    twins = tracks(HALF_DAY, {}, {})
    found = pair_windows(twins, [[0, 1]], 80e3, 1_000e3)
    assert len(found) == 1
    assert found.range_min_m[0] == 0


def aircraft(altitude_m: float, time_s: Floats) -> Tracks:
    """Fly along a parallel at about 250 m/s."""
    rate_deg_s = np.degrees(250 / (EQUATOR_M * np.cos(np.radians(50))))
    longitude_deg = 10 + rate_deg_s * time_s
    latitude_deg, height_m = np.full(len(time_s), 50.0), np.full(len(time_s), altitude_m)
    position_m = ellipsoid.to_ecef(latitude_deg, longitude_deg, height_m).T
    east = np.stack([-position_m[1], position_m[0], 0 * position_m[2]])
    return Tracks(time_s, position_m[np.newaxis], np.radians(rate_deg_s) * east[np.newaxis])


@pytest.mark.parametrize("altitude_m", [0.0, 11e3, 25e3])
def test_horizon_that_moves(tracks: Maker, altitude_m: float) -> None:
    """At every edge the elevation by geodesy is the least elevation."""
    low = aircraft(altitude_m, HALF_DAY)
    sky = tracks(HALF_DAY, *({"node_deg": 40.0 * each} for each in range(9)))
    rows = np.arange(9, dtype=np.int32)
    found = find_pairs(
        moving(low, 20.0), moving(sky), [(np.zeros(9, np.int32), rows)], HALF_DAY, Rules()
    )
    assert len(found) > 15
    for each in np.flatnonzero(~found.cut_start):
        edge = np.array([0.0, found.start_s[each]])
        here = aircraft(altitude_m, edge).position_m[0, :, 1]
        line = tracks(edge, {"node_deg": 40.0 * found.b[each]}).position_m[0, :, 1] - here
        latitude, longitude, _ = ellipsoid.to_geodetic(here)
        up = ellipsoid.up(latitude, longitude)
        elevation = np.degrees(np.arcsin(line @ up / np.linalg.norm(line)))
        # Elevation changes by up to 1e-1 degrees a second: 1e-4 degrees are about a millisecond.
        assert elevation == pytest.approx(20.0, abs=1e-4)


def test_an_end_below_the_grazing_altitude(tracks: Maker) -> None:
    """A line that leaves a low end upwards grazes nothing, whatever the altitude asked for."""
    low = aircraft(11e3, HALF_DAY)
    sky = tracks(HALF_DAY, {})
    both = Tracks(
        HALF_DAY,
        np.concatenate([low.position_m, sky.position_m]),
        np.concatenate([low.velocity_m_s, sky.velocity_m_s]),
    )
    strict, loose = (pair_windows(both, [[0, 1]], each) for each in (80e3, 0.0))
    level = find_pairs(moving(low, 0.0), moving(sky), [(FIRST, FIRST)], HALF_DAY, Rules())
    assert len(strict) == len(level) == len(loose) > 2
    # Within the 10 m of a mast the line may sag: a tenth of a degree, three seconds at the most.
    np.testing.assert_allclose(strict.start_s, level.start_s, rtol=0, atol=5.0)
    assert (loose.start_s[1:] < strict.start_s[1:] - 20).all()


def test_ground_to_ground_reaches_the_horizon() -> None:
    """Heights h1 and h2 see each other over sqrt(2 R h1) + sqrt(2 R h2), masts of 10 m at least."""
    for height_m, far_m in ((0.0, 22.59e3), (100.0, 71.43e3), (1_000.0, 225.9e3)):
        reach_deg = np.degrees(far_m / EQUATOR_M)
        for share, up in ((0.97, 1), (1.03, 0)):
            longitude = np.array([0.0, reach_deg * share])
            level = np.zeros(2), longitude
            side = standing(ellipsoid.to_ecef(*level, np.full(2, height_m)), ellipsoid.up(*level))
            rules = Rules(elevation=False)
            found = find_pairs(side, side, [(FIRST, FIRST + 1)], np.array([0.0, 600.0]), rules)
            assert len(found) == up
            assert found.cut_start.all()
            assert found.end_s.tolist() == [600.0] * up


def test_a_ship_under_a_tethered_balloon() -> None:
    """The higher platform stands, the lower one moves: the horizon is the ship's."""
    where = 50.0, 14.0, 5_000.0
    balloon = standing(ellipsoid.to_ecef(*where), ellipsoid.up(*where[:2]).reshape(1, 3))
    ship = aircraft(0.0, HALF_DAY)
    found = find_pairs(moving(ship, 5.0), balloon, [(FIRST, FIRST)], HALF_DAY, Rules())
    assert len(found) == 1
    # 5 degrees below 5 km: a line of sight of 54.5 km with the Earth's curve, passed at 250 m/s.
    away_m = np.array([found.start_s[0], found.end_s[0]]) * 250 - np.radians(4.0) * (
        EQUATOR_M * np.cos(np.radians(50))
    )
    np.testing.assert_allclose(np.abs(away_m), 54_500, rtol=0.01)
    assert found.elevation_max_deg[0] == pytest.approx(90, abs=0.1)
    assert found.range_min_m[0] == pytest.approx(5_000, abs=2.0)


@pytest.mark.parametrize("sight", [True, False])
@pytest.mark.parametrize(
    ("altitude_m", "floor_deg", "range_m"),
    [
        *((800e3, floor, most) for floor in (5.0, -25.0) for most in (np.inf, 6_000e3, 1_500e3)),
        (800e3, 80.0, np.inf),  # 11 s between knots of a minute, close by
        (35_786e3, -10.0, 36_000e3),
        (35_786e3, 89.0, np.inf),  # 26 s, from afar
        (35_786e3, 89.9, np.inf),
    ],
)
def test_the_strictest_of_several_rules_decides(
    tracks: Maker, sight: bool, altitude_m: float, floor_deg: float, range_m: float
) -> None:
    """Against each other over the equator every rule is an angle between the two: the least counts.

    An elevation e is one of acos(r cos e / R) - e, a line that clears g one of acos(g / r) +
    acos(g / R), a range one of the law of cosines.
    """
    low_m, high_m, clear_m = (EQUATOR_M + each for each in (300e3, altitude_m, 50e3))
    low = tracks(HALF_DAY, {"radius_m": low_m, "inclination_deg": 0.0, "phase_deg": 170.0})
    high = tracks(HALF_DAY, {"radius_m": high_m, "inclination_deg": 180.0})
    rules = Rules(sight=sight, grazing_altitude_m=50e3, range_max_m=range_m)
    found = find_pairs(moving(low, floor_deg), moving(high), [(FIRST, FIRST)], HALF_DAY, rules)
    floor = np.radians(floor_deg)
    angles = [np.arccos(low_m * np.cos(floor) / high_m) - floor]
    if sight:
        angles.append(np.arccos(clear_m / low_m) + np.arccos(clear_m / high_m))
    if np.isfinite(range_m):
        cosine = (low_m**2 + high_m**2 - range_m**2) / (2 * low_m * high_m)
        angles.append(np.arccos(cosine) if cosine > -1 else np.pi)
    rate = np.sqrt(MU / low_m**3) + np.sqrt(MU / high_m**3)
    meet_s = np.arange(np.radians(190.0) / rate, 43_200, 2 * np.pi / rate)
    inside = ~(found.cut_start | found.cut_end)
    count = int(inside.sum())
    assert count >= len(meet_s) - 1
    half_s = min(angles) / rate
    meet_s = meet_s[:count]
    np.testing.assert_allclose(found.start_s[inside], meet_s - half_s, rtol=0, atol=2e-3)
    np.testing.assert_allclose(found.end_s[inside], meet_s + half_s, rtol=0, atol=2e-3)
    np.testing.assert_allclose(found.range_min_m[inside], high_m - low_m, atol=1.0)
    np.testing.assert_allclose(found.elevation_max_deg[inside], 90.0, atol=0.05)
