"""Which beam of a platform serves whom at an instant: steered one by one, shared by those near.

Users come in the order of their worth. Each joins the beam whose centre is nearest to it, if that
is within half a width and has room; else the next free beam is steered at it.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skyweft.kernels import making
from skyweft.scenario.terminals import Beams

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Bools = NDArray[np.bool_]

NO_LIMIT = 1 << 30
UNSTEERED, UNLINKED = -1, -2  # in place of a beam: none has room; an end has no link left


@dataclass(frozen=True, slots=True)
class Limits:
    """How many links two ends hold at a time; on one `side` of a pair they count together."""

    source_max: int
    target_max: int
    side: int


def steered(
    beams: Beams,
    order: NDArray[np.int64],
    source: Ints,
    target: Ints,
    free: Bools,
    limits: Limits,
    position_m: Floats,
) -> tuple[Ints, Ints]:
    """Return the beam that serves each contact of a rule, or why none does.

    Parameters
    ----------
    beams : Beams
        How many a platform has, how wide, for how many users.
    order : (K,)
        Contacts, the best first.
    source, target : (K,)
        Their ends, rows of `position_m`.
    free : (K,)
        Whether a contact may be served at all.
    limits : Limits
        Of links at either end.
    position_m : (N, 3)
        Where everybody is. [m]

    Returns
    -------
    beam : (K,)
        Number of the beam at its platform, from 0 in the order of steering; `UNSTEERED` or
        `UNLINKED` where there is none.
    users : (N, count)
        How many each beam serves.
    """
    at, user = (source, target) if beams.end == "source" else (target, source)
    along_m = position_m[user] - position_m[at]
    with np.errstate(invalid="ignore", divide="ignore"):
        towards = along_m / np.linalg.norm(along_m, axis=1)[:, None]
    beam = np.full(len(source), UNSTEERED, np.int32)
    users = np.zeros((len(position_m), beams.count), np.int32)
    left = np.full((2, len(position_m)), limits.source_max, np.int64)
    left[1] = limits.target_max
    steering = _Steering(
        users,
        np.empty((len(position_m), beams.count, 3)),
        float(np.cos(np.radians(beams.width_deg / 2))),
        beams.users_max or NO_LIMIT,
    )
    contacts = _Contacts(source, target, at, towards, free)
    # Plain tuples: the names of others are looked up at every call, which takes microseconds.
    _steer(order, tuple(contacts), (left, limits.side), tuple(steering), beam)
    return beam, users


class _Contacts(NamedTuple):
    """Who may be served. (K,)."""

    source: Ints
    target: Ints
    at: Ints  # the end that has the beams
    towards: Floats  # (K, 3) from there to the user
    free: Bools


class _Left(NamedTuple):
    """Links that ends still hold: of sources, and on this `side` of targets."""

    links: NDArray[np.int64]  # (2, N)
    side: int


class _Steering(NamedTuple):
    """Beams that were steered so far, and what they are like."""

    users: Ints  # (N, count) 0: not steered
    centre: Floats  # (N, count, 3)
    cosine_min: float  # of half their width
    users_max: int


@making
def _steer(
    order: NDArray[np.int64], contacts: _Contacts, left: _Left, beams: _Steering, beam: Ints
) -> None:
    """Write the beam of every contact that is served, the best first."""
    source, target, at, towards, free = contacts
    links, side = left
    users, centre, cosine_min, users_max = beams
    for row in order:
        a, b, here = source[row], target[row], at[row]
        if not free[row]:
            continue
        if links[0, a] <= 0 or links[side, b] <= 0:
            beam[row] = UNLINKED
            continue
        chosen, nearest = -1, cosine_min
        for k in range(users.shape[1]):
            if users[here, k] == 0:
                if chosen < 0:
                    chosen = k
                    centre[here, k] = towards[row]
                break
            if users[here, k] < users_max:
                cosine = np.sum(centre[here, k] * towards[row])
                if cosine >= nearest:
                    chosen, nearest = k, cosine
        if chosen >= 0:
            beam[row] = chosen
            users[here, chosen] += 1
            links[0, a] -= 1
            links[side, b] -= 1
