"""Yen's algorithm for pairs of nodes, one after the other: the kernels behind `loopfree`.

Theory of operation
-------------------
1. Every path but the shortest leaves an earlier one, its *parent*, at some node and by a follower
   that no path with the same beginning has taken. All that leave a parent at one node are a
   *deviation*; from a new path only those at or after the node where it left its own parent are
   new (Lawler), so no path is found twice.
2. A deviation costs what its parent spent up to the node, and from there at least the least delay
   over any follower that is free: the distances to the target bound it from below.
3. The deviation of least cost is taken. While its cost is a bound it is made good: mostly by
   following the shortest route from that follower (`_follow`), and only where that runs into the
   parent's beginning by a search (`_search`), which the same distances lead to the target. If it
   then costs more it is put back, with the rest of its path; else it is the next path.
4. Nodes are barred by marks: one is set where it holds the *tick* of now, so none is ever cleared.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skyweft.kernels import kernel, making
from skyweft.network.graph.adjacency import FAR_NS
from skyweft.network.routing.heap import pop, push

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]


class Edges(NamedTuple):
    """Directed edges to nodes that pass traffic on, grouped by the node they leave."""

    first: Ints  # (N + 1,) where a node's edges begin
    head: Ints  # (E,)
    delay_ns: Ints  # (E,)


class Goal(NamedTuple):
    """The target, and what is at least left to it from every node."""

    node: int
    left_ns: Ints  # (N,) 2**30 where there is no route
    direct_ns: Ints  # (N,) of an edge to a target that passes nothing on, else 2**30


class Marks(NamedTuple):
    """What a deviation must not take."""

    on_path: Ints  # (N,) nodes of its parent up to where it leaves
    barred: Ints  # (N,) followers of that node that were taken already


class Search(NamedTuple):
    """How far a search has come, and room for it."""

    reached: Ints  # (N,) ticks
    settled: Ints  # (N,) ticks
    cost_ns: Ints  # (N,) of those that are reached
    before: Ints  # (N,) the node they were reached from
    heap: Longs
    rest: Ints  # (N,) the path it came to, without the node it began at


class Paths(NamedTuple):
    """The paths found so far: the nodes of path p are from `first[p]` to `first[p + 1]`."""

    found: int
    first: Ints  # (k + 1,)
    node: Ints
    spent_ns: Ints  # from the source to the node


class Deviations(NamedTuple):
    """What may come next, in no order. The columns have room for more than are `known`."""

    known: int
    parent: Ints  # the path that is left; -1: none, this is the shortest path of all
    at: Ints  # place of the last node in common
    cost_ns: Ints  # of the best path, or a bound of it while its rest is not known
    rest_first: Ints  # where the rest of that path is kept
    rest_size: Ints  # 0: not known yet


class PathsOfPairs(NamedTuple):
    """The paths of some pairs, R in all and in their order."""

    many: Ints  # (Q,) of each pair
    cost_ns: Ints  # (R,)
    size: Ints  # (R,) nodes of each, both ends included
    node: Ints  # of all paths, one after the other


@making
def paths_of_pairs(
    edges: Edges, slot: Ints, left_ns: Ints, direct_ns: Ints, pairs: Ints, k: int
) -> PathsOfPairs:
    """Return the k shortest paths of pairs (Q, 2).

    Rows of `left_ns` and `direct_ns` belong to targets, as in `loopfree.Near`; `slot` (N,) says
    which to whom.
    """
    nodes = left_ns.shape[1]
    marks = Marks(np.zeros(nodes, np.int32), np.zeros(nodes, np.int32))
    search = Search(
        np.zeros(nodes, np.int32),
        np.zeros(nodes, np.int32),
        np.empty(nodes, np.int32),
        np.empty(nodes, np.int32),
        np.empty(len(edges.head) + nodes + 1, np.int64),
        np.empty(nodes, np.int32),
    )
    paths = Paths(0, np.zeros(k + 1, np.int32), np.empty(256, np.int32), np.empty(256, np.int32))
    waiting = Deviations(
        0,
        np.empty(64, np.int32),
        np.empty(64, np.int32),
        np.empty(64, np.int32),
        np.empty(64, np.int32),
        np.empty(64, np.int32),
    )
    many = np.zeros(len(pairs), np.int32)
    cost_ns, size = np.empty(256, np.int32), np.empty(256, np.int32)
    node = np.empty(4096, np.int32)
    number, used, tick = 0, 0, 0
    for pair in range(len(pairs)):
        source, target = int(pairs[pair, 0]), int(pairs[pair, 1])
        goal = Goal(target, left_ns[slot[target]], direct_ns[slot[target]])
        paths, waiting, tick = _shortest(edges, goal, source, paths, waiting, marks, tick, search)
        many[pair], nodes_of_all = paths.found, paths.first[paths.found]
        cost_ns, size = room(cost_ns, number + paths.found), room(size, number + paths.found)
        node = room(node, used + nodes_of_all)
        node[used : used + nodes_of_all] = paths.node[:nodes_of_all]
        used += nodes_of_all
        for path in range(paths.found):
            cost_ns[number] = paths.spent_ns[paths.first[path + 1] - 1]
            size[number] = paths.first[path + 1] - paths.first[path]
            number += 1
    return PathsOfPairs(many, cost_ns[:number].copy(), size[:number].copy(), node[:used].copy())


@making
def _shortest(
    edges: Edges,
    goal: Goal,
    source: int,
    paths: Paths,
    waiting: Deviations,
    marks: Marks,
    tick: int,
    search: Search,
) -> tuple[Paths, Deviations, int]:
    """Find the shortest paths of one pair, as many as `paths` has room for; return the last tick.

    Those and the deviations of the pair before are written over.
    """
    paths = Paths(0, paths.first, paths.node, paths.spent_ns)
    waiting = _only_the_shortest(waiting, goal.left_ns[source])
    paths.node[0], paths.spent_ns[0] = source, 0
    rest, kept, used = search.rest, np.empty(64, np.int32), 0
    while True:
        best = int(np.argmin(waiting.cost_ns[: waiting.known]))
        parent, at = int(waiting.parent[best]), int(waiting.at[best])
        cost_ns, size = int(waiting.cost_ns[best]), int(waiting.rest_size[best])
        if cost_ns >= FAR_NS:
            return paths, waiting, tick
        if size > 0:
            rest[:size] = kept[waiting.rest_first[best] : waiting.rest_first[best] + size]
        else:
            tick += 1
            here, spent_ns = source, 0
            if parent >= 0:
                here, spent_ns = _mark(paths, parent, at, marks, tick)
            marks.on_path[here] = tick
            more_ns, size = _complete(edges, goal, here, FAR_NS - spent_ns, marks, tick, search)
            waiting.cost_ns[best] = min(spent_ns + more_ns, FAR_NS)
            if waiting.cost_ns[best] > cost_ns:
                kept = room(kept, used + size)
                kept[used : used + size] = rest[:size]
                waiting.rest_first[best], waiting.rest_size[best] = used, size
                used += size
                continue
        paths = _accepted(edges, goal, paths, parent, at, rest[:size])
        if paths.found == len(paths.first) - 1:
            return paths, waiting, tick
        waiting, tick = _with_those_of_the_last(edges, goal, paths, marks, tick, waiting, best)


@making
def _only_the_shortest(some: Deviations, cost_ns: int) -> Deviations:
    """Return what is known at first: what the shortest path of all costs."""
    _, parent, at, cost, rest_first, rest_size = some
    parent[0], at[0], cost[0], rest_size[0] = -1, 0, cost_ns, 0
    return Deviations(1, parent, at, cost, rest_first, rest_size)


@kernel
def _mark(paths: Paths, parent: int, at: int, marks: Marks, tick: int) -> tuple[int, int]:
    """Mark a path's nodes up to its `at`-th, and where paths that share them went on.

    Returns that node, and what is spent up to there.
    """
    found, first, node, spent_ns = paths
    on_path, barred = marks
    start = first[parent]
    for i in range(at + 1):
        on_path[node[start + i]] = tick
    for path in range(found):
        if first[path + 1] - first[path] <= at + 1:
            continue
        same = True
        for i in range(at, -1, -1):
            if node[first[path] + i] != node[start + i]:
                same = False
                break
        if same:
            barred[node[first[path] + at + 1]] = tick
    return int(node[start + at]), int(spent_ns[start + at])


@making
def _complete(
    edges: Edges,
    goal: Goal,
    here: int,
    limit_ns: int,
    marks: Marks,
    tick: int,
    search: Search,
) -> tuple[int, int]:
    """Write the shortest path on from a node, itself left out; return its cost and its nodes."""
    bound_ns, follower = _bound(edges, goal, here, marks, tick, tick)
    if bound_ns >= limit_ns:
        return FAR_NS, 0
    size = _follow(edges, goal, follower, marks.on_path, tick, search.rest)
    if size > 0:
        return bound_ns, size
    cost_ns = _search(edges, goal, here, limit_ns, marks, tick, search)
    if cost_ns >= limit_ns:
        return FAR_NS, 0
    return cost_ns, _trace(here, goal.node, search.before, search.rest)


@kernel
def _bound(
    edges: Edges, goal: Goal, here: int, marks: Marks, path_tick: int, tick: int
) -> tuple[int, int]:
    """Return a bound from below on the paths out of a node, and the first follower that has it.

    Marks of nodes on the path hold `path_tick`, those of followers `tick`.
    """
    first, head, delay_ns = edges
    target, left_ns, direct_ns = goal
    on_path, barred = marks
    best, follower = FAR_NS, -1
    for e in range(first[here], first[here + 1]):
        to = head[e]
        if on_path[to] == path_tick or barred[to] == tick:
            continue
        if delay_ns[e] + left_ns[to] < best:
            best, follower = int(delay_ns[e] + left_ns[to]), int(to)
    if direct_ns[here] < best and barred[target] != tick:
        best, follower = int(direct_ns[here]), target
    return best, follower


@kernel
def _follow(edges: Edges, goal: Goal, here: int, on_path: Ints, tick: int, rest: Ints) -> int:
    """Write the shortest path from a node, itself too; return its nodes, 0 where it is marked."""
    first, head, delay_ns = edges
    target, left_ns, direct_ns = goal
    size = 0
    while size < len(rest):
        rest[size] = here
        size += 1
        if here == target:
            return size
        follower = target if direct_ns[here] == left_ns[here] else -1
        for e in range(first[here], first[here + 1]):
            to = head[e]
            if on_path[to] != tick and delay_ns[e] + left_ns[to] == left_ns[here]:
                follower = int(to)
                break
        if follower < 0:
            return 0
        here = follower
    return 0


@kernel
def _search(
    edges: Edges, goal: Goal, here: int, limit_ns: int, marks: Marks, tick: int, search: Search
) -> int:
    """Return the cost of the shortest path that deviates at a node; 2**30 where there is none."""
    first, head, delay_ns = edges
    target, left_ns, direct_ns = goal
    on_path, barred = marks
    reached, settled, cost_ns, before, heap, _ = search
    reached[here], cost_ns[here] = tick, 0
    size = push(heap, 0, int(left_ns[here]), here)
    while size > 0:
        _, node = pop(heap, size)
        size -= 1
        if node == target:
            return int(cost_ns[node])
        if settled[node] == tick:
            continue
        settled[node] = tick
        for e in range(first[node], first[node + 1] + 1):
            # Behind the others comes the edge straight to the target.
            direct = e == first[node + 1]
            to = target if direct else int(head[e])
            if on_path[to] == tick or (node == here and barred[to] == tick):
                continue
            spent_ns = cost_ns[node] + (direct_ns[node] if direct else delay_ns[e])
            if spent_ns + left_ns[to] < limit_ns and (
                reached[to] != tick or spent_ns < cost_ns[to]
            ):
                reached[to], cost_ns[to], before[to] = tick, spent_ns, node
                size = push(heap, size, spent_ns + left_ns[to], to)
    return FAR_NS


@kernel
def _trace(here: int, target: int, before: Ints, rest: Ints) -> int:
    """Write the path a search found, without the node it began at; return its nodes."""
    size, node = 0, target
    while node != here:
        rest[size] = node
        size += 1
        node = before[node]
    for i in range(size // 2):
        rest[i], rest[size - 1 - i] = rest[size - 1 - i], rest[i]
    return size


@making
def _accepted(edges: Edges, goal: Goal, paths: Paths, parent: int, at: int, rest: Ints) -> Paths:
    """Add a path: its parent's first nodes, the rest, and the cost along it."""
    first = paths.first
    start, end = first[paths.found], first[paths.found] + at + 1 + len(rest)
    node, spent_ns = room(paths.node, end), room(paths.spent_ns, end)
    for i in range(at + 1 if parent >= 0 else 0):
        node[start + i] = node[first[parent] + i]
        spent_ns[start + i] = spent_ns[first[parent] + i]
    for i in range(start + at + 1, end):
        node[i] = rest[i - start - at - 1]
        direct_ns = goal.direct_ns[node[i - 1]] if i == end - 1 else FAR_NS
        spent_ns[i] = spent_ns[i - 1] + _cheapest(edges, node[i - 1], node[i], direct_ns)
    first[paths.found + 1] = end
    return Paths(paths.found + 1, first, node, spent_ns)


