"""Who can hand messages to whom, when, and how many bytes: the known future of the network.

Made once, from all contacts of a run and the samples of their links, before any message moves.
Time is cut into epochs wherever a link begins or ends and at the whole minutes between: within an
epoch the network stands still and a link carries its mean rate, so that the volume of a pass is
the integral of its sampled rate to the last byte.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from skyweft.contacts.product import Contacts
from skyweft.contacts.usable import Cuts
from skyweft.delivery.model import Deliveries, Messages
from skyweft.delivery.onboard.antennas import Spans, pointed_s, served
from skyweft.delivery.plan.along import Edges, integrated
from skyweft.delivery.plan.product import ContactPlan, sampled
from skyweft.delivery.uplinks import uplinks
from skyweft.fleet import Fleet
from skyweft.kernels import kernel
from skyweft.network.failures.stops import failed_s
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
        return Samples(np.repeat(np.arange(len(row)), size), *(column[at] for column in rest))


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
    plan: ContactPlan  # links in use, between nodes called as in the fleet
    edges: Edges  # the same, in order of time
    held: Spans  # passes as the antennas serve them, over nodes
    missed: Spans  # pieces of passes of a target whose antennas served others
    let_pass: Edges  # the same, as if they had been pointed at, and what is cut out of passes
    let_pass_cause: NDArray[np.int8]  # why, as a place among the causes
    epoch_s: Floats  # (T,) borders, the run's start and end included

    def __len__(self) -> int:
        return len(self.node)

    @property
    def anyones(self) -> Flags:
        """Return which nodes are a target of some messages. (V,)."""
        found: Flags = np.logical_or.reduce(self.goal, axis=0)
        return found


class Withheld(NamedTuple):
    """What is cut out of contacts, and what it would have carried."""

    contacts: Contacts  # whole
    cuts: Cuts  # causes are places in `CAUSES`, or behind them
    samples: Samples  # of the whole contacts, as if nothing were cut


def timetable(
    scenario: Scenario,
    fleet: Fleet,
    contacts: Contacts,
    samples: Samples,
    end_s: float,
    withheld: Withheld | None = None,
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
    withheld : Withheld, optional
        What `contacts` are the rest of: messages that go without it are told why.

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
    names = [fleet.names[row] for row in node]
    plan, _ = _plan(names, samples, held, sends[node], takes)
    if withheld is not None:
        gone = _withheld(scenario, withheld, place, is_goal)
        samples, pointed = _beside(samples, pointed, withheld.samples, gone, len(contacts))
    let_pass, cause = _plan(names, samples, pointed, sends[node], is_goal)
    spans = (held, missed) if withheld is None else (held, missed, gone)
    borders = np.concatenate([failed_s(scenario, fleet)[node], *map(_borders_s, spans)])
    grid = np.append(np.arange(0.0, end_s, EPOCH_S), end_s)
    return Timetable(
        node=node,
        place=place,
        goal=np.ascontiguousarray(goal_rows[:, node]),
        goal_of=np.array([goals.index(rule.target) for rule in scenario.rules(Messages)], np.int64),
        plan=plan,
        edges=plan.in_time(),
        held=held,
        missed=missed,
        let_pass=let_pass.in_time(),
        let_pass_cause=cause,
        epoch_s=np.unique(np.concatenate([grid, borders[(borders > 0) & (borders < end_s)]])),
    )


def messengers(scenario: Scenario, fleet: Fleet) -> Flags:
    """Return who carries received messages: who passes on, and their targets. (N,)."""
    return _carriers(scenario, fleet) | targets(scenario, fleet)


def targets(scenario: Scenario, fleet: Fleet) -> Flags:
    """Return who is a target of any messages. (N,)."""
    found: Flags = np.logical_or.reduce(_goals(scenario, fleet)[1], axis=0)
    return found


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
    passing = [entry.layer in RELAYING if entry.relay is None else entry.relay for entry in entries]
    receives = [bool(hearing.intersection(entry.terminals)) for entry in entries]
    either: Flags = np.logical_or(passing, receives)[fleet.group]
    return either


def _borders_s(spans: Spans) -> Floats:
    return np.concatenate([spans.start_s, spans.end_s])


def _withheld(scenario: Scenario, withheld: Withheld, place: Ints, goal: Flags) -> Spans:
    """Return what is cut out of contacts with targets, as it could have been served."""
    met, (row, start_s, end_s, cause), _ = withheld
    source, target = place[met.source[row]], place[met.target[row]]
    mine = np.flatnonzero((source >= 0) & (target >= 0))
    mine = mine[goal[source[mine]] != goal[target[mine]]]
    row, start_s, end_s, cause = (column[mine] for column in (row, start_s, end_s, cause))
    ready_s = np.maximum(start_s, pointed_s(scenario, met, row, met.start_s[row]))
    return Spans.lasting(row, (source[mine], target[mine]), ready_s, end_s, cause)


def _beside(
    samples: Samples, spans: Spans, more: Samples, others: Spans, contacts: int
) -> tuple[Samples, Spans]:
    """Return samples and spans with others of other contacts, numbered from `contacts` on."""
    after = replace(more, contact=more.contact + contacts)
    both: Iterable[Any] = (
        (getattr(samples, name), getattr(after, name)) for name in Samples.__slots__
    )
    spans_of = spans, replace(others, contact=others.contact + contacts)
    whole = {
        field.name: np.concatenate([getattr(some, field.name) for some in spans_of])
        for field in fields(Spans)
    }
    ends = whole.pop("source"), whole.pop("target")
    return Samples(*map(np.concatenate, both)), Spans.lasting(ends=ends, **whole)


def _plan(
    names: Sequence[str], samples: Samples, held: Spans, sends: Flags, takes: Flags
) -> tuple[ContactPlan, NDArray[np.int8]]:
    """Return both directions of what is held, from nodes that send to nodes that take.

    The causes of the spans come in order of time.
    """
    tail = np.concatenate([held.source, held.target])
    head = np.concatenate([held.target, held.source])
    contact = np.tile(held.contact, 2)
    start_s, end_s = np.tile(held.start_s, 2), np.tile(held.end_s, 2)
    back = np.arange(len(tail)) >= len(held)
    most = int(held.contact.max(initial=-1)) + 1
    bound = np.searchsorted(samples.contact, np.arange(most + 1))
    size = np.diff(bound)[contact]
    # Nothing can be said of a link with fewer than two samples, and nothing fits through it.
    keep = np.flatnonzero(sends[tail] & takes[head] & (size >= 2))
    keep = keep[np.argsort(start_s[keep], kind="stable")]
    size = size[keep]
    first = np.concatenate([[0], np.cumsum(size)])
    at = np.repeat(bound[contact[keep]] - first[:-1], size) + np.arange(first[-1])
    bps = np.where(np.repeat(back[keep], size), samples.rate_reverse_bps[at], samples.rate_bps[at])
    along = integrated(first, samples.time_s[at], bps, samples.delay_s[at])
    edges = Edges.of((tail[keep], head[keep]), (start_s[keep], end_s[keep]), along)
    return sampled(names, edges, sends), np.tile(held.cause, 2)[keep]


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
