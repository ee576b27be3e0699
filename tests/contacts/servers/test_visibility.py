"""The best in view and their number against NumPy testing every pair in double precision."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skyweft.contacts.servers.visibility import Satellites, Users, best_servers
from skyweft.world.ellipsoid import to_ecef, up


def _dense(
    satellite_m: Any, user_m: Any, vertical: Any, mask_deg: Any, k: Any, rule: Any, range_max_m: Any
) -> Any:
    """Test every pair; return the best k, first satellite of equals, and the count."""
    line = satellite_m[None] - user_m[:, None]
    range_m = np.sqrt(line[..., 0] ** 2 + line[..., 1] ** 2 + line[..., 2] ** 2)
    rise = np.einsum("usx,ux->us", line, vertical)
    sine = np.sin(np.radians(np.broadcast_to(mask_deg, len(user_m))))[:, None]
    with np.errstate(invalid="ignore"):
        seen = (rise >= sine * range_m) & (range_m <= range_max_m)
        key = np.where(seen, -rise / range_m if rule == "highest" else range_m, np.inf)
    order = np.argsort(key, axis=1, kind="stable")[:, :k]
    best = np.full((len(user_m), k), -1)
    best[:, : order.shape[1]] = np.where(np.take_along_axis(seen, order, 1), order, -1)
    return best, seen.sum(axis=1)


def _shell(rng: np.random.Generator, count: int, radius_m: float, thick_m: float) -> Any:
    direction = rng.normal(size=(count, 3))
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    return direction * (radius_m + rng.uniform(0, thick_m, (count, 1)))


def _ground(rng: np.random.Generator, count: int, altitude_m: float) -> Any:
    latitude = rng.choice([-90.0, -89.9, -52.0, 0.0, 33.3, 88.1, 89.99, 90.0], count)
    latitude = np.where(rng.random(count) < 0.5, rng.uniform(-90, 90, count), latitude)
    longitude = rng.choice([-180.0, -179.99, 179.99, 180.0, 0.0, 2.0, -64.0], count)
    longitude = np.where(rng.random(count) < 0.5, rng.uniform(-180, 180, count), longitude)
    return to_ecef(latitude, longitude, altitude_m), up(latitude, longitude)


@settings(max_examples=50, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    mask_deg=st.sampled_from([-20.0, 0.0, 5.0, 25.0, 60.0, 89.0]),
    altitude_m=st.sampled_from([0.0, 11_000.0, 20_000.0, 1_000_000.0]),
    k=st.integers(1, 6),
    rule=st.sampled_from(["highest", "nearest"]),
    range_max_m=st.sampled_from([np.inf, 1.2e6, 2.5e7]),
    tilt=st.sampled_from([0.0, 0.7]),
)
def test_as_testing_every_pair(
    seed: int,
    mask_deg: float,
    altitude_m: float,
    k: int,
    rule: Any,
    range_max_m: float,
    tilt: float,
) -> None:
    rng = np.random.default_rng(seed)
    shells = [(150, 6.92e6, 0.0), (150, 7.5e6, 4e5), (40, 42.1e6, 1e6), (1, 6.8e6, 0.0)]
    satellite_m = np.concatenate([_shell(rng, *each) for each in shells])
    shell = np.repeat(np.arange(4), [each[0] for each in shells])
    shuffled = rng.permutation(len(shell))
    satellite_m, shell = satellite_m[shuffled], shell[shuffled]
    user_m, vertical = _ground(rng, 60, altitude_m)
    # A craft that leans has a vertical of its own.
    vertical += tilt * rng.normal(size=vertical.shape)
    vertical /= np.linalg.norm(vertical, axis=1, keepdims=True)
    mask = mask_deg + rng.uniform(0, 1, len(user_m))
    found = best_servers(
        Satellites(satellite_m, shell), Users(user_m, vertical, mask), k, rule, range_max_m
    )
    best, count = _dense(satellite_m, user_m, vertical, mask, k, rule, range_max_m)
    np.testing.assert_array_equal(found.count, count)
    np.testing.assert_array_equal(found.satellite, best)


@pytest.mark.parametrize("rule", ["highest", "nearest"])
def test_what_single_precision_cannot_tell_apart(rule: Any) -> None:
    # A centimetre above and below the mask, all around; and a flock within a centimetre, high up.
    rng = np.random.default_rng(6)
    place, vertical = to_ecef(12.3, 34.1), up(12.3, 34.1)
    east = np.cross([0.0, 0.0, 1.0], vertical)
    east /= np.linalg.norm(east)
    azimuth = rng.uniform(0, 2 * np.pi, 400)[:, None]
    level = np.cos(azimuth) * east + np.sin(azimuth) * np.cross(vertical, east)
    angle = np.radians(30) + 1e-8 * rng.uniform(-1, 1, (400, 1))
    edge_m = place + 1e6 * (np.sin(angle) * vertical + np.cos(angle) * level)
    flock_m = place + 7e5 * vertical + 1e5 * east + rng.uniform(-0.01, 0.01, (40, 3))
    satellite_m = np.concatenate([edge_m, flock_m])
    users = Users(place[None], vertical[None], 30.0)
    found = best_servers(Satellites(satellite_m, np.zeros(440, int)), users, 8, rule)
    best, count = _dense(satellite_m, place[None], vertical[None], 30.0, 8, rule, np.inf)
    assert found.count == count
    np.testing.assert_array_equal(found.satellite, best)


def test_equals_come_in_the_order_of_satellites() -> None:
    place, vertical = to_ecef(0.0, 0.0)[None], up(0.0, 0.0)[None]
    satellite_m = np.repeat(place + 5e5 * vertical, 7, axis=0)
    for rule in ("highest", "nearest"):
        found = best_servers(
            Satellites(satellite_m, np.arange(7)), Users(place, vertical, 10.0), 3, rule
        )
        assert found.satellite.tolist() == [[0, 1, 2]]
        assert found.count.tolist() == [7]


def test_who_is_not_there_is_not_seen() -> None:
    rng = np.random.default_rng(2)
    satellite_m = _shell(rng, 500, 7e6, 0.0)
    user_m, vertical = _ground(rng, 40, 0.0)
    satellite_m[::3] = np.nan
    user_m[::5] = np.nan
    users = Users(user_m, vertical, 10.0)
    found = best_servers(Satellites(satellite_m), users, 3)
    best, count = _dense(satellite_m, user_m, vertical, 10.0, 3, "highest", np.inf)
    np.testing.assert_array_equal(found.count, count)
    np.testing.assert_array_equal(found.satellite, best)
    assert found.count[::5].max() == 0
    for some in (slice(0), slice(0, 1)):
        none = best_servers(Satellites(satellite_m[some]), users, 3)
        assert none.count.max() == 0
        assert none.satellite.max() == -1
    nobody = best_servers(Satellites(satellite_m), Users(user_m[:0], vertical[:0], 10.0), 3)
    assert nobody.satellite.shape == (0, 3)


def test_threads_change_nothing() -> None:
    rng = np.random.default_rng(4)
    satellite_m, shell = _shell(rng, 3000, 7e6, 1e5), rng.integers(0, 3, 3000)
    user_m, vertical = _ground(rng, 40_000, 0.0)
    asked = Satellites(satellite_m, shell), Users(user_m, vertical, 25.0)
    found = best_servers(*asked, 4)
    with ThreadPoolExecutor(1) as one:
        alone = best_servers(*asked, 4, executor=one)
    np.testing.assert_array_equal(found.satellite, alone.satellite)
    np.testing.assert_array_equal(found.count, alone.count)


def test_errors_are_named() -> None:
    place, shell, point = np.ones((4, 3)) * 7e6, np.zeros(4, int), np.ones((2, 3))
    satellites, users = Satellites(place, shell), Users(point, point, 10.0)
    with pytest.raises(ValueError, match='"highest" or "nearest", got \'best\''):
        best_servers(satellites, users, 1, "best")
    with pytest.raises(ValueError, match="k must be at least 1"):
        best_servers(satellites, users, 0)
    with pytest.raises(ValueError, match="position_m of satellites must have shape"):
        best_servers(Satellites(place.T, shell), users, 1)
    with pytest.raises(ValueError, match=r"shell must have shape \(4,\)"):
        best_servers(Satellites(place, shell[:3]), users, 1)
    with pytest.raises(ValueError, match="up must have shape"):
        best_servers(satellites, Users(point, point[:1], 10.0), 1)
    with pytest.raises(ValueError, match="elevation_min_deg"):
        best_servers(satellites, Users(point, point, np.zeros(3)), 1)
    with pytest.raises(ValueError, match="-90 to 90"):
        best_servers(satellites, Users(point, point, np.nan), 1)
