"""What becomes of transmissions at their receivers: too weak, not listened to, or collided."""

from concurrent.futures import Executor
from dataclasses import dataclass
from heapq import heapreplace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skyweft.delivery.access.channel import RuleChannels
from skyweft.delivery.access.chunks import over
from skyweft.delivery.access.collisions import Hops, Signals, by_group, destroyed, in_time
from skyweft.delivery.access.random import (
    CHANNEL,
    PHASE,
    PURPOSES,
    counter,
    drawn_by,
    uniform,
    uniforms,
)
from skyweft.delivery.access.tables import Answers, Sent
from skyweft.delivery.access.visibility import Rays
from skyweft.delivery.product import CAUSES
from skyweft.fleet import Fleet
from skyweft.kernels import making
from skyweft.links.waveforms import LANES
from skyweft.scenario.scenario import Scenario
from skyweft.scenario.terminals import Radio

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
Singles = NDArray[np.float32]
Codes = NDArray[np.int8]
Places = NDArray[np.int32]

# How near a transmission came to being received, from the worst on; the last is received.
NEARER = (
    "no coverage",
    "restricted",
    "below sensitivity",
    "doppler",
    "receiver busy",
    "collision",
    "",
)
CAUSE_OF = np.array([CAUSES.index(nearness) for nearness in NEARER], np.int8)
BARRED, WEAK, SHIFTED, BUSY, COLLIDED, RECEIVED = (np.int8(power) for power in range(1, 7))
BEACONS = -1  # stands for the rule in the draws of receivers
HOPS = PURPOSES * 128  # beyond the purposes of any attempt


@dataclass(frozen=True, slots=True)
class Receivers:
    """Everybody who may hear devices, (R,), by row of the fleet, and how they listen."""

    row: NDArray[np.int32]
    place: Places  # (N,) of each row of the fleet among them; -1: receives nothing
    half_duplex: Flags
    beacon_period_s: Floats  # inf: no beacons
    beacon_s: Floats
    beacon_at_s: Floats  # moment of one beacon
    decoders: Ints  # 0: any number
    beams: Ints
    dwell_s: Floats

    @classmethod
    def of(cls, scenario: Scenario, fleet: Fleet, media: RuleChannels) -> "Receivers":
        """Return the receivers of all rules; of two terminals of a platform the first counts."""
        found: dict[int, Radio] = {}
        for name in dict.fromkeys(
            uplink.receiver for channel in media.of_rule for uplink in channel.uplinks
        ):
            radio = scenario.terminals[name]
            assert isinstance(radio, Radio)
            for row in fleet.rows_with(scenario, name).tolist():
                found.setdefault(row, radio)
        rows = np.array(sorted(found), np.int32)
        place = np.full(len(fleet), -1, np.int32)
        place[rows] = np.arange(len(rows))
        how = [found[row].reception for row in rows.tolist()]
        period = np.array([reception.beacon_period_s or np.inf for reception in how])
        none = np.zeros(len(rows), np.int64)
        phase = uniforms(scenario.seed, BEACONS & 0xFFFF, rows, none, PHASE)
        return cls(
            rows,
            place,
            np.array([reception.half_duplex for reception in how], np.bool_),
            period,
            np.array([reception.beacon_s for reception in how]),
            np.where(np.isfinite(period), phase * np.where(np.isfinite(period), period, 0), 0.0),
            np.array([reception.decoders or 0 for reception in how], np.int64),
            np.array([reception.beams for reception in how], np.int64),
            np.array([reception.dwell_s for reception in how]),
        )

    def places(self, rows: NDArray[np.int32]) -> Places:
        """Return the places of rows of the fleet among the receivers."""
        return self.place[rows]


