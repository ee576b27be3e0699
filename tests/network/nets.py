"""Networks of a few places, for tests of rooms that look at an instant."""

from itertools import compress
from typing import Any

import numpy as np

from skyweft.contacts.product import Contacts
from skyweft.fleet import Motion, Tracks
from skyweft.motion.fleet import build_fleet
from skyweft.network.graph.block import Network
from skyweft.network.graph.snapshot import Snapshot, snapshot
from skyweft.stage import NOTHING, Restrictions
from tests.written import lasers, scenario, standing

RATES_BPS = (10e6, 4e6)  # of the two rules


def network(
    relays: list[bool],
    met: list[tuple[int, int, int]],
    places: Any = None,
    restrictions: Restrictions = NOTHING,
    **more: Any,
) -> Network:
    """Return places, and contacts (rule, a, b) from 0 to 100 s."""
    names = [f"p{number}" for number in range(len(relays))]
    where = [(0.0, 2.0 * number) for number in range(len(names))] if places is None else places
    platforms = standing(
        dict(zip(names, where, strict=True)), "wide narrow", [*compress(names, relays)]
    )
    kinds = ("wide", "narrow")
    usual = {
        "terminals": lasers(**dict(zip(kinds, RATES_BPS, strict=True))),
        "links": [{"between": [name, name]} for name in kinds],
    }
    scene = scenario(100.0, platforms, **usual | more)
    fleet = build_fleet(scene)
    rows = sorted(met)
    count, nobody = len(rows), np.empty((0, 3, 2))
    rule, a, b = np.array(rows, np.int32).reshape(-1, 3).T
    nothing, there = np.zeros(count), np.ones(count, bool)
    contacts = Contacts(
        rule.astype(np.int16), a, b, nothing, nothing + 100, nothing, nothing.astype(np.float32),
        nothing + 1, there, there,
    )  # fmt: skip
    motion = Motion(Tracks(np.array([0.0, 100.0]), nobody, nobody), fleet.sites)
    return Network(scene, fleet, motion, contacts, restrictions)


def random_snapshot(seed: int) -> Snapshot:
    rng = np.random.default_rng(seed)
    count = int(rng.integers(3, 12))
    relays = [bool(each) for each in rng.random(count) < 0.6]
    ends = np.unique(np.sort(rng.integers(0, count, (int(rng.integers(1, 30)), 2))), axis=0)
    links = [(int(rng.integers(2)), int(a), int(b)) for a, b in ends if a != b]
    places = rng.uniform(-40, 40, (count, 2)).tolist()
    return snapshot(network(relays, links, places), float(rng.uniform(0, 100)))


def over_relays(graph: Any, source: str, target: str) -> Any:
    """Return the graph without those who pass nothing on, but for the ends of a path."""
    passing = {name for name, relay in graph.nodes(data="relay") if relay}
    return graph.subgraph(passing | {source, target})
