"""All platforms through the epochs: messages are received, handed on, kept and brought down."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skyweft.delivery.onboard.downlink import (
    Board,
    add_up,
    begin_each,
    lay_passes,
    serve,
    step_back,
)
from skyweft.delivery.onboard.earliest_arrival import EarliestArrivals, Pace, find, keep, look_up
from skyweft.delivery.onboard.store import freed, lose_all, throw_out, unlinked
from skyweft.delivery.onboard.timetable import refreshed
from skyweft.delivery.plan.along import Edges, carried
from skyweft.kernels import kernel

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Flags = NDArray[np.bool_]

DETOURS_MAX = 16  # of an epoch: how often routes are looked for anew because a pass is booked out


class Known(NamedTuple):
    """The timetable as the kernels need it."""

    edges: Edges
    goal: Flags  # (D, V)
    anyones: Flags  # (V,) a target of some goal
    epoch_s: Floats  # (T,)
    soonest_s: Floats  # (T, D, V)
    missed: Edges  # pieces of passes that antennas or cuts took away
    missed_cause: NDArray[np.int8]  # (P,)


class Room(NamedTuple):
    """What an epoch is worked out in: kernels that make no arrays compile in half the time."""

    coming: Ints  # (K,) copies that come to a node in this epoch
    mine: Ints  # (K,) the same, node by node
    first: Longs  # (V + 1,) where those of a node begin
    best: Floats  # (V, D) bytes


class Flight(NamedTuple):
    """Where the kernels are in time; written into."""

    at: Longs  # next epoch, edge and missed pass; how many are active of both, how many in transit
    active: Ints  # edges
    missing: Ints  # missed passes
    noticed: Flags  # (P,) missed passes of who had something on board, and no other pass
    transit: Ints  # copies on their way from node to node when the last epoch ended
    pace: Pace
    spare: Floats  # (E,) bytes that still fit through in this epoch
    book: Floats  # (V,) bytes that may still be handed to each
    open: Flags  # (V,)
    earliest: EarliestArrivals
    room: Room


def room(copies: int, nodes: int, goals: int) -> Room:
    """Return room for so many."""
    each = np.empty(copies, np.int32), np.empty(copies, np.int32)
    return Room(*each, np.empty(nodes + 1, np.int64), np.empty((nodes, goals)))


EPOCH, EDGE, MISS, ACTIVE, MISSING, TRANSIT = range(6)


@kernel
def fly(
    known: Known,
    flight: Flight,
    board: Board,
    received: Ints,
    upto: int,
    samples: Longs,
    stored: Longs,
    waiting: Longs,
) -> None:
    """Go through the epochs before `upto`.

    Parameters
    ----------
    known, flight, board
        What is known, where it stands, what is written into.
    received : (K,)
        Copies received before then, in order of time.
    upto : int
        Row of `epoch_s` to stop at.
    samples : (T,)
        Row of `stored` that each border is noted in, or -1.
    stored, waiting : (rows, V)
        Bytes and copies on board. Written into.
    """
    copies = board.copies
    coming, begun = flight.room.coming, 0
    while flight.at[EPOCH] < upto:
        k = flight.at[EPOCH]
        start_s, end_s = known.epoch_s[k], known.epoch_s[k + 1]
        for v in range(len(board.stores.used)):
            for r in range(len(board.rules.size)):
                throw_out(board.stores, board.messages, copies, board.rules, v, r, start_s)
            if board.stores.failed_s[v] <= start_s:
                lose_all(board.stores, board.messages, copies, board.rules, v, start_s)
        if samples[k] >= 0:
            for v in range(len(board.stores.used)):
                stored[samples[k], v] = board.stores.used[v]
                waiting[samples[k], v] = board.stores.kept[v]
        _lay(known, flight, board, start_s, end_s)
        count = _under_way(known, flight, board, end_s)
        count = _backlog(known, flight, board, count, start_s)
        while begun < len(received) and copies.here_s[received[begun]] < end_s:
            copy = received[begun]
            if not _send_on(known, flight, board, copy, copies.here_s[copy]):
                flight.book[copies.node[copy]] -= _size(board, copy)
            coming[count] = copy
            count += 1
            begun += 1
        _serve_all(known, flight, board, count, start_s, end_s)
        flight.at[EPOCH] = k + 1


@kernel
def _size(board: Board, copy: int) -> int:
    return board.rules.size[board.messages.rule[board.copies.message[copy]]]


@kernel
def _lay(known: Known, flight: Flight, board: Board, start_s: float, end_s: float) -> None:
    """Look up links, passes and routes of an epoch."""
    edges, at, stores = known.edges, flight.at, board.stores
    at[ACTIVE], at[EDGE] = refreshed(
        flight.active, at[ACTIVE], at[EDGE], edges.start_s, edges.end_s, start_s
    )
    active = flight.active[: at[ACTIVE]]
    look_up(edges, active, start_s, end_s, flight.pace)
    for e in active:
        flight.spare[e] = flight.pace.rate[e] * (end_s - start_s)
    lay_passes(board.passes, edges, active, known.anyones, start_s, end_s)
    at[MISSING], at[MISS] = refreshed(
        flight.missing, at[MISSING], at[MISS], known.missed.start_s, known.missed.end_s, start_s
    )
    _let_pass(known, flight, board, start_s, end_s)
    first = board.passes.first
    for v in range(len(flight.book)):
        flight.open[v] = True
        flight.book[v] = stores.room[v] - stores.used[v]
        if first[v] < first[v + 1]:
            now = rest = 0.0
            for e in board.passes.edge[first[v] : first[v + 1]]:
                now += flight.spare[e]
                rest += board.passes.rest[e]
            flight.book[v] = min(now + rest - stores.used[v], flight.book[v] + now)
    next_s = known.soonest_s[at[EPOCH] + 1]
    for d in range(len(known.goal)):
        keep(flight.earliest, d, next_s[d])
        find(edges, active, flight.pace, start_s, known.goal, d, flight.open, flight.earliest)


@kernel
def _let_pass(known: Known, flight: Flight, board: Board, start_s: float, end_s: float) -> None:
    """Note what antennas or cuts take from platforms without another pass, and why."""
    missed, stores, first = known.missed, board.stores, board.passes.first
    best = flight.room.best
    for v in range(len(best)):
        for d in range(len(known.goal)):
            best[v, d] = 0.0
    for j in flight.missing[: flight.at[MISSING]]:
        v = missed.tail[j]
        if first[v] < first[v + 1]:
            continue
        flight.noticed[j] |= stores.used[v] > 0
        cause = known.missed_cause[j]
        volume = carried(missed, j, end_s) - carried(missed, j, start_s)
        for d in range(len(known.goal)):
            if known.goal[d, missed.head[j]] and volume > best[v, d]:
                best[v, d] = volume
                stores.cause[v, d] = cause
    for v in range(len(best)):
        for d in range(len(known.goal)):
            stores.passed[v, d] += best[v, d]


@kernel
def _send_on(known: Known, flight: Flight, board: Board, copy: int, at_s: float) -> bool:
    """Hand a copy on where that is sooner and there is room; return whether it was."""
    copies, earliest = board.copies, flight.earliest
    v = copies.node[copy]
    d = board.rules.goal[board.messages.rule[copies.message[copy]]]
    size = _size(board, copy)
    while True:
        x = earliest.root[d, v]
        if x == v:
            return False
        if flight.book[x] >= size:
            break
        if not earliest.live[d, x] or flight.at[-1] >= DETOURS_MAX:
            return False
        _look_past(known, flight, d, x)
    if not _fits(known.edges, flight, d, v, size):
        return False
    flight.book[x] -= size
    lasts_s = earliest.delay_s[d, v] + size * earliest.slow[d, v]
    copies.node[copy] = x
    copies.here_s[copy] = at_s + lasts_s
    copies.in_transit_s[copy] += lasts_s
    copies.hops[copy] += earliest.hops[d, v]
    return True


@kernel
def _look_past(known: Known, flight: Flight, d: int, x: int) -> None:
    """Look for routes anew, past a node whose pass is booked out."""
    flight.open[x] = False
    flight.at[-1] += 1
    k = flight.at[EPOCH]
    earliest, active = flight.earliest, flight.active[: flight.at[ACTIVE]]
    keep(earliest, d, known.soonest_s[k + 1, d])
    now_s = known.epoch_s[k]
    find(known.edges, active, flight.pace, now_s, known.goal, d, flight.open, earliest)


@kernel
def _fits(edges: Edges, flight: Flight, d: int, v: int, size: int) -> bool:
    """Take a copy's bytes off all edges on its way, if they have as much left."""
    w = v
    while flight.earliest.via[d, w] >= 0:
        e = flight.earliest.via[d, w]
        if flight.spare[e] < size:
            return False
        w = edges.head[e]
    w = v
    while flight.earliest.via[d, w] >= 0:
        e = flight.earliest.via[d, w]
        flight.spare[e] -= size
        w = edges.head[e]
    return True


