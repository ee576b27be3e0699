"""Errors of routes and failures that need the platforms' names, as a user meets them."""

from pathlib import Path

import pytest

from skyweft.cli import main
from tests.written import fixed, head, laser, link

SCENARIO = (
    head("Two and two", 60)
    + fixed("here", "x", 10, 20)
    + fixed("away", "x", 10, 20.1)
    + laser("x", 1e9)
    + link("x", "x")
)
SELF = """
[[routes]]
sources = ["here"]
targets = ["here"]
"""
FAILURES = """
[[failures]]
platforms = ["here"]
names = ["here"]
[[failures]]
platforms = ["here"]
names = ["heer", "away"]
"""


@pytest.mark.parametrize("command", ["check", "run"])
def test_everything_wrong_at_once_and_nothing_written(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("two.toml").write_text(SCENARIO + SELF + FAILURES, encoding="utf-8")
    assert main([command, "two.toml"]) == 1
    assert capsys.readouterr().err.splitlines() == [
        "skyweft: two.toml: failures[1].names[0]: 'heer' is no platform of here "
        '(did you mean "here"?)',
        "skyweft: two.toml: failures[1].names[1]: 'away' is no platform of here",
        "skyweft: two.toml: routes[0]: sources and targets hold no two different platforms",
    ]
    assert [each.name for each in tmp_path.iterdir()] == ["two.toml"]


def test_a_step_longer_than_the_run_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "two.toml"
    route = SELF.replace('targets = ["here"]', 'targets = ["away"]\nstep_s = 90')
    file.write_text(SCENARIO + route, encoding="utf-8")
    assert main(["check", str(file)]) == 0
    reported = "routes[0].step_s: 90 s are longer than the run's 60 s, so only its first moment is"
    assert reported in " ".join(capsys.readouterr().out.split())
