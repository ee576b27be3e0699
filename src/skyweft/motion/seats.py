"""Who sits where in a shell: planes and slots told from the orbits, whatever the order of rows.

Planes are told apart by their nodes, slots by how far along the orbit satellites are. A satellite
that is missing leaves its slot empty; one beside another in a slot is a spare and sits nowhere.
The order of rows is asked for two things alone: what planes and slots are called, and who sits
where if the orbits do not show it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skyweft.errors import ScenarioError
from skyweft.fleet.planes import (
    Floats,
    Ints,
    MeanOrbits,
    Planes,
    beside,
    steps_between,
    wrapped,
)

APART = 3.0  # times: so much wider is the least step between planes than any within one
REGULAR = 0.7  # mean of the unit vectors of phases within a slot: 1 on a lattice, 0 without one
_NAMED = 3


@dataclass(frozen=True, slots=True)
class _Numbers:
    """Which seat of each plane is slot 0, and by how much the numbers turn to the next plane."""

    start: Ints
    turn: Ints
    words: str = ""


def seated(
    orbits: MeanOrbits, planes: int, per_plane: int, names: Sequence[str]
) -> tuple[Planes, list[str]]:
    """Tell planes and slots of a shell.

    Parameters
    ----------
    orbits : MeanOrbits
        Of N satellites, at the run's start.
    planes, per_plane : int
        What the user says of the shell.
    names : sequence of str
        For warnings.

    Returns
    -------
    planes : Planes
        Equal for equal orbits but for the names of planes and slots.
    warnings : list of str
        What had to be assumed; empty slots, and satellites without one.

    Raises
    ------
    ScenarioError
        The orbits do not show it, and there are not planes x per_plane satellites to take in order.
    """
    warnings: list[str] = []
    group, words = _groups(orbits.node_deg, planes)
    if words:
        if len(names) != planes * per_plane:
            raise ScenarioError(words)
        warnings.append(
            f"{words}: assumed that the rows fill the planes one after the other, and that planes "
            "are neighbours in the order of their mean nodes"
        )
        seats = np.arange(planes * per_plane, dtype=np.int32).reshape(planes, per_plane)
    else:
        seats = _seats(orbits, group, planes, per_plane)
        warnings += _odd(orbits, seats, names)
    return _numbered(orbits, seats, len(names), in_order=bool(words)), warnings


def _groups(node_deg: Floats, planes: int) -> tuple[NDArray[np.intp], str]:
    """Return the plane of each satellite, (N,), by the widest steps between nodes; or why not."""
    count = len(node_deg)
    if planes == 1:
        return np.zeros(count, np.intp), ""
    if count < planes:
        return np.zeros(count, np.intp), f"they are fewer than the {planes:,} planes"
    order = np.argsort(node_deg % 360.0, kind="stable")
    steps = steps_between(node_deg[order])
    widest = np.argsort(-steps, kind="stable")
    least, inside = steps[widest[planes - 1]], steps[widest[planes:]].max(initial=0.0)
    cut = np.zeros(count, bool)
    cut[widest[:planes]] = True
    group = np.empty(count, np.intp)
    group[order] = (np.cumsum(cut) - cut) % planes
    if least > APART * inside:
        return group, ""
    return group, (
        f"the nodes do not part into {planes:,} planes: steps between planes would be from "
        f"{least:.3g} deg on, and within planes up to {inside:.3g} deg"
    )


def _seats(orbits: MeanOrbits, group: NDArray[np.intp], planes: int, per_plane: int) -> Ints:
    """Return who sits in which slot of each plane, (P, S), along the orbit; -1: nobody."""
    phase = np.exp(1j * np.radians(orbits.latitude_deg) * per_plane)
    sums = np.bincount(group, phase.real, planes) + 1j * np.bincount(group, phase.imag, planes)
    regular = np.abs(sums) >= REGULAR * np.bincount(group, minlength=planes)
    first_deg = np.degrees(np.angle(sums)) / per_plane
    exact = (orbits.latitude_deg - first_deg[group]) * per_plane / 360.0
    slot = np.rint(exact).astype(np.int64) % per_plane
    strange = np.abs(orbits.rate_deg_s / np.median(orbits.rate_deg_s) - 1.0).round(4)
    # Who flies as the others do and sits nearest to the slot's middle comes last, and stays.
    order = np.lexsort((np.abs(exact - np.rint(exact)), strange))[::-1]
    seats = np.full((planes, per_plane), -1, np.int32)
    seats[group[order], slot[order]] = order
    for plane in np.flatnonzero(~regular):
        rows = np.flatnonzero(group == plane)
        if len(rows) != per_plane:
            raise ScenarioError(
                f"{len(rows):,} satellites of one plane do not stand in {per_plane:,} even slots"
            )
        seats[plane] = rows[np.argsort(orbits.latitude_deg[rows] % 360.0, kind="stable")]
    return seats


def _odd(orbits: MeanOrbits, seats: Ints, names: Sequence[str]) -> list[str]:
    """Name empty slots and satellites without one."""
    lines = []
    if empty := np.count_nonzero(seats < 0):
        plane = int(np.flatnonzero((seats < 0).any(axis=1))[0])
        node = orbits.node_deg[seats[plane][seats[plane] >= 0]]
        lines.append(
            f"{empty:,} of {seats.size:,} slots are empty, the first in the plane whose node is at "
            f"{node[0] % 360:.4g} deg: no link is there"
        )
    spare = np.setdiff1d(np.arange(len(names)), seats)
    if len(spare):
        some = ", ".join(names[row] for row in spare[:_NAMED])
        more = f" and {len(spare) - _NAMED:,} more" if len(spare) > _NAMED else ""
        lines.append(f"beside the slots of the planes, in no grid: {some}{more}")
    uneven = _uneven(orbits, seats)
    if uneven.any():
        last = names[seats[uneven][0].max()]
        lines.append(
            f"{np.count_nonzero(uneven):,} of {len(seats):,} planes are not evenly filled: slots "
            f"are taken in the order along the orbit, as in the plane of {last}"
        )
    return lines


def _uneven(orbits: MeanOrbits, seats: Ints) -> NDArray[np.bool_]:
    """Return which planes' satellites do not stand on a lattice of slots, (P,)."""
    phase = np.exp(1j * np.radians(orbits.latitude_deg) * seats.shape[1])
    sums = np.where(seats >= 0, phase[seats], 0.0).sum(axis=1)
    return np.asarray(np.abs(sums) < REGULAR * np.count_nonzero(seats >= 0, axis=1))


