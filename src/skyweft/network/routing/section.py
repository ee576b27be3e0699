"""Which route traffic takes, its delay, how often it changes, and where there is none, why."""

from collections.abc import Mapping, Sequence
from math import gcd
from typing import Any

import numpy as np
import pyarrow as pa

from skyweft.drawing.charts import HALF, PAGE, chart
from skyweft.drawing.markup import (
    Cell,
    Markup,
    Number,
    beside,
    figure,
    folded,
    heading,
    joined,
    paragraph,
    table,
    titled,
)
from skyweft.drawing.numerals import NONE, count, minutes, number, percent, share_of
from skyweft.drawing.reading import Floats, codes, numbers, words
from skyweft.drawing.section import Section
from skyweft.network.product import REASONS
from skyweft.network.routing import disjoint_pairs
from skyweft.network.routing.alternatives import asked_for
from skyweft.network.routing.model import Routes
from skyweft.network.routing.plot.disjoint import PAIRS_DRAWN as APART_DRAWN
from skyweft.network.routing.plot.disjoint import backup_path, disjoint_paths
from skyweft.network.routing.plot.routes import (
    NAMES_MAX,
    PAIRS_DRAWN,
    best_connected,
    delay_distance,
    delay_map,
    delay_matrix,
    route_churn,
    route_delay_cdf,
)
from skyweft.network.routing.statistics import FIBRE_INDEX, HANDOVER_S
from skyweft.network.routing.summary import MISSED
from skyweft.store.parquet import read_some
from skyweft.store.reading import Folder

ROWS_READ = 2_000_000  # of routes.parquet: enough for a curve
PAIRS_SHOWN, PAIRS_MAX = 12, 60
NAMED = 4
_ASKED = {
    None: "{} loop-free paths",
    "links": "{} routes that share no link",
    "nodes": "{} routes that share no platform",
}


def section(folder: Folder) -> Section:
    """Return which route traffic takes."""
    return Section(
        _body(folder),
        {"routes": "Routes"},
        sources=[("routes, delays, changes, reasons", "network.routes", "routes.parquet")],
    )


def _body(folder: Folder) -> Markup:
    rules = folder.scenario.rules(Routes)
    pairs, times = folder.table("route_statistics"), folder.route_snapshots
    if not pairs.num_rows:
        return Markup("")
    labels = [f"{_listed(rule.sources)} → {_listed(rule.targets)}" for rule in rules]
    routes, every = read_some(
        folder.file("routes"), ["route", "rank", "delay_s"], _stride(pairs, times, rules)
    )
    routes = routes.filter(pa.array(numbers(routes, "rank") == 1))
    return titled(
        "routes",
        "Routes",
        "The best route from every source to every target at each snapshot: straight lines at the "
        "speed of light and what passing through a platform takes. Delays are one way.",
        _rules_table(rules, labels, pairs, times, routes),
        paragraph(_notes(rules, every)),
        _alternatives(folder, rules, labels),
        beside(_delays_drawn(routes, labels), _distance(pairs, labels)),
        beside(_churn(times, labels), *_maps(pairs, folder.platforms, labels)),
        _worst(pairs),
        _reasons(pairs, labels, [row["reasons"] for row in folder.summary()["routes"]]),
    )


def _listed(groups: Sequence[str]) -> str:
    return ", ".join(groups)


