"""How fast contacts are from moment to moment: what fits through them, and the light's delay.

Rates and delays run straight between samples, so what a contact carries between two moments is the
integral of its sampled rate, to the last byte.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skyweft.kernels import kernel, making

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]


class Along(NamedTuple):
    """Samples of contacts, (S,), each with two at least, at different times."""

    first: Longs  # (C + 1,) where those of a contact begin
    time_s: Floats
    rate: Floats  # bytes per second
    upto: Floats  # bytes since the contact's first sample
    delay_s: Floats


class Edges(NamedTuple):
    """Directed contacts as kernels take them, from `start_s` to `end_s`, sorted by start. (E,)."""

    tail: Ints  # nodes
    head: Ints
    start_s: Floats
    end_s: Floats
    first: Longs  # (E + 1,) and samples, (S,), as of `Along`
    time_s: Floats
    rate: Floats
    upto: Floats
    delay_s: Floats

    @classmethod
    def of(cls, ends: tuple[Ints, Ints], times_s: tuple[Floats, Floats], along: Along) -> "Edges":
        """Return contacts from one end to another, from a time to another."""
        first, time_s, rate, upto, delay_s = along
        return cls(*ends, *times_s, first, time_s, rate, upto, delay_s)

    @property
    def along(self) -> Along:
        """Return their samples."""
        return Along(self.first, self.time_s, self.rate, self.upto, self.delay_s)


def integrated(first: Longs, time_s: Floats, rate_bps: Floats, delay_s: Floats) -> Along:
    """Return samples with the bytes that have fitted through by each."""
    rate, upto = rate_bps / 8, np.zeros(len(time_s))
    _integrate(first, time_s, rate, upto)
    return Along(first, time_s, rate, upto, delay_s)


def even(start_s: Floats, end_s: Floats, rate_bps: Floats, delay_s: Floats) -> Along:
    """Return the samples of contacts that are the same all the time."""
    first = 2 * np.arange(len(start_s) + 1)
    time_s = np.column_stack([start_s, end_s]).ravel()
    return integrated(first, time_s, np.repeat(rate_bps, 2), np.repeat(delay_s, 2))


def summed(edges: Edges) -> tuple[Floats, Floats]:
    """Return the mean rate, in bit/s, and the longest delay of each contact."""
    mean_bps, longest_s = np.empty(len(edges.tail)), np.empty(len(edges.tail))
    _sum_up(edges, mean_bps, longest_s)
    return mean_bps, longest_s


@making
def _integrate(first: Longs, time_s: Floats, rate: Floats, upto: Floats) -> None:
    """Write the bytes since each contact's first sample: rates run straight between samples."""
    for e in range(len(first) - 1):
        for k in range(first[e] + 1, first[e + 1]):
            step_s = time_s[k] - time_s[k - 1]
            upto[k] = upto[k - 1] + 0.5 * step_s * (rate[k] + rate[k - 1])


@kernel
def _before(time_s: Floats, low: int, high: int, at_s: float) -> int:
    """Return the last sample from `low` to `high` that is not after a moment, or `low - 1`."""
    high += 1
    while low < high:
        middle = (low + high) // 2
        if time_s[middle] <= at_s:
            low = middle + 1
        else:
            high = middle
    return low - 1


@kernel
def carried(edges: Edges, e: int, at_s: float) -> float:
    """Return the bytes that fit through an edge from its first sample to a moment."""
    low, high = edges.first[e], edges.first[e + 1] - 1
    at_s = min(max(at_s, edges.time_s[low]), edges.time_s[high])
    k = _before(edges.time_s, low, high, at_s)
    if k >= high:
        return edges.upto[high]
    into_s = at_s - edges.time_s[k]
    part = into_s / (edges.time_s[k + 1] - edges.time_s[k])
    now = edges.rate[k] + part * (edges.rate[k + 1] - edges.rate[k])
    return edges.upto[k] + 0.5 * into_s * (edges.rate[k] + now)


@kernel
def delay_at(edges: Edges, e: int, at_s: float) -> float:
    """Return the light time of an edge at a moment."""
    low, high = edges.first[e], edges.first[e + 1] - 1
    k = _before(edges.time_s, low, high, at_s)
    k = min(max(k, low), high - 1)
    part = (at_s - edges.time_s[k]) / (edges.time_s[k + 1] - edges.time_s[k])
    part = min(max(part, 0.0), 1.0)
    return edges.delay_s[k] + part * (edges.delay_s[k + 1] - edges.delay_s[k])


@making
def _sum_up(edges: Edges, mean_bps: Floats, longest_s: Floats) -> None:
    for e in range(len(edges.tail)):
        start_s, end_s = edges.start_s[e], edges.end_s[e]
        volume = carried(edges, e, end_s) - carried(edges, e, start_s)
        mean_bps[e] = 8 * volume / (end_s - start_s)
        longest_s[e] = max(delay_at(edges, e, start_s), delay_at(edges, e, end_s))
        for k in range(edges.first[e], edges.first[e + 1]):
            if start_s <= edges.time_s[k] <= end_s:
                longest_s[e] = max(longest_s[e], edges.delay_s[k])
