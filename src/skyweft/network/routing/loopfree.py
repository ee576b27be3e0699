"""The k shortest loop-free paths, for many pairs of nodes.

Yen's algorithm as Lawler improved it, put off as long as it can be: the sweep's distances bound
every deviation from below, a bound is made good only when its turn comes, and then mostly by
following the shortest routes to the target. Only where those run into the route already taken is
there a search, which the same distances lead straight to the target.
"""

import os
from collections.abc import Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from skyweft.kernels import making
from skyweft.network.graph.adjacency import FAR_NS, NO_EDGE_NS, Adjacency
from skyweft.network.routing.simd import LANES
from skyweft.network.routing.sweep import distances

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Flags = NDArray[np.bool_]
Edges = tuple[Ints, Ints, Ints]  # to nodes that pass traffic on: first of a node, head, delay
Left = tuple[
    Ints, Ints
]  # from every node to a target: at best, and straight where it ends routes only
Piece = tuple[Longs, Ints, Ints, Ints, Ints]  # pairs, routes of each; cost and nodes; all nodes

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
    pieces: list[Piece] = []
    for rows, near_to in by_target(graph, pairs, passing, executor):

        def some(start: int, rows: Longs = rows, near_to: Near = near_to) -> Piece:
            few = rows[start : start + PAIRS_AT_ONCE]
            asked = np.ascontiguousarray(pairs[few])
            return few, *_all(edges, near_to.slot, near_to.away_ns, near_to.last_ns, asked, k)

        pieces += executor.map(some, range(0, len(rows), PAIRS_AT_ONCE))
    return _sorted(pieces)


@dataclass(frozen=True, slots=True)
class Near:
    """Distances of every node to some targets: `away_ns[slot[target], node]`."""

    slot: Ints  # (N,), -1 for nodes that are no target here
    away_ns: Ints  # (M, N); 2**30 where there is no route
    last_ns: Ints  # (M, N) of an edge to the target, where that passes nothing on; else 2**30


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
    last_ns = np.ascontiguousarray(access_ns.T)
    access_ns[targets, np.arange(len(targets))] = 0
    parts = executor.map(
        lambda low: distances(transit, access_ns[:, low : low + LANES]).T,
        range(0, len(targets), LANES),
    )
    return Near(slot[:-1], np.ascontiguousarray(np.concatenate(list(parts))), last_ns)


def _passing_on(graph: Adjacency, passing: Flags) -> Edges:
    """Return the edges to nodes that pass traffic on, in their order."""
    kept = np.append(passing, False)[graph.head]
    first = np.concatenate([[0], np.cumsum(kept, dtype=np.int32)])[graph.first]
    return first.astype(np.int32), graph.head[kept], graph.delay_ns[kept]


def _sorted(pieces: Sequence[Piece]) -> LoopFree:
    """Name what the kernel found for some pairs each, in the order of the pairs."""
    nothing = np.empty(0, np.int32)
    rows, count, cost_ns, length, path = (
        np.concatenate([nothing, *(piece[k] for piece in pieces)]) for k in range(5)
    )
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


@making
def room(pool: Ints, more: int) -> Ints:
    """Return the pool, or a larger copy where `more` entries would not fit."""
    if more <= len(pool):
        return pool
    larger = np.empty(2 * more, pool.dtype)
    larger[: len(pool)] = pool
    return larger


@making
def push(heap: Longs, size: int, cost_ns: int, node: int) -> int:
    """Put a node on the heap, lowest cost first, lower number of equal ones; return its size."""
    item = (np.int64(cost_ns) << 32) | node
    place = size
    while place > 0 and heap[(place - 1) >> 1] > item:
        heap[place] = heap[(place - 1) >> 1]
        place = (place - 1) >> 1
    heap[place] = item
    return size + 1


