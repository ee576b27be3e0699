"""Drawings of a sweep: one figure over one or two of the keys that were changed."""

import re
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from matplotlib.axes import Axes
from matplotlib.ticker import EngFormatter
from numpy.typing import NDArray

from skyweft.drawing.axes import dress, given_or_new
from skyweft.drawing.maps import colour_bar, spread, steps, tiles
from skyweft.drawing.palette import LIGHT, Palette
from skyweft.drawing.reading import numbers

LINES_MAX = 4  # values of a second key that lines can still be told apart by
LABEL_MAX = 30  # letters of an axis label on one line
DASHES = ("solid", (0, (5, 2)), (0, (2, 1.5)), (0, (6, 1.5, 1, 1.5)))

Floats = NDArray[np.float64]


def sweep(
    table: pa.Table,
    figure: str,
    keys: Sequence[str],
    ax: Axes | None = None,
    palette: Palette = LIGHT,
) -> Axes:
    """Draw a figure of a sweep's variants over one or two keys.

    Parameters
    ----------
    table : pyarrow.Table
        Of a sweep; filter it first where more keys were changed than are drawn.
    figure : str
        Column to draw, such as `coverage.cells.coverage_fraction_mean`.
    keys : sequence of str
        One: a line over its values. Two: a line for each value of the second where these are
        four at most, else a heat map.
    ax : matplotlib.axes.Axes, optional
        New ones unless given.
    palette : Palette
        Colours.

    Returns
    -------
    matplotlib.axes.Axes
        Variants without the figure are gaps.

    Raises
    ------
    ValueError
        A column is not there, or several variants have the same values of the keys.
    """
    if missing := [key for key in (figure, *keys) if key not in table.column_names]:
        raise ValueError(f"the table has no column {', '.join(missing)}")
    if not 1 <= len(keys) <= 2:
        raise ValueError(f"a figure is drawn over one or two keys, got {len(keys)}")
    ax = given_or_new(ax)
    first, *others = (_Axis(table, key) for key in keys)
    second = others[0] if others else None
    grid = _grid(numbers(table.select([figure]), figure).astype(np.float64), first, second)
    if second and len(second.words) > LINES_MAX:
        _heat(ax, grid, first, second, figure, palette)
    else:
        _lines(ax, grid, first, second, figure, palette)
    return ax


class _Axis:
    """The values of a key, each once, in order; and which one each variant has."""

    def __init__(self, table: pa.Table, key: str) -> None:
        column = table[key].combine_chunks()
        values = pc.unique(column)
        kind = column.type
        self.key = key
        self.numeric = (pa.types.is_integer(kind) or pa.types.is_floating(kind)) and len(values) > 1
        if self.numeric:
            values = values.take(pc.sort_indices(values))
        self.row = pc.index_in(column, values).to_numpy(zero_copy_only=False)
        plain = values.to_pylist()
        self.words = ["as in the file" if value is None else _written(value) for value in plain]
        # Values lie evenly where they are text or span powers of ten.
        self.place = np.arange(len(plain), dtype=np.float64)
        if self.numeric and None not in plain:
            number = np.array(plain, np.float64)
            self.place = number if _even(number) else self.place

    def ticks(self, ax: Axes, side: str, place: Floats) -> None:
        """Write the values beside an axis, and the key's name."""
        axis = ax.xaxis if side == "x" else ax.yaxis
        axis.set_ticks(place.tolist(), [word.replace("$", r"\$") for word in self.words])
        axis.set_label_text(self.key)


def _even(number: Floats) -> bool:
    """Whether ticks at these numbers stand far enough apart to be read."""
    gaps = np.diff(number)
    return bool(gaps.min() * 12 >= number[-1] - number[0])


def _written(value: object) -> str:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return f"{value:,.10g}" if number else str(value)


def _broken(name: str) -> str:
    """Write a long dotted name on several lines."""
    lines = [""]
    for part in re.split(r"(?<=[./])", name):
        lines += [""] if len(lines[-1]) + len(part) > LABEL_MAX else []
        lines[-1] += part
    return "\n".join(filter(None, lines))


def _grid(figure: Floats, first: _Axis, second: _Axis | None) -> Floats:
    """Return the figure by values of both keys; NaN where there is no variant."""
    rows = second.row if second else np.zeros(len(figure), np.int64)
    shape = (len(second.words) if second else 1, len(first.words))
    place = rows.astype(np.int64) * shape[1] + first.row.astype(np.int64)
    if len(np.unique(place)) < len(place):
        raise ValueError("several variants have the same values of these keys; filter the table")
    grid = np.full(shape[0] * shape[1], np.nan)
    grid[place] = figure
    return grid.reshape(shape)


def _lines(
    ax: Axes, grid: Floats, first: _Axis, second: _Axis | None, figure: str, palette: Palette
) -> None:
    dress(ax, palette, grid="y")
    colours = (palette.accent, palette.ground, palette.near_space, palette.air)
    for row, values in enumerate(grid):
        ax.plot(
            first.place,
            values,
            color=colours[row],
            linestyle=DASHES[row],
            linewidth=1.6,
            marker="o",
            markersize=4,
            label=second.words[row] if second else None,
        )
    first.ticks(ax, "x", first.place)
    ax.margins(x=0.04)
    if np.nanmax(np.abs(grid), initial=0.0) >= 1e5:
        ax.yaxis.set_major_formatter(EngFormatter())
    ax.set_ylabel(_broken(figure))
    if second:
        key = ax.legend(
            title=second.key,
            frameon=False,
            labelcolor=palette.ink,
            loc="lower left",
            bbox_to_anchor=(0, 1),
            ncols=LINES_MAX,
            alignment="left",
            borderaxespad=0.2,
        )
        key.get_title().set_color(palette.muted)


def _heat(
    ax: Axes, grid: Floats, first: _Axis, second: _Axis, figure: str, palette: Palette
) -> None:
    dress(ax, palette)
    ax.spines["bottom"].set_visible(False)
    levels = steps(grid.ravel(), len(palette.ramp))
    ramp = spread(palette.ramp, len(levels) - 1)
    tiles(ax, grid, levels, ramp)
    for axis, side, count in ((first, "x", grid.shape[1]), (second, "y", grid.shape[0])):
        axis.ticks(ax, side, np.arange(count, dtype=np.float64))
    colour_bar(ax, levels, ramp, figure, palette)
