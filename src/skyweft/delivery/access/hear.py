"""Which messages of things are heard: the stage from `Motion` to `Heard`."""

from concurrent.futures import Executor

import numpy as np
from numpy.typing import NDArray

from skyweft.delivery.access.energy import each_attempt_j
from skyweft.delivery.access.medium import Media, media
from skyweft.delivery.access.receiving import CAUSE_OF, Receivers
from skyweft.delivery.access.receiving import HEARD as NEAREST
from skyweft.delivery.access.rounds import ATTEMPTS, Round, Rounds, lifetimes_s
from skyweft.delivery.access.sight import Rays, Sight
from skyweft.delivery.access.tables import (
    Answers,
    Asked,
    Carry,
    Messages,
    Sent,
    Silence,
    in_order,
)
from skyweft.delivery.access.traffic import Made, made, renewal
from skyweft.delivery.access.waking import Waking
from skyweft.delivery.product import CAUSES, Heard
from skyweft.motion.product import Fleet, Motion
from skyweft.scenario.scenario import Scenario

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

NO_SATELLITE, DUTY_CYCLE, EXPIRED, STORED = (
    np.int8(CAUSES.index(each)) for each in ("no satellite", "duty cycle", "expired", "stored")
)


def begin(scenario: Scenario, fleet: Fleet) -> Carry:
    """Return what random access starts a run with."""
    random = [k for k, rule in enumerate(scenario.messages) if rule.arrivals == "poisson"]
    return Carry(
        Messages.none(), Sent.none(), Rays.none(), np.empty(0, np.int8), Answers.none(),
        Silence.none(), {number: renewal(scenario, fleet, number) for number in random},
    )  # fmt: skip


def hear(
    scenario: Scenario,
    fleet: Fleet,
    motion: Motion,
    start_s: float,
    end_s: float,
    carry: Carry,
    executor: Executor,
) -> tuple[Heard, Carry]:
    """Return the messages whose fate at the receivers is known by the end of a block of time.

    Parameters
    ----------
    scenario, fleet
        What the user decided, and who the platforms are.
    motion : Motion
        Where they are, at least from `start_s` to `end_s`.
    start_s, end_s : float
        The block. Blocks follow each other from 0 to the scenario's end; however they are cut,
        together they give the same messages. [s]
    carry : Carry
        What the block before handed on, and `begin` for the first; it is used up.
    executor : Executor
        Threads; the result does not depend on their number.

    Returns
    -------
    heard : Heard
        A message comes in the block in which it has been heard by all that could, or in which its
        last attempt has failed; it may have been made earlier. The last block brings all that is
        left, as stored.
    carry : Carry
        For the next block.
    """
    air = media(scenario)
    receivers = Receivers.of(scenario, fleet, air)
    sight = Sight(scenario, fleet, motion, air)
    messages = _open(scenario, fleet, start_s, end_s, carry, executor)
    waking = Waking(scenario, fleet, motion, receivers, start_s, end_s, executor)
    for number, medium in enumerate(air.of_rule):
        mine = np.flatnonzero((messages.rule == number) & np.isnan(messages.due_s))
        waiting = messages.taking(mine)
        messages.due_s[mine] = waking.due(number, medium, waiting)
        messages.energy_j[mine] = waiting.energy_j
    known = np.flatnonzero(messages.due_s < end_s)
    first = Asked(known, messages.attempts[known], messages.due_s[known])
    rounds = Rounds(scenario, air, receivers, sight, start_s, end_s, executor)
    last = rounds.settle(carry, messages, first, len(fleet))
    ended = _ended(scenario, air, messages, last, end_s)
    if end_s >= scenario.duration_s:
        messages.cause[~ended] = STORED
        ended[:] = True
    heard = _heard(air, messages, ended, last, end_s)
    return heard, _carried(carry, messages, ended, last, end_s)


def _open(
    scenario: Scenario, fleet: Fleet, start_s: float, end_s: float, carry: Carry, executor: Executor
) -> Messages:
    """Return all messages under way, those made in the block too."""
    stretch = start_s, end_s
    fresh = Made.joined(
        [
            made(scenario, fleet, number, *stretch, carry.renewals.get(number), executor)
            for number in range(len(scenario.messages))
        ]
    )
    count = len(fresh)
    new = Messages(
        fresh.rule, fresh.thing, fresh.number, fresh.created_s, np.full(count, np.nan),
        np.zeros(count, np.int16), np.zeros(count, np.float32), np.zeros(count, np.int8),
    )  # fmt: skip
    return Messages.joined(carry.messages, new)


