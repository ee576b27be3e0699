import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skyweft.errors import ScenarioError
from skyweft.fleet import Fleet
from skyweft.motion.fleet import build_fleet
from skyweft.motion.propagate import propagate
from skyweft.scenario.scenario import Scenario
from skyweft.world.ellipsoid import to_geodetic

HEAD = """
name = "test"
start = 2026-07-01T00:00:00Z
duration_s = 7200
"""
SHELL = (
    '{ kind = "walker", planes = 3, per_plane = 4, altitude_m = 800e3, inclination_deg = 55, '
    "phasing = 1 }"
)
ISS = """ISS (ZARYA)
1 25544U 98067A   26170.50000000  .00010000  00000-0  18000-3 0  9994
2 25544  51.6400 120.0000 0005000  60.0000 300.0000 15.50000000 50001
"""


def _scenario(folder: Path, *groups: tuple[str, str, str], head: str = HEAD) -> Scenario:
    text = head + "".join(
        f'[platforms.{name}]\nlayer = "{layer}"\nmotion = {motion}\n'
        for name, layer, motion in groups
    )
    data: dict[str, Any] = tomllib.loads(text)
    return Scenario.model_validate(data, context={"folder": folder})


def _errors(scenario: Scenario) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        build_fleet(scenario)
    return str(caught.value).splitlines()


@pytest.fixture
def mixed(tmp_path: Path) -> tuple[Scenario, Fleet]:
    (tmp_path / "iss.tle").write_text(ISS)
    (tmp_path / "places.csv").write_text("name,latitude_deg,longitude_deg\nA,1,2\nB,3,4\n")
    (tmp_path / "ferry.csv").write_text("time_s,latitude_deg,longitude_deg\n0,1,2\n7200,1.1,2\n")
    scenario = _scenario(
        tmp_path,
        ("gateways", "ground", '{ kind = "sites", file = "places.csv" }'),
        ("shell", "space", SHELL),
        ("mast", "ground", '{ kind = "fixed", latitude_deg = 5, longitude_deg = 6 }'),
        ("iss", "space", '{ kind = "elements", file = "iss.tle" }'),
        ("ferry", "ground", '{ kind = "track", file = "ferry.csv" }'),
        (
            "haps",
            "near_space",
            '{ kind = "loiter", latitude_deg = 7, longitude_deg = 8, altitude_m = 20e3, '
            "speed_m_s = 15, count = 2 }",
        ),
        ("sensors", "ground", '{ kind = "population", count = 3 }'),
        (
            "molniya",
            "space",
            '{ kind = "orbit", mean_motion_rev_day = 2.006, eccentricity = 0.72, '
            "inclination_deg = 63.4 }",
        ),
    )
    return scenario, build_fleet(scenario)


def test_rows_follow_the_scenario(mixed: tuple[Scenario, Fleet]) -> None:
    _, fleet = mixed
    assert len(fleet) == 2 + 12 + 1 + 1 + 1 + 2 + 3 + 1
    assert fleet.names[:3] == ("A", "B", "shell-P01-S01")
    assert fleet.names[13:19] == (
        "shell-P03-S04",
        "mast",
        "ISS (ZARYA)",
        "ferry",
        "haps-01",
        "haps-02",
    )
    assert fleet.names[-1] == "molniya"
    np.testing.assert_array_equal(
        fleet.mover, [-1] * 2 + [*range(12), -1, *range(12, 16)] + [-1] * 3 + [16]
    )
    np.testing.assert_array_equal(fleet.site, [0, 1] + [-1] * 12 + [2] + [-1] * 4 + [3, 4, 5, -1])
    assert fleet.planes["shell"].member.tolist() == np.arange(12).reshape(3, 4).tolist()
    np.testing.assert_array_equal(fleet.rows_of("haps"), [17, 18])


def test_everybody_is_where_the_scenario_says(mixed: tuple[Scenario, Fleet]) -> None:
    scenario, fleet = mixed
    motion = propagate(scenario, fleet, 0, 7_200)
    assert motion.tracks.time_s[-1] == 7_200
    latitude, longitude, altitude_m = to_geodetic(np.moveaxis(motion.tracks.position_m, 1, -1))
    assert np.all(np.isfinite(altitude_m))
    assert np.abs(altitude_m[:12] - 800e3).max() < 30e3  # oblateness of the Earth and of the orbit
    assert np.abs(latitude[:12]).max() == pytest.approx(55, abs=0.5)
    np.testing.assert_allclose(altitude_m[13], 0, atol=1e-6)
    np.testing.assert_allclose(altitude_m[14:16], 20e3, atol=1e-6)
    np.testing.assert_allclose(longitude[13], 2, atol=1e-9)


def test_blocks_join_into_the_same_tracks(mixed: tuple[Scenario, Fleet]) -> None:
    scenario, fleet = mixed
    whole = propagate(scenario, fleet, 0, 7_200).tracks
    first = propagate(scenario, fleet, 0, 3_000).tracks
    second = propagate(scenario, fleet, 3_000, 7_200).tracks
    np.testing.assert_array_equal(np.append(first.time_s, second.time_s[1:]), whole.time_s)
    # Equal but for the last bit of a sine, which may depend on a time's place in its array.
    np.testing.assert_allclose(
        np.concatenate([first.position_m, second.position_m[..., 1:]], axis=2),
        whole.position_m,
        rtol=0,
        atol=1e-7,
    )


