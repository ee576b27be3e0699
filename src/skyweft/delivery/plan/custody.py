"""Bundles carried over a contact plan, from custodian to custodian, until they arrive or are lost.

Every node knows the plan and what is booked. A bundle books its whole route when it is created, and
another when one of higher priority (a lower number) displaces it (under way: once it has arrived)
or a full node refuses it, which it does not ask again in that contact. Who has a bundle keeps it
until the next node has taken it whole; that this is known at once is the one thing faster here than
light.
"""

from dataclasses import dataclass
from heapq import heappop, heappush

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skyweft.delivery.plan.booking import Bookings
from skyweft.delivery.plan.product import ContactPlan, Floats, Ints, Longs, Route
from skyweft.delivery.plan.routes import NOTHING, Errand, best
from skyweft.delivery.product import CAUSES

DELIVERED, NO_ROUTE, TOO_LARGE, TAKEN, EXPIRED, NO_ROOM = (
    CAUSES.index(cause)
    for cause in ("", "no route", "too large", "contacts taken", "expired", "storage")
)
_RECEIVED, _CREATED = 0, 1  # of one moment: who leaves makes room for who comes


@dataclass(frozen=True, slots=True)
class Bundles:
    """What is to be carried. Columns have shape (B,)."""

    source: Ints  # rows of the plan's names
    target: Ints
    created_s: Floats
    size_bytes: Floats
    lifetime_s: Floats  # from creation on; inf: any
    priority: NDArray[np.int8]  # 0 goes first: expedited 0, normal 1, bulk 2

    def __post_init__(self) -> None:
        assert len({len(getattr(self, name)) for name in self.__slots__}) == 1
        assert np.all(self.source != self.target)
        assert np.all(self.size_bytes >= 0)

    def __len__(self) -> int:
        return len(self.source)


@dataclass(frozen=True, slots=True)
class Carried:
    """What became of bundles, (B,), and every hop that was begun, (L,), by bundle, then time."""

    received_s: Floats  # at the target; NaN: lost
    cause: NDArray[np.int8]  # place in `product.CAUSES`, 0 where it arrived
    bundle: Longs  # (L,)
    contact: Longs  # (L,) row of the plan
    begin_s: Floats  # (L,) of sending
    sent_s: Floats  # (L,)
    taken_s: Floats  # (L,) when the next node had it; NaN: it had no room
    stored_max_bytes: Floats  # (N,) most that a node held at a time

    def __post_init__(self) -> None:
        assert np.array_equal(np.isnan(self.received_s), self.cause != DELIVERED)
        assert len({len(getattr(self, name)) for name in self.__slots__[2:7]}) == 1

    def __len__(self) -> int:
        return len(self.received_s)


def carry(plan: ContactPlan, bundles: Bundles, storage_bytes: ArrayLike | None = None) -> Carried:
    """Carry bundles over a contact plan.

    Parameters
    ----------
    plan : ContactPlan
        Who can send to whom.
    bundles : Bundles
        In any order; of two alike the first goes first.
    storage_bytes : (N,), optional
        What each node can hold of what is not for it; without limit unless given. [byte]

    Returns
    -------
    Carried
        Every bundle arrives, or has one cause why not.
    """
    room = np.full(len(plan.names), np.inf) if storage_bytes is None else storage_bytes
    carrying = _Carrying(plan, bundles, np.asarray(room, np.float64))
    carrying.run()
    return carrying.result()


