"""Rings of longitude and latitude without jumps: across 180 degrees, and around a pole.

Edges are straight in longitude and latitude (RFC 7946). What is inside of a ring made here is
`world.land.inside`'s; how a file writes rings is `geojson.py`'s.
"""

from typing import NamedTuple

import numpy as np

from skyweft.fleet import Floats

HALVES_ALIKE = 0.005  # of the sphere: a ring that parts it so evenly does not tell its inside


class Ring(NamedTuple):
    """A ring whose longitudes go on where they cross 180 degrees, and what was assumed of it."""

    positions: Floats  # (M, 2) longitude and latitude [deg]
    long_edges: int  # that spanned more than 180 degrees, and were taken the short way
    pole: int  # 1 north, -1 south: it goes around that one, and was led over it; 0 none


def continuous(positions: Floats) -> Ring:
    """Return a ring as a polygon on the plane, whichever way it was wound or continued.

    Parameters
    ----------
    positions : (M, 2)
        Longitude and latitude, closed or not. Two neighbours more than 180 degrees of longitude
        apart are joined the short way; 360 degrees apart they are one place, or, beside an edge
        along the meridian, the ends of a line around the whole parallel. [deg]

    Returns
    -------
    Ring
        One that goes around a pole holds the pole by which it leaves the smaller side.

    Raises
    ------
    ValueError
        A ring that goes around the Earth twice, or parts it into halves.
    """
    if np.array_equal(positions[0], positions[-1]):
        positions = positions[:-1]
    step = np.roll(positions[:, 0], -1) - positions[:, 0]
    whole = np.abs(np.abs(step) - 360) < 1e-9
    along_meridian = np.abs(step) < 1e-9
    border = whole & (np.roll(along_meridian, 1) | np.roll(along_meridian, -1))
    turns = np.where(border, 0, np.rint(step / 360))
    east = positions[:, 0] - 360 * np.concatenate([[0], np.cumsum(turns[:-1])])
    plane = np.column_stack([east, positions[:, 1]])
    long_edges = int(np.count_nonzero((np.abs(step) > 180) & ~whole))
    around = -int(turns.sum())
    if around == 0:
        return Ring(plane, long_edges, 0)
    if abs(around) > 1:
        raise ValueError(f"the ring goes around the Earth {abs(around)} times")
    last = plane[0] + (360 * around, 0)
    line = np.vstack([plane, last])
    pole = _nearer_pole(line)
    edge = [(last[0], 90.0 * pole), (plane[0, 0], 90.0 * pole)]
    return Ring(np.vstack([line, edge]), long_edges, pole)


def _nearer_pole(line: Floats) -> int:
    """Return by which pole (1, -1) a line around the Earth leaves the smaller side."""
    east, north = np.radians(line).T
    rise = np.diff(north)
    level = np.abs(rise) < 1e-9
    # The mean of the sine over each edge, on which latitude is linear in longitude.
    sine = np.where(level, np.sin(north[:-1]), -np.diff(np.cos(north)) / np.where(level, 1.0, rise))
    share = abs(float(np.sum(np.diff(east) * (1 - sine)))) / (4 * np.pi)
    if abs(share - 0.5) < HALVES_ALIKE:
        raise ValueError(
            "the ring goes around the Earth and parts it into halves: cut it at 180 degrees and "
            "lead it along the meridian and over the pole that lies inside"
        )
    return 1 if share < 0.5 else -1


def wrapped(longitude_deg: Floats) -> Floats:
    """Return longitudes of any turn as -180 to 180; what is there already stays to the last bit."""
    level = (longitude_deg + 180) % 360 - 180
    return np.where(np.abs(longitude_deg) > 180, level, longitude_deg)


def arc(longitude_deg: Floats) -> tuple[float, float]:
    """Return the western and the eastern end of what holds all longitudes.

    The least and the greatest; where an arc across 180 degrees is narrower, and less than half of
    the way around, its ends: the western one is the greater number then.
    """
    level = np.unique(wrapped(longitude_deg))
    gap = int(np.argmax(np.diff(level, append=level[0] + 360)))
    if gap + 1 < len(level) and level[gap] + 360 - level[gap + 1] < 180:
        return float(level[gap + 1]), float(level[gap])
    return float(level[0]), float(level[-1])
