"""A report opened from the disk: its globe draws, and nothing is asked of anybody."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skyweft.report import write
from skyweft.results import Run

from .conftest import SIZE, Watched, not_blank


@pytest.fixture(scope="module")
def report(small: Run, browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(small, tmp_path_factory.mktemp("report") / "report.html")


@pytest.fixture(scope="module")
def opened(browser: Any, report: Path) -> Any:
    watched = Watched(browser)
    watched.page.goto(report.as_uri())
    watched.page.locator("#globe-view canvas").first.wait_for()
    watched.wait("document.querySelector('#globe-view output')?.textContent")
    yield watched
    watched.page.close()


def _painted(watched: Watched) -> None:
    """Wait until two frames of the page have passed: what was asked for is drawn."""
    watched.page.evaluate(
        "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )


def test_the_globe_is_drawn_and_the_slider_moves_it(opened: Watched) -> None:
    _painted(opened)
    before = opened.picture("#globe-view canvas")
    assert not_blank(before)
    clock = opened.page.locator("#globe-view output")
    said = clock.inner_text()
    slider = opened.page.get_by_role("slider", name="Time")
    box = slider.bounding_box()
    slider.click(position={"x": box["width"] / 2, "y": box["height"] / 2})
    opened.page.wait_for_function(
        "said => document.querySelector('#globe-view output').innerText !== said", arg=said
    )
    _painted(opened)
    after = opened.picture("#globe-view canvas")
    assert np.mean(np.abs(after - before).max(axis=2) > 24) > 0.005


def test_nothing_went_wrong_and_nobody_was_asked(opened: Watched, report: Path) -> None:
    assert opened.errors == []


def test_without_script_everything_else_is_there(browser: Any, report: Path) -> None:
    context = browser.new_context(java_script_enabled=False, viewport=SIZE)
    page = context.new_page()
    page.goto(report.as_uri())
    # Chromium keeps the element, but does not show it where script is only said to be off.
    assert "The globe needs JavaScript" in page.locator("noscript").text_content()
    assert not page.locator("#globe-view").is_visible()
    assert page.get_by_role("heading", name="Passes").is_visible()
    context.close()


def test_on_paper_there_is_no_globe(opened: Watched) -> None:
    opened.page.emulate_media(media="print")
    assert not opened.page.locator("#globe").is_visible()
    assert opened.page.get_by_role("heading", name="Passes").is_visible()
    opened.page.emulate_media(media="screen")