@making
def pop(heap: Longs, size: int) -> tuple[int, int]:
    """Take the first off the heap of `size`; return cost and node."""
    top, item = heap[0], heap[size - 1]
    place, child = 0, 1
    while child < size - 1:
        if child + 1 < size - 1 and heap[child + 1] < heap[child]:
            child += 1
        if heap[child] >= item:
            break
        heap[place] = heap[child]
        place, child = child, 2 * child + 1
    heap[place] = item
    return int(top >> 32), int(top & 0x7FFFFFFF)


@making
def _deviate(
    edges: Edges,
    left: Left,
    here: int,
    target: int,
    marks: tuple[Ints, Ints],
    ticks: tuple[int, int],
) -> tuple[int, int]:
    """Return a bound from below on the routes out of a node, and the first follower that has it.

    `marks` are the nodes on the route so far and the followers taken already, where they are
    `ticks`.
    """
    first, head, delay = edges
    away, last = left
    inside, barred = marks
    best, follower = FAR_NS, -1
    for e in range(first[here], first[here + 1]):
        to = head[e]
        if inside[to] == ticks[0] or barred[to] == ticks[1]:
            continue
        if delay[e] + away[to] < best:
            best, follower = int(delay[e] + away[to]), int(to)
    if last[here] < best and barred[target] != ticks[1]:
        best, follower = int(last[here]), target
    return best, follower


@making
def _follow(
    edges: Edges, left: Left, here: int, target: int, inside: Ints, tick: int, path: Ints
) -> int:
    """Write the shortest route from a node, itself too; return its nodes, 0 if it goes inside."""
    first, head, delay = edges
    away, last = left
    size = 0
    while size < len(path):
        path[size] = here
        size += 1
        if here == target:
            return size
        follower = target if last[here] == away[here] else -1
        for e in range(first[here], first[here + 1]):
            to = head[e]
            if inside[to] != tick and delay[e] + away[to] == away[here]:
                follower = int(to)
                break
        if follower < 0:
            return 0
        here = follower
    return 0


@making
def _search(
    edges: Edges,
    left: Left,
    here: int,
    target: int,
    limit_ns: int,
    marks: tuple[Ints, Ints],
    tick: int,
    scratch: tuple[Ints, Ints, Ints, Ints, Longs],
) -> int:
    """Return the cost of the shortest route that deviates at a node; 2**30 where there is none.

    `scratch` keeps what was reached and settled, at what cost and from where, and the heap.
    """
    first, head, delay = edges
    away, last = left
    inside, barred = marks
    seen, settled, cost, before, heap = scratch
    seen[here], cost[here] = tick, 0
    size = push(heap, 0, int(away[here]), here)
    while size > 0:
        _, node = pop(heap, size)
        size -= 1
        if node == target:
            return int(cost[node])
        if settled[node] == tick:
            continue
        settled[node] = tick
        for e in range(first[node], first[node + 1] + 1):
            # Behind the others comes the edge straight to the target.
            straight = e == first[node + 1]
            to = target if straight else int(head[e])
            if inside[to] == tick or (node == here and barred[to] == tick):
                continue
            spent = cost[node] + (last[node] if straight else delay[e])
            if spent + away[to] < limit_ns and (seen[to] != tick or spent < cost[to]):
                seen[to], cost[to], before[to] = tick, spent, node
                size = push(heap, size, spent + away[to], to)
    return FAR_NS


@making
def _trace(here: int, target: int, before: Ints, path: Ints) -> int:
    """Write the route a search found, without the node it began at; return its nodes."""
    size, node = 0, target
    while node != here:
        path[size] = node
        size += 1
        node = before[node]
    path[:size] = path[:size][::-1].copy()
    return size


@making
def _mark(
    routes: tuple[Ints, Ints, Ints],
    found: int,
    parent: int,
    at: int,
    marks: tuple[Ints, Ints],
    tick: int,
) -> None:
    """Mark a route's nodes up to its `at`-th, and where routes that share them went on."""
    path, begin, _ = routes
    inside, barred = marks
    for i in range(at + 1):
        inside[path[begin[parent] + i]] = tick
    for route in range(found):
        length = begin[route + 1] - begin[route]
        if length <= at + 1:
            continue
        same = True
        for i in range(at, -1, -1):
            if path[begin[route] + i] != path[begin[parent] + i]:
                same = False
                break
        if same:
            barred[path[begin[route] + at + 1]] = tick


