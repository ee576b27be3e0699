"""One instant of the network: who is linked now, and the best ways over it.

A contact is a link in both directions while it lasts; its delay is the straight line's. Platforms
that relay carry transit; all others are ends of ways only, so no field sensor passes traffic on.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from skyweft.network.graph import FAR_NS, NO_EDGE_NS
from skyweft.network.lanes import LANES
from skyweft.network.product import ABSENT, ISLANDS, SOURCE_ALONE, TARGET_ALONE
from skyweft.network.sweep import fill_next, settle

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

NS_M = 299_792_458.0 / 1e9  # metres light goes in a nanosecond


@njit(cache=True, error_model="numpy", nogil=True)
def neighbours(position_m: Floats, a: Ints, b: Ints, by_hops: bool) -> tuple[Ints, Ints, Ints]:
    """Group the links of an instant by platform, both ways.

    Returns where each platform's links begin (N + 1,), the other end (2K,) and the cost (2K,):
    whole nanoseconds, or 1 a link. Links of a platform whose place is NaN are left out.
    """
    platforms = len(position_m)
    first = np.zeros(platforms + 1, np.int32)
    cost = np.empty(len(a), np.int32)
    for k in range(len(a)):
        square = 0.0
        for axis in range(3):
            square += (position_m[a[k], axis] - position_m[b[k], axis]) ** 2
        cost[k] = -1
        if not np.isnan(square):
            # At least 1, so that every hop brings a way closer to its end.
            cost[k] = 1 if by_hops else max(1.0, np.rint(np.sqrt(square) / NS_M))
            first[a[k] + 1] += 1
            first[b[k] + 1] += 1
    for k in range(platforms):
        first[k + 1] += first[k]
    place = first[:-1].copy()
    other = np.empty(first[-1], np.int32)
    price = np.empty(first[-1], np.int32)
    for k in range(len(a)):
        if cost[k] >= 0:
            other[place[a[k]]], price[place[a[k]]] = b[k], cost[k]
            other[place[b[k]]], price[place[b[k]]] = a[k], cost[k]
            place[a[k]] += 1
            place[b[k]] += 1
    return first, other, price


@njit(cache=True, error_model="numpy", nogil=True)
def transit(
    node: Ints, nodes: int, first: Ints, other: Ints, price: Ints, passing: int
) -> tuple[Ints, Ints, Ints]:
    """Keep the links among relaying platforms, grouped by node and padded to fours.

    Every hop out of a node costs its processing too.
    """
    start = np.zeros(nodes + 1, np.int32)
    for k in range(len(node)):
        if node[k] >= 0:
            count = 0
            for e in range(first[k], first[k + 1]):
                count += node[other[e]] >= 0
            start[node[k] + 1] = (count + 3) // 4 * 4
    for k in range(nodes):
        start[k + 1] += start[k]
    head = np.full(start[nodes], nodes, np.int32)
    delay = np.full(start[nodes], NO_EDGE_NS, np.int32)
    for k in range(len(node)):
        if node[k] >= 0:
            place = start[node[k]]
            for e in range(first[k], first[k + 1]):
                if node[other[e]] >= 0:
                    head[place], delay[place] = node[other[e]], price[e] + passing
                    place += 1
    return start, head, delay


@njit(cache=True, error_model="numpy", nogil=True)
def to_ends(
    targets: Ints,
    node: Ints,
    nodes: int,
    near: tuple[Ints, Ints, Ints],
    among: tuple[Ints, Ints, Ints],
    blocks: tuple[Ints, Ints, Ints],
    passing: int,
) -> tuple[Ints, Ints]:
    """Return cost and next node from every node to every target, (ceil(M / 64), N + 1, 64).

    The next node is N where the target itself comes next, -1 where there is no way.
    """
    first, other, price = near
    slabs = (len(targets) + LANES - 1) // LANES
    cost = np.full((slabs, nodes + 1, LANES), FAR_NS, np.int32)
    for m in range(len(targets)):
        slab, lane, target = m // LANES, m % LANES, targets[m]
        if node[target] >= 0:
            cost[slab, node[target], lane] = 0
        for e in range(first[target], first[target + 1]):
            to = node[other[e]]
            if to >= 0:
                cost[slab, to, lane] = min(cost[slab, to, lane], price[e] + passing)
    follower = np.empty((slabs, nodes, LANES), np.int32)
    for slab in range(slabs):
        last = cost[slab, :nodes].copy()
        settle(cost[slab].reshape(-1), *among, *blocks)
        fill_next(*among, last, cost[slab, :nodes], follower[slab])
    return cost, follower


@njit(cache=True, error_model="numpy", nogil=True)
def enter(
    source: int, target: int, m: int, node: Ints, near: tuple[Ints, Ints, Ints], cost: Ints
) -> int:
    """Return the platform after a source on a best way, -1 where there is none.

    The target itself where it is a neighbour on a best way, else the first such neighbour.
    """
    first, other, price = near
    best, chosen = FAR_NS, -1
    for e in range(first[source], first[source + 1]):
        way = FAR_NS
        if other[e] == target:
            way = price[e]
        elif node[other[e]] >= 0:
            way = price[e] + cost[m // LANES, node[other[e]], m % LANES]
        if way < best or (way == best and other[e] == target):
            best, chosen = way, other[e]
    return chosen


@njit(cache=True, error_model="numpy", nogil=True)
def walk(
    entry: int,
    target: int,
    m: int,
    node: Ints,
    platform: Ints,
    follower: Ints,
    path: Ints,
) -> int:
    """Follow a best way from `path[0]` over `entry` into `path`; return its hops."""
    nodes, hops, here = len(platform), 1, entry
    path[1] = here
    while here != target:
        ahead = follower[m // LANES, node[here], m % LANES]
        here = target if ahead == nodes else platform[ahead]
        hops += 1
        path[hops] = here
    return hops


@njit(cache=True, error_model="numpy", nogil=True)
def length(position_m: Floats, path: Ints, hops: int) -> float:
    """Return the length of a way in straight lines."""
    total_m = 0.0
    for k in range(hops):
        square = 0.0
        for axis in range(3):
            square += (position_m[path[k], axis] - position_m[path[k + 1], axis]) ** 2
        total_m += np.sqrt(square)
    return total_m


@njit(cache=True, error_model="numpy", nogil=True)
def why_not(
    source: int, target: int, node: Ints, near: tuple[Ints, Ints, Ints], position_m: Floats
) -> int:
    """Tell why there is no way between two platforms."""
    if not (np.isfinite(position_m[source, 0]) and np.isfinite(position_m[target, 0])):
        return ABSENT
    first, other, _ = near
    for end, reason in ((source, SOURCE_ALONE), (target, TARGET_ALONE)):
        heard = node[end] >= 0 and first[end + 1] > first[end]
        for e in range(first[end], first[end + 1]):
            heard = heard or node[other[e]] >= 0
        if not heard:
            return reason
    return ISLANDS


@njit(cache=True, error_model="numpy", nogil=True)
def ways(
    position_m: Floats,
    a: Ints,
    b: Ints,
    node: Ints,
    platform: Ints,
    blocks: tuple[Ints, Ints, Ints],
    sources: Ints,
    targets: Ints,
    by_hops: bool,
    passing: int,
) -> tuple[Ints, Floats, Ints, Ints, NDArray[np.int64], Ints]:
    """Return hops, length, reason, entry, mark and path of every source to every target.

    `a`, `b` (K,) are the platforms linked now, `node` (N,) a platform's place among those that
    relay or -1, `platform` the way back, `blocks` the bounds and touching blocks of `graph.Graph`.
    Rows are source after source; a platform to itself is left out by the caller. `mark` differs
    between ways over different platforms; `path` holds hops + 1 platforms a row that reaches.
    """
    near = neighbours(position_m, a, b, by_hops)
    among = transit(node, len(platform), near[0], near[1], near[2], passing)
    cost, follower = to_ends(targets, node, len(platform), near, among, blocks, passing)
    rows = len(sources) * len(targets)
    hops = np.zeros(rows, np.int32)
    length_m = np.full(rows, np.nan)
    reason = np.zeros(rows, np.int32)
    entry = np.full(rows, -1, np.int32)
    mark = np.zeros(rows, np.int64)
    one = np.empty(len(platform) + 3, np.int32)
    path = np.empty(rows * 8 + len(one), np.int32)
    used = 0
    for s in range(len(sources)):
        for m in range(len(targets)):
            row = s * len(targets) + m
            if sources[s] == targets[m]:
                continue
            entry[row] = enter(sources[s], targets[m], m, node, near, cost)
            if entry[row] < 0:
                reason[row] = why_not(sources[s], targets[m], node, near, position_m)
                continue
            one[0] = sources[s]
            hops[row] = walk(entry[row], targets[m], m, node, platform, follower, one)
            length_m[row] = length(position_m, one, hops[row])
            if used + hops[row] + 1 > len(path):
                larger = np.empty(2 * len(path) + len(one), np.int32)
                larger[:used] = path[:used]
                path = larger
            for k in range(hops[row] + 1):
                mark[row] = mark[row] * 1_000_003 + one[k]
                path[used] = one[k]
                used += 1
    return hops, length_m, reason, entry, mark, path[:used]
