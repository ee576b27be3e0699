"""Flows over several routes: in fixed parts, or over the next what the best has no room for.

Which routes there are is found elsewhere; what is shared on them is `fairness.py`'s.
"""

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from skyweft.network.flows.fairness import ROUNDING, Sharing, fair_shares, spread
from skyweft.network.product import FULL, MET, NO_CAPACITY, NO_ROUTE, OUTRANKED

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]

Split = Literal["overflow", "equal", "delay"]


@dataclass(frozen=True, slots=True)
class FlowPaths:
    """W routes of F flows, sorted by flow, the best first; a flow without a route has an empty one.

    The directed links of route w are `link[first[w] : first[w + 1]]`; `use` is what part of what
    goes that way they carry, empty where all carry it whole.
    """

    flow: Ints  # (W,)
    delay_s: Floats  # (W,)
    first: Longs  # (W + 1,)
    link: Ints  # (E,)
    use: Floats  # (E,) or (0,)

    def __post_init__(self) -> None:
        assert len(self.flow) == len(self.delay_s) == len(self.first) - 1
        assert len(self.use) in (0, len(self.link))
        assert np.all(np.diff(self.flow) >= 0)

    @property
    def rank(self) -> Longs:
        """Return which of its flow's routes each is, from 0."""
        rank: Longs = np.arange(len(self.flow)) - np.searchsorted(self.flow, self.flow)
        return rank


def shared(
    routes: FlowPaths,
    capacity_bps: Floats,
    demand_bps: Floats,
    weight: Floats,
    priority: Ints,
    split: NDArray[np.str_],
) -> Sharing:
    """Return what every flow gets over its routes.

    Parameters
    ----------
    routes : Routes
        At least one, perhaps empty, a flow.
    capacity_bps : (L,)
        Of the directed links. [bit/s]
    demand_bps, weight, priority : (F,)
        As in `fair_shares`.
    split : (F,)
        `equal`: every route carries the same part; `delay`: parts go with the inverse of the
        routes' delays; `overflow`: all goes the best route, what finds no room there the next, and
        so on.

    Returns
    -------
    Sharing
        The bottleneck is the one of the last route on which the flow got anything, or of its first.

    Notes
    -----
    Parts keep their proportion, so one full link holds a flow on all its routes. Overflow is shared
    in rounds: all flows of a priority on their best routes, max-min fair; then what is unmet, on
    what is left of the links, on their backup paths. Each round is fair; all together they need not
    be.
    """
    if len(routes.flow) == len(demand_bps):
        use = routes.use if len(routes.use) else None
        return fair_shares(
            routes.first, routes.link, capacity_bps, demand_bps, weight, priority, use=use
        )
    flow, turn, first, link, use = _lanes(routes, split)
    found = _Rounds.start(len(demand_bps), capacity_bps)
    for rank in np.unique(priority):
        for k in range(int(turn.max()) + 1):
            lane = np.flatnonzero((turn == k) & (priority[flow] == rank))
            lane = lane[(k == 0) | (found.limiting_factor[flow[lane]] != MET)]
            mine = flow[lane]
            left_bps = np.maximum(demand_bps[mine] - found.rate_bps[mine], 0.0)
            got = fair_shares(
                first, link, found.left_bps, left_bps, weight[mine], path=lane, use=use
            )
            found.add(mine, got, k == 0)
    return found.whole(capacity_bps, demand_bps)


class _Lanes(NamedTuple):
    """What is shared as one path: a route, or all routes of a flow in fixed parts."""

    flow: Ints
    turn: Longs  # the round in which it is served
    first: Longs  # and `link`, `use`: as in `FlowPaths`
    link: Ints
    use: Floats


def _lanes(routes: FlowPaths, split: NDArray[np.str_]) -> _Lanes:
    """Lay routes in fixed parts together."""
    spills = split[routes.flow] == "overflow"
    if spills.all():
        return _Lanes(routes.flow, routes.rank, routes.first, routes.link, routes.use)
    pull = np.where(split[routes.flow] == "delay", 1.0 / np.maximum(routes.delay_s, 1e-9), 1.0)
    whole = np.bincount(routes.flow, pull, len(split))
    part = np.where(spills, 1.0, pull / whole[routes.flow])
    begin = np.flatnonzero(spills | (routes.rank == 0))
    first, link, use = spread(routes.first, routes.link, np.append(begin, len(routes.flow)), part)
    if len(routes.use):
        use = use * routes.use
    return _Lanes(routes.flow[begin], np.where(spills, routes.rank, 0)[begin], first, link, use)


@dataclass(slots=True)
class _Rounds:
    """What flows got so far, and what is left of the links."""

    rate_bps: Floats
    bottleneck: Ints
    limiting_factor: NDArray[np.int8]
    left_bps: Floats
    load_bps: Floats

    @classmethod
    def start(cls, flows: int, capacity_bps: Floats) -> "_Rounds":
        """Return that nobody got anything."""
        held, limiting_factor = np.full(flows, -1, np.int32), np.full(flows, NO_ROUTE, np.int8)
        return cls(
            np.zeros(flows), held, limiting_factor, capacity_bps.copy(), np.zeros(len(capacity_bps))
        )

    def add(self, flow: Ints, got: Sharing, first: bool) -> None:
        """Add what some flows got in a round."""
        settled = first | (got.rate_bps > 0) | (got.limiting_factor == MET)
        self.rate_bps[flow] += got.rate_bps
        self.bottleneck[flow[settled]], self.limiting_factor[flow[settled]] = (
            got.bottleneck[settled],
            got.limiting_factor[settled],
        )
        self.load_bps += got.load_bps
        self.left_bps -= got.load_bps
        self.left_bps[self.left_bps < ROUNDING * (self.left_bps + self.load_bps)] = 0.0

    def whole(self, capacity_bps: Floats, demand_bps: Floats) -> Sharing:
        """Return all rounds as one: a link is without capacity only if it had none at first."""
        emptied = self.limiting_factor == NO_CAPACITY
        emptied[emptied] = capacity_bps[self.bottleneck[emptied]] > 0
        self.limiting_factor[emptied] = OUTRANKED
        some = (
            (self.limiting_factor != MET) & (self.limiting_factor != NO_ROUTE) & (self.rate_bps > 0)
        )
        self.limiting_factor[some] = FULL
        rate_bps = np.minimum(self.rate_bps, demand_bps)
        return Sharing(rate_bps, self.bottleneck, self.limiting_factor, self.load_bps)


def together(parts: list[FlowPaths]) -> FlowPaths:
    """Put the routes of some flows after one another; flows count on."""
    flows = np.cumsum([0, *(int(part.flow[-1]) + 1 if len(part.flow) else 0 for part in parts)])
    hops = np.concatenate([np.diff(part.first) for part in parts])
    numbers = [part.flow + n for part, n in zip(parts, flows, strict=False)]
    return FlowPaths(
        np.concatenate(numbers).astype(np.int32),
        np.concatenate([part.delay_s for part in parts]),
        np.concatenate([[0], np.cumsum(hops)]),
        np.concatenate([part.link for part in parts]),
        np.concatenate([part.use for part in parts]),
    )
