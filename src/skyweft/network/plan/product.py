"""A contact plan: who can send to whom, when, how fast, and how long a signal is on its way."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skyweft.errors import ScenarioError
from skyweft.kernels import making
from skyweft.naming import escaped, normal

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]
Flags = NDArray[np.bool_]


# Start, rate, delay, end; from here to the end of the pair the least start + delay and least delay.
PACKED = START, RATE, DELAY, END, SOONEST, DELAY_LEAST = range(6)


@dataclass(frozen=True, slots=True)
class ContactPlan:
    """Directed contacts among N nodes, sorted by source, target, end, start. Make one with `plan`.

    Columns have shape (C,). A contact is there from its start up to, not including, its end. Its
    delay is that of light at emission, one way; where it changes with time, so do the contacts.
    """

    names: tuple[str, ...]  # (N,)
    relays: Flags  # (N,) whether a node passes on what is not for it
    source: Ints  # row of names
    target: Ints
    start_s: Floats
    end_s: Floats
    rate_bps: Floats
    delay_s: Floats
    node_first: Longs  # (N + 1,) where the pairs of a source begin
    pair_first: Longs  # (P + 1,) where the contacts of a pair begin
    pair_target: Ints  # (P,)
    pair_end_s: Floats  # (P,) of the last contact
    pair_soonest_s: Floats  # (P,) least start + delay
    packed: Floats  # (C, 6) what a search reads of a contact, in one place: see `PACKED`
    ends_s: Floats  # all ends, ascending, each once

    def __post_init__(self) -> None:
        columns = (self.source, self.target, self.start_s, self.end_s, self.rate_bps, self.delay_s)
        assert len({len(column) for column in columns}) == 1
        assert len(self.names) == len(self.relays) == len(self.node_first) - 1
        assert np.all(self.start_s < self.end_s)
        assert np.all(np.isfinite(self.end_s))
        assert np.all(self.rate_bps >= 0)
        assert np.all(self.delay_s >= 0)
        assert np.all(self.source != self.target)

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
    new = np.append(True, (np.diff(source) != 0) | (np.diff(target) != 0))[: len(order)]
    pair_first = np.append(np.flatnonzero(new), len(order))
    pair_source = source[pair_first[:-1]]
    packed = np.stack([start, rate, delay, end, start + delay, delay], axis=1)
    _least_to_come(packed, pair_first)
    return ContactPlan(
        tuple(names),
        np.ones(len(names), np.bool_) if relays is None else np.asarray(relays, np.bool_),
        source,
        target,
        start,
        end,
        rate,
        delay,
        np.searchsorted(pair_source, np.arange(len(names) + 1)),
        pair_first,
        target[pair_first[:-1]],
        end[pair_first[1:] - 1],
        packed[pair_first[:-1], SOONEST],
        packed,
        np.unique(end),
    )


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
