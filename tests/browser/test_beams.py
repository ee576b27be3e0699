"""Spots of beams on the globe of `skyweft show`: where the table says, and gone when unwanted."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from skyweft.results import Run
from skyweft.world import ellipsoid

from .conftest import Watched, served


@pytest.fixture(scope="module")
def shown(browser: Any, beamed: Run) -> Iterator[Watched]:
    with served(beamed) as address:
        watched = Watched(browser).open(address)
        yield watched
        assert watched.errors == []
        watched.page.close()


def _in_use(run: Run, time_s: float) -> set[tuple[str, str]]:
    """Return satellite and centre of every beam that the table has in use at a snapshot."""
    rows = run.beams.to_pylist()
    return {
        (row["platform"], row["centre"])
        for row in rows
        if row["time_s"] == time_s and row["utilisation"] > 0
    }


def _places(run: Run) -> dict[str, np.ndarray]:
    """Return where those stand that stand, by name."""
    return {
        row["name"]: np.array(
            ellipsoid.to_ecef(row["latitude_deg"], row["longitude_deg"], row["altitude_m"])
        )
        for row in run.platforms.to_pylist()
        if not row["moves"]
    }


def test_spots_lie_where_the_table_says(shown: Watched, beamed: Run) -> None:
    places, met = _places(beamed), 0
    for time_s in range(300, 3_600, 300):
        shown.set_time(time_s)
        spots = shown.hook("spots()")
        assert {(each["platform"], each["towards"]) for each in spots} == _in_use(beamed, time_s)
        for spot in spots:
            # 20 m above the ellipsoid and seen 10 degrees high: the axis goes on for 110 m.
            assert np.linalg.norm(places[spot["towards"]] - spot["centre"]) < 1_000, spot
        met += len(spots)
    assert met > 5


def test_a_spot_is_seen_until_it_is_unwanted(shown: Watched, beamed: Run) -> None:
    time_s = next(time_s for time_s in range(0, 3_600, 300) if _in_use(beamed, time_s))
    shown.set_time(time_s)
    name, _ = sorted(_in_use(beamed, time_s))[0]
    shown.act(f"skyweft.select({{kind: 'platform', name: {name!r}}})")
    card = shown.page.locator(".card").inner_text()
    many = len([each for each in _in_use(beamed, time_s) if each[0] == name])
    assert f"{many} of 3" in card
    shown.page.get_by_role("button", name="Follow").click()
    for step in (1, 2):  # the first frame turns the camera, and the names follow
        shown.act(f"skyweft.setTime({time_s} + {step}e-3)")
    with_spots = shown.picture()
    switch = shown.page.get_by_role("button", name="beams")
    switch.click()
    shown.act(f"skyweft.setTime({time_s} + 3e-3)")
    gone = np.abs(shown.picture() - with_spots).max(axis=2) > 24
    assert np.count_nonzero(gone) > 30
    switch.click()
    shown.act(f"skyweft.setTime({time_s} + 2e-3)")
    back = np.abs(shown.picture() - with_spots).max(axis=2) > 24
    assert np.count_nonzero(back) < 5
