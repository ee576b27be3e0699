"""Cells of equal area, and the walk through windows, on windows that can be counted by hand."""

from itertools import pairwise

import numpy as np
import pytest

from skyweft.contacts.coverage.measuring import Coverage, CoverageState, cells
from skyweft.fleet import Motion, Sites, Tracks

RADIUS_M = 6_378_137.0


@pytest.mark.parametrize(
    ("count", "low_deg", "high_deg"),
    [(1, -90, 90), (12, -90, 90), (1000, -90, 90), (500, -60, 60), (37, 50, 90), (99_991, -70, 80)],
)
def test_cells_tile_the_belt_with_one_area(count: int, low_deg: float, high_deg: float) -> None:
    grid = cells(count, low_deg, high_deg)
    height = np.sin(np.radians(grid.latitude_max_deg)) - np.sin(np.radians(grid.latitude_min_deg))
    area = height * np.radians(grid.longitude_max_deg - grid.longitude_min_deg)
    belt = 2 * np.pi * (np.sin(np.radians(high_deg)) - np.sin(np.radians(low_deg)))
    np.testing.assert_allclose(area, belt / count, rtol=1e-7)
    assert grid.latitude_min_deg.min() == pytest.approx(low_deg)
    assert grid.latitude_max_deg.max() == pytest.approx(high_deg)
    assert np.all(grid.latitude_min_deg < grid.latitude_deg)
    assert np.all(grid.latitude_deg < grid.latitude_max_deg)
    assert np.all(np.abs(grid.longitude_deg) <= 180)


def test_cells_are_about_as_wide_as_high() -> None:
    grid = cells(1000)
    inner = np.abs(grid.latitude_deg) < 80
    width = (grid.longitude_max_deg - grid.longitude_min_deg) * np.cos(
        np.radians(grid.latitude_deg)
    )
    shape = (width / (grid.latitude_max_deg - grid.latitude_min_deg))[inner]
    assert 0.7 < shape.min() < shape.max() < 1.4


def _orbit(rate_rad_s: float, phases_rad: list[float], start_s: float, end_s: float) -> Motion:
    """Circles over the equator of a sphere that does not turn, knots every 30 s."""
    time_s = np.linspace(start_s, end_s, round((end_s - start_s) / 30) + 1)
    angle = rate_rad_s * time_s + np.array(phases_rad)[:, np.newaxis]
    zero = np.zeros_like(angle)
    radius_m = 2 * RADIUS_M
    position_m = radius_m * np.stack([np.cos(angle), np.sin(angle), zero], axis=1)
    velocity_m_s = radius_m * rate_rad_s * np.stack([-np.sin(angle), np.cos(angle), zero], axis=1)
    return Motion(
        Tracks(time_s, position_m, velocity_m_s), Sites(np.zeros((0, 3)), np.zeros((0, 3)))
    )


def _state(longitude_deg: list[float], movers: int, always: int = 0) -> CoverageState:
    """Places on the sphere's equator that see down to their horizon: 60 degrees of arc at 2 R."""
    longitude = np.radians(longitude_deg)
    up = np.column_stack([np.cos(longitude), np.sin(longitude), np.zeros_like(longitude)])
    where = cells(len(longitude_deg))
    return CoverageState(
        [""] * len(up),
        where,
        RADIUS_M * up,
        up,
        np.arange(movers, dtype=np.int32),
        np.full(len(up), always, np.int32),
        0.0,
    )


PERIOD_S = 7_200.0
RATE = 2 * np.pi / PERIOD_S


def _one_pass_each_turn(borders_s: list[float]) -> Coverage:
    """One satellite, overhead of longitude 90 at a quarter turn: in view from 600 s to 3,000 s."""
    state = _state([90.0], 1)
    for start_s, end_s in pairwise(borders_s):
        state.add(_orbit(RATE, [0.0], start_s, end_s))
    return state.finish()


