"""Routes and links of chosen pairs over a real block: what is noted, and for how long."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from skyweft.contacts.finding import find_contacts
from skyweft.errors import RangeError
from skyweft.motion.fleet import build_fleet
from skyweft.motion.propagate import propagate
from skyweft.network.graph.block import Network
from skyweft.network.graph.places import places
from skyweft.network.queues import path_trace
from skyweft.network.queues.path_trace import Laid, gather
from skyweft.network.queues.sending import asked
from skyweft.scenario.scenario import Scenario
from skyweft.world.constants import SPEED_OF_LIGHT_M_S
from tests.written import lasers, scenario, standing

RATE_BPS = 1e9


def _scenario() -> Scenario:
    towns = {"one": (40.0, 116.0), "two": (50.0, 60.0)}
    walker = {"planes": 8, "per_plane": 12, "altitude_m": 1_200e3, "inclination_deg": 55.0}
    motion = {"kind": "walker", **walker}
    sats = {"sats": {"layer": "space", "motion": motion, "terminals": ["laser"]}}
    return scenario(
        900.0,
        sats | standing(towns, "telescope"),
        terminals=lasers(laser=RATE_BPS, telescope=RATE_BPS),
        links=[
            {"between": ["telescope", "laser"], "elevation_min_deg": 15.0},
            {"between": ["laser", "laser"], "pattern": "grid"},
        ],
        packets=[
            {"source": "one", "target": "two", "rate_bps": 1e3, "duration_s": 880.0}
            | {"step_s": 5.0}
        ],
    )


def _gathered(start_s: float, end_s: float, known: list[int]) -> Laid | None:
    scenario = _scenario()
    fleet = build_fleet(scenario)
    with ThreadPoolExecutor(2) as threads:
        motion = propagate(scenario, fleet, start_s, end_s, threads)
        contacts = find_contacts(scenario, fleet, motion, threads)
        pairs = asked(scenario, fleet)
        keys = np.array(known, np.int64)
        network = Network(scenario, fleet, motion, contacts)
        return gather(network, pairs, keys, threads)


def test_links_are_looked_at_from_their_first_way_on() -> None:
    """More snapshots than go at once, and a route that changes meanwhile."""
    laid = _gathered(0.0, 900.0, [])
    assert laid is not None
    assert len(laid.time_s) == 179 > 2 * path_trace.SNAPSHOTS_AT_ONCE  # the last for arrivals
    assert laid.hops.min() > 1
    begin = np.concatenate([[0], np.cumsum(laid.hops.sum(axis=1))])
    seen: set[int] = set()
    for k in range(len(laid.time_s)):
        seen |= {*laid.path[begin[k] : begin[k + 1]].tolist()}
        known = np.isin(laid.key, list(seen))
        assert np.all(np.isfinite(laid.delay_s[known, k]))
        on_way = np.isin(laid.key, laid.path[begin[k] : begin[k + 1]])
        assert np.all(laid.up[on_way, k])
        np.testing.assert_array_equal(laid.rate_bps[on_way, k], RATE_BPS)
    assert len(seen) == len(laid.key) > laid.hops.max()
    assert not laid.up.all()


def test_links_of_earlier_blocks_go_on() -> None:
    """A packet may wait for a link that no route uses any more: what it does is noted still."""
    scenario = _scenario()
    fleet = build_fleet(scenario)
    key = 0 * len(fleet) + 1  # neighbours in a plane: always linked, never on this route
    laid = _gathered(300.0, 600.0, [key])
    assert laid is not None
    assert key not in laid.path
    (row,) = np.flatnonzero(laid.key == key)
    assert laid.up[row].all()
    motion = propagate(scenario, fleet, 300.0, 600.0)
    position_m = places(fleet, motion, 450.0)
    (k,) = np.flatnonzero(laid.time_s == 450.0)
    apart_m = float(np.linalg.norm(position_m[0] - position_m[1]))
    assert laid.delay_s[row, k] == pytest.approx(apart_m / SPEED_OF_LIGHT_M_S, rel=1e-12)


def test_nothing_is_noted_outside_the_window() -> None:
    assert _gathered(900.0, 960.0, []) is None


def test_too_much_is_said_early(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(path_trace, "CELLS_MAX", 100)
    with pytest.raises(RangeError, match=r"packets: .* are more than fits \(100 in all\)"):
        _gathered(0.0, 300.0, [])
