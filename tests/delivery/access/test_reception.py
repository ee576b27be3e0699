"""From motion to what is received: the same however it is cut, and true to the geometry."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import Any, Literal

import numpy as np
import pytest

from skyweft.contacts.finding import find_contacts
from skyweft.delivery.product import CAUSES, RECEIVED
from skyweft.links.path import Path
from skyweft.motion.fleet import build_fleet
from skyweft.motion.propagate import propagate
from skyweft.registry import Kind
from skyweft.scenario.losses import PathLoss
from skyweft.scenario.scenario import Scenario
from skyweft.world.ellipsoid import to_geodetic

from .conftest import received_in, same, scenario_of

WHOLE = [0.0, 3_600.0]
PIECES = [0.0, 60.0, 120.0, 1_800.0, 1_860.0, 3_000.0, 3_600.0]

CASES: dict[str, dict[str, Any]] = {
    "lora": {},
    "poisson": {"rules": [{"arrivals": "poisson"}]},
    "jitter and profile": {"rules": [{"jitter_s": 90.0, "profile": [1, 0] * 12}]},
    "burst": {
        "rules": [
            {},
            {"arrivals": "burst", "period_s": None, "burst": {"start_s": 100.0, "spread_s": 30.0}},
        ]
    },
    "slots": {"waveform": {"kind": "slotted_aloha", "slot_s": 0.5}},
    "confirmed": {"rules": [{"confirmed": True}], "waveform": {"kind": "lora_sf12"}},
    "answers": {
        "rules": [{"confirmed": True, "period_s": 120.0}],
        "reception": {"half_duplex": True, "beacon_period_s": 20.0},
    },
    "decoders": {"rules": [{"period_s": 20.0}], "reception": {"decoders": 2}},
    "beams": {"reception": {"beams": 3, "dwell_s": 5.0}},
    "duty cycle": {
        "rules": [{"arrivals": "poisson", "period_s": 30.0, "lifetime_s": 60.0}],
        "waveform": {"kind": "lora_sf11", "duty_cycle": 0.02},
    },
    "lr-fhss": {"rules": [{"period_s": 60.0}], "waveform": {"kind": "lr_fhss"}},
    "nb-iot": {
        "rules": [{"confirmed": True, "period_s": 120.0}],
        "waveform": {"kind": "nb_iot", "rate_bps": 2_000.0, "preambles": 2},
    },
    "pass": {
        "rules": [{"wake": {"kind": "pass", "spread_s": 90.0, "age_s": 1_000.0, "error_s": 60.0}}]
    },
    "beacon": {
        "rules": [{"wake": {"kind": "beacon", "check_s": 200.0, "spread_s": 5.0}}],
        "reception": {"beacon_period_s": 40.0},
    },
    "schedule": {"rules": [{"wake": {"kind": "schedule", "cycle_s": 300.0, "slots": 50}}]},
}


@pytest.mark.parametrize("name", CASES)
def test_blocks_and_threads_change_nothing(name: str, threads: ThreadPoolExecutor) -> None:
    case = dict(CASES[name])
    scenario = scenario_of(*case.pop("rules", []), devices=300, **case)
    whole = received_in(scenario, WHOLE, threads)
    assert len(set(whole.cause.tolist())) > 2, "too little happens here"
    with ThreadPoolExecutor(1) as single:
        assert same(received_in(scenario, PIECES, single), whole)


def test_others_change_no_draw(threads: ThreadPoolExecutor) -> None:
    """With a second rule on another frequency the first one's messages fare as before."""
    alone = scenario_of()
    plain = alone.model_dump(exclude_unset=True)
    plain["terminals"]["other"] = plain["terminals"]["sends"] | {"frequency_hz": 435e6}
    plain["platforms"]["more"] = plain["platforms"]["devices"] | {"terminals": ["other"]}
    plain["links"].append(plain["links"][0] | {"between": ["other", "receives"]})
    plain["messages"].append(plain["messages"][0] | {"source": "more"})
    both = received_in(alone.model_validate(plain), WHOLE, threads)
    mine = both.rule == 0
    first = received_in(alone, WHOLE, threads)
    for name in ("device", "number", "created_s", "attempts", "energy_j", "cause"):
        assert np.array_equal(getattr(both, name)[mine], getattr(first, name))


