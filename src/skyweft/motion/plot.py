"""Where movers went, on a map; how airships kept their stations."""

import numpy as np
import pyarrow as pa
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

from skyweft.drawing.axes import given_or_new
from skyweft.drawing.maps import coasts, earth
from skyweft.drawing.palette import LIGHT, Palette
from skyweft.drawing.reading import Floats, Ints, numbers, words
from skyweft.motion.flight_drawings import (
    battery_charge,
    station_drift,
    station_months,
    station_wind,
    wind_rose,
)
from skyweft.world.ellipsoid import to_geodetic

__all__ = [
    "battery_charge",
    "ground_tracks",
    "station_drift",
    "station_months",
    "station_wind",
    "wind_rose",
]


def ground_tracks(
    tracks: pa.Table,
    ax: Axes | None = None,
    palette: Palette = LIGHT,
    most: int = 40,
) -> Axes:
    """Draw the paths of movers over the ground.

    Parameters
    ----------
    tracks : pyarrow.Table
        With the columns name, x_m, y_m, z_m, knots of a mover in order of time.
    ax : matplotlib.axes.Axes, optional
        New ones unless given.
    palette : Palette
        Colours.
    most : int
        No more movers than this, spread evenly over the table's names.

    Returns
    -------
    matplotlib.axes.Axes
        Straight lines between knots; a line ends where it would cross the map's edge.
    """
    ax = earth(given_or_new(ax), palette)
    coasts(ax, palette)
    column = words(tracks, "name").dictionary_encode()
    name: Ints = column.indices.to_numpy()
    count = len(column.dictionary)
    wanted = np.unique(np.linspace(0, max(count - 1, 0), min(most, count)).round())
    place_m = np.column_stack([numbers(tracks, axis) for axis in ("x_m", "y_m", "z_m")])
    lines: list[Floats] = []
    for member in wanted:
        latitude_deg, longitude_deg, _ = to_geodetic(place_m[name == member])
        line = np.column_stack([longitude_deg, latitude_deg])
        cuts = np.flatnonzero(~(np.abs(np.diff(longitude_deg)) < 180)) + 1
        lines += [part for part in np.split(line, cuts) if len(part) > 1]
    ax.add_collection(LineCollection(lines, color=palette.accent, linewidth=0.8, zorder=3))
    return ax
