"""Two routes that share no link, or no node: what is left when one fails.

Suurballe's algorithm, with the sweep's distances to the target as potentials: along the shortest
route every edge then costs nothing, so turning its edges round keeps all costs at zero or above and
one search more finds the backup path. What the two use in opposite directions cancels.
"""

import os
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from skyweft.kernels import kernel, making
from skyweft.network.graph.adjacency import FAR_NS, Adjacency
from skyweft.network.routing.heap import pop, push
from skyweft.network.routing.loopfree import Flags, Ints, Longs, Near, by_target, checked
from skyweft.network.routing.yen import room

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
    edges = Edges(graph.first, graph.head, graph.delay_ns, passing)
    count = np.zeros(len(pairs), np.int8)
    cost_ns = np.full((len(pairs), 2), FAR_NS, np.int32)
    length = np.zeros((len(pairs), 2), np.int32)
    paths: list[tuple[Longs, Ints]] = []
    for rows, near in by_target(graph, pairs, passing, executor):

        def some(start: int, rows: Longs = rows, near: Near = near) -> tuple[Longs, Ints]:
            few = rows[start : start + PAIRS_AT_ONCE]
            asked = np.ascontiguousarray(pairs[few])
            found = _paths_of_pairs(edges, near.slot, near.left_ns, asked, sharing_no == "nodes")
            count[few], cost_ns[few], length[few] = found.many, found.cost_ns, found.size
            return few, found.node

        paths += executor.map(some, range(0, len(rows), PAIRS_AT_ONCE))
    reason = np.array([NO_ROUTE, ONE_LINK, TWO], np.int8)[count]
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


class Edges(NamedTuple):
    """Directed edges as in `Adjacency`, and which nodes pass traffic on."""

    first: Ints  # (N + 1,) where a node's edges begin
    head: Ints  # (E,)
    delay_ns: Ints  # (E,)
    passing: Flags  # (N,)


class Goal(NamedTuple):
    """The target, and what is at least left to it from every node."""

    node: int
    left_ns: Ints  # (N,) 2**30 where there is no route


class Route(NamedTuple):
    """The shortest route as a chain, (N,); -1 for nodes it does not pass."""

    after: Ints
    ahead: Ints


class Search(NamedTuple):
    """How far a search has come, by state of a node: two a node, (2N,). See `_second`."""

    reached: Ints  # the tick of the search that reached it
    cost: Ints
    before: Ints  # the state it was reached from
    heap: Longs


class Links(NamedTuple):
    """What one route or two consist of, in no order: room for the links of both."""

    tail: Ints  # -1: it was passed already
    head: Ints


class PathsOfPairs(NamedTuple):
    """One path or two of some pairs, the shorter first."""

    many: Ints  # (Q,) of each pair
    cost_ns: Ints  # (Q, 2)
    size: Ints  # (Q, 2) nodes of each, both ends included
    node: Ints  # of all paths, one after the other


@making
def _paths_of_pairs(
    edges: Edges, slot: Ints, left_ns: Ints, pairs: Ints, nodes_apart: bool
) -> PathsOfPairs:
    """Return the paths of pairs (Q, 2).

    Rows of `left_ns` belong to targets, as in `loopfree.Near`; `slot` (N,) says which to whom.
    """
    nodes = left_ns.shape[1]
    route = Route(np.empty(nodes, np.int32), np.empty(nodes, np.int32))
    search = Search(
        np.zeros(2 * nodes, np.int32),
        np.empty(2 * nodes, np.int32),
        np.empty(2 * nodes, np.int32),
        np.empty(2 * (len(edges.head) + nodes + 1), np.int64),
    )
    links = Links(np.empty(3 * nodes, np.int32), np.empty(3 * nodes, np.int32))
    many = np.zeros(len(pairs), np.int32)
    cost_ns = np.full((len(pairs), 2), FAR_NS, np.int32)
    size = np.zeros((len(pairs), 2), np.int32)
    node, used = np.empty(4096, np.int32), 0
    for pair in range(len(pairs)):
        source, target = int(pairs[pair, 0]), int(pairs[pair, 1])
        goal = Goal(target, left_ns[slot[target]])
        if goal.left_ns[source] >= FAR_NS:
            continue
        route.after[:], route.ahead[:] = -1, -1
        _shortest(edges, goal, source, route)
        two = _second(edges, goal, source, nodes_apart, route, search, pair + 1)
        links_left = _take_apart(source, target, two, route, search.before, links)
        many[pair], start = 1 + two, used
        for w in range(many[pair]):
            node = room(node, used + links_left + 1)
            cost_ns[pair, w], size[pair, w] = _walk(
                edges, source, target, links, node[used : used + links_left + 1]
            )
            used += size[pair, w]
        if cost_ns[pair, 1] < cost_ns[pair, 0]:
            cost_ns[pair], size[pair] = cost_ns[pair, ::-1].copy(), size[pair, ::-1].copy()
            node[start:used] = np.roll(node[start:used], size[pair, 0])
    return PathsOfPairs(many, cost_ns, size, node[:used].copy())