def _numbered(orbits: MeanOrbits, seats: Ints, count: int, in_order: bool) -> Planes:
    """Give planes and slots their numbers: the rows' own if asked, or where they make sense."""
    node, tilt, radius, latitude = _means(orbits, seats)
    east = beside(node, tilt)
    by_node = np.argsort((node + 1e-6) % 360.0, kind="stable")
    chain = _from_seam(by_node, east)
    slot_deg = 360.0 / seats.shape[1]
    first_row = np.where(seats >= 0, seats, count).min(axis=1)
    blocks = bool(np.all(seats.max(axis=1) - first_row < np.count_nonzero(seats >= 0, axis=1)))
    numbers = _Numbers(*np.zeros((2, len(seats)), np.int32)) if in_order else None
    if blocks and not in_order:
        numbers = _as_written(seats, latitude, chain, slot_deg)
    if numbers is None:
        numbers = _as_flown(latitude, chain, slot_deg, bool(east[chain[-1]] >= 0))
    order = np.argsort(first_row, kind="stable") if blocks else chain
    number = np.empty(len(order), np.int32)
    number[order] = np.arange(len(order))
    beyond = np.where(east >= 0, number[east], -1).astype(np.int32)
    return Planes(
        member=_turned(seats, numbers.start)[order],
        node_deg=node[order],
        inclination_deg=tilt[order],
        radius_m=radius[order],
        latitude_deg=(latitude + numbers.start * slot_deg)[order] % 360.0,
        east=beyond[order],
        turn=numbers.turn[order],
        numbered=numbers.words,
    )