@dataclass(frozen=True, slots=True)
class Air:
    """The media of all rules as tables by rule, and by rule and lane."""

    seed: int
    media: RuleChannels
    band: NDArray[np.int16]
    air_s: Floats  # (rules, LANES)
    contended_s: Floats
    harmless_s: Floats
    snr_min_db: Floats
    noise_dbhz: Floats
    doppler_max_hz: Floats
    drift_max_hz: Floats
    aligned: Flags
    first_cell: Ints  # (B + 1,) of each band

    @classmethod
    def of(cls, scenario: Scenario, media: RuleChannels) -> "Air":
        """Return the tables of a scenario."""
        rules = media.of_rule
        return cls(
            scenario.seed,
            media,
            np.array([rule.band for rule in rules], np.int16),
            np.array([rule.air_s for rule in rules]).reshape(-1, LANES),
            np.array([rule.contended_s for rule in rules]).reshape(-1, LANES),
            np.array([rule.burst.harmless_s for rule in rules]).reshape(-1, LANES),
            np.array([rule.snr_min_db for rule in rules]).reshape(-1, LANES),
            10 * np.log10(np.array([rule.channel.noise_hz for rule in rules])),
            np.array([rule.doppler_max_hz for rule in rules]),
            np.array([rule.waveform.drift_max_hz or np.inf for rule in rules]),
            np.array([rule.channel.aligned for rule in rules], np.bool_),
            np.concatenate([[0], np.cumsum(media.cells)]).astype(np.int64),
        )


class _Rays(NamedTuple):
    """What the judge looks at of each ray, (K,)."""

    sent: Ints
    delay_s: Floats
    power_dbhz: Singles
    doppler_hz: Singles
    drift_hz_s: Singles


class _Limits(NamedTuple):
    """What transmissions of a rule are like, (rules,) or (rules, LANES), and must hold to."""

    air_s: Floats
    power_min_dbhz: Floats
    doppler_max_hz: Floats
    drift_max_hz: Floats


class _Drawn(NamedTuple):
    """What is drawn of transmissions, (S,), and from what, (rules,)."""

    rule: NDArray[np.int16]
    device: NDArray[np.int32]
    number: Ints
    attempt: NDArray[np.int16]
    carriers: Ints
    cells: Ints
    first_cell: Ints


class _Contended(NamedTuple):
    """What signals are like: rules and lanes (S,), and tables by both."""

    rule: NDArray[np.int16]
    lane: Codes
    cell: NDArray[np.int32]
    lasts_s: Floats
    harmless_s: Floats


def received(
    air: Air,
    receivers: Receivers,
    sent: Sent,
    rays: Rays,
    held: Codes,
    answers: Answers,
    executor: Executor,
) -> tuple[Codes, Codes]:
    """Return how near each ray came to being received, and whether a decoder follows it.

    Parameters
    ----------
    air, receivers
        What transmissions are like, and how receivers listen.
    sent, rays : Sent, Rays
        All that is on the air, by start but for what an earlier block left.
    held : (K,)
        Of each ray: 1 a decoder follows it, 0 none was free, -1 to be decided.
    answers : Answers
        When receivers send acknowledgements.
    executor : Executor
        Threads.
    """
    place = receivers.places(rays.receiver)
    start_s, end_s = np.empty(len(rays)), np.empty(len(rays))
    near = np.empty(len(rays), np.int8)
    power_min_dbhz = air.snr_min_db + air.noise_dbhz[:, None]
    _judge(
        _Rays(rays.sent, rays.delay_s, rays.power_dbhz, rays.doppler_hz, rays.drift_hz_s),
        (sent.rule, sent.lane, sent.start_s),
        _Limits(air.air_s, power_min_dbhz, air.doppler_max_hz, air.drift_max_hz),
        start_s,
        end_s,
        near,
    )
    lit = _lit(receivers, place, rays.bearing_rad, start_s, end_s)
    busy = ~lit
    if receivers.half_duplex.any():
        busy |= _sending(receivers, place, answers, start_s, end_s)
    if receivers.decoders.any():
        held = held.copy()
        first, order = by_group(place, len(receivers.row))
        # What comes later in a signal does not undo that a decoder took it up.
        moment_s = np.nextafter(start_s, np.inf)
        deaf = _sending(receivers, place, answers, start_s, moment_s)
        able = lit & ~deaf & (near == RECEIVED)
        _hold(first, order, start_s, end_s, receivers.decoders, able, held)
        busy |= held == 0
    if air.aligned.any():
        aligned = air.aligned[sent.rule[rays.sent]]
        start_s = np.where(aligned, sent.start_s[rays.sent], start_s)
    collided = _collided(air, len(receivers.row), sent, rays, place, start_s, lit, executor)
    near[collided & (near == RECEIVED)] = COLLIDED
    near[busy & (near >= COLLIDED)] = BUSY
    near[rays.barred > 0] = BARRED
    return near, held