def test_in_view_as_the_contact_finder_has_it(threads: ThreadPoolExecutor) -> None:
    scenario = scenario_of(
        {"period_s": 60.0}, waveform={"kind": "aloha", "rate_bps": 1e6, "snr_min_db": -50.0}
    )
    received = received_in(scenario, WHOLE, threads)
    plain = scenario.model_dump(exclude_unset=True)
    plain["links"][0]["windows"] = True
    searched = scenario.model_validate(plain)
    fleet = build_fleet(searched)
    contacts = find_contacts(searched, fleet, propagate(searched, fleet, *WHOLE, threads), threads)  # type: ignore[call-arg]
    assert set(received.cause) == {RECEIVED, CAUSES.index("no coverage")}
    windows: dict[tuple[int, int], list[tuple[float, float]]] = {}
    for k in range(len(contacts)):
        pair = int(contacts.source[k]), int(contacts.target[k])
        windows.setdefault(pair, []).append((contacts.start_s[k], contacts.end_s[k]))
    satellites = range(10)
    for m in range(len(received)):
        device, at_s = int(received.device[m]), received.created_s[m]
        copies = received.copy_receiver[received.copy_first[m] : received.copy_first[m + 1]]
        for satellite in satellites:
            inside = [
                max(start - at_s, at_s - end) for start, end in windows.get((device, satellite), [])
            ]
            outside_s = min(inside, default=np.inf)
            # The finder is within 10 ms; this stage adds the cubic's third of a metre, 0.05 ms.
            if abs(outside_s) > 0.011:
                assert (satellite in copies) == (outside_s < 0), (device, satellite, at_s)


class Storm(PathLoss):
    """A wall between some places and the sky in the second half of the run."""

    kind: Literal["storm"]


def storm(_: Storm, path: Path) -> Any:
    assert path.sender_place.altitude_m.max() < path.receiver_place.altitude_m.min()
    return 200.0 * ((path.time_s > 1_800) & (path.sender_place.latitude_deg > 0))


def test_losses_of_time_and_place_are_heard(
    threads: ThreadPoolExecutor, installed: Callable[..., AbstractContextManager[None]]
) -> None:
    plain = scenario_of().model_dump(exclude_unset=True)
    before = received_in(scenario_of(), WHOLE, threads)
    with installed("skyweft.losses", storm=Kind(Storm, storm)):
        plain["links"][0]["losses"] = [{"kind": "storm"}]
        scenario = Scenario.model_validate(plain)
        fleet = build_fleet(scenario)
        received = received_in(scenario, WHOLE, threads)
    assert fleet.sites is not None
    north = to_geodetic(fleet.sites.position_m[fleet.site[received.device]])[0] > 0
    late = received.created_s > 1_800
    was, now = before.cause == RECEIVED, received.cause == RECEIVED
    weak = received.cause == CAUSES.index("below sensitivity")
    assert np.count_nonzero(was & north & late) > 20
    assert not np.any(now & north & late)
    assert np.mean(weak[was & north & late]) > 0.9  # the others are off by Doppler at somebody
    assert np.count_nonzero(was & ~late) > 20
    assert np.all(now[was & ~late])


def test_windows_are_not_searched_where_nobody_wants_them(threads: ThreadPoolExecutor) -> None:
    scenario = scenario_of()
    fleet = build_fleet(scenario)
    assert not len(
        find_contacts(scenario, fleet, propagate(scenario, fleet, *WHOLE, threads), threads)  # type: ignore[call-arg]
    )


def test_no_satellite_ever_in_view(threads: ThreadPoolExecutor) -> None:
    polar = {"kind": "fixed", "latitude_deg": 89.0, "longitude_deg": 0.0}
    low = {"kind": "orbit", "altitude_m": 600e3, "inclination_deg": 0.0}
    scenario = scenario_of()
    plain = scenario.model_dump(exclude_unset=True)
    plain["platforms"]["devices"]["motion"] = polar
    plain["platforms"]["satellites"]["motion"] = low
    received = received_in(scenario.model_validate(plain), WHOLE, threads)
    assert len(received) == 6
    assert {CAUSES[each] for each in received.cause} == {"no coverage"}
