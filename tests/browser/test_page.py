"""The page of `skyweft show` in Chromium: as a reader uses it, with keys, hands and addresses.

The server's policy forbids evaluating text, so waiting is asking again, never a time.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skyweft.run.scene.built import ui

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium")
AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine"),
    pytest.mark.skipif(ui() is None, reason="the page is not built"),
]
FLAGS = ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
VIEWS = ["globe", "timeline", "links", "deliveries", "compare"]


@pytest.fixture(scope="module")
def address(small) -> Iterator[str]:
    """Where a server of the small run listens."""
    code = "import sys; from skyweft.cli import main; sys.exit(main())"
    words = ["show", str(small.folder), "--json", "--no-open"]
    process = subprocess.Popen(
        [sys.executable, "-c", code, *words], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout
    try:
        text = ""
        while not text.endswith("}\n"):
            line = process.stdout.readline()
            assert line
            text += line
        yield json.loads(text)["address"]
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as play:
        opened = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Any, address: str) -> Iterator[Any]:
    """A page whose errors, complaints and requests elsewhere fail the test."""
    opened = browser.new_page(viewport={"width": 1000, "height": 640}, base_url=address)
    wrong: list[str] = []
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("console", lambda told: wrong.append(told.text) if told.type == "error" else None)
    opened.on(
        "request",
        lambda asked: (
            None if asked.url.startswith((address, "blob:", "data:")) else wrong.append(asked.url)
        ),
    )
    yield opened
    opened.close()
    assert wrong == []


def until(page: Any, told: str, fits: Callable[[Any], bool] = bool) -> Any:
    """Ask the page until the answer fits."""
    for _ in range(1200):
        answer = page.evaluate(told)
        if fits(answer):
            return answer
        page.wait_for_timeout(50)
    raise AssertionError(f"{told}: {answer}")


def drawn(page: Any, place: str = "") -> Any:
    page.goto(f"./{place}")
    until(page, "window.skyweft?.frames", lambda frames: frames and frames > 0)
    return page


def test_positions_are_those_of_the_tracks(page: Any, small) -> None:
    drawn(page)
    tracks = small.table("tracks", ("name", "time_s", "x_m", "y_m", "z_m")).to_pandas()
    for row in tracks[tracks["time_s"].between(1, 7000)].iloc[::97].itertuples():
        page.evaluate(f"skyweft.setTime({row.time_s})")
        place = page.evaluate(f"skyweft.positionOf({json.dumps(row.name)})")
        # Cubic Hermite over nodes of 120 s is within 5.2 m for an orbit like the station's.
        assert np.allclose(place, (row.x_m, row.y_m, row.z_m), rtol=0, atol=10)


def test_the_slider_moves_time_and_the_satellites(page: Any, small) -> None:
    slider = drawn(page).get_by_role("slider", name="Time")
    before = page.evaluate("skyweft.positionOf(0)")
    slider.focus()
    page.keyboard.press("End")
    assert float(slider.get_attribute("aria-valuenow")) == round(small.finished_s)
    assert page.evaluate("skyweft.time_s") == small.finished_s
    assert page.evaluate("skyweft.positionOf(0)") != before
    box = slider.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 5)
    assert page.evaluate("skyweft.time_s") == pytest.approx(small.finished_s / 2, rel=0.01)


def test_figures_are_those_of_the_run(page: Any, small) -> None:
    drawn(page, "#t=600")
    figures = small.summary()
    pairs = figures["routes"][0]["pairs"]
    until(
        page,
        "document.querySelector('.tiles')?.innerText",
        lambda text: f"of {pairs} pairs" in text,
    )
    contacts = small.table("contacts", ("start_s", "end_s")).to_pandas()
    now = ((contacts["start_s"] <= 600) & (contacts["end_s"] > 600)).sum()
    assert f"In contact\n{now}" in page.evaluate("document.querySelector('.tiles').innerText")


def test_keys(page: Any) -> None:
    drawn(page)
    for key, view in zip("tlmcg", [*VIEWS[1:], VIEWS[0]], strict=True):
        page.keyboard.press(key)
        until(page, "location.hash", lambda hash_, view=view: f"view={view}&" in hash_)
    page.keyboard.press("ArrowRight")
    assert page.evaluate("skyweft.time_s") == 60
    page.keyboard.press("Space")
    until(page, "skyweft.time_s", lambda time_s: time_s > 60)
    page.keyboard.press("Space")
    page.keyboard.press("?")
    help_sheet = page.get_by_role("dialog")
    sync_api.expect(help_sheet.get_by_text("find a platform")).to_be_visible()
    page.keyboard.press("Escape")
    sync_api.expect(help_sheet).to_be_hidden()
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "search"


def test_what_is_selected_is_selected_everywhere(page: Any) -> None:
    drawn(page).keyboard.press("/")
    page.keyboard.type("airsh")
    page.keyboard.press("Enter")
    assert page.evaluate("skyweft.selected") == {"kind": "platform", "name": "airship"}
    sync_api.expect(page.get_by_role("heading", name="airship")).to_be_visible()
    row = page.get_by_role("button", name="airship near space")
    sync_api.expect(row).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("l")
    page.get_by_role("tab", name="platforms").click()
    sync_api.expect(page.get_by_role("row", selected=True)).to_contain_text("airship")
    until(page, "location.hash", lambda hash_: "platform=airship" in hash_)


def test_the_address_restores_what_was_seen(page: Any) -> None:
    place = "#view=globe&t=1200&route=0&source=Wuhan&target=Beijing&camera=100,10,4"
    drawn(page, place)
    assert page.evaluate("skyweft.time_s") == 1200
    assert page.evaluate("skyweft.selected.kind") == "path"
    assert page.evaluate("skyweft.camera") == {
        "longitude_deg": 100, "latitude_deg": 10, "distance": 4,
    }  # fmt: skip
    page.keyboard.press("t")
    until(page, "location.hash", lambda hash_: hash_ == place.replace("globe", "timeline"))
    page.go_back()
    until(page, "location.hash", lambda hash_: hash_ == place)
    sync_api.expect(page.get_by_role("button", name="Globe")).to_have_attribute(
        "aria-current", "page"
    )


def test_tables_sort_and_filter(page: Any, small) -> None:
    page.goto("./#view=links")
    page.get_by_role("button", name="duration").click()
    head = page.get_by_role("columnheader", name="duration")
    sync_api.expect(head).to_have_attribute("aria-sort", "descending")
    contacts = small.table("contacts", ("source", "duration_s")).to_pandas()
    longest = f"{contacts['duration_s'].max():,.1f}".replace(",", "\u202f")
    sync_api.expect(page.get_by_role("row").nth(1)).to_contain_text(longest)
    page.get_by_label("Value").fill("airship")
    page.get_by_role("button", name="Filter", exact=True).click()
    count = contacts["source"].astype(str).str.contains("airship").sum()
    sync_api.expect(page.locator(".filter-total")).to_have_text(f"{count} rows")


@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_nothing_serious(page: Any, view: str) -> None:
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: npm ci in web/")
    page.goto(f"./#view={view}&t=600&platform=airship")
    sync_api.expect(page.locator(".shell")).to_have_class(f"shell shows-{view}")
    until(page, "document.querySelector('.chip.scenario').innerText.startsWith('Small')")
    page.evaluate(AXE.read_text(encoding="utf-8") + "; 0")
    found = page.evaluate("axe.run({ runOnly: ['wcag2a', 'wcag2aa'] })")["violations"]
    assert [(each["id"], each["impact"]) for each in found] == []


def test_without_webgl2_the_rest_works(page: Any) -> None:
    page.add_init_script(
        "const real = HTMLCanvasElement.prototype.getContext;"
        "HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {"
        " return kind === 'webgl2' ? null : real.call(this, kind, ...rest); }"
    )
    page.goto("./")
    sync_api.expect(page.get_by_role("alert")).to_contain_text("offers no WebGL2")
    page.keyboard.press("t")
    sync_api.expect(page.get_by_role("list", name="Platforms")).to_contain_text("airship")


def test_a_server_that_went_away_is_said(browser: Any, address: str) -> None:
    page = browser.new_page(base_url=address)
    page.goto("./#view=links")
    sync_api.expect(page.get_by_role("grid")).to_be_visible()
    page.route("**/api/**", lambda route: route.abort())
    page.get_by_role("tab", name="platforms").click()
    sync_api.expect(page.get_by_text("The server went away")).to_be_visible()
    page.unroute("**/api/**")
    sync_api.expect(page.get_by_text("The server went away")).to_be_hidden(timeout=15_000)
    page.close()
