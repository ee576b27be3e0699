"""Cuts a run's time into blocks, by the scenario alone: never by the machine it runs on.

A block is what is held in memory and what an interrupted run may lose.
"""

import math

import numpy as np
from numpy.typing import NDArray

from skyweft.stage import SHORTEST_S

DAY_S = 86_400.0


def borders(start_s: float, end_s: float, step_s: float, longest_s: float) -> NDArray[np.float64]:
    """Return the borders of the blocks, on the knots of the tracks.

    Parameters
    ----------
    start_s, end_s : float
        The run. [s]
    step_s : float
        Between two knots. [s]
    longest_s : float
        The longest block that every stage has memory for, finite; it is ten minutes at least. [s]

    Returns
    -------
    (B + 1,) float64
        From `start_s` to `end_s`; blocks are of one length but for the last. [s]
    """
    length_s = max(longest_s, SHORTEST_S, step_s)
    # Round hours, or at least ten minutes, where they fall on knots.
    for round_s in (DAY_S, 21_600.0, 3_600.0, SHORTEST_S, step_s):
        if length_s >= round_s and math.isclose(round_s / step_s, round(round_s / step_s)):
            length_s = math.floor(length_s / round_s) * round_s
            break
    count = max(1, math.ceil((end_s - start_s) / length_s - 1e-9))
    inner_s = start_s + length_s * np.arange(count)
    return np.append(inner_s, end_s)
