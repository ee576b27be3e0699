"""Drawing of alarms: when each was true, and when it was known."""

import numpy as np
import pyarrow as pa
from matplotlib.axes import Axes

from skyweft.drawing.axes import legend, over_time, shortened
from skyweft.drawing.palette import LIGHT, Palette
from skyweft.drawing.reading import codes, numbers

__all__ = ["alarm_times"]

DEVICES_MAX = 40


def alarm_times(
    alarms: pa.Table, duration_s: float, ax: Axes | None = None, palette: Palette = LIGHT
) -> Axes:
    """Draw alarms by device over event time, and how long each was not known yet.

    Parameters
    ----------
    alarms : pyarrow.Table
        Table of a run: rows of one rule.
    duration_s : float
        Length of the run. [s]
    ax : matplotlib.axes.Axes, optional
        New ones unless given.
    palette : Palette
        Colours.

    Returns
    -------
    matplotlib.axes.Axes
        The forty devices with the earliest alarms that were not withdrawn, the earliest on top: a
        bar from raising to clearing, a thin line from raising to detection.
    """
    ax, unit_s = over_time(ax, palette, duration_s, grid="x")
    true = alarms.filter(pa.array(np.isnan(numbers(alarms, "withdrawn_s"))))
    names, row = codes(true, "platform")
    raised_s, detected_s, cleared_s = (
        numbers(true, column) for column in ("raised_s", "detected_s", "cleared_s")
    )
    first_s = np.full(len(names), np.inf)
    np.minimum.at(first_s, row, raised_s)
    order = np.argsort(first_s, kind="stable")[:DEVICES_MAX]
    line = np.full(len(names), -1)
    line[order] = np.arange(len(order))
    drawn = line[row] >= 0
    place, end_s = line[row[drawn]], np.where(np.isnan(cleared_s), duration_s, cleared_s)[drawn]
    start_s, known_s = raised_s[drawn], detected_s[drawn]
    ax.barh(
        place,
        (end_s - start_s) / unit_s,
        0.6,
        start_s / unit_s,
        color=palette.warning,
        label="true",
    )
    ax.hlines(
        place, start_s / unit_s, known_s / unit_s, palette.accent, linewidth=2, label="not known"
    )
    ax.set_ylim(len(order) - 0.5, -0.5)
    ax.set_yticks(np.arange(len(order)), [shortened(names[k], 22) for k in order], fontsize=8)
    legend(ax, palette)
    return ax
