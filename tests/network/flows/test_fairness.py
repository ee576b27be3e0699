"""Fair shares against the textbook's filling, and what makes shares fair at all."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from skyweft.errors import RangeError
from skyweft.network.flows.fairness import Sharing, fair_shares, shares_at, spread
from skyweft.network.product import FULL, ITSELF, MET, NO_CAPACITY, NO_ROUTE, OUTRANKED

Floats = NDArray[np.float64]


def _case(seed: int, flows: int, links: int, elastic: float) -> Any:
    """Return paths without repeats, capacities, demands and weights; some links have none."""
    rng = np.random.default_rng(seed)
    hops = rng.integers(0, min(links, 6) + 1, flows)
    first = np.concatenate([[0], np.cumsum(hops)])
    link = np.concatenate([np.empty(0, int), *(rng.permutation(links)[:h] for h in hops)])
    capacity = rng.choice([0.0, 1e6, 3e6, 1e7, 1.7e7], links, p=[0.1, 0.2, 0.3, 0.2, 0.2])
    demand = np.where(rng.random(flows) < elastic, np.inf, rng.uniform(0, 3e6, flows))
    return first, link, capacity, demand, rng.choice([0.5, 1.0, 1.0, 3.0], flows)


def _by_the_book(
    first: Any,
    link: Any,
    capacity: Floats,
    demand: Floats,
    weight: Floats,
    use: Floats | None = None,
) -> Floats:
    """Raise all open flows until the next event, over all flows and links each time: O(F L)."""
    flows, links = len(demand), len(capacity)
    on = np.zeros((flows, links))
    for f in range(flows):
        for e in range(first[f], first[f + 1]):
            on[f, link[e]] += 1.0 if use is None else use[e]
    rate, is_open = np.zeros(flows), on.sum(axis=1) > 0
    while is_open.any():
        left = capacity - rate @ on
        growth = (weight * is_open) @ on
        steps = np.where(growth > 0, np.maximum(left, 0) / np.where(growth > 0, growth, 1), np.inf)
        wish = np.where(is_open, (demand - rate) / weight, np.inf)
        step = min(steps.min(), wish.min())
        rate = np.where(is_open, np.minimum(rate + step * weight, demand), rate)
        full = steps <= step + 1e-9
        is_open &= ~((on[:, full] > 0).any(axis=1) | (wish <= step))
    return rate


cases = given(
    seed=st.integers(0, 2**32),
    flows=st.integers(1, 60),
    links=st.integers(1, 20),
    elastic=st.sampled_from([0.0, 0.5, 1.0]),
)


@settings(max_examples=150, deadline=None)
@cases
def test_rates_are_the_textbooks(seed: int, flows: int, links: int, elastic: float) -> None:
    first, link, capacity, demand, weight = _case(seed, flows, links, elastic)
    found = fair_shares(first, link, capacity, demand, weight)
    expected = _by_the_book(first, link, capacity, demand, weight)
    np.testing.assert_allclose(found.rate_bps, expected, rtol=1e-9, atol=1e-3)


def _assert_fair(
    found: Sharing, first: Any, link: Any, capacity: Floats, demand: Floats, weight: Floats
) -> None:
    """No link is overloaded; who is held back is among the best served of a full link."""
    level = found.rate_bps / weight
    owner = np.repeat(np.arange(len(demand)), np.diff(first))
    most = np.zeros(len(capacity))
    np.maximum.at(most, link, level[owner])
    assert np.all(found.load_bps <= capacity * (1 + 1e-12))
    load = np.bincount(link, found.rate_bps[owner], len(capacity))
    np.testing.assert_allclose(found.load_bps, load, rtol=1e-12)
    for f in range(len(demand)):
        route, held = link[first[f] : first[f + 1]], found.bottleneck[f]
        if len(route) == 0:
            assert (found.limiting_factor[f], found.rate_bps[f], held) == (NO_ROUTE, 0, -1)
        elif found.limiting_factor[f] == MET:
            assert found.rate_bps[f] == demand[f]
            assert held == -1
        else:
            assert found.limiting_factor[f] == (FULL if capacity[held] > 0 else NO_CAPACITY)
            assert held in route
            assert found.load_bps[held] >= capacity[held] * (1 - 1e-9)
            assert level[f] >= most[held] * (1 - 1e-9)


@settings(max_examples=150, deadline=None)
@cases
def test_shares_are_fair(seed: int, flows: int, links: int, elastic: float) -> None:
    first, link, capacity, demand, weight = _case(seed, flows, links, elastic)
    found = fair_shares(first, link, capacity, demand, weight)
    _assert_fair(found, first, link, capacity, demand, weight)


@settings(max_examples=40, deadline=None)
@cases
def test_units_do_not_matter(seed: int, flows: int, links: int, elastic: float) -> None:
    first, link, capacity, demand, weight = _case(seed, flows, links, elastic)
    found = fair_shares(first, link, capacity, demand, weight)
    scaled = fair_shares(first, link, capacity * 2.0**30, demand * 2.0**30, weight * 2.0)
    np.testing.assert_array_equal(scaled.rate_bps, found.rate_bps * 2.0**30)
    np.testing.assert_array_equal(scaled.bottleneck, found.bottleneck)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32), flows=st.integers(1, 60))
def test_flows_of_one_path_are_as_flows_apart(seed: int, flows: int) -> None:
    first, link, capacity, demand, weight = _case(seed, flows, 12, 0.5)
    path = np.random.default_rng(seed).integers(-1, max(1, flows // 4), flows)
    hops = np.where(path < 0, 0, np.diff(first)[path])
    own = np.concatenate([[0], np.cumsum(hops)])
    entry = np.arange(own[-1]) - np.repeat(own[:-1], hops) + np.repeat(first[path], hops)
    together = fair_shares(first, link, capacity, demand, weight, path=path)
    apart = fair_shares(own, link[entry], capacity, demand, weight)
    np.testing.assert_allclose(together.rate_bps, apart.rate_bps, rtol=1e-9, atol=1e-3)
    np.testing.assert_array_equal(together.limiting_factor, apart.limiting_factor)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32), flows=st.integers(1, 40))
def test_a_class_gets_what_those_before_leave(seed: int, flows: int) -> None:
    first, link, capacity, demand, weight = _case(seed, flows, 10, 0.3)
    priority = np.random.default_rng(seed).integers(0, 3, flows)
    found = fair_shares(first, link, capacity, demand, weight, priority)
    left = capacity.copy()
    for each in range(3):
        mine = np.where(priority == each, np.arange(flows), -1)
        alone = fair_shares(first, link, left, demand, weight, path=mine)
        rate = np.where(priority == each, alone.rate_bps, 0.0)
        expected = np.where(priority == each, found.rate_bps, 0.0)
        np.testing.assert_allclose(rate, expected, rtol=1e-9, atol=1e-3)
        left = np.maximum(left - alone.load_bps, 0.0)
        left[left < 1e-3] = 0.0


def test_who_is_outranked_hears_it() -> None:
    found = fair_shares([0, 1, 2], [0, 0], [1e6], [np.inf, 5.0], priority=[0, 7])
    assert found.rate_bps.tolist() == [1e6, 0.0]
    assert found.limiting_factor.tolist() == [FULL, OUTRANKED]
    assert found.bottleneck.tolist() == [0, 0]


def test_more_paths_than_one_block_of_the_sort() -> None:
    rng = np.random.default_rng(3)
    flows = 70_000
    first, link = np.arange(flows + 1) * 2, rng.integers(0, 30, 2 * flows)
    demand = np.where(rng.random(flows) < 0.9, rng.uniform(0, 5e3, flows), np.inf)
    capacity, weight = rng.uniform(5e6, 1e7, 30), rng.choice([0.5, 2.0], flows)
    found = fair_shares(first, link, capacity, demand, weight)
    assert (found.limiting_factor == FULL).sum() > 5_000
    _assert_fair(found, first, link, capacity, demand, weight)


def test_a_split_flow_keeps_its_parts() -> None:
    """Flow 0 goes 3:1 over links 0 and 1; flow 1 shares link 0 with it.

    Both rise to r with 0.75 r + r = 7, so r = 4 on link 0; link 1 carries 1 of its 10.
    """
    first, link, use = spread([0, 1, 2, 3], [0, 1, 0], [0, 2, 3], [0.75, 0.25, 1.0])
    found = fair_shares(first, link, [7.0, 10.0], use=use)
    np.testing.assert_allclose(found.rate_bps, [4.0, 4.0], rtol=1e-15)
    np.testing.assert_allclose(found.load_bps, [7.0, 1.0], rtol=1e-15)
    assert found.bottleneck.tolist() == [0, 0]


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32), flows=st.integers(1, 30))
def test_split_rates_are_the_textbooks(seed: int, flows: int) -> None:
    rng = np.random.default_rng(seed)
    first, link, capacity, demand, weight = _case(seed, 2 * flows, 12, 0.5)
    part = rng.uniform(0.1, 0.9, flows)
    split = np.column_stack([part, 1 - part]).ravel()
    laid = spread(first, link, np.arange(flows + 1) * 2, split)
    found = fair_shares(*laid[:2], capacity, demand[:flows], weight[:flows], use=laid[2])
    expected = _by_the_book(*laid[:2], capacity, demand[:flows], weight[:flows], laid[2])
    np.testing.assert_allclose(found.rate_bps, expected, rtol=1e-9, atol=1e-3)


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(RangeError, match="flow 1 has no end of demand"):
        fair_shares([0, 1, 2], [0, 1], [1.0, np.inf])
    assert fair_shares([0, 1], [0], [np.inf], [5.0]).rate_bps.tolist() == [5.0]
    for wrong in (
        {"demand_bps": [-1.0]},
        {"demand_bps": [np.nan]},
        {"demand_bps": [1.0, 2.0]},
        {"weight": [0.0]},
        {"capacity_bps": [np.nan]},
        {"link": [1]},
        {"path": [1]},
        {"use": [0.0]},
        {"first": [0, 2]},
    ):
        with pytest.raises(ValueError):
            fair_shares(**({"first": [0, 1], "link": [0], "capacity_bps": [1.0]} | wrong))
    with pytest.raises(ValueError, match="add up to 1"):
        spread([0, 1, 2], [0, 0], [0, 2], [0.5, 0.4])


def test_no_flows_and_no_links() -> None:
    assert len(fair_shares([0], [], []).rate_bps) == 0
    assert fair_shares([0, 0], [], [], [4.0]).limiting_factor.tolist() == [NO_ROUTE]


def test_rows_of_the_product() -> None:
    demand = [np.inf, 2.0, 1.0, 1.0]
    found = fair_shares([0, 2, 3, 3, 3], [0, 1, 1], [5.0, 6.0], demand)
    rows = shares_at(60.0, [7, 8, 9, 9], [9, 9, 9, 7], demand, found, [7, 8], [8, 9])
    assert rows.rate_bps.tolist() == [4.0, 2.0, 0.0, 0.0]
    assert rows.limiting_factor.tolist() == [FULL, MET, ITSELF, NO_ROUTE]
    assert rows.bottleneck_from.tolist() == [8, -1, -1, -1]
    assert rows.bottleneck_to.tolist() == [9, -1, -1, -1]
