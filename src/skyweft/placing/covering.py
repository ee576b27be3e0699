"""Who could serve whom, at what cost of carrier and backhaul: the problem that is solved.

An option is one aircraft (or airship, or group that relieves each other) of a kind at one place. A
point takes a share of an option's carrier and a share of its backhaul when it is served in full; it
may be served in part, and by several.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skyweft.kernels import making

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Cover(NamedTuple):
    """Option o reaches `point[first[o]:first[o + 1]]`; O options, E entries in all."""

    first: Ints  # (O + 1,)
    point: Ints  # (E,)
    carrier: Floats  # (E,) part of the option's carrier that serving the point in full takes
    backhaul: Floats  # (E,) and of its backhaul


@dataclass(frozen=True, slots=True)
class Problem:
    """Serve the most weight with the craft there are, one at a site."""

    cover: Cover
    weight: Floats  # (U,) of the points
    kind: Ints  # (O,) of the options
    site: Ints  # (O,)
    cost: Ints  # (O,) craft that the option takes
    available: Ints  # (K,) craft of each kind

    def __post_init__(self) -> None:
        first, point, carrier, backhaul = self.cover
        assert len(first) == len(self.kind) + 1 == len(self.site) + 1 == len(self.cost) + 1
        assert len(point) == len(carrier) == len(backhaul) == first[-1]
        assert np.all(self.cost > 0)
        assert np.all(self.weight >= 0)

    @property
    def options(self) -> int:
        """How many options there are."""
        return len(self.kind)

    @property
    def owner(self) -> Ints:
        """Option of every entry, (E,)."""
        return np.repeat(np.arange(self.options), np.diff(self.cover.first))

    def entries(self, option: int) -> slice:
        """Return where an option's points are."""
        return slice(int(self.cover.first[option]), int(self.cover.first[option + 1]))

    def taking(self, options: Ints) -> "Problem":
        """Return the problem with some of the options only."""
        lengths = np.diff(self.cover.first)[options]
        first = np.concatenate([[0], np.cumsum(lengths)])
        entry = np.arange(first[-1]) + np.repeat(self.cover.first[options] - first[:-1], lengths)
        _, point, carrier, backhaul = self.cover
        return Problem(
            Cover(first, point[entry], carrier[entry], backhaul[entry]),
            self.weight,
            self.kind[options],
            self.site[options],
            self.cost[options],
            self.available,
        )

    def binds(self) -> bool:
        """Whether some option cannot serve all that it reaches."""
        owner, most = self.owner, 0.0
        for share in self.cover[2:]:
            most = max(most, np.bincount(owner, share, self.options).max(initial=0.0))
        return most > 1.0


@making
def by_density(cover: Cover, low: int, high: int, worth: Floats, room: Floats) -> Ints:
    """Return an option's entries that are worth something, the most for what they take first."""
    point, carrier, backhaul = cover.point, cover.carrier, cover.backhaul
    count = 0
    entry = np.empty(high - low, np.int64)
    density = np.empty(high - low)
    for e in range(low, high):
        u = point[e]
        if worth[u] > 0.0 and room[u] > 0.0:
            entry[count] = e
            density[count] = -worth[u] / max(carrier[e], backhaul[e], 1e-300)
            count += 1
    return entry[:count][np.argsort(density[:count], kind="mergesort")]


@making
def take(cover: Cover, option: int, weight: Floats, rest: Floats, write: bool) -> float:
    """Return the weight that an option can serve of what is left; take it from `rest` if told to.

    What takes least for its weight comes first, which is the best where one of carrier and backhaul
    limits, and good where both do.
    """
    point, carrier, backhaul = cover.point, cover.carrier, cover.backhaul
    low, high = cover.first[option], cover.first[option + 1]
    total, on_carrier, on_backhaul = 0.0, 0.0, 0.0
    for e in range(low, high):
        part = rest[point[e]]
        total += weight[point[e]] * part
        on_carrier += carrier[e] * part
        on_backhaul += backhaul[e] * part
    if on_carrier <= 1.0 and on_backhaul <= 1.0:
        if write:
            for e in range(low, high):
                rest[point[e]] = 0.0
        return total
    total, on_carrier, on_backhaul = 0.0, 1.0, 1.0
    for e in by_density(cover, low, high, weight, rest):
        u = point[e]
        part = min(rest[u], on_carrier / max(carrier[e], 1e-300))
        part = min(part, on_backhaul / max(backhaul[e], 1e-300))
        total += weight[u] * part
        on_carrier = max(0.0, on_carrier - carrier[e] * part)
        on_backhaul = max(0.0, on_backhaul - backhaul[e] * part)
        if write:
            rest[u] = max(0.0, rest[u] - part)
    return total


@making
def gains(cover: Cover, weight: Floats, rest: Floats, gain: Floats) -> None:
    """Write what every option would serve of what is left."""
    for option in range(len(gain)):
        gain[option] = take(cover, option, weight, rest, False)


@making
def _filled(cover: Cover, load: Floats, low: int, high: int, worth: Floats, part: Floats) -> float:
    """Return the most worth that one limit lets through, and which part of every entry."""
    count = 0
    entry = np.empty(high - low, np.int64)
    density = np.empty(high - low)
    for e in range(low, high):
        part[e - low] = 0.0
        if worth[cover.point[e]] > 0.0:
            entry[count] = e
            density[count] = -worth[cover.point[e]] / max(load[e], 1e-300)
            count += 1
    left, total = 1.0, 0.0
    for e in entry[:count][np.argsort(density[:count], kind="mergesort")]:
        some = min(1.0, left / max(load[e], 1e-300))
        part[e - low] = some
        total += worth[cover.point[e]] * some
        left = max(0.0, left - load[e] * some)
    return total


@making
def most(cover: Cover, worth: Floats, bound: Floats, part: Floats) -> None:
    """Write how much worth each option could serve at most, were it alone, and of which entries.

    With both limits the lesser of the two that each limit alone leaves: no option serves more.
    """
    point, carrier, backhaul = cover.point, cover.carrier, cover.backhaul
    for option in range(len(bound)):
        low, high = cover.first[option], cover.first[option + 1]
        total, on_carrier, on_backhaul = 0.0, 0.0, 0.0
        for e in range(low, high):
            good = worth[point[e]] > 0.0
            part[e] = 1.0 if good else 0.0
            if good:
                total += worth[point[e]]
                on_carrier += carrier[e]
                on_backhaul += backhaul[e]
        if on_carrier > 1.0:
            total = _filled(cover, carrier, low, high, worth, part[low:high])
        if on_backhaul > 1.0:
            other = np.empty(high - low)
            by_backhaul = _filled(cover, backhaul, low, high, worth, other)
            if by_backhaul < total:
                total = by_backhaul
                part[low:high] = other
        bound[option] = total
