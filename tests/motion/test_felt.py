"""What an airship can and has is felt by all: tracks, contacts, deliveries and routes."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import skyweft

DAY_S = 86_400.0
OPTICAL = {"kind": "optical", "wavelength_m": 1.55e-6, "rate_bps": 1e9}


def _run(folder: Path, hull: dict[str, Any], energy: dict[str, Any], days: float) -> skyweft.Run:
    """An airship at 45 degrees north in winter, above two places and a device."""
    station = {"latitude_deg": 45.0, "longitude_deg": 114.0, "altitude_m": [20e3, 20e3]}
    ship = {
        "layer": "near_space",
        "energy": {"array_m2": 3_000.0, "battery_wh": 5e6, "payload_w": 5e3} | energy,
        "motion": {
            "kind": "airship",
            "station": station,
            "hull": {"volume_m3": 50e3, "speed_max_m_s": 24.0} | hull,
        },
        "terminals": ["up", "o"],
    }

    def place(latitude_deg: float, terminal: str) -> dict[str, Any]:
        motion = {"kind": "fixed", "latitude_deg": latitude_deg, "longitude_deg": 114.0}
        return {"layer": "ground", "motion": motion, "terminals": [terminal]}

    up = {"kind": "radio", "frequency_hz": 400e6, "eirp_dbw": 0.0, "gt_db_k": -25.0}
    down = {"kind": "radio", "frequency_hz": 401e6, "eirp_dbw": -8.0, "gt_db_k": -31.0}
    return skyweft.run(
        {
            "name": "Felt",
            "start": datetime(2026, 1, 5, tzinfo=UTC),
            "duration_s": days * DAY_S,
            "weather": {"wind": {"source": "calm" if energy else "climatology"}},
            "platforms": {
                "ship": ship,
                "device": place(45.1, "down"),
                "north": place(45.2, "o"),
                "south": place(44.8, "o"),
            },
            "terminals": {"o": OPTICAL, "up": up, "down": down},
            "links": [
                {"between": ["down", "up"], "waveform": "lora", "elevation_min_deg": 10.0},
                {"between": ["o", "o"], "elevation_min_deg": 10.0},
            ],
            "messages": [
                {"source": "device", "target": "ship", "size_bytes": 20, "period_s": 600.0}
            ],
            "routes": [{"sources": ["north"], "targets": ["south"], "step_s": 600.0}],
        },
        folder,
    )


def test_half_the_speed_moves_track_contacts_deliveries_and_routes(tmp_path: Path) -> None:
    fast, slow = (
        _run(tmp_path / f"{speed:g}", {"speed_max_m_s": speed}, {}, 4.0) for speed in (24.0, 12.0)
    )
    track_m = [
        np.column_stack([each.tracks[axis].to_numpy() for axis in ("x_m", "y_m", "z_m")])
        for each in (fast, slow)
    ]
    assert np.linalg.norm(track_m[0] - track_m[1], axis=1).max() > 100e3
    seen_s = [
        np.sum(each.contacts["end_s"].to_numpy() - each.contacts["start_s"].to_numpy())
        for each in (fast, slow)
    ]
    share = [each.summary()["deliveries"]["delivered"] for each in (fast, slow)]
    reached = [np.mean(each.routes["reachable"].to_numpy()) for each in (fast, slow)]
    for found in (seen_s, share, reached):
        assert found[1] < 0.9 * found[0]


def test_without_a_battery_routes_end_with_the_day(tmp_path: Path) -> None:
    """January at 45 degrees north: 15.3 hours without the Sun on a level array, and no routes."""
    with_, without = (
        _run(tmp_path / f"{wh:g}", {}, {"battery_wh": wh, "array": "level"}, 1.0)
        for wh in (5e6, 1.0)
    )
    reached = [
        {each["time_s"]: each["reachable"] for each in run.routes.to_pylist()}
        for run in (with_, without)
    ]
    assert all(reached[0].values())
    lost = {time_s for time_s, found in reached[1].items() if not found}
    assert len(lost) * 600 / 3_600 == pytest.approx(15.3, abs=1.0)
    dark = [
        (each["start_s"], each["end_s"])
        for each in without.restrictions.to_pylist()
        if each["cause"] == "no energy"
    ]
    assert all(any(low <= time_s <= high for low, high in dark) for time_s in lost)
    assert without.summary()["deliveries"]["lost_restricted"] > 0
    assert with_.summary()["deliveries"]["lost_restricted"] == 0
