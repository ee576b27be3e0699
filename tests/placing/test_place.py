"""A placement from its file to a scenario that runs, and every reason why not."""

import csv
import json
import math
from pathlib import Path
from typing import Any

import pytest

import skyweft
from skyweft.cli import main
from skyweft.errors import ScenarioError
from skyweft.network.failures.model import Failures
from skyweft.placing.product import Placement, alike
from skyweft.world.constants import EARTH_RADIUS_MEAN_M
from tests.placing.asked import (
    BASE,
    DRONES,
    HOVER,
    LINKS,
    MAST,
    POINTS,
    RADIOS,
    SOLAR,
    SPOTS,
    fleet,
    place_table,
    write,
)
from tests.written import head

ONE = BASE + place_table() + fleet("drones", **DRONES)


def reasons(found: Placement) -> dict[str, str]:
    return {each.name: each.reason for each in found.points}


def test_the_most_is_served_and_the_rest_says_why(tmp_path: Path) -> None:
    found = skyweft.place(write(tmp_path, ONE))
    (station,) = found.stations
    assert station.candidate == "west"  # a and b weigh 150, c 70
    assert found.weight_served == found.weight_bound == 150
    assert found.weight_total == 720
    assert found.gap == 0
    said = reasons(found)
    assert said["a"] == said["b"] == ""
    assert said["c"] == "no craft is left that would serve more by serving it"
    assert said["d"] == "no link closes: the nearest candidate is 292 km away"
    assert {each.name: each.served_by for each in found.points}["a"] == ("drones-01",)


def test_with_two_everything_in_reach(tmp_path: Path) -> None:
    found = skyweft.place(write(tmp_path, ONE.replace("count = 1", "count = 2")))
    assert sorted(each.candidate for each in found.stations) == ["east", "west"]
    assert found.weight_served == 220


def test_reach_is_that_of_elevation_on_a_sphere(tmp_path: Path) -> None:
    # TR 38.811 makes 0.85 likely in the country from 15 degrees on, rounded to 20. What is lost is
    # the pattern's radius, and two rungs of 1/2046 of the horizon's 196 km either side.
    sight = {"probability_min": 0.85}
    found = skyweft.place(
        write(tmp_path, BASE + place_table(line_of_sight=sight) + fleet("drones", **DRONES))
    )
    high, low = math.radians(15), EARTH_RADIUS_MEAN_M
    arc = math.acos(low * math.cos(high) / (low + 3e3)) - high
    assert low * arc - 300 - 500 < found.stations[0].reach_m < low * arc - 300


def test_a_point_in_a_city_sees_less(tmp_path: Path) -> None:
    points = POINTS.replace("rate_bps\n", "rate_bps,environment\n").replace("1e6\n", "1e6,urban\n")
    found = skyweft.place(write(tmp_path, ONE, points))
    # 0.8 in a city takes 60 degrees, rounded from 55: 2.1 km at 3 km of height; a is 1.5 km away.
    assert found.weight_served == 150
    far = SPOTS.replace("29.01,116.01", "29.03,116.03")
    found = skyweft.place(write(tmp_path, ONE, points, far))
    assert reasons(found)["a"].startswith("line of sight too unlikely: 0.")
    assert reasons(found)["a"].endswith("from the best candidate, 0.8 is asked for")


def test_a_full_backhaul_serves_a_part_and_says_so(tmp_path: Path) -> None:
    text = BASE + place_table() + fleet("drones", **DRONES, rate_max_bps=1.5e6)
    found = skyweft.place(write(tmp_path, text))
    # Both need 1 Mbit/s; a weighs more and is served in full, of b half.
    assert found.weight_served == pytest.approx(125)
    shares = {each.name: each.served_share for each in found.points}
    assert shares["a"] == pytest.approx(1)
    assert shares["b"] == pytest.approx(0.5)
    assert reasons(found)["b"] == (
        "the backhaul has no room left at drones-01, and no craft is left"
    )
    assert found.stations[0].backhaul_bps == 1.5e6


