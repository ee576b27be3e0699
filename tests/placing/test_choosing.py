"""Choice of options against every choice there is, and against HiGHS on the whole problem."""

import itertools
import math

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from skyweft.placing import choosing
from skyweft.placing.choosing import (
    exact,
    greedy,
    lagrangian,
    place_most,
    promising,
    served,
    swapped,
)
from skyweft.placing.covering import Cover, Problem

# HiGHS keeps constraints to 1e-7 and stops at gaps of 1e-6 of the weight or less.
NEAR = 1e-6


def problem(
    seed: int, options: int, points: int, available: list[int], load: float = 0.0, cost: int = 1
) -> Problem:
    """Return options and points strewn over a square; two options may share a site."""
    random = np.random.default_rng(seed)
    away = np.hypot(*(random.random((2, options, 1)) - random.random((2, 1, points))))
    option, point = np.nonzero(away < 0.35)
    first = np.searchsorted(option, np.arange(options + 1))
    need = random.uniform(0.5, 1.5, points) * load
    return Problem(
        Cover(first, point, random.uniform(0.5, 1.5, len(point)) * load, need[point]),
        random.integers(0, 100, points).astype(float),
        random.integers(0, len(available), options),
        random.integers(0, options, options),
        random.integers(1, cost + 1, options),
        np.array(available),
    )


