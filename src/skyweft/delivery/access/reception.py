"""Which messages of devices are received: the stage from `Motion` to `Receptions`."""

from concurrent.futures import Executor
from dataclasses import fields, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from skyweft.delivery.access.channel import RuleChannels, channels_of
from skyweft.delivery.access.contention import ATTEMPTS, Round, Rounds, lifetimes_s
from skyweft.delivery.access.energy import batteries, each_attempt_j
from skyweft.delivery.access.receiving import BARRED, CAUSE_OF, Receivers
from skyweft.delivery.access.receiving import RECEIVED as NEAREST
from skyweft.delivery.access.tables import (
    Answers,
    Carry,
    Copies,
    Drained,
    Messages,
    Sent,
    Silence,
    in_order,
)
from skyweft.delivery.access.traffic import Generated, generated, renewal
from skyweft.delivery.access.visibility import Rays, Sight
from skyweft.delivery.access.wake_up import Waking
from skyweft.delivery.model import Messages as Rule
from skyweft.delivery.product import CAUSES, RECEIVED, Receptions, cause_codes
from skyweft.fleet import Fleet, Motion
from skyweft.kernels import making
from skyweft.scenario.scenario import Scenario
from skyweft.stage import NOTHING, Restrictions

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

TOGETHER = 131_072  # messages looked at at once; their columns stay in the third-level cache
NO_COVERAGE, DUTY_CYCLE, EXPIRED, AT_DEVICE, BATTERY = (
    np.int8(CAUSES.index(cause))
    for cause in ("no coverage", "duty cycle", "expired", "at device", "battery")
)


def begin(scenario: Scenario, fleet: Fleet) -> Carry:
    """Return what random access starts a run with."""
    random = [k for k, rule in enumerate(scenario.rules(Rule)) if rule.arrivals == "poisson"]
    return Carry(
        Messages.none(),
        Sent.none(),
        Rays.none(),
        np.empty(0, np.int8),
        Answers.none(),
        Copies.none(),
        Silence.none(),
        Drained.none(),
        {number: renewal(scenario, fleet, number) for number in random},
    )


