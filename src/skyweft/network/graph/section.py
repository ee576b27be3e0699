"""What the network obeys of other stages: restrictions of platforms and links."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from skyweft.drawing.markup import Cell, Markup, Number, table, titled
from skyweft.drawing.numerals import NONE, clock_time, count, percent, share_of
from skyweft.drawing.section import Section
from skyweft.store.reading import Folder
from skyweft.world.lasting import lasting

NAMED = 4
_HEADS = [
    ("cause", ""),
    ("who", ""),
    ("times", ""),
    ("restricted", "% of time"),
    ("longest", ""),
    ("the longest from", "UTC"),
    ("rate left", ""),
]


def section(folder: Folder) -> Section:
    """Return why platforms and links were restricted, how often and for how long.

    Nothing where nobody was.
    """
    some = folder.restrictions
    if some is None or not some.num_rows:
        return Section()
    body: Markup = titled(
        "restrictions",
        "Restrictions",
        "Other stages kept these from working; links, traffic and messages obey. Every time of it "
        "is in restrictions.parquet.",
        table("Why, how often and for how long", _HEADS, _rows(folder, some)),
    )
    return Section(
        body,
        {"restrictions": "Restrictions"},
        sources=[("restrictions", "network.graph", "restrictions.parquet")],
    )


def _rows(folder: Folder, some: pa.Table) -> Sequence[Sequence[Cell]]:
    """Return a row a cause, the one that lasted longest in all first."""
    kinds: dict[str, list[Mapping[str, Any]]] = {}
    for row in some.to_pylist():
        kinds.setdefault(row["cause"], []).append(row)
    rows = [_row(folder, cause, mine) for cause, mine in kinds.items()]
    return [cells for _, cells in sorted(rows, key=lambda row: -row[0])]


def _row(
    folder: Folder, cause: str, mine: Sequence[Mapping[str, Any]]
) -> tuple[float, Sequence[Cell]]:
    """Return for how long in all, and the cells."""
    times: dict[str, list[tuple[float, float]]] = {}
    for row in mine:
        who = row["platform"] + (f" ↔ {row['other']}" if row["other"] else "")
        times.setdefault(who, []).append((row["start_s"], row["end_s"]))
    spans = {who: _joined(some) for who, some in times.items()}
    lasted = {who: sum(end_s - start_s for start_s, end_s in some) for who, some in spans.items()}
    every = [span for some in spans.values() for span in some]
    longest = max(every, key=lambda span: span[1] - span[0])
    left = [row["rate_factor"] for row in mine]
    rates = NONE if max(left) == 0 else percent(float(np.mean(left)))
    names = sorted(lasted, key=lambda who: (-lasted[who], who))
    more = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
    total_s = sum(lasted.values())
    return total_s, [
        cause,
        ", ".join(names[:NAMED]) + more,
        count(len(every)),
        share_of(total_s / (len(names) * folder.simulated_s)),
        Number(lasting(longest[1] - longest[0])),
        Number(clock_time(folder.scenario.start, longest[0])),
        Number(rates),
    ]


def _joined(spans: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return spans in order, what touches as one: blocks of time cut them."""
    found: list[tuple[float, float]] = []
    for start_s, end_s in sorted(spans):
        if found and start_s <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], end_s)
        else:
            found.append((start_s, end_s))
    return found
