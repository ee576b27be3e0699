"""Disjoint paths, pair by pair: how often there are two, and what the second one costs."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from skyweft.errors import ScenarioError
from skyweft.network.routing.model import Routes
from skyweft.store.reading import Folder

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]

COLUMNS = ("route", "source", "target", "rank", "reachable", "delay_s")
_SIDE = 1 << 32  # source and target as one number


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows of the table `routes`, whole pairs at a snapshot."""

    pair: Longs
    rank: NDArray[np.int32]
    reachable: NDArray[np.bool_]
    delay_s: Floats

    def some(self, rows: slice) -> "_Rows":
        return _Rows(*(getattr(self, name)[rows] for name in self.__slots__))

    def and_then(self, more: "_Rows") -> "_Rows":
        return _Rows(
            *(np.append(getattr(self, name), getattr(more, name)) for name in self.__slots__)
        )


def of_rule(folder: Folder, route: int) -> pa.Table:
    """Return `disjoint_paths` of a run; ScenarioError where the rule asks for none."""
    rules = folder.scenario.rules(Routes)
    if not (0 <= route < len(rules) and rules[route].disjoint):
        raise ScenarioError(f"routes.{route} asks for no disjoint paths")
    return disjoint_paths(folder.file("routes"), route)


def disjoint_paths(file: Path, route: int) -> pa.Table:
    """Return how often the pairs of a rule have two disjoint paths, the worst first.

    Parameters
    ----------
    file : Path
        The table `routes`; a row group of it is read at a time.
    route : int
        Rule with `disjoint`, in the scenario's order.

    Returns
    -------
    pyarrow.Table
        One row a pair: `source`, `target`; `share_two`, `share_one` and `share_none`, the shares
        of its snapshots with two disjoint paths, with a route but no disjoint, and without any;
        `extra_min_s`, `extra_mean_s` and `extra_max_s`, how much longer the second of the two takes
        than the best route, NaN without two. Of equal shares, those come first that have a route
        least, then those whose backup path costs most.
    """
    names: dict[str, int] = {}
    found = [_counted(rows) for rows in _whole(file, route, names)]
    if not found:
        return _table(list(names), np.empty(0, np.int64), np.empty((3, 0)), np.empty((3, 0)))
    pair, place = np.unique(np.concatenate([some.pair for some in found]), return_inverse=True)
    sums = np.zeros((4, len(pair)))
    low, high = np.full(len(pair), np.inf), np.full(len(pair), -np.inf)
    for column, total in enumerate(sums):
        np.add.at(total, place, np.concatenate([some.sums[column] for some in found]))
    np.minimum.at(low, place, np.concatenate([some.extra_min_s for some in found]))
    np.maximum.at(high, place, np.concatenate([some.extra_max_s for some in found]))
    snapshots, one, two, extra_s = sums
    share = np.array([two, one, snapshots - one - two]) / snapshots
    extra = np.full((3, len(pair)), np.nan)
    some = two > 0
    extra[:, some] = low[some], extra_s[some] / two[some], high[some]
    order = np.lexsort((pair, -np.nan_to_num(extra[1]), -share[2], share[0]))
    return _table(list(names), pair[order], share[:, order], extra[:, order])


def _table(names: list[str], pair: Longs, share: Floats, extra: Floats) -> pa.Table:
    platforms = pa.array(names, pa.string())
    return pa.table(
        {
            **{
                side: pa.DictionaryArray.from_arrays(pa.array(code.astype(np.int32)), platforms)
                for side, code in zip(("source", "target"), np.divmod(pair, _SIDE), strict=True)
            },
            **dict(zip(("share_two", "share_one", "share_none"), share, strict=True)),
            **dict(zip(("extra_min_s", "extra_mean_s", "extra_max_s"), extra, strict=True)),
        }
    )


class _Counted(NamedTuple):
    """What some rows say of P pairs."""

    pair: Longs
    sums: Floats  # (4, P) snapshots, those with one route, those with two, extra delay of these
    extra_min_s: Floats
    extra_max_s: Floats


def _counted(rows: _Rows) -> _Counted:
    """Add up what rows say of each pair."""
    first = np.flatnonzero(rows.rank == 1)
    last = np.append(first[1:], len(rows.rank)) - 1
    pair, place = np.unique(rows.pair[first], return_inverse=True)
    two = last > first
    extra_s = np.where(two, rows.delay_s[last] - rows.delay_s[first], 0.0)
    values = np.ones(len(first)), rows.reachable[first] & ~two, two, extra_s
    sums = np.array([np.bincount(place, value, len(pair)) for value in values])
    low, high = np.full(len(pair), np.inf), np.full(len(pair), -np.inf)
    np.minimum.at(low, place[two], extra_s[two])
    np.maximum.at(high, place[two], extra_s[two])
    return _Counted(pair, sums, low, high)


def _whole(file: Path, route: int, names: dict[str, int]) -> Iterator[_Rows]:
    """Yield the rows of a rule; two row groups may share a pair. `names` gets numbers."""
    kept: _Rows | None = None
    with pq.ParquetFile(file) as opened:
        for number in range(opened.num_row_groups):
            some = opened.read_row_group(number, columns=list(COLUMNS))
            if not some.num_rows or some["route"][0].as_py() != route:
                continue
            rows = _read(some, names)
            rows = rows if kept is None else kept.and_then(rows)
            begun = int(np.flatnonzero(rows.rank == 1)[-1])
            if begun:
                yield rows.some(slice(begun))
            kept = rows.some(slice(begun, None))
    if kept is not None:
        yield kept


def _read(some: pa.Table, names: dict[str, int]) -> _Rows:
    source, target = (_codes(some[side], names) for side in ("source", "target"))
    rank, reachable, delay_s = (some[name].to_numpy() for name in COLUMNS[3:])
    return _Rows(source * _SIDE + target, rank, reachable, delay_s)


def _codes(column: pa.ChunkedArray, names: dict[str, int]) -> NDArray[Any]:
    whole = column.combine_chunks()
    numbers = [names.setdefault(name, len(names)) for name in whole.dictionary.to_pylist()]
    return np.array(numbers, np.int64)[whole.indices.to_numpy()]
