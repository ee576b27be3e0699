"""What a run's routes amount to, read back from its blocks' tables a bounded lot at a time."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from skyweft.columns import named
from skyweft.fleet import Fleet
from skyweft.network.product import REASONS
from skyweft.network.routing import alternatives_summary as alternatives
from skyweft.network.routing.alternatives import asked_for
from skyweft.network.routing.arrow import ROUTE_SNAPSHOTS, ROUTE_STATISTICS
from skyweft.network.routing.model import Routes
from skyweft.network.routing.statistics import (
    HANDOVER_S,
    PairStatistics,
    Series,
    SnapshotStatistics,
    great_circle_m,
    pair_statistics,
    snapshot_statistics,
)
from skyweft.scenario.scenario import Scenario
from skyweft.world.ellipsoid import to_geodetic

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

ROWS_MAX = 16_000_000  # in memory at once, 19 bytes each and as much again for working
TIMES_AT_ONCE = 64  # of the movers' places
CODES = 128  # reasons are of eight bits
MICROS = 2**21  # bins of a histogram of delays; routes of over two seconds share the last
COLUMNS = ("time_s", "delay_s", "hops", "first_hop", "reason", "path_id")
MISSED = (
    "source_isolated",
    "target_isolated",
    "partitioned",
    "absent",
    "restricted",
)  # `REASONS[1:]`
FRACTIONS = (0.05, 0.5, 0.95)


@dataclass(frozen=True, slots=True)
class Summed:
    """What all rules' routes amount to."""

    pairs: list[PairStatistics]  # one or more a rule, in order
    snapshots: list[SnapshotStatistics]
    delays: list[dict[float, float]]  # a rule: quantiles over all routes, to a microsecond
    reasons: list[dict[str, int]]  # a rule: how many rows have no route, by reason and cause
    others: list[dict[str, float | int | None] | None]  # a rule: figures of its alternatives


@dataclass(frozen=True, slots=True)
class _Group:
    """A row group: where it lies, and its first best route among its rule's."""

    file: pq.ParquetFile
    number: int
    first: int
    rows: int  # of best routes
    ranked: bool  # whether there may be others


@dataclass(frozen=True, slots=True)
class _Rule:
    """One `[[routes]]` as it was written."""

    number: int
    step_s: float
    source: Ints
    target: Ints
    groups: list[_Group]
    reasons: list[str]  # `REASONS`, and behind them the causes met so far

    @property
    def snapshots(self) -> int:
        """Return how many there are."""
        rows = sum(group.rows for group in self.groups)
        return rows // len(self.source) if len(self.source) else 0


def sum_up(scenario: Scenario, fleet: Fleet, files: Sequence[Path]) -> Summed:
    """Return what the routes in some tables, one block of time after the other, amount to.

    Parameters
    ----------
    scenario, fleet
        What was run.
    files : sequence of Path
        Parquet files of the table `routes`, in order of time; those that are missing hold no rows.

    Returns
    -------
    Summed
        Exact whatever the size: what does not fit into memory is read once more, a lot of pairs
        at a time.
    """
    found = Summed([], [], [], [], alternatives.metrics(scenario.rules(Routes), files))
    for rule in _rules(scenario, fleet, files):
        histogram, reasons = np.zeros(MICROS, np.int64), np.zeros(CODES, np.int64)
        whole = len(rule.source) * rule.snapshots <= ROWS_MAX
        for series, known in _by_time(rule, fleet):
            found.snapshots.append(snapshot_statistics(series, known))
            histogram += _histogram(series.delay_s[:, known:])
            reasons += np.bincount(series.reason[:, known:].ravel(), minlength=CODES)
            if whole:
                found.pairs.append(pair_statistics(series))
        if not whole:
            found.pairs.extend(pair_statistics(series) for series in _by_pair(rule, fleet))
        found.delays.append(_quantiles(histogram))
        found.reasons.append(
            {word: int(number) for word, number in zip(rule.reasons, reasons, strict=False) if word}
        )
    return found


