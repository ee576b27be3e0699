"""The models made in Python, and what `review` says of scenarios that are valid."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from skyweft.scenario.review import check
from skyweft.scenario.scenario import Scenario

WALKER = {
    "kind": "walker",
    "planes": 2,
    "per_plane": 3,
    "altitude_m": 600e3,
    "inclination_deg": 98.0,
}
PLACE = {"kind": "fixed", "latitude_deg": 30.0, "longitude_deg": 114.0}
LASER = {"kind": "optical", "rate_bps": 1e9}
UP = {"kind": "radio", "frequency_hz": 400e6, "eirp_dbw": 0.0, "gt_db_k": -25.0}


def scenario(**changes: Any) -> Scenario:
    data: dict[str, Any] = {
        "name": "Review",
        "start": datetime(2026, 7, 1, tzinfo=UTC),
        "duration_s": 3600.0,
        "platforms": {
            "sats": {"layer": "space", "motion": WALKER, "terminals": ["up"]},
            "place": {"layer": "ground", "motion": PLACE, "terminals": ["up"]},
        },
        "terminals": {"up": UP},
        "links": [{"between": ["up", "up"], "waveform": "lora"}],
    }
    return Scenario.model_validate(data | changes)


def test_nothing_to_say_of_a_tidy_scenario() -> None:
    assert check(scenario()) == []


def test_a_scenario_never_changes() -> None:
    with pytest.raises(ValidationError):
        scenario().name = "other"  # type: ignore[misc]


def test_names_are_held_together_without_a_file_too() -> None:
    with pytest.raises(
        ValidationError, match=r"links\[0\].waveform: there is no waveform \"lorra\""
    ):
        scenario(links=[{"between": ["up", "up"], "waveform": "lorra"}])


def test_a_grid_needs_planes() -> None:
    platforms = {"place": {"layer": "ground", "motion": PLACE, "terminals": ["up"]}}
    with pytest.raises(ValidationError, match=r"\"grid\" needs groups that fill planes"):
        scenario(platforms=platforms, links=[{"between": ["up", "up"], "pattern": "grid"}])


def test_southern_border_below_the_northern() -> None:
    with pytest.raises(ValidationError, match="latitude_min_deg must be below latitude_max_deg"):
        scenario(coverage={"platforms": ["sats"], "latitude_min_deg": 10, "latitude_max_deg": 5})


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"terminals": {"up": UP, "x": UP}}, "terminals.x: no platform carries it"),
        ({"links": []}, "links: there is none, so there will be no contacts"),
        ({"links": []}, "terminals.up: no link uses it"),
        ({"waveforms": {"slow": {"kind": "lora"}}}, "waveforms.slow: no link uses it"),
        (
            {"waveforms": {"lora": {"kind": "lora"}}},
            "waveforms.lora: takes the place of the built-in waveform of this name",
        ),
        (
            {"links": [{"between": ["up", "up"]}]},
            "links[0].waveform: not given, so there will be no rates",
        ),
        (
            {"terminals": {"up": LASER}, "links": [{"between": ["up", "up"], "losses_db": 1.0}]},
            "links[0].losses_db: takes nothing off the rate, as terminals.up has no margin_db",
        ),
    ],
)
def test_warnings(changes: dict[str, Any], words: str) -> None:
    assert words in check(scenario(**changes))


def test_a_circle_reads_no_legs() -> None:
    motion = {"kind": "loiter", "altitude_m": 2e4, "speed_m_s": 20.0, "length_m": 5.0}
    motion |= {"latitude_deg": 30.0, "longitude_deg": 114.0}
    platforms = {"ship": {"layer": "near_space", "motion": motion, "terminals": ["up"]}}
    said = check(scenario(platforms=platforms))
    assert said == ["platforms.ship.motion.length_m: a circle does not read it"]
