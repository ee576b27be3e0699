"""The best paths of an instant: from every source to every target, over the platforms that relay.

Platforms that relay carry transit; all others are ends of routes only, so no field sensor passes
traffic on.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skyweft.kernels import making
from skyweft.network.graph.adjacency import FAR_NS, Among, Blocks, Near
from skyweft.network.graph.snapshot import Snapshot
from skyweft.network.product import ABSENT, PARTITIONED, REASONS, SOURCE_ISOLATED, TARGET_ISOLATED
from skyweft.network.routing.policy import BY_DELAY, Graph, Policy, weighed
from skyweft.network.routing.simd import LANES
from skyweft.network.routing.sweep import fill_next, settle

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]


class Paths(NamedTuple):
    """The best path of every source to every target, (S x M,) row after row, source by source.

    Where `hops` is above 0 its nodes, both ends included, are the next `hops + 1` of `path`.
    """

    hops: Ints  # 0 where there is none, and from a platform to itself
    path_length_m: Floats  # NaN where there is none
    reason: Ints  # why there is none: `product.REASONS`, `causes.CAUSES`, those of restrictions
    first_hop: Ints  # platform after the source, -1 where there is none
    path_id: Longs  # differs between paths over different platforms
    path: Ints  # rows of the fleet

    @property
    def begin(self) -> Longs:
        """Return where each row's nodes begin in `path`, and where the last row's end."""
        return np.concatenate([[0], np.cumsum(np.where(self.hops > 0, self.hops + 1, 0))])


def best_paths(
    snapshot: Snapshot, sources: ArrayLike, targets: ArrayLike, policy: Policy = BY_DELAY
) -> Paths:
    """Return the best path from every source to every target at an instant.

    Parameters
    ----------
    snapshot : Snapshot
        The network.
    sources, targets : (S,), (M,)
        Names of platforms, or their rows.
    policy : Policy
        By what a path is the best.

    Returns
    -------
    Paths
        Where limits, failures and restrictions leave no path, the reason is `len(REASONS)` and the
        place in `causes.CAUSES`, or behind them in `restrictions.causes`, of what holds the first
        link of the best path that would be there without any; where there would be none either, it
        is what it would be then.

    Notes
    -----
    Costs are whole numbers below 2**30, in nanoseconds 1.07 s. Of equal paths the target itself
    comes next if it can, else the first neighbour in the order of contacts.
    """
    ends = snapshot.rows_of(sources), snapshot.rows_of(targets)
    found = paths_over(weighed(snapshot, policy), *ends)
    if not found.reason.any() or np.array_equal(snapshot.unlimited.contact, snapshot.contact):
        return found
    return _blamed(found, best_paths(snapshot.unlimited, *ends, policy), snapshot)


def paths_over(graph: Graph, sources: Ints, targets: Ints) -> Paths:
    """Return the best path from every source to every target of a graph."""
    found: Paths = _paths_over(graph.plain, sources, targets)
    return found


def _blamed(found: Paths, free: Paths, snapshot: Snapshot) -> Paths:
    """Return paths with the causes of what keeps contacts back among their reasons.

    `free` are those over all contacts that are up.
    """
    reason = found.reason
    blamed = np.where((reason > 0) & (free.hops == 0), free.reason, reason).astype(reason.dtype)
    rows = np.flatnonzero((reason > 0) & (free.hops > 0))
    hops = free.hops[rows]
    leg = np.repeat(rows, hops)
    at = np.arange(len(leg)) - np.repeat(np.cumsum(hops) - hops, hops) + free.begin[leg]
    code = snapshot.withheld(free.path[at], free.path[at + 1])
    stopped = np.flatnonzero(code > 0)[::-1]  # so that the first of a path is written last
    blamed[leg[stopped]] = len(REASONS) - 1 + code[stopped]
    return found._replace(reason=blamed)


def to_ends(graph: Graph, targets: Ints) -> tuple[Ints, Ints]:
    """Return cost and next node from every node to every target, (ceil(M / 64), N + 1, 64).

    The next node is N where the target itself comes next, -1 where there is no path.
    """
    found: tuple[Ints, Ints] = _to_ends_over(graph.plain, targets)
    return found


@making
def _named(plain: tuple[Any, ...]) -> Graph:
    """Name what `Graph.plain` returned."""
    position_m, node, platform, near, among, blocks, passing = plain
    return Graph(
        position_m,
        node,
        platform,
        Near(near[0], near[1], near[2], near[3]),
        Among(among[0], among[1], among[2]),
        Blocks(blocks[0], blocks[1], blocks[2]),
        passing,
    )


@making
def _to_ends_over(plain: tuple[Any, ...], targets: Ints) -> tuple[Ints, Ints]:
    return _to_ends(_named(plain), targets)


@making
def _paths_over(plain: tuple[Any, ...], sources: Ints, targets: Ints) -> Paths:
    return _paths(_named(plain), sources, targets)


@making
def _to_ends(graph: Graph, targets: Ints) -> tuple[Ints, Ints]:
    node, nodes, passing = graph.node, len(graph.platform), graph.passing
    first, other, _, cost_back = graph.near
    start, head, cost_ns = graph.among
    bounds, touching_first, touching = graph.blocks
    slabs = (len(targets) + LANES - 1) // LANES
    cost = np.full((slabs, nodes + 1, LANES), FAR_NS, np.int32)
    for m in range(len(targets)):
        slab, lane, target = m // LANES, m % LANES, targets[m]
        if node[target] >= 0:
            cost[slab, node[target], lane] = 0
        for e in range(first[target], first[target + 1]):
            to = node[other[e]]
            if to >= 0:
                cost[slab, to, lane] = min(cost[slab, to, lane], cost_back[e] + passing)
    follower = np.empty((slabs, nodes, LANES), np.int32)
    for slab in range(slabs):
        lanes = cost[slab].reshape(-1)
        settle(lanes, start, head, cost_ns, bounds, touching_first, touching)
        fill_next(start, head, cost_ns, cost[slab, :nodes], follower[slab])
    # Of equal paths the last hop is taken.
    for m in range(len(targets)):
        slab, lane, target = m // LANES, m % LANES, targets[m]
        if node[target] >= 0:
            follower[slab, node[target], lane] = nodes
        for e in range(first[target], first[target + 1]):
            to = node[other[e]]
            if to >= 0 and cost[slab, to, lane] == cost_back[e] + passing:
                follower[slab, to, lane] = nodes
    return cost, follower


@making
def enter(
    source: int,
    targets: Ints,
    asked: NDArray[np.bool_],
    node: Ints,
    near: Near,
    cost: Ints,
    best: Ints,
    chosen: Ints,
) -> None:
    """Write the platform after a source on a best route to every target, -1 where there is none.

    The target itself where it is a neighbour on a best route, else the first such neighbour.
    `asked` (N,) tells which platforms are targets; `best` and `chosen` are (slabs, 64).
    """
    first, other, price, _ = near
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
def why_not(source: int, target: int, near: Near, position_m: Floats) -> int:
    """Tell why there is no route between two platforms."""
    if not (np.isfinite(position_m[source, 0]) and np.isfinite(position_m[target, 0])):
        return ABSENT
    first = near[0]
    for end, reason in ((source, SOURCE_ISOLATED), (target, TARGET_ISOLATED)):
        if first[end + 1] == first[end]:
            return reason
    return PARTITIONED


@making
def _paths(graph: Graph, sources: Ints, targets: Ints) -> Paths:
    """Return the best paths; a platform to itself has none, and no reason."""
    node, platform, position_m, near = graph.node, graph.platform, graph.position_m, graph.near
    cost, follower = _to_ends(graph, targets)
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
                reason[row] = why_not(sources[s], targets[m], near, position_m)
                continue
            if used + longest > len(path):
                larger = np.empty(2 * len(path), np.int32)
                for n in range(used):  # numba takes seconds to compile the copy of a slice
                    larger[n] = path[n]
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
    return Paths(hops, path_length_m, reason, first_hop, path_id, path[:used])
