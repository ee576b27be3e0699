"""Rounds in which the transmissions of a block are generated and judged until nothing changes.

A confirmed message that nobody received is sent again, which disturbs others, which may then have
to be sent again too. An attempt follows only after the one before has ended, so every round settles
a further stretch of time, and what is left is the one answer there is, wherever blocks begin and
end.
"""

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skyweft.delivery.access.answering import Answering
from skyweft.delivery.access.channel import RuleChannels
from skyweft.delivery.access.energy import Batteries, each_attempt_j
from skyweft.delivery.access.random import PURPOSES, WAIT, uniforms
from skyweft.delivery.access.receiving import RECEIVED, Air, Codes, Receivers, received
from skyweft.delivery.access.tables import (
    Answers,
    Asked,
    Carry,
    Drained,
    Messages,
    Sent,
    Silence,
    in_order,
)
from skyweft.delivery.access.visibility import Rays, Sight, by_sent
from skyweft.delivery.model import Blind
from skyweft.delivery.model import Messages as Rule
from skyweft.kernels import making
from skyweft.scenario.scenario import Scenario

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

ATTEMPTS = 128  # more than any message has
DOUBLINGS = 6  # of the back-off
# Transmissions, rays, decoders, how near rays and transmissions came, and two of `Round`'s moments.
Judged = tuple[Sent, Rays, Codes, Codes, Codes, Floats, Floats]


@dataclass(frozen=True, slots=True)
class Round:
    """All that is on the air in a block, as one round sees it: first what was carried over."""

    sent: Sent
    carried: int  # how many of them were
    rays: Rays
    held: Codes
    near: Codes  # of each ray: how near it came to being received
    best: Codes  # of each transmission: its best ray
    over_s: Floats  # of each transmission: when it has arrived everywhere
    done_s: Floats  # and when its device knows whether it has been received, if it is told at all
    again: Asked  # attempts that follow from what failed
    answers: Answers
    left: Asked  # attempts of this block that were not made in it
    left_s: Floats  # when they would begin; NaN: not within the message's lifetime
    flat: Flags  # whether that is for their device's battery


@dataclass(frozen=True, slots=True)
class Ahead:
    """Who will see messages that are sent once they are generated, unless something delays them."""

    fresh: Ints  # rows among the messages of a stretch, (F,)
    start_s: Floats
    rays: Callable[[], Rays]  # waits for them


class _Turn(NamedTuple):
    """Attempts in the order in which they are due, (A,); the last two are written into."""

    due_s: Floats
    rule: NDArray[np.int16]
    device: NDArray[np.int32]
    until_s: Floats  # the end of the message's lifetime
    start_s: Floats
    flat: Flags  # not made, since the battery is empty


class _Means(NamedTuple):
    """What every platform may do, (N,), written into by who sends: as it is before any of them."""

    free_s: Floats  # from when on it may send
    left_j: Floats
    sleep_w: Floats


class _Cost(NamedTuple):
    """What attempts take, (A,)."""

    silent_s: Floats
    energy_j: Floats


