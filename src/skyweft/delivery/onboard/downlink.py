"""A platform in an epoch: what comes on board, in order of time, and what its passes bring down."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skyweft.delivery.onboard.store import (
    Copies,
    Messages,
    Rules,
    Stores,
    accept,
    freed,
    lose,
    too_late,
    unlinked,
)
from skyweft.delivery.plan.along import Edges, carried, delay_at
from skyweft.kernels import kernel

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Flags = NDArray[np.bool_]

HAIR_BYTES = 1e-6  # by which rounding may make a message too large for what is left of a pass


class Passes(NamedTuple):
    """The edges to targets in an epoch, sorted by tail; and what they are sending. (E,)."""

    edge: Ints  # as many as `first[-1]` count
    first: Longs  # (V + 1,)
    rate: Floats  # bytes per second in this epoch
    rest: Floats  # bytes after it
    free_s: Floats  # when it is done with what it is sending
    sending: Ints  # copy, -1: none
    unsent: Floats  # bytes of it


class Log(NamedTuple):
    """Copies that have arrived, in no order. (K,)."""

    filled: Longs  # (1,)
    copy: Ints
    at_s: Floats
    target: Ints  # node


class Board(NamedTuple):
    """All that the kernels write into."""

    rules: Rules
    messages: Messages
    copies: Copies
    stores: Stores
    passes: Passes
    log: Log


@kernel
def serve(
    board: Board, edges: Edges, goal: Flags, v: int, coming: Ints, start_s: float, end_s: float
) -> None:
    """Take copies on board a node and send what its passes have room for, until an epoch ends.

    `coming` are the copies that come on board before `end_s`, in order of time.
    """
    copies, passes = board.copies, board.passes
    _go_on(board, edges, v, start_s, end_s)
    i = 0
    while True:
        e = _first_free(passes, v)
        if e < 0 or passes.free_s[e] >= end_s:
            break
        now_s = passes.free_s[e]
        while i < len(coming) and copies.here_s[coming[i]] <= now_s:
            _aboard(board, v, coming[i])
            i += 1
        r = _next(board, edges, goal, v, e, now_s, end_s)
        if r < 0:
            passes.free_s[e] = copies.here_s[coming[i]] if i < len(coming) else end_s
            continue
        copy = unlinked(board.stores, copies, v, r)
        done_s = now_s + board.rules.size[r] / passes.rate[e]
        at_s = done_s + delay_at(edges, e, done_s)
        if at_s > board.messages.until_s[copies.message[copy]]:
            freed(board.stores, board.rules, v, r)
            cause = too_late(board.stores, board.messages, copies, board.rules, v, copy)
            lose(board.messages, copies, copy, cause, now_s)
            continue
        passes.free_s[e] = done_s
        copies.in_transit_s[copy] -= now_s  # until its last bit is down
        if done_s > end_s:
            unsent = board.rules.size[r] - (end_s - now_s) * passes.rate[e]
            if unsent > HAIR_BYTES or passes.rest[e] > HAIR_BYTES:
                passes.sending[e], passes.unsent[e] = copy, unsent
                continue
            done_s = end_s  # rounding takes no message past the end of its pass
        # Still on board while it is sent: what comes meanwhile finds its room taken.
        while i < len(coming) and copies.here_s[coming[i]] <= done_s:
            _aboard(board, v, coming[i])
            i += 1
        _down(board, edges, v, e, r, copy, at_s)
    for j in range(i, len(coming)):
        _aboard(board, v, coming[j])


@kernel
def _aboard(board: Board, v: int, copy: int) -> None:
    accept(board.stores, board.messages, board.copies, board.rules, v, copy)


@kernel
def _down(board: Board, edges: Edges, v: int, e: int, r: int, copy: int, at_s: float) -> None:
    """Note that the last bit of a copy is on its way to the ground."""
    freed(board.stores, board.rules, v, r)
    board.stores.brought[v] += board.rules.size[r]
    board.copies.in_transit_s[copy] += at_s
    log = board.log
    k = log.filled[0]
    log.copy[k], log.at_s[k], log.target[k] = copy, at_s, edges.head[e]
    log.filled[0] = k + 1
    board.copies.hops[copy] += 1


@kernel
def _go_on(board: Board, edges: Edges, v: int, start_s: float, end_s: float) -> None:
    """Go on with what passes were sending when the epoch before ended."""
    passes = board.passes
    for k in range(passes.first[v], passes.first[v + 1]):
        e = passes.edge[k]
        copy = passes.sending[e]
        passes.free_s[e] = start_s if passes.rate[e] > 0 else end_s
        if copy < 0:
            continue
        last = passes.rest[e] <= HAIR_BYTES
        within = passes.unsent[e] <= passes.rate[e] * (end_s - start_s)
        if not (within or last):
            passes.unsent[e] -= passes.rate[e] * (end_s - start_s)
            passes.free_s[e] = end_s
            continue
        done_s = start_s + passes.unsent[e] / passes.rate[e] if within else end_s
        passes.free_s[e] = done_s
        passes.sending[e] = -1
        r = board.messages.rule[board.copies.message[copy]]
        _down(board, edges, v, e, r, copy, done_s + delay_at(edges, e, done_s))


@kernel
def _first_free(passes: Passes, v: int) -> int:
    found = -1
    for k in range(passes.first[v], passes.first[v + 1]):
        e = passes.edge[k]
        if found < 0 or passes.free_s[e] < passes.free_s[found]:
            found = e
    return found


@kernel
def _next(
    board: Board, edges: Edges, goal: Flags, v: int, e: int, now_s: float, end_s: float
) -> int:
    """Return the rule whose first copy is sent next: the most important, then the oldest on board.

    A message goes down in one pass, so what no longer fits into this one is passed over.
    """
    rules, stores, passes = board.rules, board.stores, board.passes
    rest = passes.rate[e] * (end_s - now_s) + passes.rest[e] + HAIR_BYTES
    found = -1
    for r in range(len(rules.size)):
        copy = stores.head[v, r]
        if copy < 0 or rules.size[r] > rest or not goal[rules.goal[r], edges.head[e]]:
            continue
        if found >= 0:
            if rules.priority[r] > rules.priority[found]:
                continue
            older = board.copies.here_s[copy] < board.copies.here_s[stores.head[v, found]]
            if rules.priority[r] == rules.priority[found] and not older:
                continue
        found = r
    return found


@kernel
def lay_passes(
    passes: Passes, edges: Edges, active: Ints, anyones: Flags, start_s: float, end_s: float
) -> None:
    """Sort the active edges to targets by their tail, and look up what fits through them."""
    first = passes.first
    begin_each(first)
    for e in active:
        if anyones[edges.head[e]]:
            first[edges.tail[e] + 1] += 1
    add_up(first)
    for e in active:
        if anyones[edges.head[e]]:
            v = edges.tail[e]
            passes.edge[first[v]] = e
            first[v] += 1
            now, then = carried(edges, e, start_s), carried(edges, e, end_s)
            passes.rate[e] = (then - now) / (end_s - start_s)
            passes.rest[e] = carried(edges, e, edges.end_s[e]) - then
    step_back(first)


@kernel
def begin_each(first: Longs) -> None:
    """Begin to count what there is of each: `first[v + 1]` is to be the count of v."""
    for v in range(len(first)):
        first[v] = 0


@kernel
def add_up(first: Longs) -> None:
    """Turn counts into where each begins; who puts them there moves that on."""
    for v in range(len(first) - 1):
        first[v + 1] += first[v]


@kernel
def step_back(first: Longs) -> None:
    """Let each begin where it did, once all are where they belong."""
    for v in range(len(first) - 1, 0, -1):
        first[v] = first[v - 1]
    first[0] = 0
