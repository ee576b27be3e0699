"""What becomes of messages once they are received: the stage from `Receptions` to `Deliveries`.

Messages come in stretches of time and leave as soon as their fate is known, so memory holds only
what is on board. How the stretches are cut changes nothing: the network goes on only as far as all
that was received is known, and stops where its own epochs end.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from skyweft.delivery.access.channel import channels_of
from skyweft.delivery.model import Deliveries as Asked
from skyweft.delivery.model import Messages as Rule
from skyweft.delivery.onboard import earliest_arrival, epochs
from skyweft.delivery.onboard.downlink import Board
from skyweft.delivery.onboard.epochs import Flight, Known, fly
from skyweft.delivery.onboard.in_flight import (
    Counted,
    OnBoard,
    Open,
    Taken,
    never_received,
)
from skyweft.delivery.onboard.store import DROPS, Messages, Rules, Stores
from skyweft.delivery.onboard.timetable import Timetable
from skyweft.delivery.product import CAUSES_MAX, Deliveries, Receptions
from skyweft.fleet import Fleet
from skyweft.network.failures.stops import failed_s
from skyweft.scenario.scenario import Scenario

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Flags = NDArray[np.bool_]

ROOM = 1 << 60  # bytes of a store without a limit
LAG_S = 60.0  # from hearing a message to knowing it, at most, if it is sent once


@dataclass(frozen=True, slots=True)
class Use:
    """What stores held and targets took, a row a border of a step. Shapes (B, V) over nodes."""

    time_s: Floats  # (B,)
    stored_bytes: Longs  # at that moment
    stored: Longs  # copies
    arrived_bytes: Longs  # in the step that begins then; copies that are not the first count too
    arrived: Longs


def deliver(
    scenario: Scenario,
    fleet: Fleet,
    table: Timetable,
    received: Iterable[tuple[float, Receptions]],
    end_s: float,
) -> tuple[Deliveries, Use]:
    """Return what becomes of all messages, in order of creation.

    Parameters
    ----------
    scenario, fleet
        What the user decided, and who the platforms are.
    table : Timetable
        Of the network, until `end_s`.
    received : iterable of (float, Receptions)
        Stretches of time in order: until when, and what `access.reception` returned of each. [s]
    end_s : float
        Of the data. What has not arrived by then and is not too old is stored. [s]

    Returns
    -------
    deliveries : Deliveries
        Sorted by created_s, rule, device and number.
    use : Use
        Of stores and targets over time.
    """
    in_flight = UnderWay.begin(scenario, fleet, table, end_s)
    return Deliveries.sorted(list(in_flight.through(received))), in_flight.use


@dataclass(slots=True)
class UnderWay:
    """Messages on their way, stretch after stretch. Made by `begin`."""

    scenario: Scenario
    table: Timetable
    end_s: float
    known: Known
    rules: Rules
    lifetime_s: Floats
    lag_s: float
    use: Use
    samples: Longs
    open: Open
    on_board: OnBoard
    noticed: Flags  # pieces of `table.let_pass` of who had something on board
    # What is on board at the end, by what has kept it from coming down so far; see `CAUSES`.
    kept_back: Longs = field(default_factory=lambda: np.zeros(CAUSES_MAX + 1, np.int64))
    flight_at: Longs = field(default_factory=lambda: np.zeros(7, np.int64))

    @classmethod
    def begin(cls, scenario: Scenario, fleet: Fleet, table: Timetable, end_s: float) -> "UnderWay":
        """Return nothing under way at the run's start."""
        asked = scenario.rules(Rule)
        soonest_s = earliest_arrival.soonest(
            table, Asked.of(scenario).forwarding == "store_and_forward"
        )
        at_target = table.anyones
        step_s = Asked.of(scenario).step_s
        time_s = np.append(np.arange(0.0, end_s, step_s), end_s)
        samples = np.full(len(table.epoch_s), -1, np.int64)
        at = np.searchsorted(table.epoch_s, time_s)
        samples[at] = np.arange(len(time_s))
        counts = np.zeros((4, len(time_s), len(table)), np.int64)
        sizes = np.array([rule.size_bytes for rule in asked], np.int64)
        priorities = np.array([rule.priority for rule in asked], np.int64)
        return cls(
            scenario,
            table,
            end_s,
            Known(
                table.edges,
                table.goal,
                at_target,
                table.epoch_s,
                soonest_s,
                table.let_pass,
                table.let_pass_cause,
            ),
            Rules(sizes, priorities, table.goal_of, np.argsort(priorities, kind="stable")),
            np.array([rule.lifetime_s for rule in asked]),
            _lag_s(scenario),
            Use(time_s, *counts),
            samples,
            Open.none(),
            OnBoard.empty(_stores(scenario, fleet, table, len(asked)), len(table.edges.tail)),
            np.zeros(len(table.let_pass.tail), np.bool_),
        )

    def through(self, received: Iterable[tuple[float, Receptions]]) -> Iterator[Deliveries]:
        """Take stretch after stretch, and return those messages whose fate is known."""
        for until_s, message in received:
            yield from self.add(message, until_s)
        yield from self.finish()

    def add(self, received: Receptions, until_s: float) -> list[Deliveries]:
        """Take what was received until a moment, and return what is known of messages then."""
        gone = never_received(received)
        self._take(received)
        self._fly(until_s - self.lag_s)
        return [*self._settled(), gone]

    def finish(self) -> list[Deliveries]:
        """Go on to the end of the data, and return all the rest."""
        self._fly(self.end_s)
        done = self._settled()
        held_up = self.on_board.held_up(self._messages(), self.rules)
        rest = self.open.rest(self.end_s, held_up)
        still = ~self.open.delivered & (self.open.until_s > self.end_s)
        self.kept_back += np.bincount(held_up[still], minlength=len(self.kept_back))
        self.use.stored_bytes[-1] = self.on_board.stores.used
        self.use.stored[-1] = self.on_board.stores.kept
        self.open, self.on_board = Open.none(), self.on_board.emptied()
        return [*done, rest]

    def _take(self, received: Receptions) -> None:
        """Add the messages that were received, and their copies."""
        taken = Taken.of(received, self.table, self.lifetime_s)
        self.on_board.add(taken, len(self.open))
        self.open = self.open.joined(taken.messages)

    def _fly(self, until_s: float) -> None:
        """Let the network go on to its last border up to a moment."""
        upto = int(np.searchsorted(self.table.epoch_s, until_s, side="right")) - 1
        if upto <= self.flight_at[epochs.EPOCH]:
            return
        border_s = self.table.epoch_s[upto]
        on_board = self.on_board
        edges, nodes = len(self.table.edges.tail), len(self.table)
        ready = on_board.received_before(border_s)
        log = on_board.fresh_log()
        board = Board(
            self.rules, self._messages(), on_board.copies, on_board.stores, on_board.passes, log
        )
        flight = Flight(
            self.flight_at,
            on_board.active,
            on_board.missing(len(self.noticed)),
            self.noticed,
            on_board.in_transit(self.flight_at[epochs.TRANSIT]),
            earliest_arrival.no_pace(edges),
            np.zeros(edges),
            np.zeros(nodes),
            np.ones(nodes, np.bool_),
            earliest_arrival.no_arrivals(*self.table.goal.shape),
            epochs.room(len(on_board.copies.message), nodes, len(self.table.goal)),
        )
        fly(
            self.known,
            flight,
            board,
            ready,
            upto,
            self.samples,
            self.use.stored_bytes,
            self.use.stored,
        )
        on_board.transit = flight.transit[: self.flight_at[epochs.TRANSIT]].copy()
        on_board.note_arrivals(log)

    def _messages(self) -> Messages:
        """Return what the kernels need of the messages."""
        some = self.open
        return Messages(some.rule, some.until_s, some.left, some.lost_s, some.lost)

    def _settled(self) -> list[Deliveries]:
        """Return messages that have arrived by now, or are lost; forget them."""
        use = self.use
        counted = Counted(self.rules.size, use.time_s, use.arrived_bytes, use.arrived)
        now_s = self.table.epoch_s[self.flight_at[epochs.EPOCH]]
        arrived_now = self.on_board.arrived(now_s, self.open, counted)
        done = [self.open.delivered_now(arrived_now, self.table.node), self.open.lost_for_good()]
        self.open, back = self.open.compacted()
        self.on_board.compact(back)
        return done


