"""Who is passed over, visit after visit: a choice of passes that starves somebody is told."""

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from skyweft.delivery.onboard.deliver import UnderWay
from skyweft.delivery.onboard.waiting import passed_over

from .conftest import Pass, received_of, scenario_of, table_of

GATEWAY, END_S = 2, 6_000.0


def waited(choose: str, passes: list[Pass], copies: list[tuple[float, float, int]]) -> Any:
    """Return who was passed over: two satellites, one gateway, one antenna."""
    scenario = scenario_of(
        satellites=2, gateways=1, duration_s=END_S, forwarding="direct",
        down={"source_links_max": 1, "choose": choose},
    )  # fmt: skip
    fleet, table = table_of(scenario, passes)
    in_flight = UnderWay.begin(scenario, fleet, table, END_S)
    found = list(in_flight.through([(END_S, received_of(scenario, fleet, copies))]))
    return passed_over(table, in_flight.noticed), found


def together(visits: int, later_s: float = 100.0) -> list[Pass]:
    """Return visits of both at once; the second satellite stays up for longer."""
    return [
        (1, GATEWAY, satellite, 600.0 * k, 600.0 * k + 300.0 + satellite * later_s)
        for k in range(visits)
        for satellite in range(2)
    ]


def test_the_longest_pass_starves_who_is_always_a_little_shorter() -> None:
    found, _ = waited("longest", together(8), [(1.0, 2.0, 0)])
    assert found.node.tolist() == [0]
    # The message comes on board within the first visit's first minute.
    assert (found.visits[0], found.unserved[0], found.in_a_row[0]) == (8, 8, 8)


def test_who_has_waited_longest_starves_nobody() -> None:
    found, _ = waited("longest_waiting", together(8), [(1.0, 2.0, 0), (1.0, 2.0, 1)])
    assert found.in_a_row.max(initial=0) <= 1


def test_an_empty_satellite_misses_nothing() -> None:
    found, _ = waited("longest", together(8), [(1.0, 2.0, 1)])
    assert len(found.node) == 0


@settings(max_examples=25, deadline=None)
@given(
    st.sampled_from(["longest", "nearest", "earliest", "longest_waiting"]),
    st.lists(st.tuples(st.integers(0, 1), st.integers(0, 5_500), st.integers(10, 500)), max_size=8),
)
def test_counts_of_visits(choose: str, said: list[tuple[int, int, int]]) -> None:
    """Never more unserved than visits; nobody alone is passed over; a row is part of them."""
    passes = [(1, GATEWAY, who, float(at), float(at + long)) for who, at, long in said]
    found, _ = waited(choose, passes, [(0.0, 0.5, 0), (0.0, 0.5, 1)])
    assert np.all(found.in_a_row <= found.unserved)
    assert np.all(found.unserved <= found.visits)
    for v, unserved in zip(found.node.tolist(), found.unserved.tolist(), strict=True):
        others = [each for each in passes if each[2] != v]
        met = [
            each for each in passes
            if each[2] == v and any(o[3] < each[4] and each[3] < o[4] for o in others)
        ]  # fmt: skip
        assert unserved <= len(met)
