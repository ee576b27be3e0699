"""Places as other programs keep them: GeoJSON by the letter, SatNOGS, GPX, 0 to 360 degrees."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skyweft.errors import ScenarioError
from skyweft.motion.geojson import read_polygons
from skyweft.motion.members import Setting
from skyweft.motion.rings import arc
from skyweft.motion.sites import fixed, sites
from skyweft.motion.tables import read_table
from skyweft.motion.track_points import read_track
from skyweft.scenario.motion import Fixed, Sites
from skyweft.world.clock import Clock
from skyweft.world.ellipsoid import to_ecef

GPX = '<gpx xmlns="http://www.topografix.com/GPX/1/1" version="1.1" creator="x">{}</gpx>'


def _sites(folder: Path, content: object, name: str = "p.geojson", **more: object) -> Any:
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return sites("gateways", Sites.model_validate({"kind": "sites", "file": path, **more}))


def _errors(folder: Path, content: object, name: str = "p.geojson", **more: object) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        _sites(folder, content, name, **more)
    return str(caught.value).splitlines()


def _collection(*features: tuple[object, object]) -> dict[str, object]:
    listed = [
        {"type": "Feature", "properties": properties, "geometry": geometry}
        for geometry, properties in features
    ]
    return {"type": "FeatureCollection", "features": listed}


def _geometry(kind: str, coordinates: object) -> dict[str, object]:
    return {"type": kind, "coordinates": coordinates}


SQUARE = [[[0, 0], [10, 0], [10, 10], [0, 10], [0, 0]]]


def test_features_without_a_place_are_passed_over_and_counted(tmp_path: Path) -> None:
    content = _collection(
        (None, {"name": "not yet surveyed"}),
        (_geometry("Point", []), None),
        (_geometry("Point", [1, 2]), {"name": "a"}),
    )
    members = _sites(tmp_path, content)
    assert members.names == ("a",)
    assert members.warnings == ("p.geojson: 2 of 3 features have no place and are passed over",)
    assert _errors(tmp_path, _collection((None, {}))) == [
        "p.geojson: features: there are no points"
    ]


def test_collections_further_numbers_and_null_in_regions(tmp_path: Path) -> None:
    path = tmp_path / "region.geojson"
    four = [[[x, y, 0, 1] for x, y in ring] for ring in SQUARE]
    inner = {"type": "GeometryCollection", "geometries": [_geometry("MultiPolygon", [SQUARE])]}
    outer = {"type": "GeometryCollection", "geometries": [_geometry("Polygon", four), inner]}
    path.write_text(json.dumps(_collection((outer, {}), (None, {}))))
    polygons, warnings = read_polygons(path)
    assert [[ring.tolist() for ring in polygon] for polygon in polygons] == [
        [[[0, 0], [10, 0], [10, 10], [0, 10]]]
    ] * 2
    assert warnings == ("region.geojson: 1 of 2 features has no place and is passed over",)


def test_names_of_any_property_and_numbers_of_several_points(tmp_path: Path) -> None:
    content = _collection(
        (_geometry("Point", [114.3, 30.6]), {"NAME": "Mooring 7"}),
        (_geometry("MultiPoint", [[114.4, 30.6, 5, 9], [114.5, 30.6]]), {"NAME": "Pier"}),
        (_geometry("MultiPoint", [[1, 2]]), {"NAME": "Alone"}),
    )
    members = _sites(tmp_path, content, name_property="NAME")
    assert members.names == ("Mooring 7", "Pier-01", "Pier-02", "Alone")
    assert members.altitude_m == (0.0, 5.0)
    assert _errors(tmp_path, content)[0] == (
        "p.geojson: features[0].properties.name: a text is needed; name_property may choose 'NAME'"
    )


def test_heights_among_the_properties(tmp_path: Path) -> None:
    point = _geometry("Point", [91.1, 29.65])
    content = _collection((point, {"name": "Lhasa", "altitude_m": 3650.5}))
    assert _sites(tmp_path, content).altitude_m == (3650.5, 3650.5)
    assert _errors(tmp_path, _collection((point, {"name": "Lhasa", "ele": "3650"}))) == [
        "p.geojson: features[0].properties.ele: is not known: heights stand in altitude_m, in "
        "metres, or third in the position"
    ]


@pytest.mark.parametrize("name", ["EPSG:3857", "urn:ogc:def:crs:EPSG::32650", None])
def test_other_reference_systems_are_refused(tmp_path: Path, name: str | None) -> None:
    content = _collection((_geometry("Point", [1, 2]), {"name": "a"}))
    crs = {"type": "name", "properties": {"name": name}}
    assert _errors(tmp_path, {**content, "crs": crs}) == [
        "p.geojson: crs: longitude and latitude on WGS84 are needed"
    ]
    crs["properties"] = {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}
    assert _sites(tmp_path, {**content, "crs": crs}).names == ("a",)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    nested=st.recursive(
        st.sampled_from(
            [_geometry("Point", [1, 2, 3, 4]), _geometry("MultiPoint", [[5, 6], [7, 8]])]
        ),
        lambda inner: st.lists(inner, max_size=3).map(
            lambda parts: {"type": "GeometryCollection", "geometries": parts}
        ),
        max_leaves=8,
    ),
    unlocated=st.integers(0, 3),
)
def test_every_point_of_nested_collections_is_one_site(
    tmp_path: Path, nested: dict[str, object], unlocated: int
) -> None:
    features = [(nested, {"name": "a"}), *[(None, None)] * unlocated]
    count = json.dumps(nested).count('"Point"') + 2 * json.dumps(nested).count('"MultiPoint"')
    content = _collection(*features, (_geometry("Point", [0, 0]), {"name": "b"}))
    members = _sites(tmp_path, content)
    assert len(set(members.names)) == len(members.names) == count + 1


FEATURE = b' {"type": "FeatureCollection", "features": []}'
XML = b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- by hand -->\n'
OTHERS = [
    (FEATURE, "GeoJSON"),
    (b"[1, 2]", "JSON"),
    (XML + b'<kml xmlns="http://www.opengis.net/kml/2.2">', "KML"),
    (XML + b"<a:gpx>", "GPX"),
    (b"<osm/>", "OpenStreetMap's XML"),
    (b"<x>", "XML of <x>"),
    (b"\x00\x00\x27\x0a" + bytes(96), "an ESRI shapefile"),
    (b"PK\x03\x04", "a ZIP archive, as workbooks (.xlsx, .ods), KMZ and packed shapefiles are"),
    (b"$GPGGA,123519,4807.038,N", "NMEA sentences"),
]


@pytest.mark.parametrize(("content", "words"), OTHERS)
@pytest.mark.parametrize("ending", ["", ".csv", ".shp"])
def test_what_is_no_table_is_named(tmp_path: Path, content: bytes, words: str, ending: str) -> None:
    path = tmp_path / f"p{ending}"
    path.write_bytes(content)
    with pytest.raises(ScenarioError) as caught:
        read_table(path, {}, {})
    assert str(caught.value) == f"{path.name}: is {words}; tables are read from CSV"


def test_what_is_no_track_and_no_region_is_named(tmp_path: Path) -> None:
    path = tmp_path / "flight.geojson"
    path.write_bytes(FEATURE)
    setting = Setting(Clock(0), 60.0, 1)
    with pytest.raises(ScenarioError, match="is GeoJSON; tracks are read from CSV or GPX"):
        read_track(path, "a", setting)
    path.write_bytes(b"<kml/>")
    with pytest.raises(ScenarioError, match="is KML; places and regions are read from GeoJSON"):
        read_polygons(path)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("p.csv", '[{"name": "a"}]', "GeoJSON by what it holds and CSV by its name"),
        ("p.tsv", "<gpx/>", "GPX by what it holds and CSV by its name: call it p.gpx"),
        ("p.json", "<gpx/>", "GPX by what it holds and GeoJSON by its name: call it p.gpx"),
    ],
)
def test_names_that_say_something_else(tmp_path: Path, name: str, content: str, words: str) -> None:
    (line,) = _errors(tmp_path, content, name)
    assert line.startswith(f"{name}: is {words}")


@pytest.mark.parametrize("name", ["[name]", "<name>", "{name}"])
def test_brackets_make_no_json(tmp_path: Path, name: str) -> None:
    text = f"{name},latitude_deg,longitude_deg\na,1,2\n"
    assert _sites(tmp_path, text, "p", name_property=name).names == ("a",)


STATIONS = [
    {"id": 1, "name": "Hill", "altitude": 210, "min_horizon": 10, "lat": 47.5, "lng": 19.1},
    {"id": 2, "name": "Harbour", "altitude": 5, "min_horizon": 15, "lat": 53.5, "lng": 10.0},
]


@pytest.mark.parametrize("name", ["stations.json", "stations.txt"])
def test_a_list_of_stations(tmp_path: Path, name: str) -> None:
    members = _sites(tmp_path, [*STATIONS, {"name": "New", "lat": None, "lng": None}], name)
    assert members.names == ("Hill", "Harbour")
    assert members.sites is not None
    want = to_ecef(np.array([47.5, 53.5]), np.array([19.1, 10.0]), np.array([210.0, 5.0]))
    np.testing.assert_array_equal(members.sites.position_m, want)
    assert members.warnings == (
        f"{name}: 1 of 3 stations has no place and is passed over",
        f"{name}: the keys id, min_horizon are not used",
    )


def test_errors_of_stations(tmp_path: Path) -> None:
    content = [
        7,
        {"name": "", "lat": 95, "lng": "1"},
        {"name": "a", "lat": 1, "lon": 2, "elevation_ft": 3},
        {"name": "b", "纬度": 1, "lng": 2},
    ]
    assert _errors(tmp_path, content, "s.json") == [
        "s.json: [0]: an object with name, lat and lng is needed",
        "s.json: [1].name: a text is needed",
        "s.json: [1].lng: '1' is not a number from -180 to 360",
        "s.json: [1].lat: '95' is not a number from -90 to 90",
        "s.json: [2].elevation_ft: is not known: give altitude or alt",
        "s.json: [3].纬度: is not known: give lat or latitude",
        "s.json: [3].lat: 'None' is not a number from -90 to 90",
    ]
    assert _errors(tmp_path, [], "s.json") == ["s.json: there are no stations with a place"]


def test_waypoints(tmp_path: Path) -> None:
    inner = (
        '<wpt lat="47.5" lon="19.1"><ele>210.5</ele><name>Hill</name></wpt>'
        '<wpt lat="53.5" lon="190"><name> Harbour </name></wpt><rte/>'
    )
    for name in ("places.gpx", "places"):
        members = _sites(tmp_path, GPX.format(inner), name)
        assert members.names == ("Hill", "Harbour")
        assert members.altitude_m == (0.0, 210.5)
        assert members.geometry.endswith("latitude 47.5 to 53.5, longitude 19.1 to -170 deg")
        assert members.warnings == (
            f"{name}: tracks and routes are passed over: 1",
            f"{name}: 1 of 2 waypoints have no ele: they are at 0 m",
        )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (GPX.format('<wpt lat="91" lon="x"/>'), "wpt 1: name: a text is needed"),
        (GPX.format("<trk/>"), 'there are no waypoints (kind = "track" reads its tracks)'),
        ("<kml/>", "p.gpx: is KML; places are read from CSV, GeoJSON or GPX"),
        ("{}", "p.gpx: is GeoJSON by what it holds and GPX by its name: call it p.geojson"),
        ("<gpx>", "line 1: not XML"),
        ('<!DOCTYPE gpx [<!ENTITY a "aaaa">]><gpx>&a;</gpx>', "a DOCTYPE is refused"),
        ("name,latitude_deg", "line 1: not XML"),
    ],
)
def test_what_is_no_gpx(tmp_path: Path, text: str, words: str) -> None:
    lines = _errors(tmp_path, text, "p.gpx")
    assert words in lines[0]
    assert all(line.startswith("p.gpx: ") for line in lines)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    longitude=st.floats(180.01, 359.99).map(lambda each: round(each, 2)),
    latitude=st.floats(-90, 90).map(lambda each: round(each, 2)),
    form=st.sampled_from(["csv", "geojson", "json", "gpx", "fixed"]),
)
def test_longitudes_of_0_to_360_degrees(
    tmp_path: Path, longitude: float, latitude: float, form: str
) -> None:
    point = f'<wpt lat="{latitude}" lon="{longitude}"><name>a</name></wpt>'
    content: dict[str, object] = {
        "csv": f"name,latitude_deg,longitude_deg\na,{latitude},{longitude}\n",
        "geojson": _collection((_geometry("Point", [longitude, latitude]), {"name": "a"})),
        "json": [{"name": "a", "lat": latitude, "lng": longitude}],
        "gpx": GPX.format(point),
    }
    if form == "fixed":
        place = {"kind": "fixed", "latitude_deg": latitude, "longitude_deg": longitude}
        members = fixed("a", Fixed.model_validate(place))
    else:
        members = _sites(tmp_path, content[form], f"p.{form}")
    want = to_ecef(latitude, longitude - 360, 0.0)
    assert members.sites is not None
    np.testing.assert_allclose(members.sites.position_m[0], want, atol=1e-6)
    assert f"longitude {longitude - 360:g}" in members.geometry


@pytest.mark.parametrize(
    ("degrees", "ends"),
    [
        ([5.0], (5.0, 5.0)),
        ([170.0, -170.0], (170.0, -170.0)),
        ([350.0, 10.0], (-10.0, 10.0)),
        ([-150.0, -30.0, 90.0, 170.0], (-150.0, 170.0)),
    ],
)
def test_what_holds_all_longitudes(degrees: list[float], ends: tuple[float, float]) -> None:
    assert arc(np.array(degrees)) == ends


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    names=st.lists(st.sampled_from(["Home", "Garage", "Dach"]), min_size=1, max_size=6),
    key=st.sampled_from([None, "results", "stations", "data"]),
    more=st.booleans(),
)
def test_answers_of_an_api(tmp_path: Path, names: list[str], key: str | None, more: bool) -> None:
    """A list, a page of one, or a single station; names that owners share are told apart by id."""
    entries: list[dict[str, object]] = [
        {"id": 7 + k, "name": name, "lat": 10 + k, "lng": 190, "altitude": 5}
        for k, name in enumerate(names)
    ]
    page: object = entries
    if key is not None:
        following = "https://example.org/?page=2" if more else None
        page = {"count": 99, "next": following, "previous": None, key: entries}
    elif len(entries) == 1:
        page = entries[0]
    (tmp_path / "s.json").write_text(json.dumps(page))
    found = sites("g", Sites(kind="sites", file=tmp_path / "s.json"))
    shared = [each for each in names if names.count(each) > 1]
    assert found.names == tuple(
        f"{name} ({7 + k})" if name in shared else name for k, name in enumerate(names)
    )
    said = " ".join(found.warnings)
    assert ("ids were added" in said) == bool(shared)
    assert (f"one page, with {len(names)} of 99 stations" in said) == (key is not None and more)


def test_shared_names_without_ids_are_refused_with_the_others(tmp_path: Path) -> None:
    entries = [{"name": "Home", "lat": 1, "lon": 2}, {"name": "Home", "lat": 3, "lon": 4}]
    (tmp_path / "s.json").write_text(json.dumps(entries))
    found = sites("g", Sites(kind="sites", file=tmp_path / "s.json"))
    assert found.names == ("Home", "Home")  # the fleet says where each of them is


@pytest.mark.parametrize("digits", [3, 400])
def test_every_wrong_position_of_a_ring_is_told(tmp_path: Path, digits: int) -> None:
    """Whole numbers of any length: of some NumPy makes no number, and the others are told too."""
    ring = [[0, 0], [10**digits, 5], [1, 95], [1, 1, 1e9], [0, 1], [0, 0]]
    path = tmp_path / "x.geojson"
    path.write_text(json.dumps({"type": "Polygon", "coordinates": [ring]}))
    with pytest.raises(ScenarioError) as caught:
        read_polygons(path)
    words = [line.split("coordinates: ")[1].split()[0] for line in str(caught.value).split("\n")]
    assert words == ["longitude", "latitude", "altitude"]
