"""The network at an instant by hand, and handed out: networkx finds the same paths in it."""

from itertools import pairwise
from typing import Any
from unittest.mock import patch

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import dijkstra

from skyweft.errors import RangeError, ScenarioError
from skyweft.network.graph.block import Network
from skyweft.network.graph.snapshot import every, snapshot, snapshots
from skyweft.network.routing.best import best_paths
from skyweft.network.routing.policy import Policy
from skyweft.stage import NOTHING, Restriction, Restrictions

LIGHT_M_S = 299_792_458.0
HALF_NS = 0.5e-9


def test_edges_go_both_ways_and_contacts_of_a_pair_are_one(nets: Any) -> None:
    found = snapshot(nets.network([True] * 3, [(0, 1, 0), (0, 1, 2), (1, 0, 1)]), 50.0)
    assert list(zip(found.source.tolist(), found.target.tolist(), strict=True)) == [
        (0, 1), (1, 0), (1, 2), (2, 1),
    ]  # fmt: skip
    both, one = sum(nets.RATES_BPS), nets.RATES_BPS[0]
    assert found.capacity_bps.tolist() == [both, both, one, one]
    assert found.rule.tolist() == ["wide/wide + narrow/narrow"] * 2 + ["wide/wide"] * 2
    assert found.kind.tolist() == ["optical"] * 4
    apart_m = np.linalg.norm(found.position_m[0] - found.position_m[1])
    np.testing.assert_allclose(found.length_m, apart_m)
    np.testing.assert_allclose(found.delay_s, apart_m / LIGHT_M_S)
    assert len(found) == 4
    assert repr(found) == "<Snapshot at 50 s: 3 nodes, 4 edges>"
    assert found.rows_of(["p2", "p0"]).tolist() == found.rows_of([2, 0]).tolist() == [2, 0]
    with pytest.raises(ScenarioError, match="there is no platform 'p9'"):
        found.rows_of("p9")


def test_limits_failures_and_restrictions_are_applied(nets: Any) -> None:
    links = [(0, 0, 1), (0, 1, 2), (0, 0, 2)]

    def ends(network: Network, time_s: float) -> set[tuple[int, ...]]:
        found = snapshot(network, time_s)
        return {tuple(sorted(each)) for each in zip(found.source, found.target, strict=True)}

    broken = {"platforms": ["p1"], "names": ["p1"], "start_s": 10.0, "end_s": 20.0}
    failing = nets.network([True] * 3, links, failures=[broken])
    assert ends(failing, 9.0) == ends(failing, 20.0) == {(0, 1), (1, 2), (0, 2)}
    assert ends(failing, 10.0) == {(0, 2)}
    few = [{"between": ["wide", "wide"], "source_links_max": 1}]
    limited = nets.network([True] * 3, links, links=few)
    assert ends(limited, 9.0) == {(0, 1)}  # the nearest pair comes first, and then one is left over
    dark = Restrictions.of([Restriction((0, 2), 30.0, 40.0, "dark")])
    under = failing.under(dark)
    assert ends(under, 35.0) == {(0, 1), (1, 2)}
    assert ends(under, 15.0) == {(0, 2)}
    # Restricted links take no place of others.
    near = Restrictions.of([Restriction((0, 1), 0.0, 100.0, "dark")])
    assert ends(limited.under(near), 9.0) == {(1, 2)}
    assert failing.under(NOTHING) is failing


def test_what_restrictions_leave_of_a_rate(nets: Any) -> None:
    half = Restrictions.of([Restriction((0, 1), 0.0, 100.0, "rain", 0.5)])
    found = snapshot(nets.network([True] * 2, [(0, 0, 1)], restrictions=half), 1.0)
    assert found.capacity_bps.tolist() == [nets.RATES_BPS[0] / 2] * 2


def test_snapshots_of_a_step_are_shared(nets: Any) -> None:
    network = nets.network([True] * 2, [(0, 0, 1)])
    assert every(network, 40.0).contact is every(network, 40.0).contact
    assert every(network, 40.0).time_s.tolist() == [0.0, 40.0, 80.0]
    dark = network.under(Restrictions.of([Restriction(0, 0.0, 90.0, "x")]))
    assert every(dark, 40.0).contact.size == 0
    some = every(network, 40.0)[1:]
    assert [each.time_s for each in some] == [40.0, 80.0]
    assert some.first.tolist() == [0, 1, 2]


def test_moments_outside_the_block(nets: Any) -> None:
    network = nets.network([True] * 2, [(0, 0, 1)])
    for time_s in (-1.0, 100.5, np.nan):
        with pytest.raises(RangeError, match="must be from 0 to 100 s"):
            snapshot(network, time_s)
    assert len(snapshots(network, [])) == 0


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_networkx_finds_the_same_paths(nets: Any, seed: int) -> None:
    found = nets.random_snapshot(seed)
    graph, rows = found.to_networkx(), np.arange(len(found.names))
    assert (len(graph), graph.number_of_edges()) == (len(found.names), len(found))
    for policy, weight in ((Policy(), "delay_s"), (Policy("hops"), None)):
        paths = best_paths(found, rows, rows, policy)
        begin = paths.begin
        for row, (a, b) in enumerate((a, b) for a in found.names for b in found.names):
            if a == b:
                continue
            peer = nets.over_relays(graph, a, b)
            if not nx.has_path(peer, a, b):
                assert paths.hops[row] == 0
                continue
            names = [found.names[each] for each in paths.path[begin[row] : begin[row + 1]]]
            assert nx.is_path(peer, names)
            assert (names[0], names[-1]) == (a, b)
            best = nx.shortest_path_length(peer, a, b, weight)
            ours = sum(peer.edges[hop].get(weight, 1) for hop in pairwise(names))
            assert ours == pytest.approx(best, rel=1e-12, abs=len(rows) * HALF_NS)


def test_scipy_finds_the_same_delays(nets: Any) -> None:
    found = nets.random_snapshot(7)
    matrix = found.to_scipy()
    peer = nx.to_scipy_sparse_array(found.to_networkx(), weight="delay_s")
    np.testing.assert_array_equal(matrix.toarray(), peer.toarray())
    hops = dijkstra(found.to_scipy(np.ones(len(found))))
    assert hops[found.source[0], found.target[0]] == 1
    with pytest.raises(ValueError, match="values must have shape"):
        found.to_scipy([1.0])


def test_networkx_is_asked_for_when_it_is_missing(nets: Any) -> None:
    found = snapshot(nets.network([True] * 2, [(0, 0, 1)]), 0.0)
    with (
        patch.dict("sys.modules", {"networkx": None}),
        pytest.raises(ScenarioError, match="pip install networkx"),
    ):
        found.to_networkx()
