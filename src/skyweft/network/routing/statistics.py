"""What routes over time amount to: pair by pair, and snapshot by snapshot.

Snapshots are samples. A change or a handover is counted where two snapshots in a row differ, so
both counts are lower bounds: what comes and goes between two snapshots is not seen.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skyweft.network.product import (
    ABSENT,
    PARTITIONED,
    REACHED,
    RESTRICTED,
    SOURCE_ISOLATED,
    TARGET_ISOLATED,
)
from skyweft.world.constants import SPEED_OF_LIGHT_M_S

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

EARTH_RADIUS_M = 6_371_008.8  # mean radius of WGS84, for great circles: within 0.6 %
FIBRE_INDEX = 1.468  # group index of standard fibre at 1,550 nm: light goes at 0.68 c
HANDOVER_S = 0.1  # nothing gets through for so long; an assumption, a parameter wherever it counts
NEAR_M = 1_000.0  # below, a ratio to the great circle says nothing
HOUR_S = 3_600.0


@dataclass(frozen=True, slots=True)
class Series:
    """Routes of M pairs of one rule at K evenly spaced snapshots; columns (M, K), time last."""

    rule: int
    step_s: float
    time_s: Floats  # (K,)
    source: Ints  # (M,) rows of Fleet
    target: Ints
    distance_m: Floats  # (M, K), or (M, 1) where all pairs stand: great circle
    delay_s: Floats  # NaN without a route
    hops: NDArray[np.int16]
    reason: NDArray[np.int8]  # `REASONS`, and behind them causes as they were read
    first_hop: Ints
    path_id: Ints

    def __post_init__(self) -> None:
        shape = (len(self.source), len(self.time_s))
        for name in ("delay_s", "hops", "reason", "first_hop", "path_id"):
            assert getattr(self, name).shape == shape, name
        assert self.distance_m.shape in (shape, (shape[0], 1))

    @property
    def reached(self) -> NDArray[np.bool_]:
        """Return where there is a route, (M, K)."""
        return self.reason == REACHED


@dataclass(frozen=True, slots=True)
class PairStatistics:
    """One row a pair of a rule over all its snapshots; columns (W,), NaN where nothing tells."""

    rule: NDArray[np.int16]
    source: Ints
    target: Ints
    snapshots: Ints
    share_reachable: Floats
    delay_min_s: Floats
    delay_median_s: Floats
    delay_p95_s: Floats
    delay_max_s: Floats
    rtt_median_s: Floats
    jitter_s: Floats  # mean change of the delay from a snapshot to the next
    hops_min: Ints
    hops_mean: Floats
    hops_max: Ints
    distance_m: Floats  # mean over time
    stretch_light: Floats
    stretch_fibre: Floats
    changes: Ints
    changes_per_h: Floats
    handovers: Ints
    handovers_per_h: Floats
    interruption_s: Floats
    outages: Ints
    outage_max_s: Floats
    source_isolated: Ints
    target_isolated: Ints
    partitioned: Ints
    absent: Ints
    restricted: Ints

    def __len__(self) -> int:
        return len(self.source)


@dataclass(frozen=True, slots=True)
class SnapshotStatistics:
    """One row a snapshot of a rule over all its pairs; columns (K,)."""

    rule: NDArray[np.int16]
    time_s: Floats
    pairs: Ints
    reachable: Ints
    delay_median_s: Floats
    delay_p95_s: Floats
    hops_mean: Floats
    pairs_compared: Ints  # pairs with a route now and one snapshot before
    changes: Ints  # of them with another route than before
    handovers: Ints  # of them with another first platform than before

    def __len__(self) -> int:
        return len(self.time_s)


def great_circle_m(
    latitude_deg: Floats, longitude_deg: Floats, to: tuple[Floats, Floats]
) -> Floats:
    """Return the great circle between places on a sphere of the Earth's mean radius.

    Parameters
    ----------
    latitude_deg, longitude_deg : (...)
        Of one end, geodetic.
    to : pair of (...)
        Latitude and longitude of the other.

    Returns
    -------
    distance_m : (...)
        Within 0.6 % of the geodesic on WGS84. [m]

    References
    ----------
    R. W. Sinnott, "Virtues of the haversine", Sky and Telescope 68, 1984.
    """
    one, other = np.radians(latitude_deg), np.radians(to[0])
    across = np.radians(to[1] - longitude_deg)
    half = np.sin((other - one) / 2) ** 2 + np.cos(one) * np.cos(other) * np.sin(across / 2) ** 2
    distance_m: Floats = 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(half, 1.0)))
    return distance_m


def pair_statistics(
    series: Series, handover_s: float = HANDOVER_S, fibre_detour: float = 1.0
) -> PairStatistics:
    """Return what each pair's routes amount to over time.

    Parameters
    ----------
    series : Series
        Routes of some pairs at all snapshots.
    handover_s : float
        For how long nothing gets through when the first platform changes. [s]
    fibre_detour : float
        How much longer than the great circle a terrestrial fibre is; 1.0 is the shortest there can
        be, cables measured on land and sea are 1.2 to 2 times as long.

    Returns
    -------
    PairStatistics
        Quantiles interpolate between neighbours. `stretch_light` is the delay over that of
        light along the great circle at c, both summed over time; `stretch_fibre` over that at
        c / 1.468 along the great circle times `fibre_detour`: below 1 the network beats the fibre.
        Rates of change refer to the time between snapshots that both have a route.
    """
    reached = series.reached
    number = reached.sum(axis=1)
    ordered = np.sort(series.delay_s, axis=1)
    median_s = _quantile(ordered, number, 0.5)
    followed, changed, handed = _compared(series)
    watched_h = followed.sum(axis=1) * series.step_s / HOUR_S
    jitter_s: Floats = np.abs(np.diff(series.delay_s, axis=1)).sum(axis=1, where=followed)
    changes, handovers = changed.sum(axis=1), handed.sum(axis=1)
    stretch = _stretch(series, reached)
    outages, longest = _outages(reached)
    grouped = np.minimum(series.reason, RESTRICTED)  # whatever the cause
    reasons = [
        np.count_nonzero(grouped == reason, axis=1).astype(np.int32)
        for reason in (SOURCE_ISOLATED, TARGET_ISOLATED, PARTITIONED, ABSENT, RESTRICTED)
    ]
    return PairStatistics(
        np.full(len(number), series.rule, np.int16),
        series.source,
        series.target,
        np.full(len(number), len(series.time_s), np.int32),
        number / max(1, len(series.time_s)),
        _quantile(ordered, number, 0.0),
        median_s,
        _quantile(ordered, number, 0.95),
        _quantile(ordered, number, 1.0),
        2 * median_s,
        _over(jitter_s, followed.sum(axis=1)),
        np.where(number > 0, series.hops.min(axis=1, where=reached, initial=32_767), 0).astype(
            np.int32
        ),
        _over(series.hops.sum(axis=1), number),  # no route, no hops
        series.hops.max(axis=1, initial=0).astype(np.int32),
        _mean_distance_m(series),
        stretch,
        stretch / (FIBRE_INDEX * fibre_detour),
        changes.astype(np.int32),
        _over(changes, watched_h),
        handovers.astype(np.int32),
        _over(handovers, watched_h),
        (handovers * handover_s).astype(np.float64),
        outages,
        (longest * series.step_s).astype(np.float64),
        *reasons,
    )


def snapshot_statistics(series: Series, known: int = 0) -> SnapshotStatistics:
    """Return what all pairs' routes amount to at each snapshot.

    Parameters
    ----------
    series : Series
        Routes of all pairs of a rule at some snapshots.
    known : int
        How many of the first snapshots are there only to compare the next one with.

    Returns
    -------
    SnapshotStatistics
    """
    reached = series.reached
    number = reached.sum(axis=0)
    ordered = np.sort(series.delay_s.T, axis=1)
    first = np.zeros(min(1, len(number)), np.int64)
    pairs_compared, changes, handovers = (
        np.concatenate([first, column.sum(axis=0)]) for column in _compared(series)
    )
    columns: list[NDArray[Any]] = [
        np.full(len(number), series.rule, np.int16),
        series.time_s,
        np.full(len(number), len(series.source), np.int32),
        number.astype(np.int32),
        _quantile(ordered, number, 0.5),
        _quantile(ordered, number, 0.95),
        _over(series.hops.sum(axis=0), number),
        pairs_compared.astype(np.int32),
        changes.astype(np.int32),
        handovers.astype(np.int32),
    ]
    return SnapshotStatistics(*(column[known:] for column in columns))


def _compared(series: Series) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
    """Return where a route follows on a route, is another one, and enters elsewhere; (M, K - 1)."""
    reached = series.reached
    followed = reached[:, 1:] & reached[:, :-1]
    changed = followed & (series.path_id[:, 1:] != series.path_id[:, :-1])
    return followed, changed, followed & (series.first_hop[:, 1:] != series.first_hop[:, :-1])


def _quantile(ordered: Floats, number: NDArray[np.int64], share: float) -> Floats:
    """Return a quantile of each row's first `number` values; NaN without any."""
    if not ordered.shape[1]:
        return np.full(len(ordered), np.nan)
    place = np.maximum(number - 1, 0) * share
    low = np.floor(place).astype(np.int64)
    high = np.minimum(low + 1, np.maximum(number - 1, 0))
    rows = np.arange(len(ordered))
    a, b = ordered[rows, low], ordered[rows, high]  # the first is NaN where there is none
    found: Floats = a + (b - a) * (place - low)
    return found


