"""Messages and copies that are on their way, as columns; taken in, settled, packed together."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from skyweft.delivery.onboard.downlink import Log, Passes
from skyweft.delivery.onboard.store import EXPIRED, Copies, Messages, Rules, Stores, too_late
from skyweft.delivery.onboard.timetable import Timetable
from skyweft.delivery.product import CAUSES, RECEIVED, Deliveries, Receptions
from skyweft.kernels import kernel

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Flags = NDArray[np.bool_]

STORED = CAUSES.index("stored")


@dataclass(slots=True)
class Open:
    """Messages that were received and have copies left. Columns (M,)."""

    rule: NDArray[np.int16]
    device: Ints
    number: Longs
    created_s: Floats
    attempts: NDArray[np.int16]
    energy_j: NDArray[np.float32]
    received_s: Floats
    receiver: Ints  # who received it first: row of Fleet
    until_s: Floats
    left: Ints
    lost_s: Floats
    lost: NDArray[np.int8]
    delivered: Flags

    @classmethod
    def none(cls) -> "Open":
        """Return no messages."""
        kinds: tuple[Any, ...] = (
            np.int16,
            np.int32,
            np.int64,
            np.float64,
            np.int16,
            np.float32,
            np.float64,
            np.int32,
            np.float64,
            np.int32,
            np.float64,
            np.int8,
            np.bool_,
        )
        return cls(*(np.zeros(0, kind) for kind in kinds))

    def __len__(self) -> int:
        return len(self.rule)

    def taking(self, rows: Longs | Flags) -> "Open":
        """Return some rows."""
        return Open(*(getattr(self, field.name)[rows] for field in fields(Open)))

    def joined(self, later: "Open") -> "Open":
        """Return these messages and then others."""
        if not len(self):
            return later
        return Open(
            *(
                np.concatenate([getattr(self, field.name), getattr(later, field.name)])
                for field in fields(Open)
            )
        )

    def delivered_now(self, arrived_now: "Arrived", node: Ints) -> Deliveries:
        """Return messages with the copies of theirs that arrived first, in order of time."""
        zero = np.zeros(len(arrived_now.message), np.int8)
        at_device_s = arrived_now.sent_s - self.created_s[arrived_now.message]
        return self._deliveries(
            arrived_now.message,
            arrived_now.at_s,
            arrived_now.receiver,
            node[arrived_now.target],
            arrived_now.hops.astype(np.int16),
            zero,
            at_device_s,
            arrived_now.in_transit_s,
        )

    def lost_for_good(self) -> Deliveries:
        """Return messages all of whose copies are lost."""
        rows = np.flatnonzero((self.left == 0) & ~self.delivered)
        assert not np.any(self.lost[rows] == RECEIVED)
        return self._not_delivered(rows, self.lost[rows])

    def rest(self, end_s: float, held_up: NDArray[np.int8]) -> Deliveries:
        """Return what is neither delivered nor lost at the end: too old, or still on board."""
        rows = np.flatnonzero(~self.delivered)
        cause = np.where(self.until_s[rows] <= end_s, held_up[rows], np.int8(STORED))
        return self._not_delivered(rows, cause.astype(np.int8))

    def compacted(self) -> tuple["Open", Ints]:
        """Return messages that have copies left, and the new row of each old one, or -1."""
        keep = np.flatnonzero(self.left > 0)
        back = np.full(len(self), -1, np.int32)
        back[keep] = np.arange(len(keep))
        return self.taking(keep), back

    def _not_delivered(self, rows: Longs, cause: NDArray[np.int8]) -> Deliveries:
        nowhere = np.full(len(rows), -1, np.int32)
        hops = np.ones(len(rows), np.int16)
        never = np.full(len(rows), np.nan)
        return self._deliveries(
            rows, never, self.receiver[rows], nowhere, hops, cause, never, never
        )

    def _deliveries(
        self,
        rows: NDArray[Any],
        delivered_s: Floats,
        receiver: Ints,
        target: Ints,
        hops: NDArray[np.int16],
        cause: NDArray[np.int8],
        at_device_s: Floats,
        in_transit_s: Floats,
    ) -> Deliveries:
        return Deliveries(
            self.rule[rows],
            self.device[rows],
            self.number[rows],
            self.created_s[rows],
            self.received_s[rows],
            delivered_s,
            receiver,
            target,
            hops,
            self.attempts[rows],
            self.energy_j[rows],
            cause,
            at_device_s,
            in_transit_s,
        )


@dataclass(frozen=True, slots=True)
class Taken:
    """New messages that were received, and their copies, message after message."""

    messages: Open
    message: Ints  # (K,) rows of `messages`
    receiver: Ints
    node: Ints
    here_s: Floats
    air_s: Floats  # how long it was on the air
    at_goal: Flags  # received by its target itself

    @classmethod
    def of(cls, received: Receptions, table: Timetable, lifetime_s: Floats) -> "Taken":
        """Return what was received by anyone."""
        rows = np.flatnonzero(received.cause == RECEIVED)
        copies = np.diff(received.copy_first)[rows]
        message = np.repeat(np.arange(len(rows), dtype=np.int32), copies)
        first = received.copy_first[:-1][rows]
        rule = received.rule[rows]
        node = table.place[received.copy_receiver]
        assert np.all(node >= 0)
        goal = table.goal[table.goal_of[rule[message]], node] if len(node) else np.zeros(0, bool)
        count = len(rows)
        messages = Open(
            rule,
            received.device[rows],
            received.number[rows],
            received.created_s[rows],
            received.attempts[rows],
            received.energy_j[rows],
            received.copy_received_s[first],
            received.copy_receiver[first],
            received.created_s[rows] + lifetime_s[rule],
            copies.astype(np.int32),
            np.full(count, -np.inf),
            np.zeros(count, np.int8),
            np.zeros(count, np.bool_),
        )
        here_s, air_s = received.copy_received_s, received.copy_air_s.astype(np.float64)
        return cls(messages, message, received.copy_receiver, node, here_s, air_s, goal)


@dataclass(frozen=True, slots=True)
class Arrived:
    """Copies that have come to their target first of their message, in order of time. (K,)."""

    message: Ints
    at_s: Floats
    target: Ints  # node
    receiver: Ints
    hops: Ints
    sent_s: Floats  # when its device began to send it
    in_transit_s: Floats


class Counted(NamedTuple):
    """What targets took, step by step. Written into."""

    size: Longs  # (R,) bytes of a message
    time_s: Floats  # (B,) borders of steps
    arrived_bytes: Longs  # (B, V)
    arrived: Longs


class _Down(NamedTuple):
    """Copies that have arrived, as `OnBoard.log` has them."""

    copy: Ints
    at_s: Floats
    target: Ints


class _Owners(NamedTuple):
    """Of copies their message and node, of messages what is left of them. Written into."""

    message: Ints
    node: Ints
    left: Ints
    delivered: Flags
    rule: NDArray[np.int16]


@dataclass(slots=True)
class OnBoard:
    """Copies, and where they wait."""

    copies: Copies
    stores: Stores
    passes: Passes
    waiting: Ints  # copies received at a moment the network has not come to, in order of time
    transit: Ints
    active: Ints
    missed: Ints
    log: tuple[Ints, Floats, Ints]  # copies that arrived, when and where, not yet told
    sent_s: Floats  # of each copy: when its device began to send it

    @classmethod
    def empty(cls, stores: Stores, edges: int) -> "OnBoard":
        """Return empty stores."""
        none = np.zeros(0, np.int32)
        nodes = len(stores.used)
        passes = Passes(
            np.zeros(edges, np.int32),
            np.zeros(nodes + 1, np.int64),
            np.zeros(edges),
            np.zeros(edges),
            np.zeros(edges),
            np.full(edges, -1, np.int32),
            np.zeros(edges),
        )
        return cls(
            _no_copies(),
            stores,
            passes,
            none,
            none,
            np.zeros(edges, np.int32),
            none,
            (none, np.zeros(0), none),
            np.zeros(0),
        )

    def emptied(self) -> "OnBoard":
        """Return the same without any copies."""
        return OnBoard.empty(self.stores, len(self.active))

    def add(self, taken: Taken, messages: int) -> None:
        """Take new copies in; their messages follow after `messages` others."""
        before, count = len(self.copies.message), len(taken.message)
        ones = np.ones(count, np.int32)
        fresh = Copies(
            taken.message + np.int32(messages),
            taken.receiver,
            taken.node,
            taken.here_s,
            ones,
            -ones,
            taken.air_s,
            np.zeros(count),
            np.full(count, np.inf),
        )
        self.sent_s = np.concatenate([self.sent_s, taken.here_s - taken.air_s])
        pairs: Iterable[Any] = zip(self.copies, fresh, strict=True)
        self.copies = Copies(*(np.concatenate(pair) for pair in pairs))
        new = np.arange(before, before + count, dtype=np.int32)
        at_once = new[taken.at_goal]
        copy, at_s, target = self.log
        self.log = (
            np.concatenate([copy, at_once]),
            np.concatenate([at_s, taken.here_s[taken.at_goal]]),
            np.concatenate([target, taken.node[taken.at_goal]]),
        )
        every = np.concatenate([self.waiting, new[~taken.at_goal]])
        self.waiting = every[np.argsort(self.copies.here_s[every], kind="stable")]

    def received_before(self, border_s: float) -> Ints:
        """Take out and return the copies received before a moment."""
        count = int(np.searchsorted(self.copies.here_s[self.waiting], border_s))
        ready, self.waiting = self.waiting[:count], self.waiting[count:]
        return ready

    def fresh_log(self) -> Log:
        """Return room for all copies to arrive."""
        count = len(self.copies.message)
        return Log(
            np.zeros(1, np.int64),
            np.empty(count, np.int32),
            np.empty(count),
            np.empty(count, np.int32),
        )

    def missing(self, count: int) -> Ints:
        """Return room for the missed passes that are active."""
        if len(self.missed) != count:
            self.missed = np.zeros(count, np.int32)
        return self.missed

    def in_transit(self, count: int) -> Ints:
        """Return those in transit, with room for all."""
        room = np.empty(len(self.copies.message), np.int32)
        room[:count] = self.transit
        return room

    def note_arrivals(self, log: Log) -> None:
        """Keep what has arrived."""
        count = int(log.filled[0])
        copy, at_s, target = self.log
        self.log = (
            np.concatenate([copy, log.copy[:count]]),
            np.concatenate([at_s, log.at_s[:count]]),
            np.concatenate([target, log.target[:count]]),
        )

    def arrived(self, until_s: float, open_: Open, counted: Counted) -> Arrived:
        """Take out what has arrived by a moment, and count it; return the first of each message."""
        copy, at_s, target = self.log
        order = np.argsort(at_s, kind="stable")
        upto = int(np.searchsorted(at_s[order], until_s, side="right"))
        order, later = order[:upto], order[upto:]
        copies = self.copies
        first = np.empty(upto, np.int64)
        of = open_.left, open_.delivered, open_.rule
        owners = _Owners(copies.message, copies.node, *of)
        count = _arrive(order, _Down(copy, at_s, target), owners, counted, first)
        first = first[:count]
        own = copy[first]
        arrived_now = Arrived(
            copies.message[own],
            at_s[first],
            target[first],
            copies.receiver[own],
            copies.hops[own],
            self.sent_s[own],
            copies.in_transit_s[own],
        )
        self.log = copy[later], at_s[later], target[later]
        return arrived_now

    def held_up(self, messages: Messages, rules: Rules) -> NDArray[np.int8]:
        """Return what has kept messages from coming down, for those that are too old."""
        found = np.full(len(messages.rule), EXPIRED, np.int8)
        _held_up(self.stores, messages, self.copies, rules, found)
        return found

    def compact(self, back: Ints) -> None:
        """Forget copies that are nowhere; messages have moved to the rows `back` says."""
        copies = self.copies
        keep = np.flatnonzero(copies.node >= 0)
        new = np.full(len(copies.node) + 1, -1, np.int32)  # and -1 stays -1
        new[keep] = np.arange(len(keep))
        self.copies = Copies(
            back[copies.message[keep]],
            copies.receiver[keep],
            copies.node[keep],
            copies.here_s[keep],
            copies.hops[keep],
            new[copies.next[keep]],
            copies.in_transit_s[keep],
            copies.passed[keep],
            copies.turn[keep],
        )
        self.sent_s = self.sent_s[keep]
        for array in (self.stores.head, self.stores.tail, self.passes.sending):
            array[:] = new[array]
        self.waiting, self.transit = new[self.waiting], new[self.transit]
        copy, at_s, target = self.log
        self.log = new[copy], at_s, target


@kernel
def _arrive(order: Longs, down: _Down, owners: _Owners, counted: Counted, first: Longs) -> int:
    """Take copies off in order of time, of two at one moment the one that was received first.

    Rows of the log by which messages arrive for the first time are written into `first`; returns
    how many they are.
    """
    copy, at_s, target = down
    message, node, left, delivered, rule = owners
    size, time_s, arrived_bytes, arrived = counted
    step = count = 0
    for j in range(len(order)):
        # Equal moments are few: whoever stands in the wrong order moves forward past the others.
        i = j
        while (
            i > 0 and at_s[order[i - 1]] == at_s[order[i]] and copy[order[i - 1]] > copy[order[i]]
        ):
            order[i - 1], order[i] = order[i], order[i - 1]
            i -= 1
    for k in order:
        m = message[copy[k]]
        node[copy[k]] = -1
        left[m] -= 1
        while step + 1 < len(time_s) and time_s[step + 1] <= at_s[k]:
            step += 1
        arrived_bytes[step, target[k]] += size[rule[m]]
        arrived[step, target[k]] += 1
        if not delivered[m]:
            delivered[m] = True
            first[count] = k
            count += 1
    return count


@kernel
def _held_up(
    stores: Stores, messages: Messages, copies: Copies, rules: Rules, found: NDArray[np.int8]
) -> None:
    for copy in range(len(copies.node)):
        v = copies.node[copy]
        cause = too_late(stores, messages, copies, rules, v, copy) if v >= 0 else EXPIRED
        if cause != EXPIRED:
            found[copies.message[copy]] = cause


def _no_copies() -> Copies:
    kinds: tuple[Any, ...] = (
        np.int32,
        np.int32,
        np.int32,
        np.float64,
        np.int32,
        np.int32,
        *[np.float64] * 3,
    )
    return Copies(*(np.zeros(0, kind) for kind in kinds))


def never_received(received: Receptions) -> Deliveries:
    """Return the messages that nobody received."""
    rows = np.flatnonzero(received.cause != RECEIVED)
    never, nobody = np.full(len(rows), np.nan), np.full(len(rows), -1, np.int32)
    return Deliveries(
        received.rule[rows],
        received.device[rows],
        received.number[rows],
        received.created_s[rows],
        never,
        never,
        nobody,
        nobody,
        np.zeros(len(rows), np.int16),
        received.attempts[rows],
        received.energy_j[rows],
        received.cause[rows],
        never,
        never,
    )
