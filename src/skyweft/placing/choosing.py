"""Which options to take: exactly where that is small, else greedily, always with a proven bound."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from skyweft.placing.covering import Floats, Ints, Problem, gains, most, take

OPTIONS_EXACT = 2_000
ENTRIES_EXACT = 300_000  # of options that may still be part of the best
ENTRIES_SHARED = 60_000  # where carriers or backhaul are short: each is an unknown then
TIME_MAX_S = 15.0
ROUNDS = 300  # of lowering the bound
STALE = 12  # rounds without a lower bound, after which steps are halved
PASSES = 20  # of swapping
HAIR = 1e-9  # of all weight: less is no gain


@dataclass(frozen=True, slots=True)
class Placed:
    """What is taken, whom it serves, and how good that is known to be."""

    chosen: Ints  # (N,) options, rising
    share: Floats  # (E,) of a point's need that the entry's option serves; 0 where not taken
    served: float  # weight
    bound: float  # no choice serves more: proven
    exact: bool  # whether branch and cut went over it

    @property
    def gap(self) -> float:
        """By which part of the bound the answer might be too little."""
        return max(0.0, 1 - self.served / self.bound) if self.bound > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Bound:
    """A proven bound, the prices of points it was found at, and what options are worth at them."""

    value: float
    price: Floats  # (U,)
    worth: Floats  # (O,)


def place_most(problem: Problem, time_max_s: float = TIME_MAX_S) -> Placed:
    """Return where to place what there is so that the most weight is served.

    Parameters
    ----------
    problem : Problem
        Options, points, and who reaches whom.
    time_max_s : float
        For branch and cut; after that the best so far counts, with the bound proven so far. [s]

    Returns
    -------
    Placed
        By greedy choice and swaps, then by branch and cut (HiGHS) where at most 2,000 options and
        300,000 entries (60,000 where carriers or backhaul are short) may be part of a better one.
    """
    found = swapped(problem, greedy(problem))
    placed = served(problem, found)
    bound = lagrangian(problem, placed.served)
    placed = replace(placed, bound=max(bound.value, placed.served))
    if placed.gap <= HAIR:
        return placed
    kept = np.union1d(promising(problem, bound, placed.served), placed.chosen)
    part = problem.taking(kept)
    entries_max = ENTRIES_SHARED if part.binds() else ENTRIES_EXACT
    if part.options > OPTIONS_EXACT or len(part.cover.point) > entries_max:
        return placed
    better, proven = exact(part, time_max_s)
    # What was left out serves no more than was found already.
    least = max(min(placed.bound, proven), placed.served)
    if better is not None:
        again = served(problem, kept[better])
        if again.served >= placed.served:
            placed = again
    return replace(placed, bound=max(least, placed.served), exact=True)


def greedy(problem: Problem) -> list[int]:
    """Return options in the order they were taken: at each turn that which adds most a craft."""
    rest = np.ones(len(problem.weight))
    picked: list[int] = []
    _add(problem, picked, rest)
    return picked


def _allowed(problem: Problem, picked: list[int]) -> Any:
    """Return which options there are craft and room for beside those picked."""
    left = problem.available.copy()
    np.subtract.at(left, problem.kind[picked], problem.cost[picked])
    return (problem.cost <= left[problem.kind]) & ~np.isin(problem.site, problem.site[picked])


def _add(problem: Problem, picked: list[int], rest: Floats) -> None:
    """Take options as long as one adds something."""
    gain = np.empty(problem.options)
    least = HAIR * problem.weight.sum()
    while problem.options:
        gains(problem.cover, problem.weight, rest, gain)
        value = np.where(_allowed(problem, picked) & (gain > least), gain / problem.cost, -1.0)
        best = int(np.argmax(value))
        if value[best] <= 0.0:
            return
        picked.append(best)
        take(problem.cover, best, problem.weight, rest, True)


def _left(problem: Problem, picked: list[int]) -> tuple[Floats, float]:
    rest, total = np.ones(len(problem.weight)), 0.0
    for option in picked:
        total += take(problem.cover, option, problem.weight, rest, True)
    return rest, total


def swapped(problem: Problem, picked: list[int]) -> list[int]:
    """Return options after every swap of one for others that serves more."""
    _, best = _left(problem, picked)
    least = HAIR * problem.weight.sum()
    for _ in range(PASSES):
        before = best
        for option in list(picked):
            others = [other for other in picked if other != option]
            trial = list(others)
            rest, _ = _left(problem, trial)
            _add(problem, trial, rest)
            _, total = _left(problem, trial)
            if total > best + least:
                picked, best = trial, total
        if best <= before:
            break
    return picked


def served(problem: Problem, picked: Ints | list[int]) -> Placed:
    """Return whom options serve, sharing out carriers and backhaul as well as can be (an LP)."""
    from scipy.optimize import linprog
    from scipy.sparse import coo_array

    chosen = np.sort(np.asarray(picked, np.int64))
    part = problem.taking(chosen)
    _, point, carrier, backhaul = part.cover
    count, owner = len(chosen), part.owner
    share = np.zeros(len(point))
    if part.binds():
        entry = np.arange(len(point))
        rows = np.concatenate([point, len(part.weight) + owner, len(part.weight) + count + owner])
        values = np.concatenate([np.ones(len(point)), carrier, backhaul])
        limits = coo_array((values, (rows, np.tile(entry, 3))))
        right = np.ones(limits.shape[0])
        answer = linprog(-part.weight[point], limits.tocsr(), right, bounds=(0, 1), method="highs")
        assert answer.x is not None
        share[:] = answer.x
    else:
        share[np.unique(point, return_index=True)[1]] = 1.0
    whole = np.zeros(len(problem.cover.point))
    for k, option in enumerate(chosen):
        whole[problem.entries(int(option))] = share[part.entries(k)]
    value = float(part.weight[point] @ share)
    return Placed(chosen, whole, value, np.inf, exact=False)


def lagrangian(problem: Problem, known: float) -> Bound:
    """Return a bound on what any choice serves, lowered round by round.

    Parameters
    ----------
    problem : Problem
        What is to be bounded.
    known : float
        Weight that an answer at hand serves, towards which the bound is lowered.

    Notes
    -----
    That no point is served more than once is given a price for every point in place of a limit: at
    any prices the options of greatest worth, each served as if it were alone, serve at least as
    much as the best choice does. Prices move against what is served too often or not at all [1]_.

    References
    ----------
    .. [1] M. L. Fisher, "The Lagrangian relaxation method for solving integer programming
       problems", Management Science 27, 1981.
    """
    cover, weight = problem.cover, problem.weight
    price = np.zeros(len(weight))
    price[np.unique(cover.point)] = 0.5
    price *= weight
    worth, part = np.empty(problem.options), np.empty(len(cover.point))
    owner, best = problem.owner, Bound(float("inf"), price, worth.copy())
    step, since = 1.5, 0
    for _ in range(ROUNDS):
        most(cover, weight - price, worth, part)
        taken, value = _knapsacks(problem, worth)
        value += float(price.sum())
        if value < best.value:
            since = since + 1 if value > best.value * (1 - 1e-5) else 0
            best = Bound(value, price, worth.copy())
        else:
            since += 1
        if since > STALE:
            step, since, price = step / 2, 0, best.price
        slope = 1.0 - np.bincount(cover.point, part * taken[owner], len(weight))
        slope[(price <= 0) & (slope > 0)] = 0.0
        length = float(slope @ slope)
        if length == 0 or best.value <= known * (1 + HAIR) or step < 1e-3:
            break
        price = np.clip(price - step * max(value - known, 0.0) / length * slope, 0.0, weight)
    return best


def _knapsacks(problem: Problem, worth: Floats) -> tuple[Floats, float]:
    """Return which part of every option its kind's craft pay for, and the worth of that."""
    taken, total = np.zeros(problem.options), 0.0
    for kind, available in enumerate(problem.available):
        mine = np.flatnonzero(problem.kind == kind)
        mine = mine[np.argsort(-worth[mine] / problem.cost[mine], kind="stable")]
        before = np.cumsum(problem.cost[mine]) - problem.cost[mine]
        taken[mine] = np.clip((available - before) / problem.cost[mine], 0.0, 1.0)
        total += float(worth[mine] @ taken[mine])
    return taken, total