def _stride(pairs: pa.Table, times: pa.Table, rules: Sequence[Routes]) -> int:
    """Return every which row to read: few enough, and not the same pairs at every snapshot."""
    per_rule = np.bincount(numbers(pairs, "route").astype(int))
    every = max(1, -(-int(numbers(times, "pairs").sum()) // ROWS_READ))
    # Nor the same rank of all pairs: a pair may have any number of rows up to the most.
    ranks = [rank for rule in rules for rank in range(2, asked_for(rule) + 1)]
    while every > 1 and any(gcd(every, int(many)) > 1 for many in [*per_rule, *ranks] if many):
        every += 1
    return every


def _rules_table(
    rules: Sequence[Routes],
    labels: Sequence[str],
    pairs: pa.Table,
    times: pa.Table,
    routes: pa.Table,
) -> Markup:
    return table(
        "Figures of every rule of routes",
        [
            ("routes", ""),
            ("pairs", ""),
            ("step", "s"),
            ("reachable", "% of time"),
            ("delay median", "ms"),
            ("95 %", "ms"),
            ("hops", "mean"),
            ("beat fibre", "% of pairs"),
            ("changes", "per pair, h"),
            ("handovers", "per pair, h"),
        ],
        (
            _rule(
                rule,
                labels[place],
                *(count.filter(_of(count, place)) for count in (pairs, times, routes)),
            )
            for place, rule in enumerate(rules)
        ),
    )


def _of(rows: pa.Table, rule: int) -> pa.Array:
    return pa.array(numbers(rows, "route") == rule)


def _rule(
    rule: Routes, label: str, pairs: pa.Table, times: pa.Table, routes: pa.Table
) -> list[Cell]:
    delay_s = numbers(routes, "delay_s")
    delay_s = delay_s[np.isfinite(delay_s)]
    reachable = numbers(times, "reachable")
    hops = np.nansum(numbers(times, "hops_mean") * reachable)
    watched_h = numbers(times, "pairs_compared").sum() * rule.step_s / 3_600
    fibre = numbers(pairs, "stretch_fibre")
    return [
        label,
        count(pairs.num_rows),
        Number(f"{rule.step_s:g}"),
        share_of(_over(reachable.sum(), numbers(times, "pairs").sum())),
        *(
            number(1e3 * float(np.quantile(delay_s, share)) if len(delay_s) else np.nan)
            for share in (0.5, 0.95)
        ),
        number(_over(float(hops), reachable.sum())),
        share_of(_over(np.sum(fibre < 1), np.sum(np.isfinite(fibre)))),
        *(
            number(_over(numbers(times, name).sum(), watched_h))
            for name in ("changes", "handovers")
        ),
    ]


def _over(value: Any, by: Any) -> float:
    return float(value) / float(by) if by else np.nan


def _notes(rules: Sequence[Routes], every: int) -> str:
    step_s = max(rule.step_s for rule in rules)
    most = 3_600 / step_s
    words = (
        f"Fibre: along the great circle at c / {FIBRE_INDEX:g}, shorter than any cable. A change "
        "is another route than one snapshot before, a handover another first platform; what comes "
        f"and goes between two snapshots is not seen, at a step of {step_s:g} s no more than "
        f"{most:g} an hour."
    )
    if every > 1:
        words += f" Delays of every {every}th route are counted; the other figures are of all."
    return words


def _alternatives(folder: Folder, rules: Sequence[Routes], labels: Sequence[str]) -> Markup:
    """Return how many pairs have other routes, and how much longer those take."""
    rows: list[list[Cell]] = []
    for rule, label, metrics in zip(rules, labels, folder.summary()["routes"], strict=True):
        found = metrics["alternatives"]
        if found is not None:
            rows.append([label, _ASKED[rule.disjoint].format(found["wanted"]), *_extra(found)])
    if not rows:
        return Markup("")
    heads = [
        ("routes", ""),
        ("asked for", ""),
        ("found", "% of pairs"),
        ("extra median", "ms"),
        ("95 %", "ms"),
    ]
    return joined(
        [
            heading("Alternatives"),
            table("Other routes of every rule", heads, rows),
            paragraph(
                "Found: share of all pairs at all snapshots that have so many routes. Extra: how "
                "much longer the last of them takes than the best route; by hops it may be "
                "shorter. All other figures are of the best routes."
            ),
            *(
                _apart(folder, number, label)
                for number, (rule, label) in enumerate(zip(rules, labels, strict=True))
                if rule.disjoint
            ),
        ]
    )


def _apart(folder: Folder, route: int, label: str) -> Markup:
    """Return how often pairs have two disjoint paths, beside what the second one costs."""
    routes = disjoint_pairs.disjoint_paths(folder.file("routes"), route)
    if not routes.num_rows:
        return Markup("")
    some = min(routes.num_rows, APART_DRAWN)
    which = f"the {some} worst of {routes.num_rows:,} pairs" if some < routes.num_rows else "pairs"
    height = 74 + 19 * some
    return beside(
        figure(
            chart(
                lambda ax: disjoint_paths(routes, ax, PAGE),
                f"Share of time with two disjoint paths, one, or none: {label}",
                HALF,
                height,
                f"routes-disjoint-{route}",
            ),
            f"{label}: how often two routes pass nothing in common, {which}. Where there is one "
            "only, a single failure may cut the pair off.",
        ),
        figure(
            chart(
                lambda ax: backup_path(routes, ax, PAGE),
                f"How much longer the backup path takes: {label}",
                HALF,
                height,
                f"routes-second-{route}",
            ),
            "What switching to the backup path costs: mean (dot), least and most (line).",
        ),
    )


def _extra(found: Mapping[str, Any]) -> list[Cell]:
    share, *extra_s = (np.nan if it is None else float(it) for it in list(found.values())[1:])
    return [share_of(share), *(number(1e3 * longer_s, 2) for longer_s in extra_s)]


def _delays_drawn(routes: pa.Table, labels: Sequence[str]) -> Markup:
    drawing = chart(
        lambda ax: route_delay_cdf(routes, ax, PAGE, labels),
        "Share of all routes that take at most so long",
        HALF,
        330,
        "routes-delay",
    )
    return figure(
        drawing,
        "Delay of all routes at all snapshots. A curve ends below 100 % where pairs have no route "
        "at times.",
    )


def _distance(pairs: pa.Table, labels: Sequence[str]) -> Markup:
    drawing = chart(
        lambda ax: delay_distance(pairs, ax, PAGE, labels),
        "Median delay of pairs against their great circle",
        HALF,
        330,
        "routes-distance",
    )
    caption = (
        "A point a pair, by great circle and median delay. Lines: the great circle at the speed of "
        f"light, and in fibre (c / {FIBRE_INDEX:g})."
    )
    most = np.bincount(numbers(pairs, "route").astype(int)).max()
    if most > PAIRS_DRAWN:
        caption += f" Of the larger rules every {-(-int(most) // PAIRS_DRAWN)}th pair is drawn."
    return figure(drawing, caption)


def _churn(times: pa.Table, labels: Sequence[str]) -> Markup:
    drawing = chart(
        lambda ax: route_churn(times, ax, PAGE, labels),
        "Route changes an hour over time",
        HALF,
        330,
        "routes-churn",
    )
    return figure(drawing, "How often routes change, mean over the pairs of a rule.")


def _maps(pairs: pa.Table, platforms: pa.Table, labels: Sequence[str]) -> list[Markup]:
    """Return a picture a rule, of the first three: a matrix where names are few, else a map."""
    drawn = []
    reachable = np.isfinite(numbers(pairs, "delay_median_s"))
    for rule, label in list(enumerate(labels))[:3]:
        mine = pairs.filter(_of(pairs, rule))
        sides = [len(mine[side].combine_chunks().unique()) for side in ("source", "target")]
        if not reachable[numbers(pairs, "route") == rule].any():
            continue
        if max(sides) <= NAMES_MAX:
            drawn.append(_matrix(pairs, rule, label, sides))
        else:
            drawn.append(_map(pairs, platforms, rule, label))
    return drawn


def _matrix(pairs: pa.Table, rule: int, label: str, sides: Sequence[int]) -> Markup:
    longest = max(len(name) for name in words(pairs.filter(_of(pairs, rule)), "target").to_pylist())
    drawing = chart(
        lambda ax: delay_matrix(pairs, rule, ax, PAGE),
        f"Median delay from every source to every target of {label}",
        HALF,
        110 + 7 * min(longest, 24) + max(17 * sides[0], 60),
        f"routes-matrix-{rule}",
    )
    return figure(drawing, f"Median delay of {label}: sources left, targets below.")


def _map(pairs: pa.Table, platforms: pa.Table, rule: int, label: str) -> Markup:
    source = best_connected(pairs, rule)
    drawing = chart(
        lambda ax: delay_map(pairs, platforms, source, rule, ax, PAGE),
        f"World map of the median delay from {source}",
        HALF,
        352,
        f"routes-map-{rule}",
    )
    return figure(
        drawing,
        f"Median delay of {label} from {source} (star), the best-connected source. Movers are not "
        "drawn; a cross is never reached.",
    )


_HEADS = (
    ("from → to", ""),
    ("reachable", "% of time"),
    ("delay", "median, ms"),
    ("95 %", "ms"),
    ("jitter", "ms"),
    ("distance", "km"),
    ("light", "times"),
    ("fibre", "times"),
    ("changes", "per h"),
    ("interrupted", "s per h"),
    ("outage", "longest, min"),
)


def _worst(pairs: pa.Table) -> Markup:
    """Return the pairs that are served worst."""
    served = numbers(pairs, "share_reachable") > 0
    never = int(np.sum(~served))
    if not served.any():
        return paragraph("No pair ever has a route.")
    pairs = pairs.filter(pa.array(served))
    share, stretch = (numbers(pairs, name) for name in ("share_reachable", "stretch_light"))
    far = numbers(pairs, "distance_m") > 2e6
    # Near pairs are stretched by the way up and down alone: that says nothing about the network.
    order = np.lexsort((-np.where(far, np.nan_to_num(stretch), 0.0), share))[:PAIRS_MAX]
    rows = _pair_rows(pairs.take(pa.array(order)))
    parts = [heading("Worst pairs"), table("Worst pairs", _HEADS, rows[:PAIRS_SHOWN])]
    if len(rows) > PAIRS_SHOWN:
        rest = rows[PAIRS_SHOWN:]
        parts.append(folded(f"{len(rest)} more pairs", table("More pairs", _HEADS, rest)))
    return joined(
        [
            *parts,
            paragraph(
                "Least reachable first, then by delay over that of light, pairs more than 2,000 km "
                f"apart before others. A handover is taken to interrupt for {HANDOVER_S:g} s, an "
                f"assumption. {pairs.num_rows:,} pairs have a route at some time"
                + (f", {never:,} never: see the reasons. " if never else ". ")
                + "All are in route_statistics.parquet."
            ),
        ]
    )


def _pair_rows(pairs: pa.Table) -> list[list[Cell]]:
    ends = [words(pairs, side).to_pylist() for side in ("source", "target")]

    def of(column: str, scale: float = 1.0) -> Floats:
        return numbers(pairs, column) * scale

    columns = [
        [share_of(float(value)) for value in of("share_reachable")],
        *([number(value) for value in of(name, 1e3)] for name in ("delay_median_s", "delay_p95_s")),
        [number(value, 2) for value in of("jitter_s", 1e3)],
        [number(value, 0) for value in of("distance_m", 1e-3)],
        *([number(value, 2) for value in of(name)] for name in ("stretch_light", "stretch_fibre")),
        [number(value) for value in of("changes_per_h")],
        [number(value, 2) for value in of("handovers_per_h", HANDOVER_S)],
        [minutes(value) if value else Number(NONE) for value in of("outage_max_s")],
    ]
    return [
        [f"{source} → {target}", *cells]
        for source, target, *cells in zip(*ends, *columns, strict=True)
    ]


def _reasons(
    pairs: pa.Table, labels: Sequence[str], shares: Sequence[Mapping[str, float]]
) -> Markup:
    """Return why pairs have no route; a line where all always have one.

    `shares` are of all routes of a rule, by reason and cause.
    """
    rows: list[list[Cell]] = []
    for rule, label in enumerate(labels):
        mine = pairs.filter(_of(pairs, rule))
        asked = numbers(mine, "snapshots").sum()
        told = {cause: share for cause, share in shares[rule].items() if cause not in REASONS}
        causes = ", ".join(
            f"{cause} {percent(share)}" if len(told) > 1 else cause for cause, share in told.items()
        )
        for column, reason in zip(MISSED, (*REASONS[1:-1], causes), strict=True):
            missed = numbers(mine, column)
            if missed.any():
                rows.append(
                    [
                        reason,
                        label,
                        count(float(np.sum(missed > 0))),
                        share_of(_over(missed.sum(), asked)),
                        _whose(mine.filter(pa.array(missed > 0)), column),
                    ]
                )
    if not rows:
        return paragraph("Every pair has a route at every snapshot.")
    heads = [
        ("why there is no route", ""),
        ("routes", ""),
        ("pairs", ""),
        ("routes", "% of all"),
        ("who", ""),
    ]
    return joined([heading("Reasons"), table("Why pairs have no route", heads, rows)])


def _whose(pairs: pa.Table, column: str) -> str:
    """Name those that are most often without a route for a reason."""
    sides = {"source_isolated": ["source"], "target_isolated": ["target"]}.get(
        column, ["source", "target"]
    )
    missed: dict[str, float] = {}
    for side in sides:
        names, code = codes(pairs, side)
        total = np.bincount(code, numbers(pairs, column), minlength=len(names))
        for name, share in zip(names, total.tolist(), strict=True):
            missed[name] = missed.get(name, 0.0) + share
    worst = sorted(missed, key=lambda name: (-missed[name], name))
    more = len(worst) - NAMED
    return ", ".join(worst[:NAMED]) + (f" and {more} more" if more > 0 else "")
