"""The section of a stage that brings none of its own: its key metrics and its tables."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from skyweft.columns import Table
from skyweft.drawing.markup import Cell, Markup, Number, heading, paragraph, table, titled
from skyweft.drawing.numerals import NONE
from skyweft.drawing.section import Section
from skyweft.results import Run
from skyweft.stage import Stage

ROWS_MAX, LISTED_MAX = 40, 8


def generic(run: Run, stage: Stage) -> Section:
    """Return what every stage has: key metrics from summary.json, and tables.

    Parameters
    ----------
    run : Run
        A finished run.
    stage : Stage
        That took part in it.
    """
    found = run.summary().get(stage.key)
    held = [table for table in stage.tables if run.holds(table.name)]
    if not (found or held):
        return Section()
    title = _spoken(stage.key).capitalize()
    files = ", ".join(f"{table.name}.parquet" for table in held)
    return Section(
        titled(stage.key, title, "", *_metrics(title, found), *_tables(run, held)),
        {stage.key: title},
        sources=[(_spoken(stage.key), stage.key, files)] if held else [],
    )


def _metrics(title: str, found: Any) -> Iterator[Markup]:
    """Yield a table of single figures, and one of each list of figures that are alike."""
    single: list[Sequence[Cell]] = []
    for name, value in _flat(found):
        if _alike(value):
            if name:
                yield heading(_spoken(name).capitalize())
            yield from _rows(f"{title} {_spoken(name)}".strip(), value)
        else:
            single.append([_spoken(name), _cell(value)])
    if single:
        yield table(f"{title}: key metrics", [("figure", ""), ("value", "")], single)


def _flat(found: Any, above: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every figure with the route to it."""
    if not isinstance(found, Mapping):
        if found is not None or above:
            yield above, found
        return
    for name, value in found.items():
        yield from _flat(value, f"{above} {name}".strip())


def _alike(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(k, Mapping) for k in value)


def _rows(caption: str, rows: Sequence[Mapping[str, Any]]) -> Iterator[Markup]:
    flat = [dict(_flat(row)) for row in rows]
    names = list(dict.fromkeys(name for row in flat for name in row))
    cells = [[_cell(row.get(name)) for name in names] for row in flat[:ROWS_MAX]]
    yield table(caption, [(_spoken(name), "") for name in names], cells)
    if len(rows) > ROWS_MAX:
        yield paragraph(f"{ROWS_MAX} of {len(rows):,}; all are in summary.json.")


def _cell(value: Any) -> Cell:
    """Write what JSON can hold."""
    if value is None:
        return NONE
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return Number(f"{value:,}")
    if isinstance(value, float):
        return Number(f"{value:,.6g}")
    if isinstance(value, list):
        more = len(value) - LISTED_MAX
        reported = ", ".join(str(entry) for entry in value[:LISTED_MAX])
        return (reported + (f" and {more:,} more" if more > 0 else "")) or NONE
    return str(value)


def _tables(run: Run, held: Sequence[Table]) -> Iterator[Markup]:
    if not held:
        return
    rows: list[Sequence[Cell]] = []
    for product in held:
        path = run.file(product.name)
        rows.append([path.name, Number(f"{_count(path):,}"), product.rows])
    yield heading("Tables")
    yield table("Tables of this stage", [("file", ""), ("rows", ""), ("a row", "")], rows)


def _count(path: Path) -> int:
    return int(pq.read_metadata(path).num_rows)


def _spoken(name: str) -> str:
    return name.replace("_", " ")