def pair_table(found: Sequence[PairStatistics], names: pa.Array) -> pa.Table:
    """Return the table `route_statistics`: one row a pair."""
    columns = _joined(PairStatistics, found)
    missed = np.stack([columns[name] for name in MISSED], axis=1)
    most = np.where(missed.any(axis=1), 1 + missed.argmax(axis=1), 0)
    ends = {name: named(columns.pop(name), names) for name in ("source", "target")}
    return ROUTE_STATISTICS.build(
        {
            "route": columns.pop("rule").astype(np.int32),
            **ends,
            **columns,
            "reason": named(most, pa.array(REASONS)),
        },
    )


def snapshot_table(found: Sequence[SnapshotStatistics]) -> pa.Table:
    """Return the table `route_snapshots`: one row a rule and snapshot."""
    columns = _joined(SnapshotStatistics, found)
    return ROUTE_SNAPSHOTS.build({"route": columns.pop("rule").astype(np.int32), **columns})


def _joined(kind: type, found: Sequence[Any]) -> dict[str, NDArray[Any]]:
    return {
        field.name: np.concatenate(
            [np.empty(0), *(getattr(one, field.name) for one in found)]
        ).astype(getattr(found[0], field.name).dtype if found else float)
        for field in fields(kind)
    }


def restated(table: pa.Table | None, handover_s: float, fibre_detour: float) -> pa.Table | None:
    """Return `route_statistics` for another cost of a handover and another fibre."""
    if table is None or (handover_s == HANDOVER_S and fibre_detour == 1.0):
        return table
    if not (handover_s >= 0 and fibre_detour > 0):
        raise ValueError(
            "handover_s must not be negative and fibre_detour must be positive, "
            f"got {handover_s} and {fibre_detour}"
        )
    for name, values in (
        ("interruption_s", table["handovers"].to_numpy() * handover_s),
        ("stretch_fibre", table["stretch_fibre"].to_numpy() / fibre_detour),
    ):
        place = table.schema.get_field_index(name)
        table = table.set_column(place, table.schema.field(place), pa.array(values))
    return table


def metrics(scenario: Scenario, found: Summed, policy: str = "") -> list[dict[str, Any]]:
    """Return the key metrics of every rule; NaN where nothing tells.

    `policy` names what stood in place of the rules' metrics.
    """
    return [
        _metrics(scenario, found, number, quantiles, policy)
        for number, quantiles in enumerate(found.delays)
    ]


def _metrics(
    scenario: Scenario, found: Summed, number: int, quantiles: dict[float, float], policy: str
) -> dict[str, Any]:
    rule = scenario.rules(Routes)[number]
    pairs = _joined(PairStatistics, [one for one in found.pairs if one.rule[:1] == number])
    times = _joined(SnapshotStatistics, [one for one in found.snapshots if one.rule[:1] == number])
    routes = float(times["reachable"].sum())
    asked = float(times["pairs"].sum())
    watched_h = float(times["pairs_compared"].sum()) * rule.step_s / 3_600
    hops = float(np.nansum(times["hops_mean"] * times["reachable"]))
    return {
        "sources": list(rule.sources),
        "targets": list(rule.targets),
        "metric": policy or rule.metric,
        "step_s": rule.step_s,
        "pairs": len(pairs["source"]),
        "snapshots": len(times["time_s"]),
        "share_reachable": _ratio(routes, asked),
        "pairs_never_reached": int(np.count_nonzero(pairs["share_reachable"] == 0)),
        "delay_p05_s": quantiles[0.05],
        "delay_median_s": quantiles[0.5],
        "delay_p95_s": quantiles[0.95],
        "hops_mean": _ratio(hops, routes),
        "changes_per_pair_per_h": _ratio(float(times["changes"].sum()), watched_h),
        "handovers_per_pair_per_h": _ratio(float(times["handovers"].sum()), watched_h),
        "pairs_faster_than_fibre": int(np.count_nonzero(pairs["stretch_fibre"] < 1)),
        "alternatives": found.others[number],
        "reasons": {
            word: _ratio(count, asked)
            for word, count in sorted(found.reasons[number].items(), key=lambda row: -row[1])
            if count
        },
    }


