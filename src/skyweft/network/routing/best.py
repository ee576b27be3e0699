"""The best paths of an instant: from every source to every target, over the platforms that relay.

Platforms that relay carry transit; all others are ends of routes only, so no field sensor passes
traffic on.
"""

import numpy as np
from numpy.typing import NDArray

from skyweft.kernels import making
from skyweft.network.graph.adjacency import FAR_NS, neighbours, transit
from skyweft.network.product import ABSENT, PARTITIONED, SOURCE_ISOLATED, TARGET_ISOLATED
from skyweft.network.routing.simd import LANES
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

    The next node is N where the target itself comes next, -1 where there is no route.
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
    # Of equal routes the last hop is taken.
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
    """Write the platform after a source on a best route to every target, -1 where there is none.

    The target itself where it is a neighbour on a best route, else the first such neighbour.
    `asked` (N,) tells which platforms are targets; `best` and `chosen` are (slabs, 64).
    """
    first, other, price = near
    best[:], chosen[:] = FAR_NS, -1
    # A neighbour's costs to sixty-four targets lie side by side, so targets go innermost.
    for slab in range(len(best)):
        for e in range(first[source], first[source + 1]):
            through = node[other[e]]
            if through >= 0:
                for lane in range(LANES):
                    route = np.int32(price[e] + cost[slab, through, lane])
                    nearer = route < best[slab, lane]
                    best[slab, lane] = route if nearer else best[slab, lane]
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
    first_hop: int,
    target: int,
    node: Ints,
    platform: Ints,
    follower: Ints,
    position_m: Floats,
    path: Ints,
) -> tuple[int, float, np.int64]:
    """Follow a best route into `path`; return its hops, its length in straight lines, its id.

    `follower` (N, 64) is the slab of the target's lane, cut to that lane.
    """
    nodes, hops, path_length_m = len(platform), 0, 0.0
    here, ahead, path_id = source, first_hop, np.int64(source)
    path[0] = source
    while True:
        square = 0.0
        for axis in range(3):
            square += (position_m[here, axis] - position_m[ahead, axis]) ** 2
        path_length_m += np.sqrt(square)
        hops += 1
        here = ahead
        path[hops] = here
        path_id = path_id * 1_000_003 + here
        if here == target:
            return hops, path_length_m, path_id
        after = follower[node[here]]
        ahead = target if after == nodes else platform[after]


@making
def why_not(
    source: int, target: int, node: Ints, near: tuple[Ints, Ints, Ints], position_m: Floats
) -> int:
    """Tell why there is no route between two platforms."""
    if not (np.isfinite(position_m[source, 0]) and np.isfinite(position_m[target, 0])):
        return ABSENT
    first, other, _ = near
    for end, reason in ((source, SOURCE_ISOLATED), (target, TARGET_ISOLATED)):
        linked_here = node[end] >= 0 and first[end + 1] > first[end]
        for e in range(first[end], first[end + 1]):
            linked_here = linked_here or node[other[e]] >= 0
        if not linked_here:
            return reason
    return PARTITIONED


@making
def routes_found(
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
    """Return hops, length, reason, first_hop, path_id and path of every source to every target.

    `a`, `b` (K,) are the platforms linked now, `node` (N,) a platform's place among those that
    relay or -1, `platform` the route back, `blocks` the bounds and touching blocks of `Adjacency`.
    Rows are source after source; a platform to itself is left out by the caller. `path_id` differs
    between routes over different platforms; `path` holds hops + 1 platforms a row that reaches.
    """
    near = neighbours(position_m, a, b, by_hops)
    among = transit(node, len(platform), near[0], near[1], near[2], passing)
    cost, follower = to_ends(targets, node, len(platform), near, among, blocks, passing)
    rows = len(sources) * len(targets)
    hops = np.zeros(rows, np.int32)
    path_length_m = np.full(rows, np.nan)
    reason = np.zeros(rows, np.int32)
    first_hop = np.full(rows, -1, np.int32)
    path_id = np.zeros(rows, np.int64)
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
            first_hop[row] = chosen[m // LANES, m % LANES]
            if first_hop[row] < 0:
                reason[row] = why_not(sources[s], targets[m], node, near, position_m)
                continue
            if used + longest > len(path):
                larger = np.empty(2 * len(path), np.int32)
                larger[:used] = path[:used]
                path = larger
            hops[row], path_length_m[row], path_id[row] = walk(
                sources[s],
                first_hop[row],
                targets[m],
                node,
                platform,
                follower[m // LANES, :, m % LANES],
                position_m,
                path[used:],
            )
            used += hops[row] + 1
    return hops, path_length_m, reason, first_hop, path_id, path[:used]