def _lag_s(scenario: Scenario) -> float:
    """Return how long after hearing a message it may become known: when it is no more repeated.

    The last attempt begins within its lifetime, and takes what one takes.
    """
    more_s = [0.0]
    for rule, channel in zip(scenario.rules(Rule), channels_of(scenario).of_rule, strict=True):
        if rule.confirmed:
            more_s.append(rule.lifetime_s + channel.window_s + LAG_S)
    return LAG_S + max(more_s)


def _stores(scenario: Scenario, fleet: Fleet, table: Timetable, rules: int) -> Stores:
    nodes = len(table)
    queues = np.full((2, nodes, rules), -1, np.int32)
    counts = np.zeros((3, nodes), np.int64)
    room = np.full(nodes, ROOM)
    drop = np.zeros(nodes, np.int64)
    for k, row in enumerate(table.node):
        storage = scenario.platforms[fleet.groups[fleet.group[row]]].storage
        if storage is not None:
            room[k] = int(storage.bytes)
            drop[k] = DROPS.index(storage.drop)
    head, tail = queues
    used, kept, brought = counts
    queued, passed = np.zeros((nodes, rules), np.int64), np.zeros((nodes, len(table.goal)))
    cause = np.zeros(passed.shape, np.int8)
    until_s = failed_s(scenario, fleet)[table.node]
    return Stores(head, tail, used, kept, room, drop, queued, brought, passed, cause, until_s)
