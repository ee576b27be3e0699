"""Which passes the antennas of a gateway serve: greedy rules over what is known beforehand.

An antenna that has taken a pass keeps it to its end; when it is free it takes the best of what is
up and waits. Which is best is the rule's `choose`.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skyweft.contacts.product import Contacts
from skyweft.delivery.onboard.store import BUSY
from skyweft.kernels import kernel, making
from skyweft.network.graph.choices import Candidates, worth
from skyweft.scenario.scenario import Scenario
from skyweft.scenario.terminals import Link

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Flags = NDArray[np.bool_]

NO_LIMIT = 1 << 30
WAITED = "longest_waiting"


@dataclass(frozen=True, slots=True)
class Spans:
    """Pieces of contacts between two nodes, sorted by start, then contact. (W,)."""

    contact: Longs  # row of Contacts
    source: Ints  # nodes
    target: Ints
    start_s: Floats
    end_s: Floats
    cause: NDArray[np.int8]  # of pieces that are not used: why; else 0

    def __len__(self) -> int:
        return len(self.contact)

    @classmethod
    def lasting(
        cls,
        contact: Longs,
        ends: tuple[Ints, Ints],
        start_s: Floats,
        end_s: Floats,
        cause: NDArray[np.int8] | int = 0,
    ) -> "Spans":
        """Return those that last, in order."""
        causes = np.broadcast_to(np.asarray(cause, np.int8), len(contact))
        some = np.flatnonzero(start_s < end_s)
        some = some[np.lexsort((contact[some], start_s[some]))]
        source, target = (end[some] for end in ends)
        return cls(contact[some], source, target, start_s[some], end_s[some], causes[some])


class _Rivals(NamedTuple):
    """Contacts of a rule in order of start, (K,), and what makes one better."""

    start_s: Floats
    end_s: Floats
    source: Ints
    target: Ints
    who: Ints  # waits
    worth: Floats


class _Most(NamedTuple):
    """How many links an end holds; between two terminals of one name they count together."""

    source: int
    target: int
    side: int  # 0: together, 1: apart


def served(
    scenario: Scenario, contacts: Contacts, rows: Longs, place: Ints, goal: Flags
) -> tuple[Spans, Spans, Spans]:
    """Return what is served of some contacts, and what targets had to let pass.

    Parameters
    ----------
    scenario : Scenario
        Its links' limits, `choose` and `acquisition_s`.
    contacts : Contacts
        Of the whole run.
    rows : (K,)
        Contacts that can carry messages, ascending.
    place : (N,)
        Node of every row of Fleet.
    goal : (V,)
        Which nodes are targets.

    Returns
    -------
    held : Spans
        What is served, less the time of acquisition.
    missed : Spans
        Times in which somebody is in contact with a target and could send, but all antennas that
        the target has for this serve others.
    pointed : Spans
        The same, less the time of acquisition: what could be served with one antenna more.
    """
    source, target = place[contacts.source[rows]], place[contacts.target[rows]]
    up_s, end_s = contacts.start_s[rows], contacts.end_s[rows]
    start_s, kept_out = up_s.copy(), []
    for number, link in enumerate(scenario.links):
        mine = np.flatnonzero(contacts.link[rows] == number)
        if link.source_links_max is None and link.target_links_max is None:
            continue
        ends = source[mine], target[mine]
        start_s[mine] = taken(link, contacts, rows[mine], *ends, goal)
        of, *piece = kept_out_of(link, up_s[mine], end_s[mine], start_s[mine], *ends, goal)
        kept_out.append((mine[of], *piece))
    ready_s = pointed_s(scenario, contacts, rows, start_s)
    none = np.zeros(0, np.int64), np.zeros(0), np.zeros(0)
    out, from_s, upto_s = (np.concatenate(kept) for kept in zip(none, *kept_out, strict=True))
    missed = rows[out], (source[out], target[out])
    least_s = pointed_s(scenario, contacts, rows[out], from_s)
    return (
        Spans.lasting(rows, (source, target), ready_s, end_s),
        Spans.lasting(*missed, from_s, upto_s, BUSY),
        Spans.lasting(*missed, least_s, upto_s, BUSY),
    )


def pointed_s(scenario: Scenario, contacts: Contacts, rows: Longs, start_s: Floats) -> Floats:
    """Return when contacts that are pointed along from `start_s` on carry anything. (K,)."""
    wait_s = np.array([link.acquisition_s for link in scenario.links])[contacts.link[rows]]
    # What was up when the run began was pointed before.
    early = contacts.cut_start[rows] & (start_s <= contacts.start_s[rows])
    return start_s + np.where(early, 0.0, wait_s)


def taken(
    link: Link, contacts: Contacts, rows: Longs, source: Ints, target: Ints, goal: Flags
) -> Floats:
    """Return when the antennas take each contact of a rule; infinity where they never do.

    Parameters
    ----------
    link : Link
        How many links each end holds, and which come first.
    contacts, rows
        The rule's contacts, in order of start.
    source, target : (K,)
        Their nodes.
    goal : (V,)
        Which nodes are targets: who waits is the other end.
    """
    nodes = len(goal)
    who = np.where(goal[source], target, source)
    best = contacts.range_min_m[rows], contacts.elevation_max_deg[rows].astype(np.float64)
    some = Candidates(contacts.start_s[rows], contacts.end_s[rows], *best)
    order = worth(link.choose, some)
    taken_s = np.full(len(rows), np.inf)
    times = contacts.start_s[rows], contacts.end_s[rows]
    _take(
        _Rivals(*times, source, target, who, np.nan_to_num(order)),
        link.choose == WAITED,
        _Most(
            link.source_links_max or NO_LIMIT,
            link.target_links_max or NO_LIMIT,
            0 if link.between[0] == link.between[1] else 1,
        ),
        np.full(nodes, -np.inf),
        np.zeros((2, nodes), np.int64),
        taken_s,
    )
    return taken_s


@making
def _take(
    rivals: _Rivals, by_wait: bool, most: _Most, served_s: Floats, busy: Longs, taken_s: Floats
) -> None:
    """Go through all starts and ends in order of time; after each, give the best what is free."""
    start_s, end_s, source, target, who, worth = rivals
    source_max, target_max, side = most
    ends = np.argsort(end_s, kind="mergesort")
    waiting = np.empty(len(start_s), np.int64)
    count = begun = over = 0
    while over < len(ends):
        now_s = end_s[ends[over]]
        if begun < len(start_s):
            now_s = min(now_s, start_s[begun])
        while over < len(ends) and end_s[ends[over]] <= now_s:
            c = ends[over]
            if taken_s[c] < np.inf:
                busy[0, source[c]] -= 1
                busy[side, target[c]] -= 1
                served_s[who[c]] = now_s
            over += 1
        while begun < len(start_s) and start_s[begun] <= now_s:
            waiting[count] = begun
            count += 1
            begun += 1
        count = _still(waiting, count, end_s, taken_s, now_s)
        while True:
            best = -1
            for k in range(count):
                c = waiting[k]
                free = busy[0, source[c]] < source_max and busy[side, target[c]] < target_max
                if not free or taken_s[c] < np.inf:
                    continue
                if best < 0 or _better(c, best, worth, served_s, who, by_wait):
                    best = c
            if best < 0:
                break
            taken_s[best] = now_s
            busy[0, source[best]] += 1
            busy[side, target[best]] += 1


def kept_out_of(
    link: Link,
    up_s: Floats,
    end_s: Floats,
    taken_s: Floats,
    source: Ints,
    target: Ints,
    goal: Flags,
) -> tuple[Longs, Floats, Floats]:
    """Return when contacts with targets wait for an antenna, and could send if they had one.

    Parameters
    ----------
    link : Link
        How many links each end holds.
    up_s, end_s, taken_s : (K,)
        Of the rule's contacts; `taken_s` from `taken`. [s]
    source, target : (K,)
        Their nodes.
    goal : (V,)
        Which nodes are targets.

    Returns
    -------
    of, from_s, upto_s : (W,)
        Rows of the contacts, and the times in which their other end has a link to spare. As it
        is not served all the same, the target has none.
    """
    own_max = np.where(
        goal[source], link.target_links_max or NO_LIMIT, link.source_links_max or NO_LIMIT
    )
    who = np.where(goal[source], target, source)
    order = np.argsort(who, kind="stable")
    first = np.searchsorted(who[order], np.arange(len(goal) + 1))
    with_goal = goal[source] != goal[target]
    return _spare(up_s, end_s, taken_s, who, own_max, with_goal, order, first)


@making
def _spare(
    up_s: Floats,
    end_s: Floats,
    taken_s: Floats,
    who: Ints,
    own_max: Longs,
    with_goal: Flags,
    order: Longs,
    first: Longs,
) -> tuple[Longs, Floats, Floats]:
    """Write the times of each contact in which less than all of its other end's links are taken."""
    of = [np.int64(0) for _ in range(0)]  # so that the compiler knows of what
    from_s, upto_s = [0.0 for _ in range(0)], [0.0 for _ in range(0)]
    for c in range(len(up_s)):
        until_s = min(taken_s[c], end_s[c])
        if not with_goal[c] or until_s <= up_s[c]:
            continue
        # Borders at which the number of its own links changes.
        others = order[first[who[c]] : first[who[c] + 1]]
        at_s = [up_s[c], until_s]
        for k in others:
            if taken_s[k] < np.inf:
                edges_s = (taken_s[k], end_s[k])
                at_s.extend([each_s for each_s in edges_s if up_s[c] < each_s < until_s])
        at_s.sort()
        for j in range(1, len(at_s)):
            a, b, own = at_s[j - 1], at_s[j], 0
            for k in others:
                own += taken_s[k] <= a and end_s[k] > a
            if own >= own_max[c] or b <= a:
                continue
            if of and of[-1] == c and upto_s[-1] == a:
                upto_s[-1] = b
            else:
                of.append(np.int64(c))
                from_s.append(a)
                upto_s.append(b)
    return np.array(of, np.int64), np.array(from_s), np.array(upto_s)


@kernel
def _still(waiting: Longs, count: int, end_s: Floats, taken_s: Floats, now_s: float) -> int:
    """Keep those that are still up and not served."""
    kept = 0
    for k in range(count):
        c = waiting[k]
        if end_s[c] > now_s and taken_s[c] == np.inf:
            waiting[kept] = c
            kept += 1
    return kept


@kernel
def _better(c: int, best: int, worth: Floats, served_s: Floats, who: Ints, by_wait: bool) -> bool:
    if by_wait:
        return served_s[who[c]] < served_s[who[best]]
    return worth[c] < worth[best]
