"""The sweep against SciPy's Dijkstra, to the last bit."""

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from skyweft.network.graph.adjacency import FAR_NS, adjacency
from skyweft.network.routing.sweep import distances, next_hops


def _random(seed: int, nodes: int, edges: int, ends: int) -> Any:
    rng = np.random.default_rng(seed)
    tail = rng.integers(0, nodes, edges).astype(np.int32)
    head = rng.integers(0, nodes, edges).astype(np.int32)
    pairs = np.unique(tail.astype(np.int64) * nodes + head)
    tail, head = (pairs // nodes).astype(np.int32), (pairs % nodes).astype(np.int32)
    delay = rng.integers(1, 10_000_000, len(tail)).astype(np.int32)
    access = np.where(
        rng.random((nodes, ends)) < 0.1, rng.integers(1, 10_000_000, (nodes, ends)), FAR_NS
    ).astype(np.int32)
    return tail, head, delay, access


def _by_dijkstra(nodes: int, tail: Any, head: Any, delay: Any, access: Any) -> Any:
    """Turn every edge round and search from each end."""
    ends = access.shape[1]
    near = np.argwhere(access < FAR_NS)
    matrix = csr_matrix(
        (
            np.concatenate([delay, access[near[:, 0], near[:, 1]]]).astype(float),
            (np.concatenate([head, near[:, 1] + nodes]), np.concatenate([tail, near[:, 0]])),
        ),
        shape=(nodes + ends, nodes + ends),
    )
    found = dijkstra(matrix, indices=np.arange(nodes, nodes + ends))[:, :nodes].T
    return np.where(np.isfinite(found), found, FAR_NS).astype(np.int32)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    nodes=st.integers(1, 150),
    density=st.floats(0.0, 6.0),
    ends=st.integers(1, 140),
)
def test_distances_are_dijkstras(seed: int, nodes: int, density: float, ends: int) -> None:
    tail, head, delay, access = _random(seed, nodes, int(nodes * density), ends)
    network = adjacency(nodes, tail, head, delay)
    found = distances(network, access)
    np.testing.assert_array_equal(found, _by_dijkstra(nodes, tail, head, delay, access))


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_following_the_next_hops_costs_the_distance(seed: int) -> None:
    nodes, ends = 60, 5
    tail, head, delay, access = _random(seed, nodes, 150, ends)
    network = adjacency(nodes, tail, head, delay)
    found = distances(network, access)
    hops = next_hops(network, access, found)
    weight = dict(zip(zip(tail.tolist(), head.tolist(), strict=True), delay.tolist(), strict=True))
    for start in range(nodes):
        for end in range(ends):
            if found[start, end] == FAR_NS:
                assert hops[start, end] == -1
                continue
            here, spent = start, 0
            while (follower := int(hops[here, end])) != nodes:
                spent += weight[here, follower]
                here = follower
            assert spent + access[here, end] == found[start, end]
