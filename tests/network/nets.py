"""Networks of a few places, for tests of rooms that look at an instant."""

from typing import Any

import numpy as np

from skyweft.contacts.product import Contacts
from skyweft.fleet import Motion, Tracks
from skyweft.motion.fleet import build_fleet
from skyweft.network.graph.block import Network
from skyweft.network.graph.snapshot import Snapshot, snapshot
from skyweft.scenario.scenario import Scenario
from skyweft.stage import NOTHING, Restrictions

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
    scenario = Scenario.model_validate(
        {
            "name": "By hand",
            "start": "2026-07-01T00:00:00Z",
            "duration_s": 100.0,
            "platforms": {
                name: {
                    "layer": "ground",
                    "relay": relay,
                    "motion": {"kind": "fixed", "latitude_deg": lat, "longitude_deg": lon},
                    "terminals": ["wide", "narrow"],
                }
                for name, relay, (lat, lon) in zip(names, relays, where, strict=True)
            },
            "terminals": {
                name: {"kind": "optical", "rate_bps": rate}
                for name, rate in zip(("wide", "narrow"), RATES_BPS, strict=True)
            },
            "links": [{"between": [name, name]} for name in ("wide", "narrow")],
            **more,
        },
        strict=False,
    )
    fleet = build_fleet(scenario)
    rows = sorted(met)
    count, nobody = len(rows), np.empty((0, 3, 2))
    rule, a, b = np.array(rows, np.int32).reshape(-1, 3).T
    nothing, there = np.zeros(count), np.ones(count, bool)
    contacts = Contacts(
        rule.astype(np.int16), a, b, nothing, nothing + 100, nothing, nothing.astype(np.float32),
        nothing + 1, there, there,
    )  # fmt: skip
    motion = Motion(Tracks(np.array([0.0, 100.0]), nobody, nobody), fleet.sites)
    return Network(scenario, fleet, motion, contacts, restrictions)


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
