"""One small run that every export is made from: satellites, an aircraft, a train, sites."""

from pathlib import Path

import pytest

from skyweft.results import Run, run

TOML = """\
name = "Exported"
start = 2026-07-01T00:00:00Z
duration_s = 9_000

[platforms.sats]
layer = "space"
motion = { kind = "walker", planes = 2, per_plane = 3, altitude_m = 800e3, inclination_deg = 60 }
terminals = ["sat"]

[platforms.polar]
layer = "space"
motion = { kind = "orbit", altitude_m = 1000e3, inclination_deg = 90, raan_deg = 30 }
terminals = ["sat"]

[platforms.plane]
layer = "air"
motion = { kind = "track", file = "plane.csv", ends = "absent" }
terminals = ["node"]

[platforms.ground]
layer = "ground"
motion = { kind = "sites", file = "sites.csv" }
terminals = ["node"]

[terminals.sat]
kind = "radio"
frequency_hz = 2.2e9
bandwidth_hz = 1e6
eirp_dbw = 10
gt_db_k = -15

[terminals.node]
kind = "radio"
frequency_hz = 2.0e9
bandwidth_hz = 1e6
eirp_dbw = 10
gt_db_k = -15

[[links]]
between = ["node", "sat"]
elevation_min_deg = 10
waveform = "dvb_s2x"
"""
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
