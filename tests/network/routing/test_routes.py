"""Routes over time by hand: two cities, two relays that come and go, an aircraft that relays."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from skyweft.contacts.product import Contacts
from skyweft.fleet import Fleet, Motion, Sites, Tracks
from skyweft.motion import build_fleet
from skyweft.network.graph.block import linked, relaying, step_times
from skyweft.network.graph.places import places
from skyweft.network.product import ABSENT, PARTITIONED, REACHED, SOURCE_ISOLATED, Routes
from skyweft.network.routing import routes as finding
from skyweft.network.routing.routes import KINDS, routes
from skyweft.scenario.scenario import Scenario
from skyweft.world.constants import SPEED_OF_LIGHT_M_S
from tests import written

CITIES, MASTS, PLANE = [0, 1], [2, 3], 4
STEP_S, END_S = 60.0, 600.0
# link, source, target, start_s, end_s
WINDOWS = [
    (0, 2, 0.0, 200.0),  # the first city over the first mast, then over the second
    (1, 2, 0.0, 600.0),
    (0, 3, 180.0, 420.0),
    (1, 3, 180.0, 600.0),
    (4, 0, 300.0, 600.0),  # the aircraft hears the first city, and relays
    (4, 1, 360.0, 540.0),
]


def _fixed(latitude_deg: float, longitude_deg: float) -> dict[str, object]:
    return {"kind": "fixed", "latitude_deg": latitude_deg, "longitude_deg": longitude_deg}


def _scenario(**rule: object) -> Scenario:
    groups = {
        "one": ("ground", _fixed(0.0, 0.0), None),
        "two": ("ground", _fixed(0.0, 20.0), None),
        "near": ("ground", _fixed(1.0, 10.0), True),
        "far": ("ground", _fixed(9.0, 10.0), True),
        "plane": ("air", _fixed(4.0, 10.0), None),
    }
    platforms = {
        name: {"layer": layer, "motion": motion, "relay": relay}
        for name, (layer, motion, relay) in groups.items()
    }
    both = ["one", "two"]
    usual = {"sources": both, "targets": both, "step_s": STEP_S, "paths": True}
    return written.scenario(END_S, platforms, routes=[usual | rule])


def _contacts(start_s: float = 0.0, end_s: float = END_S) -> Contacts:
    """Return the windows of a block."""
    rows = sorted(
        (max(a, start_s), min(b, end_s), one, other)
        for one, other, a, b in WINDOWS
        if a < end_s and b > start_s
    )
    begin, end, source, target = np.array(rows).T
    count = len(rows)
    return Contacts(
        link=np.zeros(count, np.int16),
        source=source.astype(np.int32),
        target=target.astype(np.int32),
        start_s=begin,
        end_s=end,
        culmination_s=begin,
        elevation_max_deg=np.full(count, np.nan, np.float32),
        range_min_m=np.ones(count),
        cut_start=begin <= start_s,
        cut_end=end >= end_s,
    )


def _motion(fleet: Fleet, start_s: float = 0.0, end_s: float = END_S) -> Motion:
    time_s = np.arange(start_s, end_s + 1, STEP_S)
    nobody = np.empty((0, 3, len(time_s)))
    return Motion(Tracks(time_s, nobody, nobody), fleet.sites)


def _found(start_s: float = 0.0, end_s: float = END_S, **rule: object) -> Routes:
    scenario = _scenario(**rule)
    fleet = build_fleet(scenario)
    motion = _motion(fleet, start_s, end_s)
    return routes(scenario, fleet, motion, _contacts(start_s, end_s))


def _way(found: Routes, time_s: float, source: int, target: int) -> list[int]:
    (row,) = np.flatnonzero(
        (found.time_s == time_s) & (found.source == source) & (found.target == target)
    )
    return found.path[found.path_first[row] : found.path_first[row + 1]].tolist()


def test_the_way_changes_with_the_links() -> None:
    found = _found()
    assert found.time_s.tolist() == np.repeat(np.arange(0, END_S, STEP_S), 2).tolist()
    assert [_way(found, at, 0, 1) for at in (0.0, 180.0)] == [[0, 2, 1]] * 2  # the nearer of two
    assert _way(found, 240.0, 0, 1) == [0, 3, 1]
    assert _way(found, 360.0, 0, 1) == [0, 4, 1]
    assert _way(found, 360.0, 1, 0) == [1, 4, 0]
    assert _way(found, 540.0, 0, 1) == [0, 4, 1]  # the window ends at this very moment
    here = np.flatnonzero(found.time_s < 540.0)
    assert np.all(found.reason[here] == REACHED)
    assert found.first_hop[:2].tolist() == [2, 2]


def test_delays_are_straight_lines_and_processing() -> None:
    found = _found(processing_s=0.002)
    where = build_fleet(_scenario()).sites.position_m
    path_length_m = np.linalg.norm(where[0] - where[2]) + np.linalg.norm(where[2] - where[1])
    assert found.path_length_m[0] == pytest.approx(path_length_m, rel=1e-12)
    assert found.delay_s[0] == pytest.approx(path_length_m / SPEED_OF_LIGHT_M_S + 0.002, rel=1e-12)


def test_who_relays() -> None:
    scenario = _scenario()
    assert relaying(scenario, build_fleet(scenario)).tolist() == [False, False, True, True, True]


def test_an_island_and_a_city_nobody_hears() -> None:
    scenario = _scenario(sources=["one"], targets=["two", "far"])
    fleet = build_fleet(scenario)
    # Before 180 s the second mast hears nobody at all; without the first city's link it is alone.
    contacts = _contacts()
    keep = contacts.source != 0
    alone = Contacts(*(getattr(contacts, name)[keep] for name in Contacts.__slots__))
    found = routes(scenario, fleet, _motion(fleet), alone)
    at = {float(time_s): found.reason[found.time_s == time_s].tolist() for time_s in (0, 300, 360)}
    assert at[0.0] == [SOURCE_ISOLATED] * 2
    assert at[300.0] == [PARTITIONED] * 2  # it hears the aircraft, which hears nobody else yet
    assert at[360.0] == [REACHED, PARTITIONED]


def test_a_mover_that_is_not_there() -> None:
    scenario = _scenario(sources=["plane"], targets=["two"])
    fleet = build_fleet(scenario)
    mover, site = np.array([-1, -1, -1, -1, 0], np.int32), np.array([0, 1, 2, 3, -1], np.int32)
    sites = Sites(fleet.sites.position_m[:4], fleet.sites.up[:4])

    class Still:
        count, step_max_s = 1, 60.0

        def fill(self, *_: object) -> tuple[str, ...]:
            return ()

    moving = Fleet(
        fleet.names,
        fleet.groups,
        fleet.layers,
        fleet.group,
        mover,
        site,
        (Still(),),
        sites,
        {},
        (),
        (),
    )
    time_s = np.arange(0, END_S + 1, STEP_S)
    position_m = np.tile(fleet.sites.position_m[4][None, :, None], (1, 1, len(time_s)))
    position_m[:, :, time_s > 450] = np.nan
    motion = Motion(Tracks(time_s, position_m, np.zeros_like(position_m)), sites)
    assert np.isnan(places(moving, motion, 480.0)[4]).all()
    found = routes(scenario, moving, motion, _contacts())
    reason = dict(zip(found.time_s.tolist(), found.reason.tolist(), strict=True))
    assert reason[360.0] == REACHED
    assert reason[480.0] == ABSENT


def test_paths_only_where_asked_for() -> None:
    found = _found(paths=False)
    assert len(found.path) == 0
    assert np.all(found.path_first == 0)
    np.testing.assert_array_equal(found.path_id, _found().path_id)


def test_a_rule_a_number() -> None:
    scenario = _scenario()
    twice = scenario.model_copy(
        update={"routes": [*scenario.routes, _scenario(step_s=300.0).routes[0]]}  # type: ignore[attr-defined]
    )
    fleet = build_fleet(twice)
    found = routes(twice, fleet, _motion(fleet), _contacts())
    assert np.unique(found.time_s[found.rule == 1]).tolist() == [0.0, 300.0]
    assert np.count_nonzero(found.rule == 0) == 20


@pytest.mark.parametrize("rows_at_once", [1, 5, 200_000])
@pytest.mark.parametrize("threads", [1, 4])
def test_threads_and_their_tasks_do_not_matter(
    monkeypatch: pytest.MonkeyPatch, threads: int, rows_at_once: int
) -> None:
    expected = _found()
    monkeypatch.setattr(finding, "ROWS_AT_ONCE", rows_at_once)
    scenario = _scenario()
    fleet = build_fleet(scenario)
    with ThreadPoolExecutor(threads) as executor:
        found = routes(scenario, fleet, _motion(fleet), _contacts(), executor)
    for name in Routes.__slots__:
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name))


def test_blocks_of_time_give_the_rows_of_one_block() -> None:
    whole = _found()
    parts = [_found(a, b) for a, b in ((0.0, 120.0), (120.0, 420.0), (420.0, END_S))]
    for name in KINDS:
        joined = np.concatenate([getattr(part, name) for part in parts])
        np.testing.assert_array_equal(joined, getattr(whole, name))


def test_snapshots_from_the_first_moment_to_before_the_last() -> None:
    fleet = build_fleet(_scenario())
    assert step_times(_motion(fleet, 60.0, 300.0), 100.0).tolist() == [100.0, 200.0]
    assert step_times(_motion(fleet, 60.0, 300.0), 60.0).tolist() == [60.0, 120.0, 180.0, 240.0]
    assert step_times(_motion(fleet, 60.0, 300.0), 1000.0).tolist() == []


def test_contacts_that_are_up() -> None:
    contacts = _contacts()
    time_s = np.arange(0.0, END_S, 7.0)
    first, contact = linked(contacts, time_s)
    for k, at in enumerate(time_s):
        up = np.flatnonzero((contacts.start_s <= at) & (contacts.end_s >= at))
        assert contact[first[k] : first[k + 1]].tolist() == up.tolist()
