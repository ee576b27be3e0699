"""Fair shares and ceilings against HiGHS, as SciPy 1.17 ships it.

Max-min fairness is lexicographic: raise the least level as far as it goes, fix the flows that
cannot rise above it, and again. Each round is a linear program, and one more a flow finds out who
is stuck; nothing of progressive filling is in it. The ceiling is held against a program with a
variable a flow and link. HiGHS keeps constraints to 1e-7, so levels may be off by that in each of a
dozen rounds: 1e-5.
"""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import linprog

from skyweft.network.flows.ceiling import Demands, Links, ceiling
from skyweft.network.flows.fairness import fair_shares

Floats = NDArray[np.float64]


def _on(first: list[int], link: NDArray[np.int64], links: int) -> Floats:
    on = np.zeros((links, len(first) - 1))
    for f in range(len(first) - 1):
        np.add.at(on[:, f], link[first[f] : first[f + 1]], 1.0)
    return on


def _lexicographic(on: Floats, capacity: Floats, demand: Floats, weight: Floats) -> Floats:
    """Return rates; `fixed` holds those that can rise no further, NaN the others."""
    flows = len(demand)
    fixed = np.full(flows, np.nan)
    while np.isnan(fixed).any():
        is_open = np.isnan(fixed)
        low = np.where(is_open, 0.0, fixed)
        high = np.where(is_open, demand, fixed)
        rising = np.zeros((is_open.sum(), flows + 1))
        rising[np.arange(len(rising)), np.flatnonzero(is_open)] = -1.0
        rising[:, -1] = weight[is_open]
        wide = np.column_stack([on, np.zeros(len(on))])
        rows, ends = np.vstack([wide, rising]), np.append(capacity, np.zeros(len(rising)))
        bounds = [*zip(low, high, strict=True), (0.0, None)]
        level = -linprog([0.0] * flows + [-1.0], rows, ends, bounds=bounds).fun
        floor = np.where(is_open, np.minimum(level * weight * (1 - 1e-9), demand), fixed)
        for f in np.flatnonzero(is_open):
            goal = np.zeros(flows)
            goal[f] = -1.0
            best = linprog(goal, on, capacity, bounds=np.column_stack([floor, high])).fun
            if -best <= level * weight[f] * (1 + 1e-6) + 1e-7:
                fixed[f] = level * weight[f]
        assert np.isnan(fixed).sum() < is_open.sum()
    return fixed


@pytest.mark.parametrize("seed", range(8))
def test_shares_are_the_lexicographic_optimum(seed: int) -> None:
    rng = np.random.default_rng(seed)
    flows, links = 10, 7
    hops = rng.integers(1, 5, flows)
    first = [0, *np.cumsum(hops).tolist()]
    link = np.concatenate([rng.permutation(links)[:h] for h in hops])
    capacity = rng.uniform(1.0, 10.0, links)
    demand = np.where(rng.random(flows) < 0.3, rng.uniform(0.1, 2.0, flows), 100.0)
    weight = rng.choice([1.0, 2.0], flows)
    found = fair_shares(first, link, capacity, demand, weight)
    expected = _lexicographic(_on(first, link, links), capacity, demand, weight)
    np.testing.assert_allclose(found.rate_bps, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("seed", range(6))
def test_ceiling_is_that_of_a_program_by_flows(seed: int) -> None:
    rng = np.random.default_rng(seed)
    nodes, links, flows = 7, 18, 6
    tail, head = rng.integers(0, nodes, (2, links))
    capacity, demand = rng.uniform(1.0, 5.0, links), rng.uniform(1.0, 9.0, flows)
    source, target = rng.integers(0, nodes, (2, flows))
    balance = np.zeros((flows * nodes, flows * (links + 1)))
    full = np.zeros((links, flows * (links + 1)))
    bounds = []
    for f in range(flows):
        for k in range(links):
            column = f * (links + 1) + k
            balance[f * nodes + head[k], column] += 1
            balance[f * nodes + tail[k], column] -= 1
            full[k, column] = 1
            bounds.append((0, None))
        column = f * (links + 1) + links
        balance[f * nodes + target[f], column] -= 1
        balance[f * nodes + source[f], column] += 1
        bounds.append((0, demand[f] if source[f] != target[f] else 0))
    cost = np.zeros(flows * (links + 1))
    cost[links :: links + 1] = -1
    best = -linprog(cost, full, capacity, balance, np.zeros(len(balance)), bounds=bounds).fun
    found = ceiling(Links(nodes, tail, head, capacity), Demands(source, target, demand))
    assert found.total_bps == pytest.approx(best, rel=1e-6, abs=1e-6)
    assert np.all(found.load_bps <= capacity * (1 + 1e-6))
    assert found.served_bps.sum() == pytest.approx(best, rel=1e-6, abs=1e-6)
