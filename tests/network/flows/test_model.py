"""What a `[[flows]]` table may say, and the words for what it may not."""

from pathlib import Path

import pytest

from skyweft.errors import ScenarioError
from skyweft.scenario.reading import load
from skyweft.scenario.scenario import Scenario

START = """\
name = "Flows"
start = 2026-07-01T00:00:00Z
duration_s = 600

[platforms.towns]
layer = "ground"
motion = { kind = "fixed", latitude_deg = 1, longitude_deg = 2 }

[platforms.ship]
layer = "ground"
motion = { kind = "track", file = "ship.csv" }

[[flows]]
sources = ["towns"]
targets = ["ship"]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "ship.csv").write_text("time_s,latitude_deg,longitude_deg\n0,1,2\n600,1,3\n")
    return tmp_path


def _load(folder: Path, *lines: str) -> Scenario:
    (folder / "flows.toml").write_text(START + "\n".join(lines), encoding="utf-8")
    return load(folder / "flows.toml")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", r"flows\[0\]: give one of demand_bps, elastic, matrix and gravity, not none"),
        ("demand_bps = 1\nelastic = true", "not demand_bps and elastic"),
        ("demand_bps = -1", r"flows\[0\]\.demand_bps: .*from 0 to 1e18"),
        ("demand_bps = inf", r"flows\[0\]\.demand_bps: "),
        ('demand_bps = "1 Mbit/s"', r"flows\[0\]\.demand_bps: "),
        ("matrix = 'no.csv'", r"flows\[0\]\.matrix: .*is not there"),
        ("demand_bps = 1\nprofile = [1.0, 2.0]", r"flows\[0\]\.profile: "),
        ("demand_bps = 1\nprofile = [" + "-1.0," * 24 + "]", r"flows\[0\]\.profile\[0\]: "),
        ("elastic = true\nprofile = [" + "1.0," * 24 + "]", "a profile changes nothing"),
        ("elastic = true\nweight = 0", r"flows\[0\]\.weight: "),
        ("elastic = true\npriority = -1", r"flows\[0\]\.priority: "),
        ("elastic = true\nstep_s = 0", r"flows\[0\]\.step_s: "),
        ("gravity = { total_bps = 0 }", r"flows\[0\]\.gravity\.total_bps: "),
        ("gravity = { total_bps = 1e9 }", r"flows\[0\]\.targets\[0\]: \"ship\" moves \(track\)"),
        ("elastic = true\nalternatives = 0", r"flows\[0\]\.alternatives: "),
        (
            "elastic = true\nalternatives = 2\ndisjoint = 'links'",
            "only one of alternatives and disjoint",
        ),
        ("elastic = true\nsplit = 'equal'", "one route cannot be split"),
        ("elastic = true\nrate_bps = 3", r"flows\[0\]\.rate_bps: "),
    ],
)
def test_errors_have_their_place(folder: Path, line: str, words: str) -> None:
    with pytest.raises(ScenarioError, match=words):
        _load(folder, line)


def test_unknown_groups_and_other_steps_in_one_round(folder: Path) -> None:
    more = '[[flows]]\nsources = ["towns"]\ntargets = ["ships"]\nelastic = true\nstep_s = 30'
    with pytest.raises(ScenarioError) as error:
        _load(folder, "demand_bps = -2", more)
    lines = str(error.value).splitlines()
    assert len(lines) == 3
    assert 'flows[1].targets[0]: there is no group of platforms "ships"' in lines[1]
    assert 'did you mean "ship"' in lines[1]
    assert "flows[1].step_s: is 30 but flows[0] has 60.0" in lines[2]


def test_all_that_can_be_said(folder: Path) -> None:
    (folder / "matrix.csv").write_text("source,target,demand_bps\ntowns,ship,3\n")
    more = '[[flows]]\nsources = ["towns"]\ntargets = ["ship"]\nmatrix = "matrix.csv"\npriority = 2'
    one, other = _load(folder, "elastic = true\nweight = 2.5\nmetric = 'hops'", more).flows  # type: ignore[attr-defined]
    assert one.elastic
    assert (one.weight, one.metric, one.step_s) == (2.5, "hops", 60.0)
    assert other.matrix == folder / "matrix.csv"
    assert other.priority == 2
