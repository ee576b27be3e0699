"""What of the package beside a run's work fails: the run and its report are whole without it."""

import warnings
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from skyweft import plot
from skyweft.cli import main
from skyweft.drawing.section import Section


def fail(*_: Any) -> Any:
    return 1 // 0


SECTIONS = {
    "section: ZeroDivisionError": fail,
    "section: TypeError: dict in place of Section": lambda _: {},
    "section: TypeError: int in place of text": lambda _: Section(3),
    "section: TypeError: a source is": lambda _: Section(sources=[("a", "b")]),  # type: ignore[list-item]
}
LINES = {
    "lines: ZeroDivisionError": fail,
    "lines: TypeError: int in place of list": lambda _: 3,
    "lines: KeyError": lambda summary: [summary["loud"]],
}


@pytest.mark.parametrize("words", [*SECTIONS, *LINES])
def test_a_part_that_fails_is_left_out(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    name = words.partition(":")[0]
    function = (SECTIONS | LINES)[words]
    monkeypatch.setattr(import_module(f"balloons.quiet.{name}"), name, function)
    assert main(["report", str(folder)]) == 0
    said = capsys.readouterr()
    (line,) = (each for each in said.err.splitlines() if "balloons" in each)
    assert f"the stage 'quiet' of balloons failed in {words}" in line
    assert line.endswith(f"; mend or remove the package; its {name} is left out")
    page = (folder / "report.html").read_text("utf-8")
    if name == "section":
        assert "quiet_hours.parquet" in page  # every stage has a section of its tables
    assert ("quiet: 1 platforms" in said.out) == (name == "section")


def test_drawings_that_are_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    module = import_module("balloons.quiet.plot")
    for names, words in (
        (["quiet_hours", "loud_hours"], "failed in plot: AttributeError"),
        (["quiet_hours", "sweep"], "the drawing sweep of the stage 'quiet' is left out"),
    ):
        monkeypatch.setattr(module, "__all__", names)
        monkeypatch.setattr(module, "sweep", fail, raising=False)
        plot._of.cache_clear()
        with warnings.catch_warnings(action="always", record=True) as told:
            assert "timeline" in plot.__all__
        assert [words in str(each.message) for each in told] == [True]
        assert vars(plot)["sweep"] is not fail
    plot._of.cache_clear()
