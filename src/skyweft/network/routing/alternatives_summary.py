"""How many pairs have the other routes they ask for, and how much longer those take."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from skyweft.network.routing.alternatives import asked_for
from skyweft.network.routing.model import Routes

Floats = NDArray[np.float64]

MICROS = 2**22  # bins of a histogram of differences, half of them below zero


def metrics(
    rules: Sequence[Routes], files: Sequence[Path]
) -> list[dict[str, float | int | None] | None]:
    """Return the figures of every rule's alternatives; None where it asks for none.

    Parameters
    ----------
    rules : sequence of Routes
        The scenario's, in order.
    files : sequence of Path
        Parquet files of the table `routes`, in order of time; those that are missing hold no rows.

    Returns
    -------
    list of dict or None
        `wanted`, how many routes; `share_found`, share of all pairs and snapshots that have so
        many; `extra_median_s` and `extra_p95_s`, how much longer the last of them takes than the
        best route, None without any. By hops it may be shorter.
    """
    many = [asked_for(rule) > 1 for rule in rules]
    pairs, found = np.zeros((2, len(rules)), np.int64)
    extra = {number: np.zeros(MICROS, np.int64) for number in np.flatnonzero(many).tolist()}
    for number, ranks, delay_s in _batches(many, files):
        first = np.flatnonzero(ranks == 1)
        last = np.append(first[1:], len(ranks)) - 1
        wanted = rules[number].alternatives if rules[number].disjoint is None else 2
        mine = ranks[last] >= wanted
        pairs[number] += len(first)
        found[number] += np.count_nonzero(mine)
        micros = np.rint((delay_s[last[mine]] - delay_s[first[mine]]) * 1e6) + MICROS // 2
        np.add.at(extra[number], np.clip(micros, 0, MICROS - 1).astype(np.int64), 1)
    return [
        {
            "wanted": rule.alternatives if rule.disjoint is None else 2,
            "share_found": float(found[number] / pairs[number]) if pairs[number] else None,
            "extra_median_s": _quantile(extra[number], 0.5),
            "extra_p95_s": _quantile(extra[number], 0.95),
        }
        if many[number]
        else None
        for number, rule in enumerate(rules)
    ]


def _batches(
    many: Sequence[bool], files: Sequence[Path]
) -> Iterator[tuple[int, NDArray[Any], Floats]]:
    """Yield rule, ranks and delays of whole pairs; two row groups may share one."""
    kept: tuple[int, NDArray[Any], Floats] | None = None
    for file in (pq.ParquetFile(file) for file in files if file.exists()):
        for group in range(file.num_row_groups):
            some = file.read_row_group(group, columns=["route", "rank", "delay_s"])
            number = some["route"][0].as_py() if some.num_rows else 0
            if not some.num_rows or not many[number]:
                continue
            ranks, delay_s = (some[name].to_numpy() for name in ("rank", "delay_s"))
            if kept is not None and kept[0] == number:
                ranks, delay_s = np.append(kept[1], ranks), np.append(kept[2], delay_s)
            elif kept is not None:
                yield kept
            whole = np.flatnonzero(ranks == 1)[-1]
            yield number, ranks[:whole], delay_s[:whole]
            kept = number, ranks[whole:], delay_s[whole:]
    if kept is not None:
        yield kept


def _quantile(histogram: NDArray[np.int64], share: float) -> float | None:
    """Return a quantile of differences, the lower one of two neighbours."""
    total = int(histogram.sum())
    if not total:
        return None
    place = np.searchsorted(np.cumsum(histogram), np.floor(share * (total - 1)), side="right")
    return float(place - MICROS // 2) / 1e6
