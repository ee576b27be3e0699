"""What became of messages: how many arrive, how late, at what energy, and why others do not."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from skyweft.delivery.plot import (
    LOST,
    OPEN,
    delay_cdf,
    delivery_losses,
    delivery_map,
    downlink_use,
    stored_messages,
)
from skyweft.drawing.charts import HALF, PAGE, chart
from skyweft.drawing.markup import Cell, Markup, beside, figure, heading, paragraph, table, titled
from skyweft.drawing.numerals import amount, count, number, share_of, spoken
from skyweft.drawing.palette import SPOKEN
from skyweft.drawing.reading import numbers, words
from skyweft.drawing.section import Section
from skyweft.store.reading import Folder
from skyweft.world.lasting import lasting

TARGETS_MAX, PASSED_MAX = 40, 20
YEAR_S = 365.25 * 86_400
KEPT = {"on board": "stored", "at device": "at_device"}


def section(folder: Folder) -> Section:
    """Return what became of messages."""
    names = (
        "delay_cdf",
        "deliveries_by_cell",
        "deliveries_by_hour",
        "storage_occupancy",
        "gateway_usage",
    )
    tables = (folder.table(name) for name in names)
    return Section(
        drawn(
            folder.summary()["deliveries"],
            *tables,
            layers=layers_carrying(folder.deliveries, folder.platforms),
        ),
        {"deliveries": "Messages"},
        sources=[
            ("messages: arrivals, delays, losses", "delivery", "deliveries_by_*.parquet"),
        ],
    )


def drawn(
    metrics: Mapping[str, Any],
    delays: pa.Table,
    cells: pa.Table,
    hours: pa.Table,
    stores: pa.Table,
    downlinks: pa.Table,
    *,
    layers: Sequence[Markup] = (),
) -> Markup:
    """Return the section from the figures and tables of a run."""
    names = _called(metrics["rules"])
    curve = chart(
        lambda ax: delay_cdf(delays, names, ax, PAGE),
        "Which part of the messages had arrived how long after they were generated",
        HALF,
        320,
        "deliveries-delays",
    )
    losses = chart(
        lambda ax: delivery_losses(hours, ax, PAGE),
        "Share of messages that do not arrive, by hour and cause",
        HALF,
        320,
        "deliveries-losses",
    )
    rows = [_row(name, metric) for name, metric in zip(names, metrics["rules"], strict=True)]
    parts = [_parts(name, metric) for name, metric in zip(names, metrics["rules"], strict=True)]
    return titled(
        "deliveries",
        "Messages",
        _words(metrics),
        table("Messages by kind", _HEADS, rows),
        table("What the delays are made of", _PARTS, parts),
        beside(
            figure(curve, "Part of the observed messages that had arrived, by delay."),
            figure(losses, "What does not arrive, by the hour it was generated in and why."),
        ),
        table("Why messages do not arrive", _CAUSES, _causes(metrics)),
        *layers,
        *_maps(cells),
        heading("On board and down"),
        *_passed_over(metrics["passed_over"]),
        *_down(stores, downlinks),
    )


_HEADS = [
    ("devices", ""),
    ("for", ""),
    ("number", ""),
    ("messages", ""),
    ("observed", ""),
    ("of these delivered", "%"),
    ("delay, median", ""),
    ("95 %", ""),
    ("99 %", ""),
    ("age, mean", ""),
    ("energy per byte", "mJ"),
    ("battery", "years"),
]
_PARTS = [
    ("devices", ""),
    ("delay, mean", ""),
    ("at the device", ""),
    ("on board", ""),
    ("in transit", ""),
    ("at the device, 95 %", ""),
    ("on board, 95 %", ""),
]
_CAUSES = [("cause", ""), ("of all messages", ""), ("of those observed", ""), ("of those", "%")]
_PASSED = [("platform", ""), ("visits", ""), ("let pass", ""), ("in a row", "")]


def layers_carrying(deliveries: pa.Table | None, platforms: pa.Table) -> list[Markup]:
    """Return which layer took up the messages that arrived, where more than one did."""
    if deliveries is None:
        return []
    arrived = deliveries.filter(pc.is_finite(deliveries["delay_s"]))
    plain = pa.table({"receiver": words(arrived, "receiver"), "delay_s": arrived["delay_s"]})
    some = plain.group_by("receiver").aggregate([("delay_s", "sum"), ("delay_s", "count")])
    place = pc.index_in(words(some, "receiver"), words(platforms, "name")).to_numpy(False)
    layer = np.array(words(platforms, "layer").to_pylist())[place.astype(np.int64)]
    sums_s, count_ = numbers(some, "delay_s_sum"), numbers(some, "delay_s_count")
    rows: list[list[Cell]] = []
    for name, said in SPOKEN.items():
        mine = layer == name
        total = float(count_[mine].sum())
        if total:
            share = share_of(total / count_.sum())
            rows.append([said, count(total), share, lasting(float(sums_s[mine].sum()) / total)])
    if len(rows) < 2:
        return []
    heads = [("layer", ""), ("messages that arrived", ""), ("of all", "%"), ("delay, mean", "")]
    return [table("Which layer took up the messages that arrived", heads, rows)]


def _words(metrics: Mapping[str, Any]) -> str:
    """Return what is counted, and what shares are of."""
    lead = f"{metrics['generated']:,} messages were generated. "
    if metrics["observed"]:
        share = f"{100 * metrics['share_delivered']:.3g} %"
        lead += (
            f"Of the {metrics['observed']:,} observed to the end of their lifetime (for half the "
            f"run where none ends within it) {share} arrived; "
            "all shares, delays and maps are of these, since the others had less time than that. "
        )
    else:
        lead += "None has a lifetime that ends within the run, so there are no shares and delays. "
    return (
        f"{lead}At the end {metrics['stored_on_board']:,} are on board and "
        f"{metrics['stored_at_device']:,} at their devices; every other one has arrived or is lost "
        "with one cause."
    )


def _called(rules: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return what to call each rule: its devices, with its number where they have several."""
    sources = [rule["source"] for rule in rules]
    return [
        f"{name} ({number})" if sources.count(name) > 1 else name
        for number, name in enumerate(sources, 1)
    ]


