"""Who may meet whom."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skyweft.contacts.pairs import neighbours, pairs, sets
from skyweft.errors import ScenarioError
from skyweft.fleet import Fleet, Sites
from skyweft.fleet.planes import Planes
from skyweft.motion.fleet import build_fleet
from skyweft.scenario.scenario import Scenario
from tests import written

RADIO = {"kind": "radio", "frequency_hz": 1e9, "eirp_dbw": 0.0, "gt_db_k": 0.0, "bandwidth_hz": 1e6}
LASER = {"kind": "optical", "rate_bps": 1e9}
START = "2026-07-01T00:00:00Z"


def walker(planes: int, per_plane: int, **more: object) -> dict[str, object]:
    size = {"planes": planes, "per_plane": per_plane, "altitude_m": 550e3, "inclination_deg": 53.0}
    return {"kind": "walker", **size, **more}


def scenario(
    groups: dict[str, tuple[dict[str, object], list[str]]], *links: dict[str, Any]
) -> Scenario:
    platforms = {
        name: {"layer": "space", "motion": motion, "terminals": terminals}
        for name, (motion, terminals) in groups.items()
    }
    terminals = {"x": RADIO, "y": RADIO, "laser": LASER}
    return written.scenario(3600.0, platforms, terminals=terminals, links=list(links))


def fleet(counts: dict[str, int]) -> Fleet:
    """Platforms that stand somewhere: only their groups matter here."""
    total = sum(counts.values())
    return Fleet(
        names=tuple(f"p{each}" for each in range(total)),
        groups=tuple(counts),
        layers=("space",) * len(counts),
        group=np.repeat(np.arange(len(counts)), list(counts.values())).astype(np.int32),
        mover=np.full(total, -1, dtype=np.int32),
        site=np.arange(total, dtype=np.int32),
        movers=(),
        sites=Sites(np.ones((total, 3)), np.ones((total, 3))),
        planes={},
        derived_geometry=(),
        warnings=(),
    )


def meetings(network: Scenario, everybody: Fleet) -> list[tuple[int, int]]:
    return [
        (int(each.sources[source]), int(each.targets[target]))
        for each in sets(network, everybody)
        for some in each.lists()
        for source, target in zip(*some, strict=True)
    ]


FIXED = {"kind": "fixed", "latitude_deg": 0.0, "longitude_deg": 0.0}


def test_first_terminal_is_the_source() -> None:
    network = scenario({"a": (FIXED, ["x"]), "b": (FIXED, ["y"])}, {"between": ["y", "x"]})
    assert sorted(meetings(network, fleet({"a": 2, "b": 1}))) == [(2, 0), (2, 1)]
    assert pairs(network, fleet({"a": 2, "b": 1})) == [2]


def test_one_terminal_on_both_sides_meets_once() -> None:
    network = scenario({"a": (FIXED, ["x"]), "b": (FIXED, ["x"])}, {"between": ["x", "x"]})
    found = meetings(network, fleet({"a": 3, "b": 2}))
    assert sorted(found) == [(i, j) for i in range(5) for j in range(i + 1, 5)]
    assert pairs(network, fleet({"a": 3, "b": 2})) == [10]


def test_nobody_meets_himself() -> None:
    network = scenario({"a": (FIXED, ["x", "y"])}, {"between": ["x", "y"]})
    found = meetings(network, fleet({"a": 3}))
    assert sorted(found) == [(i, j) for i in range(3) for j in range(3) if i != j]
    assert pairs(network, fleet({"a": 3})) == [6]


def test_many_pairs_come_in_short_lists_each_once() -> None:
    network = scenario({"a": (FIXED, ["x"])}, {"between": ["x", "x"]})
    found = meetings(network, fleet({"a": 700}))
    assert len(found) == len(set(found)) == 700 * 699 // 2
    (one,) = sets(network, fleet({"a": 700}))
    assert max(len(source) for source, _ in one.lists()) <= 16_384


def shell(planes: int, per_plane: int, **more: object) -> Planes:
    return build_fleet(scenario({"a": (walker(planes, per_plane, **more), [])})).planes["a"]


def degrees(listed: np.ndarray) -> np.ndarray:
    return np.bincount(listed.ravel())


def test_grid_of_a_delta() -> None:
    listed = neighbours(shell(5, 7), 0)
    assert len(listed) == 2 * 35
    assert (degrees(listed) == 4).all()
    rows = {tuple(row) for row in listed.tolist()}
    assert {(0, 1), (0, 6), (0, 7), (0, 28), (6, 34)} <= rows


@pytest.mark.parametrize("offset", [None, 0, 2])
def test_grid_of_a_star_leaves_the_seam_open(offset: int | None) -> None:
    listed = neighbours(shell(5, 7, pattern="star"), offset)
    assert len(listed) == 35 + 28
    planes = listed // 7
    assert not np.any((planes == [0, 4]).all(axis=1))


@pytest.mark.parametrize(
    ("planes", "per_plane", "count"),
    [(1, 1, 0), (1, 2, 1), (1, 5, 5), (2, 1, 1), (2, 2, 4), (2, 5, 15), (5, 2, 15), (5, 1, 5)],
)
def test_small_grids_hold_no_link_twice(planes: int, per_plane: int, count: int) -> None:
    listed = neighbours(shell(planes, per_plane), 0)
    assert len(listed) == len({tuple(sorted(row)) for row in listed.tolist()}) == count
    assert np.all(listed[:, 0] < listed[:, 1])


def test_the_ring_closes_where_the_phasing_has_turned_it() -> None:
    """After a whole ring Walker's F has shifted the slots by F; the last link must follow."""
    rows = {tuple(row) for row in neighbours(shell(4, 6, phasing=2), 0).tolist()}
    assert {(2, 18), (3, 19), (1, 23)} <= rows
    assert (0, 18) not in rows


