"""Charge from knot to knot: what is put in, what is used, and when nothing is left."""

import math
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import skyweft
from skyweft.energy.charge import Lit, Nights, Settled, beginning, settle, tally
from skyweft.energy.lines import lines
from skyweft.fleet import Floats
from skyweft.motion.supply import Supply
from skyweft.scenario.reading import load
from skyweft.stage.registry import check, stages
from skyweft.world.sun import SOLAR_CONSTANT_W_M2

STEP_S = 60.0


def _gone(
    light_w: Floats, unlit_s: Floats, supply: Supply, start_j: float
) -> tuple[Settled, Nights]:
    time_s = STEP_S * np.arange(len(light_w) + 1)
    nights = beginning(1, start_j)
    out = Settled(*(np.empty((1, len(time_s) - k)) for k in (0, 1, 1, 1)))
    lit = Lit(light_w[None], unlit_s[None])
    settle(time_s, lit, supply, nights, out)
    tally(time_s, lit, out, nights)
    return out, nights


def test_a_night_in_closed_form() -> None:
    """A day at 300 W, a night of ten steps, a day: 100 W are used, 90 % comes out again."""
    light = np.array([300.0] * 5 + [0.0] * 10 + [300.0] * 5)
    supply = Supply(1e5, 0.9, 1e5, 0.0, 100.0)
    out, nights = _gone(light, np.where(light > 0, 0.0, STEP_S), supply, 8e4)
    assert out.charge_j[0, 5] == min(1e5, 8e4 + 0.9 * 200 * 5 * STEP_S)
    assert out.charge_j[0, 15] == 1e5 - 100 * 10 * STEP_S
    assert nights.margin_j[0] == 1e5 - 6e4
    assert nights.deepest_j[0] == 6e4
    assert nights.longest_s[0] == 600.0
    assert nights.silent_s[0] == 0.0


def test_an_edge_within_a_step() -> None:
    """Dark from 20 s after a knot to 20 s before one: the battery carries all of it."""
    light = np.array([300.0, 100.0, 0.0, 200.0, 300.0])
    unlit = np.array([0.0, 40.0, 60.0, 20.0, 0.0])
    out, nights = _gone(light, unlit, Supply(1e5, 1.0, 1e5, 0.0, 100.0), 1e5)
    assert out.charge_j[0, 2] == 1e5 - 100 * 40  # full before, whatever the light
    assert out.charge_j[0, 3] == 1e5 - 100 * 100
    assert out.charge_j[0, 4] == 1e5 - 100 * 120 + 200 * 40
    assert nights.longest_s[0] == 120.0


def test_empty_until_light_carries_it() -> None:
    light = np.array([0.0] * 5 + [50.0] * 3 + [150.0] * 5)
    out, nights = _gone(
        light, np.where(light > 0, 0.0, STEP_S), Supply(1e5, 1.0, 1e5, 0.0, 100.0), 9e3
    )
    np.testing.assert_array_equal(out.silent_s[0], [0, 30, *([60] * 6), *([0] * 5)])
    assert out.silent_from_s[0, 1] == 30.0
    assert nights.silent_s[0] == 390.0
    assert nights.least_j[0] == 0.0
    # What dawn brings is kept for the payload, and what it was denied is counted below nothing.
    assert nights.margin_j[0] == pytest.approx(50 * 180 - 100 * 390)


def test_or_until_the_reserve_is_full() -> None:
    light = np.full(20, 50.0)
    out, _ = _gone(light, np.zeros(20), Supply(1e5, 1.0, 1e5, 6e3, 100.0), 0.0)
    first = int(np.flatnonzero(out.silent_s[0] == 0)[0])
    assert out.charge_j[0, first] == 6e3
    assert first == 2


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 500), st.floats(0, 1)), min_size=2, max_size=60),
    st.floats(0.5, 1),
    st.floats(0, 1),
    st.floats(0, 400),
)
def test_energy_is_conserved(
    steps: list[tuple[float, float]], efficiency: float, start: float, payload_w: float
) -> None:
    """Charge stays within the battery and grows by no more than what the light leaves."""
    part = np.array([each[1] for each in steps])
    light = np.array([each[0] for each in steps]) * (1 - part)
    supply = Supply(1e5, efficiency, 1e5, 1e4, payload_w)
    out, nights = _gone(light, STEP_S * part, supply, start * 1e5)
    charge = out.charge_j[0]
    assert np.all((charge >= 0) & (charge <= 1e5))
    assert np.all((out.silent_s >= 0) & (out.silent_s <= STEP_S * (1 + 1e-12)))
    used_j = payload_w * (STEP_S - out.silent_s[0])
    assert np.all(np.diff(charge) <= light * STEP_S - used_j + 1e-6)
    if payload_w > 0:
        # Who is awake and not full loses nothing beside what the battery keeps.
        low = charge[1:] < 1e5 * (1 - 1e-9)
        assert np.all((np.diff(charge) + used_j + 1e-6)[low & (out.silent_s[0] < STEP_S)] >= 0)
    assert nights.least_j[0] == charge.min()


def _run(tmp_path: Path, group: dict[str, Any], days: float = 1.0, **more: Any) -> skyweft.Run:
    scenario = {
        "name": "One battery",
        "start": datetime(2026, 3, 20, tzinfo=UTC),
        "duration_s": days * 86_400.0,
        "platforms": {"it": group},
        **more,
    }
    return skyweft.run(scenario, tmp_path / "run")


def _fixed(latitude_deg: float, altitude_m: float = 0.0) -> dict[str, Any]:
    return {
        "kind": "fixed",
        "latitude_deg": latitude_deg,
        "longitude_deg": 0.0,
        "altitude_m": altitude_m,
    }


