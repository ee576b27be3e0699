"""What a run's flows amount to, read back from its tables a batch of rows at a time."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from skyweft.network.flows.ceiling import gap
from skyweft.network.product import LIMITS

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

BARS = 20  # bins of the histogram of utilisation: 5 % each
BUSIEST = 10
FULL_FROM = 1 - 1e-9
ROWS_AT_ONCE = 1 << 19
PAIRS_AT_ONCE = 4_000_000  # of links, before they are summed up


@dataclass(frozen=True, slots=True)
class Throughput:
    """Sums over all flows and links: T snapshots, F flows, B busiest links."""

    time_s: Floats  # (T,)
    demand_bps: Floats  # (T,) of flows with an end of demand
    served_bps: Floats  # (T,) what those get
    carried_bps: Floats  # (T,) what all get
    limits: tuple[str, ...]  # (L,) `LIMITS`, and behind them the causes that were met
    limited: Ints  # (T, L) flows by what limits them
    flow_bps: Floats  # (F,) mean rate over the snapshots
    elastic: int  # flows that once or more took what there was
    utilisation: Ints  # (BARS,) links in use, counted at every snapshot
    busiest: tuple[tuple[str, str], ...]  # (B,) ends, the most utilised over the run first
    utilisation_mean: Floats  # (B,) over all snapshots, idle ones included
    load_mean_bps: Floats  # (B,) likewise
    full_share: Floats  # (B,) of the snapshots at which the link is full
    fullest: tuple[tuple[str, str], ...]  # (E,) platform, and whether it "sends" or "receives"
    full_mean: Floats  # (E,) how many of its links that way are full, mean over the snapshots

    def __post_init__(self) -> None:
        times = {len(column) for column in (self.time_s, self.demand_bps, self.served_bps)}
        assert times == {len(self.carried_bps)} == {len(self.limited)}
        assert len(self.busiest) == len(self.utilisation_mean) == len(self.full_share)
        assert len(self.fullest) == len(self.full_mean)


def sum_up(
    shares: Iterable[pa.RecordBatch], loads: Iterable[pa.RecordBatch], names: pa.Array
) -> Throughput:
    """Return what flows and links amount to.

    Parameters
    ----------
    shares, loads : iterable of pyarrow.RecordBatch
        Rows of the two tables in their order.
    names : pyarrow.StringArray
        All platforms.
    """
    flows = _Flows(list(LIMITS), [], [], [], np.zeros(0), np.zeros(0, np.bool_))
    for batch in shares:
        flows.add(batch)
    time_s, where = np.unique(np.concatenate([np.zeros(0), *flows.time_s]), return_inverse=True)
    sums = np.zeros((len(time_s), 3))
    limited = np.zeros((len(time_s), len(flows.limits)), np.int64)
    np.add.at(sums, where, np.concatenate([np.zeros((0, 3)), *flows.sums]))
    parts = [_wider(part, len(flows.limits)) for part in flows.limited]
    np.add.at(limited, where, np.concatenate([limited[:0], *parts]))
    snapshots = max(1, len(time_s))
    links = _Links([np.zeros(0, np.int64)], [np.zeros((0, 3))], np.zeros(BARS, np.int64))
    for batch in loads:
        links.add(batch, names)
    key, total = links.totals()
    mean = total / snapshots
    order = np.argsort(-mean[:, 0], kind="stable")[:BUSIEST]
    ends = np.divmod(key, len(names))
    fullest, full_mean = _fullest(ends, mean[:, 2], names)
    return Throughput(
        time_s=time_s,
        demand_bps=sums[:, 0],
        served_bps=sums[:, 1],
        carried_bps=sums[:, 2],
        limits=tuple(flows.limits),
        limited=limited,
        flow_bps=flows.rate_bps / snapshots,
        elastic=int(np.count_nonzero(flows.elastic)),
        utilisation=links.counted,
        busiest=tuple(
            (names[a].as_py(), names[b].as_py())
            for a, b in zip(*(end[order] for end in ends), strict=True)
        ),
        utilisation_mean=mean[order, 0],
        load_mean_bps=mean[order, 1],
        full_share=mean[order, 2],
        fullest=fullest,
        full_mean=full_mean,
    )


def _fullest(
    ends: tuple[Ints, Ints], full: Floats, names: pa.Array
) -> tuple[tuple[tuple[str, str], ...], Floats]:
    """Return which platforms most often have full links from them, or to them."""
    many = len(names)
    total: Floats = np.append(*(np.bincount(end, full, many) for end in ends)).astype(np.float64)
    order = np.argsort(-total, kind="stable")[:BUSIEST]
    order = order[total[order] > 0]
    words = [(names[k % many].as_py(), "receives" if k >= many else "sends") for k in order]
    return tuple(words), total[order]


@dataclass(slots=True)
class _Flows:
    """Sums so far: of the snapshots in each batch, and of every flow."""

    limits: list[str]
    time_s: list[Floats]
    sums: list[Floats]  # (T, 3) demand, served, carried
    limited: list[Ints]
    rate_bps: Floats  # (F,)
    elastic: NDArray[np.bool_]  # (F,)

    def add(self, batch: pa.RecordBatch) -> None:
        """Add some rows; those of one snapshot lie together."""
        if not batch.num_rows:
            return
        time_s, flow, demand_bps, rate_bps = (
            batch.column(name).to_numpy() for name in ("time_s", "flow", "demand_bps", "rate_bps")
        )
        starts = np.append(0, np.flatnonzero(np.diff(time_s)) + 1)
        bounded = np.isfinite(demand_bps)
        amounts = (np.where(bounded, demand_bps, 0), np.where(bounded, rate_bps, 0), rate_bps)
        group = np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(time_s))))
        limiting_factor = _limits(batch.column("limiting_factor"), self.limits)
        kinds = len(self.limits)
        self.time_s.append(time_s[starts])
        self.sums.append(np.stack([np.add.reduceat(amount, starts) for amount in amounts], axis=1))
        counted = np.bincount(group * kinds + limiting_factor, minlength=len(starts) * kinds)
        self.limited.append(counted.reshape(len(starts), kinds))
        more = max(0, int(flow.max()) + 1 - len(self.rate_bps))
        self.rate_bps = np.append(self.rate_bps, np.zeros(more))
        self.rate_bps += np.bincount(flow, rate_bps, len(self.rate_bps))
        self.elastic = np.append(self.elastic, np.zeros(more, np.bool_))
        self.elastic[flow[~bounded]] = True


@dataclass(slots=True)
class _Links:
    """Sums so far over the links in use."""

    keys: list[Ints]
    sums: list[Floats]  # (R, 3) utilisation, load, whether full
    counted: Ints  # (BARS,)

    def add(self, batch: pa.RecordBatch, names: pa.Array) -> None:
        """Add some rows."""
        used, load_bps = (batch.column(name).to_numpy() for name in ("utilisation", "load_bps"))
        self.counted += np.histogram(used, BARS, (0.0, 1.0))[0]
        source, target = (codes(batch.column(side), names) for side in ("source", "target"))
        self.keys.append(source * len(names) + target)
        self.sums.append(np.column_stack([used, load_bps, used >= FULL_FROM]))
        if sum(map(len, self.keys)) > PAIRS_AT_ONCE:
            self.totals()

    def totals(self) -> tuple[Ints, Floats]:
        """Return the links so far, sorted, and the sums of each."""
        key, which = np.unique(np.concatenate(self.keys), return_inverse=True)
        rows = np.concatenate(self.sums)
        total = np.zeros((len(key), rows.shape[1]))
        for column, values in enumerate(rows.T):
            total[:, column] = np.bincount(which, values, len(key))
        self.keys, self.sums = [key], [total]
        return key, total


def codes(column: pa.DictionaryArray, words: pa.Array) -> Ints:
    """Return each row's place among `words`."""
    place = pc.index_in(column.dictionary, value_set=words).to_numpy(zero_copy_only=False)
    codes: Ints = place[column.indices.to_numpy(zero_copy_only=False)].astype(np.int64)
    return codes