@making
def _judge(
    rays: _Rays,
    transmissions: tuple[NDArray[np.int16], Codes, Floats],
    limits: _Limits,
    start_s: Floats,
    end_s: Floats,
    near: Codes,
) -> None:
    """Write when signals arrive, and which are too weak or too far off their frequency."""
    sent, delay_s, power_dbhz, doppler_hz, drift_hz_s = rays
    rule, lane, sent_s = transmissions
    air_s, power_min_dbhz, doppler_max_hz, drift_max_hz = limits
    for k in range(len(sent)):
        r, uplink = rule[sent[k]], lane[sent[k]]
        lasts_s = air_s[r, uplink]
        start_s[k] = sent_s[sent[k]] + delay_s[k]
        end_s[k] = start_s[k] + lasts_s
        near[k] = RECEIVED
        if abs(doppler_hz[k]) > doppler_max_hz[r] or abs(drift_hz_s[k]) * lasts_s > drift_max_hz[r]:
            near[k] = SHIFTED
        # Written so that a power which is not a number is too weak.
        if not power_dbhz[k] >= power_min_dbhz[r, uplink]:
            near[k] = WEAK


def _lit(
    receivers: Receivers,
    place: Places,
    bearing_rad: NDArray[np.float32],
    start_s: Floats,
    end_s: Floats,
) -> Flags:
    """Return whether the hopping beam lights each device from beginning to end."""
    if receivers.beams.max(initial=1) == 1:
        return np.ones(len(place), np.bool_)
    beams = receivers.beams[place]
    beam = np.minimum((bearing_rad / (2 * np.pi) * beams).astype(np.int64), beams - 1)
    dwell_s = receivers.dwell_s[place]
    turn = np.floor(start_s / dwell_s)
    lit: Flags = (turn % beams == beam) & (end_s <= (turn + 1) * dwell_s)
    return lit | (beams == 1)


def _sending(
    receivers: Receivers, place: Places, answers: Answers, start_s: Floats, end_s: Floats
) -> Flags:
    """Return whether the receiver itself sends while a signal arrives, and cannot hear then."""
    period_s, at_s = receivers.beacon_period_s[place], receivers.beacon_at_s[place]
    with np.errstate(invalid="ignore"):
        # The last beacon that begins before the signal's end.
        latest_s = at_s + np.ceil((end_s - at_s) / period_s - 1.0) * period_s
        sends = (latest_s + receivers.beacon_s[place] > start_s) & (latest_s < end_s)
    sends &= np.isfinite(period_s)
    if len(answers):
        first = np.searchsorted(answers.receiver, receivers.row)
        last = np.searchsorted(answers.receiver, receivers.row, side="right")
        _answering(first, last, answers.start_s, answers.end_s, place, start_s, end_s, sends)
    return sends & receivers.half_duplex[place]


@making
def _answering(
    first: Ints,
    last: Ints,
    from_s: Floats,
    until_s: Floats,
    place: Places,
    start_s: Floats,
    end_s: Floats,
    sends: Flags,
) -> None:
    for k in range(len(place)):
        low, high = first[place[k]], last[place[k]]
        # The last answer that begins before the signal's end also ends last.
        at = low + np.searchsorted(from_s[low:high], end_s[k]) - 1
        if at >= low and until_s[at] > start_s[k]:
            sends[k] = True


@making
def _hold(
    first: Ints,
    order: NDArray[np.int32],
    start_s: Floats,
    end_s: Floats,
    decoders: Ints,
    able: Flags,
    held: Codes,
) -> None:
    """Give decoders to signals in order of time; write who has one."""
    for r in range(len(decoders)):
        limit = decoders[r]
        rows = order[first[r] : first[r + 1]]
        if limit == 0:
            continue
        in_time(rows, start_s)
        until = [-np.inf for _ in range(limit)]  # a heap
        for row in rows:
            if not able[row]:
                continue
            if held[row] < 0:
                held[row] = 1 if until[0] <= start_s[row] else 0
            if held[row] == 1:
                heapreplace(until, end_s[row])


