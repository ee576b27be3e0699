"""Packets in a run: against the routes of the same moments, across blocks, threads and errors."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from skyweft.engine.estimate import outlook
from skyweft.errors import ScenarioError
from skyweft.network.flows.arrow import LINK_LOADS, link_loads_table
from skyweft.network.product import LinkLoads
from skyweft.network.queues import path_trace, stage
from skyweft.network.queues.path_trace import Laid
from skyweft.network.queues.stage import background
from skyweft.results import run
from skyweft.scenario.reading import load
from skyweft.store.parquet import write
from tests.written import group, head, laser, link

LASERS = (
    head("Lasers everywhere", 1_500)
    + group("sats", "space", "laser", kind="walker", planes=8, per_plane=12, altitude_m=1_200e3,
            inclination_deg=55)
    + group("towns", "ground", "telescope", kind="sites", file="sites.csv")
    + laser("laser", 1e9)
    + laser("telescope", 1e9)
    + link("telescope", "laser", elevation_min_deg=15)
    + link("laser", "laser", pattern="grid")
    + """
[[routes]]
sources = ["towns"]
targets = ["towns"]
step_s = 20
processing_s = 2e-3

[[packets]]
source = "towns"
target = "Oslo"
arrivals = "constant"
rate_bps = 50
size_bytes = 125
start_s = 500
duration_s = 400
step_s = 20
processing_s = 2e-3
"""
)  # fmt: skip
SITES = """\
name,latitude_deg,longitude_deg
Beijing,39.9,116.4
Oslo,50.9,10.75
"""


@pytest.fixture
def lasers(tmp_path: Path) -> Path:
    (tmp_path / "sites.csv").write_text(SITES, encoding="utf-8")
    (tmp_path / "lasers.toml").write_text(LASERS, encoding="utf-8")
    return tmp_path / "lasers.toml"


@pytest.mark.usefixtures("short_blocks")
def test_first_packets_take_as_long_as_the_ways_say(lasers: Path) -> None:
    """One packet at each snapshot, 1 us a link: the rest is the route's own delay.

    The run's blocks meet at 600 s, within the window. Links move on while a packet is under way:
    less than 8 km/s over 0.1 s and five links, 15 us.
    """
    result = run(lasers, lasers.parent / "out")
    assert len(result.manifest["borders_s"]) > 2
    packets, routes = result.packet_statistics, result.routes
    assert packets is not None
    assert routes is not None
    mine = pc.and_(pc.equal(routes["source"], "Beijing"), pc.equal(routes["target"], "Oslo"))
    routes = routes.filter(mine).slice(25, 20)
    assert routes["time_s"].equals(packets["time_s"])
    assert set(packets["sent"].to_pylist()) == {1}
    here = packets["received"].to_numpy() == 1
    assert here.sum() > 15
    expected_s = routes["delay_s"].to_numpy() + 1e-6 * routes["hops"].to_numpy()
    found_s = packets["delay_max_s"].to_numpy()
    np.testing.assert_allclose(found_s[here], expected_s[here], atol=15e-6)
    (total,) = result.summary()["packets"]
    assert (total["source"], total["target"], total["sent"]) == ("Beijing", "Oslo", 20)


def test_blocks_and_threads_change_nothing(lasers: Path, request: pytest.FixtureRequest) -> None:
    busy = ['packets=[{source="towns",target="Oslo",rate_bps=2e5,start_s=590,duration_s=60}]']
    whole = run(lasers, lasers.parent / "whole", overrides=busy, threads=1)
    request.getfixturevalue("short_blocks")
    cut = run(lasers, lasers.parent / "cut", overrides=busy, threads=3)
    assert len(cut.manifest["borders_s"]) > len(whole.manifest["borders_s"])
    assert whole.packet_statistics is not None
    assert whole.packet_statistics.equals(cut.packet_statistics)
    assert pc.sum(whole.packet_statistics["sent"]).as_py() == pytest.approx(1_000, rel=0.15)


@pytest.mark.usefixtures("short_blocks")
def test_blocks_hand_links_on(lasers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each block is told of the links of those before, in a run at once as in one gone on with."""
    handed: list[list[int]] = []
    found: list[Laid | None] = []
    gather = path_trace.gather
    monkeypatch.setattr(stage, "gather", lambda *known: _noted(gather, handed, found, known))
    run(lasers, lasers.parent / "out")
    assert handed[0] == []
    kept = [each for each in found if each is not None]
    assert len(kept) == 2
    assert kept[0].key.tolist() in handed
    at_once = handed.copy()

    def stop(done_s: float, total_s: float, key: str) -> None:
        if key == "packets" and done_s > 700:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(lasers, lasers.parent / "again", progress=stop)
    handed.clear()
    run(lasers, lasers.parent / "again", resume=True)
    assert handed == at_once[len(at_once) - len(handed) :]
    assert handed[0] == kept[0].key.tolist()


