"""Routes through one instant: by hand on networks of a few platforms, and against SciPy's Dijkstra.

SciPy gets the same whole nanoseconds and a graph in which only relays have edges onwards, so costs
must be equal to the last bit.
"""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from skyweft.network.graph.adjacency import (
    NS_M,
    Blocks,
    delays_ns,
    neighbours,
    touching_blocks,
    transit,
)
from skyweft.network.graph.block import Relays
from skyweft.network.product import ABSENT, PARTITIONED, REACHED, SOURCE_ISOLATED, TARGET_ISOLATED
from skyweft.network.routing.best import paths_over
from skyweft.network.routing.policy import graph

MS = 1e6 * NS_M  # metres light goes in a millisecond


class Asked:
    """Rows of `Paths` by pair."""

    def __init__(
        self,
        position_m: Any,
        links: Any,
        relays: Any,
        sources: Any,
        targets: Any,
        hops: Any = False,
        passing_ns: Any = 0,
    ) -> None:
        position_m = np.array(position_m, float)
        count = len(position_m)
        node = np.full(count, -1, np.int32)
        platform = np.array(relays, np.int32)
        node[platform] = np.arange(len(platform))
        a, b = np.array(links, np.int32).reshape(-1, 2).T
        bounds = np.array([0, len(platform)] if len(platform) else [0], np.int32)
        self.sources, self.targets = list(sources), list(targets)
        blocks = Blocks(bounds, *touching_blocks(a[:0], b[:0], bounds))
        ends = np.ascontiguousarray(a), np.ascontiguousarray(b)
        delay_ns = delays_ns(position_m, *ends)
        cost = np.minimum(delay_ns, 1) if hops else delay_ns
        network = graph(
            position_m, Relays(node >= 0, node, platform, blocks), ends, (cost, cost), passing_ns
        )
        found = paths_over(network, np.array(sources, np.int32), np.array(targets, np.int32))
        self.hops, self.path_length_m, self.reason, self.first_hop, self.path_id, self.path = found

    def row(self, source: int, target: int) -> int:
        return self.sources.index(source) * len(self.targets) + self.targets.index(target)

    def route(self, source: int, target: int) -> list[int]:
        row = self.row(source, target)
        reached = np.where(self.hops > 0, self.hops + 1, 0)
        first = reached[:row].sum()
        return self.path[first : first + reached[row]].tolist()

    def why(self, source: int, target: int) -> int:
        return int(self.reason[self.row(source, target)])


def _line(*at_ms: float) -> list[list[float]]:
    """Return places on a line, their distance in milliseconds of light."""
    return [[each * MS, 0.0, 0.0] for each in at_ms]


def test_the_way_leads_over_relays() -> None:
    # Two ends, two relays between them.
    found = Asked(_line(0, 1, 3, 4), [(0, 1), (1, 2), (2, 3)], [1, 2], [0], [3])
    assert found.route(0, 3) == [0, 1, 2, 3]
    assert found.hops.tolist() == [3]
    assert found.first_hop.tolist() == [1]
    assert found.reason.tolist() == [REACHED]
    assert found.path_length_m[0] == pytest.approx(4 * MS)


def test_ends_never_pass_traffic_on() -> None:
    # 0 - 1 - 2 where 1 does not relay: both have it in range, and yet nothing passes through.
    found = Asked(_line(0, 1, 2), [(0, 1), (1, 2)], [], [0, 1], [1, 2])
    assert found.why(0, 2) == PARTITIONED
    assert found.route(0, 1) == [0, 1]
    assert found.route(1, 2) == [1, 2]


def test_two_ends_that_hear_each_other_need_no_relay() -> None:
    place = [*_line(0, 1), [0.5 * MS, 5 * MS, 0]]
    found = Asked(place, [(0, 1), (0, 2), (1, 2)], [2], [0], [1])
    assert found.route(0, 1) == [0, 1]
    assert found.first_hop.tolist() == [1]


def test_a_straight_link_wins_a_tie() -> None:
    # 0 -> 1 is 2 ms straight and 2 ms over a relay on the same line.
    found = Asked(_line(0, 2, 1), [(0, 2), (2, 1), (0, 1)], [2], [0], [1])
    assert found.route(0, 1) == [0, 1]


