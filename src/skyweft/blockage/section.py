"""Who was in tunnels or behind terrain, how long, and when."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from skyweft.drawing.markup import Cell, Number, folded, joined, paragraph, table, titled
from skyweft.drawing.numerals import clock_time, count, share_of
from skyweft.drawing.section import Section
from skyweft.store.reading import Folder
from skyweft.world.lasting import lasting

ROWS_MAX = 60
_GROUPS = [
    ("group", ""),
    ("platforms", ""),
    ("times", ""),
    ("hidden", "% of time"),
    ("longest", ""),
]
_TIMES = [("platform", ""), ("cause", ""), ("from", ""), ("to", ""), ("for", "")]


def section(folder: Folder) -> Section:
    """Return how long each group was hidden, and every time of it."""
    rows = folder.blockages
    first = [_time(folder.scenario.start, row) for row in rows.slice(0, ROWS_MAX).to_pylist()]
    more = rows.num_rows - ROWS_MAX
    parts = [table("How long groups were hidden", _GROUPS, list(map(_group, _found(folder))))]
    if first:
        words = [paragraph(f"The first {ROWS_MAX} of {rows.num_rows:,}.")] if more > 0 else []
        listed = table("Who was hidden, and when", _TIMES, first)
        parts.append(folded("Time by time", joined([listed, *words])))
    return Section(
        titled(
            "blockage",
            "Blockage",
            "Who is in a tunnel or behind terrain is linked with nobody. Times are UTC.",
            *parts,
        ),
        {"blockage": "Blockage"},
        sources=[("blockage", "blockage", "blockages.parquet")],
    )


def _found(folder: Folder) -> Sequence[Mapping[str, Any]]:
    found: Sequence[Mapping[str, Any]] = folder.summary()["blockage"]
    return found


def _group(found: Mapping[str, Any]) -> Sequence[Cell]:
    return [
        found["group"],
        count(found["platforms"]),
        count(found["blockages"]),
        share_of(found["blocked_share"]),
        Number(lasting(found["longest_s"])),
    ]


def _time(start: datetime, row: Mapping[str, Any]) -> Sequence[Cell]:
    moments = [clock_time(start, row[name]) for name in ("start_s", "end_s")]
    return [
        row["platform"],
        row["cause"],
        *moments,
        Number(lasting(row["end_s"] - row["start_s"])),
    ]