@kernel
def _under_way(known: Known, flight: Flight, board: Board, end_s: float) -> int:
    """Let those arrive that were between two platforms; return how many do in this epoch."""
    flight.at[-1] = 0
    count = kept = 0
    for k in range(flight.at[TRANSIT]):
        copy = flight.transit[k]
        if board.copies.here_s[copy] < end_s:
            _send_on(known, flight, board, copy, board.copies.here_s[copy])
            flight.room.coming[count] = copy
            count += 1
        else:
            flight.transit[kept] = copy
            kept += 1
    flight.at[TRANSIT] = kept
    return count


@kernel
def _backlog(known: Known, flight: Flight, board: Board, count: int, start_s: float) -> int:
    """Hand on what is stored, the most important first; return how many are coming now."""
    stores, copies = board.stores, board.copies
    for r in board.rules.in_turn:
        d = board.rules.goal[r]
        for v in range(len(stores.used)):
            while stores.head[v, r] >= 0 and flight.earliest.root[d, v] != v:
                copy = stores.head[v, r]
                if not _send_on(known, flight, board, copy, start_s):
                    break
                unlinked(stores, copies, v, r)
                freed(stores, board.rules, v, r)
                flight.room.coming[count] = copy
                count += 1
                throw_out(stores, board.messages, copies, board.rules, v, r, start_s)
    return count


