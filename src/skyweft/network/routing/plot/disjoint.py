"""Disjoint paths, pair by pair: how often there are two, and how much longer the backup takes."""

from typing import Any

import numpy as np
import pyarrow as pa
from matplotlib.axes import Axes

from skyweft.drawing.axes import dress, given_or_new
from skyweft.drawing.palette import LIGHT, Palette
from skyweft.drawing.reading import numbers, words

PAIRS_DRAWN = 20
LETTERS = 34  # of a pair's name
HEIGHT = 0.7


def disjoint_paths(routes: pa.Table, ax: Axes | None = None, palette: Palette = LIGHT) -> Axes:
    """Draw for which share of time pairs have two disjoint paths, one route, or none.

    Parameters
    ----------
    routes : pyarrow.Table
        From `Run.disjoint_paths`, the worst pairs first.
    ax : matplotlib.axes.Axes, optional
        New ones unless given.
    palette : Palette
        Colours.

    Returns
    -------
    matplotlib.axes.Axes
        A bar a pair, the worst on top; of more than 20 pairs the 20 worst.
    """
    ax = dress(given_or_new(ax), palette, grid="x")
    routes = routes.slice(0, PAIRS_DRAWN)
    place, left = np.arange(routes.num_rows), np.zeros(routes.num_rows)
    kinds = (
        ("share_two", "disjoint", palette.ground, ""),
        ("share_one", "one point of failure", palette.air, "///"),
        ("share_none", "no route", palette.ink, ""),
    )
    for name, word, colour, hatch in kinds:
        share = 100 * numbers(routes, name)
        look: dict[str, Any] = {
            "color": colour,
            "hatch": hatch,
            "edgecolor": palette.water,
            "linewidth": 0,
        }
        ax.barh(place, share, HEIGHT, left, label=word, **look)
        left += share
    _rows(ax, routes)
    ax.set_xlim(0, 100)
    ax.set_xlabel("share of snapshots [%]")
    ax.legend(
        frameon=False,
        labelcolor=palette.ink,
        loc="lower right",
        bbox_to_anchor=(1, 1),
        handlelength=1.2,
        ncols=3,
    )
    return ax


def backup_path(routes: pa.Table, ax: Axes | None = None, palette: Palette = LIGHT) -> Axes:
    """Draw how much longer than the best route the second of two disjoint paths takes.

    Parameters
    ----------
    routes : pyarrow.Table
        From `Run.disjoint_paths`.
    ax : matplotlib.axes.Axes, optional
        New ones unless given.
    palette : Palette
        Colours.

    Returns
    -------
    matplotlib.axes.Axes
        The pairs of `disjoint_paths` in the same rows: a dot at the mean over all snapshots with
        two routes, a line from the least to the most; nothing where there never are two.
    """
    ax = dress(given_or_new(ax), palette, grid="x")
    routes = routes.slice(0, PAIRS_DRAWN)
    place = np.arange(routes.num_rows)
    low, mean, high = (1e3 * numbers(routes, f"extra_{name}_s") for name in ("min", "mean", "max"))
    ax.hlines(place, low, high, color=palette.space, linewidth=2.2, alpha=0.55)
    ax.scatter(mean, place, s=26, color=palette.space, linewidth=0, zorder=3)
    _rows(ax, routes)
    # Where hops decide, the backup path may be the shorter one.
    ax.set_xlim(left=min(0.0, float(np.nanmin(low, initial=0.0))))
    ax.set_xlabel("backup path longer by [ms]")
    return ax


def _rows(ax: Axes, routes: pa.Table) -> None:
    """Name the rows, the first on top."""
    ends = (words(routes, side).to_pylist() for side in ("source", "target"))
    pairs = [f"{source} → {target}" for source, target in zip(*ends, strict=True)]
    short = [name if len(name) <= LETTERS else name[: LETTERS - 1] + "…" for name in pairs]
    ax.set_yticks(range(len(short)), short)
    ax.set_ylim(max(len(short), 1) - 0.4, -0.6)
