"""What `check` tells before a run: pairs counted against a plain double loop."""

from datetime import UTC, datetime
from itertools import combinations, product
from typing import Any

import pytest

from skyweft.engine.estimate import outlook
from skyweft.motion.fleet import build_fleet
from skyweft.scenario.scenario import Scenario

SHELL = {"kind": "walker", "planes": 4, "per_plane": 5, "altitude_m": 8e5, "inclination_deg": 90.0}
PLACE = {"kind": "population", "count": 7, "region": "globe"}
LASER = {"kind": "optical", "rate_bps": 1e9}


def scenario(*links: dict[str, Any], hours: float = 1.0) -> Scenario:
    return Scenario.model_validate(
        {
            "name": "Pairs",
            "start": datetime(2026, 7, 1, tzinfo=UTC),
            "duration_s": hours * 3600,
            "platforms": {
                "shell": {"layer": "space", "motion": SHELL, "terminals": ["a", "b"]},
                "relay": {
                    "layer": "space",
                    "motion": SHELL | {"planes": 1, "altitude_m": 2e7},
                    "terminals": ["b"],
                },
                "place": {"layer": "ground", "motion": PLACE, "terminals": ["a", "b"]},
                "ring": {"layer": "space", "motion": SHELL, "terminals": ["c"]},
            },
            "terminals": {"a": LASER, "b": LASER, "c": LASER},
            "links": list(links),
        }
    )


@pytest.mark.parametrize("between", [("a", "a"), ("b", "b"), ("a", "b"), ("b", "a")])
def test_pairs(between: tuple[str, str]) -> None:
    asked = scenario({"between": between})
    fleet = build_fleet(asked)
    ends = [
        [
            row
            for row in range(len(fleet.names))
            if name in asked.platforms[fleet.groups[fleet.group[row]]].terminals
        ]
        for name in between
    ]
    every = combinations(ends[0], 2) if between[0] == between[1] else product(*ends)
    pairs = [(one, other) for one, other in every if one != other]
    assert outlook(asked).facts()["links"][0]["pairs"] == len(pairs)


def test_a_grid_has_two_neighbours_in_the_plane_and_two_beside() -> None:
    asked = scenario({"between": ("c", "c"), "pattern": "grid"})
    assert outlook(asked).facts()["links"][0]["pairs"] == 2 * 20


@pytest.mark.parametrize(("per_plane", "words"), [(1, "1 pair"), (2, "2 pairs")])
def test_a_single_pair_is_no_plural(per_plane: int, words: str) -> None:
    entry = scenario({"between": ("a", "b")}).model_dump(exclude_none=True)
    entry["platforms"] = {
        "shell": {
            "layer": "space",
            "motion": SHELL | {"planes": 1, "per_plane": per_plane},
            "terminals": ["a"],
        },
        "place": {"layer": "ground", "motion": PLACE | {"count": 1}, "terminals": ["b"]},
    }
    lines = outlook(Scenario.model_validate(entry)).lines()
    assert any(line.endswith(f"a - b: {words}") for line in lines)
    assert f"{per_plane + 1} platforms; " in lines[-1]


def test_longer_runs_take_longer_and_more_room() -> None:
    short, long = (outlook(scenario({"between": ("a", "b")}, hours=each)) for each in (1, 1000))
    assert short.time_s < long.time_s
    assert short.size_bytes < long.size_bytes
    assert "contacts" in long.lines()
    assert long.facts()["platforms"] == {"shell": 20, "relay": 5, "place": 7, "ring": 20}
    assert "41 d 16 h" in "\n".join(long.lines())


def test_what_review_says_is_passed_on() -> None:
    assert "terminals.a: no link uses it" in outlook(scenario({"between": ("b", "b")})).warnings


def test_finer_samples_and_knots_take_longer_and_more_room() -> None:
    usual = scenario({"between": ("a", "b")}, hours=100)
    link = usual.links[0].model_copy(update={"sample_s": 0.06})
    for change in ({"links": [link]}, {"step_s": 0.06}):
        fine = outlook(usual.model_copy(update=change))
        assert fine.time_s > outlook(usual).time_s
        assert fine.size_bytes > 20 * outlook(usual).size_bytes


def test_a_rule_that_stands_there_twice_is_questioned() -> None:
    once, other = {"between": ("a", "b")}, {"between": ("a", "b"), "elevation_min_deg": 5.0}
    words = "links[2]: says the same as links[0]; its contacts count twice"
    assert words in outlook(scenario(once, other, once)).warnings
    assert not any("the same" in each for each in outlook(scenario(once, other)).warnings)
