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
from skyweft.links.budget import link_budget, rates_at, samples_at
from skyweft.links.product import LinkSamples
from skyweft.stage.restriction import Restriction, Restrictions
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


def test_who_only_hears_sends_on_no_carrier(fleet: Fleet) -> None:
    terminals = scenario_of().model_dump(exclude_unset=True)["terminals"]
    del terminals["user"]["eirp_dbw"]
    links = link_budget(
        scenario_of(terminals=terminals), fleet, motion_until(1200.0), contacts_of(PASS)
    )
    for silent in (links.loss_db, links.cn0_dbhz, links.margin_db, links.doppler_hz):
        assert np.all(np.isnan(silent))
    assert np.all(links.rate_bps == 0)
    assert np.all(links.rate_reverse_bps > 0)


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


def test_restrictions_take_from_rates_and_silence_what_is_left_nothing(fleet: Fleet) -> None:
    motion, contacts, scene = motion_until(1200.0), contacts_of(PASS + LASERS), scenario_of()
    plain = link_budget(scene, fleet, motion, contacts)
    said = Restrictions.of(
        [
            Restriction((0, 3), 400.0, 500.0, "rain", 0.25),
            Restriction(0, 700.0, 750.0, "repair"),
            Restriction(1, 600.0, 1500.0, "night"),
        ]
    )
    links = link_budget(scene, fleet, motion, contacts, restrictions=said)
    # Two samples more at each border within a contact; that at 600 s is on the grid of 60 already.
    assert len(links) == len(plain) + 9
    mine = contacts.link[links.contact]
    wet = (mine == 0) & (links.time_s >= 400) & (links.time_s < 500)
    dark = np.where(mine == 1, links.time_s >= 600, (links.time_s >= 700) & (links.time_s < 750))
    assert wet.sum() > 2
    assert np.isfinite(plain.cn0_dbhz[contacts.link[plain.contact] == 0]).all()
    asked = links.contact, links.time_s
    alone = samples_at(scene, fleet, motion, contacts, *asked)
    for name in ("rate_bps", "rate_reverse_bps"):
        whole = getattr(alone, name)
        factor = np.where(wet, 0.25, np.where(dark, 0.0, 1.0))
        np.testing.assert_allclose(getattr(links, name), whole * factor, rtol=1e-12)
    for name in ("cn0_dbhz", "margin_db", "cn0_reverse_dbhz", "margin_reverse_db"):
        np.testing.assert_array_equal(
            np.isnan(getattr(links, name)), np.isnan(getattr(alone, name)) | dark
        )
    again = samples_at(scene, fleet, motion, contacts, *asked, said)
    np.testing.assert_array_equal(again.rate_bps, links.rate_bps)
    np.testing.assert_array_equal(np.isnan(again.cn0_dbhz), np.isnan(links.cn0_dbhz))


def test_the_moment_before_a_block_is_told_as_it_is(fleet: Fleet) -> None:
    """A border on the block's start has a sample a hair earlier, which the tracks do not reach."""
    said = Restrictions.of([Restriction(0, 480.0, 700.0, "night")])
    motion, contacts = motion_until(1200.0, 480.0), contacts_of(PASS)
    links = link_budget(scenario_of(), fleet, motion, contacts, restrictions=said)
    assert links.time_s[:2].tolist() == [np.nextafter(480.0, 0.0), 480.0]
    assert links.rate_bps[0] > 0
    assert links.rate_bps[1] == 0
    assert links.range_m[0] == links.range_m[1] > 0


def test_who_is_absent_carries_nothing(fleet: Fleet) -> None:
    motion = motion_until(1200.0)
    for column in (motion.tracks.position_m, motion.tracks.velocity_m_s):
        column[:, :, 19:] = np.nan
    contacts = contacts_of(PASS + LASERS)
    row, time_s = np.argsort(contacts.link).repeat(2), np.array([500.0, 700.0, 500.0, 700.0])
    rates = rates_at(scenario_of(), fleet, motion, contacts, row, time_s)
    for each in rates:
        assert (each > 0).tolist() == [True, False, True, False]


def test_an_antenna_with_gain_adds_it_and_one_that_scans_takes_it_off(fleet: Fleet) -> None:
    """Power, feeder and gain make an EIRP, gain and noise a G/T; both fall by 20 log10 cos."""
    motion, contacts = motion_until(1200.0), contacts_of(PASS)
    plain = link_budget(scenario_of(), fleet, motion, contacts)
    terminals = scenario_of().model_dump(exclude_unset=True)["terminals"]
    array = {"kind": "phased_array", "gain_dbi": 20.0, "exponent": 2.0, "boresight": "up"}
    array |= {"scan_max_deg": 90.0}
    keys = {"power_dbw": -26.5, "losses_db": 0.5, "noise_temperature_k": 1000.0, "antenna": array}
    user = {key: terminals["user"][key] for key in ("kind", "frequency_hz", "bandwidth_hz")}
    own = link_budget(
        scenario_of(terminals=terminals | {"user": user | keys}), fleet, motion, contacts
    )
    stated = link_budget(scenario_of(**changed("user", antenna=array)), fleet, motion, contacts)
    scan_db = 20 * np.log10(np.sin(np.radians(plain.elevation_deg)))
    np.testing.assert_allclose(own.cn0_dbhz, plain.cn0_dbhz + scan_db, atol=1e-3)  # -7 dBW again
    gained = 20 - 0.5 - 30 + 31.6  # against the -31.6 dB/K stated
    np.testing.assert_allclose(
        own.cn0_reverse_dbhz, plain.cn0_reverse_dbhz + gained + scan_db, atol=1e-3
    )
    for name in ("cn0_dbhz", "cn0_reverse_dbhz"):
        np.testing.assert_allclose(getattr(stated, name), getattr(plain, name) + scan_db, atol=1e-3)


def test_lasers_of_two_rates_carry_the_lesser_and_know_what_is_stated(fleet: Fleet) -> None:
    terminals = scenario_of().model_dump(exclude_unset=True)["terminals"]
    terminals |= {"slow": {"kind": "optical", "rate_bps": 2e9}}
    scene = scenario_of()
    platforms = scene.model_dump(exclude_unset=True)["platforms"]
    platforms["sats"]["terminals"] = ["sat", "laser", "slow"]
    air = {"kind": "clear_air", "zenith_loss_db": 0.5}  # none of it within one layer
    for keys, margin in (({}, {}), ({"losses_db": 2.0}, {}), ({}, {"margin_db": 3.0}),
                         ({"losses": [air]}, {})):  # fmt: skip
        mine = terminals | {name: terminals[name] | margin for name in ("laser", "slow")}
        rules = [{"between": ["user", "sat"]}, {"between": ["laser", "slow"], **keys}]
        whole = scenario_of(terminals=mine, platforms=platforms, links=rules)
        links = link_budget(whole, fleet, motion_until(1200.0), contacts_of(LASERS))
        assert np.all(links.rate_bps == 2e9)
        assert np.all(links.rate_reverse_bps == 2e9)
        free_space = 20 * np.log10(4 * np.pi * links.range_m / 1550e-9) + keys.get("losses_db", 0.0)
        known = free_space if keys or margin else np.nan
        np.testing.assert_allclose(links.loss_db, known, atol=1e-3)
        np.testing.assert_array_equal(links.margin_db, 3.0 if margin else np.nan)
        asked = links.contact, links.time_s
        of = whole, fleet, motion_until(1200.0), contacts_of(LASERS)
        np.testing.assert_array_equal(samples_at(*of, *asked).loss_db, links.loss_db)
