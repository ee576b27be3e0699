"""How much each flow gets: max-min fair shares on given paths.

Every flow's rate rises in step, by weight, until its demand is met or a link on its way is full;
what is left goes on to the others. No flow can then gain without one losing that has no more, by
weight, than it. Which routes flows take is not decided here; the most that any routes could carry
is in `ceiling.py`, and what packets see under such loads in `packets.py`.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skyweft.errors import RangeError
from skyweft.kernels import kernel, making
from skyweft.network.product import (
    FULL,
    ITSELF,
    MET,
    NO_CAPACITY,
    NO_ROUTE,
    OUTRANKED,
    FlowRates,
)

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]

WEIGHT_RATIO_MAX = 1e6  # beyond, running sums of weights lose the small ones
BLOCK = 1 << 16
USE_MIN = 1e-6
ROUNDING = 1e-12  # of a capacity: less is what subtracting leaves of a full link

# Columns of a link's state, which are wanted at once and at random: what is left of its capacity,
# the weight of the flows still open on it, and how often their paths use it.
LEFT, WEIGHT, USES = range(3)


@dataclass(frozen=True, slots=True)
class Sharing:
    """What each of F flows gets and what each of L links carries."""

    rate_bps: Floats  # (F,)
    bottleneck: Ints  # (F,) the full link that holds a flow back; -1 where none does
    limiting_factor: NDArray[np.int8]  # (F,) index into `product.LIMITS`
    load_bps: Floats  # (L,)

    def __post_init__(self) -> None:
        assert len(self.rate_bps) == len(self.bottleneck) == len(self.limiting_factor)
        assert np.all(self.rate_bps >= 0)
        assert np.all(
            (self.bottleneck >= 0)
            == (self.limiting_factor != MET) & (self.limiting_factor != NO_ROUTE)
        )


def fair_shares(
    first: ArrayLike,
    link: ArrayLike,
    capacity_bps: ArrayLike,
    demand_bps: ArrayLike | None = None,
    weight: ArrayLike | None = None,
    priority: ArrayLike | None = None,
    path: ArrayLike | None = None,
    use: ArrayLike | None = None,
) -> Sharing:
    """Share links among flows, max-min fair by weight, one class of priority after the other.

    Parameters
    ----------
    first : (P + 1,), link : (E,)
        The directed links of path p are ``link[first[p] : first[p + 1]]``. A link named twice is
        used twice.
    capacity_bps : (L,)
        Not negative; ``inf`` is never a bottleneck. [bit/s]
    demand_bps : (F,), optional
        What a flow would send; ``inf``, as without it, takes what there is. [bit/s]
    weight : (F,), optional
        Above zero, one without it; largest to smallest at most a million.
    priority : (F,), optional
        Class 0 is served first, then 1, and so on: strictly, a class gets what those before it
        leave.
    path : (F,), optional
        The path of every flow, -1 for none; without it flow f takes path f. Flows that share a path
        are cheap.
    use : (E,), optional
        What part of a flow passes a link, 1e-6 to 1; one without it. See `spread`.

    Returns
    -------
    Sharing
        Flows whose path is empty get nothing and the limit `NO_ROUTE`.

    Raises
    ------
    RangeError
        A flow without end of demand has no link of finite capacity on its way.

    Notes
    -----
    Progressive filling [1]_ with a heap of links by the level at which each would fill. A level
    only rises while others are served, so the heap holds lower bounds and a link's is renewed when
    it comes up. O(E + F log F + E log L) at most; rates are good to about 1e-11 of the capacities.

    References
    ----------
    .. [1] D. Bertsekas and R. Gallager, "Data Networks", 2nd ed., 6.5.2, Prentice Hall, 1992.
    """
    paths = _Paths(
        np.ascontiguousarray(first, np.int64),
        np.ascontiguousarray(link, np.int32),
        np.empty(0) if use is None else np.ascontiguousarray(use, np.float64),
    )
    capacity = np.ascontiguousarray(capacity_bps, np.float64)
    hops = np.diff(paths.first)
    path_of = np.arange(len(hops), dtype=np.int32) if path is None else np.array(path, np.int32)
    count = len(path_of)
    flows = _Flows(
        path_of,
        np.full(count, np.inf) if demand_bps is None else np.array(demand_bps, np.float64),
        np.ones(count) if weight is None else np.array(weight, np.float64),
        np.zeros(count, np.int32) if priority is None else np.array(priority, np.int32),
    )
    _check(paths, capacity, flows)
    path_of[path_of >= 0] = np.where(hops[path_of[path_of >= 0]] > 0, path_of[path_of >= 0], -1)
    return _settled(paths, capacity, flows, _fill(paths, capacity, flows))


def spread(
    first: ArrayLike, link: ArrayLike, path_first: ArrayLike, split: ArrayLike
) -> tuple[Longs, Ints, Floats]:
    """Lay several paths a flow, each carrying a fixed part of it, together as one.

    Parameters
    ----------
    first : (P + 1,), link : (E,)
        Paths, as in `fair_shares`.
    path_first : (F + 1,)
        The paths of flow f are those from ``path_first[f]`` to ``path_first[f + 1]``.
    split : (P,)
        Part of its flow that a path carries; of one flow they add up to one.

    Returns
    -------
    first : (F + 1,), link : (E',), use : (E',)
        What `fair_shares` takes. The parts keep their proportion whatever the load, so one full
        link holds the whole flow. Paths that should compete each for itself are flows of their own.
    """
    ends, links = np.asarray(first, np.int64), np.asarray(link, np.int32)
    groups, parts = np.asarray(path_first, np.int64), np.asarray(split, np.float64)
    hops = np.diff(ends)
    if len(parts) != len(hops) or groups[-1] != len(hops):
        raise ValueError(f"{len(hops)} paths, {len(parts)} parts, groups up to {groups[-1]}")
    owner = np.repeat(np.arange(len(groups) - 1), np.diff(groups))
    total = np.bincount(owner, parts, len(groups) - 1)
    if np.any(parts < 0) or np.any(np.abs(total[np.diff(groups) > 0] - 1) > 1e-9):
        raise ValueError("split must not be negative and must add up to 1 for every flow")
    use = np.repeat(parts, hops)
    kept = use > 0
    entry = np.bincount(np.repeat(owner, hops)[kept], minlength=len(groups) - 1)
    return np.concatenate([[0], np.cumsum(entry)]), links[kept], use[kept]


def shares_at(
    time_s: float,
    source: ArrayLike,
    target: ArrayLike,
    demand_bps: ArrayLike,
    sharing: Sharing,
    link_from: ArrayLike,
    link_to: ArrayLike,
    rule: ArrayLike | int = 0,
) -> FlowRates:
    """Return what flows got at one instant as rows of the product.

    Parameters
    ----------
    time_s : float
        The instant. [s]
    source, target, demand_bps : (F,)
        Ends of the flows, rows of Fleet, and what they wanted. [bit/s]
    sharing : Sharing
        What `fair_shares` made of them.
    link_from, link_to : (L,)
        Ends of the directed links, rows of Fleet.
    rule : (F,) or int
        Place of each flow in the scenario's list.
    """
    count = len(sharing.rate_bps)
    start, goal = np.asarray(source, np.int32), np.asarray(target, np.int32)
    held = sharing.bottleneck
    limiting_factor = np.where(
        (start == goal) & (sharing.limiting_factor == NO_ROUTE), ITSELF, sharing.limiting_factor
    )
    ends = [
        np.append(np.asarray(side, np.int32), np.int32(-1))[held] for side in (link_from, link_to)
    ]
    return FlowRates(
        rule=np.broadcast_to(np.asarray(rule, np.int16), count),
        time_s=np.full(count, float(time_s)),
        flow=np.arange(count, dtype=np.int32),
        source=start,
        target=goal,
        demand_bps=np.asarray(demand_bps, np.float64),
        rate_bps=sharing.rate_bps,
        bottleneck_from=ends[0],
        bottleneck_to=ends[1],
        limiting_factor=limiting_factor.astype(np.int8),
    )


class _Paths(NamedTuple):
    """The links of path p are `link[first[p] : first[p + 1]]`; without `use` all of a flow is."""

    first: Longs  # (P + 1,)
    link: Ints  # (E,)
    use: Floats  # (E,) or (0,)


class _Flows(NamedTuple):
    """What is to be shared out. (F,)."""

    path: Ints  # -1: none
    demand_bps: Floats
    weight: Floats
    priority: Ints


class _Crossing(NamedTuple):
    """For every link, the open paths over it: those of a block of paths as numbers of 16 bits."""

    begin: Longs  # (blocks, L + 1) where a link's paths of a block begin in `local`
    local: NDArray[np.uint16]  # less the number of the block's first path


class _Open(NamedTuple):
    """What is still open on every path. (P,)."""

    weight: Floats
    flows: Longs


class _Met(NamedTuple):
    """Flows with an end of demand, in the order in which the rising level meets it. (M,)."""

    level: Floats
    path: Ints
    demand_bps: Floats
    weight: Floats


class _Filling(NamedTuple):
    """A heap of links by the level at which each would fill, the lowest on top."""

    level: Floats  # or lower, where others were served since
    link: Ints


class _Stopped(NamedTuple):
    """The level at which paths, or flows, stopped, and the link they stopped for or -1."""

    level: Floats
    held: Ints


def _check(paths: _Paths, capacity: Floats, flows: _Flows) -> None:
    first, link, use = paths
    path, demand, weight, priority = flows
    sizes = {"demand_bps": len(demand), "weight": len(weight), "priority": len(priority)}
    for name, size in sizes.items():
        if size != len(path):
            raise ValueError(f"{name} has {size} values for {len(path)} flows")
    if first[0] != 0 or first[-1] != len(link) or np.any(np.diff(first) < 0):
        raise ValueError(f"first must rise from 0 to the {len(link)} entries of link")
    if len(link) and (link.min() < 0 or link.max() >= len(capacity)):
        raise ValueError(f"link must lie from 0 to {len(capacity) - 1}")
    if len(path) and (path.min() < -1 or path.max() >= len(first) - 1):
        raise ValueError(f"path must lie from -1 to {len(first) - 2}")
    if not np.all(capacity >= 0):
        raise ValueError("capacity_bps must be numbers, not negative")
    if not np.all(demand >= 0):
        raise ValueError("demand_bps must be numbers, not negative")
    if len(use) not in (0, len(link)) or not np.all((use >= USE_MIN) & (use <= 1)):
        raise ValueError(f"use must be {len(link)} numbers from {USE_MIN:g} to 1")
    least, most = weight.min(initial=np.inf), weight.max(initial=0.0)
    if len(weight) and not (least > 0 and most <= WEIGHT_RATIO_MAX * least < np.inf):
        raise ValueError(f"weight must be above zero and span at most {WEIGHT_RATIO_MAX:g}")


def _fill(paths: _Paths, capacity: Floats, flows: _Flows) -> _Stopped:
    """Return where every flow stopped. (F,)."""
    path, demand, weight, priority = flows
    stopped = _Stopped(np.full(len(path), np.inf), np.full(len(path), -1, np.int32))
    left = capacity.copy()
    there = path >= 0
    classes = np.unique(priority[there])
    for rank in classes:
        mine = (
            np.flatnonzero(there & (priority == rank)) if len(classes) > 1 else there.nonzero()[0]
        )
        of_class = _Flows(path[mine], demand[mine], weight[mine], priority[mine])
        left, of_paths = _fill_one(paths, left, of_class)
        left = np.where(left > ROUNDING * capacity, left, 0.0)
        stopped.level[mine] = of_paths.level[path[mine]]
        stopped.held[mine] = of_paths.held[path[mine]]
    return stopped


def _fill_one(paths: _Paths, left: Floats, flows: _Flows) -> tuple[Floats, _Stopped]:
    """Serve one class; return what it leaves of the links, and where its paths stopped. (P,)."""
    path, demand, weight, _ = flows
    many = len(paths.first) - 1
    met = np.flatnonzero(np.isfinite(demand))
    wanted = demand[met] / weight[met]
    order = np.argsort(wanted, kind="stable")
    met, wanted = met[order], wanted[order]
    open_weight = np.asarray(np.bincount(path, weight, many), np.float64)
    open_ = _Open(open_weight, np.bincount(path, minlength=many))
    state = np.zeros((len(left), 3))
    state[:, LEFT] = left
    crossing = _turned(paths, open_.flows, len(left))
    _load_up(paths, open_, state)
    stopped = _Stopped(np.full(many, np.inf), np.full(many, -1, np.int32))
    in_turn = _Met(wanted, path[met], demand[met], weight[met])
    _rise(paths, crossing, state, _filling(state), open_, in_turn, stopped)
    return state[:, LEFT], stopped


def _settled(paths: _Paths, capacity: Floats, flows: _Flows, stopped: _Stopped) -> Sharing:
    """Turn levels into rates, reasons and loads."""
    path, demand, weight, _ = flows
    level, held = stopped
    there = path >= 0
    met = there & (demand <= weight * level) & np.isfinite(demand)
    if np.any(there & ~met & (held < 0)):
        flow = int(np.flatnonzero(there & ~met & (held < 0))[0])
        raise RangeError(
            f"flow {flow} has no end of demand and no link of finite capacity on its way"
        )
    rate = np.where(there, np.minimum(demand, weight * level), 0.0)
    bottleneck = np.where(met | ~there, np.int32(-1), held)
    limiting_factor = np.full(len(path), FULL, np.int8)
    limiting_factor[there & ~met & (rate <= 0)] = OUTRANKED
    held_back = np.flatnonzero(bottleneck >= 0)
    limiting_factor[held_back[capacity[bottleneck[held_back]] <= 0]] = NO_CAPACITY
    limiting_factor[met] = MET
    limiting_factor[~there] = NO_ROUTE
    load = np.zeros(len(capacity))
    _add_loads(paths, np.bincount(path[there], rate[there], len(paths.first) - 1), load)
    return Sharing(rate, bottleneck, limiting_factor, load)


@making
def _turned(paths: _Paths, open_flows: Longs, links: int) -> _Crossing:
    """List the open paths over every link: a counting sort, one block of paths at a time.

    The lists of a block stay in cache while they are written.
    """
    first, link, _ = paths
    many = len(first) - 1
    blocks = (many + BLOCK - 1) // BLOCK
    begin = np.zeros((blocks, links + 1), np.int64)
    local = np.empty(first[many], np.uint16)
    place = np.empty(links + 1, np.int64)
    start = 0
    for block in range(blocks):
        low, high = block * BLOCK, min(many, (block + 1) * BLOCK)
        here = begin[block]
        for p in range(low, high):
            if open_flows[p] > 0:
                for e in range(first[p], first[p + 1]):
                    here[link[e] + 1] += 1
        here[0] = start
        for k in range(links):
            here[k + 1] += here[k]
        place[:] = here
        for p in range(low, high):
            if open_flows[p] > 0:
                for e in range(first[p], first[p + 1]):
                    local[place[link[e]]] = p - low
                    place[link[e]] += 1
        start = here[links]
    return _Crossing(begin, local)


@making
def _rise(
    paths: _Paths,
    crossing: _Crossing,
    state: Floats,
    filling: _Filling,
    open_: _Open,
    met: _Met,
    stopped: _Stopped,
) -> None:
    """Raise the level of one class from event to event: a demand is met or a link is full."""
    begin, local = crossing
    open_weight, open_flows = open_
    met_level, met_path, met_demand, met_weight = met
    closed = np.zeros(len(paths.first) - 1, np.uint8)
    size = len(filling.link)
    done = 0
    while True:
        upcoming = met_level[done] if done < len(met_level) else np.inf
        # The level on top is a lower bound: a demand below it is due whatever the links say.
        if size > 0 and not upcoming <= filling.level[0]:
            size = _renewed(filling, size, state)
        top = filling.level[0] if size > 0 else np.inf
        if upcoming <= top and upcoming < np.inf:
            p = met_path[done]
            # A path that a link has stopped no longer listens to demands.
            if closed[p] == 0:
                open_flows[p] -= 1
                open_weight[p] -= met_weight[done]
                closed[p] = open_flows[p] == 0
                _take(paths, state, p, met_demand[done], met_weight[done], closed[p] == 1)
            done += 1
        elif size > 0 and top < np.inf:
            full = filling.link[0]
            for block in range(len(begin)):
                for k in range(begin[block, full], begin[block, full + 1]):
                    p = block * BLOCK + local[k]
                    if closed[p] == 0:
                        closed[p] = 1
                        stopped.level[p], stopped.held[p] = top, full
                        _take(paths, state, p, top * open_weight[p], open_weight[p], True)
            state[full, LEFT] = 0.0
        else:
            break


@kernel
def _take(paths: _Paths, state: Floats, p: int, rate: float, weight: float, closed: bool) -> None:
    """Subtract a settled rate and its weight from the links of path p."""
    first, link, use = paths
    for e in range(first[p], first[p + 1]):
        part = use[e] if len(use) else 1.0
        state[link[e], LEFT] = max(state[link[e], LEFT] - part * rate, 0.0)
        state[link[e], WEIGHT] -= part * weight
        if closed:
            state[link[e], USES] -= 1


def _filling(state: Floats) -> _Filling:
    """Return levels and links as a heap, the link that fills first on top."""
    busy = np.flatnonzero(state[:, USES] > 0)
    level = state[busy, LEFT] / state[busy, WEIGHT]
    order = np.argsort(level, kind="stable")  # a sorted list is a heap; ties go to the lower link
    return _Filling(level[order], busy[order].astype(np.int32))


@kernel
def _load_up(paths: _Paths, open_: _Open, state: Floats) -> None:
    """Write the weight on every link and how many open entries it comes from."""
    first, link, use = paths
    weight, flows = open_
    for p in range(len(first) - 1):
        if flows[p] > 0:
            for e in range(first[p], first[p + 1]):
                state[link[e], WEIGHT] += weight[p] * (use[e] if len(use) else 1.0)
                state[link[e], USES] += 1


@kernel
def _renewed(filling: _Filling, size: int, state: Floats) -> int:
    """Renew the top until it is true, drop links without open flows; return the size."""
    level, link = filling
    while size > 0:
        k = link[0]
        if state[k, USES] <= 0:
            size -= 1
            new, k = level[size], link[size]
        else:
            new = state[k, LEFT] / state[k, WEIGHT]
            if not new > level[0]:
                break
        _sift(filling, size, new, k)
    return size


@kernel
def _sift(filling: _Filling, size: int, new: float, k: int) -> None:
    """Put link k with its level in at the top; ties go to the lower link."""
    level, link = filling
    here = 0
    while 2 * here + 1 < size:
        child = 2 * here + 1
        other = child + 1
        if other < size and (
            level[other] < level[child]
            or (level[other] == level[child] and link[other] < link[child])
        ):
            child = other
        if new < level[child] or (new == level[child] and k < link[child]):
            break
        level[here], link[here] = level[child], link[child]
        here = child
    if size > 0:
        level[here], link[here] = new, k


@kernel
def _add_loads(paths: _Paths, rate: Floats, load: Floats) -> None:
    first, link, use = paths
    for p in range(len(first) - 1):
        if rate[p] > 0:
            for e in range(first[p], first[p + 1]):
                load[link[e]] += rate[p] * (use[e] if len(use) else 1.0)
