"""Names that people give devices, through every door and every writer and back again."""

import csv
import io
import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skyweft.delivery.plan.files import read_plan, write_plan
from skyweft.delivery.plan.product import ContactPlan, plan
from skyweft.errors import ScenarioError
from skyweft.export import export
from skyweft.export.orbits import _folder
from skyweft.motion.fleet import build_fleet
from skyweft.naming import normal, wrong_name
from skyweft.protocols import czml, oem, omm_writing
from skyweft.protocols.contact_plans.formats import PLAN_FORMATS
from skyweft.protocols.elements import parse
from skyweft.protocols.features import Feature, geojson, kml
from skyweft.results import Run, run
from skyweft.scenario.reading import load

MARKS = "\n\r\t\x0b\x00\x1b\x85\u2028\u202e\ufeff\ufffe<>&\"'#,;:=[]{}()/\\|?*. aAé港"
ANY = st.text(st.one_of(st.characters(), st.sampled_from(MARKS)), min_size=1, max_size=110)
GIVEN = ANY.map(lambda each: normal(each.strip())).filter(lambda each: not wrong_name(each))
NAMES = st.lists(GIVEN, min_size=2, max_size=5, unique=True)
KML = "{http://www.opengis.net/kml/2.2}"
fresh = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)


def _set(name: str, number: int) -> dict[str, Any]:
    return {
        "OBJECT_NAME": name,
        "OBJECT_ID": "UNKNOWN",
        "EPOCH": "2026-07-01T00:00:00.000000",
        "MEAN_MOTION": 15.0,
        "ECCENTRICITY": 0.0,
        "INCLINATION": 60.0,
        "RA_OF_ASC_NODE": 1.0,
        "ARG_OF_PERICENTER": 2.0,
        "MEAN_ANOMALY": 3.0,
        "NORAD_CAT_ID": number,
        "BSTAR": 0.0,
    }


def _pairs(found: ContactPlan) -> set[tuple[str, str]]:
    rows = zip(found.source, found.target, strict=True)
    return {(found.names[source], found.names[target]) for source, target in rows}


@fresh
@given(names=NAMES)
@pytest.mark.parametrize("form", PLAN_FORMATS)
def test_contact_plans(form: str, names: list[str], tmp_path: Path) -> None:
    ends = np.arange(len(names) - 1)
    many = plan(names, ends, ends + 1, 0 * ends, 0 * ends + 9, 0 * ends + 8, 0 * ends + 1)
    write_plan(many, tmp_path / "plan", form)
    found, _ = read_plan(tmp_path / "plan")
    assert len(found.names) == len(names)
    if form == "hdtn" or set(found.names) == set(names):  # numbers of their own come in order
        assert _pairs(found) == _pairs(many)
    else:
        np.testing.assert_array_equal(found.source, many.source)
        np.testing.assert_array_equal(found.target, many.target)
    if form == "ion":  # nothing but its own lines, none longer than ionadmin reads at a time
        lines = (tmp_path / "plan").read_bytes().split(b"\n")
        assert all(each.startswith((b"# node ", b"a contact ", b"a range ")) for each in lines[:-1])
        assert max(map(len, lines)) < 256


@fresh
@given(names=NAMES, notation=st.sampled_from(sorted(omm_writing.NOTATIONS)))
def test_elements(names: list[str], notation: str) -> None:
    sets = [_set(name, row) for row, name in enumerate(names, start=1)]
    text = omm_writing.write(notation, sets, "2026-07-01T00:00:00")
    assert parse(text.encode(), "elements")[0].names == tuple(names)


@fresh
@given(names=NAMES)
def test_maps(names: list[str]) -> None:
    places = [Feature(name, "point", [[(1.0, 2.0)]], {"group": names[0]}) for name in names]
    listed = json.loads(geojson(places))["features"]
    assert [each["properties"]["name"] for each in listed] == names
    root = ET.fromstring(kml(names[0], places))
    assert [each.findtext(f"{KML}name") for each in root.iter(f"{KML}Placemark")] == names


