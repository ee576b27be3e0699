"""Against closed forms of uniform acceleration, and a step-by-step train on a fine grid."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skyweft.motion.rail_speed import Limits, Running, Stop, reversed_limits, running, trip

EVEN = Limits(np.zeros(1), np.full(1, 80.0))


def _run(limits: Limits, length_m: float, rates: tuple[float, float] = (0.5, 0.8)) -> Running:
    return running([(trip(limits, length_m, (), rates).phases, False)], length_m)


def test_trapezoid_and_triangle() -> None:
    """t = L / v + v / (2 a) + v / (2 b); without room for v, sqrt(2 L (a + b) / (a b))."""
    assert _run(EVEN, 60e3).end_s == pytest.approx(60e3 / 80 + 80 / 1.0 + 80 / 1.6)
    assert _run(EVEN, 4e3).end_s == pytest.approx(np.sqrt(2 * 4e3 * 1.3 / 0.4))
    assert np.abs(_run(EVEN, 4e3).speed_m_s).max() == pytest.approx(np.sqrt(2 * 4e3 * 0.4 / 1.3))


def test_a_limit_is_kept_from_its_first_metre_to_its_last() -> None:
    limits = Limits(np.array([0.0, 20e3, 23e3]), np.array([80.0, 30.0, 60.0]))
    way = _run(limits, 60e3)
    distance, speed = way.at(np.linspace(0, way.end_s, 200_001))
    slow = (distance >= 20e3) & (distance <= 23e3)
    np.testing.assert_allclose(speed[slow], 30.0, rtol=1e-12)
    # Before it: brakes from 80 over (80^2 - 30^2) / (2 0.8); after it: speeds up to 60.
    at = np.interp([20e3 - 5_500 / 1.6, 23e3 + 2_700], distance, speed)
    np.testing.assert_allclose(at, [80.0, 60.0], rtol=1e-4)


lines = st.lists(st.tuples(st.floats(100, 20e3), st.floats(5, 280)), min_size=1, max_size=6)


@given(lines, st.floats(0.1, 2.0), st.floats(0.1, 2.0), st.booleans())
def test_what_always_holds(
    parts: list[tuple[float, float]], speed_up: float, brake: float, back: bool
) -> None:
    """Limits and rates hold, it arrives standing, and no step-by-step train is faster."""
    wide = np.array([each[0] for each in parts])
    limits = Limits(np.concatenate([[0.0], np.cumsum(wide)[:-1]]), np.array([e[1] for e in parts]))
    length = float(wide.sum())
    if back:
        limits = reversed_limits(limits, length)
    way = _run(limits, length, (speed_up, brake))
    time_s = np.linspace(0, way.end_s, 2_001)
    distance, speed = way.at(time_s)
    assert distance[-1] == pytest.approx(length, abs=1e-6 * length)
    assert abs(speed[-1]) < 1e-5
    assert np.all(np.diff(distance) >= -1e-9 * length)
    inside = np.clip(distance, 0, length * (1 - 1e-12))
    for nudge in (-1e-6, 1e-6):  # on a border the lower of both limits
        cell = np.searchsorted(limits.from_m, inside + nudge * length, side="right") - 1
        near = np.abs(distance[:, None] - limits.from_m).min(axis=1) > 2e-6 * length
        assert np.all(speed[near] <= limits.speed_m_s[np.clip(cell, 0, None)][near] + 1e-6)
    assert np.all(way.acceleration_m_s2 <= speed_up)
    assert np.all(way.acceleration_m_s2 >= -brake)
    # On a grid: v^2 forwards and backwards, times by the mean speed of each cell.
    grid = np.union1d(np.linspace(0, length, 4_001), limits.from_m)
    cell = np.searchsorted(limits.from_m, (grid[1:] + grid[:-1]) / 2, side="right") - 1
    most = limits.speed_m_s[cell] ** 2
    square = np.concatenate([[0.0], np.minimum(most[1:], most[:-1]), [0.0]])
    for k in range(len(most)):
        square[k + 1] = min(square[k + 1], square[k] + 2 * speed_up * (grid[k + 1] - grid[k]))
    for k in reversed(range(len(most))):
        square[k] = min(square[k], square[k + 1] + 2 * brake * (grid[k + 1] - grid[k]))
    pace = (np.sqrt(square[1:]) + np.sqrt(square[:-1])) / 2
    slowest = float(np.sum(np.diff(grid) / pace))
    assert way.end_s <= slowest * (1 + 1e-9)  # peaks between two places of the grid are cut there
    assert way.end_s >= slowest * 0.995


@given(st.lists(st.floats(0, 100e3), min_size=2, max_size=2, unique=True), st.booleans())
def test_when_within_a_part(ends_m: list[float], there_and_back: bool) -> None:
    low, high = sorted(ends_m)
    stops = (Stop(30e3, 120.0, 0.0), Stop(70e3, 60.0, 2_000.0))
    phases = trip(EVEN, 100e3, stops, (0.5, 0.8)).phases
    ways = [([*phases, (300.0, 0.0, 0.0)], False), (phases, True)][: 1 + there_and_back]
    way = running(ways, 100e3)
    time_s = np.linspace(0, way.end_s, 5_001)
    inside = (way.at(time_s)[0] >= low) & (way.at(time_s)[0] <= high)
    spans = np.array(way.within(low, high))
    found = np.any((time_s >= spans[:, :1]) & (time_s <= spans[:, 1:]), axis=0)
    edges = np.abs(time_s - spans.reshape(-1, 1)).min(axis=0) < 1e-3
    np.testing.assert_array_equal(found[~edges], inside[~edges])
    assert np.all(spans[1:, 0] > spans[:-1, 1])


def test_who_is_early_waits_for_the_timetable() -> None:
    early = trip(EVEN, 60e3, [Stop(20e3, 60.0, 900.0)], (0.5, 0.8))
    late = trip(EVEN, 60e3, [Stop(20e3, 60.0, 100.0)], (0.5, 0.8))
    leg_s = 20e3 / 80 + 80 / 1.0 + 80 / 1.6
    assert early.arrivals_s[0] == pytest.approx(leg_s)
    assert early.arrivals_s[1] == pytest.approx(960 + 40e3 / 80 + 130)
    assert late.arrivals_s[1] == pytest.approx(leg_s + 60 + 40e3 / 80 + 130)
