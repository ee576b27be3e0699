"""States of movers between the knots of their tracks: cubic Hermite.

Reads knots only; how a mover moves belongs to the file of its kind. Position is continuous with
its first derivative; acceleration jumps at knots, by a part in a thousand for a satellite in low
orbit at knots every 60 s, which is far below what a Doppler rate is used for.
"""

import numpy as np
from numpy.typing import NDArray

from skyweft.errors import RangeError
from skyweft.fleet import Floats, Tracks
from skyweft.kernels import making, spliced

SLACK_S = 1e-3  # how far outside the knots a time may fall by rounding


def states_at(
    tracks: Tracks, mover: NDArray[np.integer], time_s: Floats
) -> tuple[Floats, Floats, Floats]:
    """Return position, velocity and acceleration of chosen movers, each at its own time.

    Parameters
    ----------
    tracks : Tracks
        Knots; the last step may be shorter than the others.
    mover : (K,)
        Rows of `tracks`.
    time_s : (K,)
        Seconds from the scenario's start, within the knots.

    Returns
    -------
    position_m, velocity_m_s, acceleration_m_s2 : (K, 3)
        Earth-fixed (ITRS). NaN where the mover is absent at either knot beside the time.

    Raises
    ------
    RangeError
        A time lies outside the knots.
    """
    mover = np.ascontiguousarray(mover, dtype=np.int64)
    time_s = np.ascontiguousarray(time_s, dtype=np.float64)
    if mover.shape != time_s.shape or time_s.ndim != 1:
        raise ValueError(
            f"mover and time_s must be of one shape (K,): {mover.shape} {time_s.shape}"
        )
    assert not len(mover) or (mover.min() >= 0 and mover.max() < len(tracks))
    first_s, last_s = float(tracks.time_s[0]), float(tracks.time_s[-1])
    if len(time_s) and not (time_s.min() >= first_s - SLACK_S and time_s.max() <= last_s + SLACK_S):
        raise RangeError(
            f"asked from {time_s.min():g} s to {time_s.max():g} s, "
            f"the tracks run from {first_s:g} s to {last_s:g} s"
        )
    states = np.empty((3, len(time_s), 3))
    for k, part in enumerate(tracks.parts):
        mine = np.flatnonzero(tracks.part_of[mover] == k)
        states[:, mine] = states_at(part, tracks.row_in[mover[mine]], time_s[mine])
    if tracks.parts:
        return states[0], states[1], states[2]
    _fill_states(tracks.time_s, tracks.position_m, tracks.velocity_m_s, mover, time_s, states)
    return states[0], states[1], states[2]


@making
def _fill_states(
    knot_s: Floats,
    position_m: Floats,
    velocity_m_s: Floats,
    mover: NDArray[np.int64],
    time_s: Floats,
    states: Floats,
) -> None:
    """Write (3, K, 3) position, velocity, acceleration; plain IEEE, NaN knots stay NaN."""
    for k in range(time_s.shape[0]):
        i, h, u = interval(knot_s, time_s[k])
        for axis in range(3):
            states[0, k, axis], states[1, k, axis], states[2, k, axis] = between(
                position_m, velocity_m_s, mover[k], axis, i, h, u
            )


@spliced
def interval(knot_s: Floats, time_s: float) -> tuple[int, float, float]:
    """Return the interval between knots that holds a time, its length, and the share gone by."""
    i = min(max(int((time_s - knot_s[0]) / (knot_s[1] - knot_s[0])), 0), knot_s.shape[0] - 2)
    h = knot_s[i + 1] - knot_s[i]
    return i, h, (time_s - knot_s[i]) / h


@spliced
def between(
    position_m: Floats, velocity_m_s: Floats, mover: int, axis: int, i: int, h: float, u: float
) -> tuple[float, float, float]:
    """Return position, velocity and acceleration of a mover along an axis within an interval."""
    a = position_m[mover, axis, i]
    rise = position_m[mover, axis, i + 1] - a
    va = velocity_m_s[mover, axis, i] * h
    vb = velocity_m_s[mover, axis, i + 1] * h
    # a + va u + c2 u^2 + c3 u^3 on u in 0..1
    c2 = 3.0 * rise - 2.0 * va - vb
    c3 = va + vb - 2.0 * rise
    return (
        a + u * (va + u * (c2 + u * c3)),
        (va + u * (2.0 * c2 + 3.0 * u * c3)) / h,
        (2.0 * c2 + 6.0 * u * c3) / (h * h),
    )
