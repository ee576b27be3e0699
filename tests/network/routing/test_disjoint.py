"""Disjoint paths against every two paths there are, written out on small graphs."""

from concurrent.futures import ThreadPoolExecutor
from itertools import combinations, pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skyweft.network.graph.adjacency import FAR_NS, adjacency
from skyweft.network.routing.disjoint import NO_ROUTE, ONE_LINK, ONE_NODE, SAME, TWO, disjoint

from .every_way import every_way, random_edges


def _parts(path: tuple[int, ...], sharing_no: str) -> set[Any]:
    """Return what another route may not use: links whatever their direction, or nodes."""
    links = {frozenset(link) for link in pairwise(path)}
    return (
        links
        if sharing_no == "links"
        else {*path[1:-1]} | {link for link in links if len(path) == 2}
    )


@settings(max_examples=150, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    nodes=st.integers(2, 7),
    density=st.floats(0.5, 2.5),
    longest_ns=st.sampled_from([1, 3, 1_000_000]),
    sharing_no=st.sampled_from(["links", "nodes"]),
)
def test_sums_are_least_and_ways_apart(
    seed: int, nodes: int, density: float, longest_ns: int, sharing_no: Any
) -> None:
    tail, head, delay, passing = random_edges(
        seed, nodes, int(nodes * density), (1, longest_ns + 1)
    )
    if seed % 2:  # links that go both ways, as lasers do
        tail, head, delay = np.append(tail, head), np.append(head, tail), np.tile(delay, 2)
    pairs = np.argwhere(np.ones((nodes, nodes), bool)).astype(np.int32)
    found = disjoint(adjacency(nodes, tail, head, delay), pairs, sharing_no, passing)
    for q, (source, target) in enumerate(pairs.tolist()):
        paths = [
            tuple(found.path[slice(*found.path_first[2 * q + w : 2 * q + w + 2])].tolist())
            for w in (0, 1)
        ]
        if source == target:
            assert found.reason[q] == SAME
            assert paths == [(), ()]
            continue
        routes = every_way(tail, head, delay, passing, source, target)
        sums = [
            routes[a] + routes[b]
            for a, b in combinations(routes, 2)
            if not _parts(a, sharing_no) & _parts(b, sharing_no)
        ]
        if sums:
            assert found.reason[q] == TWO
            assert found.cost_ns[q].sum() == min(sums)
            assert not _parts(paths[0], sharing_no) & _parts(paths[1], sharing_no)
            assert [routes[path] for path in paths] == sorted(found.cost_ns[q].tolist())
        elif routes:
            shared = set.intersection(*(_parts(route, "links") for route in routes))
            direct = all(len(route) == 2 for route in routes)
            assert found.reason[q] == (ONE_LINK if sharing_no == "links" or direct else ONE_NODE)
            assert shared or sharing_no == "nodes"
            assert found.cost_ns[q].tolist() == [min(routes.values()), FAR_NS]
            assert routes[paths[0]] == found.cost_ns[q, 0]
            assert paths[1] == ()
        else:
            assert found.reason[q] == NO_ROUTE
            assert found.cost_ns[q].tolist() == [FAR_NS, FAR_NS]


def test_the_shortest_way_may_be_in_neither() -> None:
    # 0-1-2-3 is the shortest but blocks every backup path; 0-1-3 and 0-2-3 do not.
    one_way = np.array([[0, 1, 1], [1, 2, 1], [2, 3, 1], [0, 2, 5], [1, 3, 6]], np.int32)
    tail, head, delay = np.concatenate([one_way, one_way[:, [1, 0, 2]]]).T
    network = adjacency(4, tail, head, delay)
    for sharing_no in ("links", "nodes"):
        found = disjoint(network, np.array([[0, 3]], np.int32), sharing_no)
        assert found.cost_ns.tolist() == [[6, 7]]
        assert found.path.tolist() == [0, 2, 3, 0, 1, 3]


def test_reasons() -> None:
    # Two triangles that share node 2, and a chain from 4 to 5.
    one_way = np.array([[0, 1], [1, 2], [0, 2], [2, 3], [3, 4], [2, 4], [4, 5]], np.int32)
    tail, head = np.concatenate([one_way, one_way[:, ::-1]]).T
    network = adjacency(7, tail, head, np.full(len(tail), 10, np.int32))
    pairs = np.array([[0, 4], [0, 5], [4, 5], [0, 6], [1, 1]], np.int32)
    links = disjoint(network, pairs, "links")
    assert links.reason.tolist() == [TWO, ONE_LINK, ONE_LINK, NO_ROUTE, SAME]
    nodes = disjoint(network, pairs, "nodes")
    assert nodes.reason.tolist() == [ONE_NODE, ONE_NODE, ONE_LINK, NO_ROUTE, SAME]
    assert nodes.cost_ns[:3, 0].tolist() == [20, 30, 10]


def test_threads_change_nothing() -> None:
    tail, head, delay, passing = random_edges(3, 80, 400, (1, 1_000_000))
    network = adjacency(80, tail, head, delay)
    pairs = np.argwhere(np.ones((80, 80), bool)).astype(np.int32)
    found = disjoint(network, pairs, "nodes", passing)
    with ThreadPoolExecutor(1) as one:
        alone = disjoint(network, pairs, "nodes", passing, one)
    for name in ("reason", "cost_ns", "hops", "path_first", "path"):
        np.testing.assert_array_equal(getattr(found, name), getattr(alone, name))


def test_errors_are_named() -> None:
    network = adjacency(3, *np.array([[0, 1], [1, 2], [5, 5]], np.int32))
    with pytest.raises(ValueError, match='sharing_no must be "links" or "nodes", got \'routes\''):
        disjoint(network, np.array([[0, 1]], np.int32), "routes")
    still = adjacency(3, *np.array([[0, 1], [1, 2], [5, 0]], np.int32))
    with pytest.raises(ValueError, match="at least 1 ns"):
        disjoint(still, np.array([[0, 1]], np.int32), "links")
    with pytest.raises(ValueError, match="shape"):
        disjoint(network, np.array([0, 1], np.int32), "links")
