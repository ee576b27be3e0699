"""Flows over several routes: by hand, and on random networks against the linear program's bound."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skyweft.network.flows.ceiling import Demands, Links, ceiling
from skyweft.network.flows.splitting import FlowPaths, shared, together
from skyweft.network.product import FULL, MET, NO_CAPACITY, NO_ROUTE, OUTRANKED

# Two routes side by side for flow 0, the first of which flow 1 takes as well; flow 2 has none.
SIDE = FlowPaths(
    flow=np.array([0, 0, 1, 2], np.int32),
    delay_s=np.array([0.01, 0.03, 0.01, 0.0]),
    first=np.array([0, 1, 2, 3, 3]),
    link=np.array([0, 1, 0], np.int32),
    use=np.empty(0),
)
CAPACITY = np.array([4.0, 3.0])


def _shared(split: Any, demand: Any, capacity: Any = CAPACITY, priority: Any = (0, 0, 0)) -> Any:
    return shared(
        SIDE,
        np.asarray(capacity),
        np.asarray(demand, np.float64),
        np.ones(3),
        np.array(priority, np.int32),
        np.array([split, "overflow", "overflow"]),
    )


def test_overflow_takes_what_the_best_way_has_no_room_for() -> None:
    got = _shared("overflow", [10, 10, 1])
    assert got.rate_bps.tolist() == [2 + 3, 2, 0]
    assert got.load_bps.tolist() == [4, 3]
    assert got.limiting_factor.tolist() == [FULL, FULL, NO_ROUTE]
    assert got.bottleneck.tolist() == [1, 0, -1]  # where flow 0 was stopped last
    small = _shared("overflow", [3, 1, 1])
    assert small.rate_bps.tolist() == [3, 1, 0]
    assert small.load_bps.tolist() == [4, 0]  # it fits on the best route, so nothing is spilt


def test_fixed_parts_are_held_by_the_first_full_way() -> None:
    # Half each: the shared link fills at 0.5 x + x = 4.
    equal = _shared("equal", [np.inf, np.inf, 1])
    np.testing.assert_allclose(equal.rate_bps, [8 / 3, 8 / 3, 0])
    np.testing.assert_allclose(equal.load_bps, [4, 4 / 3])
    # Three quarters go the route of a third of the delay: 0.75 x + x = 4.
    delay = _shared("delay", [np.inf, np.inf, 1])
    np.testing.assert_allclose(delay.rate_bps, [16 / 7, 16 / 7, 0])
    np.testing.assert_allclose(delay.load_bps, [4, 4 / 7])


def test_priority_goes_before_any_second_way() -> None:
    got = _shared("overflow", [10, 10, 1], priority=(1, 0, 0))
    assert got.rate_bps.tolist() == [3, 4, 0]
    assert got.limiting_factor.tolist() == [FULL, FULL, NO_ROUTE]
    last = _shared("overflow", [10, 10, 1], capacity=[4.0, 0.0], priority=(1, 0, 0))
    assert last.rate_bps.tolist() == [0, 4, 0]
    assert last.limiting_factor.tolist() == [OUTRANKED, FULL, NO_ROUTE]
    dead = _shared("overflow", [10, 10, 1], capacity=[0.0, 3.0])
    assert dead.rate_bps.tolist() == [3, 0, 0]
    assert dead.limiting_factor.tolist() == [FULL, NO_CAPACITY, NO_ROUTE]


def test_nothing_asked_is_met() -> None:
    assert _shared("overflow", [0, 0, 0]).limiting_factor.tolist() == [MET, MET, NO_ROUTE]


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32), split=st.sampled_from(["overflow", "equal", "delay"]))
def test_never_more_than_the_bound_and_all_of_it_carried(seed: int, split: str) -> None:
    """Ladders of three rungs: every flow may cross at any of its rungs."""
    rng = np.random.default_rng(seed)
    count, rungs = 4, 3
    # Sources 0..3, one hub a rung, one goal: links source -> hub, then hub -> goal.
    tail = np.append(np.repeat(np.arange(count), rungs), count + np.arange(rungs))
    head = np.append(np.tile(count + np.arange(rungs), count), np.full(rungs, count + rungs))
    capacity = rng.integers(0, 9, len(tail)).astype(np.float64)
    demand = rng.integers(0, 20, count).astype(np.float64)
    flow = np.repeat(np.arange(count, dtype=np.int32), rungs)
    rung = np.concatenate([rng.permutation(rungs) for _ in range(count)])
    link = np.column_stack([flow * rungs + rung, count * rungs + rung]).astype(np.int32)
    routes = FlowPaths(flow, rng.uniform(0.01, 0.1, len(flow)), np.arange(0, 25, 2), link.ravel(),
                np.empty(0))  # fmt: skip
    priority = rng.integers(0, 2, count).astype(np.int32)
    got = shared(routes, capacity, demand, np.ones(count), priority, np.full(count, split))
    demands = Demands(np.arange(count), np.full(count, count + rungs), demand)
    most = ceiling(Links(count + rungs + 1, tail, head, capacity), demands)
    assert got.rate_bps.sum() <= most.total_bps * (1 + 1e-7) + 1e-7
    assert np.all(got.load_bps <= capacity + 1e-9)
    # What leaves the sources arrives, and is what the flows get.
    into, out = got.load_bps[: count * rungs], got.load_bps[count * rungs :]
    np.testing.assert_allclose(into.reshape(count, rungs).sum(axis=1), got.rate_bps, atol=1e-9)
    np.testing.assert_allclose(into.reshape(count, rungs).sum(axis=0), out, atol=1e-9)
    best = FlowPaths(flow[::rungs], routes.delay_s[::rungs], np.arange(0, 9, 2),
                link[::rungs].ravel(), np.empty(0))  # fmt: skip
    alone = shared(best, capacity, demand, np.ones(count), priority, np.full(count, split))
    if split == "overflow":
        assert got.rate_bps.sum() >= alone.rate_bps.sum() - 1e-9
        held = got.limiting_factor == FULL
        # Nobody is held back while one of its routes has room.
        room = (capacity - got.load_bps)[link].min(axis=1).reshape(count, rungs)
        assert np.all(room[held] <= 1e-9)


def test_flows_of_two_rules_count_on() -> None:
    both = together([SIDE, SIDE])
    assert both.flow.tolist() == [0, 0, 1, 2, 3, 3, 4, 5]
    assert both.rank.tolist() == [0, 1, 0, 0, 0, 1, 0, 0]
    assert both.first.tolist() == [0, 1, 2, 3, 3, 4, 5, 6, 6]


@pytest.mark.parametrize("split", ["overflow", "equal", "delay"])
def test_one_way_is_one_way_however_it_is_split(split: str) -> None:
    one = FlowPaths(np.array([0, 1, 2], np.int32), np.ones(3), np.array([0, 1, 2, 2]),
               np.array([0, 0], np.int32), np.empty(0))  # fmt: skip
    got = shared(one, CAPACITY, np.full(3, 9.0), np.ones(3), np.zeros(3, np.int32),
                 np.full(3, split))  # fmt: skip
    assert got.rate_bps.tolist() == [2, 2, 0]