class Rounds:
    """One block of time: what the air is like, and who may send when."""

    def __init__(
        self,
        scenario: Scenario,
        media: RuleChannels,
        receivers: Receivers,
        sight: Sight,
        held: tuple[Silence, Batteries],
        executor: Executor,
    ) -> None:
        self._scenario, self._executor = scenario, executor
        self._start_s = self._end_s = 0.0
        # From when on every platform may send, by what was sent before the end of a stretch.
        silence, self._batteries = held
        self._free_s = np.full(len(self._batteries.left_j), -np.inf)
        self._free_s[silence.device] = silence.until_s
        self._attempt_j = each_attempt_j(media).astype(np.float64)
        self._drains = np.isfinite(self._batteries.left_j).any()
        self._air, self._receivers, self._sight = Air.of(scenario, media), receivers, sight
        rules = scenario.rules(Rule)
        self._attempts = np.array([rule.attempts for rule in rules], np.int64)
        self._lifetime_s = lifetimes_s(scenario)
        self._back_off_s = np.array([rule.back_off_s for rule in rules])
        self._confirmed = np.array([rule.confirmed for rule in rules], np.bool_)
        uplinks = [channel.waveform for channel in media.of_rule]
        self._window_s = np.array([channel.window_s for channel in media.of_rule])
        self._answering = Answering(scenario, self._air, receivers)
        self._silent = np.array([1 / uplink.duty_cycle for uplink in uplinks])
        self._slot_s = np.array([channel.slot_s for channel in media.of_rule])
        self._blind = np.array([isinstance(rule.wake, Blind) for rule in rules], np.bool_)
        self._lanes = [channel.lanes for channel in media.of_rule]

    def ahead(self, fresh: Messages, end_s: float) -> "Ahead":
        """Begin to look who sees messages that are generated and sent in the next stretch.

        Parameters
        ----------
        fresh : Messages
            Generated in that stretch.
        end_s : float
            Its end. [s]
        """
        start_s = np.empty(len(fresh))
        _in_slots(fresh.created_s, self._slot_s[fresh.rule], start_s)
        mine = np.flatnonzero(self._blind[fresh.rule] & (start_s < end_s))
        start_s = start_s[mine]
        rule, device = fresh.rule[mine], fresh.device[mine]
        return Ahead(mine, start_s, self._sight.ahead(rule, device, start_s, self._executor))

    def settle(
        self, carry: Carry, messages: Messages, start_s: float, end_s: float, ahead: "Ahead"
    ) -> Round:
        """Return the last round of a stretch of time that follows the one before.

        Parameters
        ----------
        carry : Carry
            What is on the air from before; its messages are the first of `messages`.
        messages : Messages
            All whose fate is open.
        start_s, end_s : float
            The stretch. [s]
        ahead : Ahead
            What is known of the messages after those of `carry`.
        """
        self._start_s, self._end_s = start_s, end_s
        known = np.flatnonzero(messages.due_s < end_s)
        first = Asked(known, messages.attempts[known], messages.due_s[known])
        more, answers = Asked.none(), carry.answers
        message = len(carry.messages) + ahead.fresh
        placed = _transmissions(messages, message, np.zeros(len(message), np.int16), ahead.start_s)
        rays = ahead.rays()
        while True:
            asked = Asked.joined(first, more.taking(more.due_s < end_s))
            asked = asked.taking(_order(asked, messages))
            turn = self._turn(asked, messages)
            placed, rays, cost = self._placed(asked, messages, turn, placed, rays)
            now = self._judged(carry, placed, rays, answers)
            said, reported = self._said(carry, now)
            again = self._again(now, reported, messages)
            if _same(again, more) and _same(said, answers):
                break
            more, answers = again, said
        left = ~(turn.start_s < end_s)
        # Only what was sent in time counts: the rest will be decided anew. The last one stays.
        self._free_s[turn.device[~left]] = (turn.start_s + cost.silent_s)[~left]
        left_j = self._batteries.left_j
        np.subtract.at(left_j, turn.device[~left], cost.energy_j[~left])
        left_j[turn.device[turn.flat]] = -np.inf
        kept = asked.taking(left), turn.start_s[left], turn.flat[left]
        return Round(now[0], len(carry.sent), *now[1:], again, said, *kept)

    def _turn(self, asked: Asked, messages: Messages) -> "_Turn":
        """Return whose turn it is when, as if nobody were kept waiting."""
        rule, device = messages.rule[asked.message], messages.device[asked.message]
        until_s = messages.created_s[asked.message] + self._lifetime_s[rule]
        start_s = np.empty(len(asked))
        # What an earlier block left began after its end, whatever kept it waiting.
        _in_slots(np.maximum(asked.due_s, self._start_s), self._slot_s[rule], start_s)
        return _Turn(asked.due_s, rule, device, until_s, start_s, np.zeros(len(asked), np.bool_))

    def _placed(
        self, asked: Asked, messages: Messages, turn: "_Turn", known: Sent, known_rays: Rays
    ) -> tuple[Sent, Rays, _Cost]:
        """Let every device send one after the other; return what is on the air and takes."""
        device, (left_j, sleep_w) = turn.device, self._batteries
        before = self._free_s[device], left_j[device]
        means = _Means(self._free_s, left_j, sleep_w)
        listened_j = np.where(asked.attempt == 0, messages.energy_j[asked.message], 0.0)
        while True:
            sent, rays = self._looked(asked, messages, turn.start_s, known, known_rays)
            silent_s = np.zeros(len(asked))
            silent_s[turn.start_s < self._end_s] = self._air.air_s[sent.rule, sent.lane]
            # A device does not send while it waits for an answer.
            waits_s = silent_s.copy()
            if self._confirmed.any():
                waits_s[turn.start_s < self._end_s] += self._waits_s(sent, rays)
            silent_s = np.maximum(silent_s * self._silent[turn.rule], waits_s)
            cost = _Cost(silent_s, self._costs_j(turn, sent, listened_j))
            moved = _in_turn(turn, cost, self._slot_s, self._end_s, means)
            self._free_s[device], left_j[device] = before
            if not moved:
                return sent, rays, cost
            known, known_rays = sent, rays

    def _costs_j(self, turn: "_Turn", sent: Sent, listened_j: Floats) -> Floats:
        """Return what attempts take from batteries; those of a later stretch are not known yet."""
        found = np.zeros(len(listened_j))
        if self._drains:
            now = turn.start_s < self._end_s
            # What the battery kept from being made would take as much as in the slowest lane.
            slowest = np.array([lanes[-1] for lanes in self._lanes])
            found[:] = self._attempt_j[turn.rule, slowest[turn.rule]] + listened_j
            found[now] = self._attempt_j[sent.rule, sent.lane] + listened_j[now]
        return found

    def _waits_s(self, sent: Sent, rays: Rays) -> Floats:
        """Return how long the device of each transmission waits for its answer, light included."""
        late_s = np.zeros(len(sent))
        _most(rays.sent, rays.delay_s, late_s)
        wait_s: Floats = self._window_s[sent.rule] + 2 * late_s
        return np.where(self._confirmed[sent.rule], wait_s, 0.0)

    def silence(self, waiting: NDArray[np.int32]) -> Silence:
        """Return who may not send yet at the stretch's end, and what holds for who waits."""
        devices = np.union1d(np.flatnonzero(self._free_s > self._end_s), waiting)
        return Silence(devices.astype(np.int32), self._free_s[devices])

    def drained(self) -> Drained:
        """Return what is left in the batteries that are reckoned with."""
        devices = np.flatnonzero(self._batteries.left_j < np.inf)
        return Drained(devices.astype(np.int32), self._batteries.left_j[devices])

    def _looked(
        self, asked: Asked, messages: Messages, start_s: Floats, known: Sent, known_rays: Rays
    ) -> tuple[Sent, Rays]:
        """Return the transmissions that begin in the block, and who has them in view."""
        now = np.flatnonzero(start_s < self._end_s)
        sent = _transmissions(messages, asked.message[now], asked.attempt[now], start_s[now])
        old = np.empty(len(sent), np.int64)
        _find(
            len(messages),
            sent.message,
            sent.attempt,
            sent.start_s,
            known.message,
            known.attempt,
            known.start_s,
            old,
        )
        if np.array_equal(old, np.arange(len(known))):
            self._choose_lanes(sent, known_rays)
            return sent, known_rays
        new = np.flatnonzero(old < 0)
        fresh = self._sight.rays(
            sent.rule[new], sent.device[new], sent.start_s[new], self._executor
        )
        fresh.sent[:] = new[fresh.sent]
        rays = fresh
        if len(new) < len(sent):
            back = np.full(len(known), -1, np.int64)
            back[old[old >= 0]] = np.flatnonzero(old >= 0)
            kept = known_rays.taking(back[known_rays.sent] >= 0)
            kept.sent[:] = back[kept.sent]
            rays = Rays.joined([fresh, kept])
            rays = rays.taking(by_sent(rays.sent, rays.receiver, len(sent)))
        self._choose_lanes(sent, rays)
        return sent, rays

    def _choose_lanes(self, sent: Sent, rays: Rays) -> None:
        """Write each transmission's lane: the fastest that closes to its best receiver."""
        for rule, lanes in enumerate(self._lanes):
            mine = sent.rule == rule
            sent.lane[mine] = lanes[-1]
            if len(lanes) > 1:
                snr_db = rays.power_dbhz - self._air.noise_dbhz[rule]
                best = np.full(len(sent), -np.inf)
                _most(rays.sent, snr_db, best)
                for lane in lanes[::-1]:
                    sent.lane[mine & (best >= self._air.snr_min_db[rule, lane])] = lane

    def _judged(self, carry: Carry, placed: Sent, rays: Rays, answers: Answers) -> Judged:
        """Return all that is on the air, and how near it came to being received."""
        sent = Sent.joined(carry.sent, placed)
        both = Rays.joined([carry.rays, rays])
        both.sent[len(carry.rays) :] += len(carry.sent)
        held = np.concatenate([carry.held, np.full(len(rays), -1, np.int8)])
        near, held = received(self._air, self._receivers, sent, both, held, answers, self._executor)
        best, late_s = np.zeros(len(sent), np.int8), np.zeros(len(sent))
        _most(both.sent, near, best)
        _most(both.sent, both.delay_s, late_s)
        over_s = sent.start_s + self._air.air_s[sent.rule, sent.lane] + late_s
        waits_s = np.where(self._confirmed[sent.rule], self._window_s[sent.rule] + late_s, 0.0)
        return sent, both, held, near, best, over_s, over_s + waits_s

    def _again(self, now: Judged, reported: Flags, messages: Messages) -> Asked:
        """Return the attempts that follow, those after the block's end too."""
        sent, _, _, _, _, _, done_s = now
        failed = (sent.message >= 0) & (done_s <= self._end_s) & ~reported
        failed &= sent.attempt + 1 < self._attempts[sent.rule]
        sent, done_s = sent.taking(failed), done_s[failed]
        wide_s = self._back_off_s[sent.rule] * 2.0 ** np.minimum(sent.attempt, DOUBLINGS)
        purpose = WAIT + PURPOSES * sent.attempt.astype(np.int64)
        drawn = np.empty(len(sent))
        for rule in np.unique(sent.rule).tolist():
            mine = sent.rule == rule
            drawn[mine] = uniforms(
                self._scenario.seed, rule, sent.device[mine], sent.number[mine], purpose[mine]
            )
        due_s = done_s + wide_s * drawn
        kept = due_s <= messages.created_s[sent.message] + self._lifetime_s[sent.rule]
        return Asked(sent.message, (sent.attempt + 1).astype(np.int16), due_s).taking(kept)

    def _said(self, carry: Carry, now: Judged) -> tuple[Answers, Flags]:
        """Return the acknowledgements, and which transmissions their devices know were received."""
        sent, rays, _, near, best, over_s, _ = now
        received = (sent.message >= 0) & (over_s <= self._end_s) & (best == RECEIVED)
        received &= self._confirmed[sent.rule]
        if not received.any():
            return carry.answers, received
        return self._answering.answered(carry.answers, sent, rays, near, received, over_s)


