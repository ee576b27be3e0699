"""The page of `skyweft show` in a real browser: it draws, obeys, and asks nobody else."""

from typing import Any
from urllib.parse import parse_qs

import numpy as np
import pytest

from skyweft.results import Run

from .conftest import Watched, not_blank

VIEWS = {"g": "globe", "t": "timeline", "l": "links", "m": "deliveries", "c": "compare"}


@pytest.fixture(autouse=True)
def as_at_first(console: Watched) -> None:
    console.page.keyboard.press("Escape")
    console.page.evaluate("() => document.activeElement?.blur()")
    console.page.keyboard.press("g")
    console.page.evaluate("() => skyweft.select(null)")
    console.set_time(600)


def _address(console: Watched) -> dict[str, list[str]]:
    return parse_qs(console.page.evaluate("() => location.hash.slice(1)"))


def test_the_globe_is_drawn(console: Watched) -> None:
    assert not_blank(console.picture())


def test_positions_are_those_of_the_tables(console: Watched, knots: Any) -> None:
    for time_s in (600.0, 3_660.0, 7_200.0):  # the second is no node, but a knot of the run
        console.set_time(time_s)
        for name in ("sats-P01-S01", "sats-P03-S04", "airship"):
            shown = console.hook(f"positionOf({name!r})")
            # The promise is a kilometre; nodes two minutes apart are within 6 m, float32 1 m.
            assert np.linalg.norm(np.subtract(shown, knots(name, time_s))) < 10


def test_the_slider_moves_the_satellites(console: Watched, knots: Any) -> None:
    before = console.picture()
    slider = console.page.get_by_role("slider", name="Time")
    box = slider.bounding_box()
    slider.click(position={"x": box["width"] / 2, "y": box["height"] / 2})
    console.wait("Math.abs(skyweft.time_s - 3625) < 60")
    console.set_time(console.hook("time_s"))
    assert np.mean(np.abs(console.picture() - before).max(axis=2) > 24) > 0.005
    assert "T+" in console.page.get_by_role("timer").inner_text()


def test_figures_are_those_of_the_run(console: Watched, small: Run) -> None:
    words = console.page.locator("main").inner_text()
    flows = small.summary()["flows"]
    assert f"{100 * flows['share_served']:.1f} % of the demand" in words
    (users,) = {row["share_served"] for row in flows["users"]}
    assert f"Users served\n{100 * users:.1f}%" in words


def test_a_choice_is_one_in_all_views(console: Watched) -> None:
    console.page.keyboard.press("/")
    console.page.keyboard.type("Wuh")
    console.page.keyboard.press("Enter")
    console.wait("skyweft.selected?.name === 'Wuhan'")
    assert console.page.locator("#card-title").inner_text() == "Wuhan"
    console.page.keyboard.press("t")
    console.wait("location.hash.includes('view=timeline')")
    assert console.hook("selected.name") == "Wuhan"
    assert _address(console)["platform"] == ["Wuhan"]


def test_every_view_has_a_key_and_a_name(console: Watched) -> None:
    for key, view in VIEWS.items():
        console.page.keyboard.press(key)
        console.wait(f"document.querySelector('.shell').classList.contains('shows-{view}')")
        current = console.page.locator("nav [aria-current=page]")
        assert current.count() == 1


def test_time_by_keyboard(console: Watched) -> None:
    console.page.keyboard.press("ArrowRight")
    console.wait("skyweft.time_s > 600")
    console.page.keyboard.press("ArrowLeft")
    console.wait("skyweft.time_s === 600")
    console.page.keyboard.press(" ")
    console.wait("skyweft.time_s > 600")
    console.page.keyboard.press(" ")
    console.page.get_by_role("button", name="Play", exact=True).wait_for()


def test_everything_is_reached_by_tab(console: Watched) -> None:
    """The focus goes round and meets search, every view, play and the slider."""
    met = set()
    for _ in range(60):
        console.page.keyboard.press("Tab")
        met.add(
            console.page.evaluate(
                "() => document.activeElement.getAttribute('aria-label') ||"
                " document.activeElement.textContent.trim()"
            )
        )
    assert {"Find a platform", "Globe", "Timeline", "Links", "Play", "Time"} <= met


def test_the_address_restores_what_was_seen(console: Watched, browser: Any, address: str) -> None:
    console.page.keyboard.press("t")
    console.page.evaluate(
        "() => { skyweft.select({kind: 'platform', name: 'Oslo'}); skyweft.setTime(4321); }"
    )
    console.wait("location.hash.includes('t=4321') && location.hash.includes('Oslo')")
    console.wait("location.hash.includes('view=timeline')")
    again = Watched(browser)
    again.page.goto(console.page.url)
    again.wait("window.skyweft?.selected?.name === 'Oslo' && skyweft.time_s === 4321")
    assert again.page.locator(".shows-timeline").count() == 1
    assert again.errors == []
    again.page.close()


def test_two_runs_are_compared(console: Watched) -> None:
    console.page.keyboard.press("c")
    console.wait("document.querySelector('.shows-compare')")
    assert console.page.get_by_label("Run").first.count() == 1


def test_nothing_went_wrong_and_nobody_else_was_asked(console: Watched) -> None:
    """Of all tests above: no error, nothing that the policy stopped, no request that left."""
    assert console.errors == []


def test_without_webgl_the_tables_still_work(browser: Any, address: str) -> None:
    plain = Watched(browser)
    plain.page.add_init_script(
        "const get = HTMLCanvasElement.prototype.getContext;"
        "HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {"
        " return /webgl/.test(kind) ? null : get.call(this, kind, ...rest); };"
    )
    plain.page.goto(address)
    plain.page.get_by_text("WebGL").first.wait_for()
    plain.page.keyboard.press("l")
    plain.page.get_by_role("grid").first.wait_for()
    assert [each for each in plain.errors if "WebGL" not in each] == []
    plain.page.close()


def test_events_stand_beside_the_chart_and_jump(browser: Any, address: str, small: Run) -> None:
    watched = Watched(browser, {"width": 1440, "height": 900}).open(address)
    watched.set_time(2_400)
    listed = watched.page.locator(".event")
    edges = [
        edge
        for row in small.contacts.to_pylist()
        for edge in (row["start_s"], row["end_s"])
        if 0 < edge < small.simulated_s
    ]
    last = max(edge for edge in edges if edge <= 2_400)
    newest = watched.page.locator(".events ol").last.locator(".event").first
    newest.click()
    watched.wait(f"Math.abs(skyweft.time_s - {last}) < 0.01")
    assert watched.hook("selected.kind") == "link"
    source, target = watched.hook("selected.source"), watched.hook("selected.target")
    assert all(source in each and target in each for each in listed.all_inner_texts())
    assert watched.errors == []
    watched.page.close()