def receive(
    scenario: Scenario,
    fleet: Fleet,
    motion: Motion,
    start_s: float,
    end_s: float,
    carry: Carry,
    executor: Executor,
    restrictions: Restrictions = NOTHING,
) -> tuple[Receptions, Carry]:
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
    restrictions : Restrictions
        Of failures and of earlier stages; a message lost to one has the cause of `cause_codes`.

    Returns
    -------
    received : Receptions
        A message comes in the block in which it has been received by all that could, or in which
        its last attempt has failed; it may have been generated earlier. The last block brings all
        that is left: at its device still, or too old by then.
    carry : Carry
        For the next block.
    """
    air = channels_of(scenario)
    receivers = Receivers.of(scenario, fleet, air)
    sight = Sight(scenario, fleet, motion, air, restrictions)
    codes = cause_codes(sight.restrictions.causes)
    full = batteries(fleet, air)
    full.left_j[carry.drained.device] = carry.drained.left_j
    rounds = Rounds(scenario, air, receivers, sight, (carry.silence, full), executor)
    waking = Waking(scenario, fleet, motion, receivers, executor, sight.restrictions)
    fresh = _made(scenario, fleet, start_s, end_s, carry, executor)
    parts, borders_s = [], _borders(fresh, start_s, end_s)
    cuts = np.searchsorted(fresh.created_s, borders_s)
    made_in = [fresh.taking(slice(*rows)) for rows in pairwise(cuts.tolist())]
    ahead = rounds.ahead(made_in[0], borders_s[1])
    for k, (from_s, to_s) in enumerate(pairwise(borders_s)):
        messages = Messages.joined(carry.messages, made_in[k])
        for number, channel in enumerate(air.of_rule):
            waking.wake(number, channel, messages, from_s, to_s)
        last = rounds.settle(carry, messages, from_s, to_s, ahead)
        if k + 1 < len(made_in):
            # Threads go on with this while what has been settled is put down.
            ahead = rounds.ahead(made_in[k + 1], borders_s[k + 2])
        ended = _ended(scenario, air, messages, last, to_s, codes)
        if to_s >= scenario.duration_s:
            _close(scenario, messages, ended, to_s)
            ended[:] = True
        copies = _copies(air, carry, last, to_s)
        parts.append(_received(messages, ended, copies))
        carry = _carried(carry, messages, ended, copies, last, to_s)
    left = carry.messages.device[carry.messages.due_s < end_s]
    return _whole(parts, executor), replace(
        carry, silence=rounds.silence(left), drained=rounds.drained()
    )


def _made(
    scenario: Scenario, fleet: Fleet, start_s: float, end_s: float, carry: Carry, executor: Executor
) -> Messages:
    """Return the messages of all rules that are generated in the block, in order."""
    stretch = start_s, end_s
    fresh = Generated.joined(
        [
            generated(scenario, fleet, number, *stretch, carry.renewals.get(number), executor)
            for number in range(len(scenario.rules(Rule)))
        ]
    )
    order = in_order(fresh.created_s, fresh.rule, fresh.device, fresh.number)
    columns = (fresh.rule, fresh.device, fresh.number, fresh.created_s)
    count = len(order)
    rule, device, number, created_s = executor.map(np.take, columns, [order] * len(columns))
    return Messages(
        rule,
        device,
        number,
        created_s,
        np.full(count, np.nan),
        np.zeros(count, np.int16),
        np.zeros(count, np.float32),
        np.zeros(count, np.int8),
    )


def _borders(fresh: Messages, start_s: float, end_s: float) -> list[float]:
    """Cut a block so that little enough is looked at at once to stay near the processor."""
    inner = fresh.created_s[TOGETHER : len(fresh) - TOGETHER // 2 : TOGETHER]
    return np.unique([start_s, *inner, end_s]).tolist()


def _whole(parts: list[Receptions], executor: Executor) -> Receptions:
    """Put the parts of a block together, by time of making."""
    columns = {
        field.name: np.concatenate([getattr(part, field.name) for part in parts])
        for field in fields(Receptions)
        if field.name != "copy_first"
    }
    counts = np.concatenate([np.diff(part.copy_first) for part in parts])
    first = np.concatenate([[0], np.cumsum(counts)])
    order = in_order(columns["created_s"], columns["rule"], columns["device"], columns["number"])
    if not np.array_equal(order, np.arange(len(order))):
        copies = np.empty(first[-1], np.int64)
        first = _with_copies(order, first, copies)
        names = list(columns)
        rows = [copies if name.startswith("copy") else order for name in names]
        taken = executor.map(np.take, columns.values(), rows)
        columns = dict(zip(names, taken, strict=True))
    return Receptions(**columns, copy_first=first)


def _ended(
    scenario: Scenario,
    air: RuleChannels,
    messages: Messages,
    last: Round,
    end_s: float,
    codes: NDArray[np.int8],
) -> Flags:
    """Write what the block did to each message; return which need nothing more.

    `codes` are those of restrictions' causes.
    """
    sent = last.sent
    ours = sent.message >= 0
    over = ours & (last.done_s <= end_s)
    spent_j = each_attempt_j(air)[sent.rule, sent.lane]
    fresh = np.arange(last.carried, len(sent))
    np.add.at(messages.attempts, sent.message[fresh], np.int16(1))
    np.add.at(messages.energy_j, sent.message[fresh], spent_j[fresh])
    # The last attempt's cause stays.
    rows = np.flatnonzero(over)
    rows = rows[np.argsort(sent.attempt[rows], kind="stable")]
    messages.cause[sent.message[rows]] = CAUSE_OF[last.best[rows]]
    barred = np.zeros(len(sent), np.int8)
    barred[last.rays.sent[::-1]] = last.rays.barred[::-1]  # of the first receiver
    rows = rows[last.best[rows] == BARRED]
    messages.cause[sent.message[rows]] = codes[barred[rows] - 1]
    follows = np.isin(
        _key(sent.message, sent.attempt) + 1, _key(last.again.message, last.again.attempt)
    )
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
    flat = last.left.message[last.flat]
    flat = flat[messages.attempts[flat] == 0]
    messages.cause[flat], messages.energy_j[flat] = BATTERY, 0.0
    late: Flags = np.isnan(messages.due_s) & (until_s < end_s)
    messages.cause[late] = _unheard(messages.cause[late])
    late[never] = True
    return late


def _unheard(cause: NDArray[np.int8]) -> NDArray[np.int8]:
    """Return why messages were never sent: no receiver, or one that was kept from its beacon."""
    return np.where(cause == 0, NO_COVERAGE, cause)


def _close(scenario: Scenario, messages: Messages, ended: Flags, end_s: float) -> None:
    """Write what the run's end leaves of messages whose fate is open."""
    until_s = messages.created_s + lifetimes_s(scenario)[messages.rule]
    over = np.where(np.isnan(messages.due_s), _unheard(messages.cause), EXPIRED)
    messages.cause[~ended] = np.where(until_s <= end_s, over, AT_DEVICE)[~ended]


