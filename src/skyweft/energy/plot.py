"""What charge comes to over time."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from matplotlib.axes import Axes

from skyweft.drawing.axes import dress, given_or_new, legend, shortened, time_axis
from skyweft.drawing.palette import LIGHT, Palette
from skyweft.drawing.reading import codes, numbers

__all__ = ["battery_charge"]

DRAWN_MAX = 4
STRETCHES = 400  # of time at most: of each the least charge is drawn


def battery_charge(
    energy: pa.Table, duration_s: float, ax: Axes | None = None, palette: Palette = LIGHT
) -> Axes:
    """Draw what part of the batteries is full: of the platforms whose charge falls lowest.

    Parameters
    ----------
    energy : pyarrow.Table
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
        No more platforms than four; of a long run the least of each stretch of time.
    """
    ax = dress(given_or_new(ax), palette, grid="y")
    unit_s = time_axis(ax, duration_s)
    lowest = energy.group_by("platform").aggregate([("charge", "min")]).sort_by("charge_min")
    some = lowest.slice(0, DRAWN_MAX)
    colours = (palette.near_space, palette.air, palette.ground, palette.space)
    for name, colour in zip(codes(some, "platform")[0], colours, strict=False):
        mine = energy.filter(pc.equal(energy.column("platform"), name))
        time, charge = numbers(mine, "time_s") / unit_s, 100 * numbers(mine, "charge")
        count = min(len(time), STRETCHES)
        first = np.linspace(0, len(time), count, endpoint=False).astype(int)
        least = np.minimum.reduceat(charge, first)
        ax.plot(time[first], least, color=colour, linewidth=1.4, label=shortened(name))
    ax.set_ylim(0, 102)
    ax.set_ylabel("charge [%]")
    legend(ax, palette)
    return ax