def test_a_full_carrier_too(tmp_path: Path) -> None:
    points = POINTS.replace("1e6", "40e6")
    found = skyweft.place(write(tmp_path, ONE, points))
    assert found.stations[0].carrier_share == pytest.approx(1)
    assert "the carriers have no room left at drones-01" in reasons(found)["b"]
    more = BASE + place_table() + fleet("drones", **DRONES, carriers=4)
    assert skyweft.place(write(tmp_path, more, points)).weight_served == pytest.approx(150)


def test_without_backhaul_no_craft_is_placed(tmp_path: Path) -> None:
    away = BASE.replace("29.2", "45.2")
    found = skyweft.place(write(tmp_path, away + place_table() + fleet("drones", **DRONES)))
    assert not found.stations
    (refused,) = found.refused
    assert refused.candidates == 3
    assert refused.reason == (
        "no backhaul: linked onward 0.0% of the time, at least 95.0% is asked for"
    )
    assert reasons(found)["a"].startswith("reached only from where craft cannot be: drones: no")
    none = place_table(backhaul={"share_min": 0.0})
    assert skyweft.place(write(tmp_path, away + none + fleet("drones", **DRONES))).stations


def test_backhaul_is_the_links_own_rate(tmp_path: Path) -> None:
    found = skyweft.place(write(tmp_path, ONE), tmp_path / "out")
    run = skyweft.run(tmp_path / "out" / "scenario.toml", tmp_path / "run")
    links = run.link_samples.to_pylist()
    contacts = run.contacts.to_pylist()
    rates = {
        (contacts[row["contact"]]["source"], contacts[row["contact"]]["target"]): min(
            row["rate_bps"], row["rate_reverse_bps"]
        )
        for row in links
    }
    # The drone circles 300 m around the candidate, some 25 km away: 0.1 dB at most.
    assert rates["tower", "drones-01"] == pytest.approx(found.stations[0].backhaul_bps, rel=0.03)


def test_a_solar_aircraft_stays_where_its_day_closes(tmp_path: Path) -> None:
    text = BASE + place_table() + fleet("solar", **SOLAR)
    found = skyweft.place(write(tmp_path, text))
    assert found.stations[0].altitude_m == (18e3, 22e3)
    calm = '[weather]\nwind = { source = "calm" }\n'
    winter = text.replace("2026-07-01", "2026-12-21").replace("[place]", f"{calm}[place]")
    winter = winter.replace("array_m2 = 50", "array_m2 = 20")
    found = skyweft.place(write(tmp_path, winter))
    assert not found.stations
    assert found.refused[0].reason.startswith("its day does not close: light brings ")
    empty = text.replace("40000.0", "4000.0").replace("= 7200", "= 172800")
    found = skyweft.place(write(tmp_path, empty))
    assert "the night takes" in found.refused[0].reason
    assert found.refused[0].reason.startswith("falls after ")


def test_a_solar_aircraft_slower_than_the_wind_is_refused(tmp_path: Path) -> None:
    wind = '[weather]\nwind = { source = "steady", east_m_s = 60.0 }\n'
    text = BASE + wind + place_table() + fleet("solar", **SOLAR)
    (refused,) = skyweft.place(write(tmp_path, text)).refused
    assert refused.reason.startswith("the wind is 60.0 m/s, it flies at ")


def test_an_airship_that_is_blown_away_is_refused(tmp_path: Path) -> None:
    motion = {
        "kind": "airship",
        "station": {"radius_m": 5e3, "altitude_m": [18e3, 22e3]},
        "hull": {"volume_m3": 50e3, "speed_max_m_s": 20.0},
    }
    keys = {**SOLAR, "layer": "near_space", "motion": motion}
    keys["energy"] = {"array_m2": 1_200, "battery_wh": 1e6, "payload_w": 5e3}
    for east, share in ((0.0, None), (40.0, "on station for ")):
        wind = f'[weather]\nwind = {{ source = "steady", east_m_s = {east} }}\n'
        text = BASE + wind + place_table() + fleet("airship", **keys)
        found = skyweft.place(write(tmp_path, text))
        assert bool(found.stations) == (share is None)
        if share:
            assert found.refused[0].reason.startswith(share)


