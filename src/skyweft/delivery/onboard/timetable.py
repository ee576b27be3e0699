"""Who can hand messages to whom, when, and how many bytes: the known future of the network.

Made once, from all contacts of a run and the samples of their links, before any message moves.
Time is cut into epochs wherever a link begins or ends and at the whole minutes between: within an
epoch the network stands still and a link carries its mean rate, so that the volume of a pass is
the integral of its sampled rate to the last byte.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skyweft.contacts.product import Contacts
from skyweft.delivery.model import Deliveries, Messages
from skyweft.delivery.onboard.antennas import Spans, served
from skyweft.delivery.uplinks import uplinks
from skyweft.fleet import Fleet
from skyweft.kernels import kernel, making
from skyweft.scenario.scenario import Scenario

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Flags = NDArray[np.bool_]

EPOCH_S = 60.0  # the longest, so that delays and rates stay fresh
RELAYING = ("space", "near_space", "air")  # layers that pass traffic on unless told otherwise


@dataclass(frozen=True, slots=True)
class Samples:
    """Of links along contacts, sorted by contact, then time. Columns have shape (K,)."""

    contact: Longs  # row of Contacts
    time_s: Floats
    delay_s: Floats
    rate_bps: Floats  # source to target
    rate_reverse_bps: Floats

    def of_pieces(self, row: Longs) -> "Samples":
        """Return the samples of pieces of contacts: each has all of the contact it is of.

        Parameters
        ----------
        row : (C,)
            The contact of each piece.
        """
        first = np.searchsorted(self.contact, row)
        size = np.searchsorted(self.contact, row, side="right") - first
        upto = np.concatenate([[0], np.cumsum(size)])
        at = np.repeat(first - upto[:-1], size) + np.arange(upto[-1])
        rest = self.time_s, self.delay_s, self.rate_bps, self.rate_reverse_bps
        return Samples(np.repeat(np.arange(len(row)), size), *(each[at] for each in rest))


class Edges(NamedTuple):
    """Directed links that are in use from `start_s` to `end_s`, sorted by start. (E,)."""

    tail: Ints  # nodes
    head: Ints
    start_s: Floats
    end_s: Floats
    first: Longs  # (E + 1,) samples of each
    time_s: Floats  # (S,)
    rate: Floats  # (S,) bytes per second
    upto: Floats  # (S,) bytes since the first sample
    delay_s: Floats  # (S,)


@dataclass(frozen=True, slots=True)
class Timetable:
    """What is known of the network before any message moves.

    V nodes are the platforms that hear messages, pass them on, or are their targets; D goals are
    the sets of targets that messages have.
    """

    node: Ints  # (V,) rows of Fleet
    place: Ints  # (N,) node of every row of Fleet, or -1
    goal: Flags  # (D, V)
    goal_of: Longs  # (rules,) of the scenario's [[messages]]
    edges: Edges
    held: Spans  # passes as the antennas serve them, over nodes
    missed: Spans  # pieces of passes of a target whose antennas served others
    let_pass: Edges  # the same, as if they had been pointed at
    epoch_s: Floats  # (T,) borders, the run's start and end included

    def __len__(self) -> int:
        return len(self.node)

    @property
    def anyones(self) -> Flags:
        """Return which nodes are a target of some messages. (V,)."""
        found: Flags = np.logical_or.reduce(self.goal, axis=0)
        return found


def timetable(
    scenario: Scenario, fleet: Fleet, contacts: Contacts, samples: Samples, end_s: float
) -> Timetable:
    """Return who can hand messages to whom until `end_s`.

    Parameters
    ----------
    scenario, fleet
        What the user decided, and who the platforms are.
    contacts : Contacts
        Of the whole run; those of platforms that carry no messages are passed over.
    samples : Samples
        Of these contacts' links.
    end_s : float
        Where the data end. [s]

    Returns
    -------
    Timetable
        A rule's `source_links_max` and `target_links_max` are antennas: an end that has so many
        serves passes in turn, chosen by `choose`, each to its end. `acquisition_s` is taken off
        the beginning of what is served. The other limits of a rule are those of its windows.
    """
    goals, goal_rows = _goals(scenario, fleet)
    sends = _carriers(scenario, fleet)
    within = messengers(scenario, fleet)
    rows = np.flatnonzero(within[contacts.source] & within[contacts.target])
    place = np.where(within, np.cumsum(within) - 1, -1).astype(np.int32)
    node = np.flatnonzero(within).astype(np.int32)
    is_goal: Flags = np.logical_or.reduce(goal_rows[:, node], axis=0)
    held, missed, pointed = served(scenario, contacts, rows, place, is_goal)
    everyone = np.ones(len(node), np.bool_)
    takes = is_goal if Deliveries.of(scenario).forwarding == "direct" else everyone
    edges = _edges(contacts, samples, held, sends[node], takes)
    borders = np.concatenate([held.start_s, held.end_s, missed.start_s, missed.end_s])
    grid = np.append(np.arange(0.0, end_s, EPOCH_S), end_s)
    return Timetable(
        node=node,
        place=place,
        goal=np.ascontiguousarray(goal_rows[:, node]),
        goal_of=np.array([goals.index(rule.target) for rule in scenario.rules(Messages)], np.int64),
        edges=edges,
        held=held,
        missed=missed,
        let_pass=_edges(contacts, samples, pointed, sends[node], is_goal),
        epoch_s=np.unique(np.concatenate([grid, borders[(borders > 0) & (borders < end_s)]])),
    )


def messengers(scenario: Scenario, fleet: Fleet) -> Flags:
    """Return who carries received messages: who passes on, and their targets. (N,)."""
    return _carriers(scenario, fleet) | np.logical_or.reduce(_goals(scenario, fleet)[1], axis=0)


def _goals(scenario: Scenario, fleet: Fleet) -> tuple[list[str], Flags]:
    """Return the groups that messages are for, and who belongs to each (D, N)."""
    goals = list(dict.fromkeys(rule.target for rule in scenario.rules(Messages)))
    groups = np.array([[name == group for group in fleet.groups] for name in goals], np.bool_)
    return goals, groups.reshape(len(goals), len(fleet.groups))[:, fleet.group]


def _carriers(scenario: Scenario, fleet: Fleet) -> Flags:
    """Return who receives, or passes on: all above the ground unless the scenario says else."""
    entries = [scenario.platforms[group] for group in fleet.groups]
    hearing = set()
    for source in {rule.source for rule in scenario.rules(Messages)}:
        carried = scenario.platforms[source].terminals
        found = uplinks(carried, dict(enumerate(scenario.links)), scenario.waveforms)
        hearing |= {uplink.receiver for uplink in found}
    passing = [each.layer in RELAYING if each.relay is None else each.relay for each in entries]
    receives = [bool(hearing.intersection(each.terminals)) for each in entries]
    either: Flags = np.logical_or(passing, receives)[fleet.group]
    return either


def _edges(contacts: Contacts, samples: Samples, held: Spans, sends: Flags, takes: Flags) -> Edges:
    """Return both directions of what is held, from nodes that send to nodes that take."""
    tail = np.concatenate([held.source, held.target])
    head = np.concatenate([held.target, held.source])
    contact = np.tile(held.contact, 2)
    start_s, end_s = np.tile(held.start_s, 2), np.tile(held.end_s, 2)
    back = np.arange(len(tail)) >= len(held)
    bound = np.searchsorted(samples.contact, np.arange(len(contacts) + 1))
    size = np.diff(bound)[contact]
    # Nothing can be said of a link with fewer than two samples, and nothing fits through it.
    keep = np.flatnonzero(sends[tail] & takes[head] & (size >= 2))
    keep = keep[np.argsort(start_s[keep], kind="stable")]
    size = size[keep]
    first = np.concatenate([[0], np.cumsum(size)])
    at = np.repeat(bound[contact[keep]] - first[:-1], size) + np.arange(first[-1])
    bps = np.where(np.repeat(back[keep], size), samples.rate_reverse_bps[at], samples.rate_bps[at])
    time_s, upto = samples.time_s[at], np.zeros(len(at))
    _integrate(first, time_s, bps / 8, upto)
    return Edges(
        tail[keep],
        head[keep],
        start_s[keep],
        end_s[keep],
        first,
        time_s,
        bps / 8,
        upto,
        samples.delay_s[at],
    )


@making
def _integrate(first: Longs, time_s: Floats, rate: Floats, upto: Floats) -> None:
    """Write the bytes since each edge's first sample: rates run straight between samples."""
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


@kernel
def refreshed(
    active: Ints, count: int, after: int, start_s: Floats, end_s: Floats, at_s: float
) -> tuple[int, int]:
    """Keep in `active` what holds at a moment; return how many, and the next that is to begin.

    Moments never go back; rows are sorted by start.
    """
    kept = 0
    for k in range(count):
        if end_s[active[k]] > at_s:
            active[kept] = active[k]
            kept += 1
    while after < len(start_s) and start_s[after] <= at_s:
        if end_s[after] > at_s:
            active[kept] = after
            kept += 1
        after += 1
    return kept, after
