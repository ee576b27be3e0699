"""The globe's module in Chromium: what is drawn stands where the run says, and answers to hands."""

import base64
import gzip
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import skyweft
from skyweft.scene import scene
from skyweft.scene.built import globe_module

MODULE = globe_module()  # None where the page is not built: then there is no browser either
HOME = "http://globe.test/"
PAGE = """<!doctype html><title>globe</title><style>body{margin:0}#host{height:480px}</style>
<div id="host"></div><script type="module">
import { createGlobe, readScene } from "./globe.js";
try {
  const scene = readScene(await (await fetch("scene")).arrayBuffer());
  window.globe = createGlobe(document.getElementById("host"), scene);
  window.chosen = null;
  globe.onSelect((what) => (window.chosen = what));
} catch (error) {
  window.refused = `${error.name}: ${error.message}`;
}
</script>"""
CENTRE = {"x": 320, "y": 240}


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Half an hour of the smallest scenario."""
    folder = tmp_path_factory.mktemp("globe")
    hello = Path(skyweft.__file__).parents[2] / "scenarios" / "hello.toml"
    text = hello.read_text(encoding="utf-8").replace("86_400", "1_800")
    (folder / "short.toml").write_text(text, encoding="utf-8")
    return scene(skyweft.run(skyweft.load(folder / "short.toml")))


@pytest.fixture
def page(browser: Any, drawn: bytes) -> Iterator[Any]:
    """An opened page whose errors and requests elsewhere fail the test."""
    opened = browser.new_page(viewport={"width": 640, "height": 480})
    wrong: list[str] = []
    files = {HOME: ("text/html", PAGE), HOME + "globe.js": ("text/javascript", MODULE)}
    files[HOME + "scene"] = ("application/octet-stream", drawn)  # type: ignore[assignment]

    def answer(route: Any) -> None:
        if route.request.url in files:
            kind, body = files[route.request.url]
            route.fulfill(content_type=kind, body=body)
        elif not route.request.url.endswith("favicon.ico"):
            wrong.append(route.request.url)
            route.abort()

    opened.route("**/*", answer)
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    yield opened
    opened.close()
    assert wrong == []


def opened(page: Any) -> Any:
    page.goto(HOME)
    page.wait_for_function("window.globe && window.globe.frames > 0")
    return page


def settled(page: Any) -> None:
    """Wait for a frame that shows what was asked for."""
    page.evaluate("globe.show({}); window.before = globe.frames")
    page.wait_for_function("globe.frames > before")


@pytest.mark.parametrize("view", ["globe", "map"])
def test_marks_are_drawn_where_positions_are_said(page: Any, view: str) -> None:
    opened(page).evaluate(f"globe.view('{view}'); globe.setCamera({{distance: 1}})")
    for platform in range(4):
        for time_s in (0, 777):
            page.evaluate(
                f"chosen = null; globe.setTime({time_s}); globe.follow({platform});"
                f"globe.setCamera({{distance: {3 if view == 'globe' else 0.2}}})"
            )
            settled(page)
            page.mouse.click(CENTRE["x"], CENTRE["y"])
            assert page.evaluate("chosen") == {"kind": "platform", "index": platform}


def test_the_canvas_is_not_blank_and_time_moves_it(page: Any) -> None:
    opened(page)
    seen = []
    for time_s in (0, 1200):
        page.evaluate(f"globe.setTime({time_s})")
        settled(page)
        seen.append(np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("RGB"), int))
    assert seen[0].std() > 8
    assert (np.abs(seen[1] - seen[0]).max(axis=2) > 24).any()


def test_keys_turn_and_zoom_and_let_go(page: Any) -> None:
    opened(page).locator("canvas").focus()
    page.evaluate("globe.setCamera({longitude_deg: 10, latitude_deg: 0, distance: 4})")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("+")
    camera = page.evaluate("globe.camera()")
    assert camera["longitude_deg"] > 10
    assert camera["distance"] == pytest.approx(1 + 3 / 1.2)
    page.evaluate("globe.select({kind: 'platform', index: 1}); chosen = 1")
    page.keyboard.press("Escape")
    assert page.evaluate("chosen") is None


def test_nothing_is_drawn_while_nothing_changes(page: Any) -> None:
    opened(page).evaluate("window.quiet = 0; window.last = -1")
    page.wait_for_function(
        "quiet = globe.frames === last ? quiet + 1 : 0, last = globe.frames, quiet > 30"
    )


def test_a_file_that_carries_all_of_it_draws_itself(
    browser: Any, drawn: bytes, tmp_path: Path
) -> None:
    carried = base64.b64encode(gzip.compress(drawn)).decode()
    script = str(MODULE).replace("</script", "<\\/script")
    (tmp_path / "report.html").write_text(
        '<!doctype html><meta charset="utf-8"><div id="skyweft-globe" style="height:480px"></div>'
        f'<script type="application/octet-stream" id="skyweft-scene">{carried}</script>'
        f'<script type="module">{script}</script>',
        encoding="utf-8",
    )
    page = browser.new_page(viewport={"width": 640, "height": 480})
    page.goto((tmp_path / "report.html").as_uri())
    page.wait_for_function("window.skyweft && window.skyweft.frames > 0")
    page.get_by_label("Time").fill("600")
    assert "T+00:10:00" in page.locator("output").text_content()
    page.close()


def test_no_webgl2_is_said_in_words(page: Any) -> None:
    page.add_init_script("HTMLCanvasElement.prototype.getContext = () => null")
    page.goto(HOME)
    page.wait_for_function("window.refused")
    assert page.evaluate("refused").startswith("GlobeError: This browser offers no WebGL2")