@fresh
@given(name=GIVEN)
def test_ephemerides(name: str) -> None:
    """Eleven lines of head and as many keywords as were meant, whatever the name says."""
    spans = [(["2026-07-01T00:00:00"], np.ones((1, 3)), np.ones((1, 3)))]
    lines = "\n".join(oem.write(name, "UNKNOWN", spans, "2026-07-01T00:00:00")).splitlines()
    keys = [each.partition(" = ")[0] for each in lines if " = " in each]
    assert len(keys) == len(set(keys)) == 12
    assert lines[5] == f"OBJECT_NAME = {name}"
    assert max(map(len, lines)) <= 254  # 502.0-B-3, 7.2


@fresh
@given(names=NAMES)
def test_files_of_names(names: list[str], tmp_path: Path) -> None:
    _folder([(name, name) for name in names], tmp_path / "oem")
    found = [each.read_text(encoding="utf-8") for each in (tmp_path / "oem").iterdir()]
    assert sorted(found) == sorted(names)
    for each in (tmp_path / "oem").iterdir():
        each.unlink()
    (tmp_path / "oem").rmdir()


@fresh
@given(names=NAMES)
def test_scenes(names: list[str]) -> None:
    """A reference is an id, its own marks behind a backslash (CZML Guide, ReferenceValue)."""
    packet = czml.link("id", "name", (names[0], names[1]), [("a", "b")], (0, 0, 0, 0))
    packet = json.loads(json.dumps(packet))
    for name, reported in zip(names, packet["polyline"]["positions"]["references"], strict=False):
        plain, rest, escaping = "", reported, False
        while rest and (escaping or rest[0] not in "#."):
            if rest[0] == "\\" and not escaping:
                escaping = True
            else:
                plain, escaping = plain + rest[0], False
            rest = rest[1:]
        assert (plain, rest) == (name, "#position")


SCENARIO = """\
name = "Named"
start = 2026-07-01T00:00:00Z
duration_s = 60
platforms.there = { layer = "ground", motion = { kind = "sites", file = "sites.csv" } }
"""


def _csv(rows: list[list[object]]) -> str:
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows(rows)
    return text.getvalue()