def _ratio(value: float, by: float) -> float | None:
    return value / by if by else None


def _rules(scenario: Scenario, fleet: Fleet, files: Sequence[Path]) -> Iterator[_Rule]:
    """Yield the rules with their row groups, each of which holds rows of one rule."""
    opened = [pq.ParquetFile(file) for file in files if file.exists()]
    groups: list[list[_Group]] = [[] for _ in scenario.rules(Routes)]
    rows = [0] * len(scenario.rules(Routes))
    for file in opened:
        for number in range(file.num_row_groups):
            count = file.metadata.row_group(number).num_rows
            if count:
                (rule,) = set(_column(file, number, "route").to_pylist()[:: max(1, count - 1)])
                ranked = asked_for(scenario.rules(Routes)[rule]) > 1
                if ranked:
                    count = int(np.count_nonzero(_best(_column(file, number, "rank"))))
                groups[rule].append(_Group(file, number, rows[rule], count, ranked))
                rows[rule] += count
    for number, (rule, mine) in enumerate(zip(scenario.rules(Routes), groups, strict=True)):
        sources, targets = (
            np.concatenate([fleet.rows_of(group) for group in some])
            for some in (rule.sources, rule.targets)
        )
        source, target = np.repeat(sources, len(targets)), np.tile(targets, len(sources))
        apart = source != target
        yield _Rule(number, rule.step_s, source[apart], target[apart], mine, list(REASONS))


def _column(file: pq.ParquetFile, number: int, name: str) -> pa.Array:
    return file.read_row_group(number, columns=[name]).column(0).combine_chunks()


def _best(ranks: pa.Array) -> NDArray[np.bool_]:
    return np.asarray(ranks.to_numpy() == 1)


