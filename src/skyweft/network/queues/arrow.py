"""The table of packets, and their key metrics."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import numpy as np
import pyarrow as pa

from skyweft.columns import Column, Table, named
from skyweft.network.product import PacketRows

PACKET_STATISTICS = Table(
    "packet_statistics",
    "one row a pair and step: what becomes of packets",
    (
        Column("rule", "int32", "", "place of the rule among the scenario's [[packets]], from 0"),
        Column("flow", "int32", "", "number of the pair: the same pair and rule at all times"),
        Column("time_s", "float64", "s", "start of the step; packets count when they are sent"),
        Column("source", "name", "", "platform that sends"),
        Column("target", "name", "", "platform that receives"),
        Column("sent", "int64", "1", "packets: the sum of the next six columns"),
        Column("received", "int64", "1", "how many arrive, whenever"),
        Column("lost_no_route", "int64", "1", "no route when they were sent"),
        Column("lost_no_capacity", "int64", "1", "nothing fits through a link on the route"),
        Column("lost_buffer", "int64", "1", "the buffer of a link was full"),
        Column("lost_link_down", "int64", "1", "a link ended before them, or while on it"),
        Column("in_flight", "int64", "1", "not there yet 10 s after the last sending, or the end"),
        Column("delay_min_s", "float64", "s", "of those received; NaN without any, as below"),
        Column("delay_mean_s", "float64", "s", "from sending to the last bit's arrival"),
        Column("delay_p50_s", "float64", "s", "not exceeded by half of them"),
        Column("delay_p95_s", "float64", "s", "by 95 %"),
        Column("delay_p99_s", "float64", "s", "by 99 %"),
        Column("delay_max_s", "float64", "s", "longest"),
        Column("queueing_delay_mean_s", "float64", "s", "in queues, mean of those received"),
        Column("jitter_s", "float64", "s", "mean change of delay since the one received before"),
        Column("reordered", "int64", "1", "arrived after one of the pair that was sent later"),
    ),
)


def packet_statistics_table(rows: PacketRows, names: pa.Array) -> pa.Table:
    """Return what became of packets, a row a pair and step."""
    plain = {field.name: getattr(rows, field.name) for field in fields(rows)}
    ends = {side: named(plain[side], names) for side in ("source", "target")}
    return PACKET_STATISTICS.build(plain | ends | {"rule": rows.rule.astype(np.int32)})


def metrics(totals: PacketRows, names: Sequence[str]) -> list[dict[str, Any]]:
    """Return the key metrics of every pair, ready for JSON."""
    found = []
    for row in range(len(totals)):
        figures = {field.name: getattr(totals, field.name)[row].item() for field in fields(totals)}
        figures["source"] = names[figures["source"]]
        figures["target"] = names[figures["target"]]
        lost = sum(count for name, count in figures.items() if name.startswith("lost_"))
        figures["share_lost"] = lost / figures["sent"] if figures["sent"] else None
        found.append({"start_s": figures.pop("time_s"), **figures})
    return found
