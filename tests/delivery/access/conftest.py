"""A small constellation and things that send to it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from skyweft.delivery.access.hear import begin, hear
from skyweft.delivery.product import Heard
from skyweft.motion.fleet import assemble
from skyweft.motion.propagate import propagate
from skyweft.scenario.scenario import Scenario


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
        "terminals": ["hears"],
    },
    "things": {
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
RULE = {"source": "things", "target": "gateway", "size_bytes": 20, "period_s": 600.0}


def scenario_of(
    *rules: dict[str, Any],
    things: int = 200,
    waveform: dict[str, Any] | None = None,
    reception: dict[str, Any] | None = None,
    **changes: Any,
) -> Scenario:
    """Return a scenario of ten satellites that hear things all over the land."""
    population = PLATFORMS["things"]["motion"] | {"count": things}
    whole: dict[str, Any] = {
        "name": "things",
        "start": datetime(2026, 7, 1, tzinfo=UTC),
        "duration_s": 3_600.0,
        "seed": 7,
        "platforms": PLATFORMS | {"things": PLATFORMS["things"] | {"motion": population}},
        "terminals": {"sends": SENDS, "hears": HEARS | {"reception": reception or {}}},
        "waveforms": {"air": waveform or {"kind": "lora"}},
        "links": [{"between": ["sends", "hears"]} | LINK],
        "messages": [
            {key: value for key, value in (RULE | each).items() if value is not None}
            for each in rules or ({},)
        ],
    }
    return Scenario.model_validate(whole | changes)


def heard_in(scenario: Scenario, borders_s: list[float], threads: ThreadPoolExecutor) -> Heard:
    """Return what a run in blocks with these borders gives, in one piece."""
    fleet = assemble(scenario)
    carry, parts = begin(scenario, fleet), []
    for start_s, end_s in pairwise(borders_s):
        motion = propagate(scenario, fleet, start_s, end_s, threads)
        heard, carry = hear(scenario, fleet, motion, start_s, end_s, carry, threads)
        parts.append(heard)
    assert not len(carry.messages)
    return joined(parts)


def joined(parts: list[Heard]) -> Heard:
    """Put blocks together, by time of making."""
    whole = {
        each.name: np.concatenate([getattr(part, each.name) for part in parts])
        for each in fields(Heard)
        if each.name != "copy_first"
    }
    counts = np.concatenate([np.diff(part.copy_first) for part in parts])
    first = np.concatenate([[0], np.cumsum(counts)])
    names = ("number", "thing", "rule", "created_s")
    order = np.lexsort([whole[name] for name in names])
    copies = np.concatenate([np.arange(first[k], first[k + 1]) for k in order]).astype(np.int64)
    return Heard(
        **{
            name: column[copies if name.startswith("copy") else order]
            for name, column in whole.items()
        },
        copy_first=np.concatenate([[0], np.cumsum(counts[order])]),
    )


def same(one: Heard, other: Heard) -> bool:
    """Whether two products are equal to the last bit."""
    return all(
        np.array_equal(getattr(one, each.name), getattr(other, each.name)) for each in fields(Heard)
    )
