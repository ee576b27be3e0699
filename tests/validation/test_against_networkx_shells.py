"""Routes over a Walker shell against networkx over a grid that is found here by looking.

Every satellite is joined to the slot of the next plane that is nearest on average over an orbit,
by walking around circles that are set up here; distances at a moment come from the run's positions
(held against SGP4 elsewhere), horizons from geodetic verticals. Delays are sums of whole
nanoseconds a hop there and of metres here: half a nanosecond a hop, 20 hops.
"""

from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest

from skyweft.contacts.finding import find_contacts
from skyweft.motion import build_fleet, propagate
from skyweft.network.graph.places import places
from skyweft.network.routing.routes import routes
from skyweft.scenario.reading import load

PLANES, SLOTS, PHASING, TILT, RADIUS_M = 72, 22, 39, np.radians(53.0), 6_928_135.0
LIGHT_M_S = 299_792_458.0
HOPS, HALF_NS = 20, 0.5e-9
SCENARIO = Path(__file__).resolve().parents[2] / "scenarios" / "starlink_shell1_routes.toml"


def _circle(plane: int, slot: int) -> np.ndarray:
    node = 2 * np.pi * plane / PLANES
    start = 2 * np.pi * (slot / SLOTS + plane * PHASING / (PLANES * SLOTS))
    u = start + np.linspace(0, 2 * np.pi, 720, endpoint=False)
    x, y, z = np.cos(u), np.sin(u) * np.cos(TILT), np.sin(u) * np.sin(TILT)
    turned = [x * np.cos(node) - y * np.sin(node), x * np.sin(node) + y * np.cos(node), z]
    return RADIUS_M * np.stack(turned)


def _grid() -> list[tuple[int, int]]:
    """Join every satellite to the next one of its plane and the nearest of the plane eastwards."""
    edges = []
    for plane in range(PLANES):
        east = (plane + 1) % PLANES
        apart = [
            np.linalg.norm(_circle(plane, 0) - _circle(east, slot), axis=0).mean()
            for slot in range(SLOTS)
        ]
        nearest = int(np.argmin(apart))
        for slot in range(SLOTS):
            here = plane * SLOTS + slot
            edges.append((here, plane * SLOTS + (slot + 1) % SLOTS))
            edges.append((here, east * SLOTS + (slot + nearest) % SLOTS))
    return edges


@pytest.fixture(scope="module")
def network() -> Any:
    scenario = load(SCENARIO, ["duration_s=600"])
    fleet = build_fleet(scenario)
    motion = propagate(scenario, fleet, 0.0, 600.0)
    return scenario, fleet, motion


@pytest.mark.parametrize("time_s", [0.0, 300.0])
def test_ways_between_cities(network: Any, time_s: float) -> None:
    scenario, fleet, motion = network
    found = routes(scenario, fleet, motion, find_contacts(scenario, fleet, motion))
    where = places(fleet, motion, time_s)
    peer = nx.Graph()
    for one, other in _grid():
        peer.add_edge(one, other, weight=np.linalg.norm(where[one] - where[other]) / LIGHT_M_S)
    count = PLANES * SLOTS
    names = list(fleet.names[count:])
    pairs = [("London", "Johannesburg"), ("New York City", "Sydney"), ("Tokyo", "São Paulo")]
    ends = [(names.index(a), names.index(b)) for a, b in pairs if a in names and b in names]
    assert ends[0]
    for city in {end for pair in ends for end in pair}:
        sight = where[:count] - where[count + city]
        length = np.linalg.norm(sight, axis=1)
        up = motion.sites.up[city]
        for seen in np.flatnonzero(sight @ up >= np.sin(np.radians(25.0)) * length):
            # A city never relays: the others are left out below.
            peer.add_edge(("city", city), int(seen), weight=length[seen] / LIGHT_M_S)
    now = found.time_s == time_s
    for a, b in ends:
        cities = {("city", each) for each in range(len(names))} - {("city", a), ("city", b)}
        peer_s = nx.dijkstra_path_length(
            peer.subgraph(set(peer) - cities), ("city", a), ("city", b)
        )
        (row,) = np.flatnonzero(now & (found.source == count + a) & (found.target == count + b))
        assert found.delay_s[row] == pytest.approx(peer_s, abs=HOPS * HALF_NS)
    (row,) = np.flatnonzero(
        now & (found.source == count + ends[0][0]) & (found.target == count + ends[0][1])
    )
    assert 2e3 * found.delay_s[row] == pytest.approx(71.0, abs=2.0)  # with equal numbers 189 ms
