"""What a worker makes of a task that goes wrong, and of one that somebody else has done."""

from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from skyweft.engine.runner import Options
from skyweft.errors import ScenarioError
from skyweft.sweeps import worker
from skyweft.sweeps.worker import Task, drop_drafts, work

TASK = Task(1, "x.toml", [], "", 1, version("skyweft"))


def _run(folder: Path, error: BaseException | None = None) -> Any:
    def run(scenario: str, draft: Path, options: Options) -> None:
        if error:
            raise error
        draft.mkdir()
        (draft / "manifest.json").write_text("new", encoding="utf-8")

    return run


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ScenarioError("bad"), "bad"),
        (MemoryError(), "not enough memory"),
        (ValueError("why"), "an error in skyweft, not in the scenario: ValueError: why"),
    ],
)
def test_reasons(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, words: str
) -> None:
    monkeypatch.setattr(worker, "run_into", _run(tmp_path, error))
    assert work(replace(TASK, folder=str(tmp_path / "00001"))).startswith(words)
    assert not any(tmp_path.iterdir())


def test_another_version() -> None:
    assert work(replace(TASK, made_by="9.9")).endswith("; needed: 9.9")


def test_the_first_attempt_to_finish_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "run_into", _run(tmp_path))
    task = replace(TASK, folder=str(tmp_path / "00001"))
    assert work(task) == ""
    (tmp_path / "00001" / "manifest.json").write_text("old", encoding="utf-8")
    assert work(task) == ""
    assert (tmp_path / "00001" / "manifest.json").read_text("utf-8") == "old"
    (tmp_path / ".00002.abc").mkdir()
    drop_drafts(tmp_path)
    assert [each.name for each in tmp_path.iterdir()] == ["00001"]
