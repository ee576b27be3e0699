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
from skyweft.network.sweep import settle

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
) -> Ints:
    """Return the cost from every node to every target, (ceil(M / 64), (N + 1) * 64)."""
    first, other, price = near
    slabs = (len(targets) + LANES - 1) // LANES
    cost = np.full((slabs, (nodes + 1) * LANES), FAR_NS, np.int32)
    for m in range(len(targets)):
        slab, lane, target = m // LANES, m % LANES, targets[m]
        if node[target] >= 0:
            cost[slab, node[target] * LANES + lane] = 0
        for e in range(first[target], first[target + 1]):
            if node[other[e]] >= 0:
                place = node[other[e]] * LANES + lane
                cost[slab, place] = min(cost[slab, place], price[e] + passing)
    for slab in range(slabs):
        settle(cost[slab], among[0], among[1], among[2], blocks[0], blocks[1], blocks[2])
    return cost


@njit(cache=True, error_model="numpy", nogil=True)
def next_platform(
    here: int,
    target: int,
    m: int,
    starting: bool,
    node: Ints,
    near: tuple[Ints, Ints, Ints],
    cost: Ints,
) -> int:
    """Return the platform after `here` on a best way to the m-th target, -1 where there is none.

    The target itself where it is a neighbour on a best way, else the first such neighbour.
    """
    first, other, price = near
    best, chosen = FAR_NS, -1
    if not starting and node[here] < 0:
        return -1
    for e in range(first[here], first[here + 1]):
        follower = other[e]
        if follower == target:
            way = price[e]
        elif node[follower] >= 0:
            way = price[e] + cost[m // LANES, node[follower] * LANES + m % LANES]
        else:
            continue
        if way < best or (way == best and follower == target):
            best, chosen = way, follower
    return chosen


@njit(cache=True, error_model="numpy", nogil=True)
def walk(
    source: int,
    target: int,
    m: int,
    node: Ints,
    near: tuple[Ints, Ints, Ints],
    cost: Ints,
    position_m: Floats,
    path: Ints,
) -> tuple[int, float]:
    """Follow a best way into `path`; return its hops (0: there is none) and its length."""
    here, hops, length_m = source, 0, 0.0
    path[0] = source
    while here != target:
        follower = next_platform(here, target, m, hops == 0, node, near, cost)
        if follower < 0 or hops + 1 == len(path):
            return 0, np.nan
        square = 0.0
        for axis in range(3):
            square += (position_m[here, axis] - position_m[follower, axis]) ** 2
        length_m += np.sqrt(square)
        hops += 1
        path[hops] = follower
        here = follower
    return hops, length_m


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
    nodes: int,
    blocks: tuple[Ints, Ints, Ints],
    sources: Ints,
    targets: Ints,
    by_hops: bool,
    passing: int,
    longest: int,
) -> tuple[Ints, Floats, Ints, Ints]:
    """Return hops, length, reason and path of every source to every target at one instant.

    `a`, `b` (K,) are the platforms linked now, `node` (N,) a platform's place among those that
    relay or -1, `blocks` the bounds and touching blocks of `graph.Graph`. Rows are source after
    source; a platform to itself is left out by the caller. `path` holds hops + 1 platforms a row
    that reaches.
    """
    near = neighbours(position_m, a, b, by_hops)
    among = transit(node, nodes, near[0], near[1], near[2], passing)
    cost = to_ends(targets, node, nodes, near, among, blocks, passing)
    rows = len(sources) * len(targets)
    hops = np.zeros(rows, np.int32)
    length_m = np.full(rows, np.nan)
    reason = np.zeros(rows, np.int32)
    one = np.empty(longest + 1, np.int32)
    path = np.empty(rows * 8 + longest + 1, np.int32)
    used = 0
    for s in range(len(sources)):
        for m in range(len(targets)):
            row = s * len(targets) + m
            if sources[s] == targets[m]:
                continue
            hops[row], length_m[row] = walk(
                sources[s], targets[m], m, node, near, cost, position_m, one
            )
            if hops[row] == 0:
                reason[row] = why_not(sources[s], targets[m], node, near, position_m)
                continue
            if used + hops[row] + 1 > len(path):
                larger = np.empty(2 * len(path) + hops[row] + 1, np.int32)
                larger[:used] = path[:used]
                path = larger
            path[used : used + hops[row] + 1] = one[: hops[row] + 1]
            used += hops[row] + 1
    return hops, length_m, reason, path[:used]
