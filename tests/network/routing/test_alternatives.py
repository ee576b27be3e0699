"""Other routes against every route there is, written out by brute force over a few places."""

from itertools import compress, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skyweft.contacts.product import Contacts
from skyweft.fleet import Motion, Tracks
from skyweft.motion import build_fleet
from skyweft.network.graph.adjacency import Blocks, delays_ns, touching_blocks
from skyweft.network.graph.block import Relays
from skyweft.network.product import REACHED, Routes
from skyweft.network.routing.alternatives import others
from skyweft.network.routing.model import Routes as Rule
from skyweft.network.routing.policy import graph
from skyweft.network.routing.routes import KINDS, routes
from skyweft.world.constants import SPEED_OF_LIGHT_M_S
from tests import written

Route = tuple[int, ...]
PROCESSING_S = 0.003
NS_A_HOP = 1e-9


class Net:
    """Seven places at random, which of them relay, and who hears whom, all the time."""

    def __init__(self, seed: int, links: int) -> None:
        rng = np.random.default_rng(seed)
        self.relays = [bool(each) for each in rng.random(7) < 0.6]
        self.places = rng.uniform(-40, 40, (7, 2)).tolist()
        ends = np.sort(rng.choice(7, (links, 2)), axis=1)
        self.ends = ends[ends[:, 0] != ends[:, 1]].astype(np.int32)

    def routes(self, **rule: object) -> Routes:
        names = [f"p{number}" for number in range(7)]
        where = dict(zip(names, self.places, strict=True))
        rules = [{"sources": names, "targets": names, "step_s": 60.0, "paths": True}]
        relays = [*compress(names, self.relays)]
        scenario = written.scenario(60.0, written.standing(where, relays=relays), routes=rules)
        asked = scenario.routes[0].model_copy(update={"processing_s": PROCESSING_S, **rule})  # type: ignore[attr-defined]
        scenario = scenario.model_copy(update={"routes": [asked]})
        fleet = build_fleet(scenario)
        self.position_m = fleet.sites.position_m
        nobody = np.empty((0, 3, 2))
        motion = Motion(Tracks(np.array([0.0, 60.0]), nobody, nobody), fleet.sites)
        return routes(scenario, fleet, motion, self._contacts())

    def _contacts(self) -> Contacts:
        count = len(self.ends)
        nothing, there = np.zeros(count), np.ones(count, bool)
        return Contacts(  # type: ignore[call-arg]
            np.zeros(count, np.int16),
            *np.ascontiguousarray(self.ends.T),
            nothing,
            nothing + 60,
            nothing,
            nothing.astype(np.float32),
            nothing + 1,
            there,
            there,
        )

    def delay_s(self, path_found: Route) -> float:
        places_m = self.position_m[list(path_found)]
        path_length_m = np.linalg.norm(np.diff(places_m, axis=0), axis=1).sum()
        return path_length_m / SPEED_OF_LIGHT_M_S + (len(path_found) - 2) * PROCESSING_S

    def paths_found(self, source: int, target: int) -> list[Route]:
        heard: dict[int, set[int]] = {}
        for a, b in self.ends.tolist():
            heard.setdefault(a, set()).add(b)
            heard.setdefault(b, set()).add(a)
        found, begun = [], [(source,)]
        while begun:
            path_found = begun.pop()
            for after in heard.get(path_found[-1], set()) - set(path_found):
                if after == target:
                    found.append((*path_found, after))
                elif self.relays[after]:
                    begun.append((*path_found, after))
        return found  # type: ignore[return-value]


def _by_pair(found: Routes) -> dict[tuple[int, int], list[int]]:
    rows: dict[tuple[int, int], list[int]] = {}
    for row, pair in enumerate(zip(found.source.tolist(), found.target.tolist(), strict=True)):
        rows.setdefault(pair, []).append(row)
    return rows


def _path(found: Routes, row: int) -> Route:
    return tuple(found.path[found.path_first[row] : found.path_first[row + 1]].tolist())


def _same_best(found: Routes, plain: Routes) -> None:
    """Assert that the best routes are the ordinary ones, and all rows are distinct and complete."""
    best = np.flatnonzero(found.rank == 1)
    for name in KINDS:
        np.testing.assert_array_equal(getattr(found, name)[best], getattr(plain, name))
    for row, path_found in enumerate(best.tolist()):
        assert _path(found, path_found) == _path(plain, row)
    for rows in _by_pair(found).values():
        assert found.rank[rows].tolist() == list(range(1, len(rows) + 1))
        assert len({_path(found, row) for row in rows}) == len(rows)


nets = given(seed=st.integers(0, 2**32), links=st.integers(0, 24), metric=st.sampled_from("dh"))
METRIC = {"d": "delay", "h": "hops"}


