"""Who was out of order, when, and by which of the scenario's failures."""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from skyweft.drawing.markup import Cell, Markup, Number, heading, paragraph, table, titled
from skyweft.drawing.numerals import count, share_of
from skyweft.drawing.section import Section
from skyweft.store.reading import Folder
from skyweft.world.lasting import lasting

ROWS_MAX = 40
_CAUSES = [("failures", ""), ("platforms", ""), ("out", ""), ("of them", "%"), ("names", "")]
_OUTAGES = [("platform", ""), ("failures", ""), ("from", ""), ("to", ""), ("for", "")]


def section(folder: Folder) -> Section:
    """Return who was out of order; nothing where the failures are of links alone."""
    causes = folder.summary()["failures"]
    if not causes:
        return Section()
    return Section(
        drawn(causes, folder.outages, folder.simulated_s),
        {"failures": "Failures"},
        sources=[("failures", "network.failures", "outages.parquet")],
    )


def drawn(causes: Sequence[Mapping[str, Any]], outages: pa.Table, length_s: float) -> Markup:
    """Return the section from the summary's figures and the table."""
    parts = [table("How many were out of order", _CAUSES, [_cause(cause) for cause in causes])]
    if outages.num_rows:
        rows = [_outage(row, length_s) for row in outages.slice(0, ROWS_MAX).to_pylist()]
        parts += [heading("Outages"), table("Who was out of order, and when", _OUTAGES, rows)]
    if outages.num_rows > ROWS_MAX:
        parts.append(paragraph(f"The first {ROWS_MAX} of {outages.num_rows:,}."))
    lead = "Platforms that carried nothing for a while. Times are from the scenario's start."
    return titled("failures", "Failures", lead, *parts)


def _cause(cause: Mapping[str, Any]) -> Sequence[Cell]:
    more = cause["out"] - len(cause["names"])
    share = cause["share_out"]
    return [
        f"failures[{cause['failure']}]",
        count(cause["members"]),
        count(cause["out"]),
        Number("–") if share is None else share_of(share),
        ", ".join(cause["names"]) + (f" and {more:,} more" if more else "") or "–",
    ]


def _outage(row: Mapping[str, Any], length_s: float) -> Sequence[Cell]:
    whole = row["end_s"] >= length_s
    return [
        row["platform"],
        f"failures[{row['failure']}]",
        Number(lasting(row["start_s"])),
        "the end" if whole else Number(lasting(row["end_s"])),
        Number(lasting(row["end_s"] - row["start_s"])),
    ]
