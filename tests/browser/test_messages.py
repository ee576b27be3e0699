"""The view of messages of a run that kept no row a message: sums, and how to get rows."""

from collections.abc import Iterator
from typing import Any

import pytest

from skyweft.results import Run, run
from skyweft.scenario.shipped import find
from skyweft.world.lasting import lasting

from .conftest import Watched, served
from .test_reach import CUT, WIDTHS

PANELS = ("by kind", "by hour", "by place", "by device", "storage", "by target")


@pytest.fixture(scope="module")
def carried(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Run two satellites that carry messages for eight hours."""
    return run(
        find("xingyun_alpha"),
        tmp_path_factory.mktemp("carried"),
        overrides=[
            "duration_s=28800",
            "deliveries={rows=false}",
        ],
    )


@pytest.fixture(scope="module")
def address(browser: Any, carried: Run) -> Iterator[str]:
    with served(carried) as where:
        yield where


@pytest.mark.parametrize("width", WIDTHS)
def test_sums_are_shown_and_nothing_is_cut(
    browser: Any, address: str, carried: Run, width: str
) -> None:
    watched = Watched(browser, dict(zip(("width", "height"), WIDTHS[width], strict=True)))
    watched.page.goto(f"{address}#view=deliveries")
    figures = carried.summary()["deliveries"]
    outcome = watched.page.locator(".outcome")
    outcome.get_by_text("What became of the others").wait_for()
    words = outcome.inner_text()
    assert f"{figures['generated']:,}".replace(",", "\u202f") in words
    median_s = figures["delay_p50_s"]
    assert (lasting(median_s).rpartition(" ")[0] if median_s else "—") in words
    lost = {name: many for name, many in figures.items() if name[:5] == "lost_" and many}
    for name in lost:
        assert name.removeprefix("lost_").replace("_", " ") in words
    for name in PANELS:
        watched.page.get_by_role("tab", name=name).click()
        watched.wait("document.querySelector('#table-panel').children.length > 0")
        assert watched.page.evaluate(CUT) == [], (width, name)
    watched.page.get_by_role("tab", name="messages", exact=True).click()
    watched.page.get_by_text("A row a message was not kept").wait_for()
    assert "rows = true" in watched.page.locator("#table-panel").inner_text()
    assert watched.errors == []
    watched.page.close()
