"""The page of a sweep: what was varied, the figures that moved, every variant in a table."""

import re
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
from matplotlib.axes import Axes

from skyweft.drawing.charts import PAGE, chart
from skyweft.drawing.html_page import put, sheet
from skyweft.drawing.markup import (
    Cell,
    Markup,
    Number,
    beside,
    escaped,
    figure,
    joined,
    paragraph,
    table,
    titled,
)
from skyweft.drawing.reading import numbers
from skyweft.plot.sweep import sweep as draw
from skyweft.sweeps import Sweep
from skyweft.sweeps.metrics import survived

CHARTS_MAX = 12
COLUMNS_MAX = 6  # figures in the table; the files hold all
ROWS_MAX = 200
VARIANTS_MAX = 8  # that a warning names
# What a planner asks first; other figures are in the table's files.
ASKED = re.compile(
    r"(share_(delivered|served|reachable|carried|lost|in_contact_mean)|coverage_fraction_mean|selected"
    r"|longest_gap_s|(delay|response_time|age)_(median|mean|p50|p95)_s|hops_mean|passes_per_site_per_day"
    r"|carried_mean_bps|bits_per_day|in_view_mean|battery_life_mean_s)$"
)


def write_sweep(sweep: Sweep, path: str | Path) -> Path:
    """Write the page of a sweep as one self-contained HTML file.

    Parameters
    ----------
    sweep : Sweep
        From `skyweft.sweep` or `skyweft.open_sweep`.
    path : str or Path
        The file to write; an older one is replaced only when the new one is whole.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ScenarioError
        The file cannot be written; nothing half-written stays.
    """
    return put(_page(sweep), path)


def _page(sweep: Sweep) -> str:
    moved = _moved(sweep.table)
    body = [
        _head(sweep),
        _charts(sweep, moved),
        _variants(sweep, moved),
        _warned(sweep),
        _failed(sweep),
    ]
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    return sheet(sweep.plan["name"], "sweep", policy, joined(body))


def _moved(found: pa.Table) -> list[str]:
    """Return the asked figures that are not the same in all variants."""
    names = [name for name in found.column_names if ASKED.search(name)]
    values = {name: numbers(found, name) for name in names}
    moved = [
        name for name, value in values.items() if len(np.unique(value[np.isfinite(value)])) > 1
    ]
    # What is of survivors alone stands behind the share that survives, moved or not.
    shares = {name: survived(name, found.column_names) for name in moved}
    return list(
        dict.fromkeys(column for name in moved for column in (shares[name], name) if column)
    )


def _varied(sweep: Sweep) -> list[str]:
    """Return the keys that take several values, those of most values first."""
    counts = {key: len(sweep.table[key].unique()) for key in sweep.keys}
    return sorted((key for key in counts if counts[key] > 1), key=lambda key: -counts[key])


def _head(sweep: Sweep) -> Markup:
    values = {
        key: ", ".join(_word(value) for value in sweep.table[key].unique().to_pylist()[:20])
        for key in sweep.keys
    }
    facts = {
        "Variants": f"{sweep.table.num_rows:,}",
        **({"Failed": f"{len(sweep.failed):,}"} if sweep.failed else {}),
        **values,
    }
    listed = "".join(
        f"<div><dt>{escaped(name)}</dt><dd>{escaped(fact)}</dd></div>"
        for name, fact in facts.items()
    )
    return Markup(
        f'<div class="head"><p class="kind">Sweep</p><h1>{escaped(sweep.plan["name"])}</h1>'
        f'<dl class="facts">{listed}</dl></div>'
    )


def _charts(sweep: Sweep, moved: list[str]) -> Markup:
    keys = _varied(sweep)
    if not moved:
        return titled("figures", "Figures", "No figure of those asked most often has moved.")
    if not 1 <= len(keys) <= 2:
        lead = f"{len(keys)} keys take several values: draw them with skyweft.plot.sweep."
        return titled("figures", "Figures", lead)
    drawings = [
        figure(
            chart(partial(_draw, sweep.table, name, keys), name, 560, 300, f"figure-{number}"),
            _caption(sweep.table, name),
        )
        for number, name in enumerate(moved[:CHARTS_MAX])
    ]
    pairs = [beside(*drawings[first : first + 2]) for first in range(0, len(drawings), 2)]
    more = len(moved) - CHARTS_MAX
    rest = paragraph(f"{more} more figures have moved; sweep.csv holds all.") if more > 0 else ""
    return titled("figures", "Figures that moved", "", *pairs, Markup(rest))


def _caption(found: pa.Table, name: str) -> str:
    """Return a figure's name; of survivors' figures also how many survive."""
    share = survived(name, found.column_names)
    if share is None:
        return name
    values = numbers(found, share)
    low, high = np.nanmin(values), np.nanmax(values)
    return f"{name}, over what is left: {share} from {low:.1%} to {high:.1%}"


def _draw(found: pa.Table, name: str, keys: list[str], ax: Axes) -> None:
    draw(found, name, keys, ax=ax, palette=PAGE)
    if ax.get_lines():
        ax.set_ylabel("")  # its name stands below


def _variants(sweep: Sweep, moved: list[str]) -> Markup:
    names = [*sweep.keys, *moved[:COLUMNS_MAX]]
    rows = sweep.table.select(["variant", *names]).slice(0, ROWS_MAX).to_pylist()
    body: list[list[Cell]] = [
        [f"{row['variant']:05d}", *(_cell(row[name]) for name in names)] for row in rows
    ]
    heads = [("variant", ""), *((name, "") for name in names)]
    lead = "Each variant is a run in the folder of its number. All figures are in sweep.csv."
    if len(sweep.table) > ROWS_MAX:
        lead += f" These are the first {ROWS_MAX:,} of {len(sweep.table):,}."
    return titled("variants", "Variants", lead, table("Variants", heads, body))


def _warned(sweep: Sweep) -> Markup:
    """Return every warning with the variants that have it; some differ in their numbers alone."""
    if not sweep.warnings:
        return Markup("")
    having: dict[str, list[int]] = {}
    for number, lines in sweep.warnings.items():
        for line in lines.splitlines():
            having.setdefault(line, []).append(number)
    rows: list[list[Cell]] = [
        [_listed(numbers), line] for line, numbers in list(having.items())[:ROWS_MAX]
    ]
    lead = f"{len(sweep.warnings):,} of {len(sweep.table):,} variants have warnings."
    heads = [("variants", ""), ("warning", "")]
    return titled("warnings", "Warnings", lead, table("Warnings", heads, rows))


def _listed(numbers: list[int]) -> str:
    """Return the numbers of variants, the first few of many."""
    more = len(numbers) - VARIANTS_MAX
    reported = ", ".join(str(number) for number in numbers[:VARIANTS_MAX])
    return f"{reported} and {more:,} more" if more > 0 else reported


def _failed(sweep: Sweep) -> Markup:
    if not sweep.failed:
        return Markup("")
    rows = [[f"{number:05d}", why] for number, why in list(sweep.failed.items())[:ROWS_MAX]]
    heads = [("variant", ""), ("reason", "")]
    return titled("failed", "Failed", "", table("Failed variants", heads, rows))


def _cell(value: object) -> Cell:
    return _word(value) if isinstance(value, str) else Number(_word(value))


def _word(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    if not isinstance(value, float):
        return str(value)
    return f"{value:,.0f}" if abs(value) >= 1e5 else f"{value:,.6g}"
