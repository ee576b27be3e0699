"""How much of what was measured is known, how late and how old, and what it looks like."""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from skyweft.drawing.charts import PAGE, WIDE, chart
from skyweft.drawing.markup import Cell, Markup, figure, paragraph, table, tile, titled
from skyweft.drawing.numerals import count, percent, share_of
from skyweft.drawing.section import Section
from skyweft.observations.plot import DEVICES_MAX, completeness, known_values
from skyweft.store.reading import Folder
from skyweft.world.lasting import lasting

DRAWN_MAX = 6  # datastreams; further ones are in the tables
_HEADS = [
    ("datastream", ""),
    ("of", ""),
    ("unit", ""),
    ("devices", ""),
    ("samples", ""),
    ("expected", ""),
    ("of these arrived", "%"),
    ("delay, median", ""),
    ("95 %", ""),
    ("age, mean", ""),
    ("silent devices", ""),
    ("suspect", ""),
    ("failed", ""),
]


def section(folder: Folder) -> Section:
    """Return a row a datastream, its values as they were known, and who was heard when."""
    streams = folder.summary()["observations"]
    drawn = [
        markup
        for stream in streams[:DRAWN_MAX]
        for markup in _drawn(stream, folder.observations, folder.observations_by_hour, folder)
    ]
    more = len(streams) - DRAWN_MAX
    rest = [paragraph(f"{more:,} more datastreams are in observations.parquet.")] * (more > 0)
    counted = [stream["completeness"] for stream in streams if stream["completeness"] is not None]
    tiles = []
    if counted:
        least = min(counted)
        name = next(stream["name"] for stream in streams if stream["completeness"] == least)
        share = percent(least).removesuffix(" %")
        tiles = [tile("Observations arrived", share, "%", f"{name}, the least complete")]
    return Section(
        titled(
            "observations",
            "Observations",
            "What devices measured, as far as their messages arrived. Expected are the samples of "
            "messages observed to the end of their lifetime (for half the run where none ends "
            "within it); age is the time since the freshest known value was measured, from a "
            "device's first arrival to the run's end.",
            table("Observations by datastream", _HEADS, [_row(stream) for stream in streams]),
            *drawn,
            *rest,
        ),
        {"observations": "Observations"},
        tiles,
        [("observations", "observations", "observations.parquet, observations_by_*.parquet")],
    )


def _row(each: Mapping[str, Any]) -> list[Cell]:
    return [
        each["name"],
        each["source"],
        each["unit"],
        count(each["devices"]),
        count(each["samples"]),
        count(each["expected"]),
        share_of(_nan(each["completeness"])),
        *(lasting(_nan(each[name])) for name in ("delay_p50_s", "delay_p95_s", "age_mean_s")),
        *(count(each[name]) for name in ("silent_devices", "suspect", "failed")),
    ]


def _nan(value: float | None) -> float:
    return float("nan") if value is None else value


def _drawn(
    each: Mapping[str, Any], observations: pa.Table, hours: pa.Table, folder: Folder
) -> list[Markup]:
    """Return the figures of one datastream; none where nothing arrived."""
    number, duration_s = each["rule"], folder.simulated_s
    mine = _of(observations, each)
    if not mine.num_rows:
        return [paragraph(f"Nothing of {each['name']} ({each['source']}) arrived.")]
    values = chart(
        lambda ax: known_values(mine, each["unit"], duration_s, ax, PAGE),
        f"{each['name']} as measured, and as known over time",
        WIDE,
        260,
        f"observations-{number}-values",
    )
    of_hours = _of(hours, each)
    heard = chart(
        lambda ax: completeness(of_hours, duration_s, ax, PAGE),
        f"Part of the samples of {each['name']} that arrived, by device and hour",
        WIDE,
        90 + 12 * min(each["devices"], DEVICES_MAX),
        f"observations-{number}-hours",
    )
    return [
        figure(
            values,
            f"{each['name']} of the {each['source']} with the most arrivals: dots as measured, "
            "lines as known at that moment.",
            wide=True,
        ),
        figure(
            heard,
            f"Which part of the samples of {each['name']} arrived, by device and the hour they "
            "were taken in; empty where they still had time to.",
            wide=True,
        ),
    ]


def _of(rows: pa.Table, each: Mapping[str, Any]) -> pa.Table:
    return rows.filter(pc.equal(rows.column("rule"), each["rule"]))
