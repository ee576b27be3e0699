"""How much each flow gets: max-min fair shares on given paths.

Every flow's rate rises in step, by weight, until its demand is met or a link on its way is full;
what is left goes on to the others. No flow can then gain without one losing that has no more, by
weight, than it. Which routes flows take is not decided here; the most that any routes could carry
is in `ceiling.py`, and what packets see under such loads in `packets.py`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skyweft.errors import RangeError
from skyweft.kernels import making
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
    ends = np.ascontiguousarray(first, np.int64)
    links = np.ascontiguousarray(link, np.int32)
    capacity = np.ascontiguousarray(capacity_bps, np.float64)
    paths = len(ends) - 1
    route = np.arange(paths, dtype=np.int32) if path is None else np.array(path, np.int32)
    count = len(route)
    demand = np.full(count, np.inf) if demand_bps is None else np.array(demand_bps, np.float64)
    share = np.ones(count) if weight is None else np.array(weight, np.float64)
    rank = np.zeros(count, np.int32) if priority is None else np.array(priority, np.int32)
    part = np.empty(0) if use is None else np.ascontiguousarray(use, np.float64)
    _check(ends, links, capacity, demand, share, rank, route, part)
    route[route >= 0] = np.where(np.diff(ends)[route[route >= 0]] > 0, route[route >= 0], -1)
    level, held = _fill(ends, links, capacity, demand, share, rank, route, part)
    return _settled(ends, links, capacity, demand, share, route, part, level, held)


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


def _check(
    first: Longs,
    link: Ints,
    capacity: Floats,
    demand: Floats,
    weight: Floats,
    priority: Ints,
    path: Ints,
    use: Floats,
) -> None:
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


def _fill(
    first: Longs,
    link: Ints,
    capacity: Floats,
    demand: Floats,
    weight: Floats,
    priority: Ints,
    path: Ints,
    use: Floats,
) -> tuple[Floats, Ints]:
    """Return the level (F,) each flow's path stopped at and the link (F,) it stopped for, or -1."""
    level = np.full(len(path), np.inf)
    held = np.full(len(path), -1, np.int32)
    left = capacity.copy()
    there = path >= 0
    classes = np.unique(priority[there])
    for rank in classes:
        flows = (
            np.flatnonzero(there & (priority == rank)) if len(classes) > 1 else there.nonzero()[0]
        )
        met = flows[np.isfinite(demand[flows])]
        wanted = demand[met] / weight[met]
        order = np.argsort(wanted, kind="stable")
        met, wanted = met[order], wanted[order]
        path_level = np.full(len(first) - 1, np.inf)
        path_held = np.full(len(first) - 1, -1, np.int32)
        open_weight = np.bincount(path[flows], weight[flows], len(first) - 1)
        open_flows = np.bincount(path[flows], minlength=len(first) - 1)
        begin, local = _turned(first, link, open_flows, len(capacity))
        state = np.zeros((len(capacity), 3))
        state[:, 0] = left
        _load_up(first, link, use, open_weight, open_flows, state)
        key, which = _heap(state)
        _rise(
            first, link, use, begin, local, state, key, which, open_weight, open_flows,
            path[met], wanted, demand[met], weight[met], path_level, path_held,
        )  # fmt: skip
        left = np.where(state[:, 0] > ROUNDING * capacity, state[:, 0], 0.0)
        level[flows] = path_level[path[flows]]
        held[flows] = path_held[path[flows]]
    return level, held


def _settled(
    first: Longs,
    link: Ints,
    capacity: Floats,
    demand: Floats,
    weight: Floats,
    path: Ints,
    use: Floats,
    level: Floats,
    held: Ints,
) -> Sharing:
    """Turn levels into rates, reasons and loads."""
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
    stopped = np.flatnonzero(bottleneck >= 0)
    limiting_factor[stopped[capacity[bottleneck[stopped]] <= 0]] = NO_CAPACITY
    limiting_factor[met] = MET
    limiting_factor[~there] = NO_ROUTE
    load = np.zeros(len(capacity))
    _add_loads(first, link, use, np.bincount(path[there], rate[there], len(first) - 1), load)
    return Sharing(rate, bottleneck, limiting_factor, load)


@making
def _turned(
    first: Longs, link: Ints, open_flows: Longs, links: int
) -> tuple[Longs, NDArray[np.uint16]]:
    """List, for every link, the open paths over it: a counting sort, one block of paths at a time.

    The paths of a block have numbers of 16 bits, and its lists stay in cache while they are
    written.
    """
    paths = len(first) - 1
    blocks = (paths + BLOCK - 1) // BLOCK
    begin = np.zeros((blocks, links + 1), np.int64)
    local = np.empty(first[paths], np.uint16)
    place = np.empty(links + 1, np.int64)
    start = 0
    for block in range(blocks):
        low, high = block * BLOCK, min(paths, (block + 1) * BLOCK)
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
    return begin, local