def dense(made: Problem) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return whether option reaches point, and what it takes, as matrices (O, U)."""
    shape = made.options, len(made.weight)
    reaches, carrier, backhaul = np.zeros(shape, bool), np.zeros(shape), np.zeros(shape)
    where = made.owner, made.cover.point
    reaches[where], carrier[where], backhaul[where] = True, made.cover.carrier, made.cover.backhaul
    return reaches, carrier, backhaul


def most_served(made: Problem, chosen: list[int]) -> float:
    """Return what a choice serves at best: a linear program over matrices."""
    if not chosen:
        return 0.0
    reaches, carrier, backhaul = (each[chosen] for each in dense(made))
    count, points = reaches.shape
    limits = np.zeros((points + 2 * count, count * points))
    for k in range(count):
        columns = slice(k * points, (k + 1) * points)
        limits[:points, columns] = np.eye(points)
        limits[points + k, columns] = carrier[k]
        limits[points + count + k, columns] = backhaul[k]
    gain = np.tile(made.weight, count)
    high = reaches.ravel().astype(float)
    ends = np.column_stack([np.zeros_like(high), high])
    answer = linprog(-gain, limits, np.ones(len(limits)), bounds=ends)
    return float(-answer.fun)


def every_choice(made: Problem) -> float:
    """Return the most that any choice serves, by trying all."""
    best = 0.0
    for size in range(made.options + 1):
        for chosen in itertools.combinations(range(made.options), size):
            picked = list(chosen)
            craft = np.bincount(made.kind[picked], made.cost[picked], len(made.available))
            if np.all(craft <= made.available) and len(set(made.site[picked])) == size:
                best = max(best, most_served(made, picked))
    return best


def by_highs(made: Problem) -> float:
    """Return the best by one mixed-integer program without any reduction of ours."""
    reaches, carrier, backhaul = dense(made)
    options, points = reaches.shape
    size = options + options * points
    rows, right = [], []

    def add(columns: dict[int, float], limit: float) -> None:
        row = np.zeros(size)
        row[list(columns)] = list(columns.values())
        rows.append(row)
        right.append(limit)

    for u in range(points):
        add({options + o * points + u: 1.0 for o in range(options)}, 1.0)
    for o in range(options):
        share = {u: options + o * points + u for u in range(points)}
        add({o: -1.0} | {at: carrier[o, u] for u, at in share.items()}, 0.0)
        add({o: -1.0} | {at: backhaul[o, u] for u, at in share.items()}, 0.0)
        for u, at in share.items():
            add({o: -float(reaches[o, u]), at: 1.0}, 0.0)
    for kind, craft in enumerate(made.available):
        mine = np.flatnonzero(made.kind == kind)
        add({int(o): float(made.cost[o]) for o in mine}, float(craft))
    for site in np.unique(made.site):
        add({int(o): 1.0 for o in np.flatnonzero(made.site == site)}, 1.0)
    gain = np.concatenate([np.zeros(options), np.tile(made.weight, options)])
    answer = milp(
        -gain,
        integrality=np.arange(size) < options,
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(np.array(rows), -np.inf, np.array(right)),
    )
    return float(-answer.fun)


def assert_sound(made: Problem, limit: float) -> None:
    """What is placed is allowed, serves what it says, and its bound is one."""
    found = place_most(made)
    craft = np.bincount(made.kind[found.chosen], made.cost[found.chosen], len(made.available))
    assert np.all(craft <= made.available)
    assert len(set(made.site[found.chosen])) == len(found.chosen)
    assert np.all(np.bincount(made.cover.point, found.share) <= 1 + 1e-6)
    for load in made.cover[2:]:
        assert np.all(np.bincount(made.owner, load * found.share) <= 1 + 1e-6)
    assert made.weight[made.cover.point] @ found.share == pytest.approx(found.served)
    assert found.served == pytest.approx(most_served(made, found.chosen.tolist()), rel=NEAR)
    assert found.served == pytest.approx(limit, rel=NEAR)
    assert found.bound == pytest.approx(limit, rel=NEAR)
    assert found.gap <= NEAR


SMALL = [
    (seed, [[3], [2, 2]][seed % 2], [0.0, 0.3][seed // 2 % 2], 1 + seed % 3) for seed in range(12)
]


@pytest.mark.parametrize(("seed", "available", "load", "cost"), SMALL)
def test_no_other_choice_serves_more(
    seed: int, available: list[int], load: float, cost: int
) -> None:
    made = problem(seed, 8, 14, available, load, cost)
    assert_sound(made, every_choice(made))


@pytest.mark.parametrize("seed", range(6))
def test_as_highs_finds_it_without_our_reductions(seed: int) -> None:
    made = problem(100 + seed, 15, 25, [4, 2], [0.0, 0.25][seed % 2], 1 + seed % 2)
    assert_sound(made, by_highs(made))


@pytest.mark.parametrize("seed", range(8))
def test_bounds_hold_and_greedy_keeps_its_guarantee(seed: int) -> None:
    made = problem(200 + seed, 15, 25, [4], 0.0)
    best = by_highs(made)
    first = served(made, greedy(made)).served
    better = served(made, swapped(made, greedy(made))).served
    bound = lagrangian(made, better)
    assert best * (1 - 1 / math.e) <= first * (1 + NEAR)  # Nemhauser, Wolsey and Fisher, 1978
    assert first <= better * (1 + NEAR) <= best * (1 + 2 * NEAR) <= bound.value * (1 + 3 * NEAR)
    # Whatever serves more than is known is made of options that are kept.
    kept = promising(made, bound, better)
    if best > better * (1 + NEAR):
        chosen, _ = exact(made.taking(kept))
        assert chosen is not None
        assert served(made.taking(kept), chosen).served == pytest.approx(best, rel=NEAR)


def test_swaps_mend_what_greed_spoils() -> None:
    # The one in the middle reaches most, but the two beside it reach all: 3 + 3 against 4 + 1.
    cover = Cover(
        np.array([0, 3, 6, 10]),
        np.array([0, 1, 2, 3, 4, 5, 1, 2, 3, 4]),
        np.zeros(10),
        np.zeros(10),
    )
    one = np.ones(3, np.int64)
    made = Problem(cover, np.ones(6), 0 * one, np.arange(3), one, np.array([2]))
    assert served(made, greedy(made)).served == 5
    assert served(made, swapped(made, greedy(made))).served == 6
    assert place_most(made).gap == 0


def test_nothing_to_choose_from() -> None:
    none = np.zeros(0, np.int64)
    cover = Cover(np.zeros(1, np.int64), none, np.zeros(0), np.zeros(0))
    found = place_most(Problem(cover, np.ones(3), none, none, none, np.array([2])))
    assert len(found.chosen) == 0
    assert found.served == found.bound == found.gap == 0


def test_where_it_is_too_large_the_bound_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choosing, "OPTIONS_EXACT", 0)
    gaps = []
    for seed in range(8):
        made = problem(300 + seed, 15, 25, [4, 2], 0.25)
        found = place_most(made)
        assert not (found.exact and found.gap > 0)
        assert found.served <= by_highs(made) * (1 + NEAR) <= found.bound * (1 + 2 * NEAR)
        gaps.append(found.gap)
    assert 0 < max(gaps) < 0.2