def test_a_relay_is_source_and_target_too() -> None:
    found = Asked(_line(0, 1, 2, 3), [(0, 1), (1, 2), (2, 3)], [1, 2, 3], [0, 1, 3], [0, 1, 3])
    assert found.route(1, 3) == [1, 2, 3]
    assert found.route(3, 0) == [3, 2, 1, 0]
    assert found.route(3, 1) == [3, 2, 1]
    assert found.hops[found.row(1, 1)] == 0  # left out by the caller


def test_every_reason() -> None:
    # 0 hears relay 1, 2 hears relay 3, 1 and 3 do not hear each other, nobody hears 4, 5 is absent.
    place = [*_line(0, 1, 5, 4, 9), [np.nan] * 3]
    links = [(0, 1), (2, 3), (3, 5)]
    found = Asked(place, links, [1, 3], [0, 1, 4, 5], [2, 3, 4, 5])
    assert found.why(0, 2) == PARTITIONED
    assert found.why(1, 3) == PARTITIONED
    assert found.why(0, 4) == TARGET_ISOLATED
    assert found.why(4, 2) == SOURCE_ISOLATED
    assert found.why(0, 5) == found.why(5, 2) == found.why(5, 4) == ABSENT
    assert np.all(np.isnan(found.path_length_m))
    assert found.first_hop.tolist() == [-1] * 16
    assert found.path.tolist() == []


def test_an_absent_relay_is_walked_around() -> None:
    place = [*_line(0, 4), [np.nan] * 3, [1 * MS, 1 * MS, 0.0]]
    found = Asked(place, [(0, 2), (2, 1), (0, 3), (3, 1)], [2, 3], [0], [1])
    assert found.route(0, 1) == [0, 3, 1]


def test_fewest_hops_against_least_delay() -> None:
    # Three short hops along the line, or two long ones over a relay far aside.
    place = [*_line(0, 1, 2, 3), [1.5 * MS, 4 * MS, 0.0]]
    links = [(0, 1), (1, 2), (2, 3), (0, 4), (4, 3)]
    assert Asked(place, links, [1, 2, 4], [0], [3]).route(0, 3) == [0, 1, 2, 3]
    assert Asked(place, links, [1, 2, 4], [0], [3], hops=True).route(0, 3) == [0, 4, 3]


def test_processing_makes_fewer_hops_worth_it() -> None:
    # 0 - 1 - 2 - 3 is 3 ms, over 4 it is 3.6 ms but passes through one relay less.
    place = [*_line(0, 1, 2, 3), [1.5 * MS, 1.0 * MS, 0.0]]
    links = [(0, 1), (1, 2), (2, 3), (0, 4), (4, 3)]
    for passing_ms, expected in ((0.5, [0, 1, 2, 3]), (0.7, [0, 4, 3])):
        found = Asked(place, links, [1, 2, 4], [0], [3], passing_ns=round(passing_ms * 1e6))
        assert found.route(0, 3) == expected


def test_marks_tell_ways_apart() -> None:
    place = _line(0, 1, 1.5, 2)
    over_1 = Asked(place, [(0, 1), (1, 3)], [1, 2], [0], [3])
    over_2 = Asked(place, [(0, 2), (2, 3)], [1, 2], [0], [3])
    again = Asked(_line(0, 1.2, 1.5, 2.5), [(0, 1), (1, 3)], [1, 2], [0], [3])
    assert over_1.path_id[0] == again.path_id[0] != over_2.path_id[0]


def test_more_targets_than_lanes_and_one_twice() -> None:
    # 70 ends around one relay: the second slab of lanes is used too.
    place = [[0.0, 0.0, 0.0], *[[0.0, MS, k * 10.0] for k in range(70)]]
    links = [(0, k) for k in range(1, 71)]
    found = Asked(place, links, [0], [1], [*range(2, 71), 70])
    assert found.hops.tolist() == [2] * 70
    assert found.path.reshape(-1, 3)[:, 2].tolist() == [*range(2, 71), 70]


