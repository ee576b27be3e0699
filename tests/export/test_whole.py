"""Every export is read back by a program that others wrote, and held to the run's own tables."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from skyweft.errors import ScenarioError
from skyweft.export import export
from skyweft.export.orbits import _folder
from skyweft.results import Run

Floats = NDArray[np.float64]


def track(result: Run, name: str) -> tuple[Floats, Floats]:
    """Return knots (T,) and positions (T, 3) of a mover as the run's table has them."""
    table = result.tracks
    assert table is not None
    mine = table.filter(np.array([each == name for each in table["name"].to_pylist()]))
    order = np.argsort(mine["time_s"].to_numpy())
    place_m = np.stack([mine[axis].to_numpy() for axis in ("x_m", "y_m", "z_m")], axis=-1)
    return mine["time_s"].to_numpy()[order], place_m[order]


def packets(result: Run, tmp_path: Path, *only: str) -> dict[str, dict[str, object]]:
    path, _ = export(result, "czml", tmp_path / "scene.czml", only=only)
    return {each["id"]: each for each in json.loads(path.read_text(encoding="utf-8"))}


def test_czml_is_valid_to_an_independent_model(result: Run, tmp_path: Path) -> None:
    czml3 = pytest.importorskip("czml3", reason="the group oracles is not installed")
    found = packets(result, tmp_path)
    assert set(found) >= {"document", "Wuhan", "Suva", "polar", "plane"}
    for each in found.values():
        # Labels apart: the model takes a pair of distances for a list of times.
        czml3.Packet.model_validate({key: each[key] for key in each if key != "label"})


