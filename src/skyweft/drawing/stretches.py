"""Long series as bands: the least and the greatest of each stretch of time."""

import numpy as np
from matplotlib.axes import Axes

from skyweft.drawing.reading import Floats

STRETCHES = 365  # of time at most


def band(ax: Axes, time: Floats, value: Floats, colour: str, label: str) -> None:
    """Draw from the least to the greatest of each stretch of time; a line where each is one."""
    if len(time) <= STRETCHES:
        ax.plot(time, value, color=colour, linewidth=1.4, label=label)
        return
    when, low, high = stretches(time, value)
    ax.fill_between(when, low, high, color=colour, alpha=0.55, linewidth=0.6, label=label)


def stretches(time: Floats, value: Floats) -> Floats:
    """Return middle, least and greatest of each stretch of time, (3, N)."""
    first = np.unique(np.linspace(0, len(time), min(len(time), STRETCHES) + 1).astype(int)[:-1])
    if not len(time):
        return np.empty((3, 0))
    size = np.diff(np.append(first, len(time)))
    middle = np.add.reduceat(time, first) / size
    return np.stack([middle, np.minimum.reduceat(value, first), np.maximum.reduceat(value, first)])
