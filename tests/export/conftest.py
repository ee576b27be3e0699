"""One small run that every export is made from: satellites, an aircraft, a train, sites."""

from pathlib import Path

import pytest

from skyweft.results import Run, run
from tests.written import group, head, link, radio, shell

POWER = {"bandwidth_hz": 1e6, "eirp_dbw": 10, "gt_db_k": -15}
TOML = (
    head("Exported", 9_000)
    + shell("sats", "sat", 2, 3, 60)
    + group("polar", "space", "sat", kind="orbit", altitude_m=1000e3, inclination_deg=90,
            raan_deg=30)
    + group("plane", "air", "node", kind="track", file="plane.csv", ends="absent")
    + group("ground", "ground", "node", kind="sites", file="sites.csv")
    + radio("sat", 2.2e9, **POWER)
    + radio("node", 2.0e9, **POWER)
    + link("node", "sat", elevation_min_deg=10, waveform="dvb_s2x")
)  # fmt: skip
PLANE = """\
time_s,latitude_deg,longitude_deg,altitude_m
600,10.0,175.0,10000
4200,12.0,-178.0,10000
"""
SITES = """\
name,latitude_deg,longitude_deg,altitude_m
Wuhan,30.6,114.3,30
Suva,-18.1,178.4,5
"""


@pytest.fixture(scope="session")
def result(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder: Path = tmp_path_factory.mktemp("export")
    (folder / "plane.csv").write_text(PLANE)
    (folder / "sites.csv").write_text(SITES)
    (folder / "exported.toml").write_text(TOML)
    return run(folder / "exported.toml", folder / "run")
