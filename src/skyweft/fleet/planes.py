"""The planes and slots of one shell, and how its planes stand to each other.

Everything follows from the mean orbits at the run's start. Who sits where is told in `seats`, how
far neighbours are apart in `beside`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

UNEVEN = 1.5  # times the usual step between nodes: beyond it a plane is not beside the last
AGAINST_DEG = 135.0  # between the normals of planes: beyond it satellites meet head on


@dataclass(frozen=True, slots=True)
class MeanOrbits:
    """Mean orbits of satellites at one moment. Columns have shape (N,)."""

    node_deg: Floats  # right ascension of the ascending node, TEME
    latitude_deg: Floats  # mean argument of latitude: along the orbit from that node
    inclination_deg: Floats
    radius_m: Floats  # mean semi-major axis
    rate_deg_s: Floats  # along the orbit


@dataclass(frozen=True, slots=True)
class Planes:
    """Who sits where in a shell of P planes of S slots. Slots follow the direction of motion.

    `member` (P, S) is a row of the group, -1 where a slot is empty. The other columns are (P,):
    ascending node, inclination and radius of each plane, and the argument of latitude of its slot
    0, all at the start; `east` the plane beside it to the east, -1 over a seam; `turn` by how many
    slots the numbers have turned there (Walker's F where a ring of planes closes, else 0).
    """

    member: Ints
    node_deg: Floats
    inclination_deg: Floats
    radius_m: Floats
    latitude_deg: Floats
    east: Ints
    turn: Ints
    numbered: str = ""  # how slots were counted where the rows do not say it

    @property
    def shape(self) -> tuple[int, int]:
        """Planes, and slots in each."""
        return self.member.shape[0], self.member.shape[1]

    @property
    def slot_deg(self) -> float:
        """Along the orbit from slot to slot."""
        return 360.0 / self.shape[1]

    def places(self, count: int) -> tuple[Ints, Ints]:
        """Return plane and slot of every row of the group, (count,); -1 of those without."""
        plane, slot = np.full((2, count), -1, np.int32)
        where = np.nonzero(self.member >= 0)
        plane[self.member[where]], slot[self.member[where]] = where
        return plane, slot

    def steps_deg(self) -> Floats:
        """Return the step of each plane's node to the next one eastwards, (P,), beside or not."""
        order = np.argsort(self.node_deg % 360.0, kind="stable")
        steps = np.empty(len(order))
        steps[order] = steps_between(self.node_deg[order])
        return steps

    def words(self) -> str:
        """Tell how the planes stand to each other."""
        if self.shape[0] == 1:
            return ""
        steps, beside = self.steps_deg(), self.east >= 0
        usual = usual_step(steps)
        words = f"nodes {usual:.4g} deg apart"
        ahead = self._ahead()
        if ahead is not None:
            words += f", next plane {ahead:.4g} deg ahead"
        if not beside.all():
            seams = ", ".join(f"{step:.4g}" for step in np.sort(steps[~beside])[:3])
            many = "" if np.count_nonzero(~beside) <= 3 else " and more"
            words += f", seam of {seams}{many} deg"
        return words

    def apart(self) -> str:
        """Say where no planes are beside each other, other than at the one seam of a star."""
        steps, lonely = self.steps_deg(), self.east < 0
        usual = usual_step(steps)
        holes = steps[lonely & (steps > UNEVEN * usual) & (steps < 180.0 - usual / 2)]
        if len(holes):
            return (
                f"no link is across {len(holes):,} gap{'s' * (len(holes) != 1)} of "
                f"{holes.min():.4g} deg or more between nodes, while {usual:.4g} deg is usual"
            )
        if self.shape[0] > 1 and np.any(lonely & (steps <= UNEVEN * usual)):
            return (
                f"with nodes {usual:.4g} deg apart satellites of neighbouring planes meet head on: "
                "no link is across"
            )
        return ""

    def _ahead(self) -> float | None:
        """Return by how much the next plane is ahead, 0 to a slot, where it is so for all."""
        first = np.flatnonzero(self.east >= 0)
        if not len(first):
            return None
        ahead = self.latitude_deg[self.east[first]] - self.latitude_deg[first]
        off = wrapped(ahead - ahead[0], self.slot_deg)
        if np.abs(off).max() > 0.01 * self.slot_deg:
            return None
        return round(float((ahead[0] + off.mean() + 1e-6) % self.slot_deg), 5)


def wrapped(angle_deg: Floats, turn_deg: float = 360.0) -> Floats:
    """Return angles within half a turn of 0, -turn / 2 included."""
    return np.asarray((angle_deg + turn_deg / 2) % turn_deg - turn_deg / 2)


def steps_between(ascending_deg: Floats) -> Floats:
    """Return the steps from each of ascending angles to the next, around the circle, above 0."""
    ascending_deg = ascending_deg % 360.0
    return np.diff(np.append(ascending_deg, ascending_deg[0] + 360.0))


def usual_step(steps: Floats) -> float:
    """Return the median step, of two in the middle the lower one."""
    return float(np.sort(steps)[(len(steps) - 1) // 2])


def beside(node_deg: Floats, inclination_deg: Floats) -> Ints:
    """Return the plane beside each plane to the east, (P,); -1 where there is none.

    The next node eastwards is that of a neighbour if it is not much further than usual: the ends
    of a star and holes left by missing planes are no neighbours. Neither are planes whose
    satellites meet head on.

    Parameters
    ----------
    node_deg, inclination_deg : (P,)
        Of each plane.
    """
    count = len(node_deg)
    east = np.full(count, -1, np.int32)
    if count < 2:
        return east
    order = np.argsort(node_deg % 360.0, kind="stable")
    after = np.roll(order, -1)
    steps = steps_between(node_deg[order])
    normals = np.cross(*axes(node_deg, inclination_deg))
    along = np.sum(normals[order] * normals[after], axis=1)
    near = steps <= UNEVEN * usual_step(steps)
    near &= along > np.cos(np.radians(AGAINST_DEG))
    east[order[near]] = after[near]
    return east


def axes(node_deg: Floats, inclination_deg: Floats) -> tuple[Floats, Floats]:
    """Return unit vectors to each plane's ascending node and to its northmost point, (P, 3)."""
    node, tilt = np.radians(node_deg), np.radians(inclination_deg)
    zero = np.zeros(len(node))
    to_node = np.stack([np.cos(node), np.sin(node), zero], axis=1)
    north = [-np.sin(node) * np.cos(tilt), np.cos(node) * np.cos(tilt), np.sin(tilt) + zero]
    return to_node, np.stack(north, axis=1)