ROTATION = {
    "base_latitude_deg": 29.0,
    "base_longitude_deg": 116.1,
    "endurance_s": 3_600,
    "speed_m_s": 20,
    "turnaround_s": 1_200,
    "handover_s": 60,
}


def test_craft_that_relieve_one_another(tmp_path: Path) -> None:
    keys = {**DRONES, "count": 2, "rotation": ROTATION}
    text = BASE + place_table() + fleet("drones", **keys)
    found = skyweft.place(write(tmp_path, text), tmp_path / "out")
    (station,) = found.stations
    assert (station.candidate, station.craft) == ("west", 2)
    assert {each.aircraft for each in found.timetable} == {"drones-01.1", "drones-01.2"}
    # 31.4 km take 26 min each way, which leaves 460 s: 4,800 s / 400 s. 68 km is too far.
    said = {each.reason[:21] for each in found.refused}
    assert said == {"held by 12 in turn, t", "of 60 min in the air "}
    with (tmp_path / "out" / "timetable.csv").open() as file:
        assert len(list(csv.DictReader(file))) == len(found.timetable)
    run = skyweft.run(tmp_path / "out" / "scenario.toml", tmp_path / "run")
    contacts = [row for row in run.contacts.to_pylist() if row["source"] == "a"]
    spans = sorted((row["start_s"], row["end_s"]) for row in contacts)
    until = 0.0
    for start, end in spans:
        assert start <= until
        until = max(until, end)
    assert until == 7_200  # the village is never alone
    single = BASE + place_table() + fleet("drones", **keys | {"count": 1})
    found = skyweft.place(write(tmp_path, single))
    assert "held by 2 in turn, there are 1" in [each.reason for each in found.refused]


def test_hovering_craft_take_the_candidates_heights(tmp_path: Path) -> None:
    motion = {key: each for key, each in HOVER.items() if key != "altitude_m"}
    keys = fleet("drones", **{**DRONES, "motion": motion})
    grid = {
        "latitude_deg": [29.0, 29.1],
        "longitude_deg": [116.0, 116.1],
        "spacing_m": 5_000,
        "altitude_m": [200.0, 4_000.0],
    }
    text = BASE + place_table(candidates={"grid": grid}) + keys
    found = skyweft.place(write(tmp_path, text), tmp_path / "out")
    assert found.stations[0].altitude_m == (4_000, 4_000)  # from 200 m little is in reach
    assert skyweft.load(tmp_path / "out" / "scenario.toml")
    with pytest.raises(ScenarioError, match=r"drones.motion: altitude_m is missing"):
        skyweft.place(write(tmp_path, BASE + place_table() + keys))


