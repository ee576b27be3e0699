"""Messages and copies that are on their way, as columns; taken in, settled, packed together."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skyweft.delivery.onboard.downlink import Log, Passes
from skyweft.delivery.onboard.store import BUSY, EXPIRED, Copies, Stores
from skyweft.delivery.onboard.timetable import Timetable
from skyweft.delivery.product import CAUSES, HEARD, Deliveries, Heard

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Flags = NDArray[np.bool_]

STORED = CAUSES.index("stored")


@dataclass(slots=True)
class Open:
    """Messages that were heard and have copies left. Columns (M,)."""

    rule: NDArray[np.int16]
    thing: Ints
    number: Longs
    created_s: Floats
    attempts: NDArray[np.int16]
    energy_j: NDArray[np.float32]
    heard_s: Floats
    receiver: Ints  # who heard it first: row of Fleet
    until_s: Floats
    left: Ints
    lost_s: Floats
    lost: NDArray[np.int8]
    delivered: Flags

    @classmethod
    def none(cls) -> "Open":
        """Return no messages."""
        kinds: tuple[Any, ...] = (
            np.int16, np.int32, np.int64, np.float64, np.int16, np.float32, np.float64, np.int32,
            np.float64, np.int32, np.float64, np.int8, np.bool_,
        )  # fmt: skip
        return cls(*(np.zeros(0, kind) for kind in kinds))

    def __len__(self) -> int:
        return len(self.rule)

    def taking(self, rows: Longs | Flags) -> "Open":
        """Return some rows."""
        return Open(*(getattr(self, each.name)[rows] for each in fields(Open)))

    def joined(self, later: "Open") -> "Open":
        """Return these messages and then others."""
        if not len(self):
            return later
        return Open(
            *(
                np.concatenate([getattr(self, each.name), getattr(later, each.name)])
                for each in fields(Open)
            )
        )

    def arrive(self, came: "Arrived", node: Ints) -> Deliveries:
        """Take copies off that have arrived, in order of time; return the first of each."""
        np.subtract.at(self.left, came.message, 1)
        _, first = np.unique(came.message, return_index=True)
        first = np.sort(first)
        first = first[~self.delivered[came.message[first]]]
        message = came.message[first]
        self.delivered[message] = True
        return self._deliveries(
            message,
            came.at_s[first],
            came.receiver[first],
            node[came.target[first]],
            came.hops[first].astype(np.int16),
            np.zeros(len(first), np.int8),
        )

    def lost_for_good(self) -> Deliveries:
        """Return messages all of whose copies are lost."""
        rows = np.flatnonzero((self.left == 0) & ~self.delivered)
        assert not np.any(self.lost[rows] == HEARD)
        return self._not_delivered(rows, self.lost[rows])

    def rest(self, end_s: float, passed: Flags) -> Deliveries:
        """Return what is neither delivered nor lost at the end: too old, or still on board."""
        rows = np.flatnonzero(~self.delivered)
        late = np.where(passed[rows], BUSY, EXPIRED)
        cause = np.where(self.until_s[rows] <= end_s, late, STORED)
        return self._not_delivered(rows, cause.astype(np.int8))

    def compacted(self) -> tuple["Open", Ints]:
        """Return messages that have copies left, and the new row of each old one, or -1."""
        keep = self.left > 0
        back = np.where(keep, np.cumsum(keep) - 1, -1).astype(np.int32)
        return self.taking(keep), back

    def _not_delivered(self, rows: Longs, cause: NDArray[np.int8]) -> Deliveries:
        nowhere = np.full(len(rows), -1, np.int32)
        hops = np.ones(len(rows), np.int16)
        never = np.full(len(rows), np.nan)
        return self._deliveries(rows, never, self.receiver[rows], nowhere, hops, cause)

    def _deliveries(
        self,
        rows: NDArray[Any],
        delivered_s: Floats,
        receiver: Ints,
        target: Ints,
        hops: NDArray[np.int16],
        cause: NDArray[np.int8],
    ) -> Deliveries:
        return Deliveries(
            self.rule[rows], self.thing[rows], self.number[rows], self.created_s[rows],
            self.heard_s[rows], delivered_s, receiver, target, hops, self.attempts[rows],
            self.energy_j[rows], cause,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Taken:
    """New messages that were heard, and their copies, message after message."""

    messages: Open
    message: Ints  # (K,) rows of `messages`
    receiver: Ints
    node: Ints
    here_s: Floats
    at_goal: Flags  # heard by its target itself

    @classmethod
    def of(cls, heard: Heard, table: Timetable, lifetime_s: Floats) -> "Taken":
        """Return what was heard by anyone."""
        rows = np.flatnonzero(heard.cause == HEARD)
        copies = np.diff(heard.copy_first)[rows]
        message = np.repeat(np.arange(len(rows), dtype=np.int32), copies)
        first = heard.copy_first[:-1][rows]
        rule = heard.rule[rows]
        node = table.place[heard.copy_receiver]
        assert np.all(node >= 0)
        goal = table.goal[table.goal_of[rule[message]], node] if len(node) else np.zeros(0, bool)
        count = len(rows)
        messages = Open(
            rule, heard.thing[rows], heard.number[rows], heard.created_s[rows],
            heard.attempts[rows], heard.energy_j[rows], heard.copy_received_s[first],
            heard.copy_receiver[first], heard.created_s[rows] + lifetime_s[rule],
            copies.astype(np.int32), np.full(count, -np.inf), np.zeros(count, np.int8),
            np.zeros(count, np.bool_),
        )  # fmt: skip
        return cls(messages, message, heard.copy_receiver, node, heard.copy_received_s, goal)


@dataclass(frozen=True, slots=True)
class Arrived:
    """Copies that have come to their target, in order of time. (K,)."""

    message: Ints
    at_s: Floats
    target: Ints  # node
    receiver: Ints
    hops: Ints


@dataclass(slots=True)
class Aboard:
    """Copies, and where they wait."""

    copies: Copies
    stores: Stores
    passes: Passes
    waiting: Ints  # copies heard at a moment the network has not come to, in order of time
    transit: Ints
    active: Ints
    missed: Ints
    log: tuple[Ints, Floats, Ints]  # copies that come down, when and where, not yet told

    @classmethod
    def empty(cls, stores: Stores, edges: int) -> "Aboard":
        """Return empty stores."""
        none = np.zeros(0, np.int32)
        nodes = len(stores.used)
        passes = Passes(
            np.zeros(edges, np.int32), np.zeros(nodes + 1, np.int64), np.zeros(edges),
            np.zeros(edges), np.zeros(edges), np.full(edges, -1, np.int32), np.zeros(edges),
        )  # fmt: skip
        return cls(
            _no_copies(), stores, passes, none, none, np.zeros(edges, np.int32), none,
            (none, np.zeros(0), none),
        )  # fmt: skip

    def emptied(self) -> "Aboard":
        """Return the same without any copies."""
        return Aboard.empty(self.stores, len(self.active))

    def add(self, taken: Taken, messages: int) -> None:
        """Take new copies in; their messages follow after `messages` others."""
        before, count = len(self.copies.message), len(taken.message)
        ones = np.ones(count, np.int32)
        fresh = Copies(
            taken.message + np.int32(messages), taken.receiver, taken.node, taken.here_s, ones,
            -ones,
        )  # fmt: skip
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

    def heard_before(self, border_s: float) -> Ints:
        """Take out and return the copies heard before a moment."""
        count = int(np.searchsorted(self.copies.here_s[self.waiting], border_s))
        ready, self.waiting = self.waiting[:count], self.waiting[count:]
        return ready

    def fresh_log(self) -> Log:
        """Return room for all copies to come down."""
        count = len(self.copies.message)
        return Log(
            np.zeros(1, np.int64), np.empty(count, np.int32), np.empty(count),
            np.empty(count, np.int32),
        )  # fmt: skip

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
        """Keep what has come down."""
        count = int(log.filled[0])
        copy, at_s, target = self.log
        self.log = (
            np.concatenate([copy, log.copy[:count]]),
            np.concatenate([at_s, log.at_s[:count]]),
            np.concatenate([target, log.target[:count]]),
        )

    def arrived(self, until_s: float) -> Arrived:
        """Take out and return what has arrived by a moment, in order of time."""
        copy, at_s, target = self.log
        order = np.lexsort((copy, at_s))
        order = order[at_s[order] <= until_s]
        keep = np.ones(len(copy), np.bool_)
        keep[order] = False
        self.log = copy[keep], at_s[keep], target[keep]
        copy = copy[order]
        copies = self.copies
        copies.node[copy] = -1
        return Arrived(
            copies.message[copy], at_s[order], target[order], copies.receiver[copy],
            copies.hops[copy],
        )  # fmt: skip

    def passed(self, messages: int) -> Flags:
        """Return which messages were carried past targets whose antennas served others."""
        copies = self.copies
        past = self.stores.missed_s[copies.node] > copies.here_s
        found = np.zeros(messages, np.bool_)
        found[copies.message[past & (copies.node >= 0)]] = True
        return found

    def compact(self, back: Ints) -> None:
        """Forget copies that are nowhere; messages have moved to the rows `back` says."""
        copies = self.copies
        keep = copies.node >= 0
        new = np.append(np.where(keep, np.cumsum(keep) - 1, -1), -1).astype(np.int32)
        self.copies = Copies(
            back[copies.message[keep]], copies.receiver[keep], copies.node[keep],
            copies.here_s[keep], copies.hops[keep], new[copies.next[keep]],
        )  # fmt: skip
        for each in (self.stores.head, self.stores.tail, self.passes.sending):
            each[:] = new[each]
        self.waiting, self.transit = new[self.waiting], new[self.transit]
        copy, at_s, target = self.log
        self.log = new[copy], at_s, target


def _no_copies() -> Copies:
    kinds: tuple[Any, ...] = (np.int32, np.int32, np.int32, np.float64, np.int32, np.int32)
    return Copies(*(np.zeros(0, kind) for kind in kinds))


def unheard(heard: Heard) -> Deliveries:
    """Return the messages that nobody heard."""
    rows = np.flatnonzero(heard.cause != HEARD)
    never, nobody = np.full(len(rows), np.nan), np.full(len(rows), -1, np.int32)
    return Deliveries(
        heard.rule[rows], heard.thing[rows], heard.number[rows], heard.created_s[rows], never,
        never, nobody, nobody, np.zeros(len(rows), np.int16), heard.attempts[rows],
        heard.energy_j[rows], heard.cause[rows],
    )  # fmt: skip
