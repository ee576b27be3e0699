"""A small world: circular orbits over an Earth that does not turn, and two places on it."""

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from skyweft.contacts.product import Contacts
from skyweft.fleet import Fleet, Motion, Sites, Tracks
from skyweft.scenario.scenario import Scenario
from skyweft.world.ellipsoid import to_ecef, up

RADIUS_M, RATE = 6.978137e6, 1.0829e-3
PLACES = np.array([[0.0, 0.0], [40.0, 10.0]])


class Circles:
    """Movers whose tracks are made here; only their number matters."""

    count = 3
    step_max_s = 30.0

    def fill(self, *_: Any) -> tuple[str, ...]:
        raise AssertionError("the tracks are given")


def circle(time_s: Any, phase: float, tilt_deg: float) -> tuple[Any, Any]:
    """Return position and velocity (3, T) on a circle that crosses (0, 0) at phase / RATE."""
    angle = RATE * np.asarray(time_s) - phase
    tilt = np.radians(tilt_deg)
    across = np.array([0.0, np.cos(tilt), np.sin(tilt)])[:, None]
    along = np.array([1.0, 0.0, 0.0])[:, None]
    position = RADIUS_M * (along * np.cos(angle) + across * np.sin(angle))
    velocity = RADIUS_M * RATE * (across * np.cos(angle) - along * np.sin(angle))
    return position, velocity


def motion_until(end_s: float, start_s: float = 0.0) -> Motion:
    time_s = np.append(np.arange(start_s, end_s, 30.0), end_s)
    states = [circle(time_s, phase, tilt) for phase, tilt in ((0.6, 0), (0.6, 50), (0.75, 50))]
    position, velocity = (np.ascontiguousarray([state[i] for state in states]) for i in range(2))
    places = np.array([to_ecef(lat, lon, 0.0) for lat, lon in PLACES])
    ups = np.array([up(lat, lon) for lat, lon in PLACES])
    return Motion(Tracks(time_s, position, velocity), Sites(places, ups))


def contacts_of(rows: list[tuple[int, int, int, float, float, float]], **flags: Any) -> Contacts:
    """Make contacts from (link, source, target, start, culmination, end)."""
    rows = sorted(rows, key=lambda row: row[3])
    link, source, target, start, best, end = (np.array(each) for each in zip(*rows, strict=True))
    count = len(rows)
    return Contacts(
        link.astype(np.int16),
        source.astype(np.int32),
        target.astype(np.int32),
        start.astype(float),
        end.astype(float),
        best.astype(float),
        np.full(count, 45, np.float32),
        np.full(count, 6e5),
        np.asarray(flags.get("cut_start", np.zeros(count, bool))),
        np.asarray(flags.get("cut_end", np.zeros(count, bool))),
    )


def fleet_of() -> Fleet:
    places = np.array([to_ecef(lat, lon, 0.0) for lat, lon in PLACES])
    return Fleet(
        names=("sat-0", "sat-1", "sat-2", "here", "there"),
        groups=("sats", "places"),
        layers=("space", "ground"),
        group=np.array([0, 0, 0, 1, 1], dtype=np.int32),
        mover=np.array([0, 1, 2, -1, -1], dtype=np.int32),
        site=np.array([-1, -1, -1, 0, 1], dtype=np.int32),
        movers=(Circles(),),
        sites=Sites(places, np.array([up(lat, lon) for lat, lon in PLACES])),
        planes={},
        derived_geometry=(),
        warnings=(),
    )


@pytest.fixture
def fleet() -> Fleet:
    return fleet_of()


def scenario_of(**changes: Any) -> Scenario:
    whole: dict[str, Any] = {
        "name": "a small world",
        "start": datetime(2026, 7, 1, tzinfo=UTC),
        "duration_s": 1200.0,
        "platforms": {
            "sats": {
                "layer": "space",
                "motion": {
                    "kind": "walker",
                    "planes": 1,
                    "per_plane": 3,
                    "inclination_deg": 50.0,
                    "altitude_m": 600e3,
                },
                "terminals": ["sat", "laser"],
            },
            "places": {
                "layer": "ground",
                "motion": {"kind": "fixed", "latitude_deg": 0.0, "longitude_deg": 0.0},
                "terminals": ["user"],
            },
        },
        "terminals": {
            "sat": {
                "kind": "radio",
                "frequency_hz": 2.0e9,
                "bandwidth_hz": 10e6,
                "eirp_dbw": 34.0,
                "gt_db_k": 1.1,
            },
            "user": {
                "kind": "radio",
                "frequency_hz": 2.1e9,
                "bandwidth_hz": 1e6,
                "eirp_dbw": -7.0,
                "gt_db_k": -31.6,
            },
            "laser": {"kind": "optical", "rate_bps": 10e9},
        },
        "links": [
            {"between": ["user", "sat"], "waveform": "shannon"},
            {"between": ["laser", "laser"]},
        ],
    }
    return Scenario.model_validate(whole | changes)
