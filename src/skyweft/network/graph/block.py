"""The network over one block of time: made once, and shared by all that look at it.

What stays the same in a block is who passes traffic on, which limits and failures there are, and
how the relays lie beside each other. `snapshots` at chosen moments follow from it.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from skyweft.contacts.product import Contacts
from skyweft.contacts.usable import Cuts, stopped
from skyweft.fleet import Fleet, Motion
from skyweft.kernels import making
from skyweft.links.budget import rates_at
from skyweft.network.failures.stops import pairs_stopped, platforms_stopped
from skyweft.network.graph.adjacency import BLOCK, Blocks, touching_blocks
from skyweft.network.graph.causes import CAUSES
from skyweft.network.graph.places import states
from skyweft.network.graph.topology import Topology, topology
from skyweft.scenario.scenario import Scenario
from skyweft.stage import NOTHING, Block, Product, Restrictions

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Flags = NDArray[np.bool_]

T = TypeVar("T")


class Relays(NamedTuple):
    """The platforms that pass traffic on, L of N, in the order of the fleet."""

    passes: Flags  # (N,)
    node: Ints  # (N,) place among them, -1 for the others
    platform: Ints  # (L,) the way back
    blocks: Blocks  # planes, or runs of neighbours, for the sweep


@dataclass(frozen=True)
class Network:
    """The network in one block of time.

    Parameters
    ----------
    scenario, fleet
        What the user decided, and who the platforms are.
    motion : Motion
        Where they are in this block.
    contacts : Contacts
        Windows of this block, those still open from before included.
    restrictions : Restrictions
        Of earlier stages: they take links, or part of their rates, away.
    """

    scenario: Scenario
    fleet: Fleet
    motion: Motion
    contacts: Contacts
    restrictions: Restrictions = NOTHING
    # Whatever is restricted, these stay the same.
    _made: dict[str, Any] = field(default_factory=dict, repr=False)
    # What follows from the restrictions too.
    _made_here: dict[Hashable, Any] = field(default_factory=dict, repr=False)

    def under(self, restrictions: Restrictions) -> "Network":
        """Return the same network under other restrictions."""
        if restrictions.same(self.restrictions):
            return self
        return replace(self, restrictions=restrictions, _made_here={})

    def seen_by(self, block: Block) -> "Network":
        """Return the same network for the stage whose turn it is.

        That is handed its own part of the scenario, and may be restricted by more stages.
        """
        return replace(self.under(block.restrictions), scenario=block.context.scenario)

    @property
    def limits(self) -> Topology:
        """Return what keeps contacts from carrying traffic: limits and failures."""
        return self._once("limits", lambda: topology(self.scenario, self.fleet, self.contacts))

    @property
    def relays(self) -> Relays:
        """Return who passes traffic on."""
        return self._once("relays", lambda: _relays(self.scenario, self.fleet, self.contacts))

    def rates(self, contact: Longs, time_s: Floats) -> tuple[Floats, Floats]:
        """Return what contacts carry at chosen moments, source to target and back, (K,) [bit/s]."""
        known = self.scenario, self.fleet, self.motion, self.contacts
        return rates_at(*known, contact, time_s, self.restrictions)

    def carrying(self, time_s: Floats) -> tuple[Longs, Ints]:
        """Return the contacts that carry traffic at ascending times, as `linked` does."""
        first, up = linked(self.contacts, time_s)
        if self.limits.idle and not len(self.restrictions):
            return first, up
        used = [
            self._used(up[low:high], float(t))
            for t, low, high in zip(time_s, first[:-1], first[1:], strict=True)
        ]
        return np.cumsum([0, *map(len, used)]), np.concatenate([np.empty(0, np.int32), *used])

    def _used(self, up: Ints, time_s: float) -> Ints:
        return up[self.all_withheld(up, time_s) == 0]

    def all_withheld(self, up: Ints, time_s: float) -> NDArray[np.int8]:
        """Return `withheld` of all that are up, worked out once: who asks why asks it again."""
        return self.once(("withheld", time_s), lambda: self.withheld(up, time_s))

    def withheld(self, up: Ints, time_s: float) -> NDArray[np.int8]:
        """Return what keeps contacts that are up from carrying traffic at an instant.

        Parameters
        ----------
        up : (K,)
            Rows of the contacts, ascending: all that are up, of some rules or of all.
        time_s : float
            From the scenario's start. [s]

        Returns
        -------
        code : (K,)
            0 where nothing does; else 1 and more, by place in `causes.CAUSES` and the causes of the
            restrictions behind them.
        """
        ends = self.contacts.source[up], self.contacts.target[up]
        factor, cause = self.restrictions.at(*ends, time_s)
        code = np.where(factor == 0, 1 + len(CAUSES) + cause, 0).astype(np.int8)
        if not self.limits.idle:
            free = np.flatnonzero(factor != 0)
            where = states(self.fleet, self.motion, time_s)
            some, begun_s = up[free], self.begun_s(time_s)[up[free]]
            code[free] = self.limits.withheld(self.contacts, some, *where, time_s, begun_s)
        return code

    def begun_s(self, time_s: float) -> Floats:
        """Return since when contacts were there at a moment, or were there again after a cut.

        Returns
        -------
        begun_s : (C,)
            Minus infinity of what was up when the run began and is pointed already. Breaks before
            this block are known only of failures. [s]
        """
        contacts = self.contacts
        begun_s = np.where(contacts.cut_start, -np.inf, contacts.start_s)
        cuts = self.once("interrupted", lambda: _interrupted(self))
        over = np.flatnonzero(cuts.end_s <= time_s)
        np.maximum.at(begun_s, cuts.contact[over], cuts.end_s[over])
        return begun_s

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what is made of this network when it is first asked for under a key."""
        if key not in self._made_here:
            self._made_here[key] = make()
        found: T = self._made_here[key]
        return found

    def _once(self, name: str, make: Callable[[], T]) -> T:
        if name not in self._made:
            self._made[name] = make()
        found: T = self._made[name]
        return found


