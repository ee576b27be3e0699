"""The best paths of an instant: from every source to every target, over the platforms that relay.

Platforms that relay carry transit; all others are ends of ways only, so no field sensor passes
traffic on.
"""

import numpy as np
from numpy.typing import NDArray

from skyweft.kernels import making
from skyweft.network.graph.adjacency import FAR_NS, neighbours, transit
from skyweft.network.product import ABSENT, ISLANDS, SOURCE_ALONE, TARGET_ALONE
from skyweft.network.routing.lanes import LANES
from skyweft.network.routing.sweep import fill_next, settle

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]


@making
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
        settle(cost[slab].reshape(-1), *among, *blocks)
        fill_next(*among, cost[slab, :nodes], follower[slab])
    # Of equal ways the last hop is taken.
    for m in range(len(targets)):
        slab, lane, target = m // LANES, m % LANES, targets[m]
        if node[target] >= 0:
            follower[slab, node[target], lane] = nodes
        for e in range(first[target], first[target + 1]):
            to = node[other[e]]
            if to >= 0 and cost[slab, to, lane] == price[e] + passing:
                follower[slab, to, lane] = nodes
    return cost, follower


@making
def enter(
    source: int,
    targets: Ints,
    asked: NDArray[np.bool_],
    node: Ints,
    near: tuple[Ints, Ints, Ints],
    cost: Ints,
    best: Ints,
    chosen: Ints,
) -> None:
    """Write the platform after a source on a best way to every target, -1 where there is none.

    The target itself where it is a neighbour on a best way, else the first such neighbour. `asked`
    (N,) tells which platforms are targets; `best` and `chosen` are (slabs, 64).
    """
    first, other, price = near
    best[:], chosen[:] = FAR_NS, -1
    # A neighbour's costs to sixty-four targets lie side by side, so targets go innermost.
    for slab in range(len(best)):
        for e in range(first[source], first[source + 1]):
            through = node[other[e]]
            if through >= 0:
                for lane in range(LANES):
                    way = np.int32(price[e] + cost[slab, through, lane])
                    nearer = way < best[slab, lane]
                    best[slab, lane] = way if nearer else best[slab, lane]
                    chosen[slab, lane] = other[e] if nearer else chosen[slab, lane]
    for e in range(first[source], first[source + 1]):
        if asked[other[e]]:
            for m in range(len(targets)):
                slab, lane = m // LANES, m % LANES
                if targets[m] == other[e] and price[e] <= best[slab, lane]:
                    best[slab, lane], chosen[slab, lane] = price[e], other[e]


@making
def walk(
    source: int,
    entry: int,
    target: int,
    node: Ints,
    platform: Ints,
    follower: Ints,
    position_m: Floats,
    path: Ints,
) -> tuple[int, float, np.int64]:
    """Follow a best way into `path`; return its hops, its length in straight lines and its mark.

    `follower` (N, 64) is the slab of the target's lane, cut to that lane.
    """
    nodes, hops, length_m = len(platform), 0, 0.0
    here, ahead, mark = source, entry, np.int64(source)
    path[0] = source
    while True:
        square = 0.0
        for axis in range(3):
            square += (position_m[here, axis] - position_m[ahead, axis]) ** 2
        length_m += np.sqrt(square)
        hops += 1
        here = ahead
        path[hops] = here
        mark = mark * 1_000_003 + here
        if here == target:
            return hops, length_m, mark
        after = follower[node[here]]
        ahead = target if after == nodes else platform[after]


@making
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


@making
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
    relay or -1, `platform` the way back, `blocks` the bounds and touching blocks of `Adjacency`.
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
    asked = np.zeros(len(node), np.bool_)
    asked[targets] = True
    best = np.empty((len(cost), LANES), np.int32)
    chosen = np.empty((len(cost), LANES), np.int32)
    longest = len(platform) + 3
    path = np.empty(rows * 8 + longest, np.int32)
    used = 0
    for s in range(len(sources)):
        enter(sources[s], targets, asked, node, near, cost, best, chosen)
        for m in range(len(targets)):
            row = s * len(targets) + m
            if sources[s] == targets[m]:
                continue
            entry[row] = chosen[m // LANES, m % LANES]
            if entry[row] < 0:
                reason[row] = why_not(sources[s], targets[m], node, near, position_m)
                continue
            if used + longest > len(path):
                larger = np.empty(2 * len(path), np.int32)
                larger[:used] = path[:used]
                path = larger
            hops[row], length_m[row], mark[row] = walk(
                sources[s],
                entry[row],
                targets[m],
                node,
                platform,
                follower[m // LANES, :, m % LANES],
                position_m,
                path[used:],
            )
            used += hops[row] + 1
    return hops, length_m, reason, entry, mark, path[:used]