def test_long_ways_do_not_run_out_of_room() -> None:
    # One pair over 300 relays, where room is taken for eight platforms a pair at first.
    count = 302
    links = [(k, k + 1) for k in range(count - 1)]
    place = _line(*(0.1 * np.arange(count)))
    ends = [0, count - 1]
    found = Asked(place, links, range(1, count - 1), ends, ends)
    assert found.route(0, count - 1) == list(range(count))
    assert found.route(count - 1, 0) == list(range(count))[::-1]


def _random(seed: int) -> Any:
    rng = np.random.default_rng(seed)
    count = int(rng.integers(3, 70))
    place = rng.normal(size=(count, 3)) * 2 * MS
    place[rng.random(count) < 0.05] = np.nan
    relays = np.flatnonzero(rng.random(count) < rng.choice([0.3, 0.7]))
    pairs = np.argwhere(np.triu(rng.random((count, count)) < 4 / count, 1))
    some = np.arange(count)
    return place, rng.permutation(pairs), relays, some, int(rng.choice([0, 100_000]))


def _by_dijkstra(place: Any, links: Any, relays: Any, passing_ns: int) -> Any:
    """Return costs (N, N) by searching from every platform; only relays lead on."""
    count = len(place)
    path_length_m = np.linalg.norm(place[links[:, 0]] - place[links[:, 1]], axis=1)
    there = np.isfinite(path_length_m)
    links, price = links[there], np.maximum(1, np.rint(path_length_m[there] / NS_M))
    tail, head = np.concatenate([links, links[:, ::-1]]).T
    price = np.tile(price, 2)
    relay = np.isin(np.arange(count), relays)
    costs = np.empty((count, count))
    for source in range(count):
        out = relay[tail] | (tail == source)
        # A hop out of the source does not pass through it.
        paid = price[out] + np.where(tail[out] == source, 0, passing_ns)
        matrix = csr_matrix((paid, (tail[out], head[out])), shape=(count, count))
        costs[source] = dijkstra(matrix, indices=source)
    return costs


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_ways_are_dijkstras(seed: int) -> None:
    place, links, relays, some, passing_ns = _random(seed)
    found = Asked(place, links, relays, some, some, passing_ns=passing_ns)
    expected = _by_dijkstra(place, links, relays, passing_ns)
    pairs = {tuple(sorted(pair)) for pair in links.tolist()}
    for source in some:
        for target in some:
            route = found.route(source, target)
            if source == target:
                continue
            assert (found.why(source, target) == REACHED) == np.isfinite(expected[source, target])
            if not route:
                continue
            assert (route[0], route[-1]) == (source, target)
            assert set(route[1:-1]) <= set(relays.tolist())
            hops = list(pairwise(route))
            assert {tuple(sorted(hop)) for hop in hops} <= pairs
            lengths_m = np.linalg.norm(place[route[:-1]] - place[route[1:]], axis=1)
            cost = np.maximum(1, np.rint(lengths_m / NS_M)).sum() + passing_ns * (len(hops) - 1)
            assert cost == expected[source, target]
            assert found.path_length_m[found.row(source, target)] == pytest.approx(lengths_m.sum())


def test_links_are_grouped_both_ways_and_absent_ones_left_out() -> None:
    place = np.array([[0.0, 0, 0], [MS, 0, 0], [np.nan] * 3])
    a, b = np.array([0, 1], np.int32), np.array([1, 2], np.int32)
    delay_ns = delays_ns(place, a, b)
    assert delay_ns.tolist() == [1_000_000, -1]
    near = neighbours(3, a, b, delay_ns, 2 * delay_ns)
    assert near.first.tolist() == [0, 1, 2, 2]
    assert near.other.tolist() == [1, 0]
    assert near.cost.tolist() == [1_000_000, 2_000_000]
    assert near.cost_back.tolist() == [2_000_000, 1_000_000]
    node = np.array([0, 1, -1], np.int32)
    start, head, delay = transit(node, 2, near, 5)
    assert start.tolist() == [0, 4, 8]
    assert head.tolist() == [1, 2, 2, 2, 0, 2, 2, 2]
    assert delay[[0, 4]].tolist() == [1_000_005, 2_000_005]