@fresh
@given(name=ANY)
def test_doors_let_in_what_may_be_a_name(name: str, tmp_path: Path) -> None:
    """Sites by CSV and GeoJSON: either the name, in its normal form, or a message of one line."""
    (tmp_path / "case.toml").write_text(SCENARIO)
    geo = SCENARIO.replace("sites.csv", "sites.geojson")
    (tmp_path / "geo.toml").write_text(geo)
    rows = [["name", "latitude_deg", "longitude_deg"], [name, 1, 2]]
    (tmp_path / "sites.csv").write_bytes(_csv(rows).encode("utf-8", "surrogatepass"))
    point = {"type": "Point", "coordinates": [2, 1]}
    feature = {"type": "Feature", "properties": {"name": name}, "geometry": point}
    (tmp_path / "sites.geojson").write_text(json.dumps(feature))
    kept = normal(name.strip())
    for file in ("case.toml", "geo.toml"):
        scenario = load(tmp_path / file)
        if wrong_name(kept) or (file == "case.toml" and "\0" in name):
            with pytest.raises(ScenarioError) as error:
                build_fleet(scenario)
            assert len(str(error.value).splitlines()) == 1
        else:
            assert build_fleet(scenario).names == (kept,)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Run devices whose names have a meaning in some format; two differ only in upper case."""
    folder = tmp_path_factory.mktemp("hostile")
    sites = ["Quay #1", "a b", "a_b", "document", "x to y", "Zu\u0308rich", "<&>\"'", "上海"]
    rows = [[name, 1 + row, 2 + row] for row, name in enumerate(sites)]
    (folder / "sites.csv").write_text(_csv([["name", "latitude_deg", "longitude_deg"], *rows]))
    tracks = ["A/B [x]", "a/b [x]", "CON", "é" * 100, "港" * 100]
    head = ["name", "time_s", "latitude_deg", "longitude_deg"]
    rows = [[name, time, row, time / 600] for row, name in enumerate(tracks) for time in (0, 600)]
    (folder / "track.csv").write_text(_csv([head, *rows]))  # type: ignore[list-item]
    sets = [_set(name, 9) for name in ("ISS (ZARYA)", "CSS [+] = 1")]
    (folder / "sets.json").write_text(json.dumps(sets))
    (folder / "hostile.toml").write_text(
        'name = "Names <&> of \\"all\\" kinds"\nstart = 2026-07-01T00:00:00Z\nduration_s = 600\n'
        'platforms.sites = { layer = "ground", terminals = ["o"],'
        ' motion = { kind = "sites", file = "sites.csv" } }\n'
        'platforms.ships = { layer = "ground", motion = { kind = "track", file = "track.csv" } }\n'
        'platforms.sats = { layer = "space", terminals = ["o"],'
        ' motion = { kind = "elements", file = "sets.json" } }\n'
        'terminals.o = { kind = "optical", rate_bps = 1e9 }\n'
        'links = [{ between = ["o", "o"], elevation_min_deg = -90, grazing_altitude_m = -1e7 }]\n'
    )
    return run(folder / "hostile.toml", folder / "run")


def test_a_run_of_such_names_in_every_format(hostile: Run, tmp_path: Path) -> None:
    names = hostile.platforms["name"].to_pylist()
    moving = [
        each for each, moves in zip(names, hostile.platforms["moves"], strict=True) if moves.as_py()
    ]
    path, notes = export(hostile, "oem", tmp_path / "oem")
    assert any("2 names hold characters beyond ASCII" in each for each in notes)
    heads = [each.read_text(encoding="utf-8").split("\n") for each in path.iterdir()]
    assert sorted(each[5].removeprefix("OBJECT_NAME = ") for each in heads) == sorted(moving)
    files = [each.name for each in path.iterdir()]
    assert len({each.casefold() for each in files}) == len(files)
    path, _ = export(hostile, "czml", tmp_path / "scene.czml")
    packets = json.loads(path.read_text(encoding="utf-8"))
    ids = [each["id"] for each in packets]
    assert len(set(ids)) == len(ids)
    assert {each["name"] for each in packets if "point" in each} == set(names)
    path, _ = export(hostile, "kml", tmp_path / "map.kml")
    root = ET.parse(path).getroot()
    assert {each.findtext(f"{KML}name") for each in root.iter(f"{KML}Placemark")} == set(names)
    assert root.findtext(f"{KML}Document/{KML}name") == 'Names <&> of "all" kinds'
    path, _ = export(hostile, "geojson", tmp_path / "map.geojson")
    listed = json.loads(path.read_text(encoding="utf-8"))["features"]
    assert {each["properties"]["name"] for each in listed} == set(names)


@pytest.mark.parametrize("form", ["netcdf", "zarr"])
def test_cubes_of_such_names(hostile: Run, tmp_path: Path, form: str) -> None:
    xr = pytest.importorskip("xarray")
    path, _ = export(hostile, form, tmp_path / "cube")
    with xr.open_dataset(path, engine="h5netcdf" if form == "netcdf" else "zarr") as cube:
        moves = hostile.platforms["moves"].to_pylist()
        names = hostile.platforms["name"].to_pylist()
        wanted = {name for name, each in zip(names, moves, strict=True) if each}
        assert set(cube["platform"].values.tolist()) == wanted


def test_names_in_another_normal_form_are_found(hostile: Run, tmp_path: Path) -> None:
    for name in ("Z\u00fcrich", "Zu\u0308rich"):
        path, _ = export(hostile, "geojson", tmp_path / "map.geojson", only=[name])
        listed = json.loads(path.read_text(encoding="utf-8"))["features"]
        assert [each["properties"]["name"] for each in listed] == ["Z\u00fcrich"]
    ways = hostile.contact_plan()
    assert ways.node("Zu\u0308rich") == ways.node("Z\u00fcrich")
