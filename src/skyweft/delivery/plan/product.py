"""A contact plan: who can send to whom, when, how fast, and how long a signal is on its way.

One type for all that carry messages. Searches and custody take a contact at its mean rate and its
longest delay; the platforms of a run take it as it is at each moment (`along`), in order of time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skyweft.delivery.plan.along import Along, Edges, even, summed
from skyweft.errors import ScenarioError
from skyweft.kernels import making
from skyweft.naming import escaped, normal

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Flags = NDArray[np.bool_]


# Start, rate, delay, end; from here to the end of the pair the least start + delay and least delay.
PACKED = START, RATE, DELAY, END, SOONEST, DELAY_LEAST = range(6)


class Index(NamedTuple):
    """What a search reads of a plan, pair by pair."""

    node_first: Longs  # (N + 1,) where the pairs of a source begin
    pair_first: Longs  # (P + 1,) where the contacts of a pair begin
    pair_target: Ints  # (P,)
    pair_end_s: Floats  # (P,) of the last contact
    pair_soonest_s: Floats  # (P,) least start + delay
    packed: Floats  # (C, 6) what a search reads of a contact, in one place: see `PACKED`
    ends_s: Floats  # all ends, ascending, each once


@dataclass(frozen=True)
class ContactPlan:
    """Directed contacts among N nodes, sorted by source, target, end, start. Make one with `plan`.

    Columns have shape (C,). A contact is there from its start up to, not including, its end. Its
    delay is that of light at emission, one way. Where rate and delay change along it, these are the
    mean rate and the longest delay, and `along` has both from moment to moment.
    """

    names: tuple[str, ...]  # (N,)
    relays: Flags  # (N,) whether a node passes on what is not for it
    source: Ints  # row of names
    target: Ints
    start_s: Floats
    end_s: Floats
    rate_bps: Floats
    delay_s: Floats
    listed: Longs  # place in the order in which contacts were given
    along: Along | None = None  # in that order; None: as rate_bps and delay_s all the time

    def __post_init__(self) -> None:
        columns = (self.source, self.target, self.start_s, self.end_s, self.rate_bps, self.delay_s)
        assert len({len(column) for column in (*columns, self.listed)}) == 1
        assert len(self.names) == len(self.relays)
        assert np.all(self.start_s < self.end_s)
        assert np.all(np.isfinite(self.end_s))
        assert np.all(self.rate_bps >= 0)
        assert np.all(self.delay_s >= 0)
        assert np.all(self.source != self.target)
        assert self.along is None or len(self.along.first) == len(self) + 1

    @cached_property
    def index(self) -> Index:
        """Return what searches need, made when it is first asked for."""
        source, target, end = self.source, self.target, self.end_s
        new = np.append(True, (np.diff(source) != 0) | (np.diff(target) != 0))[: len(source)]
        pair_first = np.append(np.flatnonzero(new), len(source))
        start, delay = self.start_s, self.delay_s
        packed = np.stack([start, self.rate_bps, delay, end, start + delay, delay], axis=1)
        _least_to_come(packed, pair_first)
        return Index(
            np.searchsorted(source[pair_first[:-1]], np.arange(len(self.names) + 1)),
            pair_first,
            target[pair_first[:-1]],
            end[pair_first[1:] - 1],
            packed[pair_first[:-1], SOONEST],
            packed,
            np.unique(end),
        )

    def in_time(self) -> Edges:
        """Return the contacts sorted by start, of those alike in the order they were given in."""
        order = np.lexsort((self.listed, self.start_s))
        ends = self.source[order], self.target[order]
        times = self.start_s[order], self.end_s[order]
        along = self.along
        if along is None:
            along = even(*times, self.rate_bps[order], self.delay_s[order])
        return Edges.of(ends, times, along)

    def __len__(self) -> int:
        return len(self.source)

    @property
    def volume_bytes(self) -> Floats:
        """Return what each contact can carry in all, in bytes (C,)."""
        return (self.end_s - self.start_s) * self.rate_bps / 8

    def node(self, name: str) -> int:
        """Return the row of a name.

        Raises
        ------
        ScenarioError
            There is no node of that name.
        """
        name = normal(name)
        if name in self.names:
            return self.names.index(name)
        near = get_close_matches(name, self.names, 3) or self.names[:3]
        raise ScenarioError(
            f"'{escaped(name)}' is no node of this contact plan; its {len(self.names):,} nodes "
            f"are called like {', '.join(near)}"
        )


def plan(
    names: Sequence[str],
    source: ArrayLike,
    target: ArrayLike,
    start_s: ArrayLike,
    end_s: ArrayLike,
    rate_bps: ArrayLike,
    delay_s: ArrayLike,
    relays: ArrayLike | None = None,
) -> ContactPlan:
    """Put contacts in the order in which they are searched.

    Parameters
    ----------
    names : sequence of str
        Of the N nodes, each once.
    source, target : (C,)
        Rows of `names`: who sends, who receives.
    start_s, end_s : (C,)
        When the sender may send. [s]
    rate_bps : (C,)
        How fast. [bit/s]
    delay_s : (C,)
        How long a signal sent then is on its way. [s]
    relays : (N,), optional
        Which nodes pass on what is not for them; all unless given.

    Returns
    -------
    ContactPlan
        Contacts in its own order.
    """
    ends = np.asarray(source, np.int32), np.asarray(target, np.int32)
    times = np.asarray(start_s, np.float64), np.asarray(end_s, np.float64)
    order = np.lexsort((times[0], times[1], ends[1], ends[0]))
    source, target = (column[order] for column in ends)
    start, end = (column[order] for column in times)
    rate, delay = (np.asarray(column, np.float64)[order] for column in (rate_bps, delay_s))
    passes_on = np.ones(len(names), np.bool_) if relays is None else np.asarray(relays, np.bool_)
    return ContactPlan(tuple(names), passes_on, source, target, start, end, rate, delay, order)


def sampled(names: Sequence[str], edges: Edges, relays: ArrayLike | None = None) -> ContactPlan:
    """Return the plan of contacts whose rates and delays are known from moment to moment.

    Parameters
    ----------
    names : sequence of str
        Of the N nodes, each once.
    edges : Edges
        The contacts, sorted by start.
    relays : (N,), optional
        As in `plan`.
    """
    assert np.all(np.diff(edges.start_s) >= 0)
    ends, times = (edges.tail, edges.head), (edges.start_s, edges.end_s)
    return replace(plan(names, *ends, *times, *summed(edges), relays), along=edges.along)


@making
def _least_to_come(packed: Floats, first: Longs) -> None:
    """Lower the last two columns to the least from each row to the end of its pair."""
    for pair in range(len(first) - 1):
        for row in range(first[pair + 1] - 2, first[pair] - 1, -1):
            for column in (SOONEST, DELAY_LEAST):
                packed[row, column] = min(packed[row, column], packed[row + 1, column])


@dataclass(frozen=True, slots=True)
class Route:
    """A route of one bundle over contacts, in order. Columns have shape (H,), H hops."""

    contact: Longs  # rows of the plan
    begin_s: Floats  # the first bit is sent
    sent_s: Floats  # the last bit is sent
    received_s: Floats  # the last bit is there
    expiry_s: float  # the first of its contacts to end

    def __len__(self) -> int:
        return len(self.contact)

    @property
    def arrival_s(self) -> float:
        """Return when the last bit reaches the target."""
        return float(self.received_s[-1])

    @property
    def rank(self) -> tuple[float, int, float]:
        """Return what routes are ordered by: arrival, hops, then the later expiry."""
        return self.arrival_s, len(self), -self.expiry_s

    def nodes(self, plan: ContactPlan) -> Iterator[str]:
        """Yield the names it passes, source and target included."""
        yield plan.names[plan.source[self.contact[0]]]
        for row in plan.target[self.contact]:
            yield plan.names[row]
