from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skyweft.errors import ScenarioError
from skyweft.fleet import Fleet
from skyweft.links import budget as stage
from skyweft.links.budget import link_budget, rates_at
from skyweft.links.product import LinkSamples
from skyweft.world.constants import SPEED_OF_LIGHT_M_S

from .conftest import contacts_of, fleet_of, motion_until, scenario_of

PASS = [(0, 3, 0, 310.0, 554.1, 800.0)]
LASERS = [(1, 1, 2, 0.0, 500.0, 1200.0)]


def columns(links: LinkSamples) -> dict[str, np.ndarray]:
    return {name: getattr(links, name) for name in LinkSamples.__slots__}


def changed(terminal: str, **keys: Any) -> dict[str, Any]:
    terminals = scenario_of().model_dump(exclude_unset=True)["terminals"]
    return {"terminals": terminals | {terminal: terminals[terminal] | keys}}


def test_an_overhead_pass_by_hand(fleet: Fleet) -> None:
    links = link_budget(scenario_of(), fleet, motion_until(1200.0), contacts_of(PASS))
    assert links.time_s.tolist() == [310, 360, 420, 480, 540, 554.1, 600, 660, 720, 780, 800]
    best = 5
    # The orbit crosses the zenith of (0, 0) at 0.6 / 1.0829e-3 s, 600 km up.
    assert links.range_m[best] == pytest.approx(600e3, abs=30)
    assert links.elevation_deg[best] > 89.9
    np.testing.assert_allclose(links.delay_s, links.range_m / SPEED_OF_LIGHT_M_S)
    free_space = 20 * np.log10(4 * np.pi * 600e3 * 2.1e9 / SPEED_OF_LIGHT_M_S)
    assert links.loss_db[best] == pytest.approx(free_space, abs=1e-3)
    cn0 = -7 + 1.1 + 228.5992 - free_space
    assert links.cn0_dbhz[best] == pytest.approx(cn0, abs=1e-3)
    assert links.margin_db[best] == pytest.approx(cn0 - 60 + 10, abs=1e-3)
    assert links.rate_bps[best] == pytest.approx(1e6 * np.log2(1 + 10 ** (cn0 / 10 - 6)), rel=1e-4)
    # Back: the satellite's EIRP, carrier and bandwidth, the user's G/T.
    back = 34 - 31.6 + 228.5992 - (free_space + 20 * np.log10(2.0 / 2.1))
    assert links.cn0_reverse_dbhz[best] == pytest.approx(back, abs=1e-3)
    assert links.margin_reverse_db[best] == pytest.approx(back - 70 + 10, abs=1e-3)
    assert links.doppler_hz[0] > 40e3
    assert links.doppler_hz[-1] < -40e3
    assert links.doppler_rate_hz_s.argmin() == best


def test_allowances_add_up(fleet: Fleet) -> None:
    motion, contacts = motion_until(1200.0), contacts_of(PASS)
    plain = link_budget(scenario_of(), fleet, motion, contacts)
    link = {
        "between": ["user", "sat"],
        "waveform": "shannon",
        "losses_db": 1.5,
        "interference_margin_db": 2.0,
        "polarisation_loss_db": 0.25,
    }
    poorer = scenario_of(links=[link], **changed("sat", pointing_loss_db=0.5))
    links = link_budget(poorer, fleet, motion, contacts)
    np.testing.assert_allclose(links.loss_db - plain.loss_db, 2.25, atol=1e-4)
    np.testing.assert_allclose(links.cn0_dbhz - plain.cn0_dbhz, -4.25, atol=1e-4)
    np.testing.assert_allclose(links.margin_reverse_db - plain.margin_reverse_db, -4.25, atol=1e-4)


def test_polarisations_meet(fleet: Fleet) -> None:
    scene = changed("sat", polarisation="rhcp")
    scene["terminals"]["user"]["polarisation"] = "vertical"
    motion, contacts = motion_until(1200.0), contacts_of(PASS)
    plain = link_budget(scenario_of(), fleet, motion, contacts)
    links = link_budget(scenario_of(**scene), fleet, motion, contacts)
    np.testing.assert_allclose(links.loss_db - plain.loss_db, 3.0103, atol=1e-4)


def test_arrays_fall_with_the_scan_and_end(fleet: Fleet) -> None:
    array = {"kind": "phased_array", "gain_dbi": 30.0, "exponent": 2.0, "boresight": "up"}
    scene = scenario_of(**changed("user", antenna=array | {"scan_max_deg": 60.0}))
    motion, contacts = motion_until(1200.0), contacts_of(PASS)
    plain = link_budget(scenario_of(), fleet, motion, contacts)
    links = link_budget(scene, fleet, motion, contacts)
    scan = np.radians(90 - links.elevation_deg)
    reached = links.elevation_deg > 30
    assert 0 < np.count_nonzero(reached) < len(links)
    np.testing.assert_allclose(
        (links.cn0_dbhz - plain.cn0_dbhz)[reached], 20 * np.log10(np.cos(scan[reached])), atol=1e-3
    )
    for column in (links.cn0_dbhz, links.margin_db, links.cn0_reverse_dbhz):
        np.testing.assert_array_equal(np.isnan(column), ~reached)
    assert np.all(links.rate_bps[~reached] == 0)


