"""How far neighbours of a shell are apart over an orbit, and which are nearest.

Orbits are circles of the shell's mean orbits at the start: good to the eccentricity, which is some
thousandths in shells with lasers.
"""

from dataclasses import dataclass

import numpy as np

from skyweft.fleet.planes import Floats, Ints, Planes, axes

# Shifts whose mean lengths agree to this share are equally near, and the first one ahead is taken:
# a shell written with four decimals of a degree is the same shell.
AS_NEAR = 1e-3


@dataclass(frozen=True, slots=True)
class Lengths:
    """Distances over an orbit [m]: mean, least and greatest, arrays of one shape."""

    mean_m: Floats
    least_m: Floats
    greatest_m: Floats


def across(planes: Planes, plane: Ints, shift: Ints) -> Lengths:
    """Return the distances of slots to those of the plane beside theirs in the east.

    Parameters
    ----------
    planes : Planes
        The shell.
    plane : (K,)
        Planes that have one beside them.
    shift : (K,)
        Slot k with slot k + shift there.

    References
    ----------
    The squared distance is p - q cos(twice the way along the orbit), so that its root has the mean
    2 / pi sqrt(p + q) E(2 q / (p + q)); E is the complete elliptic integral, DLMF 19.2.8.
    """
    other = planes.east[plane]
    ahead_deg = planes.latitude_deg[other] - planes.latitude_deg[plane] + shift * planes.slot_deg
    one, two = (
        axes(planes.node_deg[number], planes.inclination_deg[number]) for number in (plane, other)
    )
    cosine, sine = np.cos(np.radians(ahead_deg)), np.sin(np.radians(ahead_deg))
    pp, pq, qp, qq = (np.sum(a * b, axis=-1) for a in one for b in two)
    # The other end is at to_node cos(u + ahead) + north sin(u + ahead).
    along = (pp + qq) * cosine + (pq - qp) * sine
    swing = np.hypot((pp - qq) * cosine + (pq + qp) * sine, (pq + qp) * cosine - (pp - qq) * sine)
    a, b = planes.radius_m[plane], planes.radius_m[other]
    return _lengths(a**2 + b**2 - a * b * along, a * b * swing)


def _lengths(p: Floats, q: Floats) -> Lengths:
    """Return mean and ends of sqrt(p - q cos x) over x."""
    from scipy.special import ellipe

    p = np.maximum(p, q)  # rounding, where two meet
    greatest = np.sqrt(p + q)
    share = np.divide(2 * q, p + q, out=np.zeros(np.shape(p)), where=p + q > 0)
    mean = 2 / np.pi * greatest * ellipe(share)
    return Lengths(mean, np.sqrt(p - q), greatest)


def within(planes: Planes) -> Floats:
    """Return the distance of the next slot in each plane, (P,) [m]."""
    return np.asarray(2 * planes.radius_m * np.sin(np.pi / planes.shape[1]))


def shifts(planes: Planes, grid_offset: int | None = None) -> Ints:
    """Return how many slots on the neighbour in the plane to the east sits, (P,).

    Slot k of plane p is beside slot k + shifts[p] of `planes.east[p]`. Of every two planes those
    are joined that are nearest on average over an orbit, which in a Walker shell is the same step
    everywhere.

    Parameters
    ----------
    planes : Planes
        The shell.
    grid_offset : int, optional
        So many slots on instead, by the slots' numbers.
    """
    if grid_offset is not None:
        return np.asarray((planes.turn + grid_offset) % planes.shape[1], np.int32)
    found = np.zeros(planes.shape[0], np.int32)
    first = np.flatnonzero(planes.east >= 0).astype(np.int32)
    every = np.arange(planes.shape[1], dtype=np.int32)
    for plane in first:  # one by one: planes x slots x slots would not fit for large shells
        found[plane] = _nearest(planes, int(plane), every)
    return found


def _nearest(planes: Planes, plane: int, every: Ints) -> int:
    mean_m = across(planes, np.full(len(every), plane, np.int32), every).mean_m
    as_near = np.flatnonzero(mean_m <= mean_m.min() * (1 + AS_NEAR))
    ahead = planes.latitude_deg[planes.east[plane]] - planes.latitude_deg[plane]
    return int(as_near[np.argmin((ahead + as_near * planes.slot_deg + 1e-3) % 360.0)])


def mean_m(planes: Planes, shift: Ints) -> float:
    """Return the mean distance across planes [m]; NaN where none is beside another."""
    first = np.flatnonzero(planes.east >= 0).astype(np.int32)
    if not len(first):
        return float("nan")
    return float(across(planes, first, shift[first]).mean_m.mean())


def nearer(planes: Planes, grid_offset: int) -> str:
    """Say which links would be shorter than those of a forced offset; empty where none are."""
    forced_m = mean_m(planes, shifts(planes, grid_offset))
    free_m = mean_m(planes, shifts(planes))
    if not forced_m > free_m * (1 + AS_NEAR):
        return ""
    slots = planes.shape[1]
    others_m = np.array([mean_m(planes, shifts(planes, shift)) for shift in range(slots)])
    best = int(others_m.argmin())
    words = (
        f"grid_offset = {grid_offset} joins satellites of neighbouring planes "
        f"{forced_m / 1e3:,.0f} km apart on average"
    )
    if others_m[best] < forced_m * (1 - AS_NEAR):
        signed = (best + slots // 2) % slots - slots // 2
        words += f"; grid_offset = {signed} would join those {others_m[best] / 1e3:,.0f} km apart"
    if free_m < others_m[best] * (1 - AS_NEAR) or best == grid_offset % slots:
        words += f"; left out, those {free_m / 1e3:,.0f} km apart are joined"
    return words


def reported(planes: Planes, grid_offset: int | None, ring: bool = False) -> str:
    """Tell the lengths of a shell's links; of a ring those in the plane alone.

    Parameters
    ----------
    planes : Planes
        The shell.
    grid_offset : int, optional
        As the rule has it.
    ring : bool
        Whether the rule joins no planes.
    """
    parts = []
    if planes.shape[1] > 1:
        parts.append(f"in the plane {_range(within(planes), within(planes), within(planes))}")
    first = np.flatnonzero(planes.east >= 0).astype(np.int32)
    if len(first) and not ring:
        shift = shifts(planes, grid_offset)[first]
        found = across(planes, first, shift)
        parts.append(f"across {_range(found.mean_m, found.least_m, found.greatest_m)}")
    elif not ring and planes.shape[0] > 1:
        parts.append("none across")
    return ", ".join(parts)


def _range(mean: Floats, least: Floats, greatest: Floats) -> str:
    words = [f"{length_m / 1e3:,.0f}" for length_m in (mean.mean(), least.min(), greatest.max())]
    if words[1] == words[2]:
        return f"{words[0]} km"
    return f"{words[0]} km on average ({words[1]} to {words[2]})"
