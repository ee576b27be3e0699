"""A map of how well the Earth is covered."""

from typing import Literal

import numpy as np
import pyarrow as pa
from matplotlib.axes import Axes

from skyweft.drawing.axes import given_or_new
from skyweft.drawing.maps import coloured_cells, earth
from skyweft.drawing.palette import LIGHT, Palette
from skyweft.drawing.reading import numbers

__all__ = ["coverage_map"]

Figure = Literal[
    "coverage_fraction",
    "in_view_mean",
    "longest_gap_s",
    "revisit_mean_s",
    "response_time_mean_s",
    "passes_per_day",
]
_SCALES: dict[str, tuple[float, str]] = {
    "coverage_fraction": (100.0, "share of time covered [%]"),
    "in_view_mean": (1.0, "platforms in view, mean [1]"),
    "longest_gap_s": (1 / 60, "longest gap [min]"),
    "revisit_mean_s": (1 / 60, "mean gap [min]"),
    "response_time_mean_s": (1 / 60, "mean wait until covered [min]"),
    "passes_per_day": (1.0, "passes per day [1/d]"),
}

_LESS_IS_BETTER = ("longest_gap_s", "revisit_mean_s", "response_time_mean_s")


def coverage_map(
    coverage: pa.Table,
    figure: Figure = "coverage_fraction",
    ax: Axes | None = None,
    palette: Palette = LIGHT,
) -> Axes:
    """Colour the cells of a coverage table over the outlines of the land.

    Parameters
    ----------
    coverage : pyarrow.Table
        The table of a run; its sites are drawn as points.
    figure : str
        The column to show.
    ax : matplotlib.axes.Axes, optional
        New ones unless given.
    palette : Palette
        Colours; the value is told in as many steps as the palette's ramp has.

    Returns
    -------
    matplotlib.axes.Axes
        With a bar that explains the colours, in percent, minutes or plain numbers.
    """
    ax = earth(given_or_new(ax), palette)
    scale, label = _SCALES[figure]
    cells = np.isfinite(numbers(coverage, "latitude_min_deg"))
    coloured_cells(
        ax,
        coverage.filter(pa.array(cells)),
        numbers(coverage, figure)[cells] * scale,
        label,
        palette,
        figure in _LESS_IS_BETTER,
    )
    ax.scatter(
        numbers(coverage, "longitude_deg")[~cells],
        numbers(coverage, "latitude_deg")[~cells],
        s=14,
        facecolor=palette.ink,
        edgecolor=palette.water,
        linewidth=0.8,
        zorder=4,
    )
    return ax
