"""What the README shows is run: its scenario, its commands in their order, its Python."""

import re
import shlex
from pathlib import Path

import pytest

from skyweft.cli import main
from skyweft.cli.words import parser

README = Path(__file__).parents[1] / "README.md"
BLOCK = re.compile(r"^```([^\n]*)\n(.*?)^```", re.DOTALL | re.MULTILINE)
# One serves until it is stopped, the other takes as long as a test of its own: read, not run.
READ_ONLY = {"show", "demo"}


def _commands(text: str) -> list[list[str]]:
    """Return the words after `skyweft` of every command in a block."""
    parts = [part.strip() for line in text.splitlines() for part in line.split("&&")]
    starts = "uv run skyweft "
    return [
        shlex.split(part.removeprefix(starts), comments=True)
        for part in parts
        if part.startswith(starts)
    ]


def test_all_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ran: set[str] = set()
    for kind, text in BLOCK.findall(README.read_text(encoding="utf-8")):
        if kind.startswith("toml title="):
            Path(kind.removeprefix("toml title=").strip('"')).write_text(text, encoding="utf-8")
        elif kind == "python":
            exec(compile(text, README.name, "exec"), {"__name__": "readme"})
            ran.add("python")
        else:
            assert kind == "", "a fence that nothing runs"
            for words in _commands(text):
                parser().parse_args(words)
                assert words[0] in READ_ONLY or main(words) == 0, shlex.join(words)
                ran.add(words[0])
    assert ran == {"demo", "check", "run", "show", "sweep", "export", "scenarios", "python"}


def test_a_command_is_found_wherever_it_stands() -> None:
    text = "pip install uv && uv run skyweft demo\nuv run skyweft sweep a.toml --set x=1   # why\n"
    assert _commands(text) == [["demo"], ["sweep", "a.toml", "--set", "x=1"]]
