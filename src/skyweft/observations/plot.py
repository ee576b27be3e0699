"""Drawings of observations: what was measured and when it was known, and who is silent when."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap

from skyweft.drawing.axes import legend, over_time, shortened
from skyweft.drawing.palette import LIGHT, Palette
from skyweft.drawing.reading import Floats, codes, numbers

__all__ = ["completeness", "known_values"]

DRAWN_MAX = 3
DEVICES_MAX = 40
STEPS = 500  # of an axis: what is nearer cannot be told apart
HOUR_S = 3_600.0


def known_values(
    observations: pa.Table,
    unit: str,
    duration_s: float,
    ax: Axes | None = None,
    palette: Palette = LIGHT,
) -> Axes:
    """Draw what devices measured over time, and what of it was known then.

    Parameters
    ----------
    observations : pyarrow.Table
        Table of a run: rows of one datastream.
    unit : str
        Of its results.
    duration_s : float
        Length of the run. [s]
    ax : matplotlib.axes.Axes, optional
        New ones unless given.
    palette : Palette
        Colours.

    Returns
    -------
    matplotlib.axes.Axes
        The three devices with the most observations; dots are measurements, steps the freshest that
        had arrived by then.
    """
    ax, unit_s = over_time(ax, palette, duration_s)
    colours = (palette.space, palette.air, palette.ground)
    for name, colour in zip(_fullest(observations, DRAWN_MAX), colours, strict=False):
        mine = observations.filter(pc.equal(observations.column("platform"), name))
        taken_s, received_s, result = (
            numbers(mine, column) for column in ("phenomenon_s", "received_s", "result")
        )
        ax.plot(
            taken_s / unit_s, result, ".", color=colour, markersize=4, label=shortened(name, 40)
        )
        at_s, known = _known(taken_s, received_s, result, duration_s / STEPS)
        ax.step(
            np.append(at_s, duration_s) / unit_s,
            np.append(known, known[-1:]),
            where="post",
            color=colour,
            linewidth=1.2,
            alpha=0.6,
        )
    ax.set_ylabel(f"result [{unit}]")
    legend(ax, palette)
    return ax


def _fullest(observations: pa.Table, most: int) -> list[str]:
    """Return the devices with the most observations, of equal ones the first by name."""
    names, row = codes(observations, "platform")
    order = np.lexsort((np.array(names), -np.bincount(row, minlength=len(names))))
    return [names[k] for k in order[:most]]


def _known(
    taken_s: Floats, received_s: Floats, result: Floats, apart_s: float
) -> tuple[Floats, Floats]:
    """Return when which result was the freshest known; rows come in order of phenomenon time.

    Of arrivals nearer to each other than can be told apart the last counts: readings of hours come
    down in one pass.
    """
    order = np.lexsort((taken_s, received_s))
    freshest = np.maximum.accumulate(order)
    at_s = received_s[order]
    last = np.append(np.diff(np.floor(at_s / apart_s)) > 0, True) if len(at_s) else order > 0
    return at_s[last], result[freshest[last]]


def completeness(
    hours: pa.Table, duration_s: float, ax: Axes | None = None, palette: Palette = LIGHT
) -> Axes:
    """Draw which part of each device's samples arrived, by the hour they were taken in.

    Parameters
    ----------
    hours : pyarrow.Table
        The table `observations_by_hour`: rows of one datastream.
    duration_s : float
        Length of the run. [s]
    ax : matplotlib.axes.Axes, optional
        New ones unless given.
    palette : Palette
        Colours.

    Returns
    -------
    matplotlib.axes.Axes
        Devices by row, the most complete on top; of more than forty every n-th of that order.
        Hours whose samples still had time to arrive at the run's end stay empty.
    """
    ax, unit_s = over_time(ax, palette, duration_s, grid="")
    names, row = codes(hours, "platform")
    expected, arrived, time_s = (
        numbers(hours, column) for column in ("expected", "arrived", "time_s")
    )
    counted = np.bincount(row, expected, len(names))
    share = np.bincount(row, arrived, len(names)) / np.maximum(counted, 1)
    order = np.argsort(-share, kind="stable")
    kept = order[np.unique(np.linspace(0, len(order) - 1, DEVICES_MAX).astype(int))]
    line = np.full(len(names), -1)
    line[kept] = np.arange(len(kept))
    columns = max(1, int(np.ceil(duration_s / HOUR_S - 1e-9)))
    drawn = np.full((len(kept), columns), np.nan)
    hour = (time_s / HOUR_S).astype(int)
    mine = (line[row] >= 0) & (hour >= 0) & (hour < columns) & (expected > 0)
    drawn[line[row[mine]], hour[mine]] = 100 * arrived[mine] / expected[mine]
    edges = np.minimum(HOUR_S * np.arange(columns + 1), duration_s) / unit_s
    mesh = ax.pcolormesh(
        edges,
        np.arange(len(kept) + 1),
        np.ma.masked_invalid(drawn),
        cmap=ListedColormap(palette.ramp),
        vmin=0,
        vmax=100,
    )
    ax.set_ylim(len(kept), 0)
    ax.set_yticks(np.arange(len(kept)) + 0.5, [shortened(names[k], 22) for k in kept], fontsize=8)
    bar = ax.figure.colorbar(mesh, ax=ax, pad=0.01, fraction=0.03)
    bar.set_label("arrived [%]", color=palette.muted)
    bar.ax.tick_params(colors=palette.muted, length=0)
    bar.outline.set_visible(False)
    return ax