@kernel
def _shortest(edges: Edges, goal: Goal, source: int, route: Route) -> None:
    """Write the shortest route."""
    first, head, delay_ns, passing = edges
    target, left_ns = goal
    after, ahead = route
    here = source
    while here != target:
        for e in range(first[here], first[here + 1]):
            to = head[e]
            if to == len(left_ns) or not (passing[to] or to == target):
                continue
            if delay_ns[e] + left_ns[to] == left_ns[here]:
                after[here], ahead[to] = to, here
                here = int(to)
                break


@kernel
def _second(
    edges: Edges,
    goal: Goal,
    source: int,
    nodes_apart: bool,
    route: Route,
    search: Search,
    tick: int,
) -> bool:
    """Search a route beside the first, which may only be taken backwards; tell if there is one.

    Where nodes must be apart, a node of the first route has two states: n when come upon from
    aside, from where only the way back is open, and N + n when come upon backwards along the
    first route.
    """
    first, head, delay_ns, passing = edges
    target, left_ns = goal
    after, ahead = route
    nodes = len(left_ns)
    search.reached[source], search.cost[source] = tick, 0
    size = push(search.heap, 0, 0, source)
    while size > 0:
        cost, state = pop(search.heap, size)
        size -= 1
        here = state % nodes
        if here == target:
            return True
        if cost > search.cost[state]:
            continue
        if ahead[here] >= 0:
            back = ahead[here]
            twofold = nodes_apart and back != source
            size = _reach(search, size, tick, back + nodes * twofold, cost, state)
            if nodes_apart and state < nodes:
                continue
        for e in range(first[here], first[here + 1]):
            to = head[e]
            if to == nodes or not (passing[to] or to == target):
                continue
            if after[here] == to or ahead[here] == to or to == source or left_ns[to] >= FAR_NS:
                continue
            more = delay_ns[e] + left_ns[to] - left_ns[here]
            size = _reach(search, size, tick, to, cost + more, state)
    return False


@kernel
def _reach(search: Search, size: int, tick: int, state: int, cost: int, was: int) -> int:
    """Note a state if this is the cheapest route to it yet; return the size of the heap."""
    reached, spent, before, heap = search
    if cost < FAR_NS and (reached[state] != tick or cost < spent[state]):
        reached[state], spent[state], before[state] = tick, cost, was
        return push(heap, size, cost, state)
    return size


@kernel
def _take_apart(
    source: int, target: int, two: bool, route: Route, before: Ints, links: Links
) -> int:
    """Write the first route's links and, if there are `two`, the second's less what cancels.

    Returns how many there are.
    """
    after, nodes = route.after, len(route.after)
    tail, head = links
    many, state = 0, target
    while two and state != source:
        was = before[state]
        here, to = int(was % nodes), int(state % nodes)
        if after[to] == here:
            after[to] = -1
        elif here != to:
            tail[many], head[many] = here, to
            many += 1
        state = was
    for node in range(nodes):
        if after[node] >= 0:
            tail[many], head[many] = node, after[node]
            many += 1
    return many


@kernel
def _walk(edges: Edges, source: int, target: int, links: Links, path: Ints) -> tuple[int, int]:
    """Follow links from the source, each once; write the path; return its cost and nodes."""
    tail, head = links
    path[0] = here = source
    cost_ns, size = 0, 1
    while here != target:
        link = 0
        while tail[link] != here:
            link += 1
        tail[link] = -1
        cost_ns += _cheapest(edges, here, head[link])
        path[size] = here = head[link]
        size += 1
    return cost_ns, size


@kernel
def _cheapest(edges: Edges, here: int, to: int) -> int:
    """Return the delay of the shortest edge between two nodes."""
    first, head, delay_ns, _ = edges
    best = FAR_NS
    for e in range(first[here], first[here + 1]):
        if head[e] == to:
            best = min(best, int(delay_ns[e]))
    return best
