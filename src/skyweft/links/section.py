"""How well the contacts carry bits, rule by rule."""

from collections.abc import Sequence

import numpy as np

from skyweft.drawing.charts import HALF, PAGE, chart
from skyweft.drawing.figures import NONE, amount, number, rate, share_of, spoken
from skyweft.drawing.markup import (
    Cell,
    Markup,
    Number,
    beside,
    figure,
    paragraph,
    table,
    tile,
    titled,
)
from skyweft.drawing.reading import weighted_quantiles
from skyweft.drawing.section import Section
from skyweft.links.plot import (
    DIRECTION_COLUMNS,
    SHARES,
    Direction,
    directions,
    draw_link_margins,
    draw_link_rates,
)
from skyweft.store.reading import Folder


def section(folder: Folder) -> Section:
    """Return the margins and rates of every link rule."""
    ways: list[Direction] = []
    if folder.scenario.links:
        # Half of the columns of the largest table are all that is needed of it.
        ways = list(directions(folder.table("links", DIRECTION_COLUMNS)))
    return Section(
        _body(ways),
        {"links": "Links"},
        _tiles(ways),
        [("margins, rates, volume", "links", "links.parquet")],
    )


def _tiles(ways: Sequence[Direction]) -> list[Markup]:
    """Return the fastest direction's median rate and the tightest one's margin."""
    tiles = []
    medians = [float(weighted_quantiles(way.rate_bps, way.weight_s, [0.5])[0]) for way in ways]
    if ways and max(medians) > 0:
        best = int(np.nanargmax(medians))
        tiles.append(tile("Fastest link, median", *rate(medians[best]), ways[best].words))
    margins = [
        float(weighted_quantiles(way.margin_db[there], way.weight_s[there], [0.05])[0])
        for way in ways
        for there in [np.isfinite(way.margin_db)]
    ]
    if margins and np.isfinite(margins).any():
        least = int(np.nanargmin(margins))
        tiles.append(
            tile(
                "Tightest margin",
                f"{margins[least]:.1f}".replace("-", "−"),
                "dB",
                f"{ways[least].words}; less for 5 % of its time",
            )
        )
    return tiles


def _body(ways: list[Direction]) -> Markup:
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
    return titled(
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