def test_gain_and_noise_instead_of_stated_figures(fleet: Fleet) -> None:
    motion, contacts = motion_until(1200.0), contacts_of(PASS)
    plain = link_budget(scenario_of(), fleet, motion, contacts)
    terminals = scenario_of().model_dump(exclude_unset=True)["terminals"]
    terminals["user"] = {
        "kind": "radio",
        "frequency_hz": 2.1e9,
        "bandwidth_hz": 1e6,
        "power_dbw": -6.5,
        "losses_db": 0.5,
        "noise_figure_db": 7.0,
        "antenna": {"kind": "isotropic", "gain_dbi": 0.0},
    }
    links = link_budget(scenario_of(terminals=terminals), fleet, motion, contacts)
    np.testing.assert_allclose(links.cn0_dbhz, plain.cn0_dbhz, atol=1e-4)
    # Handheld of TR 38.821: -31.62 dB/K, less half a decibel of feeder, against -31.6 stated.
    np.testing.assert_allclose(links.cn0_reverse_dbhz, plain.cn0_reverse_dbhz - 0.52, atol=0.01)


def test_one_way_radios(fleet: Fleet) -> None:
    terminals = scenario_of().model_dump(exclude_unset=True)["terminals"]
    del terminals["user"]["gt_db_k"]
    scene = scenario_of(terminals=terminals)
    links = link_budget(scene, fleet, motion_until(1200.0), contacts_of(PASS))
    assert np.all(links.rate_bps > 0)
    assert np.all(links.rate_reverse_bps == 0)
    assert np.all(np.isnan(links.margin_reverse_db))
    assert np.all(np.isnan(links.cn0_reverse_dbhz))


def one_way(ends: list[str], carriers_hz: dict[str, float], sender: str | None) -> LinkSamples:
    """Return a pass of which only one end can send, or both where none is named."""
    sends, hears = {"eirp_dbw": 10.0}, {"gt_db_k": -20.0}
    terminals = scenario_of().model_dump(exclude_unset=True)["terminals"]
    for name, frequency_hz in carriers_hz.items():
        able = (sends if sender in (name, None) else {}) | (hears if sender != name else {})
        terminals[name] = {"kind": "radio", "frequency_hz": frequency_hz, "bandwidth_hz": 1e4}
        terminals[name] |= able
    rule = {"between": ends, "waveform": "shannon"}
    scene = scenario_of(terminals=terminals, links=[rule])
    here = fleet_of().names.index("here")
    rows = [(0, *((here, 0) if ends[0] == "user" else (0, here)), 310.0, 554.1, 800.0)]
    return link_budget(scene, fleet_of(), motion_until(1200.0), contacts_of(rows))


def test_doppler_of_a_downlink_written_ground_first() -> None:
    links = one_way(["user", "sat"], {"sat": 437e6, "user": 145e6}, "sat")
    for silent in (links.doppler_hz, links.doppler_rate_hz_s, links.loss_db):
        assert np.all(np.isnan(silent))
    # By hand: a satellite on a circle of 6978.137 km past a place on the Earth's surface below it.
    angle = 1.0829e-3 * links.time_s - 0.6
    rate_m_s = 6978.137e3 * 6378.137e3 * 1.0829e-3 * np.sin(angle) / links.range_m
    shift_hz = -437e6 * rate_m_s / SPEED_OF_LIGHT_M_S
    np.testing.assert_allclose(links.doppler_reverse_hz, shift_hz, atol=0.1)
    assert shift_hz[0] > 9_000
    assert shift_hz[-1] < -9_000
    free_space = 20 * np.log10(4 * np.pi * links.range_m * 437e6 / SPEED_OF_LIGHT_M_S)
    np.testing.assert_allclose(links.loss_reverse_db, free_space, atol=1e-3)


@settings(deadline=None, max_examples=30)
@given(
    st.fixed_dictionaries({name: st.floats(1e8, 3e10) for name in ("sat", "user")}),
    st.sampled_from(["sat", "user", None]),
)
def test_each_direction_has_its_own_carrier(hertz: dict[str, float], sender: str | None) -> None:
    """Whoever is written first: a direction is of the carrier that is sent, or of none."""
    up_first, down_first = (
        columns(one_way(ends, hertz, sender)) for ends in (["user", "sat"], ["sat", "user"])
    )
    for name, unit in stage.UNITS.items():
        one, other = f"{name}_{unit}", f"{name}_reverse_{unit}"
        np.testing.assert_array_equal(up_first[one], down_first[other])
        np.testing.assert_array_equal(up_first[other], down_first[one])
    for direction, end in (("", "user"), ("_reverse", "sat")):
        shift_hz = up_first[f"doppler{direction}_hz"]
        if sender in (end, None):
            speed_m_s = -shift_hz / hertz[end] * SPEED_OF_LIGHT_M_S
            grown_m = np.trapezoid(speed_m_s, up_first["time_s"])
            assert 1e3 < np.abs(speed_m_s).max() < 8e3
            assert abs(grown_m - np.diff(up_first["range_m"][[0, -1]])[0]) < 30e3
        else:
            assert np.all(np.isnan(shift_hz))