@making
def _rise(
    first: Longs,
    link: Ints,
    use: Floats,
    begin: Longs,
    local: NDArray[np.uint16],
    state: Floats,
    key: Floats,
    which: Ints,
    open_weight: Floats,
    open_flows: Longs,
    met_path: Ints,
    met_level: Floats,
    met_demand: Floats,
    met_weight: Floats,
    level: Floats,
    held: Ints,
) -> None:
    """Raise the level of one class from event to event: a demand is met or a link is full."""
    closed = np.zeros(len(first) - 1, np.uint8)
    size = len(which)
    done = 0
    while True:
        upcoming = met_level[done] if done < len(met_level) else np.inf
        # The key on top is a lower bound: a demand below it is due whatever the links say.
        if size > 0 and not upcoming <= key[0]:
            size = _renewed(key, which, size, state)
        top = key[0] if size > 0 else np.inf
        if upcoming <= top and upcoming < np.inf:
            p = met_path[done]
            # A path that a link has stopped no longer listens to demands.
            if closed[p] == 0:
                open_flows[p] -= 1
                open_weight[p] -= met_weight[done]
                closed[p] = open_flows[p] == 0
                demand, weight = met_demand[done], met_weight[done]
                _take(first, link, use, state, p, demand, weight, closed[p] == 1)
            done += 1
        elif size > 0 and top < np.inf:
            full = which[0]
            for block in range(len(begin)):
                for k in range(begin[block, full], begin[block, full + 1]):
                    p = block * BLOCK + local[k]
                    if closed[p] == 0:
                        closed[p] = 1
                        level[p], held[p] = top, full
                        weight = open_weight[p]
                        _take(first, link, use, state, p, top * weight, weight, True)
            state[full, 0] = 0.0
        else:
            break


@making
def _take(
    first: Longs,
    link: Ints,
    use: Floats,
    state: Floats,
    p: int,
    rate: float,
    weight: float,
    closed: bool,
) -> None:
    """Subtract a settled rate and its weight from the links of path p."""
    for e in range(first[p], first[p + 1]):
        part = use[e] if len(use) else 1.0
        state[link[e], 0] = max(state[link[e], 0] - part * rate, 0.0)
        state[link[e], 1] -= part * weight
        if closed:
            state[link[e], 2] -= 1


def _heap(state: Floats) -> tuple[Floats, Ints]:
    """Return levels and links as a heap, the link that fills first on top."""
    busy = np.flatnonzero(state[:, 2] > 0)
    key = state[busy, 0] / state[busy, 1]
    order = np.argsort(key, kind="stable")  # a sorted list is a heap; ties go to the lower link
    return key[order], busy[order].astype(np.int32)


@making
def _load_up(
    first: Longs, link: Ints, use: Floats, open_weight: Floats, open_flows: Longs, state: Floats
) -> None:
    """Write the weight on every link and how many open entries it comes from.

    They stand beside what is left of the link: all three are wanted at once, at random.
    """
    for p in range(len(first) - 1):
        if open_flows[p] > 0:
            for e in range(first[p], first[p + 1]):
                state[link[e], 1] += open_weight[p] * (use[e] if len(use) else 1.0)
                state[link[e], 2] += 1


@making
def _renewed(key: Floats, which: Ints, size: int, state: Floats) -> int:
    """Renew the top until it is true, drop links without open flows; return the size."""
    while size > 0:
        k = which[0]
        if state[k, 2] <= 0:
            size -= 1
            new, k = key[size], which[size]
        else:
            new = state[k, 0] / state[k, 1]
            if not new > key[0]:
                break
        _sift(key, which, size, new, k)
    return size


@making
def _sift(key: Floats, which: Ints, size: int, new: float, k: int) -> None:
    """Put link k with its level in at the top; ties go to the lower link."""
    here = 0
    while 2 * here + 1 < size:
        child = 2 * here + 1
        other = child + 1
        if other < size and (
            key[other] < key[child] or (key[other] == key[child] and which[other] < which[child])
        ):
            child = other
        if new < key[child] or (new == key[child] and k < which[child]):
            break
        key[here], which[here] = key[child], which[child]
        here = child
    if size > 0:
        key[here], which[here] = new, k


@making
def _add_loads(first: Longs, link: Ints, use: Floats, rate: Floats, load: Floats) -> None:
    for p in range(len(first) - 1):
        if rate[p] > 0:
            for e in range(first[p], first[p + 1]):
                load[link[e]] += rate[p] * (use[e] if len(use) else 1.0)