def _row(name: str, rule: Mapping[str, Any]) -> list[Cell]:
    ages = ("delay_p50_s", "delay_p95_s", "delay_p99_s", "age_mean_s")
    return [
        name,
        rule["target"],
        count(rule["devices"]),
        count(rule["generated"]),
        count(rule["observed"]),
        share_of(_nan(rule["share_delivered"])),
        *(lasting(_nan(rule[name])) for name in ages),
        # Nothing is stated of devices that spend nothing.
        number(1e3 * _nan(rule["energy_per_byte_j"] or None), 2),
        number(_nan(rule["battery_life_mean_s"]) / YEAR_S, 1),
    ]


def _parts(name: str, rule: Mapping[str, Any]) -> list[Cell]:
    """Return a row on where the delays of a rule come from."""
    parts = ("at_device_", "on_board_", "in_transit_")
    metrics = [f"delay_{part}mean_s" for part in ("", *parts)]
    metrics += [f"delay_{part}p95_s" for part in parts[:2]]
    return [name, *(lasting(_nan(rule[metric])) for metric in metrics)]


def _passed_over(waited: Sequence[Mapping[str, Any]]) -> list[Markup]:
    """Return who went past targets and was not served, as far as there is room."""
    if not waited:
        return []
    rows: list[list[Cell]] = [
        [
            satellite["platform"],
            *(count(satellite[name]) for name in ("visits", "unserved", "in_a_row")),
        ]
        for satellite in waited[:PASSED_MAX]
    ]
    return [
        table("Passed targets with messages on board while antennas served others", _PASSED, rows)
    ]


def _nan(value: float | None) -> float:
    return float("nan") if value is None else value


def _causes(metrics: Mapping[str, Any]) -> list[list[Cell]]:
    """Return a row a cause that occurs, the most frequent first."""
    lost = {cause: metrics[name] for cause, name in (LOST | OPEN).items() if metrics[name]}
    observed = metrics["observed_causes"]
    rows: list[list[Cell]] = []
    for cause in sorted(lost, key=lambda each: -lost[each]):
        some = observed[(LOST | KEPT)[cause]]
        share = some / metrics["observed"] if metrics["observed"] else float("nan")
        rows.append([cause, count(lost[cause]), count(some), share_of(share)])
    return rows


def _maps(cells: pa.Table) -> list[Markup]:
    if not cells.num_rows:
        return []
    shares = chart(
        lambda ax: delivery_map(cells, "share_delivered", ax, PAGE),
        "World map of the share of messages that arrive",
        HALF,
        352,
        "map-delivered",
    )
    late = chart(
        lambda ax: delivery_map(cells, "delay_p95_s", ax, PAGE),
        "World map of the delay that 95 % of messages do not exceed",
        HALF,
        352,
        "map-delays",
    )
    return [
        beside(
            figure(shares, "Share of the observed messages of a cell that arrive."),
            figure(late, "Delay that 95 % of those do not exceed."),
        )
    ]


def _down(stores: pa.Table, downlinks: pa.Table) -> list[Markup]:
    on_board = chart(
        lambda ax: stored_messages(stores, ax, PAGE),
        "Bytes of messages on board over time",
        HALF,
        300,
        "deliveries-stores",
    )
    use = chart(
        lambda ax: downlink_use(downlinks, ax, PAGE),
        "Bytes that arrive at each target over time",
        HALF,
        300,
        "deliveries-downlinks",
    )
    served, missed, arrived_now = (
        numbers(downlinks, name) for name in ("served_s", "unserved_s", "arrived_bytes")
    )
    column = words(downlinks, "target").dictionary_encode()
    who, names = column.indices.to_numpy(), column.dictionary.to_pylist()
    rows: list[list[Cell]] = []
    for row, name in enumerate(names):
        mine = who == row
        hours = [float(rows[mine].sum()) / 3_600 for rows in (served, missed)]
        rows.append(
            [name, *(number(hour) for hour in hours), _amount(float(arrived_now[mine].sum()))]
        )
    heads = [("target", ""), ("passes served", "h"), ("let pass", "h"), ("downlinked", "")]
    more = len(rows) - TARGETS_MAX
    return [
        beside(
            figure(on_board, "Bytes on board, copies included."),
            figure(use, "Where and when messages arrive; the stronger the colour, the more bytes."),
        ),
        table("Passes at the targets", heads, rows[:TARGETS_MAX]),
        *(
            [paragraph(f"{more:,} more targets are in downlink_samples.parquet.")]
            if more > 0
            else []
        ),
    ]


def _amount(value_bytes: float) -> str:
    return spoken(amount(value_bytes))
