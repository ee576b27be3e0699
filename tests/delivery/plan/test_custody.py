"""Bundles in custody: by hand on small plans, and what must hold of any."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skyweft.delivery.plan.custody import (
    DELIVERED,
    EXPIRED,
    NO_ROOM,
    NO_ROUTE,
    TAKEN,
    TOO_LARGE,
    Bundles,
    Carried,
    carry,
)
from skyweft.delivery.plan.product import ContactPlan, plan
from skyweft.delivery.plan.routes import routes


def _bundles(*rows: tuple[Any, ...]) -> Bundles:
    """Make bundles of source, target, creation, bytes, and maybe priority and lifetime."""
    whole = [(*row, *(1, np.inf)[len(row) - 4 :]) for row in rows]
    source, target, created, size, priority, lifetime = np.array(whole, float).reshape(-1, 6).T
    ends = source.astype(np.int32), target.astype(np.int32)
    return Bundles(*ends, created, size, lifetime, priority.astype(np.int8))


# a to b at a byte a second, b to c at ten; light needs 3 s and 5 s.
CHAIN = plan(["a", "b", "c"], [0, 1], [1, 2], [0, 50], [20, 60], [8, 80], [3, 5])


def test_one_after_the_other() -> None:
    found = carry(CHAIN, _bundles((0, 2, 0, 8), (0, 2, 1, 10)))
    assert found.received_s.tolist() == [50 + 0.8 + 5, 50.8 + 1 + 5]
    assert found.bundle.tolist() == [0, 0, 1, 1]
    assert found.begin_s.tolist() == [0, 50, 8, 50.8]
    assert found.sent_s.tolist() == [8, 50.8, 18, 51.8]
    assert found.taken_s.tolist() == [11, 55.8, 21, 56.8]
    assert found.stored_max_bytes.tolist() == [18, 18, 0]


@pytest.mark.parametrize(
    ("bundle", "cause"),
    [
        ((2, 0, 0, 1), NO_ROUTE),
        ((0, 2, 0, 21), TOO_LARGE),
        ((0, 2, 13, 8), TOO_LARGE),
        ((0, 2, 0, 8, 0, 55), EXPIRED),
        ((0, 2, 0, 8, 0, 56), DELIVERED),
        ((0, 2, 0, 20), TAKEN),
    ],
)
def test_causes(bundle: Any, cause: Any) -> None:
    """A bundle of a byte goes first, which takes a second of each contact."""
    first = [(0, 2, 0, 1, 0)] if cause == TAKEN else []
    found = carry(CHAIN, _bundles(*first, bundle))
    assert found.cause[-1] == cause


def test_urgent_ones_displace_what_has_not_begun() -> None:
    """At 2 s the first bundle is being sent, the second waits: the third goes before it."""
    bulk, urgent = (0, 2, 0, 4), (0, 2, 2, 6, 0)
    found = carry(CHAIN, _bundles(bulk, bulk, urgent, (0, 2, 2, 4)))
    starts = found.begin_s[found.contact == 0].tolist()
    assert starts == [0, 10, 4, 14]
    # From b the urgent one is the first too. The bundle it pushes out there is under way to b and
    # books again when it has come, at 7 s, behind all others.
    assert found.begin_s[found.contact == 1].tolist() == [51.4, 50.6, 50, 51]
    assert (found.cause == DELIVERED).all()


def test_a_full_node_refuses_and_another_way_is_tried() -> None:
    """b can hold one bundle until 50 s; the second stays at a and goes by d."""
    found = plan(
        ["a", "b", "c", "d"],
        [0, 1, 0, 3],
        [1, 2, 3, 2],
        [0, 50, 30, 70],
        [20, 60, 40, 80],
        [8, 80, 8, 8],
        [3, 5, 3, 5],
    )
    two = _bundles((0, 2, 0, 8), (0, 2, 0, 8))
    carried = carry(found, two, [np.inf, 8, 0, 8])
    assert carried.received_s.tolist() == [55.8, 83]
    path_found = carried.bundle == 1
    assert [found.names[found.target[row]] for row in carried.contact[path_found]] == [
        "b",
        "d",
        "c",
    ]
    assert np.isnan(carried.taken_s[path_found]).tolist() == [True, False, False]
    assert carried.stored_max_bytes.tolist() == [16, 8, 0, 8]
    assert carry(found, two, [np.inf, 8, 0, 0]).cause.tolist() == [DELIVERED, NO_ROOM]
    assert carry(found, two, [8, 8, 0, 0]).cause.tolist() == [DELIVERED, NO_ROOM]


def test_who_has_handed_over_has_room_again() -> None:
    """The first has just left a when the second is made; at b both wait."""
    two = _bundles((0, 2, 0, 8), (0, 2, 11, 8))
    assert (carry(CHAIN, two, [8, 16, 0]).cause == DELIVERED).all()
    assert carry(CHAIN, two, [8, 15, 0]).cause.tolist() == [DELIVERED, NO_ROOM]


def test_nothing_to_carry() -> None:
    assert len(carry(CHAIN, _bundles())) == 0


NODES = 4
PLANS = st.lists(
    st.tuples(
        st.integers(0, NODES - 1),
        st.integers(0, NODES - 1),
        st.integers(0, 40),
        st.integers(1, 20),
        st.sampled_from([0, 1, 2, 8]),
        st.sampled_from([0, 1, 5, 30]),
    ).filter(lambda row: row[0] != row[1]),
    max_size=16,
).map(
    lambda rows: plan(  # type: ignore[call-arg]
        [f"n{row}" for row in range(NODES)],
        *[[row[at] for row in rows] for at in (0, 1, 2)],
        [row[2] + row[3] for row in rows],
        *[[row[at] for row in rows] for at in (4, 5)],
    )
)
TRAFFIC = st.lists(
    st.tuples(
        st.integers(0, NODES - 1),
        st.integers(0, NODES - 1),
        st.integers(0, 30),
        st.integers(0, 4),
        st.integers(0, 2),
        st.sampled_from([10, 30, np.inf]),
    ).filter(lambda row: row[0] != row[1]),
    max_size=12,
).map(lambda rows: _bundles(*rows))


@given(PLANS, TRAFFIC, st.lists(st.integers(0, 6), min_size=NODES, max_size=NODES))
def test_what_holds_of_any(found: ContactPlan, bundles: Bundles, room: list[int]) -> None:
    carried = carry(found, bundles, room)
    _hops_are_possible(found, bundles, carried)
    _contacts_send_one_at_a_time(carried)
    _nobody_holds_more_than_it_can(found, bundles, carried, room)


def _hops_are_possible(found: ContactPlan, bundles: Bundles, carried: Carried) -> None:
    assert np.all(carried.begin_s >= found.start_s[carried.contact])
    assert np.all(carried.sent_s <= found.end_s[carried.contact])
    for bundle in range(len(bundles)):
        node, ready_s = bundles.source[bundle], bundles.created_s[bundle]
        for hop in np.flatnonzero(carried.bundle == bundle):
            row = carried.contact[hop]
            assert found.source[row] == node
            assert carried.begin_s[hop] >= ready_s
            airtime_s = 8 * bundles.size_bytes[bundle] / found.rate_bps[row]
            assert carried.sent_s[hop] == carried.begin_s[hop] + airtime_s
            ready_s = carried.sent_s[hop] + found.delay_s[row]
            if not np.isnan(carried.taken_s[hop]):
                assert carried.taken_s[hop] == ready_s
                node = found.target[row]
        delivered = carried.cause[bundle] == DELIVERED
        assert delivered == (node == bundles.target[bundle])
        if delivered:
            assert carried.received_s[bundle] == ready_s
            assert ready_s - bundles.created_s[bundle] <= bundles.lifetime_s[bundle]


def _contacts_send_one_at_a_time(carried: Carried) -> None:
    for row in np.unique(carried.contact):
        mine = (carried.contact == row) & (carried.sent_s > carried.begin_s)
        order = np.argsort(carried.begin_s[mine])
        assert np.all(carried.begin_s[mine][order][1:] >= carried.sent_s[mine][order][:-1])


def _nobody_holds_more_than_it_can(
    found: ContactPlan, bundles: Bundles, carried: Carried, room: list[int]
) -> None:
    assert np.all(carried.stored_max_bytes <= room)
    events = []
    for bundle, row, taken_s in zip(carried.bundle, carried.contact, carried.taken_s, strict=True):
        if not np.isnan(taken_s) and found.target[row] != bundles.target[bundle]:
            events.append((int(found.target[row]), bundles.size_bytes[bundle]))
    for node, size_bytes in events:
        assert carried.stored_max_bytes[node] >= size_bytes


@given(PLANS, TRAFFIC)
def test_urgent_ones_do_not_feel_the_others(found: ContactPlan, bundles: Bundles) -> None:
    """With all there from the start and room for all, nothing can have begun before them."""
    at_once = _replaced(bundles, np.ones(len(bundles), bool))
    urgent = bundles.priority == 0
    alone = carry(found, _replaced(bundles, urgent))
    together = carry(found, at_once)
    np.testing.assert_array_equal(together.received_s[urgent], alone.received_s)


def _replaced(bundles: Bundles, keep: np.ndarray) -> Bundles:
    columns = {name: getattr(bundles, name)[keep] for name in bundles.__slots__}
    columns["created_s"] = np.zeros(int(keep.sum()))
    return Bundles(**columns)


@given(PLANS, TRAFFIC.filter(len))
def test_a_bundle_alone_takes_the_best_way(found: ContactPlan, bundles: Bundles) -> None:
    one = Bundles(*(getattr(bundles, name)[:1] for name in bundles.__slots__))
    ends = (found.names[row[0]] for row in (one.source, one.target))
    paths_found = routes(found, *ends, one.created_s[0], one.size_bytes[0])  # type: ignore[call-arg]
    carried = carry(found, one)
    if paths_found and paths_found[0].arrival_s - one.created_s[0] <= one.lifetime_s[0]:
        assert carried.received_s[0] == paths_found[0].arrival_s
        assert carried.contact.tolist() == paths_found[0].contact.tolist()
    else:
        assert carried.cause[0] in (NO_ROUTE, TOO_LARGE, EXPIRED)
