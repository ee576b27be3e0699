"""Why there is no route: every reason against a plain account of who was kept from whom."""

from dataclasses import replace
from typing import Any

import networkx as nx
import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from skyweft.network.failures.model import Failures
from skyweft.network.graph.block import Network
from skyweft.network.graph.causes import CAUSES
from skyweft.network.graph.snapshot import snapshot
from skyweft.network.product import REASONS
from skyweft.network.routing.best import best_paths
from skyweft.stage import NOTHING, Restriction, Restrictions

ACQUISITION_S = 30.0


def _words(network: Network, time_s: float) -> dict[tuple[int, int], str]:
    """Return why there is no route between any two, empty where there is."""
    rows = range(len(network.fleet))
    reason = best_paths(snapshot(network, time_s), list(rows), list(rows)).reason.reshape(
        len(rows), -1
    )
    called = (*REASONS, *CAUSES, *network.restrictions.causes)
    return {(a, b): called[reason[a, b]] for a in rows for b in rows if a != b}


def _limited(nets: Any, met: Any, restrictions: Any = NOTHING, **rule: Any) -> Network:
    """Return users 0 to 2 and a relay 3 whose one rule has limits."""
    links = [{"between": ["wide", "narrow"], **rule}]
    found: Network = nets.network([False] * 3 + [True], met, None, restrictions, links=links)
    return found


def test_who_is_left_without_a_beam_is_told_so(nets: Any) -> None:
    met = [(0, user, 3) for user in range(3)]
    beams = {"count": 1, "width_deg": 1.0, "users_max": 2}
    words = _words(_limited(nets, met, beams=beams), 50.0)
    # The relay stands east of all three on one line: 2 is the nearest, and nobody is beside it.
    assert words[0, 2] == words[1, 0] == words[0, 3] == "no beam free"
    assert words[2, 3] == ""


def test_who_is_left_without_an_antenna_or_is_still_pointed_at(nets: Any) -> None:
    met = [(0, user, 3) for user in range(3)]
    words = _words(_limited(nets, met, target_links_max=1), 50.0)
    assert words[0, 3] == words[1, 3] == "no antenna free"
    network = _limited(nets, met, acquisition_s=ACQUISITION_S)
    begun = replace(network.contacts, cut_start=np.zeros(3, np.bool_))
    network = Network(network.scenario, network.fleet, network.motion, begun)
    assert set(_words(network, 29.0).values()) == {"acquisition"}
    assert set(_words(network, 30.0).values()) == {""}


def test_what_was_cut_is_pointed_anew(nets: Any) -> None:
    """Up since before the run, dark from 10 to 20 s: it carries traffic again at 50 s."""
    dark = Restrictions.of([Restriction((0, 3), 10.0, 20.0, "dark")])
    network = _limited(nets, [(0, 0, 3)], dark, acquisition_s=ACQUISITION_S)
    words = [_words(network, time_s)[0, 3] for time_s in (9.9, 10.0, 20.0, 49.9, 50.0)]
    assert words == ["", "dark", "acquisition", "acquisition", ""]


def test_the_order_of_causes(nets: Any) -> None:
    """A restriction is said before a failure, that before what limits the rule."""
    met = [(0, user, 3) for user in range(3)]
    dark = Restrictions.of([Restriction(0, 0.0, 100.0, "no power")])
    broken = [{"platforms": ["p0", "p1"], "names": ["p0", "p1"], "start_s": 0.0, "end_s": 99.0}]
    links = [{"between": ["wide", "narrow"], "latitude_max_deg": 0.0, "target_links_max": 1}]
    network = nets.network(
        [False] * 3 + [True], met, [(0, 0), (0, 1), (9, 9), (0, 3)], dark, links=links,
        failures=broken,
    )  # fmt: skip
    words = _words(network, 50.0)
    assert [words[user, 3] for user in range(3)] == ["no power", "out of order", "latitude"]


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 2**32))
@example(seed=0)
def test_no_reason_names_the_wrong_cause(nets: Any, seed: int) -> None:
    network, time_s = _random(nets, seed), 50.0
    held = _account(network, time_s)
    contacts = network.contacts
    pairs = list(zip(contacts.source.tolist(), contacts.target.tolist(), strict=True))
    graph, free = nx.Graph(), nx.Graph()
    for whole in (graph, free):
        whole.add_nodes_from(range(len(network.fleet)))
    free.add_edges_from(pairs)
    graph.add_edges_from(pair for pair, cause in zip(pairs, held, strict=True) if not cause)
    relays = set(np.flatnonzero(network.relays.passes).tolist())
    for (a, b), word in _words(network, time_s).items():
        passing = relays | {a, b}
        if nx.has_path(graph.subgraph(passing), a, b):
            assert word == ""
        elif nx.has_path(free.subgraph(passing), a, b):
            assert word in _told(free.subgraph(passing), a, zip(pairs, held, strict=True))
        elif not free.degree[a]:
            assert word == "nobody in range of the source"
        elif not free.degree[b]:
            assert word == "nobody in range of the target"
        else:
            assert word == "network partitioned"