def promising(problem: Problem, bound: Bound, known: float) -> Ints:
    """Return the options that may be part of an answer which serves more than is known."""
    worth, price = bound.worth, float(bound.price.sum())
    taken, total = _knapsacks(problem, worth)
    found = np.zeros(problem.options, bool)
    for kind, available in enumerate(problem.available):
        mine = np.flatnonzero(problem.kind == kind)
        order = mine[np.argsort(-worth[mine] / problem.cost[mine], kind="stable")]
        craft = np.concatenate([[0], np.cumsum(problem.cost[order])])
        value = np.concatenate([[0.0], np.cumsum(worth[order])])
        others = price + total - float(worth[mine] @ taken[mine])
        # Taking it for certain, what is left of the craft is worth at most this.
        left = available - problem.cost[mine]
        forced = others + worth[mine] + np.interp(left, craft, value)
        found[mine] = (left >= 0) & (forced > known * (1 + HAIR))
    return np.flatnonzero(found)


def exact(problem: Problem, time_max_s: float = TIME_MAX_S) -> tuple[Ints | None, float]:
    """Return the best options by branch and cut (HiGHS), and the bound that was proven.

    Nothing for the options where the time was too short to find any.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import vstack

    limits, right, gain = (_sharing if problem.binds() else _covering)(problem)
    craft, most_craft = _craft(problem, len(gain))
    whole = np.zeros(len(gain) + problem.options)
    whole[: problem.options] = 1
    answer = milp(
        np.concatenate([np.zeros(problem.options), -gain]),
        integrality=whole,
        bounds=Bounds(0, 1),
        constraints=[
            LinearConstraint(vstack([limits, craft]).tocsr(), -np.inf, np.append(right, most_craft))
        ],
        options={"time_limit": time_max_s, "mip_rel_gap": HAIR},
    )
    bound = np.inf if answer.mip_dual_bound is None else -float(answer.mip_dual_bound)
    if answer.x is None:
        return None, bound
    return np.flatnonzero(answer.x[: problem.options] > 0.5), bound


def _craft(problem: Problem, others: int) -> tuple[Any, Floats]:
    """Return the rows for craft of each kind and for one option a site."""
    from scipy.sparse import coo_array

    kinds, option = len(problem.available), np.arange(problem.options)
    sites, site = np.unique(problem.site, return_inverse=True)
    rows, columns = np.concatenate([problem.kind, kinds + site]), np.tile(option, 2)
    values = np.concatenate([problem.cost, np.ones(problem.options)])
    shape = (kinds + len(sites), problem.options + others)
    return coo_array((values, (rows, columns)), shape), np.append(
        problem.available, np.ones(len(sites))
    )


def _covering(problem: Problem) -> tuple[Any, Floats, Floats]:
    """Return rows where nothing is short: who is reached by an option that is taken is served.

    Points that the same options reach are one.
    """
    from scipy.sparse import coo_array

    point, owner = problem.cover.point, problem.owner
    # Two points are alike if the sums of their options' random numbers are.
    draw = np.random.default_rng(0).integers(0, 1 << 62, (2, problem.options))
    marks = np.zeros((2, len(problem.weight)), np.int64)
    for mark, numbers in zip(marks, draw, strict=True):
        np.add.at(mark, point, numbers[owner])
    reached = np.unique(point)
    _, row, group = np.unique(marks[:, reached], axis=1, return_index=True, return_inverse=True)
    group = group.ravel()
    weight = np.bincount(group, problem.weight[reached], len(row))
    place = np.full(len(problem.weight), -1)
    place[reached[row]] = np.arange(len(row))
    here = place[point] >= 0
    rows = np.concatenate([place[point[here]], np.arange(len(row))])
    columns = np.concatenate([owner[here], problem.options + np.arange(len(row))])
    values = np.concatenate([-np.ones(np.count_nonzero(here)), np.ones(len(row))])
    shape = (len(row), problem.options + len(row))
    return coo_array((values, (rows, columns)), shape), np.zeros(len(row)), weight.astype(float)


def _sharing(problem: Problem) -> tuple[Any, Floats, Floats]:
    """Return rows where carriers or backhaul are short: shares of points, an option's limits."""
    from scipy.sparse import coo_array

    _, point, carrier, backhaul = problem.cover
    owner, entry = problem.owner, np.arange(len(point))
    options, points, entries = problem.options, len(problem.weight), len(point)
    blocks = [  # rows, columns, values
        (point, options + entry, np.ones(entries)),
        (points + owner, options + entry, carrier),
        (points + np.arange(options), np.arange(options), -np.ones(options)),
        (points + options + owner, options + entry, backhaul),
        (points + options + np.arange(options), np.arange(options), -np.ones(options)),
        (points + 2 * options + entry, options + entry, np.ones(entries)),
        (points + 2 * options + entry, owner, -np.ones(entries)),
    ]
    rows, columns, values = (np.concatenate(column) for column in zip(*blocks, strict=True))
    shape = (points + 2 * options + entries, options + entries)
    right = np.zeros(shape[0])
    right[:points] = 1.0
    return coo_array((values, (rows, columns)), shape), right, problem.weight[point]
