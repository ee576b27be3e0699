"""Which alarms were raised, and how late they were known."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from skyweft.alarms.plot import DEVICES_MAX, alarm_times
from skyweft.drawing.charts import PAGE, WIDE, chart
from skyweft.drawing.markup import Cell, Markup, figure, paragraph, table, titled
from skyweft.drawing.numerals import clock_time, count
from skyweft.drawing.section import Section
from skyweft.store.reading import Folder
from skyweft.world.lasting import lasting

DRAWN_MAX = 6  # rules
LISTED_MAX = 40  # alarms; further ones are in the table
_HEADS = [
    ("alarm", ""),
    ("condition", ""),
    ("raised", ""),
    ("standing", ""),
    ("withdrawn", ""),
    ("known after, median", ""),
    ("longest", ""),
]
_EACH = [
    ("alarm", ""),
    ("device", ""),
    ("raised at", ""),
    ("known after", ""),
    ("cleared at", ""),
    ("known after", ""),
    ("withdrawn at", ""),
    ("worst", ""),
]


def section(folder: Folder) -> Section:
    """Return a row a rule, and a row an alarm in order of event time."""
    rules = folder.summary()["alarms"]
    rows = folder.alarms
    some = rows.sort_by("raised_s").slice(0, LISTED_MAX).to_pylist()
    left = rows.num_rows - len(some)
    more = [paragraph(f"{left:,} more alarms are in alarms.parquet.")] * (left > 0)
    listed = [
        table("Alarms by event time", _EACH, [_alarm(folder.scenario.start, row) for row in some])
    ] * bool(some)
    return Section(
        titled(
            "alarms",
            "Alarms",
            "What was true of the observations at the time they were measured, UTC, and when it "
            "was known. A late value may raise an alarm, move it, or show that it had never been: "
            "then it is withdrawn. Silence is known once the network can no longer bring what is "
            "missing.",
            table("Alarms by rule", _HEADS, [_rule(rule) for rule in rules]),
            *(
                _drawn(rule, rows, folder.simulated_s)
                for rule in rules[:DRAWN_MAX]
                if rule["raised"]
            ),
            *listed,
            *more,
        ),
        {"alarms": "Alarms"},
        [],
        [("alarms", "alarms", "alarms.parquet")],
    )


def _drawn(rule: Mapping[str, Any], rows: pa.Table, duration_s: float) -> Markup:
    mine = rows.filter(pc.equal(rows.column("rule"), rule["rule"]))
    devices = min(len(pc.unique(mine.column("platform").cast(pa.string()))), DEVICES_MAX)
    drawing = chart(
        lambda ax: alarm_times(mine, duration_s, ax, PAGE),
        f"Alarms {rule['name']} by device and event time",
        WIDE,
        110 + 12 * devices,
        f"alarms-{rule['rule']}",
    )
    caption = (
        f"When {rule['name']} was true, by device; lines go from then to the moment it was known."
    )
    return figure(drawing, caption, wide=True)


def _rule(rule: Mapping[str, Any]) -> list[Cell]:
    late = (rule["detection_p50_s"], rule["detection_max_s"])
    return [
        rule["name"],
        rule["condition"].replace("_", " "),
        *(count(rule[name]) for name in ("raised", "standing", "withdrawn")),
        *(lasting(float("nan") if delay_s is None else delay_s) for delay_s in late),
    ]


def _alarm(start: datetime, row: Mapping[str, Any]) -> list[Cell]:
    worst = "" if np.isnan(row["extreme"]) else f"{row['extreme']:.4g}"
    raised_s, cleared_s = row["raised_s"], row["cleared_s"]
    return [
        row["alarm"],
        row["platform"],
        clock_time(start, raised_s),
        lasting(row["detected_s"] - raised_s),
        clock_time(start, cleared_s),
        lasting(row["clearing_detected_s"] - cleared_s),
        clock_time(start, row["withdrawn_s"]),
        worst,
    ]
