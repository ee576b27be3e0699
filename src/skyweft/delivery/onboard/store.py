"""What a platform keeps: queues by rule, first in first out, within its storage.

Copies of one rule have one size, one priority and one lifetime, so a queue a rule is enough: who
is next is looked up among their heads.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skyweft.delivery.product import CAUSES
from skyweft.kernels import kernel

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]

STORAGE, EXPIRED, BUSY, FAILED = (
    CAUSES.index(cause) for cause in ("storage", "expired", "gateway contention", "platform failed")
)
DROPS = ("oldest", "newest", "priority")
OLDEST, NEWEST, PRIORITY = range(3)


class Rules(NamedTuple):
    """What all messages of a rule have in common. (R,)."""

    size: Longs  # bytes
    priority: Longs  # 0 is the most important
    goal: Longs
    in_turn: Longs  # rows of rules, the most important first


class Messages(NamedTuple):
    """Messages that have copies under way. (M,)."""

    rule: NDArray[np.int16]
    until_s: Floats  # worth nothing later
    left: Ints  # copies not lost and not arrived
    lost_s: Floats  # when the last of the others was lost
    lost: NDArray[np.int8]  # and why


class Copies(NamedTuple):
    """Copies of messages. (K,)."""

    message: Ints
    receiver: Ints  # row of Fleet: who received it
    node: Ints  # where it is, -1: nowhere any more
    here_s: Floats  # since when
    hops: Ints
    next: Ints  # behind it in the same queue, or -1
    in_transit_s: Floats  # on the air and between platforms so far
    passed: Floats  # bytes that its platform had gone without when it came on board
    turn: Floats  # bytes brought down by when it would have been its turn; inf: not on board yet


class Stores(NamedTuple):
    """What is on board. (V,), queues (V, R)."""

    head: Ints  # copies, -1: the queue is empty
    tail: Ints
    used: Longs  # bytes
    kept: Longs  # copies
    room: Longs  # bytes in all
    drop: Longs  # OLDEST, NEWEST or PRIORITY
    queued: Longs  # copies (V, R)
    brought: Longs  # bytes brought down so far
    passed: Floats  # (V, D) bytes of passes that antennas or cuts took from a node without others
    cause: NDArray[np.int8]  # (V, D) of the last of these
    failed_s: Floats  # when a node fails for good; inf: never


@kernel
def lose(messages: Messages, copies: Copies, copy: int, cause: int, at_s: float) -> None:
    """Note that a copy is lost; of several lost copies the last one's cause is the message's."""
    m = copies.message[copy]
    copies.node[copy] = -1
    messages.left[m] -= 1
    if at_s >= messages.lost_s[m]:
        messages.lost_s[m] = at_s
        messages.lost[m] = cause


@kernel
def too_late(
    stores: Stores, messages: Messages, copies: Copies, rules: Rules, v: int, copy: int
) -> int:
    """Return why a copy that has expired was not brought down.

    It is the doing of those who took passes from its platform, antennas that served others or what
    kept it from sending, where these would have carried all before it, and it; of several the last.
    """
    r = messages.rule[copies.message[copy]]
    passed = stores.passed[v, rules.goal[r]] - copies.passed[copy]
    enough = passed + stores.brought[v] >= copies.turn[copy]
    return stores.cause[v, rules.goal[r]] if enough and passed >= rules.size[r] else EXPIRED


@kernel
def _ahead(stores: Stores, rules: Rules, v: int, own: int) -> int:
    """Return the bytes on board that go down to the same targets before a newcomer of a rule."""
    total = 0
    for r in range(len(rules.size)):
        if rules.priority[r] <= rules.priority[own] and rules.goal[r] == rules.goal[own]:
            total += stores.queued[v, r] * rules.size[r]
    return total


@kernel
def accept(
    stores: Stores, messages: Messages, copies: Copies, rules: Rules, v: int, copy: int
) -> None:
    """Put a copy at the end of its queue, at the moment it is there; make room if need be."""
    m = copies.message[copy]
    r = messages.rule[m]
    at_s = copies.here_s[copy]
    if messages.until_s[m] < at_s:
        lose(messages, copies, copy, EXPIRED, at_s)
        return
    if at_s >= stores.failed_s[v]:
        lose(messages, copies, copy, FAILED, at_s)
        return
    while stores.used[v] + rules.size[r] > stores.room[v]:
        victim = -1
        if rules.size[r] <= stores.room[v]:
            victim = _victim(stores, messages, copies, rules, v, rules.priority[r], at_s)
        if victim < 0:
            lose(messages, copies, copy, STORAGE, at_s)
            return
        other = unlinked(stores, copies, v, victim)
        late = messages.until_s[copies.message[other]] < at_s
        cause = too_late(stores, messages, copies, rules, v, other) if late else STORAGE
        freed(stores, rules, v, victim)
        lose(messages, copies, other, cause, at_s)
    copies.next[copy] = -1
    if stores.head[v, r] < 0:
        stores.head[v, r] = copy
    else:
        copies.next[stores.tail[v, r]] = copy
    stores.tail[v, r] = copy
    copies.passed[copy] = stores.passed[v, rules.goal[r]]
    copies.turn[copy] = stores.brought[v] + _ahead(stores, rules, v, r) + rules.size[r]
    stores.used[v] += rules.size[r]
    stores.kept[v] += 1
    stores.queued[v, r] += 1


@kernel
def _victim(
    stores: Stores, messages: Messages, copies: Copies, rules: Rules, v: int, own: int, at_s: float
) -> int:
    """Return the rule whose oldest copy goes first, or -1: the newcomer does."""
    found = -1
    for r in range(len(rules.size)):
        copy = stores.head[v, r]
        if copy < 0:
            continue
        if messages.until_s[copies.message[copy]] < at_s:
            return r
        older = found < 0 or copies.here_s[copy] < copies.here_s[stores.head[v, found]]
        if stores.drop[v] == OLDEST and older:
            found = r
        elif stores.drop[v] == PRIORITY and rules.priority[r] >= own:
            lower = found >= 0 and rules.priority[r] > rules.priority[found]
            same = found < 0 or rules.priority[r] == rules.priority[found]
            if lower or (same and older):
                found = r
    return found


@kernel
def unlinked(stores: Stores, copies: Copies, v: int, r: int) -> int:
    """Take the first copy out of a queue; its bytes stay taken until `freed`."""
    copy = stores.head[v, r]
    stores.head[v, r] = copies.next[copy]
    copies.next[copy] = -1
    return copy


@kernel
def freed(stores: Stores, rules: Rules, v: int, r: int) -> None:
    """Give back the bytes of one copy of a rule."""
    stores.used[v] -= rules.size[r]
    stores.kept[v] -= 1
    stores.queued[v, r] -= 1


@kernel
def throw_out(
    stores: Stores, messages: Messages, copies: Copies, rules: Rules, v: int, r: int, now_s: float
) -> None:
    """Throw out what has expired at the head of a queue."""
    while stores.head[v, r] >= 0:
        copy = stores.head[v, r]
        if messages.until_s[copies.message[copy]] >= now_s:
            break
        unlinked(stores, copies, v, r)
        freed(stores, rules, v, r)
        lose(messages, copies, copy, too_late(stores, messages, copies, rules, v, copy), now_s)


@kernel
def lose_all(
    stores: Stores, messages: Messages, copies: Copies, rules: Rules, v: int, now_s: float
) -> None:
    """Lose what is on board a node that has failed for good."""
    for r in range(len(rules.size)):
        while stores.head[v, r] >= 0:
            copy = unlinked(stores, copies, v, r)
            freed(stores, rules, v, r)
            late = messages.until_s[copies.message[copy]] < now_s
            cause = too_late(stores, messages, copies, rules, v, copy) if late else FAILED
            lose(messages, copies, copy, cause, now_s)