def _interrupted(network: Network) -> Cuts:
    """Return when contacts that are to be pointed anew are cut, whatever the cause.

    Parameters
    ----------
    network : Network
        Within a block of time: what was cut before it is not known, unless by failures.
    """
    scenario, fleet, contacts = network.scenario, network.fleet, network.contacts
    slow = [number for number, link in enumerate(scenario.links) if link.acquisition_s]
    rows = np.flatnonzero(np.isin(contacts.link, slow))
    if not len(rows):
        return Cuts.none()
    met = contacts.taking(rows)
    found = Cuts.joined(
        [
            stopped(met, network.restrictions),
            stopped(met, platforms_stopped(scenario, fleet)),
            pairs_stopped(scenario, fleet, met),
            network.limits.unpointed(fleet, network.motion, met),
        ]
    )
    return found._replace(contact=rows[found.contact])


NETWORK = Product[Network]("network")


def relaying(scenario: Scenario, fleet: Fleet) -> Flags:
    """Return which platforms pass traffic on: as their group says, else all above the ground."""
    groups = [platform.passes_on for platform in scenario.platforms.values()]
    return np.array(groups, np.bool_)[fleet.group]


def step_times(motion: Motion, step_s: float) -> Floats:
    """Return the multiples of a step from a block's first moment to before its last."""
    start_s, end_s = motion.tracks.time_s[[0, -1]]
    first, after = (int(np.ceil(edge / step_s - 1e-9)) for edge in (start_s, end_s))
    return np.arange(first, after, dtype=np.float64) * step_s


def linked(contacts: Contacts, time_s: Floats) -> tuple[Longs, Ints]:
    """Return the contacts that are up at each of ascending times.

    Returns
    -------
    first : (T + 1,)
        Where a time's contacts begin.
    contact : (L,)
        Rows of `contacts`, ascending within a time.
    """
    begin = np.searchsorted(time_s, contacts.start_s, side="left")
    count = np.maximum(np.searchsorted(time_s, contacts.end_s, side="right") - begin, 0)
    # Up at a time: all that began by then less all that ended before.
    change = np.zeros(len(time_s) + 1, np.int64)
    np.add.at(change, begin, 1)
    np.add.at(change, begin + count, -1)
    first = np.concatenate([[0], np.cumsum(np.cumsum(change[:-1]))])
    contact = np.empty(first[-1], np.int32)
    _deal(begin, count, first[:-1].copy(), contact)
    return first.astype(np.int64), contact


@making
def _deal(begin: Longs, count: Longs, place: Longs, contact: Ints) -> None:
    """Write every contact under each of its times."""
    for c in range(len(begin)):
        for k in range(begin[c], begin[c] + count[c]):
            contact[place[k]] = c
            place[k] += 1


def _relays(scenario: Scenario, fleet: Fleet, contacts: Contacts) -> Relays:
    passes = relaying(scenario, fleet)
    node = np.where(passes, np.cumsum(passes) - 1, -1).astype(np.int32)
    platform = np.flatnonzero(passes).astype(np.int32)
    return Relays(passes, node, platform, _blocks(fleet, passes, node, contacts))


def _blocks(fleet: Fleet, passes: Flags, node: Ints, contacts: Contacts) -> Blocks:
    """Cut the relays into planes, or runs of neighbours, and list which touch each other."""
    bounds = [0]
    for number, name in enumerate(fleet.groups):
        size = int(np.count_nonzero(passes & (fleet.group == number)))
        length = fleet.planes[name].shape[1] if name in fleet.planes else BLOCK
        bounds += [bounds[-1] + min(at, size) for at in range(length, size + length, length)]
    edges = np.array(sorted(set(bounds)), np.int32)
    a, b = node[contacts.source], node[contacts.target]
    among = (a >= 0) & (b >= 0)
    pairs = np.unique(a[among].astype(np.int64) * len(node) + b[among])
    one, other = (pairs // len(node)).astype(np.int32), (pairs % len(node)).astype(np.int32)
    return Blocks(edges, *touching_blocks(np.append(one, other), np.append(other, one), edges))
