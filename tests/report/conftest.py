"""A small run made up of every layer: nothing in it was computed, so no stage is under test."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from skyweft.contacts.arrow import CONTACTS
from skyweft.contacts.coverage.arrow import COVERAGE
from skyweft.contacts.coverage.measuring import cells
from skyweft.links.arrow import LINK_SAMPLES
from skyweft.motion.arrow import PLATFORMS
from skyweft.scenario.scenario import Scenario

DAY_S = 86_400.0
GROUPS = {
    "sats": ("space", 24),
    "airship": ("near_space", 1),
    "solar": ("air", 2),
    "train": ("ground", 1),
    "gateways": ("ground", 3),
    "sensors": ("ground", 40),
}
USERS = ("ku", "uhf", "user")
TERMINALS = {
    "sats": ["sat"],
    "airship": ["haps", "ku"],
    "solar": ["ku", "user"],
    "train": ["ku"],
    "gateways": ["ku", "user"],
    "sensors": ["uhf", "user"],
}


@dataclass(frozen=True)
class Made:
    """What a report needs of a run."""

    scenario: Scenario
    platforms: pa.Table
    contacts: pa.Table
    link_samples: pa.Table
    coverage: pa.Table | None
    warnings: Sequence[str] = ()
    derived_geometry: Sequence[str] = ()
    text: str = ""
    manifest: Mapping[str, Any] = field(default_factory=dict)
    restrictions: pa.Table | None = None
    doppler_residuals: pa.Table | None = None
    station_keeping: pa.Table | None = None

    folder: Path = Path()
    simulated_s: float = DAY_S
    complete: bool = True

    def table(self, name: str, columns: Sequence[str]) -> pa.Table:
        return getattr(self, name).select(columns)

    def but(self, **changes: Any) -> "Made":
        return replace(self, **changes)


@pytest.fixture(scope="module", autouse=True)
def no_globe() -> Iterator[None]:
    """Make reports as in a clone whose page was not built, whether it was or not."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("skyweft.report.globe.globe_module", lambda: None)
        yield


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("run")
    (folder / "scenario.toml").write_text('name = "Basin"\n# <script>alert(1)</script>\n')
    return make().but(folder=folder)


def make() -> Made:
    """Make the run; the same at every call."""
    scenario = _scenario()
    names = [
        f"{group}-{number:02d}" for group, (_, many) in GROUPS.items() for number in range(many)
    ]
    contacts = _contacts(names)
    return Made(
        scenario,
        _platforms(names),
        contacts,
        _links(contacts),
        _coverage(),
        warnings=("sats: 3 of 24 element sets are older than 14 days at the end of the run",),
        derived_geometry=(
            "sats: 4 planes of 6, altitude 560.0 km, period 95.76 min, 15.04 rev/day",
        ),
        manifest={"versions": {"skyweft": "0.1.0"}, "seconds": {"motion": 1.5}},
    )


def _scenario() -> Scenario:
    place = {"kind": "fixed", "latitude_deg": 30.0, "longitude_deg": 110.0}
    walker = {
        "kind": "walker",
        "planes": 4,
        "per_plane": 6,
        "inclination_deg": 53.0,
        "altitude_m": 560e3,
    }
    return Scenario.model_validate(
        {
            "name": "Basin: one network over four layers",
            "description": "Gateways, field sensors, a train and what flies above them.",
            "start": "2026-07-01T00:00:00Z",
            "duration_s": DAY_S,
            "seed": 7,
            "platforms": {
                group: {
                    "layer": layer,
                    "motion": walker if layer == "space" else place,
                    "terminals": TERMINALS[group],
                }
                for group, (layer, _) in GROUPS.items()
            },
            "terminals": {
                each: {
                    "kind": "radio",
                    "frequency_hz": 2e9,
                    "bandwidth_hz": 1e6,
                    "eirp_dbw": 10.0,
                    "gt_db_k": 0.0,
                }
                for each in ("sat", "haps", *USERS)
            },
            "links": [
                {"between": ["ku", "sat"], "elevation_min_deg": 10.0, "waveform": "dvb_s2x"},
                {"between": ["uhf", "sat"], "range_max_m": 2e6, "waveform": "lora"},
                {"between": ["haps", "user"], "waveform": "shannon"},
            ],
            "coverage": {"platforms": ["sats"], "sites": ["gateways"], "cells": 400},
        },
        strict=False,
    )


def _platforms(names: list[str]) -> pa.Table:
    count = len(names)
    group = [name.rsplit("-", 1)[0] for name in names]
    none = [None] * count
    return PLATFORMS.build(
        {
            "name": names,
            "group": group,
            "layer": [GROUPS[each][0] for each in group],
            "motion": ["walker" if each == "sats" else "fixed" for each in group],
            "moves": [each in ("sats", "airship", "solar", "train") for each in group],
            **dict.fromkeys(("plane", "slot", "latitude_deg", "longitude_deg", "altitude_m"), none),
            "terminals": [""] * count,
        },
    )


