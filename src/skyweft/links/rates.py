"""Running sums that turn samples of links, block after block, into a run's key metrics.

Everything is added in the order of the tables, so sums never depend on threads.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from skyweft.contacts.histogram import BINS, bin_of, quantile
from skyweft.contacts.product import Contacts
from skyweft.kernels import making
from skyweft.links.product import LinkSamples

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Rows = slice | Ints


@dataclass(frozen=True, slots=True)
class Seen:
    """The last sample of every contact so far, for the next block to go on from. Columns (C,)."""

    time_s: Floats  # NaN before the first
    rate_bps: Floats  # (C, 2) forward, reverse

    @staticmethod
    def nothing(contacts: int) -> "Seen":
        """Return contacts without a sample yet."""
        return Seen(np.full(contacts, np.nan), np.zeros((contacts, 2)))

    def columns(self) -> dict[str, NDArray[Any]]:
        """Return the columns by name."""
        return {"time_s": self.time_s, "rate_bps": self.rate_bps}

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
        """Return sums of nothing for `link_samples` rules."""
        return Rates(
            np.zeros((2 * links, BINS)), np.zeros((2 * links, BINS)), np.zeros((2 * links, 2))
        )

    @staticmethod
    def of(columns: Mapping[str, NDArray[Any]]) -> "Rates":
        """Return what `columns` were taken of."""
        rates = Rates.empty(len(columns["total"]) // 2)
        rates.weight_s[columns["row"], columns["place"]] = columns["weight_s"]
        rates.top_bps[columns["row"], columns["place"]] = columns["top_bps"]
        return replace(rates, total=columns["total"])

    def columns(self) -> dict[str, NDArray[Any]]:
        """Return the sums as columns; of the histograms only the bins that hold anything."""
        row, place = np.nonzero((self.weight_s > 0) | (self.top_bps > 0))
        bins = {"weight_s": self.weight_s[row, place], "top_bps": self.top_bps[row, place]}
        return {"row": row, "place": place, "total": self.total, **bins}

    def add(self, contacts: Contacts, links: LinkSamples, seen: Seen) -> None:
        """Add samples; `links.contact` are rows of `contacts` and of `seen`, which moves on."""
        for direction, rate_bps in enumerate((links.rate_bps, links.rate_reverse_bps)):
            row = 2 * contacts.link.astype(np.int64) + direction
            _add_rates(
                _Samples(links.contact, links.time_s, rate_bps, row),
                seen.time_s.copy() if direction == 0 else seen.time_s,
                seen.rate_bps[:, direction],
                (self.weight_s, self.top_bps, self.total),
            )

    def join(self, later: "Rates") -> None:
        """Add the sums of a later block."""
        self.weight_s[:] += later.weight_s
        self.total[:] += later.total
        np.maximum(self.top_bps, later.top_bps, out=self.top_bps)

    def quantile(self, row: int, share: float) -> float:
        """Return the rate below which `share` of the time is spent."""
        return quantile(self.weight_s[row], self.top_bps[row], share)


class _Samples(NamedTuple):
    """Samples, (K,), and the row of sums of each contact, (C,)."""

    contact: Ints
    time_s: Floats
    rate_bps: Floats
    row: Ints


@making
def _add_rates(
    samples: _Samples, seen_s: Floats, seen_bps: Floats, sums: tuple[Floats, Floats, Floats]
) -> None:
    """Share the time between two samples of a contact equally between their rates."""
    contact, time_s, rate_bps, row = samples
    weight, top, total = sums
    for k in range(len(contact)):
        c = contact[k]
        here = row[c]
        place = bin_of(rate_bps[k])
        top[here, place] = max(top[here, place], rate_bps[k])
        half_s = 0.5 * (time_s[k] - seen_s[c])
        if half_s > 0:  # false for NaN
            weight[here, place] += half_s
            weight[here, bin_of(seen_bps[c])] += half_s
            total[here, 0] += 2 * half_s
            total[here, 1] += half_s * (rate_bps[k] + seen_bps[c])
        seen_s[c] = time_s[k]
        seen_bps[c] = rate_bps[k]
