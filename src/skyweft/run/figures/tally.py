"""Running sums that turn contacts and samples, block after block, into a run's key figures.

Everything is added in the order of the tables, so sums never depend on threads. Medians come from
a histogram whose bins are a thousandth wide; each bin remembers its greatest value, so that the
steps of a rate table are reported exactly and anything else within 0.1 %.
"""

import math
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from skyweft.contacts.product import Contacts
from skyweft.links.product import Links
from skyweft.motion.product import Fleet

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Rows = slice | Ints

BINS_PER_OCTAVE = 1024
OCTAVES = 64
BINS = 1 + BINS_PER_OCTAVE * OCTAVES  # the first holds everything below 1
LAYERS = ("space", "near_space", "air", "ground")


@dataclass(frozen=True, slots=True)
class Seen:
    """The last sample of every contact so far, for the next block to go on from. Columns (C,)."""

    time_s: Floats  # NaN before the first
    rate_bps: Floats  # (C, 2) forward, reverse

    @staticmethod
    def nothing(contacts: int) -> "Seen":
        """Return contacts without a sample yet."""
        return Seen(np.full(contacts, np.nan), np.zeros((contacts, 2)))

    def take_over(self, here: Rows, other: "Seen", there: Rows) -> None:
        """Copy some rows of another."""
        self.time_s[here] = other.time_s[there]
        self.rate_bps[here] = other.rate_bps[there]


@dataclass(frozen=True, slots=True)
class Rates:
    """Time-weighted rates of each rule, forward and reverse: row 2 * link + direction."""

    weight_s: Floats  # (2 L, BINS)
    top_bps: Floats  # (2 L, BINS) greatest value seen in the bin
    total: Floats  # (2 L, 2): seconds, bits

    @staticmethod
    def empty(links: int) -> "Rates":
        """Return sums of nothing for `links` rules."""
        return Rates(
            np.zeros((2 * links, BINS)), np.zeros((2 * links, BINS)), np.zeros((2 * links, 2))
        )

    def add(self, contacts: Contacts, links: Links, seen: Seen) -> None:
        """Add samples; `links.contact` are rows of `contacts` and of `seen`, which moves on."""
        for direction, rate_bps in enumerate((links.rate_bps, links.rate_reverse_bps)):
            _add_rates(
                links.contact,
                links.time_s,
                rate_bps,
                2 * contacts.link.astype(np.int64) + direction,
                seen.time_s.copy() if direction == 0 else seen.time_s,
                seen.rate_bps[:, direction],
                self.weight_s,
                self.top_bps,
                self.total,
            )

    def join(self, later: "Rates") -> None:
        """Add the sums of a later block."""
        self.weight_s[:] += later.weight_s
        self.total[:] += later.total
        np.maximum(self.top_bps, later.top_bps, out=self.top_bps)

    def quantile(self, row: int, share: float) -> float:
        """Return the rate below which `share` of the time is spent."""
        return quantile(self.weight_s[row], self.top_bps[row], share)


def quantile(weight: Floats, top: Floats, share: float) -> float:
    """Return the value below which `share` of the weight lies; NaN without any."""
    upto = np.cumsum(weight)
    if upto[-1] == 0:
        return math.nan
    return float(top[np.searchsorted(upto, share * upto[-1])])


@dataclass(frozen=True, slots=True)
class Meetings:
    """Sums over contacts, in order of start; times in seconds.

    Every watched thing (platform, group, pair of layers) has three entries: time with at least one
    contact, end of the last one so far, number of contacts.
    """

    platform: Floats  # (N, 3)
    group: Floats  # (G, 3)
    layers: Floats  # (16, 3): LAYERS of one end times 4 + the other's, smaller first
    rule: Floats  # (L, 4): number, total, longest, shortest
    weight: Floats  # (L, BINS) histogram of durations in milliseconds
    top: Floats
    layers_total: Floats  # (16,) sum of durations

    @staticmethod
    def empty(fleet: Fleet, links: int) -> "Meetings":
        """Return sums of nothing."""
        rule = np.zeros((links, 4))
        rule[:, 3] = np.inf
        return Meetings(
            _watched(len(fleet.names)),
            _watched(len(fleet.groups)),
            _watched(16),
            rule,
            np.zeros((links, BINS)),
            np.zeros((links, BINS)),
            np.zeros(16),
        )

    def add(self, fleet: Fleet, contacts: Contacts) -> None:
        """Add contacts, none of which starts before those of the last call."""
        layer = np.array([LAYERS.index(each) for each in fleet.layers], np.int32)
        _add_meetings(
            contacts.link,
            contacts.source,
            contacts.target,
            contacts.start_s,
            contacts.end_s,
            fleet.group,
            layer,
            self.platform,
            self.group,
            self.layers,
            self.layers_total,
            self.rule,
            self.weight,
            self.top,
        )