def _collided(
    air: Air,
    receivers: int,
    sent: Sent,
    rays: Rays,
    place: Places,
    start_s: Floats,
    lit: Flags,
    executor: Executor,
) -> Flags:
    """Return which rays another transmission destroys."""
    rules = air.media.of_rule
    headers, several, needed = (
        np.array(column, np.int64)
        for column in zip(
            *((rule.burst.headers, rule.burst.hops, rule.burst.needed) for rule in rules),
            strict=True,
        )
    )
    carriers = np.array([rule.channel.carriers for rule in rules], np.int64)
    hops = np.concatenate([[0], np.cumsum(np.where(headers > 0, several, 0)[sent.rule])])
    carrier = np.empty(hops[-1], np.uint16)
    cell = np.empty(len(sent), np.int32)
    signals = Signals(
        np.empty(len(rays), np.int32),
        start_s,
        np.empty(len(rays)),
        np.empty(len(rays), np.float32),
        # Who is not lit does not disturb either.
        np.where(lit, rays.power_dbhz, np.float32(np.nan)),
        np.empty(len(rays), np.int8),
    )
    cells = int(air.first_cell[-1])

    def draw(some: slice) -> None:
        mine = sent.rule[some], sent.device[some], sent.number[some], sent.attempt[some]
        among = air.media.cells[air.band], air.first_cell[air.band]
        drawn = _Drawn(*mine, carriers, *among)
        _draw(air.seed, drawn, hops[some.start : some.stop + 1], cell[some], carrier)

    def place_(some: slice) -> None:
        contended = _Contended(sent.rule, sent.lane, cell, air.contended_s, air.harmless_s)
        written = Signals._make(column[some] for column in signals)
        _signals(rays.sent[some], contended, place[some], cells, written)

    over(executor, draw, len(sent))
    over(executor, place_, len(rays))
    band = np.tile(np.repeat(np.arange(len(air.media.cells)), air.media.cells), receivers)
    hopping = None
    if len(carrier):
        hopping = Hops(rays.sent, hops, carrier, headers[sent.rule], needed[sent.rule])
    return destroyed(
        signals, receivers * cells, band.astype(np.int16), air.media.need_db, executor, hopping
    )


@making
def _draw(
    seed: int, drawn: _Drawn, hops: Ints, cell: NDArray[np.int32], carrier: NDArray[np.uint16]
) -> None:
    """Write the channel of each transmission, or its grid and the carrier of each hop."""
    rule, device, number, attempt, carriers, cells, first_cell = drawn
    for m in range(len(rule)):
        r = rule[m]
        draw = CHANNEL + PURPOSES * attempt[m]
        cell[m] = first_cell[r]
        if cells[r] > 1:
            cell[m] += int(uniform(seed, r, device[m], number[m], draw) * cells[r])
        if hops[m] == hops[m + 1]:
            continue
        some = carrier[hops[m] : hops[m + 1]]
        key = counter(r, device[m], number[m])
        # Written for the processor's wide registers: no calls, one width of integers.
        for h in range(np.uint64(len(some))):
            purpose = np.uint64(draw) + np.uint64(HOPS) * (h + np.uint64(1))
            share = drawn_by(np.uint64(seed), key, purpose)
            some[h] = np.int32(share * np.float64(carriers[r]))


@making
def _signals(
    sent: Ints, contended: _Contended, place: Places, cells: int, signals: Signals
) -> None:
    """Write what of each ray may collide: where, until when, and how."""
    rule, sent_lane, cell, contended_s, harmless = contended
    group, start_s, end_s, harmless_s, _, lane = signals
    for k in range(len(sent)):
        r, uplink = rule[sent[k]], sent_lane[sent[k]]
        group[k] = place[k] * cells + cell[sent[k]]
        end_s[k] = start_s[k] + contended_s[r, uplink]
        harmless_s[k], lane[k] = harmless[r, uplink], uplink