def lifetimes_s(scenario: Scenario) -> Floats:
    """Return how long messages of every rule are worth something."""
    return np.array([rule.lifetime_s for rule in scenario.rules(Rule)])


def _order(asked: Asked, messages: Messages) -> Ints:
    message = asked.message
    keys = messages.rule[message], messages.device[message], messages.number[message]
    return in_order(asked.due_s, *keys)


def _transmissions(
    messages: Messages, message: Ints, attempt: NDArray[np.int16], start_s: Floats
) -> Sent:
    """Return transmissions of messages, in no lane yet."""
    lane = np.zeros(len(message), np.int8)
    whose = messages.rule[message], messages.device[message], messages.number[message]
    return Sent(message, *whose, attempt, start_s, lane)


@making
def _find(
    messages: int,
    message: Ints,
    attempt: NDArray[np.int16],
    start_s: Floats,
    known: Ints,
    known_attempt: NDArray[np.int16],
    known_s: Floats,
    found: Ints,
) -> None:
    """Write where among known transmissions each one is, unmoved; -1 where it is not."""
    latest, before = np.full(messages, -1, np.int32), np.empty(len(known), np.int32)
    for k in range(len(known)):
        before[k], latest[known[k]] = latest[known[k]], k
    for m in range(len(message)):
        k = latest[message[m]]
        while k >= 0 and not (known_attempt[k] == attempt[m] and known_s[k] == start_s[m]):
            k = before[k]
        found[m] = k


