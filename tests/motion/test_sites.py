import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skyweft.errors import ScenarioError
from skyweft.motion import tables
from skyweft.motion.sites import fixed, sites
from skyweft.scenario.motion import Fixed, Sites
from skyweft.world.ellipsoid import to_ecef, to_geodetic


def _file(folder: Path, text: str | bytes, name: str = "gateways.csv") -> Sites:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return Sites(kind="sites", file=path)


def _errors(motion: Sites) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        sites("gateways", motion)
    return str(caught.value).splitlines()


def test_fixed_stands_at_its_place() -> None:
    members = fixed("beijing", Fixed(kind="fixed", latitude_deg=39.9, longitude_deg=116.4))
    assert members.names == ("beijing",)
    assert members.sites is not None
    np.testing.assert_array_equal(members.sites.position_m, [to_ecef(39.9, 116.4, 0.0)])
    np.testing.assert_allclose(np.linalg.norm(members.sites.up, axis=1), 1, rtol=1e-15)


def test_csv_with_comments_blank_lines_spare_columns_and_a_mark(tmp_path: Path) -> None:
    text = (
        "\ufeffname,longitude_deg,latitude_deg,owner,altitude_m\r\n"
        "# where the masts stand\r\n\r\n"
        '"Wuhan, East",114.4,30.5,me,35\r\nLhasa,91.1,29.65,you,3650.5\r\n'
    )
    members = sites("gateways", _file(tmp_path, text))
    assert members.names == ("Wuhan, East", "Lhasa")
    assert list(members.lines or ()) == [4, 5]
    assert members.altitude_m == (35.0, 3650.5)
    assert members.warnings == ("gateways.csv: the column owner is not used",)
    assert members.sites is not None
    latitude, longitude, altitude_m = to_geodetic(members.sites.position_m)
    np.testing.assert_allclose(latitude, [30.5, 29.65])
    np.testing.assert_allclose(longitude, [114.4, 91.1])
    np.testing.assert_allclose(altitude_m, [35, 3650.5], atol=1e-6)


def test_every_error_is_named_by_line_and_column(tmp_path: Path) -> None:
    text = "name,latitude_deg,longitude_deg\na,91,10\nb,nan,10\nc,ten,361\n,1,1\nd,1\ne,1,1\n"
    assert _errors(_file(tmp_path, text)) == [
        "gateways.csv: line 2: latitude_deg: '91' is not a number from -90 to 90",
        "gateways.csv: line 3: latitude_deg: 'nan' is not a number from -90 to 90",
        "gateways.csv: line 4: latitude_deg: 'ten' is not a number from -90 to 90",
        "gateways.csv: line 4: longitude_deg: '361' is not a number from -180 to 360",
        "gateways.csv: line 5: name: is empty, a text is needed",
        "gateways.csv: line 6: 2 fields, the first line has 3",
    ]


def test_errors_of_a_file_are_capped(tmp_path: Path) -> None:
    for count, last in (
        (520, "gateways.csv: and 500 more"),
        (1_025, "gateways.csv: and at least 980 more; reading stopped there"),
    ):
        rows = "".join(f"s{k},95,0\n" for k in range(count))
        lines = _errors(_file(tmp_path, "name,latitude_deg,longitude_deg\n" + rows))
        assert len(lines) == 21
        assert lines[-1] == last


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name,lat,longitude_deg\na,1,2\n", "latitude_deg is missing; columns there: name, lat,"),
        ("name\tlat\tlongitude_deg\na\t1\t2\n", "latitude_deg is missing; columns there: name, l"),
        ("", "the column name is missing; columns there: none"),
        (
            "name,latitude_deg,longitude_deg,altitude_km\na,1,2,3\n",
            "the column altitude_km is not known: heights stand in altitude_m, in metres",
        ),
        ("name,latitude_deg,longitude_deg\n\n", "no rows below the column names"),
        ("name,latitude_deg,latitude_deg,longitude_deg\na,1,1,1\n", "is there 2 times"),
        ("name,latitude_deg,longitude_deg\nK\u00f6ln,1,1\n".encode("latin-1"), "line 2: not UTF-8"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "holds binary data"),
        (b"name,latitude_deg,longitude_deg\n" + b"x" * 200_000 + b",1,1\n", "field larger than"),
    ],
)
def test_what_is_no_table(tmp_path: Path, text: str | bytes, words: str) -> None:
    lines = _errors(_file(tmp_path, text))
    assert words in lines[0]
    assert all(line.startswith("gateways.csv") for line in lines)


def test_a_second_height_is_a_spare_column(tmp_path: Path) -> None:
    text = "name,latitude_deg,longitude_deg,altitude_m,height,alternative\na,1,2,3,4,b\n"
    members = sites("gateways", _file(tmp_path, text))
    assert members.names == ("a",)
    assert members.warnings == ("gateways.csv: the columns height, alternative are not used",)


