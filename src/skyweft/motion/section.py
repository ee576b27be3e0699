"""How many platforms there are, layer by layer, and how airships keep their stations."""

from functools import partial

import pyarrow as pa
import pyarrow.compute as pc

from skyweft.drawing.charts import HALF, PAGE, WIDE, chart
from skyweft.drawing.markup import (
    NOTHING,
    Cell,
    Markup,
    figure,
    folded,
    heading,
    joined,
    paragraph,
    table,
    tile,
    titled,
)
from skyweft.drawing.numerals import NONE, number, percent, share_of
from skyweft.drawing.palette import SPOKEN
from skyweft.drawing.reading import words
from skyweft.drawing.section import Section
from skyweft.motion.flight_drawings import (
    battery_charge,
    station_drift,
    station_months,
    station_wind,
    wind_rose,
)
from skyweft.scenario.motion import Airship
from skyweft.store.reading import Folder

DRAWN_MAX = 4  # airships whose flights are drawn
ROWS_MAX = 120
_HEADS = (
    ("on station", "%"),
    ("as winds may be", "%"),
    ("off station, median", "km"),
    ("95 %", "km"),
    ("most", "km"),
    ("wind, 95 %", "m/s"),
    ("least charge", "%"),
    ("without energy", "%"),
)
_ASSUMED = (
    "How strong winds become is data; how they are spread below that and how long they last is "
    "assumed: the band is over Weibull shapes of 1.5 to 3 and correlation over 12 to 72 hours."
)


def section(folder: Folder) -> Section:
    """Return the number of platforms, and what became of who flies against the wind."""
    layers = words(folder.platforms, "layer").to_pylist()
    made_of = " · ".join(
        f"{number:,} {spoken}"
        for layer, spoken in SPOKEN.items()
        if (number := layers.count(layer))
    )
    tiles = [tile("Platforms", f"{len(layers):,}", "", made_of)]
    sources = [("platforms, derived geometry", "motion", "platforms.parquet")]
    if folder.station_keeping is None:
        return Section(tiles=tiles, sources=sources)
    kept = folder.summary()["station_keeping"]
    return Section(
        _stations(folder, kept),
        {"stations": "Station keeping"},
        [*tiles, _tile(kept)],
        [*sources, ("station keeping", "motion", "flights.parquet, station_keeping.parquet")],
    )


def _tile(kept: dict[str, dict[str, float]]) -> Markup:
    """Return how long the worst airship is on station."""
    worst = min(kept, key=lambda name: kept[name]["on_station_share"])
    share = percent(kept[worst]["on_station_share"]).removesuffix(" %")
    whose = worst if len(kept) == 1 else f"{worst}, the least of {len(kept):,} airships"
    return tile("On station", share, "% of time", whose)


def _stations(folder: Folder, kept: dict[str, dict[str, float]]) -> Markup:
    months = folder.station_keeping
    worst = sorted(kept, key=lambda name: kept[name]["on_station_share"])
    drawn = sorted(worst[:DRAWN_MAX], key=list(kept).index)
    of_all = "" if len(drawn) == len(kept) else f" The {DRAWN_MAX} worst of {len(kept):,} airships."
    mine = months.filter(pc.is_in(words(months, "platform"), pa.array(drawn)))
    return titled(
        "stations",
        "Station keeping",
        f"Airships against the wind, on what their arrays and batteries give.{of_all}",
        _by_month(mine),
        *(_flight(folder, name, k) for k, name in enumerate(drawn)),
        folded("Month by month", _table(months)),
    )


def _by_month(months: pa.Table) -> Markup:
    """Return the share on station of each month; nothing where there is one month alone."""
    if len(set(words(months, "month").to_pylist())) < 2:
        return paragraph(_ASSUMED)
    return figure(
        chart(
            lambda ax: station_months(months, ax, PAGE),
            "Share of each month that airships are on station",
            WIDE,
            250,
            "station-months",
        ),
        f"Points: share of time within the station's radius. {_ASSUMED}",
        wide=True,
    )


def _flight(folder: Folder, name: str, number: int) -> Markup:
    """Return what became of one airship, over time."""
    flights = folder.flights
    mine = flights.filter(pc.equal(words(flights, "platform"), name))
    length_s = folder.simulated_s
    flown = folder.scenario.platforms[name].motion
    assert isinstance(flown, Airship)
    radius_m = flown.station.radius_m
    drawings = (
        ("Distance from the middle of its station", partial(station_drift, mine, radius_m), 210),
        ("Wind where it flies and its airspeed", partial(station_wind, mine), 190),
        ("Charge of its battery", partial(battery_charge, mine), 150),
    )
    charts = [
        figure(
            chart(
                lambda ax, draw=draw: draw(length_s, ax, PAGE),  # type: ignore[misc]
                f"{label}: {name}",
                WIDE,
                height,
                f"station-{number}-{place}",
            ),
            f"{label}.",
            wide=True,
        )
        for place, (label, draw, height) in enumerate(drawings)
    ]
    rose = figure(
        chart(
            lambda ax: wind_rose(mine, ax, PAGE),
            f"Where the wind blows from: {name}",
            HALF,
            260,
            f"station-{number}-rose",
        ),
        "Where the wind blows from, and how strongly, by share of time.",
    )
    return joined([heading(name), *charts, rose])


def _table(months: pa.Table) -> Markup:
    """Return every airship's months."""
    rows: list[list[Cell]] = [_row(row) for row in months.slice(0, ROWS_MAX).to_pylist()]
    more = months.num_rows - ROWS_MAX
    return joined(
        [
            table(
                "How airships kept their stations, month by month",
                [("airship", ""), ("month", ""), *_HEADS],
                rows,
            ),
            paragraph(f"And {more:,} more rows in station_keeping.parquet.")
            if more > 0
            else NOTHING,
        ]
    )


def _row(month: dict[str, float | str]) -> list[Cell]:
    figures = {name: value for name, value in month.items() if isinstance(value, float)}
    low, high = figures["on_station_share_min"], figures["on_station_share_max"]
    return [
        str(month["platform"]),
        str(month["month"]),
        share_of(figures["on_station_share"]),
        f"{100 * low:.1f} to {100 * high:.1f}" if high > low else NONE,
        number(figures["off_station_median_m"] / 1e3),
        number(figures["off_station_p95_m"] / 1e3),
        number(figures["off_station_max_m"] / 1e3),
        number(figures["wind_p95_m_s"]),
        number(100 * figures["charge_min"]),
        number(100 * figures["dark_share"]),
    ]