def test_no_waveform_no_rate(fleet: Fleet) -> None:
    scene = scenario_of(links=[{"between": ["user", "sat"]}])
    links = link_budget(scene, fleet, motion_until(1200.0), contacts_of(PASS))
    assert np.all(np.isfinite(links.cn0_dbhz))
    assert np.all(np.isnan(links.margin_db))
    assert np.all(links.rate_bps == 0)


def test_lasers_state_their_rate(fleet: Fleet) -> None:
    links = link_budget(scenario_of(), fleet, motion_until(1200.0), contacts_of(LASERS))
    assert np.all(links.rate_bps == 10e9)
    assert np.all(links.rate_reverse_bps == 10e9)
    for column in (links.elevation_deg, links.loss_db, links.cn0_dbhz, links.margin_db):
        assert np.all(np.isnan(column))
    assert links.time_s[[0, -1]].tolist() == [0, 1200]
    # One orbit, one plane, constant distance: no shift to speak of on a carrier of 193 THz.
    assert np.abs(links.doppler_hz).max() < 193.4e12 * 0.5 / SPEED_OF_LIGHT_M_S


def test_threads_and_pieces_change_nothing(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    motion, contacts = motion_until(1200.0), contacts_of(PASS + LASERS)
    whole = columns(link_budget(scenario_of(), fleet, motion, contacts))
    monkeypatch.setattr(stage, "PIECE", 4)
    with ThreadPoolExecutor(3) as pool:
        pieces = columns(link_budget(scenario_of(), fleet, motion, contacts, pool))
    for name, column in whole.items():
        np.testing.assert_array_equal(pieces[name], column)
        assert pieces[name].dtype == column.dtype
    asked = whole["contact"], whole["time_s"]
    there, back = rates_at(scenario_of(), fleet, motion, contacts, *asked)
    np.testing.assert_array_equal(there, whole["rate_bps"])
    np.testing.assert_array_equal(back, whole["rate_reverse_bps"])


def test_rules_side_by_side_are_as_each_alone(fleet: Fleet) -> None:
    motion, both = motion_until(1200.0), contacts_of(PASS + LASERS)
    whole = columns(link_budget(scenario_of(), fleet, motion, both))
    for rule, rows in enumerate((PASS, LASERS)):
        alone = columns(link_budget(scenario_of(), fleet, motion, contacts_of(rows)))
        mine = both.link[whole["contact"]] == rule
        for name in whole.keys() - {"contact"}:
            np.testing.assert_array_equal(whole[name][mine], alone[name])


def test_blocks_put_together(fleet: Fleet) -> None:
    contacts = contacts_of(PASS + LASERS)
    whole = columns(link_budget(scenario_of(), fleet, motion_until(1200.0), contacts))
    parts = []
    for start, end in ((0.0, 570.0), (570.0, 1200.0)):
        motion = motion_until(end, start)
        still = replace(contacts, cut_end=contacts.end_s > end)
        parts.append(columns(link_budget(scenario_of(), fleet, motion, still)))
    joined = {name: np.concatenate([part[name] for part in parts]) for name in whole}
    order = np.lexsort((joined["time_s"], joined["contact"]))
    for name, column in whole.items():
        np.testing.assert_allclose(joined[name][order], column, rtol=1e-6, atol=1e-6)


def test_an_absent_mover_has_no_samples(fleet: Fleet) -> None:
    motion = motion_until(1200.0)
    for column in (motion.tracks.position_m, motion.tracks.velocity_m_s):
        column[0, :, 19:] = np.nan
    links = link_budget(scenario_of(), fleet, motion, contacts_of(PASS))
    assert links.time_s.tolist() == [310, 360, 420, 480, 540]
    assert np.all(links.range_m > 0)
    # At the last knot before it goes the mover is still there.
    last = link_budget(scenario_of(), fleet, motion, contacts_of([(0, 3, 0, 310.0, 400.0, 540.0)]))
    assert last.time_s[-1] == 540
    whole = link_budget(scenario_of(), fleet, motion_until(1200.0), contacts_of(PASS))
    assert last.range_m[-1] == pytest.approx(whole.range_m[4], abs=0.1)


def test_no_contacts(fleet: Fleet) -> None:
    empty = contacts_of(PASS)
    none = type(empty)(*(getattr(empty, name)[:0] for name in empty.__slots__))
    links = link_budget(scenario_of(), fleet, motion_until(1200.0), none)
    assert len(links) == 0
    assert links.loss_db.dtype == np.float32


def test_a_link_without_a_budget_is_refused(fleet: Fleet) -> None:
    scene = scenario_of()
    wrong = scene.model_copy(
        update={"terminals": scene.terminals | {"user": scene.terminals["laser"]}}
    )
    with pytest.raises(ScenarioError, match="a radio and a laser"):
        link_budget(wrong, fleet, motion_until(1200.0), contacts_of(PASS))