def _noted(
    gather: Callable[..., Laid | None],
    handed: list[list[int]],
    found: list[Laid | None],
    known: Sequence[Any],
) -> Laid | None:
    handed.append(known[2].tolist())
    found.append(gather(*known))
    return found[-1]


def test_runs_without_packets_have_no_table(lasers: Path) -> None:
    text = lasers.read_text().partition("[[packets]]")[0]
    lasers.write_text(text.replace("1_500", "60"), encoding="utf-8")
    result = run(lasers, lasers.parent / "out")
    assert result.packet_statistics is None
    assert result.summary()["packets"] is None
    assert not (result.folder / "packet_statistics.parquet").exists()


def test_background_is_that_of_the_last_snapshot_of_the_flows(tmp_path: Path) -> None:
    names = pa.array(["a", "b", "c"], pa.string())
    rows = LinkLoads(
        time_s=np.array([0.0, 60.0, 60.0]),
        source=np.array([0, 0, 2], np.int32),
        target=np.array([1, 1, 0], np.int32),
        load_bps=np.array([5.0, 7.0, 9.0]),
        capacity_bps=np.full(3, 10.0),
    )
    write(LINK_LOADS, link_loads_table(rows, names), tmp_path / "link_loads.parquet")
    key = np.array([1, 5])
    cells = np.ones((2, 4))
    laid = Laid(
        time_s=np.array([58.0, 59.0, 60.0, 61.0]),
        key=key,
        delay_s=cells,
        rate_bps=cells,
        up=cells > 0,
        hops=np.zeros((4, 1), np.int32),
        path=np.zeros(0, np.int64),
        contact_key=np.zeros(0, np.int64),
        contact_start_s=np.zeros(0),
        contact_end_s=np.zeros(0),
    )
    found = background(
        laid, [tmp_path / "no.parquet", tmp_path / "link_loads.parquet"], names, 60.0
    )
    np.testing.assert_array_equal(found, [[5, 5, 7, 7], [0, 0, 0, 0]])


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('target = "Osla"', r'packets\[0\]\.target: there is no .*"Osla".*did you mean "Oslo"'),
        ('source = "Oslo"', r"packets\[0\]: source and target hold no two different platforms"),
        ("rate_bps = 1e9", r"packets: 4e\+08 packets in all, 20,000,000 at most"),
        ("step_s = 0.001", r"packets\[0\]\.step_s: .* more than 20,000 snapshots"),
        ("source = 'sats'\ntarget = 'sats'", r"packets\[0\]: 9,216 pairs, 1,000 at most"),
    ],
)
def test_errors_before_any_work(lasers: Path, line: str, words: str) -> None:
    text = lasers.read_text()
    for each in line.splitlines():
        key = each.partition(" ")[0]
        head, tail = text.split("[[packets]]")
        kept = [row for row in tail.splitlines() if not row.startswith(f"{key} =")]
        text = "\n".join([f"{head}[[packets]]", *kept, each])
    lasers.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError, match=words):
        outlook(load(lasers))
    with pytest.raises(ScenarioError, match=words):
        run(lasers, lasers.parent / "out")
    assert not (lasers.parent / "out").exists()