def test_one_satellite_by_hand() -> None:
    found = _one_pass_each_turn([0.0, 4 * PERIOD_S])
    assert found.coverage_fraction[0] == pytest.approx(1 / 3, abs=1e-5)
    assert found.in_view_mean[0] == pytest.approx(1 / 3, abs=1e-5)
    assert (found.in_view_min[0], found.in_view_max[0]) == (0, 1)
    assert found.passes_per_day[0] == pytest.approx(12)
    assert found.gaps[0] == 3
    assert found.revisit_mean_s[0] == pytest.approx(4_800, abs=0.02)
    assert found.longest_gap_s[0] == pytest.approx(4_800, abs=0.02)
    assert not found.longest_gap_cut[0]
    # Three whole gaps, and both ends of the run: 600 s before the first pass, 4,200 s at the end.
    wait_s = (3 * 4_800**2 + 600**2 + 4_200**2) / (2 * 4 * PERIOD_S)
    assert found.response_time_mean_s[0] == pytest.approx(wait_s, rel=1e-4)


@pytest.mark.parametrize(
    "borders_s",
    [
        [0.0, 1_800.0, 4 * PERIOD_S],  # in a pass
        [0.0, 4_500.0, 9_000.0, 4 * PERIOD_S],  # in a gap, then in a pass
        [0.0, 600.0, 3_000.0, 4 * PERIOD_S],  # at a rise and at a set
    ],
)
def test_blocks_change_nothing(borders_s: list[float]) -> None:
    whole, parts = _one_pass_each_turn([0.0, 4 * PERIOD_S]), _one_pass_each_turn(borders_s)
    for name in Coverage.__slots__:
        if name != "name":
            one, other = getattr(whole, name), getattr(parts, name)
            np.testing.assert_allclose(one, other, rtol=1e-6, atol=0.03, err_msg=name)


def test_two_satellites_share_the_view() -> None:
    state = _state([90.0, -30.0], 2)
    state.add(_orbit(RATE, [0.0, -np.pi / 3], 0.0, 2 * PERIOD_S))
    found = state.finish()
    # One follows the other by half a pass: 1,200 s of both, 3,600 s of at least one.
    assert found.coverage_fraction == pytest.approx([0.5, 0.5], abs=1e-5)
    assert found.in_view_mean == pytest.approx([2 / 3, 2 / 3], abs=1e-5)
    assert list(found.in_view_max) == [2, 2]
    assert found.passes_per_day[0] == pytest.approx(24)


def test_never_and_always() -> None:
    never = _state([90.0], 0)
    never.add(_orbit(RATE, [], 0.0, 3_600.0))
    found = never.finish()
    assert found.coverage_fraction[0] == 0
    assert found.longest_gap_s[0] == 3_600
    assert found.longest_gap_cut[0]
    assert np.isnan(found.revisit_mean_s[0])
    assert found.response_time_mean_s[0] == 1_800
    assert (found.in_view_min[0], found.in_view_max[0]) == (0, 0)

    always = _state([90.0], 1, always=2)
    always.add(_orbit(RATE, [0.0], 0.0, 3_600.0))
    found = always.finish()
    assert found.coverage_fraction[0] == 1
    assert found.longest_gap_s[0] == 0
    assert (found.in_view_min[0], found.in_view_max[0]) == (2, 3)


def test_an_absent_mover_covers_nothing() -> None:
    motion = _orbit(RATE, [0.0], 0.0, PERIOD_S)
    motion.tracks.position_m[:] = np.nan
    motion.tracks.velocity_m_s[:] = np.nan
    state = _state([90.0], 1)
    state.add(motion)
    assert state.finish().coverage_fraction[0] == 0


def test_movers_that_do_not_cover_are_not_counted() -> None:
    state = _state([90.0], 1)
    state.add(_orbit(RATE, [0.0, 0.0, 0.1], 0.0, PERIOD_S))
    assert state.finish().in_view_max[0] == 1
