"""Who is in a tunnel is linked with nobody: in links, routes, flows and messages alike."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import skyweft
from skyweft.fleet import Floats
from tests.written import LORA, fixed, head

Flags = NDArray[np.bool_]
RAIL = """
[platforms.train]
layer = "ground"
terminals = ["down"]

[platforms.train.motion]
kind = "rail"
file = "line.csv"
speed_max_m_s = 100.0
departures_s = [300]
blocked = [
    { from_m = 20_000, to_m = 40_000 },
    { from_s = 1_500, to_s = 1_600, cause = "terrain" },
]
"""
ASKED = """
[[routes]]
sources = ["train"]
targets = ["mast"]
step_s = 10

[[messages]]
source = "train"
target = "mast"
size_bytes = 20
period_s = 5
"""


def test_nothing_leaves_a_tunnel(tmp_path: Path) -> None:
    """It leaves at 300 s with 0.5 m/s2, runs 100 m/s from 10 km on, passes 20 km at 600 s."""
    (tmp_path / "line.csv").write_text(
        "latitude_deg,longitude_deg\n" + "".join(f"0,{k / 10}\n" for k in range(11))
    )
    file = tmp_path / "train.toml"
    mast = fixed("mast", "up", 0.2, 0.5, 20e3, "near_space")
    file.write_text(head("Tunnel", 1_800) + RAIL + mast + LORA + ASKED)
    run = skyweft.run(file, tmp_path / "run")
    rows = run.blockages.to_pylist()
    assert [each["cause"] for each in rows] == ["tunnel", "terrain"]
    spans = np.array([[each["start_s"], each["end_s"]] for each in rows])
    np.testing.assert_allclose(spans, [[600, 800], [1_500, 1_600]], atol=1e-3)

    def hidden(time_s: Floats) -> Flags:
        """Tell who is in a tunnel."""
        inside = (time_s[:, None] >= spans[:, 0]) & (time_s[:, None] < spans[:, 1])
        found: Flags = np.any(inside, axis=1)
        return found

    samples = run.link_samples.to_pandas()
    away = np.abs(samples.time_s.to_numpy()[:, None] - spans.ravel()).min(axis=1)
    samples = samples[away > 1e-6]  # of edges, where samples lie on both sides
    dark = hidden(samples.time_s.to_numpy())
    assert dark.any()
    assert (samples.rate_bps[dark] == 0).all()
    assert (samples.rate_bps[~dark] > 0).all()
    routes = run.routes.to_pandas()
    dark = hidden(routes.time_s.to_numpy())
    np.testing.assert_array_equal(routes.reachable, ~dark)
    assert {*routes.reason[dark]} == {"tunnel", "terrain"}
    messages = run.deliveries.to_pandas()
    received = messages.received_s.dropna().to_numpy()
    assert len(received) > 200
    assert not hidden(received).any()
    (found,) = run.summary()["blockage"]
    assert found["blockages"] == 2
    assert found["blocked_share"] == pytest.approx(300 / 1_800, abs=1e-6)
    assert found["longest_s"] == pytest.approx(200, abs=1e-3)
