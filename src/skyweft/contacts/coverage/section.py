"""How well the Earth and the chosen sites are covered."""

import numpy as np
import pyarrow as pa

from skyweft.contacts.coverage.model import Coverage as Asked
from skyweft.contacts.coverage.plot import Figure, coverage_map
from skyweft.drawing.charts import HALF, PAGE, chart
from skyweft.drawing.markup import (
    Cell,
    Markup,
    beside,
    figure,
    folded,
    heading,
    joined,
    paragraph,
    table,
    tile,
    titled,
)
from skyweft.drawing.numerals import count, minutes, number, percent, share_of
from skyweft.drawing.reading import Floats, numbers, words
from skyweft.drawing.section import Section
from skyweft.store.reading import Folder

BELT_DEG = 15
SITES_SHOWN = 12
SITES_MAX = 200
_HEADS = (
    ("covered", "% of time"),
    ("in view", "mean"),
    ("fewest", ""),
    ("most", ""),
    ("longest gap", "min"),
    ("mean gap", "min"),
    ("mean wait", "min"),
    ("passes", "per day"),
)
_CAPTIONS: dict[Figure, str] = {
    "coverage_fraction": "Share of the time with at least one platform in view.",
    "in_view_mean": "Platforms in view, mean over time.",
    "longest_gap_s": "Longest time without any platform in view.",
    "passes_per_day": "Passes of single platforms a day.",
}


def section(folder: Folder) -> Section:
    """Return how well cells and sites are covered."""
    coverage = folder.coverage
    if coverage is None:
        return Section()
    return Section(
        _body(folder, coverage) if coverage.num_rows else Markup(""),
        {"coverage": "Coverage"},
        _tiles(coverage),
        [("coverage", "contacts.coverage", "coverage.parquet")],
        after="contacts",
    )


def _tiles(coverage: pa.Table) -> list[Markup]:
    """Return how much of the area is covered, and by how many."""
    cells = np.isfinite(numbers(coverage, "latitude_min_deg"))
    share = numbers(coverage, "coverage_fraction")[cells]
    in_view = numbers(coverage, "in_view_mean")[cells]
    always = percent(float(np.mean(share > 1 - 1e-9)))
    return [
        tile(
            "Area covered",
            percent(float(share.mean())).removesuffix(" %"),
            "% of time",
            f"mean over {len(share):,} cells; {always} of them always",
        ),
        tile(
            "In view",
            f"{in_view.mean():.2f}",
            "platforms",
            f"mean over cells; {in_view.min():.2f} to {in_view.max():.2f}",
        ),
    ]


def _body(folder: Folder, coverage: pa.Table) -> Markup:
    wanted = folder.scenario.settings(Asked)
    assert wanted is not None
    cells = np.isfinite(numbers(coverage, "latitude_min_deg"))
    grid, sites = coverage.filter(pa.array(cells)), coverage.filter(pa.array(~cells))
    by = ", ".join(wanted.platforms)
    return titled(
        "coverage",
        "Coverage",
        f"{grid.num_rows:,} cells of equal area, covered while a platform of {by} stands at least "
        f"{wanted.elevation_min_deg:g}° above the horizon. Link budgets are not asked here.",
        beside(*(_map(coverage, chart) for chart in telling_maps(grid))),
        heading("By latitude"),
        table(
            "Coverage by latitude",
            [("latitude", ""), ("cells", ""), *_HEADS],
            _belts(grid),
        ),
        paragraph(
            "Means over the cells of a belt; fewest, most and longest gap are the belt's extremes. "
            "Gaps cut by the run's ends count in the longest gap and the wait, not in the mean gap."
        ),
        _sites(sites),
    )


def telling_maps(grid: pa.Table) -> list[Figure]:
    """Choose two maps: where all is covered all the time, gaps say nothing."""
    if np.all(numbers(grid, "coverage_fraction") > 0.9995):
        return ["in_view_mean", "passes_per_day"]
    return ["coverage_fraction", "longest_gap_s"]


def _map(coverage: pa.Table, what: Figure) -> Markup:
    drawing = chart(
        lambda ax: coverage_map(coverage, what, ax, PAGE),
        f"World map. {_CAPTIONS[what]}",
        HALF,
        352,
        f"map-{what.replace('_', '-')}",
    )
    return figure(drawing, _CAPTIONS[what])


def _belts(grid: pa.Table) -> list[list[Cell]]:
    """Return a row a belt of latitudes, north on top."""
    belt = np.floor(numbers(grid, "latitude_deg") / BELT_DEG).astype(int)
    return [
        [
            _belt(latitude),
            count(int(np.count_nonzero(belt == latitude))),
            *_cells(grid, belt == latitude),
        ]
        for latitude in sorted(np.unique(belt), reverse=True)
    ]


def _sites(sites: pa.Table) -> Markup:
    if not sites.num_rows:
        return Markup("")
    worst = np.argsort(numbers(sites, "coverage_fraction"), kind="stable")
    ordered = sites.take(pa.array(worst[:SITES_MAX]))
    names = words(ordered, "name").to_pylist()
    one = np.arange(len(names))
    rows: list[list[Cell]] = [
        [name, *_cells(ordered, one == place)] for place, name in enumerate(names)
    ]
    heads = [("site", ""), *_HEADS]
    parts = [heading("By site"), table("Coverage by site", heads, rows[:SITES_SHOWN])]
    if len(rows) > SITES_SHOWN:
        rest = rows[SITES_SHOWN:]
        parts.append(
            folded(f"{len(rest)} more sites", table("Coverage of more sites", heads, rest))
        )
    note = "Least covered first."
    if sites.num_rows > SITES_MAX:
        note += f" {SITES_MAX} of {sites.num_rows:,} sites; all are in coverage.parquet."
    return joined([*parts, paragraph(note)])


def _cells(rows: pa.Table, mine: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> list[Cell]:
    """Return the figures of `_HEADS` over some cells or sites."""

    def of(column: str) -> Floats:
        return numbers(rows, column)[mine]

    share = float(of("coverage_fraction").mean())
    gaps = of("gaps")
    revisit_s = np.nan_to_num(of("revisit_mean_s")) * gaps
    return [
        share_of(share),
        number(float(of("in_view_mean").mean()), 2),
        count(float(of("in_view_min").min())),
        count(float(of("in_view_max").max())),
        minutes(float(of("longest_gap_s").max())),
        minutes(float(revisit_s.sum() / gaps.sum()) if gaps.sum() else np.nan),
        minutes(float(of("response_time_mean_s").mean())),
        number(float(of("passes_per_day").mean())),
    ]


def _belt(each: int) -> str:
    """Write a belt as "30° to 45° N"."""
    low, high = each * BELT_DEG, (each + 1) * BELT_DEG
    if low >= 0:
        return f"{low}° to {high}° N"
    return f"{-high}° to {-low}° S"