def _by_time(rule: _Rule, fleet: Fleet) -> Iterator[tuple[Series, int]]:
    """Yield all pairs, some snapshots at a time with the one before; and how many those are."""
    pairs, times = len(rule.source), rule.snapshots
    if not pairs:
        return
    size = max(1, ROWS_MAX // pairs)
    for start in range(0, times, size):
        known = min(start, 1)
        yield (
            _read(rule, fleet, (0, pairs), (start - known, min(start + size, times))),
            known,
        )


def _by_pair(rule: _Rule, fleet: Fleet) -> Iterator[Series]:
    """Yield all snapshots, some pairs at a time."""
    pairs, times = len(rule.source), rule.snapshots
    size = max(1, ROWS_MAX // times)
    for start in range(0, pairs, size):
        yield _read(rule, fleet, (start, min(start + size, pairs)), (0, times))


def _read(rule: _Rule, fleet: Fleet, pairs: tuple[int, int], times: tuple[int, int]) -> Series:
    """Read a lot of pairs at a span of snapshots."""
    many, (low, high), (start, stop) = len(rule.source), pairs, times
    shape = (stop - start, high - low)
    kinds = (np.float64, np.float64, np.int16, np.int32, np.int8, np.int32)
    columns = {name: np.empty(shape, kind) for name, kind in zip(COLUMNS, kinds, strict=True)}
    for group in rule.groups:
        if group.first >= stop * many or group.first + group.rows <= start * many:
            continue
        table = group.file.read_row_group(group.number, columns=[*COLUMNS, "rank"])
        if group.ranked:
            table = table.filter(pa.array(_best(table["rank"])))
        at, pair = np.divmod(np.arange(group.first, group.first + group.rows), many)
        mine = (pair >= low) & (pair < high) & (at >= start) & (at < stop)
        place = (at[mine] - start) * shape[1] + pair[mine] - low
        for name, column in columns.items():
            values = _numbers(name, table.column(name).combine_chunks(), fleet, rule.reasons)
            column.reshape(-1)[place] = values[mine]
    time_s = columns.pop("time_s")[:, 0] if high > low else np.empty(shape[0])
    some = slice(low, high)
    return Series(
        rule.number,
        rule.step_s,
        time_s,
        rule.source[some],
        rule.target[some],
        distances_m(fleet, rule.source[some], rule.target[some], time_s),
        **{name: np.ascontiguousarray(column.T) for name, column in columns.items()},
    )


def _numbers(name: str, column: pa.Array, fleet: Fleet, reasons: list[str]) -> NDArray[Any]:
    """Return a column as numbers; names as rows of the fleet, -1 for none, reasons as codes.

    Causes that are new are put behind the `reasons`.
    """
    if not pa.types.is_dictionary(column.type):
        return np.asarray(column.to_numpy(zero_copy_only=False))
    words = column.dictionary.to_pylist()
    if name == "reason":
        reasons += [word for word in words if word not in reasons]
        place = np.array([reasons.index(word) for word in words] + [-1], np.int32)
    else:
        row = _rows(fleet.names)
        place = np.array([row[word] for word in words] + [-1], np.int32)
    return place[np.asarray(pc.fill_null(column.indices, -1))]


@lru_cache(1)
def _rows(names: tuple[str, ...]) -> dict[str, int]:
    return {name: row for row, name in enumerate(names)}


def distances_m(fleet: Fleet, source: Ints, target: Ints, time_s: Floats) -> Floats:
    """Return great circles between the points below platforms, (M, K); (M, 1) where all stand."""
    who, place = np.unique(np.concatenate([source, target]), return_inverse=True)
    latitude_deg, longitude_deg = _below(fleet, who, time_s)
    one, other = place[: len(source)], place[len(source) :]
    return great_circle_m(
        latitude_deg[one], longitude_deg[one], (latitude_deg[other], longitude_deg[other])
    )


def _below(fleet: Fleet, who: Ints, time_s: Floats) -> tuple[Floats, Floats]:
    """Return the latitude and longitude of some platforms, (W, K), or (W, 1) where all stand."""
    moving = fleet.mover[who] >= 0
    times = len(time_s) if moving.any() else 1
    place = np.empty((2, len(who), times))
    standing = to_geodetic(fleet.sites.position_m[fleet.site[who[~moving]]])[:2]
    place[:, ~moving] = np.array(standing).reshape(2, -1, 1)
    rows = np.flatnonzero(moving)
    first = 0
    for mover in fleet.movers:
        number = fleet.mover[who[rows]].astype(np.int64) - first
        mine = (number >= 0) & (number < mover.count)
        first += mover.count
        if not mine.any():
            continue
        for start in range(0, times, TIMES_AT_ONCE):
            some = slice(start, start + TIMES_AT_ONCE)
            states = np.empty((2, mover.count, 3, len(time_s[some])))
            mover.fill(time_s[some], states[0], states[1])
            there_m = states[0, number[mine]].transpose(0, 2, 1)
            place[:, rows[mine], some] = to_geodetic(there_m)[:2]
    return place[0], place[1]


def _histogram(delay_s: Floats) -> NDArray[np.int64]:
    """Count delays by the microsecond."""
    micros = np.rint(delay_s[np.isfinite(delay_s)] * 1e6)
    return np.bincount(np.minimum(micros, MICROS - 1).astype(np.int64), minlength=MICROS)


def _quantiles(histogram: NDArray[np.int64]) -> dict[float, float]:
    """Return quantiles of all delays, the lower one of two neighbours."""
    total = int(histogram.sum())
    if not total:
        return dict.fromkeys(FRACTIONS, math.nan)
    upto = np.cumsum(histogram)
    ranks = [math.floor(share * (total - 1)) for share in FRACTIONS]
    found = np.searchsorted(upto, ranks, side="right") / 1e6
    return dict(zip(FRACTIONS, found.tolist(), strict=True))
