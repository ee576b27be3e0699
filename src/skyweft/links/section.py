"""How well the contacts carry bits, rule by rule."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from skyweft.drawing.charts import HALF, PAGE, chart
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
from skyweft.drawing.numerals import NONE, amount, number, rate, share_of, spoken
from skyweft.drawing.reading import weighted_quantiles
from skyweft.drawing.section import Section
from skyweft.links.plot import (
    DIRECTION_COLUMNS,
    SHARES,
    Direction,
    directions,
    doppler_left,
    draw_link_margins,
    draw_link_rates,
)
from skyweft.store.reading import Folder


def section(folder: Folder) -> Section:
    """Return the margins and rates of every link rule."""
    both: list[Direction] = []
    if folder.scenario.links:
        # Half of the columns of the largest table are all that is needed of it.
        both = list(directions(folder.table("link_samples", DIRECTION_COLUMNS)))
    return Section(
        _body(both, folder.doppler_residuals if both else None),
        {"links": "Links"},
        _tiles(both),
        [("margins, rates, volume", "links", "link_samples.parquet")],
    )


def _tiles(both: Sequence[Direction]) -> list[Markup]:
    """Return the fastest direction's median rate and the tightest one's margin."""
    tiles = []
    medians = [
        float(weighted_quantiles(direction.rate_bps, direction.weight_s, [0.5])[0])
        for direction in both
    ]
    if both and max(medians) > 0:
        best = int(np.nanargmax(medians))
        tiles.append(tile("Fastest link, median", *rate(medians[best]), both[best].words))
    margins = [
        float(weighted_quantiles(direction.margin_db[there], direction.weight_s[there], [0.05])[0])
        for direction in both
        for there in [np.isfinite(direction.margin_db)]
    ]
    if margins and np.isfinite(margins).any():
        least = int(np.nanargmin(margins))
        tiles.append(
            tile(
                "Tightest margin",
                f"{margins[least]:.1f}".replace("-", "−"),
                "dB",
                f"{both[least].words}; less for 5 % of its time",
            )
        )
    return tiles


def _body(both: list[Direction], left: pa.Table | None) -> Markup:
    if not both:
        return Markup("")
    thinned = max(direction.thinned for direction in both)
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
            (_row(direction) for direction in both),
        ),
        paragraph(note),
        beside(*_charts(both, left)),
    )


def _charts(both: list[Direction], left: pa.Table | None) -> Iterator[Markup]:
    """Yield the spreads of all directions, where there is something to spread."""
    if shown := sum(bool(np.isfinite(direction.margin_db).any()) for direction in both):
        yield _spread(
            lambda ax: draw_link_margins(both, ax, PAGE),
            ("margin", "Margin of each direction of every link rule"),
            shown,
            "Margin: thin 5 to 95 % of the contact time, thick 25 to 75 %, tick the median; "
            "dashed, the threshold of the most robust mode.",
        )
    if sending := sum(bool(np.any(direction.rate_bps > 0)) for direction in both):
        yield _spread(
            lambda ax: draw_link_rates(both, ax, PAGE),
            ("rate", "Rate of each direction of every link rule"),
            sending,
            "Rate, drawn likewise, over the part of that time in which anything can be sent.",
        )
    if left is not None and len(left):
        yield _spread(
            lambda ax: doppler_left(left, ax, PAGE),
            ("doppler", "Doppler shift that compensation may leave in each direction"),
            2 * len(pc.unique(left["link"])),
            "What is left of the Doppler shift at most where it is taken off before sending, drawn "
            "likewise.",
        )


def _spread(draw: Callable[[Any], Any], named: tuple[str, str], rows: int, words: str) -> Markup:
    """Return a chart with a row a direction."""
    key, title = named
    drawn = chart(draw, title, HALF, max(60 + 34 * rows, 180), f"links-{key}")
    return figure(drawn, words)


def _row(direction: Direction) -> list[Cell]:
    there = np.isfinite(direction.margin_db)
    margins = weighted_quantiles(direction.margin_db[there], direction.weight_s[there], SHARES)[
        [0, 2, 4]
    ]
    rates = weighted_quantiles(direction.rate_bps, direction.weight_s, SHARES)[[0, 2, 4]]
    usable = float(
        direction.weight_s[direction.rate_bps > 0].sum() / max(direction.weight_s.sum(), 1e-9)
    )
    volume_bytes = float(np.sum(direction.rate_bps * direction.weight_s)) * direction.thinned / 8
    return [
        direction.words,
        share_of(usable),
        *(number(margin) for margin in margins),
        *(Number(spoken(rate(rate_bps)) if np.isfinite(rate_bps) else NONE) for rate_bps in rates),
        Number(spoken(amount(volume_bytes))),
    ]
