"""Who sends what to whom: from groups, from files, and what is wrong with them."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skyweft.errors import ScenarioError
from skyweft.motion.fleet import build_fleet
from skyweft.network.flows import demand
from skyweft.network.flows.demand import Wanted, wanted
from skyweft.network.flows.traffic import gravity
from tests.written import scenario, standing

CITIES = """\
name,latitude_deg,longitude_deg,population
Beijing,39.9,116.4,20e6
Lagos,6.5,3.4,15e6
Lima,-12.0,-77.0,10e6
Thule,76.5,-68.7,0
"""
PLACES = [(39.9, 116.4), (6.5, 3.4), (-12.0, -77.0), (76.5, -68.7)]
BEIJING, LAGOS, LIMA, THULE, HUB = range(5)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "cities.csv").write_text(CITIES, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _wanted(*flows: dict[str, Any]) -> Wanted:
    each = {"sources": ["cities"], "targets": ["cities"]}
    cities = {"layer": "ground", "motion": {"kind": "sites", "file": "cities.csv"}}
    platforms = {"cities": cities} | standing({"hub": (1.0, 2.0)})
    scene = scenario(600.0, platforms, flows=[each | flow for flow in flows])
    return wanted(scene, build_fleet(scene))


def _pairs(found: Wanted) -> list[tuple[int, int]]:
    return list(zip(found.source.tolist(), found.target.tolist(), strict=True))


def test_every_pair_of_different_platforms() -> None:
    found = _wanted({"demand_bps": 5.0}, {"targets": ["hub"], "elastic": True})
    assert found.rule.tolist() == [0] * 12 + [1] * 4
    assert _pairs(found)[:4] == [(0, 1), (0, 2), (0, 3), (1, 0)]
    assert _pairs(found)[12:] == [(city, HUB) for city in range(4)]
    assert found.demand_bps.tolist() == [5.0] * 12 + [np.inf] * 4


def test_groups_named_twice_count_once() -> None:
    assert len(_wanted({"sources": ["cities", "cities"], "elastic": True})) == 12


def test_gravity_takes_populations_from_the_sites() -> None:
    found = _wanted({"gravity": {"total_bps": 1e9, "exponent": 0.5}})
    expected = gravity([20e6, 15e6, 10e6, 0], *np.transpose(PLACES), 1e9, 0.5)  # type: ignore[call-arg]
    there = expected.demand_bps > 0  # nobody lives in Thule
    assert _pairs(found) == list(
        zip(expected.source[there].tolist(), expected.target[there].tolist(), strict=True)
    )
    np.testing.assert_allclose(found.demand_bps, expected.demand_bps[there], rtol=1e-12)


def test_gravity_keeps_the_greatest_pairs_and_the_total() -> None:
    every = _wanted({"gravity": {"total_bps": 1e9}})
    few = _wanted({"gravity": {"total_bps": 1e9, "pairs": 2}})
    greatest = np.sort(np.argsort(-every.demand_bps, kind="stable")[:2])
    assert _pairs(few) == [_pairs(every)[k] for k in greatest]
    assert few.demand_bps.sum() == pytest.approx(1e9, rel=1e-12)


def test_gravity_between_two_groups_with_a_file(here: Path) -> None:
    (here / "people.csv").write_text(
        "population,name\n1,Lima\n2,Lagos\n3,hub\n4,Beijing\n5,Thule\n9,Atlantis\n"
    )
    model = {"total_bps": 60.0, "exponent": 0.0, "population": "people.csv"}
    found = _wanted({"targets": ["hub"], "gravity": model})
    assert _pairs(found) == [(city, HUB) for city in range(4)]
    np.testing.assert_allclose(found.demand_bps, [20.0, 10.0, 5.0, 25.0], rtol=1e-12)


def test_matrix_keeps_its_pairs(here: Path) -> None:
    (here / "matrix.csv").write_text(
        "source,target,demand_bps\nLima,Lagos,7\nThule,Thule,1\nhub,Lima,inf\n"
    )
    found = _wanted({"sources": ["hub", "cities"], "matrix": "matrix.csv"})
    assert _pairs(found) == [(LIMA, LAGOS), (THULE, THULE), (HUB, LIMA)]
    assert found.demand_bps.tolist() == [7.0, 1.0, np.inf]


def _complaint(*flows: dict[str, Any]) -> list[str]:
    with pytest.raises(ScenarioError) as error:
        _wanted(*flows)
    return str(error.value).splitlines()


def test_errors_of_all_files_at_once(here: Path) -> None:
    (here / "pairs.csv").write_text(
        "source,target,demand_bps\nLima,Lagos,-7\nLima,Atlantis,1\nLima,Thule,much\n"
    )
    (here / "square.csv").write_text(",Lima,Lagos\nLima,0\nLagos,1,2\n")
    (here / "people.csv").write_text("name,population\nLima,1\nLima,2\nThule,3\n")
    lines = _complaint(
        {"matrix": "pairs.csv"},
        {"matrix": "square.csv"},
        {"gravity": {"total_bps": 1.0, "population": "people.csv"}},
        {"targets": ["hub"], "gravity": {"total_bps": 1.0}},
        {"sources": ["hub"], "targets": ["hub"], "elastic": True},
    )
    assert lines[0].startswith("flows[0].matrix: pairs.csv: line 2: demand_bps: '-7' is not")
    assert any(line.startswith("flows[0].matrix: pairs.csv: line 4") for line in lines)
    assert any(line.startswith("flows[1].matrix: square.csv: line 2: 2 fields") for line in lines)
    people = [line for line in lines if line.startswith("flows[2].gravity.population: people.csv")]
    assert "line 3: 'Lima' is on line 2 already" in people[0]
    assert people[1].endswith("Beijing: it is given no population")
    assert lines[-2].startswith("flows[3].gravity: the places of hub are in no CSV file")
    assert lines[-1] == "flows[4]: sources and targets hold no two different platforms"


def test_names_in_a_matrix_belong_to_the_right_side(here: Path) -> None:
    (here / "matrix.csv").write_text("source,target,demand_bps\nhub,Lima,1\nLima,hub,2\n")
    lines = _complaint({"targets": ["hub"], "matrix": "matrix.csv"})
    assert lines == [
        "flows[0].matrix: matrix.csv: hub sends, but is in none of the groups of sources",
        "flows[0].matrix: matrix.csv: Lima receives, but is in none of the groups of targets",
    ]
    (here / "matrix.csv").write_text("source,target,demand_bps\nLima,Atlantis,1\n")
    assert "'Atlantis' is not known" in _complaint({"matrix": "matrix.csv"})[0]
    (here / "matrix.csv").write_text(",Lima,Lagos\nLima,0,0\nLagos,0,0\n")
    assert "no pair has a demand" in _complaint({"matrix": "matrix.csv"})[0]


def test_populations_that_pull_nothing(here: Path) -> None:
    (here / "cities.csv").write_text(CITIES.replace(",population", ",people"))
    assert "the column population is missing" in _complaint({"gravity": {"total_bps": 1.0}})[0]
    (here / "cities.csv").write_text(CITIES.replace("15e6", "0").replace("10e6", "0"))
    assert "at least two cities" in _complaint({"gravity": {"total_bps": 1.0}})[0]


def test_too_many_pairs_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demand, "PAIRS_MAX", 15)
    (line,) = _complaint({"demand_bps": 1.0})
    assert line.startswith("flows[0]: 4 sources and 4 targets make 16 pairs, at most 15 fit")