@settings(max_examples=60, deadline=None)
@nets
def test_the_k_best_ways(seed: int, links: int, metric: str) -> None:
    net = Net(seed, links)
    k = 2 + seed % 7
    found = net.routes(alternatives=k, metric=METRIC[metric])
    _same_best(found, net.routes(metric=METRIC[metric]))
    pairs = _by_pair(found)
    assert len(pairs) == 42
    for (source, target), rows in pairs.items():
        every = net.paths_found(source, target)
        if not every:
            assert found.reason[rows].tolist() != [REACHED]
            assert len(rows) == 1
            continue
        paths = [_path(found, row) for row in rows]
        assert set(paths) <= set(every)
        assert found.hops[rows].tolist() == [len(path) - 1 for path in paths]
        assert found.first_hop[rows].tolist() == [path[1] for path in paths]
        delays = [net.delay_s(path) for path in paths]
        np.testing.assert_allclose(found.delay_s[rows], delays, rtol=1e-12)
        if metric == "h":
            assert (
                found.hops[rows].tolist() == sorted(len(path_found) - 1 for path_found in every)[:k]
            )
        else:
            expected = sorted(net.delay_s(path_found) for path_found in every)[:k]
            np.testing.assert_allclose(delays, expected, atol=7 * NS_A_HOP, rtol=0)


@pytest.mark.parametrize("disjoint", ["links", "nodes"])
@settings(max_examples=60, deadline=None)
@nets
def test_two_ways_apart(disjoint: str, seed: int, links: int, metric: str) -> None:
    def parts(path_found: Route) -> set[object]:
        held = {frozenset(link) for link in pairwise(path_found)}
        return (
            held  # type: ignore[return-value]
            if disjoint == "links"
            else {*path_found[1:-1], *(held if len(path_found) == 2 else ())}
        )

    def cost(path_found: Route) -> float:
        return len(path_found) if metric == "h" else net.delay_s(path_found)

    net = Net(seed, links)
    found = net.routes(disjoint=disjoint, metric=METRIC[metric])
    _same_best(found, net.routes(metric=METRIC[metric]))
    for (source, target), rows in _by_pair(found).items():
        every = net.paths_found(source, target)
        sums = [
            cost(one) + cost(other)
            for number, one in enumerate(every)
            for other in every[:number]
            if not parts(one) & parts(other)
        ]
        assert (len(rows) > 1) == bool(sums)
        if sums:
            two = [_path(found, row) for row in rows[-2:]]
            assert not parts(two[0]) & parts(two[1])
            assert sum(map(cost, two)) == pytest.approx(min(sums), abs=14 * NS_A_HOP)
            assert len(rows) == 2 or _path(found, rows[0]) not in two


def test_ends_that_do_not_relay_are_never_passed() -> None:
    passed = 0
    for net in (Net(seed, 24) for seed in range(8)):
        for rule in ({"alternatives": 20}, {"disjoint": "links"}, {"disjoint": "nodes"}):
            paths_found = net.routes(**rule)
            for row in range(len(paths_found)):
                inner = _path(paths_found, row)[1:-1]
                assert all(net.relays[each] for each in inner)
                passed += len(inner)
    assert passed > 1_000


def test_the_best_of_equal_ways_takes_the_place_of_another() -> None:
    # Two relays on the straight line between the ends: the routes over them are as long as the
    # line.
    position_m = np.zeros((4, 3))
    position_m[:, 0] = np.array([0.0, 10.0, 20.0, 30.0]) * SPEED_OF_LIGHT_M_S / 1e3
    a, b = np.array([[0, 1, 0, 2, 0], [1, 3, 2, 3, 3]], np.int32)
    best = Routes(
        rule=np.zeros(1, np.int16),
        time_s=np.zeros(1),
        source=np.array([0], np.int32),
        target=np.array([3], np.int32),
        rank=np.ones(1, np.int8),
        delay_s=np.array([0.03]),
        path_length_m=position_m[3:, 0],
        hops=np.ones(1, np.int16),
        reason=np.zeros(1, np.int8),
        first_hop=np.array([3], np.int32),
        path_id=np.zeros(1, np.int32),
        path_first=np.array([0, 2]),
        path=np.array([0, 3], np.int32),
    )
    relays = np.array([False, True, True, False])
    node, platform = np.array([-1, 0, 1, -1], np.int32), np.array([1, 2], np.int32)
    bounds = np.array([0, 2], np.int32)
    blocks = Blocks(bounds, *touching_blocks(a[:0], b[:0], bounds))
    cost = delays_ns(position_m, a, b)
    network = graph(position_m, Relays(relays, node, platform, blocks), (a, b), (cost, cost), 0)
    for k in (1, 2, 3):
        rule = Rule(sources=["one"], targets=["two"], alternatives=k)
        more, row = others(rule, best, network)
        assert more.rank.tolist() == list(range(2, k + 1))
        assert row.tolist() == [0] * (k - 1)
        assert len({_path(more, each) for each in range(k - 1)} | {(0, 3)}) == k


def test_paths_only_where_asked_for() -> None:
    net = Net(5, 20)
    plain, full = net.routes(alternatives=4, paths=False), net.routes(alternatives=4)
    assert np.any(full.rank == 4)
    assert len(plain.path) == 0
    assert np.all(plain.path_first == 0)
    for name in KINDS:
        np.testing.assert_array_equal(getattr(plain, name), getattr(full, name))
