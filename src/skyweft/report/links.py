"""How well the contacts carry bits, rule by rule."""

import numpy as np
import pyarrow as pa

from skyweft.plot.meetings import weighted_quantiles
from skyweft.plot.rates import SHARES, Direction, directions, draw_link_margins, draw_link_rates
from skyweft.report.charts import PAGE, chart
from skyweft.report.contacts import HALF
from skyweft.report.figures import NONE, amount, number, rate, share_of, spoken
from skyweft.report.markup import (
    Cell,
    Markup,
    Number,
    beside,
    figure,
    paragraph,
    section,
    table,
)


def read_directions(links: pa.Table | None) -> list[Direction]:
    """Return the directions of every rule; none without a table."""
    return list(directions(links)) if links is not None and links.num_rows else []


def links_section(ways: list[Direction]) -> Markup:
    """Return the section on margins and rates."""
    if not ways:
        return Markup("")
    charts = []
    shown = sum(bool(np.isfinite(way.margin_db).any()) for way in ways)
    if shown:
        charts.append(
            figure(
                chart(
                    lambda ax: draw_link_margins(ways, ax, PAGE),
                    "Margin of each direction of every link rule",
                    HALF,
                    max(60 + 34 * shown, 180),
                    "links-margin",
                ),
                "Margin: thin 5 to 95 % of the contact time, thick 25 to 75 %, tick the median; "
                "dashed, the threshold of the most robust mode.",
            )
        )
    sending = sum(bool(np.any(way.rate_bps > 0)) for way in ways)
    if sending:
        charts.append(
            figure(
                chart(
                    lambda ax: draw_link_rates(ways, ax, PAGE),
                    "Rate of each direction of every link rule",
                    HALF,
                    max(60 + 34 * sending, 180),
                    "links-rate",
                ),
                "Rate, drawn likewise, over the part of that time in which anything can be sent.",
            )
        )
    thinned = max(way.thinned for way in ways)
    note = "All figures are weighted by time in contact."
    if thinned > 1:
        note += f" Of the busiest rule one sample in {thinned} is counted."
    return section(
        "links",
        "Links",
        "Each direction of every link rule, over all its contacts. Margin is over the threshold of "
        "the most robust mode, rate that of the best mode that closes.",
        table(
            "Margins and rates of each direction",
            [
                ("direction", ""),
                ("usable", "% of time"),
                ("margin 5 %", "dB"),
                ("median", "dB"),
                ("95 %", "dB"),
                ("rate 5 %", ""),
                ("median", ""),
                ("95 %", ""),
                ("volume", ""),
            ],
            (_row(way) for way in ways),
        ),
        paragraph(note),
        beside(*charts),
    )


def _row(way: Direction) -> list[Cell]:
    there = np.isfinite(way.margin_db)
    margins = weighted_quantiles(way.margin_db[there], way.weight_s[there], SHARES)[[0, 2, 4]]
    rates = weighted_quantiles(way.rate_bps, way.weight_s, SHARES)[[0, 2, 4]]
    usable = float(way.weight_s[way.rate_bps > 0].sum() / max(way.weight_s.sum(), 1e-9))
    volume_bytes = float(np.sum(way.rate_bps * way.weight_s)) * way.thinned / 8
    return [
        way.words,
        share_of(usable),
        *(number(each) for each in margins),
        *(Number(spoken(rate(each)) if np.isfinite(each) else NONE) for each in rates),
        Number(spoken(amount(volume_bytes))),
    ]
