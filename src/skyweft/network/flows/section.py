"""How much traffic gets through, where it is held up, and why it is not more."""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from skyweft.drawing.charts import HALF, PAGE, WIDE, chart
from skyweft.drawing.markup import (
    Cell,
    Markup,
    Number,
    beside,
    figure,
    heading,
    paragraph,
    table,
    titled,
)
from skyweft.drawing.numerals import number, percent, rate, share_of, spoken
from skyweft.drawing.section import Section
from skyweft.network.flows.beam_use import BeamUse, beam_use
from skyweft.network.flows.layer_tables import by_layer
from skyweft.network.flows.plot import draw_limits, draw_throughput, draw_utilisation
from skyweft.network.flows.throughput import Throughput, sum_up
from skyweft.store.reading import Folder


def section(folder: Folder) -> Section:
    """Return how much traffic gets through."""
    first = folder.summary()["flows"]["first_snapshot"]
    known = (
        folder.flow_rates,
        folder.link_loads,
        folder.platforms["name"],
        folder.simulated_s,
        first,
    )
    beams = folder.beams if any(link.beams for link in folder.scenario.links) else None
    return Section(
        drawn(*known, beams, by_layer(folder)),
        {"flows": "Flows"},
        sources=[
            ("traffic, loads, limits", "network.shares", "flow_rates.parquet, link_loads.parquet"),
            (
                "traffic by layer, users served",
                "network.layers",
                "layer_loads.parquet, users_served.parquet",
            ),
        ],
    )


def drawn(
    shares: pa.Table,
    loads: pa.Table,
    names: pa.ChunkedArray,
    length_s: float,
    first: Mapping[str, Any] | None,
    beams: pa.Table | None = None,
    by_layer: Sequence[Markup] = (),
) -> Markup:
    """Return the section from the tables, the bound at the first snapshot, and what layers do."""
    words = names.combine_chunks()
    found = sum_up(shares.to_batches(), loads.to_batches(), words)
    use = None if beams is None else beam_use(beams.to_batches(), words, len(found.time_s))
    throughput = chart(
        lambda ax: draw_throughput(found, length_s, ax, PAGE),
        "Demand and carried traffic of all flows over time",
        WIDE,
        260,
        "flows-throughput",
    )
    return titled(
        "flows",
        "Flows",
        "Flows take their best route, or several where their rule says so; links are shared "
        "max-min fairly. Means are over the snapshots.",
        table("Traffic", [("figure", ""), ("value", "")], _figures(found, first)),
        figure(throughput, "All flows together, at every snapshot.", wide=True),
        *by_layer,
        *_why(found, length_s),
        *_where(found),
        *_beams(use),
    )


def _figures(found: Throughput, first: Mapping[str, Any] | None) -> list[list[str | Number]]:
    """Return the rows that say how much gets through."""
    carried_bps = float(found.carried_bps.mean()) if len(found.time_s) else 0.0
    demand_bps, served_bps = float(found.demand_bps.sum()), float(found.served_bps.sum())
    rows: list[list[str | Number]] = [
        ["flows", number(len(found.flow_bps), 0)],
        ["carried, mean", Number(spoken(rate(carried_bps)))],
    ]
    if found.elastic:
        rows.insert(1, ["of these without end of demand", number(found.elastic, 0)])
    if demand_bps > 0:
        wanted_bps = demand_bps / len(found.time_s)
        rows += [
            ["demand, mean, where it has an end", Number(spoken(rate(wanted_bps)))],
            ["share of that demand served", Number(percent(served_bps / demand_bps))],
        ]
    if first and first["most_bps"] is not None:
        rows += [
            ["carried at the first snapshot", Number(spoken(rate(first["carried_bps"])))],
            ["most that any routes could carry then", Number(spoken(rate(first["most_bps"])))],
            ["gap between the two", Number(percent(first["gap"]))],
        ]
    return rows


def _why(found: Throughput, length_s: float) -> list[Markup]:
    """Return how full links are and what holds flows back."""
    counted = found.limited.sum(axis=0)
    limits = table(
        "What holds flows back",
        [("held back by", ""), ("flows", "% of all, mean")],
        [
            [words or "nothing: gets all it wants", share_of(float(number / counted.sum()))]
            for words, number in zip(found.limits, counted, strict=True)
            if number
        ],
    )
    held = chart(
        lambda ax: draw_limits(found, length_s, ax, PAGE),
        "Flows that get less than they want, by reason, over time",
        HALF,
        260,
        "flows-limits",
    )
    full = chart(
        lambda ax: draw_utilisation(found.utilisation, ax, PAGE),
        "How full the links in use are",
        HALF,
        260,
        "flows-utilisation",
    )
    return [
        heading("Why not more"),
        limits,
        beside(
            figure(held, "Flows that get less than they want, by what holds them back."),
            figure(full, "Directed links that carry anything, at all snapshots."),
        ),
    ]


def _where(found: Throughput) -> list[Markup]:
    """Return which links are busiest and at whom they are full."""
    if not found.busiest:
        return [paragraph("No link carries anything.")]
    ends = [("from", ""), ("to", "")]
    means = [("utilisation", "% mean"), ("load, mean", ""), ("full", "% of snapshots")]
    busiest = table(
        "Busiest links",
        [*ends, *means],
        [
            [
                source,
                target,
                share_of(float(found.utilisation_mean[row])),
                Number(spoken(rate(float(found.load_mean_bps[row])))),
                share_of(float(found.full_share[row])),
            ]
            for row, (source, target) in enumerate(found.busiest)
        ],
    )
    parts = [heading("Busiest links"), busiest]
    if found.fullest:
        parts += [
            heading("Where links are full"),
            table(
                "Platforms with full links",
                [("platform", ""), ("direction", ""), ("full links at a time", "mean")],
                [
                    [name, route, number(float(mean), 2)]
                    for (name, route), mean in zip(found.fullest, found.full_mean, strict=True)
                ],
            ),
        ]
    return parts


def _beams(use: BeamUse | None) -> list[Markup]:
    """Return how full beams are and whose; nothing without any."""
    if use is None or not use.rows:
        return []
    drawing = chart(
        lambda ax: draw_utilisation(use.utilisation, ax, PAGE, "beams with users [%]"),
        "How full the beams with users are",
        HALF,
        260,
        "flows-beams",
    )
    rows: list[list[Cell]] = [
        ["users of a beam, mean", number(use.users_mean, 2)],
        ["utilisation, mean", share_of(use.utilisation_mean)],
        ["full", share_of(use.full_share)],
    ]
    heads = [("platform", ""), ("beams in use", "mean"), ("full beams", "mean")]
    fullest: list[list[Cell]] = [
        [name, number(used, 2), number(full, 2)] for name, used, full in use.busiest
    ]
    return [
        heading("Beams"),
        table("Beams with users", [("figure", ""), ("value", "%, or users")], rows),
        beside(figure(drawing, "Beams with users, either direction, at all snapshots.")),
        *([table("Platforms with full beams", heads, fullest)] if fullest else []),
    ]
