"""The k shortest loop-free paths, for many pairs of nodes.

Yen's algorithm as Lawler improved it, put off as long as it can be with the help of the sweep's
distances to the target: `yen.py` tells how. Here pairs are grouped by target, each group gets its
distances, and the answers are put in the order asked for.
"""

import os
from collections.abc import Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from skyweft.network.graph.adjacency import FAR_NS, NO_EDGE_NS, Adjacency
from skyweft.network.routing.simd import LANES
from skyweft.network.routing.sweep import distances
from skyweft.network.routing.yen import Edges, PathsOfPairs, paths_of_pairs

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Flags = NDArray[np.bool_]

TARGETS_AT_ONCE = 4 * LANES
PAIRS_AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class LoopFree:
    """Routes of node pairs, sorted by pair, then rank. Columns have shape (R,).

    The nodes of route r, both ends included, are `path[path_first[r] : path_first[r + 1]]`.
    """

    pair: Ints  # row of the pairs asked for
    rank: Ints  # 1 is the shortest
    cost_ns: Ints
    hops: Ints  # edges on the route
    path_first: Longs  # (R + 1,)
    path: Ints

    def __post_init__(self) -> None:
        assert len(self.pair) == len(self.rank) == len(self.cost_ns) == len(self.hops)
        assert np.array_equal(np.diff(self.path_first), self.hops + 1)
        assert len(self.path) == self.path_first[-1]

    def __len__(self) -> int:
        return len(self.pair)


def loop_free(
    graph: Adjacency,
    pairs: Ints,
    k: int,
    passing: Flags | None = None,
    executor: Executor | None = None,
) -> LoopFree:
    """Return the k shortest loop-free paths from one node to another, for many pairs.

    Parameters
    ----------
    graph : Adjacency
        Nodes and their directed edges. Of parallel edges only the shortest counts.
    pairs : (Q, 2)
        Source and target of each pair.
    k : int
        How many routes at most, at least 1.
    passing : (N,), optional
        Which nodes pass traffic on; the others only begin or end routes. All do if left out.
    executor : Executor, optional
        Threads that share the pairs; the answer does not depend on them.

    Returns
    -------
    LoopFree
        Up to k routes a pair, shortest first; none where there is no route or the source is the
        target.

    Raises
    ------
    ValueError
        `pairs` is no (Q, 2) array of nodes, `passing` has the wrong length, or k is below 1.

    Notes
    -----
    Costs are exact. Of routes of equal cost any may come first, and at rank k any may be the one
    left out, but always the same for the same graph. Only routes below 2**30 ns (1.07 s) are found.

    References
    ----------
    J. Y. Yen, "Finding the k shortest loopless paths in a network", Management Science 17 (1971).
    E. L. Lawler, "A procedure for computing the k best solutions to discrete optimization problems
    and its application to the shortest path problem", Management Science 18 (1972).
    """
    if k < 1:
        raise ValueError(f"k must be at least 1, got {k}")
    pairs, passing = checked(graph, pairs, passing)
    if executor is None:
        with ThreadPoolExecutor(os.cpu_count()) as threads:
            return loop_free(graph, pairs, k, passing, threads)
    edges = _passing_on(graph, passing)
    pieces: list[tuple[Longs, PathsOfPairs]] = []
    for rows, near in by_target(graph, pairs, passing, executor):

        def some(start: int, rows: Longs = rows, near: Near = near) -> tuple[Longs, PathsOfPairs]:
            few = rows[start : start + PAIRS_AT_ONCE]
            asked = np.ascontiguousarray(pairs[few])
            return few, paths_of_pairs(edges, near.slot, near.left_ns, near.direct_ns, asked, k)

        pieces += executor.map(some, range(0, len(rows), PAIRS_AT_ONCE))
    return _sorted(pieces)


@dataclass(frozen=True, slots=True)
class Near:
    """What is at least left from every node to some targets: `left_ns[slot[target], node]`."""

    slot: Ints  # (N,), -1 for nodes that are no target here
    left_ns: Ints  # (M, N); 2**30 where there is no route
    direct_ns: Ints  # (M, N) of an edge to the target, where that passes nothing on; else 2**30


