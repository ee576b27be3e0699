"""Every page of the documentation runs: its Python blocks, and its `$ skyweft` commands."""

import re
import shlex
from contextlib import ExitStack
from pathlib import Path

import pytest

from skyweft.cli import main
from tests import packages

DOCS = Path(__file__).parents[1] / "docs"
PAGES = sorted([*DOCS.glob("*.md"), *DOCS.glob("guide/*.md")])
BLOCK = re.compile(r"^```(python|console|toml)([^\n]*)\n(.*?)^```", re.DOTALL | re.MULTILINE)
INSTALL = "$ pip install --editable ."


def _commands(block: str) -> list[list[str]]:
    return [
        shlex.split(line.removeprefix("$ skyweft"))
        for line in block.splitlines()
        if line.startswith("$ skyweft ")
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_page(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run a page from top to bottom in an empty folder, as a reader would.

    A block whose fence says `title="NAME"` is written to NAME.
    """
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {"__name__": page.stem}
    with ExitStack() as stack:
        for kind, title, text in BLOCK.findall(page.read_text(encoding="utf-8")):
            if title.startswith(" title="):
                path = Path(title.removeprefix(" title=").strip('"'))
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            elif kind == "console":
                if INSTALL in text:
                    stack.enter_context(packages.editable(tmp_path, tmp_path / "site"))
                for words in _commands(text):
                    assert main(words) == 0, f"skyweft {shlex.join(words)}"
            elif kind == "python":
                exec(compile(text, page.name, "exec"), names)
