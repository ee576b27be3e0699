import numpy as np
import pytest

from skyweft.fleet import Fleet, Motion, Sites, Tracks
from skyweft.links.geometry import geometry_between
from skyweft.world.ellipsoid import to_ecef, to_geodetic, up

from .conftest import motion_until


def test_both_ends_against_the_definition(fleet: Fleet) -> None:
    motion = motion_until(1200.0)
    rng = np.random.default_rng(5)
    time_s = rng.uniform(0, 1200, 500)
    source = rng.integers(0, 5, 500)
    target = (source + rng.integers(1, 5, 500)) % 5
    seen = geometry_between(fleet, motion, source, target, time_s)

    def place(platform: int, at_s: float) -> np.ndarray:
        mover, site = fleet.mover[platform], fleet.site[platform]
        if mover < 0:
            return motion.sites.position_m[site]
        knots = motion.tracks
        row = np.searchsorted(knots.time_s, at_s, side="right") - 1
        row = min(row, len(knots.time_s) - 2)
        h = knots.time_s[row + 1] - knots.time_s[row]
        u = (at_s - knots.time_s[row]) / h
        p, v = knots.position_m[mover], knots.velocity_m_s[mover]
        return (
            (1 + 2 * u) * (1 - u) ** 2 * p[:, row]
            + u * (1 - u) ** 2 * h * v[:, row]
            + u * u * (3 - 2 * u) * p[:, row + 1]
            + u * u * (u - 1) * h * v[:, row + 1]
        )

    for k in range(500):
        a, b = place(source[k], time_s[k]), place(target[k], time_s[k])
        np.testing.assert_allclose(seen.range_m[k], np.linalg.norm(b - a), rtol=1e-12)
        for end, other, rise in ((a, b, seen.rise_source[k]), (b, a, seen.rise_target[k])):
            latitude, longitude, _ = to_geodetic(end)
            line = (other - end) / np.linalg.norm(other - end)
            np.testing.assert_allclose(rise, up(latitude, longitude) @ line, atol=2e-9)


@pytest.mark.parametrize("ends", [(3, 1), (1, 3), (0, 2)])
def test_rates_are_the_slopes_of_the_range(fleet: Fleet, ends: tuple[int, int]) -> None:
    motion = motion_until(1200.0)
    # Off the knots, where the acceleration of a cubic track jumps.
    time_s = np.arange(45.0, 1155.0, 30.0)
    source, target = (np.full(len(time_s), end) for end in ends)
    seen = geometry_between(fleet, motion, source, target, time_s)
    after = geometry_between(fleet, motion, source, target, time_s + 0.5)
    before = geometry_between(fleet, motion, source, target, time_s - 0.5)
    slope = after.range_m - before.range_m
    # A central difference over 1 s errs by the third derivative / 24: below 0.05 m/s here.
    np.testing.assert_allclose(seen.range_rate_m_s, slope, atol=0.05)
    bend = after.range_rate_m_s - before.range_rate_m_s
    np.testing.assert_allclose(seen.range_acceleration_m_s2, bend, atol=0.05)


def test_vertical_at_any_height() -> None:
    rng = np.random.default_rng(2)
    latitude, longitude = rng.uniform(-90, 90, 300), rng.uniform(-180, 180, 300)
    height = rng.choice([0.0, 20e3, 550e3, 20_200e3, 35_786e3], 300)
    places, above = (to_ecef(latitude, longitude, height + lift) for lift in (0.0, 500e3))
    sites = Sites(np.concatenate([places, above]), np.tile(up(latitude, longitude), (2, 1)))
    count = len(sites.up)
    fleet = Fleet(
        names=tuple(map(str, range(count))),
        groups=("g",),
        layers=("ground",),
        group=np.zeros(count, np.int32),
        mover=np.full(count, -1, np.int32),
        site=np.arange(count, dtype=np.int32),
        movers=(),
        sites=sites,
        planes={},
        derived_geometry=(),
        warnings=(),
    )
    motion = Motion(Tracks(np.array([0.0, 1.0]), *np.empty((2, 0, 3, 2))), sites)
    low, high = np.arange(300), np.arange(300, 600)
    seen = geometry_between(fleet, motion, low, high, np.zeros(300))
    assert np.degrees(np.arccos(seen.rise_source)).max() < 5e-6
    assert np.degrees(np.arccos(-seen.rise_target)).max() < 5e-6


def test_a_mover_that_leaves_at_once_is_there_on_its_last_knot(fleet: Fleet) -> None:
    """Of two knots the second, and of none at all nothing: no moment before the tracks is asked."""
    whole = motion_until(1200.0)
    for last in (0, 1):
        motion = motion_until(1200.0)
        for column in (motion.tracks.position_m, motion.tracks.velocity_m_s):
            column[0, :, last + 1 :] = np.nan
        time_s = whole.tracks.time_s[: last + 2]
        here, there = np.full(len(time_s), 3), np.zeros(len(time_s), int)
        seen, known = (geometry_between(fleet, m, here, there, time_s) for m in (motion, whole))
        assert np.isnan(seen.range_m).tolist() == [False] * last + [last == 0] + [True]
        there_still = ~np.isnan(seen.range_m)
        np.testing.assert_allclose(seen.range_m[there_still], known.range_m[there_still], atol=0.1)
