"""Who sees whom, when, and what the contacts are like."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from skyweft.contacts.pairs import unsearched
from skyweft.contacts.plot.meetings import Meetings, meetings, summed
from skyweft.contacts.plot.passes import duration_histogram, elevation_histogram, layer_shares
from skyweft.contacts.plot.timeline import draw_layer_timeline, draw_timeline, layer_spans, telling
from skyweft.drawing.charts import HALF, PAGE, WIDE, chart
from skyweft.drawing.markup import (
    Cell,
    Markup,
    beside,
    figure,
    heading,
    joined,
    paragraph,
    table,
    tile,
    titled,
)
from skyweft.drawing.numerals import count, minutes, number, percent, share_of
from skyweft.drawing.palette import LAYERS, SPOKEN
from skyweft.drawing.reading import Floats, Ints
from skyweft.drawing.section import Section
from skyweft.store.reading import Folder
from skyweft.world.lasting import lasting

_HEADS = (
    ("contacts", "per day"),
    ("mean contact", "min"),
    ("in contact", "% of time"),
    ("longest gap", "min"),
    ("highest", "deg"),
    ("nearest", "km"),
)


@dataclass(frozen=True, slots=True)
class Views:
    """Contacts summed up, a row a platform, or a platform and a layer it met."""

    contacts: Floats
    contact_s: Floats  # sum of the durations of single contacts
    share: Floats  # of the run's time with at least one
    gap_s: Floats  # longest, the run's ends included
    elevation_deg: Floats  # highest, NaN without any
    range_m: Floats  # least


def section(folder: Folder) -> Section:
    """Return who sees whom, when, and what the contacts are like."""
    met, length_s = meetings(folder.contacts, folder.platforms), folder.simulated_s
    return Section(
        joined(
            [
                _layers(met, length_s),
                _timeline(met, length_s),
                _passes(met, folder.contacts, length_s, unsearched(folder.scenario)),
            ]
        ),
        {"layers": "Who sees whom", "timeline": "Timeline", "passes": "Passes"},
        [
            tile(
                "Contacts",
                f"{len(met.start_s):,}",
                "",
                f"{_often(len(met.start_s) * 86_400 / length_s)} per day",
            ),
            *_tiles(met, length_s),
        ],
        [("contacts, shares of time, gaps, passes", "contacts", "contacts.parquet")],
    )


def _tiles(met: Meetings, length_s: float) -> list[Markup]:
    """Return how well those below space, else all, are connected to anything at all."""
    who = np.unique(np.concatenate([met.source, met.target]))
    below = who[met.layer[who] != LAYERS.index("space")]
    watched = met.kin(below if len(below) else who)
    if not len(watched):
        return []
    seen = with_anything(met, length_s)
    share, gap_s = seen.share[watched], seen.gap_s[watched]
    worst, longest = watched[np.argmin(share)], watched[np.argmax(gap_s)]
    whose = "below space" if len(below) else "in space"
    return [
        tile(
            "In contact",
            percent(float(share.mean())).removesuffix(" %"),
            "% of time",
            f"{len(watched):,} platforms {whose}, mean; worst {met.name(worst)}"
            f" {percent(float(share.min()))}",
        ),
        tile("Longest gap", lasting(float(gap_s.max())), "", f"{met.name(longest)}, no contact"),
    ]


def by_layer(met: Meetings, duration_s: float) -> Views:
    """Sum up the contacts of every platform with every layer: rows platform * 4 + layer."""
    who, whom, _, _ = met.both_ways()
    layers = len(LAYERS)
    row = who * layers + met.layer[whom]
    return _views(met, row, len(met.group) * layers, met.with_layers, duration_s)


def with_anything(met: Meetings, duration_s: float) -> Views:
    """Sum up the contacts of every platform: a row a platform."""
    return _views(met, met.both_ways()[0], len(met.group), met.with_anything, duration_s)


def _views(
    met: Meetings, row: Ints, size: int, spans: tuple[Ints, Floats, Floats], duration_s: float
) -> Views:
    """Sum up contacts by row, and the spans into which they were merged."""
    _, _, start_s, end_s = met.both_ways()
    key, first_s, last_s = spans
    gap_s = np.full(size, duration_s)
    new = np.concatenate([[True], key[1:] != key[:-1]])[: len(key)]
    gap_s[key[new]] = first_s[new]
    before_s = np.where(new, 0.0, first_s - np.roll(last_s, 1))
    np.maximum.at(gap_s, key, before_s)
    ends = np.roll(new, -1)
    np.maximum.at(gap_s, key[ends], duration_s - last_s[ends])
    highest = np.full(size, np.nan)
    np.fmax.at(highest, row, np.tile(met.elevation_max_deg, 2))
    nearest = np.full(size, np.inf)
    np.minimum.at(nearest, row, np.tile(met.range_min_m, 2))
    return Views(
        summed(row, np.ones(len(row)), size),
        summed(row, end_s - start_s, size),
        np.minimum(summed(key, last_s - first_s, size) / duration_s, 1.0),
        gap_s,
        highest,
        nearest,
    )


def _layers(met: Meetings, duration_s: float) -> Markup:
    """Return the section on which layer sees which."""
    if not len(met.start_s):
        return titled("layers", "Who sees whom", "No two platforms met under any link rule.")
    shares = layer_shares(met, duration_s)
    there = [layer for layer in range(len(LAYERS)) if np.isfinite(shares[layer]).any()]
    members = np.bincount(met.layer, minlength=len(LAYERS))
    rows: list[list[Cell]] = [
        [
            SPOKEN[LAYERS[low]],
            count(members[low]),
            *(share_of(float(shares[low, high])) for high in there),
        ]
        for low in there
    ]
    pairs = len(layer_spans(met))
    return titled(
        "layers",
        "Who sees whom",
        "Share of its time that a platform of the row has at least one contact with the column: "
        "the mean over all members of the groups that ever have one.",
        table(
            "Share of time in contact, layer by layer",
            [("layer", ""), ("platforms", ""), *((SPOKEN[LAYERS[layer]], "%") for layer in there)],
            rows,
        ),
        figure(
            chart(
                lambda ax: draw_layer_timeline(met, duration_s, ax, PAGE),
                "Share of the platforms of each layer in contact with each other layer, over time",
                WIDE,
                70 + 44 * pairs,
                "layers-time",
            ),
            "When: the height of a row is the share of those platforms [0 to 100 %] in contact at "
            "that time; right, its mean and how many platforms it counts.",
            wide=True,
        ),
    )


def _timeline(met: Meetings, duration_s: float) -> Markup:
    """Return the section with a row a platform."""
    chosen = telling(met, duration_s)
    if not len(chosen):
        return Markup("")
    seen = np.unique(met.with_layers[0]) // len(LAYERS)
    rows = sum(max(1, int(np.count_nonzero(seen == rule))) for rule in chosen)
    return titled(
        "timeline",
        "Contact timeline",
        _chosen(met, chosen),
        figure(
            chart(
                lambda ax: draw_timeline(met, chosen, duration_s, ax, PAGE),
                "When each of the chosen platforms was in contact with each layer",
                WIDE,
                100 + 23 * rows,
                "timeline-bars",
            ),
            "Bars: at least one contact; where several overlap, the solid part is as high as their "
            "number. Right: the layer in contact, its share of the time, the most at once.",
            wide=True,
        ),
    )


def _passes(
    met: Meetings, contacts: pa.Table, duration_s: float, without: frozenset[str]
) -> Markup:
    """Return the section on how long, how high and how often."""
    if not len(met.start_s):
        return Markup("")
    seen = by_layer(met, duration_s)
    charts = []
    if np.isfinite(met.elevation_max_deg).any():
        charts.append(
            figure(
                chart(
                    lambda ax: elevation_histogram(contacts, ax, PAGE),
                    "Histogram of the highest elevation of the contacts",
                    HALF,
                    230,
                    "passes-high",
                ),
                "How high contacts culminate.",
            )
        )
    charts.append(
        figure(
            chart(
                lambda ax: duration_histogram(contacts, ax, PAGE),
                "Histogram of the duration of the contacts",
                HALF,
                230,
                "passes-long",
            ),
            "How long contacts last; those cut by the run's ends are left out.",
        )
    )
    return titled(
        "passes",
        "Passes",
        "A contact is one window of one pair under one rule. In contact: at least one of them.",
        heading("By group"),
        table(
            "Contacts of each group with each layer",
            [("group", ""), ("sees", ""), ("platforms", ""), *_HEADS],
            _group_rows(met, seen, duration_s, without),
        ),
        paragraph(
            "A row counts the platforms with at least one such contact: contacts, mean contact and "
            "share are their means, longest gap the worst, highest and nearest the best."
        ),
        heading("By platform"),
        table(
            "Contacts of the chosen platforms with each layer",
            [("platform", ""), ("sees", ""), *_HEADS],
            _platform_rows(met, seen, telling(met, duration_s), duration_s),
        ),
        paragraph("The platforms of the timeline; every pair is in contact_statistics.parquet."),
        beside(*charts),
    )


def _group_rows(
    met: Meetings, seen: Views, duration_s: float, without: frozenset[str]
) -> list[list[Cell]]:
    rows: list[list[Cell]] = []
    for group, name in enumerate(met.groups):
        members = np.flatnonzero(met.group == group)
        if name in without:  # whom they see is known where they send, and not summed up here
            unknown = [number(np.nan)] * len(_HEADS)
            rows.append([name, "no windows searched", count(len(members)), *unknown])
            continue
        if not np.any(seen.contacts.reshape(-1, len(LAYERS))[members]):
            rows.append([name, "nobody", count(len(members)), *_never(duration_s)])
        for layer, spoken in enumerate(SPOKEN.values()):
            mine = members * len(LAYERS) + layer
            mine = mine[seen.contacts[mine] > 0]
            if len(mine):
                rows.append([name, spoken, count(len(mine)), *_cells(seen, mine, duration_s)])
    return rows


def _platform_rows(met: Meetings, seen: Views, chosen: Ints, duration_s: float) -> list[list[Cell]]:
    return [
        [met.name(platform), spoken, *_cells(seen, row, duration_s)]
        for platform in chosen
        for layer, spoken in enumerate(SPOKEN.values())
        if seen.contacts[row := np.array([platform * len(LAYERS) + layer])][0] > 0
    ]


def _cells(seen: Views, mine: Ints, duration_s: float) -> list[Cell]:
    """Return the figures of `_HEADS` over some rows that all have contacts."""
    share = float(seen.share[mine].mean())
    high = seen.elevation_deg[mine]
    return [
        number(float(seen.contacts[mine].mean()) * 86_400 / duration_s),
        minutes(float(seen.contact_s[mine].sum() / seen.contacts[mine].sum())),
        share_of(share),
        minutes(float(seen.gap_s[mine].max())),
        number(float(np.nanmax(high)) if np.isfinite(high).any() else np.nan),
        number(float(seen.range_m[mine].min()) / 1e3),
    ]


def _never(duration_s: float) -> list[Cell]:
    return [number(0), number(np.nan), share_of(0.0), minutes(duration_s), *[number(np.nan)] * 2]


def _chosen(met: Meetings, chosen: Ints) -> str:
    """Say which platforms are shown, and of how many."""
    total = len(np.unique(met.group[chosen]))
    whole = all(
        np.count_nonzero(met.group == group) == np.count_nonzero(met.group[chosen] == group)
        for group in np.unique(met.group[chosen])
    )
    words = f"{len(chosen)} of {len(met.group):,} platforms"
    if len(chosen) == len(met.group):
        return "All platforms."
    if whole:
        return f"{words}: all members of {total} {'group' if total == 1 else 'groups'}."
    return f"{words}: of a large group the worst connected, the median and the best."


def _often(a_day: float) -> str:
    """Write a count a day: what is rare is not never."""
    return f"{a_day:,.0f}" if a_day >= 10 else f"{a_day:.2g}"