def test_a_level_array_gathers_the_closed_form(tmp_path: Path) -> None:
    """At the equinox on the equator: S / pi of the day's mean, whatever the array's size."""
    energy = {"array_m2": 10.0, "array_efficiency": 0.2, "battery_wh": 1e6, "payload_w": 0.0}
    run = _run(tmp_path, {"layer": "ground", "energy": energy, "motion": _fixed(0.0)})
    light_w = run.energy["light_w"].to_numpy().mean()
    distance_au = 0.9961  # on 20 March
    assert light_w == pytest.approx(2.0 * SOLAR_CONSTANT_W_M2 / distance_au**2 / math.pi, rel=0.005)


@pytest.mark.parametrize(
    ("layer", "altitude_m", "dip_deg"), [("ground", 0.0, 0.0), ("air", 20e3, 4.53)]
)
def test_the_sun_is_seen_longer_from_above(
    tmp_path: Path, layer: str, altitude_m: float, dip_deg: float
) -> None:
    """At the equinox on the equator: half a day and the dip at either end."""
    energy = {"array_m2": 10.0, "battery_wh": 1e4, "payload_w": 50.0, "array": "tracking"}
    motion = _fixed(0.0, altitude_m)
    run = _run(tmp_path, {"layer": layer, "energy": energy, "motion": motion}, days=2.0)
    (found,) = run.summary()["energy"]
    night_s = 43_200.0 - 2 * dip_deg / 360.0 * 86_400.0
    assert found["dark_max_s"] == pytest.approx(night_s, abs=30.0)
    assert found["night_margin_wh"] == pytest.approx(1e4 - 50.0 * night_s / 3_600, abs=2.0)


def test_a_night_that_the_end_cuts_off_counts_with_what_it_has_left(tmp_path: Path) -> None:
    """Midnight to five on the ground: an hour before sunrise, five hours of 50 W are gone."""
    energy = {"array_m2": 10.0, "battery_wh": 1e3, "payload_w": 50.0, "array": "tracking"}
    station = {"layer": "ground", "energy": energy, "motion": _fixed(0.0)}
    run = _run(tmp_path, station, days=5 / 24)
    (found,) = run.summary()["energy"]
    assert found["night_margin_cut"]
    assert found["night_margin_wh"] == pytest.approx(1e3 - 250.0)
    assert "at the run's end, which comes before" in next(lines(run.summary()))


def test_energy_without_its_stage_is_warned_about(monkeypatch: pytest.MonkeyPatch) -> None:
    energy = {"array_m2": 10.0, "battery_wh": 1e3, "payload_w": 50.0}
    station = {"layer": "ground", "energy": energy, "motion": _fixed(0.0)}
    head = {"name": "Mast", "start": datetime(2026, 3, 20, tzinfo=UTC), "duration_s": 60.0}
    scenario = load({**head, "platforms": {"mast": station}})
    assert not [each for each in check(scenario) if "battery" in each]
    there = tuple(each for each in stages() if each.key != "energy")
    monkeypatch.setattr("skyweft.motion.stage.stages", lambda: there)
    (said,) = [each for each in check(scenario) if "battery" in each]
    assert said.startswith("platforms.mast.energy: the stage energy is not there")


def test_who_has_no_energy_is_silent(tmp_path: Path) -> None:
    """A ground station on a small battery: from midnight on for an hour, then until the morning."""
    energy = {"array_m2": 10.0, "battery_wh": 100.0, "payload_w": 100.0}
    station = {"layer": "ground", "energy": energy, "motion": _fixed(0.0), "terminals": ["o"]}
    other = {"layer": "near_space", "motion": _fixed(0.1, 20e3), "terminals": ["o"]}
    run = skyweft.run(
        {
            "name": "Night",
            "start": datetime(2026, 3, 20, tzinfo=UTC),
            "duration_s": 43_200.0,
            "platforms": {"station": station, "mast": other},
            "terminals": {"o": {"kind": "optical", "wavelength_m": 1.55e-6, "rate_bps": 1e9}},
            "links": [{"between": ["o", "o"]}],
            "routes": [{"sources": ["station"], "targets": ["mast"], "step_s": 600.0}],
        },
        tmp_path / "run",
    )
    (row,) = run.restrictions.to_pylist()
    assert row["cause"] == "no energy"
    assert row["platform"] == "station"
    assert row["start_s"] == pytest.approx(3_600.0, abs=1e-6)
    # Light carries it once the sine of the Sun's elevation is 100 / 2,740: 2.1 degrees, 8.4 min.
    assert row["end_s"] == pytest.approx(6 * 3_600 + 450 + 503, abs=120.0)
    silent = [each for each in run.routes.to_pylist() if not each["reachable"]]
    assert {each["time_s"] for each in silent} == set(np.arange(3_600.0, row["end_s"], 600.0))


def test_blocks_leave_no_seam() -> None:
    """Charge goes on over a border to the bit."""
    light = np.abs(np.sin(np.arange(200) / 7.0)) * 200
    supply = Supply(1e5, 0.9, 1e5, 1e4, 90.0)
    time_s = STEP_S * np.arange(201)
    whole, _ = _gone(light, np.zeros(200), supply, 5e4)
    nights = beginning(1, 5e4)
    for low, high in ((0, 77), (77, 200)):
        part = Settled(*(np.empty((1, high - low + 1 - k)) for k in (0, 1, 1, 1)))
        lit = Lit(light[None, low:high].copy(), np.zeros((1, high - low)))
        settle(time_s[low : high + 1].copy(), lit, supply, nights, part)
        np.testing.assert_array_equal(part.charge_j[0], whole.charge_j[0, low : high + 1])
