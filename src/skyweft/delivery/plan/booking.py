"""Which stretches of which contacts are taken, by whom, and what goes first."""

from collections import defaultdict

import numpy as np

from skyweft.delivery.plan.product import ContactPlan, Route
from skyweft.delivery.plan.search import NOBODY, Slots


class Bookings:
    """Stretches of a plan's contacts taken by bundles; grows as they are booked.

    A contact sends one bundle at a time. Time is booked, not volume alone: of two bundles that both
    fit one is later, and its route goes on from there. A bundle is not in the route of one of
    higher priority, unless its sending has begun.

    Parameters
    ----------
    plan : ContactPlan
        Whose contacts are taken.
    """

    def __init__(self, plan: ContactPlan) -> None:
        rows = 64
        self.slots = Slots(
            np.full(len(plan), NOBODY, np.int64),
            np.empty(rows, np.int64),
            np.empty(rows, np.float64),
            np.empty(rows, np.float64),
            np.empty(rows, np.int8),
        )
        self._bundle: list[int] = []  # of every slot
        self._unused: list[int] = []
        self._taken: defaultdict[int, dict[int, int]] = defaultdict(dict)  # bundle, contact: slot

    def take(self, bundle: int, route: Route, priority: int) -> set[int]:
        """Book all hops of a route, found with these bookings; return the bundles it displaces.

        A displaced bundle keeps its other stretches until they are released.
        """
        displaced: set[int] = set()
        for row, begin_s, end_s in zip(route.contact, route.begin_s, route.sent_s, strict=True):
            if begin_s < end_s:
                displaced |= self._clear(int(row), begin_s, end_s)
                self._insert(bundle, int(row), begin_s, end_s, priority)
        return displaced

    def release(self, bundle: int, from_s: float) -> None:
        """Give back what a bundle has booked and not begun to use by a time."""
        taken = self._taken[bundle]
        for row, slot in list(taken.items()):
            if self.slots.begin_s[slot] >= from_s:
                self._remove(row, slot)

    def _clear(self, row: int, begin_s: float, end_s: float) -> set[int]:
        """Take a stretch from those who have it."""
        found, slot = set(), int(self.slots.head[row])
        while slot != NOBODY:
            following = int(self.slots.following[slot])
            if self.slots.begin_s[slot] < end_s and self.slots.end_s[slot] > begin_s:
                found.add(self._bundle[slot])
                self._remove(row, slot)
            slot = following
        return found

    def _insert(self, bundle: int, row: int, begin_s: float, end_s: float, priority: int) -> None:
        slot = self._unused.pop() if self._unused else len(self._bundle)
        if slot == len(self._bundle):
            self._bundle.append(bundle)
            if slot == len(self.slots.begin_s):
                head, *rest = self.slots
                self.slots = Slots(head, *(np.concatenate([span, span]) for span in rest))
        _, following, begins_s, ends_s, priorities = self.slots
        self._bundle[slot], self._taken[bundle][row] = bundle, slot
        begins_s[slot], ends_s[slot], priorities[slot] = begin_s, end_s, priority
        before, after = self._around(row, begin_s)
        following[slot] = after
        self._link(row, before, slot)

    def _remove(self, row: int, slot: int) -> None:
        before, at = NOBODY, int(self.slots.head[row])
        while at != slot:
            before, at = at, int(self.slots.following[at])
        self._link(row, before, int(self.slots.following[slot]))
        del self._taken[self._bundle[slot]][row]
        self._unused.append(slot)

    def _around(self, row: int, begin_s: float) -> tuple[int, int]:
        """Return the slots of a contact before and after a time."""
        before, after = NOBODY, int(self.slots.head[row])
        while after != NOBODY and self.slots.begin_s[after] < begin_s:
            before, after = after, int(self.slots.following[after])
        return before, after

    def _link(self, row: int, before: int, slot: int) -> None:
        if before == NOBODY:
            self.slots.head[row] = slot
        else:
            self.slots.following[before] = slot