def _ended(scenario: Scenario, air: Media, messages: Messages, last: Round, end_s: float) -> Flags:
    """Write what the block did to each message; return which need nothing more."""
    sent = last.sent
    ours = sent.message >= 0
    over = ours & (last.over_s <= end_s)
    spent_j = each_attempt_j(air)[sent.rule, sent.lane]
    fresh = np.arange(last.carried, len(sent))
    np.add.at(messages.attempts, sent.message[fresh], np.int16(1))
    np.add.at(messages.energy_j, sent.message[fresh], spent_j[fresh])
    # The last attempt's cause stays.
    rows = np.flatnonzero(over)
    rows = rows[np.argsort(sent.attempt[rows], kind="stable")]
    messages.cause[sent.message[rows]] = CAUSE_OF[last.best[rows]]
    follows = np.isin(_key(sent.message, sent.attempt) + 1,
                      _key(last.again.message, last.again.attempt))  # fmt: skip
    ended = np.zeros(len(messages), np.bool_)
    ended[sent.message[over & ~follows]] = True
    messages.due_s[sent.message[ours & ~over]] = np.inf
    later = last.again.taking(last.again.due_s >= end_s)
    messages.due_s[later.message] = later.due_s
    return ended | _too_late(scenario, messages, last, end_s)


def _key(message: Ints, attempt: NDArray[np.int16]) -> Ints:
    return message * ATTEMPTS + attempt


def _too_late(scenario: Scenario, messages: Messages, last: Round, end_s: float) -> Flags:
    """Write why messages could not be sent within their lifetime; return which."""
    until_s = messages.created_s + lifetimes_s(scenario)[messages.rule]
    messages.due_s[last.left.message] = last.left.due_s
    never = last.left.message[np.isnan(last.left_s)]
    unsent = never[messages.attempts[never] == 0]
    in_time = messages.due_s[unsent] <= until_s[unsent]
    messages.cause[unsent] = np.where(in_time, DUTY_CYCLE, EXPIRED)
    late: Flags = np.isnan(messages.due_s) & (until_s < end_s)
    messages.cause[late] = NO_SATELLITE
    late[never] = True
    return late


def _heard(air: Media, messages: Messages, ended: Flags, last: Round, end_s: float) -> Heard:
    """Return the messages that have ended, and who has copies."""
    sent, rays = last.sent, last.rays
    copies = (last.near == NEAREST) & (sent.message[rays.sent] >= 0)
    copies &= last.over_s[rays.sent] <= end_s
    rows = np.flatnonzero(copies)
    of = sent.message[rays.sent[rows]]
    lasts_s = np.array([each.air_s for each in air.of_rule])[sent.rule, sent.lane]
    received_s = (sent.start_s + lasts_s)[rays.sent[rows]] + rays.delay_s[rows]
    done = np.flatnonzero(ended)
    done = done[in_order(messages.created_s[done], messages.rule[done], messages.thing[done],
                         messages.number[done])]  # fmt: skip
    place = np.full(len(messages), -1, np.int64)
    place[done] = np.arange(len(done))
    order = np.lexsort((rays.receiver[rows], received_s, place[of]))
    count = np.bincount(place[of], minlength=len(done))
    some = messages.taking(done)
    return Heard(
        some.rule, some.thing, some.number, some.created_s, some.attempts, some.energy_j,
        some.cause, np.concatenate([[0], np.cumsum(count)]).astype(np.int64),
        rays.receiver[rows][order], received_s[order],
    )  # fmt: skip


def _carried(carry: Carry, messages: Messages, ended: Flags, last: Round, end_s: float) -> Carry:
    """Return what the next block must know."""
    sent, rays = last.sent, last.rays
    place = np.full(len(messages), -1, np.int64)
    place[~ended] = np.arange(np.count_nonzero(~ended))
    open_ = last.over_s > end_s
    # What disturbs those on the air, or has disturbed them, over itself or not.
    horizon_s = sent.start_s[open_].min() if open_.any() else end_s
    kept = last.over_s > horizon_s
    back = np.cumsum(kept) - 1
    still = kept[rays.sent]
    on_air = sent.taking(kept)
    on_air.message[:] = np.where(open_[kept], on_air.message, -1)
    ours = on_air.message >= 0
    on_air.message[ours] = place[on_air.message[ours]]
    waves = rays.taking(still)
    starts_s = sent.start_s[waves.sent] + waves.delay_s
    waves.sent[:] = back[waves.sent]
    held = np.where(starts_s < end_s, last.held[still], np.int8(-1))
    silent = np.union1d(np.flatnonzero(last.free_s > end_s), messages.thing[last.left.message])
    silence = Silence(silent.astype(np.int32), last.free_s[silent])
    return Carry(
        messages.taking(~ended), on_air, waves, held,
        last.answers.taking(last.answers.end_s > horizon_s), silence,
        carry.renewals,
    )  # fmt: skip
