"""Samples at the borders of restrictions, against a look at every contact and restriction."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from skyweft.contacts.product import Contacts
from skyweft.links.restricted import with_borders
from skyweft.stage.restriction import NOTHING, Restriction, Restrictions

Spans = list[tuple[int, int]]
Who = int | tuple[int, int]


def contacts_of(rows: Spans, spans: Spans) -> Contacts:
    """Make contacts of the pairs `rows` that last for the `spans`."""
    start_s, end_s = np.array(spans, float).T
    source, target = np.array(rows, np.int32).T
    count, never = len(rows), np.zeros(len(rows), bool)
    return Contacts(
        np.zeros(count, np.int16),
        source,
        target,
        start_s,
        end_s,
        start_s,
        np.full(count, 45, np.float32),
        np.full(count, 6e5),
        never,
        never,
    )


def bordered(
    contacts: Contacts, restrictions: Restrictions, start_s: float, end_s: float
) -> list[tuple[int, float]]:
    """Return rows and times where each contact was sampled at its start, middle and end."""
    three = np.stack([contacts.start_s, (contacts.start_s + contacts.end_s) / 2, contacts.end_s])
    contact = np.repeat(np.arange(len(contacts)), 3)
    row, time_s = with_borders(contacts, restrictions, (contact, three.T.ravel()), start_s, end_s)
    return list(zip(row.tolist(), time_s.tolist(), strict=True))


PAIRS = st.lists(
    st.tuples(st.integers(0, 2), st.integers(3, 5)), min_size=1, max_size=5, unique=True
)
SPANS = st.tuples(st.integers(0, 40), st.integers(1, 40)).map(lambda pair: (pair[0], sum(pair)))
WHO = st.integers(0, 5) | st.tuples(st.integers(0, 2), st.integers(3, 5))


@given(st.data(), PAIRS, st.lists(st.tuples(WHO, SPANS), max_size=6), st.sets(st.integers(1, 80)))
def test_every_border_within_a_contact_has_two_samples(
    data: st.DataObject, pairs: Spans, stops: list[tuple[Who, tuple[int, int]]], cuts: set[int]
) -> None:
    spans = sorted(data.draw(st.lists(SPANS, min_size=len(pairs), max_size=len(pairs))))
    contacts = contacts_of(pairs, spans)
    restrictions = Restrictions.of(Restriction(who, *span, "rain") for who, span in stops)
    expected = set()
    for row, (pair, (start_s, end_s)) in enumerate(zip(pairs, spans, strict=True)):
        expected |= {(row, float(start_s)), (row, (start_s + end_s) / 2), (row, float(end_s))}
        for who, span in stops:
            for border_s in map(float, span):
                if who in (*pair, pair) and start_s < border_s < end_s:
                    expected |= {(row, np.nextafter(border_s, -np.inf)), (row, border_s)}
    found = bordered(contacts, restrictions, 0.0, 100.0)
    assert found == sorted(expected)
    # Each border belongs to one block, so blocks add what the whole adds.
    parts = {
        each
        for start_s, end_s in pairwise(sorted({0, 100, *cuts}))
        for each in bordered(contacts, restrictions, start_s, end_s)
    }
    assert parts == expected


def test_a_border_between_blocks_is_of_the_later_one() -> None:
    contacts = contacts_of([(0, 3)], [(10, 51)])
    restrictions = Restrictions.of([Restriction(0, 20.0, 30.0, "rain")])
    added = [
        {time_s for _, time_s in bordered(contacts, restrictions, *block)} & {20.0, 30.0}
        for block in ((0.0, 20.0), (20.0, 30.0), (30.0, 60.0))
    ]
    assert added == [set(), {20.0}, {30.0}]


def test_without_restrictions_nothing_is_added() -> None:
    contacts = contacts_of([(0, 3)], [(10, 50)])
    assert bordered(contacts, NOTHING, 0.0, 100.0) == [(0, 10.0), (0, 30.0), (0, 50.0)]
