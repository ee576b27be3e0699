"""What became of packets, summed up by pair and step."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from skyweft.network.product import PacketRows
from skyweft.network.queues import packets as line
from skyweft.network.queues.model import Packets
from skyweft.network.queues.sending import Pairs
from skyweft.scenario.scenario import Scenario

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]

NO_CAPACITY, IN_FLIGHT = (
    len(line.CAUSES) + k for k in range(2)
)  # beside those of `packet_statistics`


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of every packet, pair after pair, each in the order of sending. (K,)."""

    flow: Longs
    sent_s: Floats
    delay_s: Floats  # NaN: lost
    waited_s: Floats
    cause: NDArray[np.int8]
    change_s: Floats  # of the delay since the last one of the pair that arrived, or NaN
    overtaken: NDArray[np.bool_]

    @classmethod
    def of(
        cls, sent: line.Packets, received_s: Floats, waited_s: Floats, cause: NDArray[np.int8]
    ) -> "Fate":
        """Sort packets by pair and compare those that follow each other."""
        order = np.argsort(sent.flow, kind="stable")
        flow, sent_s = sent.flow[order].astype(np.int64), sent.sent_s[order]
        received_s = received_s[order]
        delay_s = received_s - sent_s
        change_s = np.full(len(order), np.nan)
        overtaken = np.zeros(len(order), np.bool_)
        came = np.flatnonzero(np.isfinite(received_s))
        next_to = flow[came[1:]] == flow[came[:-1]]
        change_s[came[1:][next_to]] = np.abs(np.diff(delay_s[came]))[next_to]
        bounds = np.searchsorted(flow[came], np.arange(flow.max(initial=-1) + 2))
        for low, high in pairwise(bounds.tolist()):
            times_s = received_s[came[low:high]]
            first_s = np.minimum.accumulate(times_s[::-1])[::-1]
            overtaken[came[low:high]] = times_s > first_s
        return cls(flow, sent_s, delay_s, waited_s[order], cause[order], change_s, overtaken)


def by_step(
    scenario: Scenario, pairs: Pairs, fate: Fate, step_s: float, end_s: float
) -> PacketRows:
    """Return a row a pair and step in which it may send."""
    rules = [scenario.rules(Packets)[number] for number in pairs.rule.tolist()]
    first = np.array([int(rule.start_s / step_s + 1e-9) for rule in rules], np.int64)
    until_s = [min(rule.start_s + rule.duration_s, end_s) for rule in rules]
    after = np.array([int(np.ceil(end_s / step_s - 1e-9)) for end_s in until_s], np.int64)
    count = np.maximum(after - first, 0)
    begin = np.concatenate([[0], np.cumsum(count)])
    flow = np.repeat(np.arange(len(pairs)), count)
    step = np.arange(begin[-1]) - begin[flow] + first[flow]
    mine = np.floor(fate.sent_s / step_s + 1e-9).astype(np.int64)
    place = begin[fate.flow] + np.clip(mine - first[fate.flow], 0, count[fate.flow] - 1)
    return _rows_of(pairs, flow, step * step_s, fate, place)


def by_pair(scenario: Scenario, pairs: Pairs, fate: Fate) -> PacketRows:
    """Return a row a pair."""
    start_s = np.array([scenario.rules(Packets)[number].start_s for number in pairs.rule.tolist()])
    return _rows_of(pairs, np.arange(len(pairs)), start_s, fate, fate.flow)


def _rows_of(pairs: Pairs, flow: Longs, time_s: Floats, fate: Fate, place: Longs) -> PacketRows:
    """Sum packets up where they belong: row `place` (K,) of the rows of `flow` and `time_s`."""
    rows = len(flow)
    came = np.flatnonzero(np.isfinite(fate.delay_s))
    received = np.bincount(place[came], minlength=rows)
    order = came[np.lexsort((fate.delay_s[came], place[came]))]
    delay_s = fate.delay_s[order]
    begin = np.cumsum(received) - received
    compared = np.flatnonzero(np.isfinite(fate.change_s))

    def lost(*causes: int) -> Longs:
        return np.bincount(place[np.isin(fate.cause, causes)], minlength=rows)

    def mean(which: Longs, values: Floats) -> Floats:
        counted = np.bincount(place[which], minlength=rows)
        total = np.bincount(place[which], values[which], rows)
        return np.where(counted > 0, total / np.maximum(counted, 1), np.nan)

    def quantile(percent: float) -> Floats:
        found = np.full(rows, np.nan)
        there = received > 0
        spot = (received[there] - 1) * percent / 100
        low = np.floor(spot).astype(np.int64)
        high = np.minimum(low + 1, received[there] - 1)
        one, other = (delay_s[begin[there] + bound] for bound in (low, high))
        found[there] = one + (spot - low) * (other - one)
        return found

    return PacketRows(
        rule=pairs.rule[flow],
        flow=flow.astype(np.int32),
        time_s=np.asarray(time_s, np.float64),
        source=pairs.source[flow],
        target=pairs.target[flow],
        sent=np.bincount(place, minlength=rows),
        received=received,
        lost_no_route=lost(line.NO_ROUTE),
        lost_no_capacity=lost(NO_CAPACITY),
        lost_buffer=lost(line.BUFFER_FULL),
        in_flight=lost(IN_FLIGHT),
        lost_link_down=lost(line.LINK_GONE, line.CUT_OFF),
        delay_min_s=quantile(0.0),
        delay_mean_s=mean(came, fate.delay_s),
        delay_p50_s=quantile(50.0),
        delay_p95_s=quantile(95.0),
        delay_p99_s=quantile(99.0),
        delay_max_s=quantile(100.0),
        queueing_delay_mean_s=mean(came, fate.waited_s),
        jitter_s=mean(compared, fate.change_s),
        reordered=np.bincount(place[fate.overtaken], minlength=rows),
    )
