"""Columns under other names: used, refused or named in a warning, never read as something else."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skyweft.errors import ScenarioError
from skyweft.motion.columns import meant
from skyweft.motion.sites import sites
from skyweft.scenario.motion import Sites

# As in tables of AirspaceConverter, Safecast, SatNOGS, GPX, OpenSky, and of Chinese surveys.
HEIGHTS = ["masl", "elevation", "elev", "ele", "z", "h", "height", "alt", "altitudes", "msl", "hae"]
HEIGHTS += ["geoaltitude", "baroaltitude", "alt_geom", "海拔", "高程", "海拔高度", "flight level"]


def _read(folder: Path, header: str, cells: str = "11000") -> Any:
    path = folder / "masts.csv"
    path.write_text(f"name,latitude_deg,longitude_deg,{header}\na,30,114,{cells}\n")
    return sites("gateways", Sites(kind="sites", file=path))


@pytest.mark.parametrize("name", ["elevation_m", "geoaltitude", "baroaltitude", "海拔", "高程(米)"])
def test_a_height_under_another_name_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        _read(tmp_path, name)
    assert str(caught.value) == (
        f"masts.csv: the column {name} is not known: heights stand in altitude_m, in metres"
    )


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    word=st.sampled_from(HEIGHTS),
    unit=st.sampled_from(["", "_m", " (ft)", "[km]", "-feet", "_metres", "(米)", " m"]),
    filler=st.sampled_from(["", "gps ", "gnss_", "mean sea level "]),
    case=st.sampled_from([str.lower, str.upper, str.title]),
)
def test_no_height_is_read_as_0_m(
    tmp_path: Path, word: str, unit: str, filler: str, case: Any
) -> None:
    name = case(filler + word + unit)
    assert meant(name) == "altitude_m"
    with pytest.raises(ScenarioError, match="heights stand in altitude_m, in metres"):
        _read(tmp_path, name)
    # Beside the column that is known, it is one that nobody reads.
    members = _read(tmp_path, f"altitude_m,{name}", "35,11000")
    assert members.altitude_m == (35.0, 35.0)
    assert members.warnings == (f"masts.csv: the column {name.strip().lower()} is not used",)


@pytest.mark.parametrize(
    "name", ["elevation_deg", "min_elevation", "高度角", "antenna_height_m", "speed_km_h", "salt"]
)
def test_no_height_of_the_place(tmp_path: Path, name: str) -> None:
    members = _read(tmp_path, name)
    assert members.altitude_m == (0.0, 0.0)
    assert members.warnings == (f"masts.csv: the column {name} is not used",)


@settings(deadline=None)
@given(st.text(max_size=40))
def test_any_name_means_one_thing_or_nothing(name: str) -> None:
    assert meant(name) in {None, "altitude_m", "latitude_deg", "longitude_deg", "name", "time_s"}


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("name,lat,lng", ["lat is not known: latitudes stand in latitude_deg, in degrees north"]),
        (
            "站名,纬度,经度",
            ["纬度 is not known: latitudes", "经度 is not known: long", "站名 is not"],
        ),
        ("station,Latitude,Longitude", ["latitude is not known", "station is not known: names"]),
    ],
)
def test_places_under_other_names(tmp_path: Path, header: str, words: list[str]) -> None:
    path = tmp_path / "masts.csv"
    path.write_text(f"{header}\na,30,114\n")
    with pytest.raises(ScenarioError) as caught:
        sites("gateways", Sites(kind="sites", file=path))
    for each in words:
        assert f"masts.csv: the column {each}" in str(caught.value)


def test_many_unused_columns_are_one_line(tmp_path: Path) -> None:
    names = [f"note{k}" for k in range(1_000)]
    (line,) = _read(tmp_path, ",".join([*names, ""]), "," * 1_000).warnings
    assert line.startswith("masts.csv: the columns note0, note1, ")
    assert line.endswith("note7 and 992 more are not used")