def test_geojson(tmp_path: Path) -> None:
    rows = list(csv.DictReader(POINTS.splitlines()))
    features: list[dict[str, Any]] = [
        {
            "type": "Feature",
            "geometry": {
                "type": "Point",
                "coordinates": [float(row["longitude_deg"]), float(row["latitude_deg"])],
            },
            "properties": {
                "name": row["name"],
                "weight": float(row["weight"]),
                "rate_bps": float(row["rate_bps"]),
            },
        }
        for row in rows
    ]
    path = write(tmp_path, ONE.replace("points.csv", "points.geojson"))
    whole = {"type": "FeatureCollection", "features": features}
    (tmp_path / "points.geojson").write_text(json.dumps(whole), encoding="utf-8")
    assert skyweft.place(path).points == skyweft.place(write(tmp_path, ONE)).points
    features[1]["properties"]["weight"] = "many"
    (tmp_path / "points.geojson").write_text(json.dumps(whole), encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"features\[1\].properties.weight: .many. is not"):
        skyweft.place(write(tmp_path, ONE.replace("points.csv", "points.geojson")))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("[place]", "[plaice]", "ask.toml: place.demand: is missing"),
        ("count = 1", "count = 0", r"ask.toml: place.fleets.drones.count: 0 is not possible"),
        ('"air"', '"space"', "place.fleets.drones.layer: .space. is not possible"),
        ("radius_m", "radios_m", r"place.fleets.drones.motion.radios_m: "),
        ('kind = "loiter", ', "", r"kind is needed: loiter, airship or aircraft"),
        ('kind = "loiter"', 'kind = "loiter", latitude_deg = 3', "latitude_deg is what is looked"),
        ('"phone"]', '"fone"]', r"platforms.villages.terminals"),
        ('["cell", "onward"]', '["onward", "phone"]', 'no platform carries the terminal "cell"'),
        ('between = ["phone", "cell"]', 'between = ["mast", "cell"]', "no rule of links joins one"),
        ('between = ["mast", "onward"]', 'between = ["phone", "onward"]', "no rule of links leads"),
        ('"villages"', '"tower"', r"platforms.tower: \[place\] makes a group of that name"),
        ("spots.csv", "stops.csv", r"place.candidates.file: .*stops.csv is not there"),
        ("nr", "nrr", "waveform"),
    ],
)
def test_errors_of_the_file(tmp_path: Path, old: str, new: str, words: str) -> None:
    assert old in ONE
    path = write(tmp_path, ONE.replace(old, new))
    with pytest.raises(ScenarioError, match=words):
        skyweft.place(path, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("points", "words"),
    [
        (POINTS.replace("29.00", "92"), r"points.csv: line 2: latitude_deg"),
        (POINTS.replace("100,", "-1,"), r"points.csv: line 2: weight"),
        (POINTS.replace(",rate_bps", "").replace(",1e6", ""), "points.csv: no rate_bps; add it"),
        ("name\n", "points.csv"),
    ],
)
def test_errors_of_demand(tmp_path: Path, points: str, words: str) -> None:
    with pytest.raises(ScenarioError, match=words):
        skyweft.place(write(tmp_path, ONE, points))


def test_what_is_not_read_is_named(tmp_path: Path) -> None:
    points = POINTS.replace("rate_bps\n", "rate_bps,people\n").replace("1e6\n", "1e6,3\n")
    found = skyweft.place(write(tmp_path, ONE, points))
    assert "points.csv: the column people is not used" in found.warnings


