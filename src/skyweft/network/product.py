"""Which way traffic goes: the products of `network`."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

REASONS = (
    "",
    "nobody in range of the source",
    "nobody in range of the target",
    "no way between the two: islands",
    "source or target is not there",
)
REACHED, SOURCE_ALONE, TARGET_ALONE, ISLANDS, ABSENT = range(len(REASONS))


@dataclass(frozen=True, slots=True)
class Routes:
    """The best way between two platforms at an instant; sorted by time, then source, then target.

    Columns have shape (R,). `reason` indexes `REASONS`, 0 where the target is reached; `delay_s` is
    NaN and `hops` 0 where it is not. The platforms of way r, source and target included, are
    `path[path_first[r] : path_first[r + 1]]`; empty where paths were not asked for.
    """

    rule: NDArray[np.int16]  # place in the scenario's [[routes]]
    time_s: NDArray[np.float64]
    source: NDArray[np.int32]  # rows of Fleet
    target: NDArray[np.int32]
    delay_s: NDArray[np.float64]
    length_m: NDArray[np.float64]
    hops: NDArray[np.int16]  # links on the way
    reason: NDArray[np.int8]
    entry: NDArray[np.int32]  # first platform after the source, -1 where there is none
    mark: NDArray[np.int32]  # equal for ways over the same platforms: a change is a new route
    path_first: NDArray[np.int64]  # (R + 1,)
    path: NDArray[np.int32]

    def __post_init__(self) -> None:
        rows = len(self.time_s)
        columns = ("rule", "source", "target", "delay_s", "length_m", "hops", "reason")
        assert all(len(getattr(self, name)) == rows for name in (*columns, "entry", "mark"))
        assert len(self.path_first) == rows + 1
        assert np.all(np.isnan(self.delay_s) == (self.reason != REACHED))

    def __len__(self) -> int:
        return len(self.time_s)


LIMITS = (
    "",
    "a link on the way is full",
    "a link on the way has no capacity",
    "flows served before it fill a link on the way",
    "no way to the target",
    "source and target are one",
    *REASONS[1:],
)
MET, FULL, NO_CAPACITY, OUTRANKED, NO_WAY, ITSELF = range(6)  # ITSELF + reason: why no way


@dataclass(frozen=True, slots=True)
class Shares:
    """What every flow gets at an instant; sorted by time, then flow.

    Columns have shape (R,). `limit` indexes `LIMITS`, 0 where the flow gets all it wants. A link is
    named by its two ends: the bottleneck's are -1 where no link holds the flow back.
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
    limit: NDArray[np.int8]

    def __post_init__(self) -> None:
        rows = len(self.time_s)
        assert all(len(getattr(self, name)) == rows for name in self.__slots__)
        assert np.all(self.rate_bps >= 0)
        assert np.all(self.rate_bps <= self.demand_bps)
        assert np.all((self.bottleneck_from >= 0) == (self.bottleneck_to >= 0))
        unlimited = (self.limit == MET) | (self.limit >= NO_WAY)
        assert np.all((self.bottleneck_from < 0) == unlimited)

    def __len__(self) -> int:
        return len(self.time_s)


@dataclass(frozen=True, slots=True)
class Loads:
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
