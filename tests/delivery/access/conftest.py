"""A small constellation and devices that send to it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from skyweft.delivery.access.reception import begin, receive
from skyweft.delivery.product import Receptions
from skyweft.motion.fleet import build_fleet
from skyweft.motion.propagate import propagate
from skyweft.scenario.scenario import Scenario
from skyweft.stage import NOTHING, Restrictions


@pytest.fixture(scope="session")
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as executor:
        yield executor


PLATFORMS: dict[str, Any] = {
    "satellites": {
        "layer": "space",
        "motion": {
            "kind": "walker",
            "pattern": "star",
            "planes": 2,
            "per_plane": 5,
            "altitude_m": 800e3,
            "inclination_deg": 98.6,
        },
        "terminals": ["receives"],
    },
    "devices": {
        "layer": "ground",
        "motion": {"kind": "population", "count": 200, "region": "land"},
        "terminals": ["sends"],
    },
    "gateway": {
        "layer": "ground",
        "motion": {"kind": "fixed", "latitude_deg": 30.0, "longitude_deg": 114.0},
    },
}
SENDS = {
    "kind": "radio",
    "frequency_hz": 401e6,
    "eirp_dbw": -7.0,
    "gt_db_k": -30.0,
    "energy": {"transmit_w": 0.5, "receive_w": 0.05, "sleep_w": 1e-5},
}
HEARS = {"kind": "radio", "frequency_hz": 401e6, "eirp_dbw": 0.0, "gt_db_k": -25.0}
LINK = {"elevation_min_deg": 10.0, "waveform": "air", "windows": False}
RULE = {"source": "devices", "target": "gateway", "size_bytes": 20, "period_s": 600.0}


def scenario_of(
    *rules: dict[str, Any],
    devices: int = 200,
    waveform: dict[str, Any] | None = None,
    reception: dict[str, Any] | None = None,
    **changes: Any,
) -> Scenario:
    """Return a scenario of ten satellites that hear devices all over the land."""
    population = PLATFORMS["devices"]["motion"] | {"count": devices}
    whole: dict[str, Any] = {
        "name": "devices",
        "start": datetime(2026, 7, 1, tzinfo=UTC),
        "duration_s": 3_600.0,
        "seed": 7,
        "platforms": PLATFORMS | {"devices": PLATFORMS["devices"] | {"motion": population}},
        "terminals": {"sends": SENDS, "receives": HEARS | {"reception": reception or {}}},
        "waveforms": {"air": waveform or {"kind": "lora"}},
        "links": [{"between": ["sends", "receives"]} | LINK],
        "messages": [
            {key: value for key, value in (RULE | each).items() if value is not None}
            for each in rules or ({},)
        ],
    }
    return Scenario.model_validate(whole | changes)


def received_in(
    scenario: Scenario,
    borders_s: list[float],
    threads: ThreadPoolExecutor,
    restrictions: Restrictions = NOTHING,
) -> Receptions:
    """Return what a run in blocks with these borders gives, in one piece."""
    fleet = build_fleet(scenario)
    carry, parts = begin(scenario, fleet), []
    for start_s, end_s in pairwise(borders_s):
        motion = propagate(scenario, fleet, start_s, end_s, threads)
        received, carry = receive(
            scenario, fleet, motion, start_s, end_s, carry, threads, restrictions
        )
        parts.append(received)
    assert not len(carry.messages)
    return joined(parts)


def joined(parts: list[Receptions]) -> Receptions:
    """Put blocks together, by time of making."""
    whole = {
        each.name: np.concatenate([getattr(part, each.name) for part in parts])
        for each in fields(Receptions)
        if each.name != "copy_first"
    }
    counts = np.concatenate([np.diff(part.copy_first) for part in parts])
    first = np.concatenate([[0], np.cumsum(counts)])
    names = ("number", "device", "rule", "created_s")
    order = np.lexsort([whole[name] for name in names])
    copies = np.concatenate([np.arange(first[k], first[k + 1]) for k in order]).astype(np.int64)
    return Receptions(
        **{
            name: column[copies if name.startswith("copy") else order]
            for name, column in whole.items()
        },
        copy_first=np.concatenate([[0], np.cumsum(counts[order])]),
    )


def same(one: Receptions, other: Receptions) -> bool:
    """Whether two products are equal to the last bit."""
    return all(
        np.array_equal(getattr(one, each.name), getattr(other, each.name))
        for each in fields(Receptions)
    )
