"""Photograph the page of `skyweft show` over real runs: `uv run python docs/pictures/page.py`.

Writes page.png and timeline.png beside this file. Needs chromium and the built page.
"""

import io
import shutil
import sys
import tempfile
import threading
from pathlib import Path
from queue import Queue

from PIL import Image
from playwright.sync_api import Page, sync_playwright

import skyweft
from skyweft.console.server import Address, serve
from skyweft.scenario.shipped import find

HERE = Path(__file__).parent
SIZE = {"width": 1440, "height": 900}
FLAGS = ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
FRAMES = 5  # the first ones still wait for coasts
COLOURS = 256
SHOTS: dict[str, tuple[str, list[str], str]] = {
    "page.png": (
        "starlink_shell1_routes",
        ["duration_s=3600", "routes.0.paths=true"],
        "#view=globe&t=900&route=0&source=Shanghai&target=Nairobi&camera=78,20,4.1",
    ),
    "timeline.png": ("integrated", [], "#view=timeline&t=15480&platform=airship&span=12600,20000"),
}


def main() -> int:
    """Run, serve and photograph."""
    chromium = shutil.which("chromium")
    if chromium is None:
        print("no chromium on this machine", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=FLAGS)
        page = browser.new_page(viewport=SIZE, reduced_motion="reduce")
        for name, (scenario, changes, place) in SHOTS.items():
            result = skyweft.run(find(scenario), Path(folder, scenario), overrides=changes)
            page.goto("about:blank")
            page.goto(_served(result.folder) + place)
            _settled(page)
            _save(page.screenshot(), HERE / name)
    return 0


def _served(folder: Path) -> str:
    """Serve a run until this process ends; return the page's address."""
    said: Queue[str] = Queue()
    threading.Thread(target=serve, args=([folder], Address(), said.put), daemon=True).start()
    return said.get(timeout=60)


def _settled(page: Page) -> None:
    """Wait until the page has drawn some frames and asked for all it needs."""
    page.wait_for_load_state("networkidle", timeout=120_000)
    if "view=globe" in page.url:
        page.evaluate("window.skyweft.ready")
    first = page.evaluate("window.skyweft.frames")
    for _ in range(FRAMES):
        page.evaluate("window.skyweft.setTime(window.skyweft.time_s)")
        page.evaluate("new Promise(requestAnimationFrame)")
    assert page.evaluate("window.skyweft.frames") >= first
    page.wait_for_load_state("networkidle", timeout=120_000)


def _save(shot: bytes, path: Path) -> None:
    image = Image.open(io.BytesIO(shot)).convert("RGB")
    image.quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(
        path, optimize=True
    )


if __name__ == "__main__":
    sys.exit(main())