@kernel
def _cheapest(edges: Edges, here: int, to: int, best: int) -> int:
    """Return the delay of the shortest edge between two nodes, at most `best`."""
    first, head, delay_ns = edges
    for e in range(first[here], first[here + 1]):
        if head[e] == to:
            best = min(best, int(delay_ns[e]))
    return best


@making
def _with_those_of_the_last(
    edges: Edges, goal: Goal, paths: Paths, marks: Marks, tick: int, some: Deviations, row: int
) -> tuple[Deviations, int]:
    """Add what leaves the last path found where it left its parent, or later.

    `row` is the deviation it came from, which the first of them replaces. Returns all, and the last
    tick.
    """
    last, at = paths.found - 1, some.at[row]
    start, hops = paths.first[last], paths.first[last + 1] - 1 - paths.first[last]
    some = _roomier(some, some.known + hops)
    known, parent, place, cost_ns, rest_first, rest_size = some
    common = np.empty(paths.found, np.int32)
    for path in range(paths.found):
        common[path] = _common(paths, path, last)
    path_tick = tick = tick + 1
    for i in range(hops):
        here = paths.node[start + i]
        marks.on_path[here] = path_tick
        if i < at:
            continue
        tick += 1
        for path in range(paths.found):
            if i < common[path]:
                marks.barred[paths.node[paths.first[path] + i + 1]] = tick
        bound_ns, _ = _bound(edges, goal, here, marks, path_tick, tick)
        if i > at:
            row, known = known, known + 1
        parent[row], place[row], rest_size[row] = last, i, 0
        cost_ns[row] = min(int(paths.spent_ns[start + i]) + bound_ns, FAR_NS)
    return Deviations(known, parent, place, cost_ns, rest_first, rest_size), tick


@kernel
def _common(paths: Paths, one: int, other: int) -> int:
    """Return how many nodes two paths have in common before they part."""
    _, first, node, _ = paths
    size = 0
    most = min(first[one + 1] - first[one], first[other + 1] - first[other])
    while size < most and node[first[one] + size] == node[first[other] + size]:
        size += 1
    return size


@making
def _roomier(some: Deviations, size: int) -> Deviations:
    """Return them with room for so many."""
    known, parent, at, cost_ns, rest_first, rest_size = some
    return Deviations(
        known,
        room(parent, size),
        room(at, size),
        room(cost_ns, size),
        room(rest_first, size),
        room(rest_size, size),
    )


@making
def room(pool: Ints, size: int) -> Ints:
    """Return the pool, or a larger copy where `size` entries would not fit."""
    if size <= len(pool):
        return pool
    larger = np.empty(2 * size, pool.dtype)
    larger[: len(pool)] = pool
    return larger
