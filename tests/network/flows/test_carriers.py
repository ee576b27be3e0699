"""The carrier of a beam, shared in time: closed forms, and a run through all stages."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from skyweft.contacts.product import Contacts
from skyweft.fleet import Motion, Tracks
from skyweft.motion.fleet import build_fleet
from skyweft.network.flows.carriers import Carriers
from skyweft.network.flows.ceiling import Demands, Links, Shared, ceiling
from skyweft.network.flows.demand import wanted
from skyweft.network.flows.shares import most, shares
from skyweft.network.flows.splitting import FlowPaths, shared
from skyweft.network.graph.block import Network
from skyweft.network.product import BEAM_FULL, FULL
from tests import written

# Links 0 and 1, of 10 and 4, hear one beam; link 2 has its carrier for itself.
RATES = np.array([10.0, 4.0, 10.0])
BEAM = Carriers(
    of=np.array([0, 0, -1], np.int32),
    part=np.array([0.4, 1.0, 1.0]),
    capacity_bps=np.array([4.0]),
    mixed_bps=np.array([2 / (1 / 10 + 1 / 4)]),
    rule=np.zeros(1, np.int16),
    platform=np.array([7], np.int32),
    beam=np.zeros(1, np.int32),
    centre=np.array([5], np.int32),
    sends=np.ones(1, np.bool_),
    users=np.array([2], np.int32),
)
ROUTES = FlowPaths(
    np.arange(3, dtype=np.int32),
    np.ones(3),
    np.arange(4),
    np.arange(3, dtype=np.int32),
    np.empty(0),
)


def _shared(*demand: float) -> Any:
    laid = BEAM.laid(ROUTES)
    assert laid.link.tolist() == [0, 3, 1, 3, 2]
    capacity = np.append(RATES, BEAM.capacity_bps)
    found = shared(
        laid, capacity, np.array(demand), np.ones(3), np.zeros(3, np.int32), np.full(3, "overflow")
    )
    return BEAM.named(found, laid), BEAM.rows(60.0, found.load_bps)


def test_time_of_a_carrier_is_shared() -> None:
    got, beams = _shared(np.inf, np.inf, np.inf)
    each = 1 / (1 / 10 + 1 / 4)  # the same rate for both, and together all of the time
    np.testing.assert_allclose(got.rate_bps, [each, each, 10])
    assert got.limiting_factor.tolist() == [BEAM_FULL, BEAM_FULL, FULL]
    assert got.bottleneck.tolist() == [0, 1, 2]
    assert beams.utilisation[0] == pytest.approx(1)
    assert beams.load_bps[0] == pytest.approx(2 * each) == beams.capacity_bps[0]


def test_half_the_time_is_half_the_use() -> None:
    got, beams = _shared(3, 0.8, 0)
    assert got.rate_bps.tolist() == [3, 0.8, 0]
    assert beams.utilisation[0] == pytest.approx(3 / 10 + 0.8 / 4)
    assert beams.capacity_bps[0] == pytest.approx(3.8 / 0.5)
    idle = _shared(0, 0, 0)[1]
    assert (idle.load_bps[0], idle.utilisation[0]) == (0, 0)
    assert idle.capacity_bps[0] == pytest.approx(BEAM.mixed_bps[0])


def test_the_bound_shares_carriers_too() -> None:
    ends = np.array([0, 1, 2]), np.full(3, 3)
    demand = np.array([5.0, 9.0, 1.0])
    holds = Shared(BEAM.of, BEAM.part, BEAM.capacity_bps)
    found = ceiling(Links(4, *ends, RATES, shared=holds), Demands(*ends, demand))
    # Half of the time brings 5 to the fast user, the other half 2 to the slow one.
    assert found.total_bps == pytest.approx(5 + 2 + 1)


def _run(**beams: Any) -> Any:
    """Four towns, three of them close together, under one mast that relays."""
    towns = {"a": (0.0, 0.0), "b": (0.0, 0.01), "c": (0.0, 0.02), "far": (0.0, 3.0)}
    scenario = written.scenario(
        60.0,
        written.standing(towns, "town") | written.standing({"mast": (0.0, 1.0)}, "mast", ["mast"]),
        terminals=written.lasers(town=12e6, mast=12e6),
        links=[{"between": ["town", "mast"]} | ({"beams": beams} if beams else {})],
        flows=[{"sources": ["a", "b", "c"], "targets": ["far"], "elastic": True}],
    )
    fleet = build_fleet(scenario)
    motion = Motion(Tracks(np.array([0.0, 60.0]), *np.empty((2, 0, 3, 2))), fleet.sites)
    many = np.ones(4)
    contacts = Contacts(
        np.zeros(4, np.int16), np.arange(4, dtype=np.int32), np.full(4, 4, np.int32), 0 * many,
        60 * many, 0 * many, many.astype(np.float32), many, many > 0, many > 0,
    )  # fmt: skip
    known = scenario, fleet, motion, contacts
    bound = most(Network(*known), wanted(scenario, fleet), 1_000).total_bps
    return *shares(*known), bound


def test_beams_of_a_run() -> None:
    got, _, none, bound = _run()
    assert len(none) == 0
    np.testing.assert_allclose(got.rate_bps, 4e6)  # all share the link to the far town
    assert bound == pytest.approx(12e6)
    got, carried, beams, bound = _run(count=2, width_deg=10.0)
    np.testing.assert_allclose(got.rate_bps, 4e6)
    rows = sorted(zip(beams.sends.tolist(), beams.users.tolist(), beams.load_bps.tolist(),
                      strict=True))  # fmt: skip
    assert rows == [(False, 1, 0.0), (False, 3, pytest.approx(12e6)),
                    (True, 1, pytest.approx(12e6)), (True, 3, 0.0)]  # fmt: skip
    # The far town has a beam for itself; the other is steered at the nearest of the three.
    assert {(int(u), int(c)) for u, c in zip(beams.users, beams.centre, strict=True)} == {
        (1, 3), (3, 2)
    }  # fmt: skip
    assert beams.utilisation.max() == pytest.approx(1)
    assert bound == pytest.approx(12e6)
    assert carried.load_bps.max() == pytest.approx(12e6)
    # One user a beam and two beams: whoever is nearest, and the next.
    got, _, beams, _ = _run(count=2, width_deg=10.0, users_max=1)
    assert len(beams) == 4
    assert np.count_nonzero(got.rate_bps) == 0  # neither of them is the far town
    everybody = _run(count=4, width_deg=0.001, users_max=1)
    np.testing.assert_allclose(everybody[0].rate_bps, 4e6)
    assert sorted(everybody[2].centre.tolist()) == [0, 0, 1, 1, 2, 2, 3, 3]


def test_a_carrier_of_users_without_rate_holds_nothing() -> None:
    mute = replace(BEAM, capacity_bps=np.zeros(1), mixed_bps=np.zeros(1))
    assert mute.rows(0.0, np.zeros(4)).utilisation.tolist() == [0.0]
