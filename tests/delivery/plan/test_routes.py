"""Routes through contact plans against every route there is, counted out one by one."""

from collections.abc import Iterator
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skyweft.delivery.plan.describe import why_not
from skyweft.delivery.plan.product import ContactPlan, plan
from skyweft.delivery.plan.routes import arrivals, routes
from skyweft.errors import ScenarioError

NODES = 4
# Whole seconds and rates that divide 8 bits make every time exact, so that ties are ties.
CONTACTS = st.lists(
    st.tuples(
        st.integers(0, NODES - 1),
        st.integers(0, NODES - 1),
        st.integers(0, 20),
        st.integers(1, 12),
        st.sampled_from([0, 1, 2, 8]),
        st.integers(0, 6),
    ).filter(lambda row: row[0] != row[1]),
    max_size=16,
)


def _plan(rows: Any, relays: Any = None) -> ContactPlan:
    source, target, start, length, rate, delay = np.array(rows, float).reshape(-1, 6).T
    names = [f"n{row}" for row in range(NODES)]
    return plan(
        names, source.astype(int), target.astype(int), start, start + length, rate, delay, relays
    )


def _every_way(
    found: ContactPlan,
    node: int,
    target: int,
    now_s: float,
    bits: float,
    been: Any = (),
    taken: Any = (),
) -> Iterator[tuple[tuple[float, int, float], tuple[int, ...]]]:
    """Yield rank and contacts of every route that passes no node twice."""
    if node == target:
        if taken:
            yield (now_s, len(taken), -float(found.end_s[list(taken)].min())), taken
        return
    if been and not found.relays[node]:
        return
    for k in np.flatnonzero((found.source == node) & (found.rate_bps > 0)):
        begin_s = max(now_s, found.start_s[k])
        sent_s = begin_s + bits / found.rate_bps[k]
        if found.target[k] in (*been, node) or begin_s >= found.end_s[k] or sent_s > found.end_s[k]:
            continue
        yield from _every_way(
            found,
            int(found.target[k]),
            target,
            float(sent_s + found.delay_s[k]),
            bits,
            (*been, node),
            (*taken, int(k)),
        )


@given(
    CONTACTS,
    st.lists(st.booleans(), min_size=NODES, max_size=NODES),
    st.integers(0, 15),
    st.sampled_from([0, 1, 3]),
)
def test_order_of_sabr_is_that_of_counting_out(
    rows: Any, relays: Any, at_s: Any, size_bytes: Any
) -> None:
    found = _plan(rows, relays)
    expected = sorted(_every_way(found, 0, NODES - 1, at_s, 8 * size_bytes))
    paths_found = routes(found, "n0", f"n{NODES - 1}", at_s, size_bytes, count=12)
    assert [path_found.rank for path_found in paths_found] == [rank for rank, _ in expected[:12]]
    taken = [tuple(path_found.contact.tolist()) for path_found in paths_found]
    assert len(set(taken)) == len(taken)
    assert set(taken) <= {contacts for _, contacts in expected}
    reached_s = arrivals(found, "n0", at_s, size_bytes)[NODES - 1]
    assert reached_s == (expected[0][0][0] if expected else np.inf)
    assert (why_not(found, "n0", f"n{NODES - 1}", at_s, size_bytes) == "") == bool(expected)


def _expanded(found: ContactPlan, source: int, at_s: int, last_s: int) -> set[tuple[int, int]]:
    """Return which node is reached in which second, by a graph with one copy of a node a second."""
    graph = nx.DiGraph()
    graph.add_node((source, at_s))
    for node in range(NODES):
        nx.add_path(graph, [(node, second) for second in range(at_s, last_s)])
    for k in np.flatnonzero(found.rate_bps > 0):
        ends = int(found.source[k]), int(found.target[k])
        for second in range(max(at_s, int(found.start_s[k])), int(found.end_s[k])):
            graph.add_edge((ends[0], second), (ends[1], second + int(found.delay_s[k])))
    return {(source, at_s), *nx.descendants(graph, (source, at_s))}


@given(CONTACTS, st.integers(0, NODES - 1), st.integers(0, 15))
def test_earliest_arrival_is_that_of_a_time_expanded_graph(
    rows: Any, source: Any, at_s: Any
) -> None:
    found = _plan(rows)
    reached = _expanded(found, source, at_s, last_s=80)
    expected = [
        min((second for node, second in reached if node == each), default=np.inf)
        for each in range(NODES)
    ]
    assert arrivals(found, f"n{source}", at_s).tolist() == expected


def test_the_end_of_a_contact_is_not_part_of_it() -> None:
    found = plan(["a", "b"], [0], [1], [10], [20], [8], [3])
    assert arrivals(found, "a", 19.5)[1] == 22.5
    assert arrivals(found, "a", 20.0)[1] == np.inf
    assert arrivals(found, "a", 10.0, size_bytes=10)[1] == 23  # the last bit leaves at the end
    assert arrivals(found, "a", 10.1, size_bytes=10)[1] == np.inf


def test_light_time_that_shrinks_is_waited_for_where_that_is_sooner() -> None:
    """A second signal overtakes the first: a bundle sent later may come earlier."""
    found = plan(["mars", "earth"], [0, 0], [1, 1], [0, 100], [100, 200], [8, 8], [1200, 1000])
    (path_found,) = routes(found, "mars", "earth", 0)
    assert (path_found.arrival_s, path_found.begin_s[0]) == (1100, 100)


def test_of_equal_ways_the_one_that_lives_longest() -> None:
    """Four contacts to b all serve the only one to c; the last of them to end ends at 35 s."""
    ends = [10, 35, 20, 30, 50]
    found = plan(
        ["a", "b", "c"], [0] * 4 + [1], [1] * 4 + [2], [0] * 4 + [40], ends, [8] * 5, [1] * 5
    )
    paths_found = routes(found, "a", "c", count=9)
    assert [path_found.rank for path_found in paths_found] == [
        (41, 2, -end) for end in (35, 30, 20, 10)
    ]


@pytest.mark.parametrize(
    ("source", "target", "at_s", "size_bytes", "words"),
    [
        ("a", "b", 50, 0, "no contact leaves a after 50 s: the last ends at 20 s"),
        ("c", "a", 0, 0, "no contact leaves c after 0 s: there is none"),
        ("b", "a", 0, 0, "no contact reaches a after 0 s: there is none"),
        ("a", "b", 0, 11, "11 bytes are too many for the contacts on every route"),
        ("a", "c", 0, 0, "no contacts follow each other from a to c"),
        ("a", "a", 0, 0, "a is where it is already"),
    ],
)
def test_why_there_is_no_way(
    source: Any, target: Any, at_s: Any, size_bytes: Any, words: Any
) -> None:
    found = plan(["a", "b", "c"], [0, 1], [1, 2], [10, 0], [20, 5], [8, 8], [3, 0])
    assert why_not(found, source, target, at_s, size_bytes).startswith(words)


def test_a_plan_without_contacts_reaches_nobody() -> None:
    found = plan(["a", "b"], [], [], [], [], [], [])
    assert arrivals(found, "a").tolist() == [0, np.inf]
    assert routes(found, "a", "b") == []
    assert why_not(found, "a", "b") == "no contact leaves a after 0 s: there is none"


def test_an_unknown_node_is_named_with_those_like_it() -> None:
    found = plan(["Wuhan", "Berlin"], [0], [1], [0], [1], [8], [0])
    with pytest.raises(ScenarioError, match=r"'Wuhn' is no node .* like Wuhan"):
        arrivals(found, "Wuhn")