def test_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, ONE)
    assert main(["place", "ask.toml"]) == 0
    out = capsys.readouterr().out
    assert "150 of 720 served (20.8%)" in out
    assert "gap 0.00%" in out
    assert "drones-01: west at 29.0100, 116.0100, 3,000 m: 2 points" in out
    names = {each.name for each in Path("placed/ask").iterdir()}
    assert {"scenario.toml", "demand.csv", "stations.csv", "map.png", "map.svg"} <= names
    text = Path("placed/ask/scenario.toml").read_text("utf-8")
    assert str(tmp_path) not in text
    assert main(["place", "ask.toml"]) == 1
    assert "--force replaces it" in capsys.readouterr().err
    assert main(["place", "ask.toml", "--force", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["weight_served"] == 150
    assert facts["gap"] == 0
    assert len(facts["points"]) == 4
    assert main(["check", "placed/ask/scenario.toml"]) == 0
    assert main(["place", "nothing.toml"]) == 1


def test_the_same_twice(tmp_path: Path) -> None:
    path = write(tmp_path, ONE)
    texts = []
    for name in ("one", "two"):
        skyweft.place(path, tmp_path / name)
        files = sorted((tmp_path / name).iterdir())
        texts.append([(each.name, each.read_bytes()) for each in files])
    assert texts[0] == texts[1]


def test_files_of_the_scenario_are_found_from_the_answer(tmp_path: Path) -> None:
    masts = '[platforms.masts]\nlayer = "ground"\nterminals = ["mast"]\n'
    masts += 'motion = { kind = "sites", file = "masts.csv" }\n'
    (tmp_path / "masts.csv").write_text("name,latitude_deg,longitude_deg\nm,29.2,116.2\n")
    text = head("Files", 3_600) + masts + RADIOS + LINKS + place_table() + fleet("drones", **DRONES)
    skyweft.place(write(tmp_path, text), tmp_path / "deep" / "out")
    found = skyweft.load(tmp_path / "deep" / "out" / "scenario.toml")
    assert 'file = "../../masts.csv"' in (tmp_path / "deep/out/scenario.toml").read_text("utf-8")
    assert skyweft.build_fleet(found).names[:2] == ("m", "a")


def test_links_of_craft_that_are_not_placed_are_left_out(tmp_path: Path) -> None:
    idle = '[[links]]\nbetween = ["mast", "spare"]\n'
    spare = '[terminals.spare]\nkind = "radio"\nfrequency_hz = 9e9\neirp_dbw = 0.0\n'
    failures = "[[failures]]\nlinks = [0, 1]\nshare = 0.0\n[[failures]]\nlinks = [0]\nshare = 0.0\n"
    more = fleet("others", **{**DRONES, "terminals": ["cell", "onward", "spare"]})
    text = head("Idle", 3_600) + idle + MAST + RADIOS + spare + LINKS + failures + place_table()
    path = write(
        tmp_path, text + fleet("drones", **DRONES) + more, points="\n".join(POINTS.splitlines()[:2])
    )
    skyweft.place(path, tmp_path / "out")
    found = skyweft.load(tmp_path / "out" / "scenario.toml")
    assert [link.between for link in found.links] == [("phone", "cell"), ("mast", "onward")]
    assert [rule.links for rule in found.rules(Failures)] == [[0]]


def test_inhabitants_weigh_unless_there_are_weights(tmp_path: Path) -> None:
    people = POINTS.replace("weight", "population")
    assert skyweft.place(write(tmp_path, ONE, people)).weight_total == 720
    both = POINTS.replace("rate_bps\n", "rate_bps,population\n").replace("1e6\n", "1e6,2\n")
    with pytest.raises(ScenarioError, match="both weight and population are there"):
        skyweft.place(write(tmp_path, ONE, both))


def test_reasons_that_differ_in_numbers_alone_are_one() -> None:
    reasons = [("300 km away", 2), ("1,200.5 km away", 1), ("full", 2), ("300 km away", 1)]
    assert [*alike(reasons)] == [("300 km away (or other numbers)", 4), ("full", 2)]


def test_a_mountain_village_makes_no_other_village_worse(tmp_path: Path) -> None:
    high = POINTS.replace("weight,", "altitude_m,weight,").replace(",100,1e6", ",0,100,1e6")
    high = (
        high.replace(",50,1e6", ",2900,50,1e6")
        .replace(",70,", ",0,70,")
        .replace(",500,", ",0,500,")
    )
    spots = SPOTS.replace("29.01,116.01", "28.95,115.95")
    found = reasons(skyweft.place(write(tmp_path, ONE, high, spots)))
    # From 7.4 km off a drone at 3 km stands 22 degrees above a, and less than one above b.
    assert found["a"] == ""
    assert found["b"].startswith("no link closes")


def test_a_placement_of_nothing_is_replaced_as_any_other(tmp_path: Path) -> None:
    far = write(tmp_path, ONE, POINTS.splitlines()[0] + "\nd,31.00,119.00,500,1e6\n")
    assert not skyweft.place(far, tmp_path / "placed").stations
    assert not skyweft.place(far, tmp_path / "placed", force=True).stations


def test_a_run_of_what_is_to_be_placed_says_who_reads_it(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="place: is read by `skyweft place`, which writes the"):
        skyweft.run(write(tmp_path, ONE), tmp_path / "run")