def checked(graph: Adjacency, pairs: Ints, passing: Flags | None) -> tuple[Ints, Flags]:
    """Return pairs and passing nodes as arrays of the right shape, or raise ValueError."""
    pairs = np.asarray(pairs)
    if pairs.ndim != 2 or pairs.shape[1] != 2:
        raise ValueError(f"pairs must have shape (Q, 2), got {pairs.shape}")
    if pairs.size and not (pairs.min() >= 0 and pairs.max() < graph.nodes):
        raise ValueError(f"pairs must be nodes, 0 to {graph.nodes - 1}")
    if passing is None:
        passing = np.ones(graph.nodes, np.bool_)
    if passing.shape != (graph.nodes,):
        raise ValueError(f"passing must have shape ({graph.nodes},), got {passing.shape}")
    return pairs.astype(np.int32), np.ascontiguousarray(passing, np.bool_)


def by_target(
    graph: Adjacency, pairs: Ints, passing: Flags, executor: Executor
) -> list[tuple[Longs, Near]]:
    """Return the rows of pairs in groups of few targets, each with the distances to those.

    Pairs of a node with itself are left out.
    """
    apart = np.flatnonzero(pairs[:, 0] != pairs[:, 1])
    targets, which = np.unique(pairs[apart, 1], return_inverse=True)
    return [
        (
            apart[(which >= low) & (which < low + TARGETS_AT_ONCE)],
            nearness(graph, targets[low : low + TARGETS_AT_ONCE], passing, executor),
        )
        for low in range(0, len(targets), TARGETS_AT_ONCE)
    ]


def nearness(graph: Adjacency, targets: Ints, passing: Flags, executor: Executor) -> Near:
    """Return the distance of every node to each target, over passing nodes only."""
    slot = np.full(graph.nodes + 1, -1, np.int32)
    slot[targets] = np.arange(len(targets), dtype=np.int32)
    passes = np.append(passing, True)[graph.head]
    transit = replace(
        graph,
        head=np.where(passes, graph.head, graph.nodes).astype(np.int32),
        delay_ns=np.where(passes, graph.delay_ns, NO_EDGE_NS).astype(np.int32),
    )
    access_ns = np.full((graph.nodes, len(targets)), FAR_NS, np.int32)
    tail = np.repeat(np.arange(graph.nodes), np.diff(graph.first))
    last = np.flatnonzero(~passes & (slot[graph.head] >= 0))
    np.minimum.at(access_ns, (tail[last], slot[graph.head[last]]), graph.delay_ns[last])
    direct_ns = np.ascontiguousarray(access_ns.T)
    access_ns[targets, np.arange(len(targets))] = 0
    parts = executor.map(
        lambda low: distances(transit, access_ns[:, low : low + LANES]).T,
        range(0, len(targets), LANES),
    )
    return Near(slot[:-1], np.ascontiguousarray(np.concatenate(list(parts))), direct_ns)


def _passing_on(graph: Adjacency, passing: Flags) -> Edges:
    """Return the edges to nodes that pass traffic on, in their order."""
    kept = np.append(passing, False)[graph.head]
    first = np.concatenate([[0], np.cumsum(kept, dtype=np.int32)])[graph.first]
    return Edges(first.astype(np.int32), graph.head[kept], graph.delay_ns[kept])


def _sorted(pieces: Sequence[tuple[Longs, PathsOfPairs]]) -> LoopFree:
    """Put what was found for some rows of the pairs each in the order of the pairs."""
    nothing = np.empty(0, np.int32)
    rows = np.concatenate([nothing, *(rows for rows, _ in pieces)])
    found = [PathsOfPairs(nothing, nothing, nothing, nothing), *(paths for _, paths in pieces)]
    count, cost_ns, length, path = map(np.concatenate, zip(*found, strict=True))
    pair = np.repeat(rows, count)
    begin = np.cumsum(length, dtype=np.int64) - length
    order = np.argsort(pair, kind="stable")
    pair, length = pair[order].astype(np.int32), length[order]
    path_first = np.concatenate([[0], np.cumsum(length, dtype=np.int64)])
    taken = np.arange(path_first[-1]) + np.repeat(begin[order] - path_first[:-1], length)
    return LoopFree(
        pair=pair,
        rank=(np.arange(len(pair)) - np.searchsorted(pair, pair) + 1).astype(np.int32),
        cost_ns=cost_ns[order],
        hops=length - 1,
        path_first=path_first,
        path=path[taken],
    )
