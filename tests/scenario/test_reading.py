"""Reading a scenario file: what is refused, in which words, and all of it at once."""

import contextlib
import tomllib
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path

import pytest

from skyweft import files
from skyweft.errors import ScenarioError
from skyweft.scenario.motion import Orbit, Sites, Walker
from skyweft.scenario.reading import load
from skyweft.scenario.schema import json_schema
from skyweft.scenario.shipped import scenario_file
from skyweft.scenario.waveforms import ready_made

VALID = """
name = "Two"
start = 2026-07-01T08:00:00+08:00
duration_s = 3600

[platforms.sats]
layer = "space"
motion = { kind = "walker", planes = 1, per_plane = 2, altitude_m = 6e5, inclination_deg = 98 }
terminals = ["laser"]

[terminals.laser]
kind = "optical"
rate_bps = 1e9

[[links]]
between = ["laser", "laser"]
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "two.toml"
    path.write_text(text, encoding="utf-8")
    return path


def errors(path: Path, *overrides: str) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        load(path, overrides)
    return str(caught.value).splitlines()


def test_a_sound_file(tmp_path: Path) -> None:
    scenario = load(write(tmp_path, VALID))
    assert scenario.start == datetime(2026, 7, 1, tzinfo=UTC)
    assert isinstance(scenario.platforms["sats"].motion, Walker)
    assert scenario.links[0].between == ("laser", "laser")


def test_a_mark_of_windows_editors_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "two.toml"
    path.write_bytes(b"\xef\xbb\xbf" + VALID.replace("\n", "\r\n").encode())
    assert load(path).name == "Two"


CARELESS = """
name = "Pumps"
start = 2026-07-01T00:00:00
duration_s = "1d"
duraton = 5

[platforms.sats]
layer = "spce"
motion = { kind = "walker", planes = 2, per_plane = 0, inclination_deg = nan, phase = 1 }
terminals = ["lasr"]

[platforms.pump-17]
motion = { kind = "fixed", latitude_deg = 91, longitude_deg = inf }

[platforms.bus]
layer = "ground"
motion = { kind = "bus" }

[platforms.rivers]
layer = "ground"
motion = { kind = "population", count = 3, region = "nix.geojson" }
terminals = ["node", "node"]

[terminals.laser]
kind = "optical"
rate_bps = 0

[terminals.node]
kind = "radio"
frequency_hz = 401e6
eirp_dbw = 3

[[links]]
between = ["laser"]
waveform = "lorra"