def _same(one: Asked | Answers, other: Asked | Answers) -> bool:
    return all(
        np.array_equal(getattr(one, field.name), getattr(other, field.name))
        for field in fields(one)
    )


@making
def _most(row: Ints, value: NDArray[np.generic], most: NDArray[np.generic]) -> None:
    """Raise `most` at each row to the greatest of its values."""
    for k in range(len(row)):
        most[row[k]] = max(most[row[k]], value[k])


@making
def _slot(time_s: float, slot_s: float) -> float:
    """Return the beginning of the next slot; the time itself without slots."""
    # A time that is a slot's own, but for rounding, stays in it.
    return np.ceil(time_s / slot_s - 1e-9) * slot_s if slot_s > 0 else time_s


@making
def _in_slots(due_s: Floats, slot_s: Floats, start_s: Floats) -> None:
    for k in range(len(due_s)):
        start_s[k] = _slot(due_s[k], slot_s[k])


@making
def _in_turn(turn: _Turn, cost: _Cost, slot_s: Floats, end_s: float, means: _Means) -> bool:
    """Write when attempts begin: once due, once their device may send again, in their slot.

    Those for which its battery has not enough are not made, and none after them. Returns whether
    any begins at another time than before.
    """
    moved = False
    for k in range(len(turn.due_s)):
        device = turn.device[k]
        at = _slot(max(turn.due_s[k], means.free_s[device]), slot_s[turn.rule[k]])
        left_j = means.left_j[device] - means.sleep_w[device] * at
        turn.flat[k] = False
        if at > turn.until_s[k]:
            at = np.nan
        elif at < end_s and left_j < cost.energy_j[k]:
            at, means.left_j[device], turn.flat[k] = np.nan, -np.inf, True
        else:
            means.free_s[device] = at + cost.silent_s[k]
            means.left_j[device] -= cost.energy_j[k]
        before = turn.start_s[k]
        moved |= at != before and not (np.isnan(at) and np.isnan(before))
        turn.start_s[k] = at
    return moved
