"""Parts of the page of `skyweft show`: search, help, tables, and a server that goes away."""

from collections.abc import Iterator
from typing import Any

import pytest

from skyweft.results import Run
from skyweft.world.lasting import lasting

from .conftest import PATIENCE_MS, Watched

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
sync_api.expect.set_options(timeout=PATIENCE_MS)
expect = sync_api.expect


@pytest.fixture
def page(browser: Any, address: str) -> Iterator[Any]:
    """Return the page at its tables, where no globe is drawn."""
    watched = Watched(browser)
    watched.page.goto(f"{address}#view=links&t=600")
    expect(watched.page.get_by_role("grid")).to_be_visible()
    yield watched.page
    watched.page.close()
    assert watched.errors == []


def test_search_selects_in_the_table(page: Any) -> None:
    page.keyboard.press("/")
    page.keyboard.type("airsh")
    expect(page.locator("#found li")).to_have_count(1)
    page.keyboard.press("Enter")
    page.get_by_role("tab", name="platforms").click()
    expect(page.get_by_role("row", selected=True)).to_contain_text("airship")
    expect(page.get_by_role("heading", name="airship")).to_be_visible()


def test_help_shows_the_keys(page: Any) -> None:
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("find a platform")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_tables_sort_and_filter(page: Any, small: Run) -> None:
    page.get_by_role("button", name="duration").click()
    head = page.get_by_role("columnheader", name="duration")
    expect(head).to_have_attribute("aria-sort", "descending")
    contacts = small.table("contacts", ("source", "duration_s")).to_pandas()
    longest = lasting(contacts["duration_s"].max())
    expect(page.get_by_role("row").nth(1)).to_contain_text(longest)
    page.get_by_label("Value").fill("airship")
    page.get_by_role("button", name="Filter", exact=True).click()
    count = contacts["source"].astype(str).str.contains("airship").sum()
    expect(page.locator(".filter-total")).to_have_text(f"{count} rows")


def test_a_way_is_shown_hop_by_hop(page: Any, small: Run) -> None:
    routes = small.table("routes", ("time_s", "source", "target", "path")).to_pandas()
    route = next(row for row in routes.itertuples() if row.time_s == 600 and len(row.path) > 2)
    page.evaluate(
        "(ends) => skyweft.select({ kind: 'path', route: 0, ...ends })",
        {"source": route.source, "target": route.target},
    )
    expect(page.locator(".hop-node")).to_have_text(list(route.path))


@pytest.mark.parametrize("width", [390, 1280])
def test_a_server_that_went_away_is_said(browser: Any, address: str, width: int) -> None:
    page = browser.new_page(base_url=address, viewport={"width": width, "height": 640})
    page.goto("./#view=links")
    expect(page.get_by_role("grid")).to_be_visible()
    page.route("**/api/**", lambda route: route.abort())
    page.get_by_role("tab", name="platforms").click()
    said = page.get_by_text("The server went away")
    expect(said).to_be_visible()
    page.get_by_role("tab", name="contacts").click()  # the words lie over nothing
    for view in ("Timeline", "Compare", "Globe"):
        page.get_by_role("navigation").get_by_role("button", name=view).click()
        expect(said).to_be_visible()
    page.unroute("**/api/**")
    expect(said).to_be_hidden()
    page.close()
