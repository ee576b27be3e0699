"""Running sums that turn contacts, block after block, into a run's key metrics.

Everything is added in the order of the tables, so sums never depend on threads.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skyweft.contacts.histogram import BINS, bin_of
from skyweft.contacts.product import Contacts
from skyweft.fleet import Fleet
from skyweft.kernels import making

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

LAYERS = ("space", "near_space", "air", "ground")


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

    def columns(self) -> dict[str, Floats]:
        """Return the sums by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @classmethod
    def of(cls, columns: Mapping[str, Floats]) -> "Meetings":
        """Return what `columns` told of."""
        return cls(**columns)

    def add(self, fleet: Fleet, contacts: Contacts) -> None:
        """Add contacts, none of which starts before those of the last call."""
        layer = np.array([LAYERS.index(layer) for layer in fleet.layers], np.int32)
        ends = contacts.link, contacts.source, contacts.target
        _add_meetings(
            _Met(*ends, contacts.start_s, contacts.end_s, fleet.group, layer),
            _Sums(*(getattr(self, name) for name in _Sums._fields)),
        )


class _Met(NamedTuple):
    """Contacts, (C,), and what their ends are: group (N,), layer (G,)."""

    link: NDArray[np.int16]
    source: Ints
    target: Ints
    start_s: Floats
    end_s: Floats
    group: Ints
    layer: Ints


class _Sums(NamedTuple):
    """The columns of `Meetings`."""

    platform: Floats
    group: Floats
    layers: Floats
    rule: Floats
    weight: Floats
    top: Floats
    layers_total: Floats


def _watched(count: int) -> Floats:
    watched = np.zeros((count, 3))
    watched[:, 1] = -np.inf
    return watched


@making
def _watch(watched: Floats, row: int, start_s: float, end_s: float) -> None:
    """Lengthen the time with at least one contact; starts come in order."""
    watched[row, 0] += max(0.0, end_s - max(start_s, watched[row, 1]))
    watched[row, 1] = max(watched[row, 1], end_s)
    watched[row, 2] += 1


@making
def _add_meetings(met: _Met, sums: _Sums) -> None:
    # Taken out once: a look into a tuple counts a reference.
    link, source, target, start_s, end_s, group, layer = met
    platforms, groups, layers, rule, weight, top, layers_total = sums
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
        place = bin_of(1e3 * lasted_s)
        weight[link[c], place] += 1
        top[link[c], place] = max(top[link[c], place], 1e3 * lasted_s)
