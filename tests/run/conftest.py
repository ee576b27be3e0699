"""A small network of four kinds of platform that every test of a run shares."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from .kills import Killer, skyweft

TOML = """\
name = "Tiny"
start = 2026-07-01T00:00:00Z
duration_s = 7_200
seed = 3

[platforms.sats]
layer = "space"
motion = { kind = "walker", planes = 2, per_plane = 3, altitude_m = 800e3, inclination_deg = 60 }
terminals = ["sat"]

[platforms.high]
layer = "space"
motion = { kind = "orbit", altitude_m = 35786e3, inclination_deg = 0.1, mean_anomaly_deg = 100 }
terminals = ["sat"]

[platforms.ground]
layer = "ground"
motion = { kind = "sites", file = "sites.csv" }
terminals = ["node"]

[platforms.field]
layer = "ground"
motion = { kind = "population", count = 12 }
terminals = ["node"]

[terminals.node]
kind = "radio"
frequency_hz = 401e6
bandwidth_hz = 125e3
eirp_dbw = 3.0
gt_db_k = -25.0

[terminals.sat]
kind = "radio"
frequency_hz = 402e6
bandwidth_hz = 125e3
eirp_dbw = 5.0
gt_db_k = -22.0

[[links]]
between = ["node", "sat"]
elevation_min_deg = 10
waveform = "lora"

[[routes]]
sources = ["ground"]
targets = ["ground", "field"]
step_s = 300
paths = true

[[flows]]
sources = ["ground"]
targets = ["ground", "field"]
demand_bps = 200
step_s = 300

[gateways]
sites = ["ground"]
need_bps = 100
target_share = 0.5
step_s = 300
antennas_max = 2

[[packets]]
source = "ground"
target = "field"
rate_bps = 100
size_bytes = 20
start_s = 400
duration_s = 195
step_s = 20
processing_s = 1e-3
background = true

[coverage]
platforms = ["sats"]
sites = ["ground"]
cells = 50
"""

SITES = """\
name,latitude_deg,longitude_deg
Beijing,39.9,116.4
Quito,-0.2,-78.5
Oslo,59.9,10.75
"""


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """Return the scenario's file."""
    (tmp_path / "sites.csv").write_text(SITES, encoding="utf-8")
    (tmp_path / "tiny.toml").write_text(TOML, encoding="utf-8")
    return tmp_path / "tiny.toml"


@pytest.fixture
def short_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut runs into blocks of ten minutes, as a far larger network would."""
    from skyweft.run.work import blocks

    monkeypatch.setattr(blocks, "PAIR_DAYS", 0.1)


@pytest.fixture(scope="session")
def publish_killed() -> Iterator[Callable[..., bool]]:
    """Return what publishes a draft in a process that is killed at a step."""
    killer = Killer()
    yield killer.publish
    killer.close()


@pytest.fixture(scope="session")
def run_killed() -> Callable[..., "subprocess.CompletedProcess[str]"]:
    """Return what runs a command of skyweft in a process that is killed at a step."""
    return skyweft