def _over(value: NDArray[Any], by: NDArray[Any]) -> Floats:
    """Divide; NaN by nothing."""
    found = np.full(value.shape, np.nan)
    np.divide(value, by, out=found, where=by > 0)
    return found


def _mean_distance_m(series: Series) -> Floats:
    there = np.isfinite(series.distance_m)
    return _over(series.distance_m.sum(axis=1, where=there), there.sum(axis=1))


def _stretch(series: Series, reached: NDArray[np.bool_]) -> Floats:
    """Return the time the routes took over that of light along the great circle, where that is one.

    A ratio of sums: a mover that passes its target would make a mean of ratios infinite.
    """
    measured = reached & np.isfinite(series.distance_m)
    delay_s = series.delay_s.sum(axis=1, where=measured)
    far_m = np.broadcast_to(series.distance_m, measured.shape).sum(axis=1, where=measured)
    far_m[far_m < NEAR_M * measured.sum(axis=1)] = 0.0
    return _over(delay_s * SPEED_OF_LIGHT_M_S, far_m)


def _outages(reached: NDArray[np.bool_]) -> tuple[Ints, NDArray[np.int64]]:
    """Return how often each pair's routes end or are missing at first, and the longest such run."""
    pairs, times = reached.shape
    before = np.concatenate([np.ones((pairs, 1), np.bool_), reached[:, :-1]], axis=1)
    number = (before[:, :times] & ~reached).sum(axis=1).astype(np.int32)
    last = np.where(reached, np.arange(times), -1)
    np.maximum.accumulate(last, axis=1, out=last)
    return number, (np.arange(times) - last).max(axis=1, initial=0)
