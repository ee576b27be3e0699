"""What two platforms see of each other: distance, its change, and how high above each's horizon.

Both ends may move. The local vertical of a mover is the geodetic one below it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skyweft.fleet import Fleet, Motion
from skyweft.kernels import making, spliced
from skyweft.motion.hermite import states_at
from skyweft.world.ellipsoid import ECCENTRICITY_SQUARED, SEMI_MAJOR_M, SEMI_MINOR_M

Floats = NDArray[np.float64]
Rows = NDArray[np.integer]
States = tuple[Floats, Floats, Floats]  # position, velocity, acceleration

# Position, velocity and acceleration of one platform, along three axes each.
Nine = tuple[float, float, float, float, float, float, float, float, float]

HAIR_S = 1e-6


@dataclass(frozen=True, slots=True)
class Geometry:
    """Columns of shape (K,); NaN where either end is absent."""

    range_m: Floats
    range_rate_m_s: Floats
    range_acceleration_m_s2: Floats
    rise_source: Floats  # sine of the target's angle above the source's horizon
    rise_target: Floats  # sine of the source's angle above the target's horizon

    def taking(self, rows: Rows | NDArray[np.bool_]) -> "Geometry":
        """Return the chosen samples."""
        return Geometry(*(getattr(self, name)[rows] for name in self.__slots__))

    def swapped(self) -> "Geometry":
        """Return the same with the two ends exchanged."""
        return Geometry(
            self.range_m,
            self.range_rate_m_s,
            self.range_acceleration_m_s2,
            self.rise_target,
            self.rise_source,
        )


def geometry_between(
    fleet: Fleet, motion: Motion, source: Rows, target: Rows, time_s: Floats
) -> Geometry:
    """Return what source and target see of each other, each pair at its own time.

    Parameters
    ----------
    fleet, motion : Fleet, Motion
        Who and where.
    source, target : (K,)
        Rows of `fleet`.
    time_s : (K,)
        Within the tracks. [s]

    Returns
    -------
    geometry : Geometry
        Range rates follow from the cubic tracks: for a low orbit with knots every 60 s within
        0.02 m/s, the acceleration within 0.01 m/s2. Verticals are exact near the ground and within
        1e-7 degrees at any height.
    """
    ends = (states_of(fleet, motion, end, time_s) for end in (source, target))
    return geometry_of(*ends)


def geometry_of(source: States, target: States) -> Geometry:
    """Return what two ends see of each other whose states, (K, 3) each, are known."""
    columns = np.empty((5, len(source[0])))
    _fill(*source, *target, columns)
    return Geometry(*columns)


def states_of(fleet: Fleet, motion: Motion, platform: Rows, time_s: Floats) -> States:
    """Return position, velocity, acceleration (K, 3) of movers and of what stands."""
    mover = fleet.mover[platform]
    moves = mover >= 0
    if moves.all():
        return _track_states(motion, mover, time_s)
    position = motion.sites.position_m[np.maximum(fleet.site[platform], 0)]
    velocity, acceleration = np.zeros(position.shape), np.zeros(position.shape)
    if moves.any():
        states = _track_states(motion, mover[moves], time_s[moves])
        position[moves], velocity[moves], acceleration[moves] = states
    return position, velocity, acceleration


def _track_states(motion: Motion, mover: Rows, time_s: Floats) -> States:
    states = states_at(motion.tracks, mover, time_s)
    # On the last knot before a mover leaves, the interval that starts there has no other end.
    gone = np.isnan(states[0][:, 0]) & (time_s - HAIR_S >= motion.tracks.time_s[0])
    if gone.any():
        again = states_at(motion.tracks, mover[gone], time_s[gone] - HAIR_S)
        for state, better in zip(states, again, strict=True):
            state[gone] = better
    return states


@spliced
def _rise(x: float, y: float, z: float, dx: float, dy: float, dz: float, distance: float) -> float:
    """Return the sine of a line's angle above the plane across the geodetic vertical."""
    across = max(np.sqrt(x * x + y * y), 1e-9)  # over a pole
    # Bowring's formula: tangent of the geodetic latitude from the reduced one, without iteration.
    tangent = z * SEMI_MAJOR_M / (across * SEMI_MINOR_M)
    cosine = 1 / np.sqrt(1 + tangent * tangent)
    sine = tangent * cosine
    north = z + ECCENTRICITY_SQUARED / (1 - ECCENTRICITY_SQUARED) * SEMI_MINOR_M * sine**3
    out = across - ECCENTRICITY_SQUARED * SEMI_MAJOR_M * cosine**3
    length = np.sqrt(north * north + out * out)
    rise = ((x * dx + y * dy) / across * out + dz * north) / (length * distance)
    clipped: float = min(max(rise, -1.0), 1.0)
    return clipped


@making
def _fill(
    a: Floats,
    va: Floats,
    aa: Floats,
    b: Floats,
    vb: Floats,
    ab: Floats,
    columns: Floats,
) -> None:
    """Write the five columns of `Geometry`; NaN goes in and comes out."""
    for k in range(a.shape[0]):
        source = (
            a[k, 0],
            a[k, 1],
            a[k, 2],
            va[k, 0],
            va[k, 1],
            va[k, 2],
            aa[k, 0],
            aa[k, 1],
            aa[k, 2],
        )
        target = (
            b[k, 0],
            b[k, 1],
            b[k, 2],
            vb[k, 0],
            vb[k, 1],
            vb[k, 2],
            ab[k, 0],
            ab[k, 1],
            ab[k, 2],
        )
        (columns[0, k], columns[1, k], columns[2, k], columns[3, k], columns[4, k]) = seen_between(
            source, target
        )


@making
def seen_between(source: Nine, target: Nine) -> tuple[float, float, float, float, float]:
    """Return one entry of each column of `Geometry`, within kernels.

    Of each end: position, velocity, acceleration, along three axes each.
    """
    ax, ay, az, avx, avy, avz, aax, aay, aaz = source
    bx, by, bz, bvx, bvy, bvz, bax, bay, baz = target
    dx, dy, dz = bx - ax, by - ay, bz - az
    vx, vy, vz = bvx - avx, bvy - avy, bvz - avz
    distance = np.sqrt(dx * dx + dy * dy + dz * dz)
    rate = (dx * vx + dy * vy + dz * vz) / distance
    bend = vx * vx + dx * (bax - aax)
    bend += vy * vy + dy * (bay - aay)
    bend += vz * vz + dz * (baz - aaz)
    return (
        distance,
        rate,
        (bend - rate * rate) / distance,
        _rise(ax, ay, az, dx, dy, dz, distance),
        _rise(bx, by, bz, -dx, -dy, -dz, distance),
    )
