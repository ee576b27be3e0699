"""Formats that a package adds, and what is said where one does not work."""

import warnings
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from skyweft.cli import main
from skyweft.errors import ScenarioError
from skyweft.export import FORMATS
from skyweft.export.asked import Asked, Write, in_lines
from skyweft.results import Run
from skyweft.store.formats import Format
from skyweft.store.names import owned

Install = Callable[..., AbstractContextManager[None]]
GROUP = "skyweft.formats"


def roll(asked: Asked) -> Write:
    asked.notes.append("nobody else reads this")
    return in_lines(sorted(asked.chosen.texts("name")))


ROLL = Format("roll", "roll.txt", "names, line by line", roll)


def test_a_package_adds_a_format(installed: Install, result: Run, tmp_path: Path) -> None:
    with installed(GROUP, roll=ROLL):
        with pytest.warns(UserWarning, match="nobody else reads this"):
            path = result.export("roll", tmp_path / "names.txt", only=["sats"])
        assert len(path.read_text(encoding="utf-8").splitlines()) == 6
        words = ["export", str(result.folder), "--format", "roll", "--out", str(tmp_path / "all")]
        assert main(words) == 0
        assert "Wuhan" in (tmp_path / "all").read_text(encoding="utf-8").splitlines()
        assert owned("roll.txt")  # it goes with the run
    assert not owned("roll.txt")
    with pytest.raises(ScenarioError, match="'roll' is no format; allowed: czml, oem, omm,"):
        result.export("roll")


def test_ours_are_written_under_their_names(result: Run) -> None:
    path = result.export("geojson")
    assert path == result.folder / "map.geojson"
    assert owned(path.name)
    path.unlink()
    with pytest.raises(
        ScenarioError, match=r"'geojsn' is no format \(did you mean \"geojson\"\?\)"
    ):
        result.export("geojsn")


@pytest.mark.parametrize(
    ("writer", "words"),
    [
        (lambda _: "text", "answered str, not Callable"),
        (lambda _: 1 / 0, "failed: ZeroDivisionError"),
        (lambda _: lambda path: 1 / 0, "failed: ZeroDivisionError"),
        (lambda _: lambda path: None, "wrote nothing"),
        ("acme.nowhere:write", "failed: ModuleNotFoundError"),
    ],
)
def test_a_format_that_does_not_work(
    installed: Install, result: Run, tmp_path: Path, writer: Any, words: str
) -> None:
    old = tmp_path / "names.txt"
    old.write_text("of before", encoding="utf-8")
    with (
        installed(GROUP, roll=Format("roll", "roll.txt", "names", writer)),
        pytest.raises(ScenarioError, match=f"the format 'roll' of acme {words}"),
    ):
        result.export("roll", old)
    assert old.read_text(encoding="utf-8") == "of before"
    assert [each.name for each in tmp_path.iterdir()] == ["names.txt"]


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (roll, "it is function, not a skyweft.store.formats.Format"),
        (Format("Roll call", "roll.txt", "", roll), "its kind 'Roll call' is not of a-z"),
        (Format("roll", "../roll.txt", "", roll), "its file '../roll.txt' is no name of a file"),
        (Format("roll", "link_samples.parquet", "", roll), "or that of a table"),
        (Format("roll", "map.kml", "", roll), "its file 'map.kml' is that of the format 'kml'"),
        (Format("roll", "roll.txt", "", 3), "its writer cannot be called"),
        (Format("kml", "roll.txt", "", roll), "there is a format 'kml' already"),
        (ImportError(), "cannot be loaded: AttributeError"),
    ],
)
def test_what_is_no_format_is_left_out(
    installed: Install, result: Run, tmp_path: Path, part: Any, words: str
) -> None:
    with (
        warnings.catch_warnings(action="always", record=True) as reported,
        installed(GROUP, wrong=part),
    ):
        assert "roll" not in FORMATS
        assert result.export("kml", tmp_path / "map.kml").exists()
    assert str(reported[0].message).startswith("the format 'wrong' of acme cannot be ")
    assert words in str(reported[0].message)
    assert str(reported[0].message).endswith("mend or remove the package; the format is left out")
