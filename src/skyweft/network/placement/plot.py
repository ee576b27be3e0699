"""Drawings of a plan of gateways: which sites to build, and what comes down through them."""

from typing import Any

import numpy as np
import pyarrow as pa
from matplotlib.axes import Axes
from matplotlib.ticker import EngFormatter
from numpy.typing import NDArray

from skyweft.drawing.axes import given_or_new, legend, over_time
from skyweft.drawing.maps import coasts, earth
from skyweft.drawing.palette import LIGHT, Palette
from skyweft.drawing.reading import numbers, words

__all__ = ["gateway_map", "gateway_supply"]

NAMED_MAX = 20


def gateway_map(gateways: pa.Table, ax: Axes | None = None, palette: Palette = LIGHT) -> Axes:
    """Draw the candidate gateways: those to build as points with names, the rest as rings.

    Parameters
    ----------
    gateways : pyarrow.Table
        Table of a run.
    ax : matplotlib.axes.Axes, optional
        New ones unless given.
    palette : Palette
        Colours.

    Returns
    -------
    matplotlib.axes.Axes
        Names of the first twenty by rank; crosses where a site never has a link with capacity.
    """
    ax = earth(given_or_new(ax), palette)
    coasts(ax, palette, palette.muted)
    east_deg, north_deg = (numbers(gateways, f"{name}_deg") for name in ("longitude", "latitude"))
    selected = numbers(gateways, "selected").astype(bool)
    powerless = ~selected & (numbers(gateways, "rate_mean_bps") == 0)
    spare = ~selected & ~powerless
    ring = {"facecolor": "none", "edgecolor": palette.muted}
    looks: list[tuple[NDArray[np.bool_], dict[str, Any]]] = [
        (selected, {"s": 36, "color": palette.ground, "label": "to build"}),
        (spare, {"s": 24, "label": "not needed", **ring}),
        (powerless, {"s": 24, "marker": "x", "color": palette.warning, "label": "of no use"}),
    ]
    for mine, look in looks:
        if mine.any():
            ax.scatter(east_deg[mine], north_deg[mine], linewidth=0.8, zorder=4, **look)
    names = words(gateways, "site").to_pylist()
    for row in np.flatnonzero(selected)[:NAMED_MAX]:
        ax.annotate(
            names[row].replace("$", r"\$"),  # else matplotlib takes it for a formula
            (east_deg[row], north_deg[row]),
            xytext=(4, 4),
            textcoords="offset points",
            color=palette.ink,
            fontsize="small",
            zorder=5,
        )
    legend(ax, palette)
    return ax


def gateway_supply(
    gateway_capacity: pa.Table, duration_s: float, ax: Axes | None = None, palette: Palette = LIGHT
) -> Axes:
    """Draw what the plan is asked to take down and what it does, over time.

    Parameters
    ----------
    gateway_capacity : pyarrow.Table
        Table of a run.
    duration_s : float
        Length of the run. [s]
    ax : matplotlib.axes.Axes, optional
        New ones unless given.
    palette : Palette
        Colours.

    Returns
    -------
    matplotlib.axes.Axes
        What is carried is at most the need, even where the sites could take more.
    """
    ax, unit_s = over_time(ax, palette, duration_s)
    time = numbers(gateway_capacity, "time_s") / unit_s
    carried_bps, required_bps = (
        numbers(gateway_capacity, f"{name}_bps") for name in ("carried", "required")
    )
    ax.fill_between(time, carried_bps, color=palette.ground, alpha=0.25, linewidth=0)
    ax.plot(time, carried_bps, color=palette.ground, linewidth=1.6, label="taken down")
    dashes = (0, (4, 2))
    ax.plot(
        time, required_bps, color=palette.ink, linewidth=1.4, linestyle=dashes, label="asked for"
    )
    ax.set_ylim(bottom=0)
    ax.yaxis.set_major_formatter(EngFormatter())
    ax.set_ylabel("all selected sites [bit/s]")
    legend(ax, palette)
    return ax
