"""Two routes that share no link, or no node: what is left when one fails.

Suurballe's algorithm, with the sweep's distances to the target as potentials: along the shortest
route every edge then costs nothing, so turning its edges round keeps all costs at zero or above and
one search more finds the backup path. What the two use in opposite directions cancels.
"""

import os
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from skyweft.kernels import making
from skyweft.network.graph.adjacency import FAR_NS, Adjacency
from skyweft.network.routing.loopfree import (
    Flags,
    Ints,
    Longs,
    Near,
    by_target,
    checked,
    pop,
    push,
)

Edges = tuple[Ints, Ints, Ints, Flags]  # as in `Adjacency`, and which nodes pass traffic on

REASONS = (
    "",
    "no route between the two",
    "every route takes one link",
    "every route passes one node",
    "the source is the target",
)
TWO, NO_ROUTE, ONE_LINK, ONE_NODE, SAME = range(len(REASONS))
PAIRS_AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class Disjoint:
    """Two routes of node pairs that share nothing, the shorter first; columns have shape (Q, 2).

    `reason` (Q,) indexes `REASONS`: 0 where there are two. Where there is one it is the shortest,
    and the other costs 2**30 ns and has 0 hops. The nodes of route w of pair q, both ends included,
    are `path[path_first[2 * q + w] : path_first[2 * q + w + 1]]`.
    """

    reason: NDArray[np.int8]
    cost_ns: Ints
    hops: Ints
    path_first: Longs  # (2 Q + 1,)
    path: Ints

    def __post_init__(self) -> None:
        assert self.cost_ns.shape == self.hops.shape == (len(self.reason), 2)
        assert len(self.path_first) == 2 * len(self.reason) + 1
        assert np.all((self.hops[:, 1] > 0) == (self.reason == TWO))

    def __len__(self) -> int:
        return len(self.reason)


def disjoint(
    graph: Adjacency,
    pairs: Ints,
    sharing_no: Literal["links", "nodes"],
    passing: Flags | None = None,
    executor: Executor | None = None,
) -> Disjoint:
    """Return two routes that share nothing and together take the least time, for many pairs.

    Parameters
    ----------
    graph : Adjacency
        Nodes and their directed edges, each of at least 1 ns. Edges between the same two nodes, in
        either direction, are one link.
    pairs : (Q, 2)
        Source and target of each pair.
    sharing_no : {"links", "nodes"}
        What the routes may not share; their ends they always do.
    passing : (N,), optional
        Which nodes pass traffic on; the others only begin or end routes. All do if left out.
    executor : Executor, optional
        Threads that share the pairs; the answer does not depend on them.

    Returns
    -------
    Disjoint
        Two routes a pair, or one, or none, with the reason.

    Raises
    ------
    ValueError
        `pairs` is no (Q, 2) array of nodes, `passing` has the wrong length, `disjoint` is unknown
        or an edge takes no time.

    Notes
    -----
    The sum of the two costs is exact and least; the shortest route need not be one of the two. Of
    equal sums any may be taken, always the same for the same graph. The shortest route must stay
    below 2**30 ns (1.07 s), and so must what the sum is above twice that.

    References
    ----------
    J. W. Suurballe and R. E. Tarjan, "A quick method for finding shortest pairs of disjoint paths",
    Networks 14 (1984).
    """
    if sharing_no not in ("links", "nodes"):
        raise ValueError(f'sharing_no must be "links" or "nodes", got {sharing_no!r}')
    if np.any(graph.delay_ns < 1):
        raise ValueError("every edge must take at least 1 ns")
    pairs, passing = checked(graph, pairs, passing)
    if executor is None:
        with ThreadPoolExecutor(os.cpu_count()) as threads:
            return disjoint(graph, pairs, sharing_no, passing, threads)
    edges = (graph.first, graph.head, graph.delay_ns, passing)
    found = np.zeros(len(pairs), np.int8)
    cost_ns = np.full((len(pairs), 2), FAR_NS, np.int32)
    length = np.zeros((len(pairs), 2), np.int32)
    paths: list[tuple[Longs, Ints]] = []
    for rows, near in by_target(graph, pairs, passing, executor):

        def some(start: int, rows: Longs = rows, near: Near = near) -> tuple[Longs, Ints]:
            few = rows[start : start + PAIRS_AT_ONCE]
            asked = np.ascontiguousarray(pairs[few])
            columns = _all(edges, near.slot, near.away_ns, asked, sharing_no == "nodes")
            found[few], cost_ns[few], length[few] = columns[:3]
            return few, columns[3]

        paths += executor.map(some, range(0, len(rows), PAIRS_AT_ONCE))
    reason = np.array([NO_ROUTE, ONE_LINK, TWO], np.int8)[found]
    if sharing_no == "nodes":
        reason[(reason == ONE_LINK) & (length[:, 0] > 2)] = ONE_NODE
    reason[pairs[:, 0] == pairs[:, 1]] = SAME
    path_first = np.concatenate([[0], np.cumsum(length, dtype=np.int64)])
    return Disjoint(
        reason, cost_ns, np.maximum(length - 1, 0), path_first, _placed(paths, path_first)
    )


def _placed(paths: list[tuple[Longs, Ints]], path_first: Longs) -> Ints:
    """Put the nodes of pairs where the pairs are."""
    path = np.empty(path_first[-1], np.int32)
    for rows, nodes in paths:
        size = path_first[2 * rows + 2] - path_first[2 * rows]
        within = np.arange(len(nodes)) - np.repeat(np.cumsum(size) - size, size)
        path[np.repeat(path_first[2 * rows], size) + within] = nodes
    return path