def test_it_tells_the_derived_geometry(mixed: tuple[Scenario, Fleet]) -> None:
    _, fleet = mixed
    echo = dict(line.split(": ", 1) for line in fleet.derived_geometry)
    assert echo["shell"] == (
        "12 satellites, altitude 800.0 km, period 100.87 min, 14.2752 rev/day, inclination 55 deg, "
        "nodes 120 deg apart, next plane 30 deg ahead, 3 planes x 4, slots 90 deg (10,151 km) apart"
    )
    assert echo["molniya"].startswith("1 satellite, perigee 1,")
    assert "apogee 39," in echo["molniya"]
    assert echo["iss"].endswith("from iss.tle, epochs 2026-06-19")
    assert echo["gateways"] == "2 sites from places.csv, latitude 1 to 3, longitude 2 to 4 deg"


def test_rows_with_a_terminal(tmp_path: Path) -> None:
    scenario = _scenario(
        tmp_path, ("a", "space", SHELL), ("b", "space", SHELL), ("c", "space", SHELL)
    )
    carrying = {
        name: each.model_copy(update={"terminals": ["ka"] if name != "b" else []})
        for name, each in scenario.platforms.items()
    }
    scenario = scenario.model_copy(update={"platforms": carrying})
    np.testing.assert_array_equal(
        build_fleet(scenario).rows_with(scenario, "ka"), [*range(12), *range(24, 36)]
    )


def test_errors_of_all_groups_and_names_given_twice(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("name,latitude_deg,longitude_deg\nx,1,1\nmast,2,2\nx,3,3\n")
    (tmp_path / "b.csv").write_text("name,latitude_deg,longitude_deg\ny,91,1\n")
    (tmp_path / "iss.tle").write_text(ISS)
    scenario = _scenario(
        tmp_path,
        ("one", "ground", '{ kind = "sites", file = "a.csv" }'),
        ("two", "ground", '{ kind = "sites", file = "b.csv" }'),
        ("mast", "ground", '{ kind = "fixed", latitude_deg = 5, longitude_deg = 6 }'),
        ("iss", "space", '{ kind = "elements", file = "iss.tle", planes = 2, per_plane = 3 }'),
        (
            "low",
            "space",
            # By Kepler just above the ground: what the scenario itself lets through.
            '{ kind = "orbit", mean_motion_rev_day = 17.04, inclination_deg = 90 }',
        ),
    )
    assert _errors(scenario) == [
        "b.csv: line 2: latitude_deg: '91' is not a number from -90 to 90",
        "platforms.iss.motion: iss.tle: 1 element set, planes x per_plane = 2 x 3 needs 6, and "
        "who is missing or to spare cannot be told: they are fewer than the 2 planes",
        "platforms.low.motion: the lowest altitude is -3 km, within the Earth: a higher "
        "altitude_m, or a smaller mean_motion_rev_day or eccentricity",
        "platforms: the name mast is given to 2 platforms: one (a.csv: line 3), mast",
        "platforms: the name x is given to 2 platforms: one (a.csv: line 2), one (a.csv: line 4)",
    ]


def test_contradictions(tmp_path: Path) -> None:
    (tmp_path / "iss.tle").write_text(ISS)
    haps = (
        '{ kind = "loiter", latitude_deg = 7, longitude_deg = 8, altitude_m = 8e3, speed_m_s = 15 }'
    )
    head = HEAD.replace("test", "Hypatia at 550 km and 800km") + "step_s = 300.0\n"
    scenario = _scenario(
        tmp_path,
        ("shell-805km", "space", SHELL),
        ("shell-1100km", "ground", SHELL),
        ("airship", "near_space", haps),
        ("kite", "space", haps),
        ("iss", "space", '{ kind = "elements", file = "iss.tle", stale_days = 10 }'),
        ("low", "space", '{ kind = "orbit", altitude_m = 120e3, inclination_deg = 1 }'),
        head=head,
    )
    *others, step = build_fleet(scenario).warnings
    assert others == [
        "iss: 1 of 1 element set up to 11.6 days away from the run (ISS (ZARYA); warned from "
        "10 days on): SGP4 loses km a day",
        'shell-1100km: the layer is "ground" but motion of kind "walker" is an orbit',
        "shell-1100km: its name says 1,100 km, its orbits are at 800.0 km",
        'airship: the layer is "near_space" (15 to 60 km) but the altitude is 8.0 km',
        'kite: the layer is "space" but motion of kind "loiter" is not an orbit',
        "low: the lowest altitude is 120 km: below 160 km a satellite falls within days",
        "iss: the scenario's name says 550 km, its orbits are at 413.8 to 420.6 km",
    ]
    assert "step_s is 300 s, between knots so far apart its path is off" in step


def test_names_that_look_alike_are_questioned(tmp_path: Path) -> None:
    rows = "Sea Dock,1,1\nSea\u00a0Dock,1,2\nSea\u200dDock,1,3\nQuay\u200d,1,4\nQuay,1,5\n"
    (tmp_path / "a.csv").write_text("name,latitude_deg,longitude_deg\n" + rows)
    scenario = _scenario(tmp_path, ("one", "ground", '{ kind = "sites", file = "a.csv" }'))
    assert build_fleet(scenario).warnings == (
        "platforms: 2 names look like another one: 'Sea\\xa0Dock' and 'Sea Dock' differ in what is "
        "not seen alone",
    )