@kernel
def _serve_all(
    known: Known, flight: Flight, board: Board, count: int, start_s: float, end_s: float
) -> None:
    """Serve every node in turn with what comes on board it, in order of time."""
    coming, mine, first, _ = flight.room
    copies = board.copies
    _sort(coming[:count], copies.here_s, mine)
    begin_each(first)
    for copy in coming[:count]:
        if copies.here_s[copy] < end_s:
            first[copies.node[copy] + 1] += 1
        else:
            flight.transit[flight.at[TRANSIT]] = copy
            flight.at[TRANSIT] += 1
    add_up(first)
    for copy in coming[:count]:
        if copies.here_s[copy] < end_s:
            v = copies.node[copy]
            mine[first[v]] = copy
            first[v] += 1
    step_back(first)
    passes = board.passes.first
    for v in range(len(first) - 1):
        if first[v] < first[v + 1] or passes[v] < passes[v + 1]:
            serve(board, known.edges, known.goal, v, mine[first[v] : first[v + 1]], start_s, end_s)


@kernel
def _sort(rows: Ints, key: Floats, spare: Ints) -> None:
    """Sort rows by their keys, merging runs twice as long each time; equal ones stay in order."""
    count, width = len(rows), 1
    while width < count:
        for low in range(0, count, 2 * width):
            middle, high = min(low + width, count), min(low + 2 * width, count)
            i, j = low, middle
            for k in range(low, high):
                if j >= high or (i < middle and key[rows[i]] <= key[rows[j]]):
                    spare[k] = rows[i]
                    i += 1
                else:
                    spare[k] = rows[j]
                    j += 1
        for k in range(count):
            rows[k] = spare[k]
        width *= 2
