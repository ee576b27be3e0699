"""What single packets see: delay under load, jitter, overtaking and loss."""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from skyweft.drawing.charts import PAGE, WIDE, chart
from skyweft.drawing.markup import Markup, Number, Shares, figure, table, titled
from skyweft.drawing.numerals import count, number, share_of
from skyweft.drawing.section import Section
from skyweft.network.queues.plot import packet_delays
from skyweft.store.reading import Folder

ROWS_MAX = 20


def section(folder: Folder) -> Section:
    """Return what single packets see."""
    return Section(
        drawn(folder.packet_statistics, folder.summary()["packets"]),
        {"packets": "Packets"},
        sources=[("packets: delay, jitter, loss", "network.queueing", "packet_statistics.parquet")],
    )


def drawn(packets: pa.Table, totals: Sequence[Mapping[str, Any]]) -> Markup:
    """Return the section from the table and the figures of every pair."""
    worst = sorted(totals, key=lambda each: -(each["share_lost"] or 0))[:ROWS_MAX]
    shown = f" The {ROWS_MAX} that lose most." if len(totals) > ROWS_MAX else ""
    delays = chart(
        lambda ax: packet_delays(packets, None, ax, PAGE),
        "Delay of packets over time and when some were lost",
        WIDE,
        260,
        "packets-delays",
    )
    columns = [
        ("from", ""),
        ("to", ""),
        ("sent", ""),
        ("lost", "%"),
        ("delay, median", "ms"),
        ("99 %", "ms"),
        ("longest", "ms"),
        ("in queues, mean", "ms"),
        ("jitter", "ms"),
        ("reordered", ""),
    ]
    return titled(
        "packets",
        "Packets",
        "Packets are sent one by one along routes that change from snapshot to snapshot, and wait "
        "in line at each link. Senders do not slow down when packets are lost." + shown,
        table("What packets see", columns, [_row(row) for row in worst]),
        figure(
            delays,
            "Delay of packets by when they were sent: median, shaded up to 99 %. Crosses: some "
            "were lost.",
            wide=True,
        ),
    )


def _row(total: Mapping[str, Any]) -> list[str | Number | Shares]:
    times_s = ("delay_p50_s", "delay_p99_s", "delay_max_s", "queueing_delay_mean_s", "jitter_s")
    return [
        total["source"],
        total["target"],
        count(total["sent"]),
        share_of(float("nan") if total["share_lost"] is None else total["share_lost"]),
        *(number(float("nan") if total[k] is None else 1e3 * total[k], 3) for k in times_s),
        count(total["reordered"]),
    ]