def _told(free: Any, source: int, held: Any) -> set[str]:
    """Return the causes that may be told: the only first link's, or those on the ways there are."""
    reach = nx.node_connected_component(free, source)
    some = {pair: causes for pair, causes in held if set(pair) <= reach}
    own = [causes for pair, causes in some.items() if source in pair]
    if len(own) == 1 and own[0]:
        return own[0]
    return set().union(*some.values())


def _random(nets: Any, seed: int) -> Network:
    rng = np.random.default_rng(seed)
    count = int(rng.integers(3, 9))
    ends = np.unique(np.sort(rng.integers(0, count, (int(rng.integers(1, 16)), 2))), axis=0)
    met = [(int(rng.integers(2)), int(a), int(b)) for a, b in ends if a != b]
    some: list[dict[str, Any]] = [
        {"target_links_max": 1},
        {"beams": {"count": int(rng.integers(1, 3)), "width_deg": 40.0, "users_max": 2}},
        {"beams": {"count": 1, "width_deg": 20.0}, "source_links_max": 1},
        {"acquisition_s": ACQUISITION_S},
        {},
    ]
    links = [
        {"between": ["wide", "narrow"], **some[int(rng.integers(len(some)))]} for _ in range(2)
    ]
    failing = [f"p{k}" for k in range(count) if rng.random() < 0.15]
    failures = [{"platforms": failing, "names": failing, "start_s": 0.0, "end_s": 90.0}]
    stopped = [
        Restriction(
            int(rng.integers(count)),
            40.0,
            float(rng.uniform(45, 60)),
            str(rng.choice(["rain", "x"])),
        )
        for _ in range(int(rng.integers(3)))
    ]
    network = nets.network(
        (rng.random(count) < 0.5).tolist(), met, rng.uniform(-40, 40, (count, 2)).tolist(),
        Restrictions.of(stopped), links=links, **({"failures": failures} if failing else {}),
    )  # fmt: skip
    start_s = np.sort(rng.uniform(0, 50, len(met)))
    begun = replace(network.contacts, start_s=start_s, cut_start=rng.random(len(met)) < 0.3)
    return replace(network, contacts=begun)


def _account(network: Network, time_s: float) -> list[set[str]]:
    """Say of each contact what may be told to keep it back: the nearest of a rule come first."""
    contacts = network.contacts
    held: list[set[str]] = [set() for _ in range(len(contacts))]
    place = network.fleet.sites.position_m[network.fleet.site]
    rules = network.scenario.rules(Failures)
    broken = {network.fleet.names.index(name) for rule in rules for name in rule.names}
    ends = [(int(a), int(b)) for a, b in zip(contacts.source, contacts.target, strict=True)]
    for c, (a, b) in enumerate(ends):
        held[c] = {
            row.cause
            for row in network.restrictions.rows()
            if row.who in (a, b) and row.start_s <= time_s < row.end_s
        }
        link = network.scenario.links[contacts.link[c]]
        breaks_s = [
            row.end_s
            for row in network.restrictions.rows()
            if row.who in (a, b) and contacts.start_s[c] < row.end_s <= time_s
        ]
        begun_s = -np.inf if contacts.cut_start[c] else contacts.start_s[c]
        ready_s = max([begun_s, *breaks_s]) + link.acquisition_s
        if not held[c] and (a in broken or b in broken):
            held[c] = {"out of order"}
        elif not held[c] and time_s < ready_s:
            held[c] = {"acquisition"}
    for number, link in enumerate(network.scenario.links):
        mine = [c for c in range(len(ends)) if contacts.link[c] == number and not held[c]]
        mine.sort(key=lambda c: (np.linalg.norm(np.subtract(*place[list(ends[c])])), c))
        links: dict[tuple[int, int], int] = {}
        beams: dict[int, list[list[Any]]] = {}
        for c in mine:
            a, b = ends[c]
            limits = ((0, a, link.source_links_max), (1, b, link.target_links_max))
            if any(most and links.get((side, end), 0) >= most for side, end, most in limits):
                held[c] = {"no antenna free"}
                continue
            if link.beams is not None:
                at, user = (a, b) if link.beams.end == "source" else (b, a)
                if not _joined(beams.setdefault(at, []), place[user] - place[at], link.beams):
                    held[c] = {"no beam free"}
                    continue
            for side, end, _ in limits:
                links[side, end] = links.get((side, end), 0) + 1
    return held


def _joined(beams: list[list[Any]], along: Any, limit: Any) -> bool:
    """Put a user into the nearest beam with room around it, else into one of its own."""
    towards = along / np.linalg.norm(along)
    near = [
        (float(np.degrees(np.arccos(np.clip(towards @ beam[0], -1, 1)))), place)
        for place, beam in enumerate(beams)
        if beam[1] < (limit.users_max or np.inf)
    ]
    angle_deg, nearest = min(near, default=(np.inf, -1))
    if angle_deg <= limit.width_deg / 2:
        beams[nearest][1] += 1
        return True
    if len(beams) < limit.count:
        beams.append([towards, 1])
        return True
    return False
