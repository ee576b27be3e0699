"""A drawing of quiet hours: `skyweft.plot.quiet_hours`."""

import pyarrow as pa
from matplotlib.axes import Axes

from skyweft.drawing.axes import dress, given_or_new
from skyweft.drawing.palette import LIGHT, Palette
from skyweft.drawing.reading import numbers, words

__all__ = ["quiet_hours"]


def quiet_hours(table: pa.Table, ax: Axes | None = None, palette: Palette = LIGHT) -> Axes:
    ax = dress(given_or_new(ax), palette)
    start_s, end_s = numbers(table, "start_s"), numbers(table, "end_s")
    ax.barh(words(table, "platform").to_pylist(), end_s - start_s, left=start_s)
    ax.set_xlabel("time from start [s]")
    return ax
