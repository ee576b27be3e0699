"""Cuts a run's time into blocks, by the scenario alone: never by the machine it runs on.

A block is what is held in memory and what an interrupted run may lose.
"""

import math

import numpy as np
from numpy.typing import NDArray

TRACK_BYTES = 128e6  # of one block: position and velocity at every knot
PAIR_DAYS = 4e5  # of one block; a pair of low orbit and place meets about four times a day
MESSAGES = 2e6  # of one block: about a gigabyte while they contend for the medium
SHORTEST_S = 600.0
DAY_S = 86_400.0
MOVER_BYTES = 48  # three positions, three velocities


def borders(
    start_s: float,
    end_s: float,
    step_s: float,
    movers: int,
    pairs: float,
    messages: float = 0.0,
) -> NDArray[np.float64]:
    """Return the borders of the blocks, on the knots of the tracks.

    Parameters
    ----------
    start_s, end_s : float
        The run. [s]
    step_s : float
        Between two knots. [s]
    movers : int
        How many have tracks.
    pairs : float
        How many pairs of platforms some rule lets meet.
    messages : float
        How many are made in the whole run.

    Returns
    -------
    (B + 1,) float64
        From `start_s` to `end_s`; blocks are of one length but for the last. [s]
    """
    by_tracks_s = TRACK_BYTES / (MOVER_BYTES * max(movers, 1)) * step_s
    by_pairs_s = PAIR_DAYS / max(pairs, 1.0) * DAY_S
    by_messages_s = MESSAGES / max(messages, 1.0) * (end_s - start_s)
    length_s = max(min(by_tracks_s, by_pairs_s, by_messages_s), SHORTEST_S, step_s)
    # Round hours, or at least ten minutes, where they fall on knots.
    for round_s in (DAY_S, 21_600.0, 3_600.0, SHORTEST_S, step_s):
        if length_s >= round_s and math.isclose(round_s / step_s, round(round_s / step_s)):
            length_s = math.floor(length_s / round_s) * round_s
            break
    count = max(1, math.ceil((end_s - start_s) / length_s - 1e-9))
    inner_s = start_s + length_s * np.arange(count)
    return np.append(inner_s, end_s)