def _copies(air: RuleChannels, carry: Carry, last: Round, end_s: float) -> Copies:
    """Return who has received which messages so far; of a message received twice the first copy."""
    sent, rays = last.sent, last.rays
    good = (last.near == NEAREST) & (sent.message[rays.sent] >= 0)
    good &= last.over_s[rays.sent] <= end_s
    rows = np.flatnonzero(good)
    of = rays.sent[rows]
    lasts_s = np.array([channel.air_s for channel in air.of_rule])[sent.rule, sent.lane]
    airs_s = lasts_s[of] + rays.delay_s[rows]
    received_s = sent.start_s[of] + airs_s
    fresh = Copies(sent.message[of], rays.receiver[rows], received_s, airs_s.astype(np.float32))
    if not any(channel.messages.confirmed for channel in air.of_rule):
        return fresh
    every = Copies.joined(carry.copies, fresh)
    every = every.taking(np.lexsort((every.received_s, every.receiver, every.message)))
    again = (np.diff(every.message) == 0) & (np.diff(every.receiver) == 0)
    return every.taking(np.concatenate([[True], ~again])[: len(every)])


def _received(messages: Messages, ended: Flags, copies: Copies) -> Receptions:
    """Return the messages that have ended, and who has copies."""
    copies = copies.taking(ended[copies.message])
    messages.cause[copies.message] = RECEIVED
    done = np.flatnonzero(ended)
    done = done[
        in_order(
            messages.created_s[done],
            messages.rule[done],
            messages.device[done],
            messages.number[done],
        )
    ]
    place = np.full(len(messages), -1, np.int64)
    place[done] = np.arange(len(done))
    of = place[copies.message]
    first = np.concatenate([[0], np.cumsum(np.bincount(of, minlength=len(done)))]).astype(np.int64)
    order = np.empty(len(copies), np.int64)
    _by_message(first[:-1].copy(), of, copies.received_s, order)
    some, whose = messages.taking(done), copies.taking(order)
    return Receptions(
        some.rule,
        some.device,
        some.number,
        some.created_s,
        some.attempts,
        some.energy_j,
        some.cause,
        first,
        whose.receiver,
        whose.received_s,
        whose.air_s,
    )


@making
def _with_copies(order: Ints, first: Ints, copies: Ints) -> Ints:
    """Write the rows of the copies when messages are put in order; return where each's begin."""
    begin = np.zeros(len(order) + 1, np.int64)
    for m in range(len(order)):
        count = first[order[m] + 1] - first[order[m]]
        for k in range(count):
            copies[begin[m] + k] = first[order[m]] + k
        begin[m + 1] = begin[m] + count
    return begin


@making
def _by_message(at: Ints, of: Ints, received_s: Floats, order: Ints) -> None:
    """Write copies message by message, each one's in order of time; `at` is used up."""
    first = at.copy()
    for row in range(len(of)):
        k = at[of[row]]
        while k > first[of[row]] and received_s[order[k - 1]] > received_s[row]:
            order[k] = order[k - 1]
            k -= 1
        order[k] = row
        at[of[row]] += 1


def _carried(
    carry: Carry, messages: Messages, ended: Flags, copies: Copies, last: Round, end_s: float
) -> Carry:
    """Return what the next block must know."""
    sent, rays = last.sent, last.rays
    place = np.full(len(messages), -1, np.int64)
    place[~ended] = np.arange(np.count_nonzero(~ended))
    open_ = last.done_s > end_s
    # What disturbs those on the air, or has disturbed them, over itself or not.
    horizon_s = sent.start_s[open_].min() if open_.any() else end_s
    kept = (last.over_s > horizon_s) | open_
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
    copies = copies.taking(~ended[copies.message])
    copies.message[:] = place[copies.message]
    # Answers to what is open are made anew.
    answers = last.answers.taking(last.answers.end_s > horizon_s)
    answers = answers.taking(~np.append(open_, False)[answers.sent])
    answers.sent[:] = -1
    return Carry(
        messages.taking(~ended),
        on_air,
        waves,
        held,
        answers,
        copies,
        carry.silence,
        carry.drained,
        carry.renewals,
    )
