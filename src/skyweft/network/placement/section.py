"""Which gateways to build, how good that plan is known to be, and why it is not more."""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from skyweft.drawing.charts import HALF, PAGE, chart
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
from skyweft.drawing.numerals import count, number, percent, rate, share_of, spoken
from skyweft.drawing.reading import numbers, words
from skyweft.drawing.section import Section
from skyweft.network.placement.plot import gateway_map, gateway_supply
from skyweft.store.reading import Folder

SHOWN = 40


def section(folder: Folder) -> Section:
    """Return which gateways to build."""
    plan = folder.gateways, folder.gateway_capacity, folder.simulated_s
    return Section(
        drawn(*plan, folder.summary()["gateways"]),
        {"gateways": "Gateways"},
        sources=[("gateways to build", "network.ground", "gateways.parquet")],
    )


def drawn(sites: pa.Table, times: pa.Table, length_s: float, metrics: Mapping[str, Any]) -> Markup:
    """Return the section from the two tables and the summary's figures."""
    where = chart(
        lambda ax: gateway_map(sites, ax, PAGE),
        "World map of the candidate gateways, those to build and the rest",
        HALF,
        320,
        "gateways-map",
    )
    supply = chart(
        lambda ax: gateway_supply(times, length_s, ax, PAGE),
        "What the selected gateways are asked to take down and do, over time",
        HALF,
        320,
        "gateways-supply",
    )
    return titled(
        "gateways",
        "Gateways",
        "The fewest candidate sites that take down what is asked for at every snapshot. A site's "
        "rate is that of its links at that moment; routes through space to it are not looked at.",
        table("Plan", [("figure", ""), ("value", "")], _plan(metrics)),
        beside(
            figure(where, "Candidates: to build, not needed, and without any capacity."),
            figure(supply, "All selected sites together, at every snapshot."),
        ),
        *_why(metrics["short"]),
        heading("Candidates"),
        table(
            "Candidate gateways",
            [
                ("site", ""),
                ("rank", ""),
                ("could take down, mean", ""),
                ("linked", "% of snapshots"),
                ("adds, mean", ""),
                ("why not", ""),
            ],
            _rows(sites.slice(0, SHOWN)),
        ),
        *_more(sites.num_rows),
    )


def _plan(metrics: Mapping[str, Any]) -> list[list[Cell]]:
    """Return the rows that say how many sites there are, and what they come to."""
    rows: list[list[Cell]] = [
        ["candidates", count(metrics["candidates"])],
        ["to build", count(len(metrics["selected"]))],
        ["no plan needs fewer than", count(metrics["at_least"])],
        ["need, mean", Number(spoken(rate(metrics["demand_mean_bps"])))],
        ["taken down, mean", Number(spoken(rate(metrics["carried_mean_bps"])))],
    ]
    if metrics["share_carried"] is not None:
        rows.append(["share of the need", Number(percent(metrics["share_carried"]))])
    if not metrics["optimal"]:
        rows.append(["at most so many times the fewest", number(metrics["guarantee"], 2)])
    return rows


def _why(short: Mapping[str, Any]) -> list[Markup]:
    """Return why less than what is asked for comes down."""
    if not short["snapshots"]:
        return []
    missing = spoken(rate(short["missing_mean_bps"]))
    return [
        heading("Why not all"),
        table(
            "Snapshots at which the plan falls short",
            [("reason", ""), ("snapshots", "")],
            [[words, count(times)] for words, times in short["reasons"].items()],
        ),
        paragraph(f"At these snapshots {missing} is missing, mean, whatever is built."),
    ]


def _rows(sites: pa.Table) -> list[list[Cell]]:
    rate_bps, share, gain_bps = (
        numbers(sites, name) for name in ("rate_mean_bps", "share_linked", "marginal_rate_mean_bps")
    )
    names, reasons = (words(sites, name).to_pylist() for name in ("site", "reason"))
    return [
        [
            names[row],
            Number("–" if rank is None else f"{rank}"),
            Number(spoken(rate(rate_bps[row]))),
            share_of(share[row]),
            Number(spoken(rate(gain_bps[row]))),
            reasons[row],
        ]
        for row, rank in enumerate(sites["rank"].to_pylist())
    ]


def _more(count_all: int) -> list[Markup]:
    if count_all <= SHOWN:
        return []
    return [paragraph(f"{SHOWN} of {count_all:,} candidates; all are in gateways.parquet.")]
