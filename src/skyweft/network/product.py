"""Which route traffic takes: the products of `network`."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skyweft.html_repr import Shown

REASONS = (
    "",
    "nobody in range of the source",
    "nobody in range of the target",
    "network partitioned",
    "source or target is not there",
    "restricted",  # rows of tables name the cause instead
)
REACHED, SOURCE_ISOLATED, TARGET_ISOLATED, PARTITIONED, ABSENT, RESTRICTED = range(len(REASONS))


@dataclass(frozen=True, slots=True)
class Routes(Shown):
    """Routes between two platforms at an instant; sorted by time, source, target, then rank.

    Columns have shape (R,). `reason` indexes `REASONS`, and behind them `graph.causes.CAUSES` and
    the causes of restrictions; it is 0 where the target is reached. `delay_s` is NaN and `hops` 0
    where it is not. The platforms of route r, source and target included, are
    `path[path_first[r] : path_first[r + 1]]`; empty where paths were not asked for.
    """

    rule: NDArray[np.int16]  # place in the scenario's [[routes]]
    time_s: NDArray[np.float64]
    source: NDArray[np.int32]  # rows of Fleet
    target: NDArray[np.int32]
    rank: NDArray[np.int8]  # 1 is the best, or the row that says why there is no route
    delay_s: NDArray[np.float64]
    path_length_m: NDArray[np.float64]
    hops: NDArray[np.int16]  # links on the route
    reason: NDArray[np.int8]
    first_hop: NDArray[np.int32]  # first platform after the source, -1 where there is none
    path_id: NDArray[np.int32]  # equal for routes over the same platforms: a change is a new route
    path_first: NDArray[np.int64]  # (R + 1,)
    path: NDArray[np.int32]

    def __post_init__(self) -> None:
        rows = len(self.time_s)
        columns = ("rule", "source", "target", "rank", "delay_s", "path_length_m", "hops", "reason")
        assert all(len(getattr(self, name)) == rows for name in (*columns, "first_hop", "path_id"))
        assert len(self.path_first) == rows + 1
        assert np.all(np.isnan(self.delay_s) == (self.reason != REACHED))
        assert np.all((self.rank == 1) | ((self.rank > 1) & (self.reason == REACHED)))

    def __len__(self) -> int:
        return len(self.time_s)


LIMITS = (
    "",
    "a link on the route is full",
    "a link on the route has no capacity",
    "flows served before it fill a link on the route",
    "the beam of a link on the route is full",
    "no route to the target",
    "source is the target",
    *REASONS[1:],
)
MET, FULL, NO_CAPACITY, OUTRANKED, BEAM_FULL, NO_ROUTE, ITSELF = range(
    7
)  # ITSELF + reason: why no route


@dataclass(frozen=True, slots=True)
class FlowRates(Shown):
    """What every flow gets at an instant; sorted by time, then flow.

    Columns have shape (R,). `limiting_factor` indexes `LIMITS`, and behind them causes as those of
    routes do; it is 0 where the flow gets all it wants. A link is named by its two ends: the
    bottleneck's are -1 where no link holds the flow back.
    """

    rule: NDArray[np.int16]  # place in the scenario's [[flows]]
    time_s: NDArray[np.float64]
    flow: NDArray[np.int32]  # the same pair and rule have the same number at all times
    source: NDArray[np.int32]  # rows of Fleet
    target: NDArray[np.int32]
    demand_bps: NDArray[np.float64]  # inf: takes what there is
    rate_bps: NDArray[np.float64]
    bottleneck_from: NDArray[np.int32]  # rows of Fleet
    bottleneck_to: NDArray[np.int32]
    limiting_factor: NDArray[np.int8]

    def __post_init__(self) -> None:
        rows = len(self.time_s)
        assert all(len(getattr(self, name)) == rows for name in self.__slots__)
        assert np.all(self.rate_bps >= 0)
        assert np.all(self.rate_bps <= self.demand_bps)
        assert np.all((self.bottleneck_from >= 0) == (self.bottleneck_to >= 0))
        unlimited = (self.limiting_factor == MET) | (self.limiting_factor >= NO_ROUTE)
        assert np.all((self.bottleneck_from < 0) == unlimited)

    def __len__(self) -> int:
        return len(self.time_s)


@dataclass(frozen=True, slots=True)
class LinkLoads(Shown):
    """What every directed link carries at an instant, where it carries anything.

    Columns have shape (R,), sorted by time, then source, then target. Contacts that are up between
    the same two platforms count as one link.
    """

    time_s: NDArray[np.float64]
    source: NDArray[np.int32]  # rows of Fleet
    target: NDArray[np.int32]
    load_bps: NDArray[np.float64]
    capacity_bps: NDArray[np.float64]

    def __post_init__(self) -> None:
        assert all(len(getattr(self, name)) == len(self.time_s) for name in self.__slots__)
        assert np.all((self.load_bps > 0) & (self.load_bps <= self.capacity_bps))

    def __len__(self) -> int:
        return len(self.time_s)


@dataclass(frozen=True, slots=True)
class Beams:
    """What every beam with users carries at an instant, each direction a row.

    Columns have shape (R,), sorted by time, then rule and platform. A beam's capacity is what it
    would carry with the mix of users it has: they share its time, each at its own rate.
    """

    time_s: NDArray[np.float64]
    rule: NDArray[np.int16]  # place in the scenario's [[links]]
    platform: NDArray[np.int32]  # row of Fleet
    beam: NDArray[np.int32]  # number at its platform; beams are steered anew at every instant
    centre: NDArray[np.int32]  # row of Fleet: the user it is steered at
    sends: NDArray[np.bool_]  # to its users; or receives them
    users: NDArray[np.int32]
    load_bps: NDArray[np.float64]
    capacity_bps: NDArray[np.float64]
    utilisation: NDArray[np.float64]

    def __post_init__(self) -> None:
        assert all(len(getattr(self, name)) == len(self.time_s) for name in self.__slots__)
        assert np.all(self.users > 0)
        assert np.all((self.utilisation >= 0) & (self.utilisation <= 1))

    def __len__(self) -> int:
        return len(self.time_s)


@dataclass(frozen=True, slots=True)
class PacketRows:
    """What became of the packets of a pair, in a span of time or in all. Columns have shape (R,).

    Every packet sent is received, lost by one cause, or still under way when the data end. Delays
    are NaN where none was received, `jitter_s` where no two were: it is the mean change of the
    delay from one received packet of the pair to the next. `reordered` counts those that came
    after one sent later.
    """

    rule: NDArray[np.int16]  # place in the scenario's [[packets]]
    flow: NDArray[np.int32]  # number of the pair
    time_s: NDArray[np.float64]  # first moment of the span; packets count when they are sent
    source: NDArray[np.int32]  # rows of Fleet
    target: NDArray[np.int32]
    sent: NDArray[np.int64]
    received: NDArray[np.int64]
    lost_no_route: NDArray[np.int64]
    lost_no_capacity: NDArray[np.int64]
    lost_buffer: NDArray[np.int64]
    lost_link_down: NDArray[np.int64]
    in_flight: NDArray[np.int64]
    delay_min_s: NDArray[np.float64]
    delay_mean_s: NDArray[np.float64]
    delay_p50_s: NDArray[np.float64]
    delay_p95_s: NDArray[np.float64]
    delay_p99_s: NDArray[np.float64]
    delay_max_s: NDArray[np.float64]
    queueing_delay_mean_s: NDArray[np.float64]
    jitter_s: NDArray[np.float64]
    reordered: NDArray[np.int64]

    def __post_init__(self) -> None:
        lost = self.lost_no_route + self.lost_no_capacity + self.lost_buffer + self.lost_link_down
        assert np.array_equal(self.sent, self.received + lost + self.in_flight)
        assert np.all(np.isnan(self.delay_mean_s) == (self.received == 0))

    def __len__(self) -> int:
        return len(self.sent)