def _watched(count: int) -> Floats:
    watched = np.zeros((count, 3))
    watched[:, 1] = -np.inf
    return watched


@njit(cache=True, error_model="numpy", nogil=True)
def _bin(value: float) -> int:
    """Return the bin of a value: 1024 of equal width in every octave."""
    if not value >= 1.0:
        return 0
    mantissa, exponent = math.frexp(value)
    place = 1 + (exponent - 1) * BINS_PER_OCTAVE + int((2 * mantissa - 1) * BINS_PER_OCTAVE)
    return min(place, BINS - 1)


@njit(cache=True, error_model="numpy", nogil=True)
def _add_rates(
    contact: Ints,
    time_s: Floats,
    rate_bps: Floats,
    row: Ints,
    seen_s: Floats,
    seen_bps: Floats,
    weight: Floats,
    top: Floats,
    total: Floats,
) -> None:
    """Share the time between two samples of a contact equally between their rates."""
    for k in range(len(contact)):
        c = contact[k]
        here = row[c]
        place = _bin(rate_bps[k])
        top[here, place] = max(top[here, place], rate_bps[k])
        half_s = 0.5 * (time_s[k] - seen_s[c])
        if half_s > 0:  # false for NaN
            weight[here, place] += half_s
            weight[here, _bin(seen_bps[c])] += half_s
            total[here, 0] += 2 * half_s
            total[here, 1] += half_s * (rate_bps[k] + seen_bps[c])
        seen_s[c] = time_s[k]
        seen_bps[c] = rate_bps[k]


@njit(cache=True, error_model="numpy", nogil=True)
def _watch(watched: Floats, row: int, start_s: float, end_s: float) -> None:
    """Lengthen the time with at least one contact; starts come in order."""
    watched[row, 0] += max(0.0, end_s - max(start_s, watched[row, 1]))
    watched[row, 1] = max(watched[row, 1], end_s)
    watched[row, 2] += 1


@njit(cache=True, error_model="numpy", nogil=True)
def _add_meetings(
    link: NDArray[np.int16],
    source: NDArray[np.int32],
    target: NDArray[np.int32],
    start_s: Floats,
    end_s: Floats,
    group: NDArray[np.int32],
    layer: NDArray[np.int32],
    platforms: Floats,
    groups: Floats,
    layers: Floats,
    layers_total: Floats,
    rule: Floats,
    weight: Floats,
    top: Floats,
) -> None:
    for c in range(len(link)):
        one, other = source[c], target[c]
        _watch(platforms, one, start_s[c], end_s[c])
        _watch(platforms, other, start_s[c], end_s[c])
        _watch(groups, group[one], start_s[c], end_s[c])
        if group[one] != group[other]:
            _watch(groups, group[other], start_s[c], end_s[c])
        low = min(layer[group[one]], layer[group[other]])
        high = max(layer[group[one]], layer[group[other]])
        _watch(layers, 4 * low + high, start_s[c], end_s[c])
        lasted_s = end_s[c] - start_s[c]
        layers_total[4 * low + high] += lasted_s
        rule[link[c], 0] += 1
        rule[link[c], 1] += lasted_s
        rule[link[c], 2] = max(rule[link[c], 2], lasted_s)
        rule[link[c], 3] = min(rule[link[c], 3], lasted_s)
        place = _bin(1e3 * lasted_s)
        weight[link[c], place] += 1
        top[link[c], place] = max(top[link[c], place], 1e3 * lasted_s)