@making
def _cheapest(edges: Edges, here: int, to: int, best: int) -> int:
    """Return the delay of the shortest edge between two nodes, at most `best`."""
    first, head, delay = edges
    for e in range(first[here], first[here + 1]):
        if head[e] == to:
            best = min(best, int(delay[e]))
    return best


@making
def _complete(
    edges: Edges,
    left: Left,
    here: int,
    target: int,
    limit_ns: int,
    marks: tuple[Ints, Ints],
    tick: int,
    scratch: tuple[Ints, Ints, Ints, Ints, Longs],
    rest: Ints,
) -> tuple[int, int]:
    """Write the shortest route on from a node, itself left out; return its cost and its nodes."""
    bound, follower = _deviate(edges, left, here, target, marks, (tick, tick))
    if bound >= limit_ns:
        return FAR_NS, 0
    size = _follow(edges, left, follower, target, marks[0], tick, rest)
    if size > 0:
        return bound, size
    spent = _search(edges, left, here, target, limit_ns, marks, tick, scratch)
    if spent >= limit_ns:
        return FAR_NS, 0
    return spent, _trace(here, target, scratch[3], rest)


@making
def _accept(
    edges: Edges,
    left: Left,
    routes: tuple[Ints, Ints, Ints],
    found: int,
    parent: int,
    at: int,
    source: int,
    rest: Ints,
    size: int,
) -> None:
    """Write route `found`: its parent's first nodes, then the rest, and the cost along it."""
    path, begin, along = routes
    start = begin[found]
    path[start], along[start] = source, 0
    if parent >= 0:
        for i in range(at + 1):
            path[start + i] = path[begin[parent] + i]
            along[start + i] = along[begin[parent] + i]
    for i in range(start + at + 1, start + at + 1 + size):
        path[i] = rest[i - start - at - 1]
        straight = left[1][path[i - 1]] if i == start + at + size else FAR_NS
        along[i] = along[i - 1] + _cheapest(edges, path[i - 1], path[i], straight)
    begin[found + 1] = start + at + 1 + size


@making
def _common(one: Ints, other: Ints) -> int:
    """Return how many nodes two routes have in common before they part."""
    size = 0
    while size < min(len(one), len(other)) and one[size] == other[size]:
        size += 1
    return size


@making
def _deviations(
    edges: Edges,
    left: Left,
    routes: tuple[Ints, Ints, Ints],
    found: int,
    target: int,
    row: int,
    at: int,
    marks: tuple[Ints, Ints],
    tick: int,
    rows: Ints,
    size: int,
) -> tuple[Ints, int, int]:
    """Add the routes that leave the last one found at its `at`-th node, in `row`, or later."""
    path, begin, along = routes
    start, last = begin[found - 1], begin[found] - 1
    if size + last - start > len(rows):
        larger = np.empty((2 * (size + last - start), rows.shape[1]), rows.dtype)
        larger[:size] = rows[:size]
        rows = larger
    inside, barred = marks
    common = np.empty(found, np.int32)
    for route in range(found):
        common[route] = _common(path[begin[route] : begin[route + 1]], path[start : last + 1])
    upto = tick = tick + 1
    for i in range(last - start):
        inside[path[start + i]] = upto
        if i < at:
            continue
        tick += 1
        for route in range(found):
            if i < common[route]:
                barred[path[begin[route] + i + 1]] = tick
        bound, _ = _deviate(edges, left, path[start + i], target, marks, (upto, tick))
        place = row
        if i > at:
            place, size = size, size + 1
        rows[place, 0], rows[place, 1] = found - 1, i
        rows[place, 2] = min(int(along[start + i]) + bound, FAR_NS)
        rows[place, 3] = rows[place, 4] = 0
    return rows, size, tick