@making
def _shortest(edges: Edges, away: Ints, source: int, target: int, after: Ints, ahead: Ints) -> None:
    """Write the shortest route as the node after and the node ahead of each of its nodes."""
    first, head, delay, passing = edges
    here = source
    while here != target:
        for e in range(first[here], first[here + 1]):
            to = head[e]
            if to == len(away) or not (passing[to] or to == target):
                continue
            if delay[e] + away[to] == away[here]:
                after[here], ahead[to] = to, here
                here = int(to)
                break


@making
def _reach(
    state: int,
    cost: int,
    was: int,
    seen: tuple[Ints, Ints, Ints],
    tick: int,
    heap: Longs,
    size: int,
) -> int:
    """Note a cheaper route to a state; return the size of the heap."""
    reached, spent, before = seen
    if cost < FAR_NS and (reached[state] != tick or cost < spent[state]):
        reached[state], spent[state], before[state] = tick, cost, was
        return push(heap, size, cost, state)
    return size


@making
def _second(
    edges: Edges,
    away: Ints,
    source: int,
    target: int,
    nodes_apart: bool,
    route: tuple[Ints, Ints],
    seen: tuple[Ints, Ints, Ints],
    tick: int,
    heap: Longs,
) -> bool:
    """Search a route beside the first, which may only be taken backwards; tell if there is one.

    Where nodes must be apart, a node of the first route has two states: n when come upon from
    aside, from where only the way back is open, and N + n when come upon backwards along the
    first route.
    """
    first, head, delay, passing = edges
    after, ahead = route
    nodes = len(away)
    seen[0][source], seen[1][source] = tick, 0
    size = push(heap, 0, 0, source)
    while size > 0:
        cost, state = pop(heap, size)
        size -= 1
        here = state % nodes
        if here == target:
            return True
        if cost > seen[1][state]:
            continue
        if ahead[here] >= 0:
            back = ahead[here]
            twofold = nodes_apart and back != source
            size = _reach(back + nodes * twofold, cost, state, seen, tick, heap, size)
            if nodes_apart and state < nodes:
                continue
        for e in range(first[here], first[here + 1]):
            to = head[e]
            if to == nodes or not (passing[to] or to == target):
                continue
            if after[here] == to or ahead[here] == to or to == source or away[to] >= FAR_NS:
                continue
            more = delay[e] + away[to] - away[here]
            size = _reach(to, cost + more, state, seen, tick, heap, size)
    return False


@making
def _cheapest(edges: Edges, here: int, to: int) -> int:
    """Return the delay of the shortest edge between two nodes."""
    first, head, delay, _ = edges
    best = FAR_NS
    for e in range(first[here], first[here + 1]):
        if head[e] == to:
            best = min(best, int(delay[e]))
    return best


@making
def _walk(
    edges: Edges, source: int, target: int, tail: list[int], head: list[int], path: list[int]
) -> tuple[int, int]:
    """Follow links from the source and take them out; add to `path`; return cost and nodes."""
    here, cost, size = source, 0, 1
    path.append(here)
    while here != target:
        link = 0
        while tail[link] != here:
            link += 1
        tail.pop(link)
        to = head.pop(link)
        cost += _cheapest(edges, here, to)
        path.append(to)
        here, size = to, size + 1
    return cost, size


@making
def _links(
    source: int,
    target: int,
    nodes: int,
    both: bool,
    route: tuple[Ints, Ints],
    before: Ints,
) -> tuple[list[int], list[int]]:
    """List the first route's links and, if there are `both`, the second's less what cancels."""
    after, _ = route
    tail, head = [0 for _ in range(0)], [0 for _ in range(0)]
    state = target
    while both and state != source:
        was = before[state]
        here, to = int(was % nodes), int(state % nodes)
        if after[to] == here:
            after[to] = -1
        elif here != to:
            tail.append(here)
            head.append(to)
        state = was
    for node in range(nodes):
        if after[node] >= 0:
            tail.append(node)
            head.append(int(after[node]))
    return tail, head


@making
def _all(
    edges: Edges, slot: Ints, away_ns: Ints, pairs: Ints, nodes_apart: bool
) -> tuple[Ints, Ints, Ints, Ints]:
    """Return, for pairs, the number of routes, their costs and numbers of nodes; and all nodes."""
    nodes = away_ns.shape[1]
    after, ahead = np.empty(nodes, np.int32), np.empty(nodes, np.int32)
    seen = (
        np.zeros(2 * nodes, np.int32),
        np.empty(2 * nodes, np.int32),
        np.empty(2 * nodes, np.int32),
    )
    heap = np.empty(2 * (len(edges[1]) + nodes + 1), np.int64)
    count = np.zeros(len(pairs), np.int32)
    cost = np.full((len(pairs), 2), FAR_NS, np.int32)
    length = np.zeros((len(pairs), 2), np.int32)
    path = [0 for _ in range(0)]
    for pair in range(len(pairs)):
        source, target = int(pairs[pair, 0]), int(pairs[pair, 1])
        away = away_ns[slot[target]]
        if away[source] >= FAR_NS:
            continue
        after[:], ahead[:] = -1, -1
        _shortest(edges, away, source, target, after, ahead)
        route = (after, ahead)
        both = _second(edges, away, source, target, nodes_apart, route, seen, pair + 1, heap)
        tail, head = _links(source, target, nodes, both, route, seen[2])
        count[pair] = 1 + both
        start = len(path)
        for w in range(count[pair]):
            cost[pair, w], length[pair, w] = _walk(edges, source, target, tail, head, path)
        if cost[pair, 1] < cost[pair, 0]:
            cost[pair] = cost[pair, ::-1].copy()
            middle = start + length[pair, 0]
            path[start:] = path[middle:] + path[start:middle]
            length[pair] = length[pair, ::-1].copy()
    return count, cost, length, np.array(path, dtype=np.int32)
