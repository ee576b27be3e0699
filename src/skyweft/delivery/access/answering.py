"""Which confirmed transmissions are acknowledged, and which acknowledgements reach their devices.

The receiver that received a message best answers at one appointed moment, at which its device
listens. It has one transmitter: what finds it sending another answer or a beacon is not answered.
At the device an answer must close, and not meet another receiver's on its channel.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skyweft.delivery.access.random import CHANNEL, PURPOSES, uniforms
from skyweft.delivery.access.receiving import RECEIVED, Air, Codes, Receivers
from skyweft.delivery.access.tables import Answers, Sent
from skyweft.delivery.access.visibility import Rays
from skyweft.kernels import making
from skyweft.scenario.scenario import Scenario

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Places = NDArray[np.int32]
Flags = NDArray[np.bool_]
Singles = NDArray[np.float32]


class _Answers(NamedTuple):
    """What receivers send, by receiver and start: columns of `Answers`, (A,)."""

    start_s: Floats
    end_s: Floats
    cell: Places
    lane: Codes
    sent: Ints
    ray: Ints  # (A,) by which it goes to who asked


class _Paths(NamedTuple):
    """Rays on which answers reach devices, (K,), by transmission."""

    bound: Ints  # (S + 1,) where those of a transmission begin
    place: Places
    delay_s: Floats
    power_dbhz: Singles
    closes: Flags


class _Beacons(NamedTuple):
    """When receivers send theirs, (R,)."""

    at_s: Floats
    period_s: Floats
    lasts_s: Floats


class Answering:
    """How receivers answer, and what of it devices hear."""

    def __init__(self, scenario: Scenario, air: Air, receivers: Receivers) -> None:
        rules = air.media.of_rule
        self._seed, self._air, self._receivers = scenario.seed, air, receivers
        self._after_s = np.array([rule.waveform.acknowledge_after_s for rule in rules])
        self._lasts_s = np.array([rule.waveform.acknowledge_s for rule in rules])
        snr_db = np.array([rule.answer_snr_min_db for rule in rules])
        self._need_dbhz = snr_db + air.noise_dbhz[:, None]
        cells = air.media.cells
        self._band_of = np.repeat(np.arange(len(cells)), cells).astype(np.int16)

    def answered(
        self, before: Answers, sent: Sent, rays: Rays, near: Codes, received: Flags, over_s: Floats
    ) -> tuple[Answers, Flags]:
        """Return all answers that are sent, and which transmissions' devices receive theirs.

        Parameters
        ----------
        before : Answers
            To transmissions of earlier blocks that nothing more is asked of.
        sent, rays : Sent, Rays
            All that is on the air; rays in order of transmissions.
        near : (K,)
            How near each ray came to being received.
        received : (S,)
            Which transmissions ask for an answer: confirmed, received, over.
        over_s : (S,)
            When each has arrived everywhere. [s]
        """
        good = np.flatnonzero((near == RECEIVED) & received[rays.sent])
        good = good[np.lexsort((rays.receiver[good], -rays.power_dbhz[good], rays.sent[good]))]
        of, first = np.unique(rays.sent[good], return_index=True)
        ray = good[first]
        order = np.lexsort((sent.number[of], sent.device[of], sent.rule[of], over_s[of]))
        of, ray = of[order], ray[order]
        rule = sent.rule[of]
        start_s = over_s[of] + self._after_s[rule]
        asked = Answers(
            rays.receiver[ray],
            start_s,
            start_s + self._lasts_s[rule],
            self._cell(sent, of),
            sent.lane[of],
            of,
        )
        answers, rays_of = self._sent(before, asked, ray)
        reported = np.zeros(len(sent), np.bool_)
        closes = rays.answer_dbhz >= self._need_dbhz[sent.rule, sent.lane][rays.sent]
        bound = np.searchsorted(rays.sent, np.arange(len(sent) + 1))
        place = self._receivers.places(rays.receiver)
        by_place = np.searchsorted(answers.receiver, self._receivers.row)
        times = answers.start_s, answers.end_s
        _receive(
            _Answers(*times, answers.cell, answers.lane, answers.sent, rays_of),
            _Paths(bound, place, rays.delay_s, rays.answer_dbhz, closes),
            np.append(by_place, len(answers)),
            self._band_of,
            self._air.media.need_db,
            reported,
        )
        return answers, reported

    def _cell(self, sent: Sent, of: Ints) -> Places:
        """Return the channel that each message was sent on, on which it is answered."""
        band = self._air.band[sent.rule[of]]
        cell = self._air.first_cell[band].astype(np.int32)
        for rule in np.unique(sent.rule[of]).tolist():
            cells = int(self._air.media.cells[self._air.band[rule]])
            some = np.flatnonzero(sent.rule[of] == rule)
            mine = of[some]
            purpose = CHANNEL + PURPOSES * sent.attempt[mine].astype(np.int64)
            drawn = uniforms(self._seed, rule, sent.device[mine], sent.number[mine], purpose)
            cell[some] += (drawn * cells).astype(np.int32)
        return cell

    def _sent(self, before: Answers, asked: Answers, ray: Ints) -> tuple[Answers, Ints]:
        """Return what receivers send of what they are asked, with what they send already."""
        receivers = self._receivers
        every = Answers.joined(before, asked)
        rays = np.concatenate([np.full(len(before), -1), ray])
        place = receivers.places(every.receiver)
        free = np.ones(len(every), np.bool_)
        longest_s = float((self._after_s + self._lasts_s).max())
        at_s, period_s = receivers.beacon_at_s, receivers.beacon_period_s
        beacons = _Beacons(at_s, period_s, receivers.beacon_s)
        _one_at_a_time(place, every.start_s, every.end_s, len(before), beacons, longest_s, free)
        rows = np.flatnonzero(free)
        rows = rows[np.lexsort((every.start_s[rows], every.receiver[rows]))]
        return every.taking(rows), rays[rows]


@making
def _one_at_a_time(
    place: Places,
    start_s: Floats,
    end_s: Floats,
    before: int,
    beacons: _Beacons,
    longest_s: float,
    free: Flags,
) -> None:
    """Write which answers find their receiver not sending; who asked first is answered."""
    beacon_at_s, period_s, beacon_s = beacons
    last, previous = np.full(len(period_s), -1), np.full(len(place), -1)
    for k in range(len(place)):
        r = place[k]
        if k >= before and np.isfinite(period_s[r]):
            # The last beacon that begins before the answer's end.
            turns = np.ceil((end_s[k] - beacon_at_s[r]) / period_s[r] - 1.0)
            latest_s = beacon_at_s[r] + turns * period_s[r]
            free[k] = latest_s + beacon_s[r] <= start_s[k] or latest_s >= end_s[k]
        j = last[r]
        # Who asked earlier has answers that end no later than the longest takes from then on.
        while free[k] and k >= before and j >= 0 and start_s[j] + longest_s > start_s[k]:
            free[k] = end_s[j] <= start_s[k] or start_s[j] >= end_s[k]
            j = previous[j]
        if free[k]:
            previous[k], last[r] = last[r], k


@making
def _receive(
    answers: _Answers,
    paths: _Paths,
    first: Ints,
    band: NDArray[np.int16],
    need_db: Singles,
    reported: Flags,
) -> None:
    """Write which devices receive their answers; `first` is where those of a receiver begin."""
    start_s, end_s, cell, lane, sent, ray = answers
    bound, place, delay_s, power_dbhz, closes = paths
    for i in range(len(sent)):
        if sent[i] < 0 or not closes[ray[i]]:
            continue
        own = ray[i]
        reported[sent[i]] = True
        for k in range(bound[sent[i]], bound[sent[i] + 1]):
            if k == own:
                continue
            # Sent so much earlier by another receiver, it would be at the device at the same time.
            ahead_s = delay_s[own] - delay_s[k]
            low, high = first[place[k]], first[place[k] + 1]
            j = low + np.searchsorted(start_s[low:high], end_s[i] + ahead_s) - 1
            while j >= low and end_s[j] > start_s[i] + ahead_s:
                above_db = power_dbhz[own] - power_dbhz[k]
                if cell[j] == cell[i] and above_db < need_db[band[cell[i]], lane[i], lane[j]]:
                    reported[sent[i]] = False
                j -= 1
