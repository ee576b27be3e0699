"""Shipped scenarios are found by their names, wherever a file could be named."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skyweft.cli import main
from skyweft.errors import ScenarioError
from skyweft.results import run
from skyweft.scenario import shipped
from skyweft.scenario.reading import load
from skyweft.scenario.shipped import scenario_file


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("name", ["hello", "hongyun", "xingyun", "integrated"])
def test_by_name(name: str) -> None:
    assert scenario_file(name) == shipped.folder() / f"{name}.toml"
    Path(name).mkdir()  # such as --out makes: no file, so it hides nothing
    assert scenario_file(name) == shipped.folder() / f"{name}.toml"
    Path(name).rmdir()
    Path(name).write_text("mine", encoding="utf-8")
    assert scenario_file(name) == Path(name)


@given(st.text(max_size=12) | st.sampled_from(["./hello", "x/hello", "hello/", "../hello", "."]))
def test_other_words_are_files(word: str) -> None:
    """A path that leads somewhere is never taken for a name."""
    if word not in shipped.names():
        assert scenario_file(word) == Path(word)


def test_every_command_that_takes_a_scenario(capsys: pytest.CaptureFixture[str]) -> None:
    hour = ["--set", "duration_s=3600"]
    assert main(["check", "hello", *hour]) == 0
    assert main(["run", "hello", *hour, "--no-report"]) == 0
    assert "tables: runs/hello" in capsys.readouterr().out.replace("\\", "/")
    assert load("hello").name == run("hello", "again", overrides=["duration_s=3600"]).scenario.name
    words = ["--set", "duration_s=600,1200", "--out", "swept", "--workers", "1"]
    assert main(["sweep", "hello", *words]) == 0
    assert "2 of 2 variants" in capsys.readouterr().out


def test_a_file_of_the_name_wins(capsys: pytest.CaptureFixture[str]) -> None:
    Path("hello").write_text("name = 3\n", encoding="utf-8")
    for command in ("check", "run"):
        assert main([command, "hello"]) == 1
        assert "hello: name: " in capsys.readouterr().err


def test_a_file_that_is_missing_is_no_name() -> None:
    with pytest.raises(ScenarioError, match=r"hello\.toml is not there; `skyweft scenarios hello`"):
        load("hello.toml")
