"""Loop-free and disjoint routes against networkx 3.6: costs equal to the nanosecond.

Routes come from `shortest_simple_paths` (Yen), sums of disjoint routes from `min_cost_flow`
(network simplex) of two units over edges that hold one, nodes split in two where they may not be
shared. Ends that pass nothing on are left out of the peer's graph unless they are the pair's own.
Routes of equal cost may come in another order, so costs are compared, not routes; whole numbers
need no tolerance.
"""

from itertools import islice
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skyweft.network.graph.adjacency import FAR_NS, adjacency
from skyweft.network.routing.disjoint import NO_ROUTE, TWO, disjoint
from skyweft.network.routing.loopfree import loop_free


def _random(seed: int, nodes: int, density: float, longest_ns: int) -> Any:
    rng = np.random.default_rng(seed)
    key = np.unique(rng.integers(0, nodes * nodes, int(nodes * density)))
    tail, head = (key // nodes).astype(np.int32), (key % nodes).astype(np.int32)
    sharing_no = tail != head
    tail, head = tail[sharing_no], head[sharing_no]
    delay = rng.integers(1, longest_ns, len(tail)).astype(np.int32)
    return tail, head, delay, rng.random(nodes) < 0.85


def _ring(planes: int, slots: int) -> Any:
    """Return a +grid whose lasers between planes are shorter near the poles, as in orbit."""
    plane, slot = np.divmod(np.arange(planes * slots), slots)
    ahead = plane * slots + (slot + 1) % slots
    beside = (plane + 1) % planes * slots + slot
    across = 2_000_000 + np.abs(6_000_000 * np.cos(2 * np.pi * slot / slots)).astype(int)
    here = np.tile(np.arange(planes * slots), 2)
    delay = np.concatenate([np.full(planes * slots, 6_000_000), across])
    there = np.concatenate([ahead, beside])
    return (
        np.append(here, there).astype(np.int32),
        np.append(there, here).astype(np.int32),
        np.tile(delay, 2).astype(np.int32),
    )


def _peer(tail: Any, head: Any, delay: Any, passing: Any, source: int, target: int) -> nx.DiGraph:
    peer = nx.DiGraph()
    peer.add_nodes_from([source, target])
    kept = (passing[tail] | (tail == source)) & (passing[head] | (head == target))
    peer.add_weighted_edges_from(
        zip(*(each[kept].tolist() for each in (tail, head, delay)), strict=True)
    )
    return peer


def _shortest(peer: nx.DiGraph, source: int, target: int, k: int) -> list[int]:
    try:
        routes = list(islice(nx.shortest_simple_paths(peer, source, target, "weight"), k))
    except nx.NetworkXNoPath:
        return []
    return [nx.path_weight(peer, route, "weight") for route in routes]


def _least_sum(peer: nx.DiGraph, source: int, target: int, nodes_apart: bool) -> int | None:
    flow = nx.DiGraph()
    for node in peer:
        end = node in (source, target)
        flow.add_edge((node, 0), (node, 1), weight=0, capacity=2 if end or not nodes_apart else 1)
    for a, b, weight in peer.edges(data="weight"):
        flow.add_edge((a, 1), (b, 0), weight=weight, capacity=1)
    flow.nodes[source, 0]["demand"], flow.nodes[target, 1]["demand"] = -2, 2
    try:
        return nx.min_cost_flow_cost(flow)
    except nx.NetworkXUnfeasible:
        return None


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    nodes=st.integers(2, 30),
    density=st.floats(0.5, 5.0),
    longest_ns=st.sampled_from([4, 50_000_000]),
    k=st.integers(1, 25),
)
def test_loop_free_ways(seed: int, nodes: int, density: float, longest_ns: int, k: int) -> None:
    tail, head, delay, passing = _random(seed, nodes, density, longest_ns)
    pairs = np.random.default_rng(seed).integers(0, nodes, (4, 2)).astype(np.int32)
    found = loop_free(adjacency(nodes, tail, head, delay), pairs, k, passing)
    for row, (source, target) in enumerate(pairs.tolist()):
        if source == target:
            continue
        peer = _peer(tail, head, delay, passing, source, target)
        assert found.cost_ns[found.pair == row].tolist() == _shortest(peer, source, target, k)


def test_loop_free_ways_over_a_shell() -> None:
    tail, head, delay = _ring(9, 8)
    passing = np.ones(72, bool)
    pairs = np.array([[0, 35], [3, 4], [71, 8]], np.int32)
    found = loop_free(adjacency(72, tail, head, delay), pairs, 40)
    for row, (source, target) in enumerate(pairs.tolist()):
        peer = _peer(tail, head, delay, passing, source, target)
        assert found.cost_ns[found.pair == row].tolist() == _shortest(peer, source, target, 40)


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    nodes=st.integers(2, 30),
    density=st.floats(0.5, 5.0),
    longest_ns=st.sampled_from([4, 50_000_000]),
    sharing_no=st.sampled_from(["links", "nodes"]),
)
def test_disjoint_ways(
    seed: int, nodes: int, density: float, longest_ns: int, sharing_no: Any
) -> None:
    tail, head, delay, passing = _random(seed, nodes, density, longest_ns)
    pairs = np.random.default_rng(seed).integers(0, nodes, (4, 2)).astype(np.int32)
    found = disjoint(adjacency(nodes, tail, head, delay), pairs, sharing_no, passing)
    for row, (source, target) in enumerate(pairs.tolist()):
        if source == target:
            continue
        peer = _peer(tail, head, delay, passing, source, target)
        least = _least_sum(peer, source, target, sharing_no == "nodes")
        assert (found.reason[row] == TWO) == (least is not None)
        assert (found.reason[row] == NO_ROUTE) == (not nx.has_path(peer, source, target))
        if least is not None:
            assert found.cost_ns[row].sum() == least
        elif found.reason[row] != NO_ROUTE:
            shortest = nx.shortest_path_length(peer, source, target, "weight")
            assert found.cost_ns[row].tolist() == [shortest, FAR_NS]


@pytest.mark.parametrize("sharing_no", ["links", "nodes"])
def test_disjoint_ways_over_a_shell(sharing_no: Any) -> None:
    tail, head, delay = _ring(9, 8)
    passing = np.ones(72, bool)
    pairs = np.array([[0, 35], [3, 4], [71, 8], [40, 0]], np.int32)
    found = disjoint(adjacency(72, tail, head, delay), pairs, sharing_no)
    sums = [
        _least_sum(_peer(tail, head, delay, passing, *pair), *pair, sharing_no == "nodes")  # type: ignore[call-arg]
        for pair in pairs.tolist()
    ]
    assert found.cost_ns.sum(axis=1).tolist() == sums
