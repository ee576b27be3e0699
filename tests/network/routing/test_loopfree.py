"""Yen's routes against every route there is, written out by brute force on small graphs."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skyweft.network.graph.adjacency import adjacency
from skyweft.network.routing.loopfree import loop_free

from .every_way import every_way, random_edges


@settings(max_examples=150, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    nodes=st.integers(2, 7),
    density=st.floats(0.5, 4.0),
    longest_ns=st.sampled_from([1, 3, 1_000_000]),
    k=st.integers(1, 60),
)
def test_ways_are_the_k_shortest_of_all(
    seed: int, nodes: int, density: float, longest_ns: int, k: int
) -> None:
    tail, head, delay, passing = random_edges(seed, nodes, int(nodes * density), (0, longest_ns))
    pairs = np.argwhere(np.ones((nodes, nodes), bool)).astype(np.int32)
    found = loop_free(adjacency(nodes, tail, head, delay), pairs, k, passing)
    for number, (source, target) in enumerate(pairs.tolist()):
        rows = np.flatnonzero(found.pair == number)
        if source == target:
            assert len(rows) == 0
            continue
        routes = every_way(tail, head, delay, passing, source, target)
        assert found.cost_ns[rows].tolist() == sorted(routes.values())[:k]
        assert found.rank[rows].tolist() == list(range(1, len(rows) + 1))
        paths = [tuple(found.path[slice(*found.path_first[[r, r + 1]])].tolist()) for r in rows]
        assert len(set(paths)) == len(paths)
        assert [routes[path] for path in paths] == found.cost_ns[rows].tolist()


def test_threads_and_the_order_of_pairs_change_nothing() -> None:
    nodes = 60
    tail, head, delay, passing = random_edges(5, nodes, 240, (0, 1_000_000))
    network = adjacency(nodes, tail, head, delay)
    pairs = np.argwhere(~np.eye(nodes, dtype=bool)).astype(np.int32)
    found = loop_free(network, pairs, 4, passing)
    with ThreadPoolExecutor(1) as one:
        alone = loop_free(network, pairs[::-1], 4, passing, one)
    for number in (0, 77, 3000, len(pairs) - 1):
        rows = found.pair == number
        back = alone.pair == len(pairs) - 1 - number
        np.testing.assert_array_equal(found.cost_ns[rows], alone.cost_ns[back])
        np.testing.assert_array_equal(
            found.path[np.repeat(rows, found.hops + 1)], alone.path[np.repeat(back, alone.hops + 1)]
        )
    assert np.all(np.diff(found.pair) >= 0)


def test_no_pairs_no_ways_and_no_edges() -> None:
    empty = np.empty(0, np.int32)
    network = adjacency(3, empty, empty, empty)
    assert len(loop_free(network, np.empty((0, 2), np.int32), 3)) == 0
    found = loop_free(network, np.array([[0, 1], [2, 2]], np.int32), 3)
    assert len(found) == len(found.path) == 0


def test_errors_are_named() -> None:
    network = adjacency(3, *np.array([[0, 1], [1, 2], [5, 5]], np.int32))
    with pytest.raises(ValueError, match="k must be at least 1"):
        loop_free(network, np.array([[0, 1]], np.int32), 0)
    with pytest.raises(ValueError, match=r"shape \(Q, 2\), got \(2,\)"):
        loop_free(network, np.array([0, 1], np.int32), 1)
    with pytest.raises(ValueError, match="0 to 2"):
        loop_free(network, np.array([[0, 3]], np.int32), 1)
    with pytest.raises(ValueError, match=r"passing must have shape \(3,\)"):
        loop_free(network, np.array([[0, 1]], np.int32), 1, np.ones(2, bool))
