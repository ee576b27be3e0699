"""One browser, one server and one page for all tests; they wait for frames, never for a time.

Software draws the globe, a few frames a second: what takes how long says nothing here. Without a
browser or a built page these tests are skipped and say so; `SKYWEFT_BROWSER=require` makes that
an error.
"""

import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib.image
import numpy as np
import pytest

from skyweft.results import Run
from skyweft.scene.built import ui

DRAWN_BY_SOFTWARE = (
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
)
SIZE = {"width": 1000, "height": 640}
PATIENCE_MS = 60_000  # of a single wait, on a machine that is busy with other tests
OURS = ("http://127.0.0.1:", "data:", "blob:", "file:")


def missing(what: str) -> None:
    """Skip, or fail where browser tests are required."""
    if os.environ.get("SKYWEFT_BROWSER") == "require":
        pytest.fail(f"SKYWEFT_BROWSER=require, and {what}")
    pytest.skip(what)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    program = shutil.which("chromium")
    if program is None:
        missing("there is no chromium on this machine")
    if ui() is None:
        missing("the page is not built: uv sync --reinstall-package skyweft")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=program, args=[*DRAWN_BY_SOFTWARE])
        yield started
        started.close()


@contextmanager
def served(*runs: Run) -> Iterator[str]:
    """Show runs on a server of their own; yield its address."""
    code = "import sys; from skyweft.cli import main; sys.exit(main())"
    words = ["show", *(str(run.folder) for run in runs), "--json", "--no-open"]
    with subprocess.Popen(
        [sys.executable, "-c", code, *words], stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout
        text = ""
        while not text.endswith("}\n"):
            line = server.stdout.readline()
            assert line, "the server ended"
            text += line
        yield json.loads(text)["address"]
        server.terminate()


@pytest.fixture(scope="session")
def address(small: Run, browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the small run, and a copy to compare it with."""
    copy = small.save(tmp_path_factory.mktemp("copy") / "second")
    with served(small, copy) as where:
        yield where


class Watched:
    """A page, and everything about it that must not happen."""

    def __init__(self, browser: Any, size: dict[str, int] | None = None) -> None:
        self.page = browser.new_page(viewport=size or SIZE, reduced_motion="reduce")
        self.page.set_default_timeout(PATIENCE_MS)
        self.errors: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(f"error: {error}"))
        self.page.on("console", self._said)
        self.page.on("request", self._asked)

    def _said(self, message: Any) -> None:
        # Chromium itself remarks on slow reading of pixels where software draws.
        if message.type == "error" or "Content Security Policy" in message.text:
            self.errors.append(f"said: {message.text}")

    def _asked(self, request: Any) -> None:
        if not request.url.startswith(OURS):
            self.errors.append(f"asked for {request.url}")

    def open(self, address: str) -> "Watched":
        """Go to the console and wait until its globe has drawn."""
        self.page.goto(address)
        self.page.evaluate("() => window.skyweft.ready")
        return self

    def hook(self, words: str) -> Any:
        """Return something of the page's hook for tests."""
        return self.page.evaluate(f"() => window.skyweft.{words}")

    def wait(self, words: str) -> None:
        """Wait until something is so; looked at in every frame of the page."""
        self.page.wait_for_function(f"() => {words}")

    def act(self, words: str) -> None:
        """Do something to the page, and wait until the globe has drawn it."""
        self.page.evaluate("() => { window.framesBefore = window.skyweft.frames; }")
        self.page.evaluate(f"() => {{ {words} }}")
        self.wait("window.skyweft.frames > window.framesBefore")

    def set_time(self, time_s: float) -> None:
        """Go to a moment; by route of another, since what does not change is not drawn again."""
        self.act(f"skyweft.setTime({time_s} - 1)")
        self.act(f"skyweft.setTime({time_s})")

    def picture(self, selector: str = "canvas") -> np.ndarray:
        """Return what an element looks like, (rows, columns, 3) from 0 to 255."""
        data = self.page.locator(selector).first.screenshot()
        return 255 * matplotlib.image.imread(io.BytesIO(data))[:, :, :3]


@pytest.fixture(scope="module")
def console(browser: Any, address: str) -> Iterator[Watched]:
    watched = Watched(browser).open(address)
    yield watched
    watched.page.close()


def not_blank(picture: np.ndarray) -> bool:
    """Whether a picture shows more than a background."""
    colours = np.unique(picture.round().astype(np.int64) @ [1, 256, 65_536])
    return bool(picture.std() > 8 and len(colours) > 500)


@pytest.fixture
def knots(small: Run) -> Any:
    """Return where tracks.parquet has a mover at one of its knots."""

    def at(name: str, time_s: float) -> np.ndarray:
        rows = small.table("tracks", None, [("time_s", "==", time_s)])
        place = rows["name"].to_pylist().index(name)
        return np.array([rows[axis][place].as_py() for axis in ("x_m", "y_m", "z_m")])

    return at


@pytest.fixture(scope="session")
def axe() -> str:
    """Return the script that looks for what keeps people out."""
    script = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
    if not script.is_file():
        missing("axe-core is not there: npm ci in web/")
    return script.read_text(encoding="utf-8")