def _contacts(names: list[str]) -> pa.Table:
    """Passes of satellites over everything else, and long looks at the airship."""
    random = np.random.default_rng(7)
    rows = []
    for target, name in enumerate(names[24:], 24):
        passes = 12 + target % 30
        for start_s in np.sort(random.uniform(0, DAY_S - 900, passes)):
            high = 90 * random.beta(1.2, 3)
            long_s = 240 + 4 * high
            link = "uhf/sat" if name.startswith("sensors") else "ku/sat"
            rows.append((start_s, start_s + long_s, link, name, names[random.integers(24)], high))
        if target > 24 and target % 3:
            rows += [
                (hour * 3600.0, hour * 3600.0 + 2600, "haps/user", name, "airship-00", 40.0)
                for hour in range(0, 24, 1 + target % 4)
            ]
    rows.sort()
    start_s, end_s, link, source, target_, high_ = zip(*rows, strict=True)  # type: ignore[assignment]
    start, end = np.array(start_s), np.array(end_s)
    millis = np.datetime64("2026-07-01T00:00:00", "ms")
    return CONTACTS.build(
        {
            "contact": np.arange(len(rows)),
            "link": link,
            "source": source,
            "target": target_,
            "start_s": start,
            "end_s": end,
            "duration_s": end - start,
            "start_utc": millis + (start * 1e3).astype("timedelta64[ms]"),
            "end_utc": millis + (end * 1e3).astype("timedelta64[ms]"),
            "culmination_s": (start + end) / 2,
            "elevation_max_deg": np.array(high_, np.float32),
            "range_min_m": 560e3 / np.sin(np.radians(np.array(high_) + 5)),
            "cut_start": start == 0,
            "cut_end": end >= DAY_S,
        },
    )


def _links(contacts: pa.Table) -> pa.Table:
    """Five samples a contact; the reverse route only for users of the satellites' Ku band."""
    random = np.random.default_rng(8)
    many = contacts.num_rows
    contact = np.repeat(np.arange(many), 5)
    part = np.tile(np.linspace(0, 1, 5), many)
    start_s, end_s = (contacts[each].to_numpy() for each in ("start_s", "end_s"))
    time_s = start_s[contact] + part * (end_s - start_s)[contact]
    margin_db = (random.normal(6, 3, 5 * many) + 3 * np.sin(np.pi * part)).astype(np.float32)
    link = contacts["link"].combine_chunks().dictionary_decode().to_pylist()
    both = np.repeat(np.array(link) == "ku/sat", 5)
    rate_bps = np.where(margin_db > 0, 1e6 * np.floor(1 + np.maximum(margin_db, 0) / 2), 0.0)
    some = {
        each: np.zeros(5 * many, np.float32)
        for each in (
            "elevation_deg",
            *(f"doppler{word}_hz" for word in ("", "_reverse")),
            *(f"doppler_rate{word}_hz_s" for word in ("", "_reverse")),
            *(f"loss{word}_db" for word in ("", "_reverse")),
            *(f"cn0{word}_dbhz" for word in ("", "_reverse")),
        )
    }
    return LINK_SAMPLES.build(
        {
            "contact": contact,
            **{
                each: pa.chunked_array(contacts[each]).combine_chunks().take(pa.array(contact))
                for each in ("link", "source", "target")
            },
            "time_s": time_s,
            "range_m": np.full(5 * many, 8e5),
            "delay_s": np.full(5 * many, 2.7e-3),
            **some,
            "margin_db": margin_db,
            "rate_bps": rate_bps,
            "margin_reverse_db": np.where(both, margin_db - 4, np.nan).astype(np.float32),
            "rate_reverse_bps": np.where(both & (margin_db > 4), 250e3, 0.0),
        },
    )


def _coverage() -> pa.Table:
    grid = cells(400)
    sites = 3
    latitude_deg = np.concatenate([grid.latitude_deg, [29.5, 30.0, 31.2]])
    share = np.clip(0.9 - np.abs(np.abs(latitude_deg) - 45) / 60, 0, 1)
    bounds = {
        each: np.concatenate([getattr(grid, each), np.full(sites, np.nan)])
        for each in (
            "latitude_min_deg",
            "latitude_max_deg",
            "longitude_min_deg",
            "longitude_max_deg",
        )
    }
    many = len(share)
    return COVERAGE.build(
        {
            "name": [""] * 400 + [f"gateways-{each:02d}" for each in range(sites)],
            "latitude_deg": latitude_deg,
            "longitude_deg": np.concatenate([grid.longitude_deg, [110.0, 112.0, 114.3]]),
            "coverage_fraction": share,
            "in_view_mean": 2.2 * share,
            "in_view_min": np.zeros(many, np.int32),
            "in_view_max": np.full(many, 4, np.int32),
            "longest_gap_s": (1 - share) * 9_000,
            "longest_gap_cut": np.zeros(many, bool),
            "revisit_mean_s": np.where(share < 1, (1 - share) * 2_400, np.nan),
            "response_time_mean_s": (1 - share) * 800,
            "gaps": np.full(many, 30),
            "passes_per_day": share * 60,
            **bounds,
        },
    )
