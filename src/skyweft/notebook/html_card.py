"""The card of a run: its key metrics and how many links are up over time, as HTML with one SVG."""

from collections.abc import Iterator
from html import escape
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from skyweft.stage.registry import ask, wanted
from skyweft.store.reading import Folder

Floats = NDArray[np.float64]

_WIDE, _HIGH = 420, 64
_POINTS = 210


def card(run: Folder) -> str:
    """Return the HTML of a run: key metrics of its stages, links over time, tables with rows."""
    folder, manifest = run.folder, run.manifest
    contacts = run.table("contacts", ("start_s", "end_s"))
    rows = "".join(
        f"<tr><th style='text-align:left'>{escape(name)}</th>"
        f"<td style='text-align:right'>{escape(value)}</td></tr>"
        for name, value in _metrics(run)
    )
    end_s = float(manifest["simulated_s"])
    cut = "" if manifest["complete"] else " (interrupted)"
    return (
        f"<div><b>{escape(manifest['name'])}</b> {end_s:,.0f} s{cut}"
        f"<table>{rows}</table>{_drawing(contacts, end_s)}"
        f"<details><summary>tables</summary>{_tables(folder)}</details>"
        f"<small>{escape(str(folder))}</small></div>"
    )


def _metrics(run: Folder) -> Iterator[tuple[str, str]]:
    summary = run.summary()
    for stage in wanted(run.scenario):
        for name, value in ask(stage, "card", summary, list) or ():
            yield str(name), str(value)


def _drawing(contacts: pa.Table, end_s: float) -> str:
    """Draw how many links are up, as a filled step line."""
    times = np.linspace(0.0, end_s, _POINTS)
    up = links_up(contacts["start_s"].to_numpy(), contacts["end_s"].to_numpy(), times)
    top = max(1, int(up.max(initial=0)))
    x, y = times / end_s * _WIDE, _HIGH - up / top * _HIGH
    line = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True))
    return (
        f"<svg width='{_WIDE}' height='{_HIGH + 18}' role='img' "
        f"aria-label='links that are up over time, {top:,} at most'>"
        f"<polygon points='0,{_HIGH} {line} {_WIDE},{_HIGH}' fill='#4fc3f7' fill-opacity='.35' "
        f"stroke='#0b6fa8'/><text x='0' y='{_HIGH + 14}' font-size='11' fill='currentColor'>"
        f"links up over {end_s / 3600:,.1f} h, {top:,} at most</text></svg>"
    )


def links_up(start_s: Floats, end_s: Floats, times: Floats) -> NDArray[np.int64]:
    """Return how many windows hold each of the ascending `times`; an end is outside."""
    began = np.searchsorted(np.sort(start_s), times, side="right")
    return (began - np.searchsorted(np.sort(end_s), times, side="right")).astype(np.int64)


def _tables(folder: Path) -> str:
    found = sorted(folder.glob("*.parquet"))
    rows = "".join(
        f"<tr><td style='text-align:left'>{escape(path.stem)}</td>"
        f"<td style='text-align:right'>{pq.read_metadata(path).num_rows:,} rows</td></tr>"
        for path in found
    )
    return f"<table>{rows}</table>"
