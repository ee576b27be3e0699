"""What tests of the page's server share."""

from pathlib import Path

import pytest

from skyweft.console.api import application
from skyweft.console.guard import Guard
from skyweft.console.run_registry import Shelf
from skyweft.results import Run
from tests.asking import Ask, asking


@pytest.fixture(scope="session")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that looks like a built page."""
    folder = tmp_path_factory.mktemp("ui")
    (folder / "assets").mkdir()
    (folder / "index.html").write_text("<!doctype html><title>page</title>")
    (folder / "assets" / "page-abc.js").write_text("void 0")
    (folder.parent / "secret.txt").write_text("secret")
    (folder / "link.txt").symlink_to(folder.parent / "secret.txt")
    return folder


@pytest.fixture(scope="session")
def ask(small: Run, page: Path) -> Ask:
    return asking(Guard(application(Shelf([small.folder]), page), None))