@pytest.mark.parametrize("offset", [-1, 1, 5])
def test_an_offset_counts_slots_eastwards(offset: int) -> None:
    rows = {tuple(row) for row in neighbours(shell(4, 6, phasing=2), offset).tolist()}
    assert {(0, 6 + offset % 6), (6, 12 + offset % 6), ((2 + offset) % 6, 18)} <= rows


@pytest.mark.parametrize(
    ("more", "seam"),
    [
        ({}, 6),
        ({"pattern": "star"}, 0),
        ({"raan_span_deg": 180.0}, 0),
        ({"raan_span_deg": 270.0}, 0),
        ({"pattern": "star", "raan_span_deg": 360.0}, 6),
    ],
)
def test_seam_follows_the_span(more: dict[str, object], seam: int) -> None:
    network = scenario(
        {"a": (walker(4, 6, **more), ["laser"])},
        {"between": ["laser", "laser"], "pattern": "grid"},
    )
    found = meetings(network, build_fleet(network))
    assert sum(source // 6 == 0 and target // 6 == 3 for source, target in found) == seam
    assert len(found) == 24 + 18 + seam


def test_elements_without_planes_are_refused_by_name() -> None:
    network = scenario(
        {"a": (walker(2, 2), ["laser"])}, {"between": ["laser", "laser"], "pattern": "grid"}
    )
    with pytest.raises(ScenarioError, match=r"links\[0\].pattern: the group 'a'"):
        pairs(network, fleet({"a": 4}))


def test_grids_stay_inside_their_groups() -> None:
    network = scenario(
        {"a": (walker(2, 3), ["laser"]), "b": (walker(2, 3), ["laser"])},
        {"between": ["laser", "laser"], "pattern": "grid"},
    )
    found = meetings(network, build_fleet(network))
    assert all((source < 6) == (target < 6) for source, target in found)


def test_a_ring_is_the_plane_alone() -> None:
    network = scenario(
        {"a": (walker(2, 3), ["laser"])}, {"between": ["laser", "laser"], "pattern": "ring"}
    )
    found = meetings(network, build_fleet(network))
    assert sorted(found) == [(0, 1), (0, 2), (1, 2), (3, 4), (3, 5), (4, 5)]


def test_a_list_is_what_the_file_says(tmp_path: Path) -> None:
    file = tmp_path / "pairs.csv"
    file.write_text("source,target\np0,p3\np2,p1\np0,p3\n", encoding="utf-8")
    link = {"between": ["x", "x"], "pattern": "list", "file": str(file)}
    network = scenario({"a": (FIXED, ["x"]), "b": (FIXED, ["x"])}, link)
    assert sorted(meetings(network, fleet({"a": 2, "b": 2}))) == [(0, 3), (2, 1)]


def test_a_list_names_what_is_wrong_by_line(tmp_path: Path) -> None:
    file = tmp_path / "pairs.csv"
    file.write_text("source,target\np0,nobody\np2,p1\n", encoding="utf-8")
    link = {"between": ["x", "y"], "pattern": "list", "file": str(file)}
    network = scenario({"a": (FIXED, ["x"]), "b": (FIXED, ["y"])}, link)
    with pytest.raises(ScenarioError) as raised:
        sets(network, fleet({"a": 2, "b": 2}))
    assert str(raised.value).splitlines() == [
        "pairs.csv: line 3: source: 'p2' carries no 'x'",
        "pairs.csv: line 2: target: nothing is called 'nobody'",
        "pairs.csv: line 3: target: 'p1' carries no 'y'",
    ]


def test_a_list_holds_no_platform_with_itself(tmp_path: Path) -> None:
    file = tmp_path / "pairs.csv"
    file.write_text("source,target\np0,p1\np1,p1\n", encoding="utf-8")
    link = {"between": ["x", "x"], "pattern": "list", "file": str(file)}
    network = scenario({"a": (FIXED, ["x"])}, link)
    with pytest.raises(ScenarioError, match=r"pairs.csv: line 3: 'p1' is paired with itself"):
        sets(network, fleet({"a": 2}))
