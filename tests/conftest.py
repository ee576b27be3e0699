"""What all tests share."""

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from . import packages
from .kills import Killer, skyweft

if TYPE_CHECKING:
    from skyweft.results import Run

PROJECT = Path(__file__).parents[1] / "pyproject.toml"
ORACLES = "SKYWEFT_ORACLES"
SKIPPED = "skyweft/skipped"  # in pytest's cache
_skipped: set[str] = set()

# A small network of four kinds of platform, for whole runs.
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
demand_bps = 100
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

# Tests time nothing: the first example of a property may compile a kernel, on a busy machine.
settings.register_profile("skyweft", deadline=None)
settings.load_profile("skyweft")


def pytest_configure() -> None:
    """Refuse to skip what has no oracle, where SKYWEFT_ORACLES=require, or =rest."""
    asked = os.environ.get(ORACLES)
    if asked is None:
        return
    if asked not in ("require", "rest"):
        raise pytest.UsageError(f"{ORACLES}={asked}: 'require' and 'rest' are known")
    groups = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["dependency-groups"]
    missing = []
    for each in groups["oracles"]:
        name = re.split(r"[<>=~! ]", each)[0]
        try:
            distribution(name)
        except PackageNotFoundError:
            missing.append(name)
    if missing:
        raise pytest.UsageError(f"{ORACLES}={asked}, and there is no {', '.join(missing)}")


def pytest_collectreport(report: pytest.CollectReport) -> None:
    """Take notice of a file that is skipped."""
    if report.skipped:
        _skipped.add(report.nodeid)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Take notice of a test that is skipped."""
    if report.skipped:
        _skipped.add(report.nodeid)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Keep what was skipped; all processes of xdist tell the first of it."""
    cache = session.config.cache
    if cache and not hasattr(session.config, "workerinput") and ORACLES not in os.environ:
        cache.set(SKIPPED, sorted(_skipped))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what the run before has not skipped, where SKYWEFT_ORACLES=rest."""
    if os.environ.get(ORACLES) != "rest":
        return
    before = config.cache and config.cache.get(SKIPPED, None)
    if before is None:
        raise pytest.UsageError(f"{ORACLES}=rest, and no run before has said what it skipped")
    rest = {*before}
    out = [each for each in items if not {each.nodeid, each.nodeid.partition("::")[0]} & rest]
    config.hook.pytest_deselected(items=out)
    items[:] = [each for each in items if each not in {*out}]


@pytest.fixture(scope="session", autouse=True)
def _no_power_cuts() -> Iterator[None]:
    """Wait for no disk: nobody cuts the power of a test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda number: None)
        yield


@pytest.fixture(scope="session", autouse=True)
def _nothing_reused() -> Iterator[None]:
    """Have every run work by itself, unless a test asks for more."""
    from skyweft.store.kept import nothing_reused

    with nothing_reused():
        yield


@pytest.fixture(autouse=True)
def _figures_closed() -> Iterator[None]:
    """Close what a test has drawn: matplotlib keeps figures until somebody does, and warns."""
    yield
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close("all")


@pytest.fixture
def reusing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Have runs take over the work of those before them in this test; return where it is kept."""
    monkeypatch.setenv("SKYWEFT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("SKYWEFT_REUSE_BYTES", "1e9")
    return tmp_path / "cache" / "reuse"


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


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> "Run":
    """Run satellites, an airship and stations for two hours that end between two knots."""
    from skyweft.results import run

    return run(Path(__file__).parent / "small" / "small.toml", tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="session")
def beamed(tmp_path_factory: pytest.TempPathFactory) -> "Run":
    """Run the first hour of the same with three steered beams a satellite."""
    from skyweft.results import run

    return run(
        Path(__file__).parent / "small" / "small.toml",
        tmp_path_factory.mktemp("beamed"),
        overrides=["duration_s=3600", "links.0.beams={count=3,width_deg=6.0}"],
    )


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """Return the scenario's file."""
    (tmp_path / "sites.csv").write_text(SITES, encoding="utf-8")
    (tmp_path / "tiny.toml").write_text(TOML, encoding="utf-8")
    return tmp_path / "tiny.toml"


@pytest.fixture
def short_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut runs into blocks of ten minutes, as a far larger network would."""
    from skyweft.contacts import stage

    monkeypatch.setattr(stage, "PAIR_DAYS", 0.1)


@pytest.fixture(scope="session")
def installed() -> Callable[..., AbstractContextManager[None]]:
    """Have a package add parts, within a block: `packages.installed`."""
    return packages.installed