@making
def _yen(
    edges: Edges,
    left: Left,
    source: int,
    target: int,
    k: int,
    marks: tuple[Ints, Ints],
    tick: int,
    scratch: tuple[Ints, Ints, Ints, Ints, Longs],
    rest: Ints,
) -> tuple[int, tuple[Ints, Ints, Ints], int]:
    """Find the k shortest routes of one pair; return how many, the routes, and the last id used.

    A row stands for all routes that leave a route found at one node by followers not taken yet:
    parent, node, cost, and where the rest of the route is kept. Until that is kept the cost is a
    bound.
    """
    rows = np.zeros((64, 5), np.int32)
    rows[0, 0], rows[0, 2] = -1, left[0][source]
    path, along = np.empty(256, np.int32), np.empty(256, np.int32)
    begin, kept, used, size, found = np.zeros(k + 1, np.int32), np.empty(64, np.int32), 0, 1, 0
    while found < k:
        row = int(np.argmin(rows[:size, 2]))
        parent, at, cost = int(rows[row, 0]), int(rows[row, 1]), int(rows[row, 2])
        if cost >= FAR_NS:
            break
        length = int(rows[row, 4])
        if length > 0:
            rest[:length] = kept[rows[row, 3] : rows[row, 3] + length]
        else:
            tick += 1
            here, spent = source, 0
            if parent >= 0:
                _mark((path, begin, along), found, parent, at, marks, tick)
                here, spent = int(path[begin[parent] + at]), int(along[begin[parent] + at])
            else:
                marks[0][source] = tick
            more, length = _complete(
                edges, left, here, target, FAR_NS - spent, marks, tick, scratch, rest
            )
            rows[row, 2] = min(spent + more, FAR_NS)
            if rows[row, 2] > cost:
                kept = room(kept, used + length)
                kept[used : used + length] = rest[:length]
                rows[row, 3], rows[row, 4], used = used, length, used + length
                continue
        path = room(path, begin[found] + at + 1 + length)
        along = room(along, begin[found] + at + 1 + length)
        _accept(edges, left, (path, begin, along), found, parent, at, source, rest, length)
        found += 1
        if found == k:
            break
        rows, size, tick = _deviations(
            edges, left, (path, begin, along), found, target, row, at, marks, tick, rows, size
        )
    return found, (path, begin, along), tick


@making
def _all(
    edges: Edges, slot: Ints, away_ns: Ints, last_ns: Ints, pairs: Ints, k: int
) -> tuple[Ints, Ints, Ints, Ints]:
    """Return, for pairs, the number of routes; for routes, cost and nodes; and all their nodes."""
    nodes = away_ns.shape[1]
    marks = (np.zeros(nodes, np.int32), np.zeros(nodes, np.int32))
    scratch = (
        np.zeros(nodes, np.int32),
        np.zeros(nodes, np.int32),
        np.empty(nodes, np.int32),
        np.empty(nodes, np.int32),
        np.empty(len(edges[1]) + nodes + 1, np.int64),
    )
    rest = np.empty(nodes, np.int32)
    count = np.zeros(len(pairs), np.int32)
    cost, length = np.empty(256, np.int32), np.empty(256, np.int32)
    path = np.empty(4096, np.int32)
    routes, used, tick = 0, 0, 0
    for pair in range(len(pairs)):
        source, target = int(pairs[pair, 0]), int(pairs[pair, 1])
        left = (away_ns[slot[target]], last_ns[slot[target]])
        found, (nodes_, begin, along), tick = _yen(
            edges, left, source, target, k, marks, tick, scratch, rest
        )
        count[pair] = found
        cost, length = room(cost, routes + found), room(length, routes + found)
        path = room(path, used + begin[found])
        path[used : used + begin[found]] = nodes_[: begin[found]]
        for route in range(found):
            cost[routes] = along[begin[route + 1] - 1]
            length[routes] = begin[route + 1] - begin[route]
            routes += 1
        used += begin[found]
    return count, cost[:routes].copy(), length[:routes].copy(), path[:used].copy()