def test_too_large_a_file_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    motion = _file(tmp_path, "name,latitude_deg,longitude_deg\na,1,1\n")
    with motion.file.open("r+b") as file:
        file.truncate(200_000_000)  # sparse: takes no room
    monkeypatch.setattr(Path, "read_bytes", lambda self: pytest.fail(f"{self} was read"))
    assert _errors(motion) == ["gateways.csv: 200 MB, at most 100 MB is read"]


def test_too_many_lines_are_not_read(tmp_path: Path) -> None:
    head = "name,latitude_deg,longitude_deg\n"
    motion = _file(tmp_path, head + "a,1,1\n" * 1_300_000)
    assert _errors(motion) == ["gateways.csv: 1,300,001 lines, at most 1,300,000 are read"]


def test_unreadable_file(tmp_path: Path) -> None:
    motion = _file(tmp_path, "name,latitude_deg,longitude_deg\na,1,1\n")
    motion.file.unlink()
    assert _errors(motion) == ["gateways.csv: cannot be read: No such file or directory"]


def _points(*features: object) -> str:
    return json.dumps({"type": "FeatureCollection", "features": features})


def _point(name: object, *coordinates: object) -> dict[str, object]:
    geometry = {"type": "Point", "coordinates": coordinates}
    return {"type": "Feature", "properties": {"name": name}, "geometry": geometry}


def test_geojson_points(tmp_path: Path) -> None:
    text = _points(_point("Wuhan", 114.4, 30.5), _point("Lhasa", 91.1, 29.65, 3650.5))
    members = sites("gateways", _file(tmp_path, text, "gateways.geojson"))
    assert members.names == ("Wuhan", "Lhasa")
    assert members.sites is not None
    np.testing.assert_allclose(
        members.sites.position_m,
        to_ecef(np.array([30.5, 29.65]), np.array([114.4, 91.1]), np.array([0, 3650.5])),
    )


@pytest.mark.parametrize(
    "content",
    [
        {"type": "MultiPoint", "coordinates": [[1, 2]] * 150_001},
        {"type": "FeatureCollection", "features": [{}] * 150_001},
    ],
    ids=["one feature", "many"],
)
def test_more_points_than_are_read_from_geojson(content: object, tmp_path: Path) -> None:
    path = _file(tmp_path, json.dumps(content), "many.geojson")
    assert _errors(path) == [
        "many.geojson: 150,001 points, at most 150,000 are read from GeoJSON; a table (CSV) may "
        "hold more"
    ]


def test_geojson_errors_are_named_by_place(tmp_path: Path) -> None:
    line = {"type": "Feature", "properties": None, "geometry": {"type": "LineString"}}
    text = _points(
        _point("a", 400, 95), _point(7, 1, 2), line, "x", _point("b", True), _point("c", 1, None)
    )
    position = "[longitude, latitude] or [longitude, latitude, altitude] is needed"
    assert _errors(_file(tmp_path, text, "p.geojson")) == [
        "p.geojson: features[0].geometry.coordinates: longitude '400' is not a number "
        "from -180 to 360",
        "p.geojson: features[0].geometry.coordinates: latitude '95' is not a number from -90 to 90",
        "p.geojson: features[1].properties.name: a text is needed",
        "p.geojson: features[2].geometry: a Point or MultiPoint is needed",
        "p.geojson: features[3]: a Feature is needed",
        f"p.geojson: features[4].geometry.coordinates: {position}",
        "p.geojson: features[5].geometry.coordinates: latitude 'None' is not a number "
        "from -90 to 90",
    ]


@pytest.mark.parametrize(
    "text", ["[", "[" * 100_000, "{}", "7", "9" * 5_000, '{"type": "FeatureCollection"}', _points()]
)
def test_what_is_no_geojson(tmp_path: Path, text: str) -> None:
    (line,) = _errors(_file(tmp_path, text, "p.geojson"))
    assert line.startswith("p.geojson")


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    data=st.one_of(
        st.binary(max_size=200),
        st.text(alphabet="name,latitude_deg\n\r\"'#;0123456789.-eE \u00e9", max_size=200).map(
            lambda text: ("name,latitude_deg,longitude_deg\n" + text).encode()
        ),
        st.text(alphabet='{}[]":,0123456789type FeatureCollection', max_size=200).map(str.encode),
    ),
    name=st.sampled_from(["x.csv", "x.geojson", "x.gpx", "x"]),
)
def test_any_file_is_read_or_refused(tmp_path: Path, data: bytes, name: str) -> None:
    errors = ""
    try:
        members = sites("gateways", _file(tmp_path, data, name))
        assert members.sites is not None
        assert np.all(np.isfinite(members.sites.position_m))
    except ScenarioError as error:
        errors = str(error)
    assert errors.count("\n") <= tables.ERRORS_MAX
