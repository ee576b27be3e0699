"""What passes are like: how high, how long, and which layers share them."""

import numpy as np
import pyarrow as pa
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap

from skyweft.contacts.plot.meetings import Meetings, meetings, summed
from skyweft.drawing.axes import dress, given_or_new
from skyweft.drawing.numerals import percent
from skyweft.drawing.palette import LAYERS, LIGHT, SPOKEN, Palette
from skyweft.drawing.reading import Floats, numbers


def elevation_histogram(
    contacts: pa.Table, ax: Axes | None = None, palette: Palette = LIGHT
) -> Axes:
    """Draw how high passes culminate: share of the contacts in each 5 degrees.

    Parameters
    ----------
    contacts : pyarrow.Table
        Table of a run; rows without an elevation are left out.
    ax : matplotlib.axes.Axes, optional
        New ones unless given.
    palette : Palette
        Colours.

    Returns
    -------
    matplotlib.axes.Axes
    """
    ax = dress(given_or_new(ax), palette, grid="y")
    values = numbers(contacts, "elevation_max_deg")
    low = -90 if np.any(values < 0) else 0
    _bars(ax, values, np.arange(low, 91, 5.0), palette)
    ax.set_xlabel("highest elevation of the contact [deg]")
    ax.set_xlim(low, 90)
    return ax


def duration_histogram(
    contacts: pa.Table, ax: Axes | None = None, palette: Palette = LIGHT
) -> Axes:
    """Draw how long contacts last: share of the contacts not cut by the run in each minute or so.

    Parameters
    ----------
    contacts : pyarrow.Table
        Table of a run; contacts cut by the run's ends are left out.
    ax : matplotlib.axes.Axes, optional
        New ones unless given.
    palette : Palette
        Colours.

    Returns
    -------
    matplotlib.axes.Axes
        Up to the duration that 99.5 % of the contacts stay below; the rest is in the last bar.
    """
    ax = dress(given_or_new(ax), palette, grid="y")
    whole = ~(_flags(contacts, "cut_start") | _flags(contacts, "cut_end"))
    values = (numbers(contacts, "end_s") - numbers(contacts, "start_s"))[whole] / 60
    top = float(np.quantile(values, 0.995)) if len(values) else 1.0
    step = next((tick for tick in (0.5, 1, 2, 5, 10, 30, 60, 120) if top / tick <= 24), top / 24)
    edges = np.arange(0, max(top, step) + step, step)
    _bars(ax, np.minimum(values, edges[-1]), edges, palette)
    ax.set_xlabel("duration of the contact [min]")
    ax.set_xlim(0, edges[-1])
    return ax


def pass_statistics(
    contacts: pa.Table, axes: tuple[Axes, Axes] | None = None, palette: Palette = LIGHT
) -> tuple[Axes, Axes]:
    """Draw how high and how long passes are, side by side.

    Parameters
    ----------
    contacts : pyarrow.Table
        Table of a run.
    axes : two matplotlib.axes.Axes, optional
        New ones unless given.
    palette : Palette
        Colours.

    Returns
    -------
    tuple of matplotlib.axes.Axes
        Of `elevation_histogram` and `duration_histogram`.
    """
    if axes is None:
        from matplotlib import pyplot as plt

        left, right = plt.subplots(1, 2, layout="constrained", figsize=(9, 3.2))[1]
        axes = (left, right)
    return (
        elevation_histogram(contacts, axes[0], palette),
        duration_histogram(contacts, axes[1], palette),
    )


def layer_matrix(
    contacts: pa.Table,
    platforms: pa.Table,
    duration_s: float,
    ax: Axes | None = None,
    palette: Palette = LIGHT,
) -> Axes:
    """Draw which share of its time a platform of one layer has another layer in view.

    Parameters
    ----------
    contacts, platforms : pyarrow.Table
        Tables of a run.
    duration_s : float
        Length of the run. [s]
    ax : matplotlib.axes.Axes, optional
        New ones unless given.
    palette : Palette
        Colours.

    Returns
    -------
    matplotlib.axes.Axes
        Rows see columns; the mean over all members of the groups that ever do.
    """
    ax = dress(given_or_new(ax), palette)
    shares = layer_shares(meetings(contacts, platforms), duration_s)
    there = [layer for layer in range(len(LAYERS)) if np.isfinite(shares[layer]).any()]
    shares = shares[np.ix_(there, there)]
    ax.imshow(np.nan_to_num(shares), cmap=ListedColormap(list(palette.ramp)), vmin=0, vmax=1)
    for row, column in np.ndindex(shares.shape):
        share = shares[row, column]
        ax.text(
            column,
            row,
            percent(float(share)) if np.isfinite(share) else "never",
            ha="center",
            va="center",
            color=palette.ink if np.nan_to_num(share) < 0.5 else palette.water,
        )
    spoken = [SPOKEN[LAYERS[layer]] for layer in there]
    ax.set_xticks(range(len(there)), spoken)
    ax.set_yticks(range(len(there)), spoken)
    ax.set_xlabel("has in view: share of the time [%]")
    return ax


def layer_shares(met: Meetings, duration_s: float) -> Floats:
    """Return the share of time a platform of each layer has each layer in view (4, 4).

    The mean over all members of the groups of the row's layer of which any ever meets the other
    layer; NaN where none does.
    """
    count = len(LAYERS)
    key, start_s, end_s = met.with_layers
    pair = met.layer[key // count] * count + key % count
    seconds = summed(pair, end_s - start_s, count * count).reshape(count, count)
    shares = np.full((count, count), np.nan)
    for number in np.unique(pair):
        members = met.kin(np.unique(key[pair == number] // count))
        shares.flat[number] = seconds.flat[number] / (len(members) * duration_s)
    return shares.clip(0.0, 1.0)


def _bars(ax: Axes, values: Floats, edges: Floats, palette: Palette) -> None:
    counted, _ = np.histogram(values[np.isfinite(values)], edges)
    shares = 100 * counted / max(1, counted.sum())
    ax.bar(edges[:-1], shares, np.diff(edges) * 0.9, align="edge", color=palette.space, linewidth=0)
    ax.set_ylabel("share of the contacts [%]")


def _flags(table: pa.Table, column: str) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return np.asarray(table.column(column).to_numpy(), dtype=bool)
