"""Which package a run was made with is a part of what the run is."""

import sys
from pathlib import Path

import pytest

from skyweft.contacts import stage as contacts_stage
from skyweft.errors import ScenarioError
from skyweft.results import Run, open_run, run
from tests import packages

from .conftest import HERE, SCENARIO

WITHOUT = """\
name = "Nobody quiet"
start = 2026-07-01T00:00:00Z
duration_s = 600
[platforms.town]
layer = "ground"
motion = { kind = "fixed", latitude_deg = 1, longitude_deg = 2 }
"""


def _stop(done_s: float, total_s: float, stage: str) -> None:
    if done_s > 1_300:
        raise KeyboardInterrupt


def _project(version: str, tmp_path: Path) -> Path:
    """Return the project of another version of the package."""
    project = tmp_path / version
    project.mkdir()
    (project / "balloons").symlink_to(HERE / "balloons")
    text = (HERE / "pyproject.toml").read_text("utf-8")
    assert 'version = "1.0"' in text
    (project / "pyproject.toml").write_text(text.replace("1.0", version), "utf-8")
    return project


def test_its_version_is_told_where_it_took_part(made: Run, tmp_path: Path) -> None:
    assert made.manifest["versions"]["balloons"] == "1.0"
    path = tmp_path / "town.toml"
    path.write_text(WITHOUT, "utf-8")
    assert "balloons" not in run(path, tmp_path / "out").manifest["versions"]


@pytest.mark.parametrize(
    "asked",
    [
        'motion = { kind = "ascent", latitude_deg = 1, longitude_deg = 2 }',
        'motion = { kind = "fixed", latitude_deg = 1, longitude_deg = 2 }\n[waveforms.slow]\n'
        'kind = "beacon"',
        'motion = { kind = "fixed", latitude_deg = 1, longitude_deg = 2 }\n[[quiet]]\n'
        'platforms = ["town"]\nstart_s = 1\nend_s = 2',
    ],
)
def test_any_part_of_it_counts(tmp_path: Path, asked: str) -> None:
    path = tmp_path / "town.toml"
    path.write_text(WITHOUT.partition("motion")[0] + asked, "utf-8")
    assert run(path, tmp_path / "out").manifest["versions"]["balloons"] == "1.0"


def test_another_version_does_not_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contacts_stage, "PAIR_DAYS", 0.02)  # blocks of ten minutes
    out = tmp_path / "out"
    with pytest.raises(KeyboardInterrupt, match="--resume"):
        run(SCENARIO, out, progress=_stop)
    newer = _project("1.1", tmp_path)
    with (
        packages.editable(newer, tmp_path / "site"),
        pytest.raises(ScenarioError, match=r"version of balloons: 1\.0 then, 1\.1 now"),
    ):
        run(SCENARIO, out, resume=True)
    assert run(SCENARIO, out, resume=True).complete


def test_without_it_a_run_says_what_is_missing(made: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = [each for each in sys.path if not (Path(each) / "balloons-1.0.dist-info").exists()]
    monkeypatch.setattr(sys, "path", kept)
    packages.forget()
    try:
        with pytest.raises(ScenarioError, match=r"was made with balloons 1\.0: not installed"):
            _ = open_run(made.folder).scenario
    finally:
        monkeypatch.undo()
        packages.forget()
    assert open_run(made.folder).scenario.name == "Two ways up"