def test_czml_positions_between_nodes(result: Run, tmp_path: Path) -> None:
    """Lagrange of degree 5 over nodes of two minutes, as Cesium does it, meets the run's knots."""
    span = packets(result, tmp_path)["polar"]["position"][0]  # type: ignore[index]
    numbers = np.array(span["cartesian"]).reshape(-1, 4)
    assert np.all(np.diff(numbers[:-1, 0]) == 120)
    knots_s, place_m = track(result, "polar")
    between = np.flatnonzero((knots_s % 120 == 60) & (knots_s > 600) & (knots_s < 8000))
    assert len(between) > 50
    for row in between:
        first = int(knots_s[row] // 120) - 2
        times, places = numbers[first : first + 6, 0], numbers[first : first + 6, 1:]
        others = [np.delete(times, k) for k in range(6)]
        share = [np.prod((knots_s[row] - others[k]) / (times[k] - others[k])) for k in range(6)]
        # 0.3 m: what degree 5 leaves of a low orbit in two minutes, plus single precision.
        assert np.linalg.norm(np.array(share) @ places - place_m[row]) < 1.0


def test_czml_of_one_who_comes_and_goes(result: Run, tmp_path: Path) -> None:
    found = packets(result, tmp_path)["plane"]
    assert found["availability"] == ["2026-07-01T00:10:00.000Z/2026-07-01T01:10:00.000Z"]
    assert found["position"][0]["interpolationAlgorithm"] == "LINEAR"  # type: ignore[index]


def test_czml_links_are_the_contacts(result: Run, tmp_path: Path) -> None:
    found = packets(result, tmp_path)
    contacts = result.contacts.to_pylist()
    pairs = {(each["source"], each["target"]) for each in contacts}
    assert {key for key in found if " to " in key} == {f"{a} to {b}" for a, b in pairs}
    source, target = next(iter(pairs))
    seen = [each for each in found[f"{source} to {target}"]["polyline"]["show"] if each["boolean"]]  # type: ignore[index]
    mine = [each for each in contacts if (each["source"], each["target"]) == (source, target)]
    assert len(seen) == len(mine)
    rise = datetime.fromisoformat(seen[0]["interval"].split("/")[0])
    assert abs((rise - mine[0]["start_utc"]).total_seconds()) < 0.002


def test_oem_read_by_beyond(result: Run, tmp_path: Path) -> None:
    ccsds = pytest.importorskip("beyond.io.ccsds", reason="the group oracles is not installed")
    path, _ = export(result, "oem", tmp_path / "oem", only=["polar", "sats"])
    assert len(list(path.glob("*.oem"))) == 7
    ephemeris = ccsds.loads((path / "polar.oem").read_text(encoding="utf-8"))
    assert ephemeris.frame.name == "ITRF"
    knots_s, place_m = track(result, "polar")
    start = datetime(2026, 7, 1, tzinfo=UTC)
    for state, place in zip(list(ephemeris)[:-1], place_m[knots_s % 60 == 0], strict=False):
        after_s = (state.date.datetime.replace(tzinfo=UTC) - start).total_seconds()
        assert after_s % 60 == 0
        # Printed to a millimetre; the table is in single precision.
        np.testing.assert_allclose(np.array(state)[:3], place, rtol=0, atol=0.51)


def test_names_that_a_file_cannot_hold_stay_apart(tmp_path: Path) -> None:
    _folder([("a/b", "first"), ("a_b", "second")], tmp_path / "oem")
    assert sorted(each.read_text() for each in (tmp_path / "oem").iterdir()) == ["first", "second"]


@pytest.mark.parametrize("notation", ["csv", "xml"])
def test_omm_read_by_sgp4(result: Run, tmp_path: Path, notation: str) -> None:
    """The elements that sgp4 reads put the satellite where the run had it at its start."""
    omm = pytest.importorskip("sgp4.omm")
    from sgp4.api import Satrec

    path, _ = export(result, "omm", tmp_path / f"elements.{notation}")
    with path.open(encoding="utf-8") as file:
        sets = list(omm.parse_csv(file) if notation == "csv" else omm.parse_xml(file))
    assert len(sets) == 7
    satellite = Satrec()
    omm.initialize(satellite, {each["OBJECT_NAME"]: each for each in sets}["polar"])
    error, place_km, _ = satellite.sgp4_tsince(0.0)
    assert error == 0
    _, place_m = track(result, "polar")
    # The turn about the axis keeps height and distance from the centre: no frame is involved.
    found = np.array([np.hypot(*place_km[:2]), place_km[2]]) * 1e3
    wanted = np.array([np.hypot(*place_m[0, :2]), place_m[0, 2]])
    np.testing.assert_allclose(found, wanted, rtol=0, atol=20.0)  # polar motion: 15 m


@pytest.mark.parametrize("notation", ["json", "kvn", "csv", "xml"])
def test_omm_gives_back_the_elements(result: Run, tmp_path: Path, notation: str) -> None:
    from skyweft.protocols.elements import parse

    path, _ = export(result, "omm", tmp_path / f"elements.{notation}", only=["sats"])
    elements, notes = parse(path.read_bytes(), path.name)
    assert len(elements) == 6
    assert not notes
    np.testing.assert_allclose(elements.inclination_deg, 60, rtol=0, atol=1e-12)


def test_omm_read_by_beyond(result: Run, tmp_path: Path) -> None:
    ccsds = pytest.importorskip("beyond.io.ccsds", reason="the group oracles is not installed")
    path, _ = export(result, "omm", tmp_path / "one.kvn", only=["polar"])
    orbit = ccsds.loads(path.read_text(encoding="utf-8"))
    assert np.degrees(orbit.i) == pytest.approx(90.0)


@pytest.mark.parametrize("form", ["geojson", "kml"])
def test_maps_read_by_gdal(result: Run, tmp_path: Path, form: str) -> None:
    gdal = pytest.importorskip("pyogrio", reason="the group oracles is not installed")
    path, _ = export(result, form, tmp_path / f"map.{form}")
    layers = [name for name, _ in gdal.list_layers(path)]
    count = sum(gdal.read_info(path, layer=name)["features"] for name in layers)
    # A site each; a line and a sub-point of 7 satellites and their footprints; the plane's line.
    assert count == 2 + 7 * 3 + 1
    for name in layers:
        west, south, east, north = gdal.read_bounds(path, layer=name)[1]
        assert west.min() >= -180
        assert east.max() <= 180
        assert south.min() >= -90
        assert north.max() <= 90


@pytest.mark.parametrize("form", ["netcdf", "zarr"])
def test_cubes_read_by_xarray(result: Run, tmp_path: Path, form: str) -> None:
    xr = pytest.importorskip("xarray")
    path, _ = export(result, form, tmp_path / "cube")
    opened = xr.open_dataset(path, engine="h5netcdf" if form == "netcdf" else "zarr")
    with opened as cube:
        assert cube["position_m"].attrs["units"] == "m"
        found = cube["position_m"].sel(platform="polar").to_numpy()
        time_s = cube["time_s"].to_numpy()
    knots_s, place_m = track(result, "polar")
    at = np.searchsorted(time_s, knots_s[knots_s % 60 == 0])
    np.testing.assert_allclose(found[:, at].T, place_m[knots_s % 60 == 0], rtol=0, atol=1e-3)


@pytest.mark.parametrize(
    ("form", "words", "said"),
    [
        ("czml", {"only": ["polr"]}, "did you mean polar"),
        ("dxf", {}, "no format"),
        ("oem", {"step_s": 0.0}, "above 0 s"),
        ("oem", {"only": ["ground"]}, "nothing that was chosen moves"),
        ("omm", {"only": ["plane"]}, "flies by mean elements"),
        ("oem", {"step_s": 1e-3}, "longer --step"),
        ("kml", {"time_s": 1e9}, "must be in 0 to"),
    ],
)
def test_errors_leave_nothing(
    result: Run, tmp_path: Path, form: str, words: dict[str, object], said: str
) -> None:
    with pytest.raises(ScenarioError, match=said):
        export(result, form, tmp_path / "out.json", **words)
    assert not list(tmp_path.iterdir())


def test_what_was_there_stays_until_the_new_one_is_whole(result: Run, tmp_path: Path) -> None:
    path = tmp_path / "scene.czml"
    path.write_text("old")
    with pytest.raises(ScenarioError, match="at most"):
        export(result, "czml", path, step_s=1e-3)
    assert path.read_text() == "old"
    export(result, "czml", path)
    assert path.read_text().startswith("[")
    assert [each.name for each in tmp_path.iterdir()] == ["scene.czml"]


@pytest.mark.parametrize("form", ["geojson", "oem"])
@pytest.mark.parametrize("kind", ["pipe", "device", "folder", "the run", "no name"])
def test_nothing_else_is_lost(result: Run, tmp_path: Path, form: str, kind: str) -> None:
    """What is there and was not written by an export stays, whatever it is."""
    path = {"the run": result.folder, "no name": Path("/")}.get(kind, tmp_path / "out")
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/full")
    elif kind == "folder":
        path.mkdir()
        (path / "thesis.tex").write_text("years")
    before = {each: each.lstat() for each in (path, *path.parent.iterdir())}
    inside = sorted(path.rglob("*")) if kind in ("folder", "the run") else []
    with pytest.raises(ScenarioError, match=r"regular file|is a folder|is not replaced"):
        export(result, form, path)
    assert {each: each.lstat().st_ino for each in before} == {
        each: about.st_ino for each, about in before.items()
    }
    assert not inside or sorted(path.rglob("*")) == inside


@pytest.mark.parametrize("form", ["oem", "zarr", "geojson"])
def test_what_an_export_wrote_is_replaced(result: Run, tmp_path: Path, form: str) -> None:
    for only in ([], ["polar"]):
        path, _ = export(result, form, tmp_path / "out", only=only)
    assert form != "oem" or [each.name for each in path.iterdir()] == ["polar.oem"]
    assert [each.name for each in tmp_path.iterdir()] == ["out"]