def _means(orbits: MeanOrbits, seats: Ints) -> tuple[Floats, Floats, Floats, Floats]:
    """Return node, inclination, radius and argument of latitude of seat 0 of every plane."""
    here = seats >= 0
    first = here.argmax(axis=1)[:, None]
    count = np.count_nonzero(here, axis=1)

    def mean(values: Floats) -> Floats:
        one = np.take_along_axis(values, first, axis=1)
        off = np.where(here, wrapped(values - one), 0.0).sum(axis=1) / count
        return np.asarray((one[:, 0] + off) % 360.0)

    along = orbits.latitude_deg[seats] - np.arange(seats.shape[1]) * 360.0 / seats.shape[1]
    return (
        mean(orbits.node_deg[seats]),
        np.where(here, orbits.inclination_deg[seats], 0.0).sum(axis=1) / count,
        np.where(here, orbits.radius_m[seats], 0.0).sum(axis=1) / count,
        mean(along),
    )


def _turned(seats: Ints, start: Ints) -> Ints:
    """Return the seats of each plane from `start` on, (P, S)."""
    slots = seats.shape[1]
    return np.take_along_axis(seats, (np.arange(slots) + start[:, None]) % slots, axis=1)


def _from_seam(by_node: NDArray[np.intp], east: Ints) -> NDArray[np.intp]:
    """Return the planes eastwards, from a seam on where there is one."""
    ends = np.flatnonzero(east[by_node] < 0)
    return np.roll(by_node, -(int(ends[0]) + 1)) if len(ends) else by_node


def _as_written(
    seats: Ints, latitude: Floats, chain: NDArray[np.intp], slot_deg: float
) -> _Numbers | None:
    """Return the rows' own numbers: slot 0 is a plane's first row.

    None where rows do not ascend along the orbit, or the planes' first rows do not follow each
    other by even steps (a Walker shell) or by half a slot to and fro.
    """
    start = np.where(seats >= 0, seats, np.iinfo(np.int32).max).argmin(axis=1).astype(np.int32)
    turned = _turned(seats, start)
    if np.any(turned < 0) or np.any(np.diff(turned, axis=1) < 0):
        return None
    turn = np.zeros(len(seats), np.int32)
    if len(chain) == 1:
        return _Numbers(start, turn)
    first = (latitude + start * slot_deg)[chain]
    steps = np.roll(first, -1) - first  # the last one closes the ring
    sums = [np.abs(wrapped(steps - step)).sum() for step in steps[:9]]
    off = wrapped(steps - steps[int(np.argmin(sums))])
    odd = np.flatnonzero(np.abs(off) > slot_deg / 4)
    if len(odd) <= 1:
        turn[chain[odd]] = -np.rint(off[odd] / slot_deg).astype(np.int32)
        return _Numbers(start, turn)
    half = wrapped(steps) / slot_deg
    to_and_fro = np.abs(np.abs(half[:-1]) - 0.5) < 0.1
    if to_and_fro.all() and np.all(half[:-2] * half[1:-1] < 0) and abs(half[-1]) < 0.6:
        return _Numbers(start, turn)
    return None


def _as_flown(latitude: Floats, chain: NDArray[np.intp], slot_deg: float, closed: bool) -> _Numbers:
    """Return numbers by the orbits alone: slot 0 is the one at or next ahead of the last plane's.

    Where all planes are half a slot on, it is ahead and behind in turn.
    """
    ahead = np.roll(latitude[chain], -1) - latitude[chain]
    part = (ahead / slot_deg + 0.05) % 1.0 - 0.05  # of a slot, what hardly lags counts as level
    halves = bool(np.all(np.abs(part[:-1] - 0.5) < 0.1))
    wanted = part[:-1] - (np.arange(len(part) - 1) % 2 if halves else 0)
    first = latitude[chain[0]] + np.concatenate([[0.0], np.cumsum(wanted)]) * slot_deg
    slots = round(360.0 / slot_deg)
    start = np.zeros(len(chain), np.int32)
    start[chain] = np.rint((first - latitude[chain]) / slot_deg).astype(np.int64) % slots
    turn = np.zeros(len(chain), np.int32)
    if closed:
        last = part[-1] - (1 if part[-1] > (0.4 if halves else 1.0) else 0)
        turn[chain[-1]] = round(last - (first[0] - first[-1]) / slot_deg)
    words = "half a slot ahead and behind in turn" if halves else "at or next ahead of it"
    return _Numbers(start, turn, f"slot k of the next plane to the east is the one {words}")
