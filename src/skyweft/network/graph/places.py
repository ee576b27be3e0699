"""Where every platform is at an instant, movers and what stands alike."""

import numpy as np
from numpy.typing import NDArray

from skyweft.fleet import Fleet, Motion
from skyweft.motion.hermite import states_at

Floats = NDArray[np.float64]


def places(fleet: Fleet, motion: Motion, time_s: float) -> Floats:
    """Return where every platform is at an instant, (N, 3) ITRS [m]."""
    return states(fleet, motion, time_s)[0]


def states(fleet: Fleet, motion: Motion, time_s: float) -> tuple[Floats, Floats]:
    """Return position and velocity of every platform at an instant, (N, 3) ITRS [m], [m/s]."""
    position_m, velocity_m_s = np.zeros((2, len(fleet), 3))
    moves = fleet.mover >= 0
    movers = fleet.mover[moves].astype(np.int64)
    found = states_at(motion.tracks, movers, np.full(len(movers), time_s))
    position_m[moves], velocity_m_s[moves] = found[:2]
    position_m[~moves] = motion.sites.position_m[fleet.site[~moves]]
    return position_m, velocity_m_s
