"""A map of a placement: who is served from where, and who is not."""

from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from numpy.typing import NDArray

from skyweft.drawing.axes import dress, given_or_new, legend
from skyweft.drawing.palette import LIGHT, Palette
from skyweft.placing.product import Placement

__all__ = ["placement_map"]

AREA_MAX = 90.0  # of the mark of the greatest weight, square points
NAMED_MAX = 30
METRES_A_DEGREE = 111_320.0


def placement_map(placement: Placement, ax: Axes | None = None, palette: Palette = LIGHT) -> Axes:
    """Draw points by weight, stations with their reach, and a line to each point they serve.

    Parameters
    ----------
    placement : Placement
        From `skyweft.place`.
    ax : matplotlib.axes.Axes, optional
        New ones unless given.
    palette : Palette
        Colours.

    Returns
    -------
    matplotlib.axes.Axes
        Longitude to the right, latitude up. Rings end where a point of the usual environment is no
        longer reached, over smooth ground.
    """
    ax = dress(given_or_new(ax), palette)
    where = np.array([(point.longitude_deg, point.latitude_deg) for point in placement.points])
    share = np.array([point.served_share for point in placement.points])
    weight = np.array([point.weight for point in placement.points])
    area = 8.0 + AREA_MAX * weight / max(weight.max(initial=0.0), 1e-300)
    at = {
        station.group: (station.longitude_deg, station.latitude_deg)
        for station in placement.stations
    }
    lines = [
        [at[group], (point.longitude_deg, point.latitude_deg)]
        for point in placement.points
        for group in point.served_by
    ]
    ax.add_collection(LineCollection(lines, colors=palette.line, linewidths=0.8, zorder=1))
    full, none = share >= 1 - 1e-6, share <= 1e-6
    looks: list[tuple[NDArray[np.bool_], str, dict[str, Any]]] = [
        (full, "served", {"color": palette.ground}),
        (~full & ~none, "served in part", {"facecolor": "none", "edgecolor": palette.ground}),
        (none, "not served", {"color": palette.warning, "marker": "x"}),
    ]
    for mine, label, look in looks:
        if mine.any():
            east, north = where[mine].T
            ax.scatter(east, north, area[mine], label=label, linewidth=1.0, zorder=3, **look)
    _stations(ax, placement, palette)
    middle = float(np.mean(where[:, 1])) if len(where) else 0.0
    ax.set_aspect(1 / max(np.cos(np.radians(middle)), 0.05))
    ax.set_xlabel("longitude [deg]")
    ax.set_ylabel("latitude [deg]")
    ax.margins(0.06)
    legend(ax, palette)
    return ax


def _stations(ax: Axes, placement: Placement, palette: Palette) -> None:
    turn = np.linspace(0, 2 * np.pi, 181)
    for k, fleet in enumerate(dict.fromkeys(station.fleet for station in placement.stations)):
        colour = (palette.air, palette.near_space, palette.space)[k % 3]
        mine = [station for station in placement.stations if station.fleet == fleet]
        ax.scatter(
            [station.longitude_deg for station in mine],
            [station.latitude_deg for station in mine],
            marker="^",
            s=70,
            color=colour,
            label=fleet,
            zorder=4,
        )
        for station in mine:
            north = station.reach_m / METRES_A_DEGREE
            east = north / max(np.cos(np.radians(station.latitude_deg)), 0.05)
            ring = (
                station.longitude_deg + east * np.cos(turn),
                station.latitude_deg + north * np.sin(turn),
            )
            ax.plot(*ring, color=colour, linewidth=0.9, alpha=0.7, zorder=2)
    for station in placement.stations[:NAMED_MAX]:
        ax.annotate(
            station.group,
            (station.longitude_deg, station.latitude_deg),
            xytext=(6, 6),
            textcoords="offset points",
            color=palette.ink,
            fontsize="small",
            zorder=5,
        )


def write_maps(placement: Placement, folder: Path) -> None:
    """Write the map as PNG and SVG."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 7), layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    placement_map(placement, figure.add_subplot())
    figure.savefig(folder / "map.png", dpi=120)
    # Without a date and with fixed names the same placement gives the same file.
    from matplotlib import rc_context

    with rc_context({"svg.hashsalt": "skyweft"}):
        figure.savefig(folder / "map.svg", metadata={"Date": None})