def _limits(column: pa.DictionaryArray, limits: list[str]) -> Ints:
    """Return each row's place in `limits`; causes that are new are put behind them."""
    limits += [word for word in column.dictionary.to_pylist() if word not in limits]
    return codes(column, pa.array(limits))


def _wider(counted: Ints, width: int) -> Ints:
    """Return counts with columns of 0 behind them."""
    return np.pad(counted, ((0, 0), (0, width - counted.shape[1])))


def batches(files: Sequence[Path]) -> Iterator[pa.RecordBatch]:
    """Yield the rows of some tables, one after the other; those that are missing hold none."""
    for path in files:
        if path.exists():
            with pq.ParquetFile(path) as table:
                yield from table.iter_batches(ROWS_AT_ONCE)


def metrics(found: Throughput, bound: Mapping[str, Any]) -> dict[str, Any]:
    """Return the key metrics of a run's flows, ready for JSON.

    Parameters
    ----------
    found : Throughput
        What `sum_up` returned.
    bound : mapping
        The most that any routes could carry at the first snapshot: `most_bps`, or `why_not`.
    """
    demand_bps, served_bps, carried_bps = (
        float(column.mean()) if len(column) else 0.0
        for column in (found.demand_bps, found.served_bps, found.carried_bps)
    )
    rows = int(found.limited.sum())
    return {
        "flows": len(found.flow_bps),
        "elastic": found.elastic,
        "snapshots": len(found.time_s),
        "demand_mean_bps": demand_bps,
        "carried_mean_bps": carried_bps,
        "carried_min_bps": float(found.carried_bps.min()) if len(found.time_s) else None,
        "share_served": served_bps / demand_bps if demand_bps else None,
        "flow_rate_median_bps": float(np.median(found.flow_bps)) if len(found.flow_bps) else None,
        "limits": {
            words or "gets all it wants": float(number / rows)
            for words, number in zip(found.limits, found.limited.sum(axis=0), strict=True)
            if number
        },
        "busiest_links": [
            {
                "source": source,
                "target": target,
                "utilisation_mean": float(found.utilisation_mean[row]),
                "load_mean_bps": float(found.load_mean_bps[row]),
                "share_full": float(found.full_share[row]),
            }
            for row, (source, target) in enumerate(found.busiest)
        ],
        "fullest": [
            {"platform": name, "direction": direction, "full_links_mean": float(mean)}
            for (name, direction), mean in zip(found.fullest, found.full_mean, strict=True)
        ],
        "first_snapshot": _first(found, bound),
    }


def _first(found: Throughput, bound: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what is carried at first, beside the most that any routes could carry."""
    if not len(found.time_s):
        return None
    carried_bps = float(found.carried_bps[0])
    most_bps = bound.get("most_bps")
    return {
        "carried_bps": carried_bps,
        "most_bps": most_bps,
        "gap": None if most_bps is None else round(gap(carried_bps, most_bps), 6),
        "why_not": bound.get("why_not"),
    }
