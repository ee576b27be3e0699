"""A scenario made in Python, written as TOML and read again."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path

from skyweft.scenario.reading import load
from skyweft.scenario.scenario import Scenario
from skyweft.store.toml_writer import toml

DATA = {
    "name": 'A "quoted" \\ name and ünïcode',
    "description": "a tab\t, two\nlines and \x7f",
    "start": datetime(2026, 7, 1, 12, 30, 15, tzinfo=UTC),
    "duration_s": 3_600.5,
    "platforms": {
        "sats.v-1": {
            "layer": "space",
            "motion": {
                "kind": "walker",
                "planes": 2,
                "per_plane": 3,
                "altitude_m": 8e5,
                "inclination_deg": 53.0,
            },
            "terminals": ["r"],
        },
        "place": {
            "layer": "ground",
            "motion": {"kind": "fixed", "latitude_deg": -1e-7, "longitude_deg": 0.0},
            "terminals": ["r"],
        },
    },
    "terminals": {
        "r": {
            "kind": "radio",
            "frequency_hz": 2e9,
            "eirp_dbw": 10.0,
            "gt_db_k": -20.0,
            "mask": [(0.0, 5.0), (180.0, 12.5)],
        }
    },
    "links": [
        {"between": ("r", "r"), "elevation_min_deg": 5.0},
        {"between": ("r", "r"), "range_max_m": 1e6},
    ],
}


def test_round_trip(tmp_path: Path) -> None:
    scenario = Scenario.model_validate(DATA)
    path = tmp_path / "again.toml"
    path.write_text(toml(scenario), encoding="utf-8")
    assert load(path) == scenario


def test_defaults_are_left_out() -> None:
    assert "seed" not in tomllib.loads(toml(Scenario.model_validate(DATA)))