[coverage]
platforms = ["rivers"]
sites = ["sats", "nobody"]
"""
# The lists of what is allowed grow with the models; where they stand in a message does not.
KEYS = ", ".join(json_schema()["properties"])
WALKER_KEYS = ", ".join(Walker.model_fields)
WAVEFORMS = ", ".join(ready_made())


def test_every_error_is_said_in_one_go_with_place_and_what_is_allowed(tmp_path: Path) -> None:
    said = errors(write(tmp_path, CARELESS))
    at = "two.toml: "
    assert set(said) == {
        at + "start: give the time zone: end the time with Z for UTC",
        at + 'duration_s: "1d" is text; allowed: a number from 1 to 315_576_000',
        at + f'duraton: unknown key (did you mean "duration_s"?); allowed here: {KEYS}',
        at + 'platforms.sats.layer: "spce" is not possible (did you mean "space"?); allowed: '
        '"space", "near_space", "air" or "ground"',
        at + "platforms.sats.motion.per_plane: 0 is not possible; allowed: a whole number from 1 "
        "to 10_000_000",
        at + "platforms.sats.motion.inclination_deg: nan is not possible; allowed: a number from "
        "0 to 180",
        at + 'platforms.sats.motion.phase: unknown key (did you mean "phasing"?); allowed here: '
        f"{WALKER_KEYS}",
        at + 'platforms.sats.terminals[0]: there is no terminal "lasr" (did you mean "laser"?); '
        "there are: laser, node",
        at
        + 'platforms.pump-17.layer: is missing; needed: "space", "near_space", "air" or "ground"',
        at + "platforms.pump-17.motion.latitude_deg: 91 is not possible; allowed: a number from "
        "-90 to 90",
        at + "platforms.pump-17.motion.longitude_deg: inf is not possible; allowed: a number from "
        "-180 to 360",
        at
        + 'platforms.bus.motion.kind: "bus" is not known; allowed: "aircraft", "airship", '
        + '"elements", "fixed", "gtfs", "loiter", '
        '"orbit", "population", "rail", "sites", "sortie", "tle", "track" or "walker"',
        at + f"platforms.rivers.motion.region: {tmp_path / 'nix.geojson'} is not there",
        at + 'platforms.rivers.terminals[1]: "node" is named twice',
        at + "terminals.laser.rate_bps: 0 is not possible; allowed: a number from 0.001 to 1e18 "
        "(a thousand times what the whole Internet carries)",
        at + "links[0].between[1]: is missing; needed: text in quotes",
        at + 'links[0].between[0]: no platform carries the terminal "laser"',
        at + 'links[0].waveform: there is no waveform "lorra" (did you mean "lora" or '
        f'"lora_sf9"?); there are: {WAVEFORMS}',
        at + 'coverage.sites[0]: "sats" moves (walker); sites must stand still',
        at + 'coverage.sites[1]: there is no group of platforms "nobody"; there are: sats, '
        "pump-17, bus, rivers",
    }


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("name = ", "name : ", "line 2, column 6: not TOML: Expected '=' after a key"),
        ("rate_bps", 'kind = "x"\nrate_bps', "not TOML: Cannot overwrite a value"),
        ("[[links]]", "[[links", "not TOML: Expected ']]' at the end of an array declaration"),
        ("[platforms.sats]", "[platforms.sats]\n[platforms.sats]", "not TOML: Cannot declare"),
        ("3600", "[" * 5000, "not TOML: brackets nested too deeply"),
        ("3600", "9" * 5000, "not TOML: Exceeds the limit"),
    ],
)
def test_wrong_toml_names_the_line(tmp_path: Path, old: str, new: str, words: str) -> None:
    (said,) = errors(write(tmp_path, VALID.replace(old, new, 1)))
    assert said.startswith("two.toml: ")
    assert words in said


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("3600", "0.5", "duration_s: 0.5 is not possible; allowed: a number from 1 to 315_576_000"),
        ("3600", "1e12", "duration_s: 1000000000000.0 is not possible"),
        ("2026-07-01T08:00:00+08:00", '"2026-07-01T00:00:00Z"', "without quotes"),
        ("2026-07-01T08:00:00+08:00", "2026-07-01", "start: 2026-07-01 is not possible"),
        ("2026-07-01T08:00:00+08:00", "1969-07-20T20:17:00Z", "start: give a moment from 1972 to"),
        ("2026-07-01T08:00:00+08:00", "9999-12-31T23:59:59-23:59", "start: give a moment from"),
        ("altitude_m = 6e5, ", "", "motion: give either altitude_m or mean_motion_rev_day"),
        ("planes = 1", "planes = 6_000_000", "platforms: more than 10_000_000 platforms in all"),
        ("planes = 1", "planes = true", "planes: true is not possible; allowed: a whole number"),
        ("planes = 1", "phasing = 0.5, planes = 1", 'to 10_000_000 or "alternating"'),
        ("[platforms.sats]", '[platforms."a b"]', 'platforms."a b": "a b" is no name; allowed:'),
        ('"laser", "laser"', '"laser", "laser", "laser"', "has 3 items; allowed: a list of 2"),
        ('"laser", "laser"', '"laser", "lazer"', 'there is no terminal "lazer" (did you mean'),
        ('motion = { kind = "walker", ', "motion = { ", "motion.kind: is missing; needed:"),
        ('[[links]]', '[links]', "links: a table is not possible; allowed: tables, each under"),
    ],
)  # fmt: skip
def test_one_error(tmp_path: Path, old: str, new: str, words: str) -> None:
    said = errors(write(tmp_path, VALID.replace(old, new, 1)))
    assert any(words in line for line in said), said


def test_a_group_and_a_rule_the_models_of_links_refuse_come_in_the_same_round(
    tmp_path: Path,
) -> None:
    radio = '[terminals.radio]\nkind = "radio"\nfrequency_hz = 1e9\neirp_dbw = 1\n'
    text = VALID.replace('terminals = ["laser"]', 'terminals = ["laser", "radio"]')
    text = text.replace('["laser", "laser"]', '["laser", "radio"]').replace("3600", "-1")
    said = "\n".join(errors(write(tmp_path, text + radio)))
    assert "duration_s: -1 is not possible" in said
    assert "links[0].between" in said


def test_a_name_that_leads_nowhere_is_one_line(tmp_path: Path) -> None:
    assert errors(write(tmp_path, VALID.replace('"laser"]\n\n', '"lazer"]\n\n'))) == [
        'two.toml: platforms.sats.terminals[0]: there is no terminal "lazer" (did you mean '
        '"laser"?); there are: laser',
        'two.toml: links[0].between[0]: no platform carries the terminal "laser"',
        'two.toml: links[0].between[1]: no platform carries the terminal "laser"',
    ]


def test_many_errors_are_cut_short(tmp_path: Path) -> None:
    more = "".join(f"wrong_{row} = 1\n" for row in range(200))
    said = errors(write(tmp_path, more + VALID))
    assert len(said) == 51
    assert said[-1] == "two.toml: and at least 150 more errors"


def test_no_file(tmp_path: Path) -> None:
    assert errors(tmp_path / "two.toml") == [f"{tmp_path / 'two.toml'} is not there"]
    assert errors(tmp_path) == [f"{tmp_path} is a folder; name the scenario's file in it"]
    (said,) = errors(tmp_path / "hello.toml")
    assert said.endswith("`skyweft scenarios hello` copies the shipped one out")
    (said,) = errors(tmp_path / ("x" * 5000))
    assert said.endswith("File name too long")


def test_no_text(tmp_path: Path) -> None:
    path = tmp_path / "two.toml"
    path.write_bytes(b'name = "ok"\nname = "\xff\xfe"\n')
    assert errors(path) == ["two.toml: line 2: this is not UTF-8 text; save the file as UTF-8"]
    with path.open("wb") as file:
        file.truncate(200_000_000)
    (said,) = errors(path)
    assert "200 MB, at most 4 MB is read; places, tracks" in said


def test_no_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: str, flags: int) -> int:
        raise PermissionError(13, "Permission denied", path)

    path = write(tmp_path, VALID)
    monkeypatch.setattr(files, "_at_once", refuse)  # root, who runs many a CI, may read all
    assert errors(path) == ["two.toml: cannot be read: Permission denied"]


def test_files_are_looked_for_beside_the_scenario(tmp_path: Path) -> None:
    text = VALID + '[platforms.here]\nlayer="ground"\nmotion={kind="sites", file="s.csv"}\n'
    path = write(tmp_path, text)
    assert errors(path) == [
        f"two.toml: platforms.here.motion.file: {tmp_path / 's.csv'} is not there"
    ]
    assert "here" in load(path, look=False).platforms
    (tmp_path / "s.csv").mkdir()
    assert "is a folder, a file is needed" in errors(path)[0]
    (tmp_path / "s.csv").rmdir()
    (tmp_path / "s.csv").write_text("name\n", encoding="utf-8")
    motion = load(path).platforms["here"].motion
    assert isinstance(motion, Sites)
    assert motion.file == tmp_path / "s.csv"


def test_overrides(tmp_path: Path) -> None:
    scenario = load(
        write(tmp_path, VALID),
        [
            "duration_s=7_200",
            "name=Three more words",
            "platforms.sats.motion.planes=4",
            "links[0].range_max_m=5e6",
            "links.0.elevation_min_deg = -10.0",
            "world.earth_orientation=none",
            'coverage.platforms=["sats"]',
            "start=2026-08-01T00:00:00Z",
        ],
    )
    assert scenario.duration_s == 7200
    assert scenario.name == "Three more words"
    assert scenario.links[0].range_max_m == 5e6
    assert scenario.links[0].elevation_min_deg == -10
    assert scenario.world.earth_orientation == "none"
    assert scenario.coverage is not None  # type: ignore[attr-defined]
    assert scenario.start.month == 8
    motion = scenario.platforms["sats"].motion
    assert isinstance(motion, Walker)
    assert motion.planes == 4


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("duration_s", "two.toml: --set duration_s: write key=value, for example duration_s=3600"),
        ("=3", "--set =3: write key=value"),
        ("a b=3", "--set a b=3: write key=value"),
        ("links.3.sample_s=1", 'links has 1 entries, counted from 0; there is no "3"'),
        ("platforms.stas.layer=air", 'platforms has no "stas" (did you mean "sats"?)'),
        ("name.first=Ann", 'name is "Two", which has no keys'),
        ("duraton=1", 'duraton: unknown key (did you mean "duration_s"?)'),
        ("duration_s=1d", 'duration_s: "1d" is text; allowed: a number from 1 to 315_576_000'),
        ("duration_s=1\nseed=2", "is text; allowed: a number"),
    ],
)
def test_wrong_overrides(tmp_path: Path, override: str, words: str) -> None:
    (said,) = errors(write(tmp_path, VALID), override)
    assert words in said


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("platforms={}", "platforms: is empty; needed: at least one table in it"),
        ('name=""', "name: is empty; needed: text in quotes"),
    ],
)
def test_what_is_empty_is_called_so(override: str, words: str, tmp_path: Path) -> None:
    assert f"two.toml: {words}" in errors(write(tmp_path, VALID), override)


@pytest.mark.parametrize(
    "orbit",
    [
        "altitude_m = 5e5, eccentricity = 0.5",
        "mean_motion_rev_day = 17.4",
        "mean_motion_rev_day = 2.0, eccentricity = 0.8",
    ],
)
def test_an_orbit_through_the_earth_is_a_error_of_its_table(orbit: str, tmp_path: Path) -> None:
    motion = f'{{kind = "orbit", inclination_deg = 50, {orbit}}}'
    (line,) = errors(write(tmp_path, VALID), f"platforms.sats.motion={motion}")
    assert line.startswith("two.toml: platforms.sats.motion: the lowest altitude is -")


def test_an_orbit_may_be_as_eccentric_as_kepler_says(tmp_path: Path) -> None:
    """Two turns a day: a = (GM / n^2)^(1/3) = 26,610.3 km; the ground is at e = 0.7603."""
    motion = '{kind="orbit",inclination_deg=63.4,mean_motion_rev_day=2,eccentricity=%s}'
    for allowed in (0.74, 0.760):
        found = load(write(tmp_path, VALID), [f"platforms.sats.motion={motion % allowed}"])
        orbit = found.platforms["sats"].motion
        assert isinstance(orbit, Orbit)
        assert orbit.eccentricity == allowed
    (line,) = errors(write(tmp_path, VALID), f"platforms.sats.motion={motion % 0.761}")
    assert "the lowest altitude is -18 km" in line


@pytest.mark.parametrize("key", ["speed_m_s=1e-300", "radius_m=1e-9"])
def test_a_pattern_has_a_size_and_is_flown(key: str, tmp_path: Path) -> None:
    motion = '{kind="loiter", latitude_deg=0, longitude_deg=0, altitude_m=2e4, speed_m_s=15}'
    path = write(tmp_path, VALID)
    (line,) = errors(path, f"platforms.sats.motion={motion}", f"platforms.sats.motion.{key}")
    assert "is not possible; allowed: a number from " in line


@pytest.mark.parametrize("moment", ["2016-12-31T23:59:60Z", "2016-12-31 23:59:60.5+00:00"])
def test_a_leap_second_is_no_start(moment: str, tmp_path: Path) -> None:
    path = tmp_path / "leap.toml"
    path.write_text(f'name = "Leap"\nstart = {moment}\nduration_s = 60\n')
    with pytest.raises(ScenarioError, match=r"leap.toml: line 2.* TOML has no second 60: begin at"):
        load(path)


def test_a_mapping_is_read_as_the_file_with_its_tables() -> None:
    tables = tomllib.loads(scenario_file("hongyun").read_text(encoding="utf-8"))
    folder = scenario_file("hongyun").parent
    before = deepcopy(tables)
    with contextlib.chdir(folder):
        assert load(tables, ["duration_s=1800"]) == load("hongyun", ["duration_s=1800"])
    assert tables == before
    with pytest.raises(ScenarioError, match=r"^scenario: duration_s: "):
        load({**tables, "duration_s": -1})


def test_a_mapping_that_holds_itself_is_refused() -> None:
    tables: dict[str, object] = {"name": "loop"}
    tables["platforms"] = tables
    with pytest.raises(ScenarioError, match="nested too deeply"):
        load(tables)
    deep: dict[str, object] = {}
    for _ in range(5_000):
        deep = {"platforms": deep}
    with pytest.raises(ScenarioError, match="nested too deeply"):
        load(deep)
