"""Key metrics of contacts: who was not looked for is not said to meet nobody."""

import re
from pathlib import Path

import pytest

from skyweft.report import write
from skyweft.results import Run, run

RADIO = {"kind": "radio", "frequency_hz": 401e6, "eirp_dbw": -8.0, "gt_db_k": -25.0}
SCENARIO = {
    "name": "Two kinds of rules",
    "start": "2026-07-01T00:00:00Z",
    "duration_s": 21_600,
    "platforms": {
        "sats": {
            "layer": "space",
            "motion": {
                "kind": "walker", "planes": 2, "per_plane": 3, "altitude_m": 800e3,
                "inclination_deg": 60,
            },
            "terminals": ["up"],
        },
        "office": {
            "layer": "ground",
            "motion": {"kind": "fixed", "latitude_deg": 30, "longitude_deg": 100},
            "terminals": ["down"],
        },
        "gauges": {
            "layer": "ground",
            "motion": {"kind": "population", "count": 5, "region": "land"},
            "terminals": ["node"],
        },
        "mute": {
            "layer": "ground",
            "motion": {"kind": "fixed", "latitude_deg": 30, "longitude_deg": 101},
        },
    },
    "terminals": {"up": RADIO, "down": RADIO, "node": RADIO},
    "links": [
        {"between": ["down", "up"], "elevation_min_deg": 10, "waveform": "lora"},
        {"between": ["node", "up"], "elevation_min_deg": 10, "waveform": "lora", "windows": False},
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Run:
    from datetime import UTC, datetime

    scenario = {**SCENARIO, "start": datetime(2026, 7, 1, tzinfo=UTC)}
    return run(scenario, tmp_path_factory.mktemp("metrics") / "run")


def test_groups_without_windows_have_no_figures(result: Run) -> None:
    found = result.summary()
    gauges, mute, office = (found["groups"][name] for name in ("gauges", "mute", "office"))
    assert gauges["members"] == 5
    assert gauges["share_in_contact_mean"] is gauges["members_never_met"] is None
    assert mute["members_never_met"] == 1  # no rule at all: it meets nobody
    assert office["members_never_met"] == 0
    assert found["contacts"]["sites_never_met"] == 1
    passes = result.contacts.num_rows / (0.25 * 2)
    assert found["contacts"]["passes_per_site_per_day"] == pytest.approx(passes)


def test_the_report_says_so(result: Run, tmp_path: Path) -> None:
    text = write(result, tmp_path / "report.html").read_text(encoding="utf-8")
    rows = re.findall(r"<tr>(.*?)</tr>", text, re.DOTALL)
    (gauges,) = [row for row in rows if "gauges" in row and "windows searched" in row]
    assert "0.0" not in gauges
    (mute,) = [row for row in rows if "mute" in row and "nobody" in row]
    assert "360.0" in mute  # minutes: the whole run is a gap
