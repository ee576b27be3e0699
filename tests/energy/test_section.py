"""The section, the drawing and the lines say what the run's tables say."""

import re
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

import skyweft
from skyweft.energy.lines import lines
from skyweft.energy.section import section
from skyweft.plot import battery_charge


def test_what_batteries_came_to_is_said(tmp_path: Path) -> None:
    energy = {"array_m2": 1.0, "battery_wh": 1_000.0, "payload_w": 20.0}
    place = {"kind": "fixed", "latitude_deg": 0.0, "longitude_deg": 0.0}
    station = {"layer": "ground", "energy": energy, "motion": place}
    mast = {**station, "energy": {**energy, "battery_wh": 100.0}}
    run = skyweft.run(
        {
            "name": "Two batteries",
            "start": datetime(2026, 3, 20, tzinfo=UTC),
            "duration_s": 86_400.0,
            "platforms": {"station": station, "mast": mast},
        },
        tmp_path / "run",
    )
    found = section(run)
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", found.body))
    one, other = run.summary()["energy"]
    assert f"station 1 {100 * one['charge_min']:.1f} station" in text
    assert "mast 1 0.0 mast 100.0" in text
    assert other["night_margin_wh"] < 0 < one["night_margin_wh"]
    assert f"{other['night_margin_wh']:.4g} Wh" in text
    assert "mast" in found.tiles[0]
    said = list(lines(run.summary()))
    assert re.fullmatch(
        r"energy of station: least charge [\d.]+ %, worst night leaves .* Wh", said[0]
    )
    assert said[1].endswith("% of the time without energy")
    ax = battery_charge(run.energy, 86_400.0)
    lowest = np.asarray(ax.get_lines()[0].get_ydata())
    mine = [each["charge"] for each in run.energy.to_pylist() if each["platform"] == "mast"]
    np.testing.assert_array_equal(lowest, 100 * np.array(mine))
