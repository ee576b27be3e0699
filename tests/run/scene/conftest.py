"""A run of satellites, an airship and stations that ends between two knots; a reader of scenes."""

import json
import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from skyweft.run import Run, run

TOML = """\
name = "Small </script> 三峡"
start = 2026-07-01T00:00:00Z
duration_s = 7_250

[platforms.sats]
layer = "space"
motion = { kind = "walker", planes = 3, per_plane = 4, altitude_m = 550e3, inclination_deg = 60 }
terminals = ["sat"]

[platforms.airship]
layer = "near_space"
terminals = ["sat"]
[platforms.airship.motion]
kind = "loiter"
latitude_deg = 30
longitude_deg = 116
altitude_m = 20e3
pattern = "circle"
radius_m = 8e3
speed_m_s = 15

[platforms.stations]
layer = "ground"
motion = { kind = "sites", file = "sites.csv" }
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

[[links]]
between = ["sat", "sat"]
waveform = "lora"

[[routes]]
sources = ["stations"]
targets = ["stations"]
step_s = 200
paths = true

[[flows]]
sources = ["stations"]
targets = ["stations"]
demand_bps = 200
step_s = 300
"""

SITES = """\
name,latitude_deg,longitude_deg,altitude_m
Beijing,39.9,116.4,50
Wuhan,30.6,114.3,20
Oslo,59.9,10.75,10
"""


@dataclass(frozen=True)
class Read:
    """A scene as a browser would see it."""

    header: dict[str, Any]
    arrays: dict[str, np.ndarray]

    def at(self, platform: int, time_s: float) -> np.ndarray:
        """Return where a mover is, by the textbook's cubic Hermite between two nodes."""
        row, number = self.header["platforms"]["track"][platform], 0
        while row >= self.arrays[f"track.{number}.position"].shape[1]:
            row -= self.arrays[f"track.{number}.position"].shape[1]
            number += 1
        nodes_s, position, velocity = (
            self.arrays[f"track.{number}.{name}"].astype(float)
            for name in ("time", "position", "velocity")
        )
        step_s = nodes_s[1] - nodes_s[0]
        k = min(int((time_s - nodes_s[0]) / step_s), len(nodes_s) - 2)
        u = (time_s - nodes_s[k]) / step_s
        a, b = position[k, row], position[k + 1, row]
        va, vb = step_s * velocity[k, row], step_s * velocity[k + 1, row]
        return (
            (2 * u**3 - 3 * u**2 + 1) * a
            + (u**3 - 2 * u**2 + u) * va
            + (3 * u**2 - 2 * u**3) * b
            + (u**3 - u**2) * vb
        )


def _unpacked(data: bytes) -> Read:
    (length,) = struct.unpack_from("<I", data)
    assert (4 + length) % 8 == 0
    header = json.loads(data[4 : 4 + length])
    arrays = {}
    for name, each in header["arrays"].items():
        assert each["offset"] % 8 == 0
        count = int(np.prod(each["shape"]))
        start = 4 + length + each["offset"]
        found = np.frombuffer(data, f"<{each['dtype']}", count, start)
        arrays[name] = found.reshape(each["shape"])
    return Read(header, arrays)


@pytest.fixture(scope="session")
def unpacked():
    """Return a reader that knows of the format only what its design note says."""
    return _unpacked


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("small")
    (folder / "sites.csv").write_text(SITES, encoding="utf-8")
    (folder / "small.toml").write_text(TOML, encoding="utf-8")
    return run(folder / "small.toml", folder / "out")