class _Carrying:
    """The state of the network between two events."""

    def __init__(self, plan: ContactPlan, bundles: Bundles, room_bytes: Floats) -> None:
        count = len(bundles)
        self.plan, self.bundles, self.room_bytes = plan, bundles, room_bytes
        self.bookings = Bookings(plan)
        self.node = bundles.source.copy()  # the custodian
        self.route: list[Route | None] = [None] * count
        self.hop = np.zeros(count, np.int64)
        self.hops_kept = np.zeros(count, np.int64)  # of its route; fewer than all once displaced
        self.refused: dict[int, NDArray[np.uint8]] = {}  # contacts, by bundle
        self.version = np.zeros(count, np.int64)  # an event of an older one is void
        self.stored = np.zeros(len(plan.names))
        self.stored_max = np.zeros(len(plan.names))
        self.received_s = np.full(count, np.nan)
        self.cause = np.zeros(count, np.int8)
        self.log: list[tuple[int, int, float, float, float]] = []
        self.events: list[tuple[float, int, int, int, int]] = []

    def run(self) -> None:
        """Let everything happen, in order of time; of one moment, by priority."""
        for bundle, created_s in enumerate(self.bundles.created_s):
            self._expect(float(created_s), _CREATED, bundle)
        while self.events:
            now_s, kind, _, bundle, version = heappop(self.events)
            if version != self.version[bundle]:
                continue
            if kind == _RECEIVED:
                self._receive(bundle, now_s)
            elif self._fits(bundle, self.node[bundle]):
                self._store(bundle, self.node[bundle])
                self._send(bundle, now_s)
            else:
                self.cause[bundle] = NO_ROOM

    def _expect(self, time_s: float, kind: int, bundle: int) -> None:
        urgent = int(self.bundles.priority[bundle])
        heappush(self.events, (time_s, kind, urgent, bundle, int(self.version[bundle])))

    def _fits(self, bundle: int, node: int) -> bool:
        return bool(self.stored[node] + self.bundles.size_bytes[bundle] <= self.room_bytes[node])

    def _store(self, bundle: int, node: int) -> None:
        self.stored[node] += self.bundles.size_bytes[bundle]
        self.stored_max[node] = max(self.stored_max[node], self.stored[node])

    def _drop(self, bundle: int) -> None:
        self.stored[self.node[bundle]] -= self.bundles.size_bytes[bundle]

    def _errand(self, bundle: int, now_s: float) -> Errand:
        every = self.bundles
        return Errand(
            int(self.node[bundle]),
            int(every.target[bundle]),
            now_s,
            float(8 * every.size_bytes[bundle]),
            int(every.priority[bundle]),
            now_s,
        )

    def _deadline_s(self, bundle: int) -> float:
        return float(self.bundles.created_s[bundle] + self.bundles.lifetime_s[bundle])

    def _send(self, bundle: int, now_s: float) -> None:
        """Find a route for a bundle, and others for those it displaces, the most urgent first."""
        waiting = [bundle]
        while waiting:
            waiting.sort(key=lambda each: (-self.bundles.priority[each], -each))
            displaced = self._book(waiting.pop(), now_s)
            waiting += [bundle for bundle in displaced if self._stop(bundle, now_s)]

    def _book(self, bundle: int, now_s: float) -> set[int]:
        """Book the best route from here, or lose the bundle; return whom it displaces."""
        shut = self.refused.get(bundle, NOTHING)
        route = best(self.plan, self._errand(bundle, now_s), self.bookings.slots, shut)
        if route is None or route.arrival_s > self._deadline_s(bundle):
            self.cause[bundle] = self._why(bundle, now_s)
            self._drop(bundle)
            return set()
        self.route[bundle], self.hop[bundle], self.hops_kept[bundle] = route, 0, len(route)
        self._expect(float(route.received_s[0]), _RECEIVED, bundle)
        return self.bookings.take(bundle, route, int(self.bundles.priority[bundle]))

    def _stop(self, bundle: int, now_s: float) -> bool:
        """Give back what is not begun of a route; return whether the bundle stands still so."""
        self.bookings.release(bundle, now_s)
        route, hop = self.route[bundle], self.hop[bundle]
        assert route is not None
        if route.begin_s[hop] < now_s:
            self.hops_kept[bundle] = hop + 1
            return False
        self.version[bundle] += 1
        return True

    def _receive(self, bundle: int, now_s: float) -> None:
        """Hand a bundle over at the end of a hop, or leave it where it is."""
        route, hop = self.route[bundle], int(self.hop[bundle])
        assert route is not None
        row = int(route.contact[hop])
        node = self.plan.target[row]
        last = node == self.bundles.target[bundle]
        taken = last or self._fits(bundle, node)
        times = float(route.begin_s[hop]), float(route.sent_s[hop]), now_s if taken else np.nan
        self.log.append((bundle, row, *times))
        if not taken:
            self.bookings.release(bundle, now_s)
            self.refused.setdefault(bundle, np.zeros(len(self.plan), np.uint8))[row] = 1
            self._send(bundle, now_s)
            return
        self._drop(bundle)
        self.node[bundle] = node
        if last:
            self.received_s[bundle] = now_s
            return
        self._store(bundle, node)
        if hop + 1 < self.hops_kept[bundle]:
            self.hop[bundle] = hop + 1
            self._expect(float(route.received_s[hop + 1]), _RECEIVED, bundle)
        else:
            self._send(bundle, now_s)

    def _why(self, bundle: int, now_s: float) -> int:
        """Return the cause of a loss: what would have to be otherwise first."""
        if bundle in self.refused:
            return NO_ROOM
        errand, deadline_s = self._errand(bundle, now_s), self._deadline_s(bundle)
        alone = best(self.plan, errand)
        if alone is not None:
            return TAKEN if alone.arrival_s <= deadline_s else EXPIRED
        return NO_ROUTE if best(self.plan, errand._replace(bits=0.0)) is None else TOO_LARGE

    def result(self) -> Carried:
        """Return what became of all."""
        self.log.sort(key=lambda each: each[:1] + each[2:3])
        columns = list(zip(*self.log, strict=True)) or [()] * 5
        bundle, contact = (np.array(column, np.int64) for column in columns[:2])
        begin_s, sent_s, taken_s = (np.array(column, np.float64) for column in columns[2:])
        return Carried(
            self.received_s,
            self.cause,
            bundle,
            contact,
            begin_s,
            sent_s,
            taken_s,
            self.stored_max,
        )
