"""Winds of a file that is known in closed form, and what is said of files that do not do."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import skyweft
from skyweft.errors import ScenarioError
from skyweft.motion import build_fleet
from skyweft.motion.airship import STEP_S, Keeping
from skyweft.scenario.reading import load
from skyweft.weather import model
from skyweft.weather.wind import at, everywhere, over
from skyweft.weather.wind_file import axes, read
from skyweft.world.atmosphere import standard
from skyweft.world.clock import Clock

xr = pytest.importorskip("xarray")
pytest.importorskip("h5netcdf")

START = datetime(2026, 1, 1, tzinfo=UTC)
CLOCK = Clock.at(START)
HOUR_S = 3_600.0
HEIGHTS = ("height", np.arange(15e3, 25e3, 1e3), "m")
EAST_DEG, HOURS = np.arange(100.0, 131.0, 5.0), np.arange(0.0, 49.0, 6.0)


def _plane(time_h: Any, height_m: Any, north_deg: Any, east_deg: Any) -> tuple[Any, Any]:
    """Return a wind that is linear in everything: linear interpolation has it to the last bit."""
    east = 3.0 + 0.5 * time_h + 1e-3 * height_m + 0.2 * north_deg - 0.1 * east_deg
    return east, -0.25 * time_h + 2e-4 * height_m - 0.3 * north_deg + 0.05 * east_deg


def _file(
    path: Path,
    level: tuple[str, Any, str] = HEIGHTS,
    units: str = "m s-1",
    names: tuple[str, str] = ("u", "v"),
    east_deg: Any = EAST_DEG,
    hours: Any = HOURS,
    factor: float = 1.0,
) -> Path:
    """Write it, north first, as reanalyses are."""
    north_deg = np.arange(50.0, 9.0, -5.0)
    height_m = level[1] if level[2] == "m" else _height_m(level[1])
    grid = np.meshgrid(hours, height_m, north_deg, east_deg, indexing="ij")
    dims = ("time", level[0], "latitude", "longitude")
    said = {"units": units} if units else {}
    parts = {
        name: (dims, factor * np.broadcast_to(value, grid[0].shape), said)
        for name, value in zip(names, _plane(*grid), strict=True)
    }
    coords = {
        "time": np.datetime64("2026-01-01") + (3600 * hours).astype("timedelta64[s]"),
        level[0]: (level[0], level[1], {"units": level[2]}),
        "latitude": north_deg,
        "longitude": east_deg,
    }
    xr.Dataset(parts, coords).to_netcdf(path, engine="h5netcdf")
    return path


def _height_m(pressure_hpa: Any) -> Any:
    """Invert the standard atmosphere by bisection."""
    found = []
    for each in pressure_hpa:
        low, high = 0.0, 60e3
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if standard(middle)[1] > 100 * each else (low, middle)
        found.append(low)
    return np.array(found)


def _wind(path: Path, place: tuple[float, float], hours: float = 48.0) -> Any:
    wind = model.Wind.model_validate({"source": "file", "file": path})
    return over(everywhere(wind, CLOCK, hours * HOUR_S, 0), *place, (16e3, 22e3))


@pytest.mark.parametrize("place", [(31.7, 113.2), (10.0, 130.0), (47.5, 100.0)])
def test_a_field_in_closed_form_comes_back(tmp_path: Path, place: tuple[float, float]) -> None:
    wind = _wind(_file(tmp_path / "wind.nc"), place)
    for hour, height in ((0.0, 16e3), (7.3, 18_250.0), (47.9, 22e3)):
        np.testing.assert_allclose(
            at(wind, height, hour * HOUR_S), _plane(hour, height, *place), atol=1e-9
        )


def test_pressures_knots_and_longitudes_to_360(tmp_path: Path) -> None:
    level = ("isobaricInhPa", np.array([120.0, 100.0, 70.0, 50.0, 30.0]), "hPa")
    path = _file(tmp_path / "wind.nc", level, "knots", factor=3600 / 1852)
    heights = _height_m(level[1])
    got = at(_wind(path, (30.0, 110.0)), heights[2], 6 * HOUR_S)
    # Between levels of half a kilometre the wind is told at, and pressures to ten metres.
    np.testing.assert_allclose(got, _plane(6.0, heights[2], 30.0, 110.0), atol=0.02)


def test_once_around_has_no_seam(tmp_path: Path) -> None:
    path = _file(tmp_path / "wind.nc", east_deg=np.arange(0.0, 360.0, 10.0))
    ends = [at(_wind(path, (30.0, each)), 18e3, 0.0)[0] for each in (350.0, 355.0, 0.0)]
    assert ends[1] == pytest.approx((ends[0] + ends[2]) / 2)
    assert at(_wind(path, (30.0, -5.0)), 18e3, 0.0)[0] == pytest.approx(ends[1])


def _ship(path: Path, **station: Any) -> dict[str, Any]:
    place = {"latitude_deg": 30.0, "longitude_deg": 114.0, "altitude_m": [18e3, 18e3]} | station
    hull = {"volume_m3": 50e3, "speed_max_m_s": 0.1}
    return {
        "name": "Adrift",
        "start": START,
        "duration_s": 6 * HOUR_S,
        "weather": {"wind": {"source": "file", "file": path}},
        "platforms": {
            "ship": {
                "layer": "near_space",
                "energy": {"array_m2": 100.0, "battery_wh": 1e6, "payload_w": 100.0},
                "motion": {"kind": "airship", "station": place, "hull": hull},
            }
        },
    }


def test_an_airship_drifts_with_it(tmp_path: Path) -> None:
    (keeping,) = build_fleet(load(_ship(_file(tmp_path / "wind.nc")))).movers
    assert isinstance(keeping, Keeping)
    flight = keeping.flight
    some = np.arange(0, 361, 60)
    north, east = (np.degrees(each[some]) for each in flight[:2])
    expected = np.hypot(*_plane(some * STEP_S / HOUR_S, 18e3, north, east))
    # It looks anew every 25 km, over which this wind changes by 0.1 m/s.
    np.testing.assert_allclose(flight.wind_m_s[some], expected, atol=0.15)
    assert keeping.off_m[-1] > 300e3


@pytest.mark.parametrize(
    ("keys", "station", "words"),
    [
        ({"names": ("u", "w")}, {}, "there is no northward wind"),
        ({"units": ""}, {}, "u has no attribute units"),
        ({"units": "furlongs"}, {}, "u is in 'furlongs'; known are m s-1"),
        ({"level": ("model_level", np.arange(5.0), "1")}, {}, "levels are in '1'"),
        ({"hours": np.array([0.0, 6.0, 18.0])}, {}, "must go forward in even steps"),
        ({"hours": np.array([0.0, 3.0])}, {}, "has winds from 0 h to 3 h after the start; the run"),
        ({}, {"latitude_deg": 60.0}, "from 10 to 50 degrees north and 100 to 130 east, not at 60"),
        ({}, {"altitude_m": [18e3, 25e3]}, "from 15,000 to 24,000 m; 18,000 to 25,000 m are flown"),
    ],
)
def test_what_does_not_do_is_said(
    tmp_path: Path, keys: dict[str, Any], station: dict[str, Any], words: str
) -> None:
    path = _file(tmp_path / "wind.nc", **keys)
    with pytest.raises(ScenarioError, match=words):
        skyweft.run(_ship(path, **station), tmp_path / "run")
    assert not (tmp_path / "run" / "platforms.parquet").exists()


def test_a_file_that_is_none_and_a_hole(tmp_path: Path) -> None:
    none = tmp_path / "wind.nc"
    none.write_text("not winds")
    with pytest.raises(ScenarioError, match=r"wind\.nc: (cannot be read|is no NetCDF)"):
        build_fleet(load(_ship(none)))
    hole = _file(tmp_path / "hole.nc")
    with xr.open_dataset(hole, engine="h5netcdf") as cube:
        holed = cube.load()
    holed["u"].values[1, 2, 3, 4] = np.nan
    holed.to_netcdf(tmp_path / "holed.nc", engine="h5netcdf")
    with pytest.raises(ScenarioError, match=r"u lacks 1 of"):
        _wind(tmp_path / "holed.nc", (30.0, 114.0))


def test_winds_faster_than_any_and_files_that_never_end(tmp_path: Path) -> None:
    path = _file(tmp_path / "wind.nc", factor=40.0)
    with pytest.raises(
        ScenarioError, match=r"u reaches [1-9][\d.,]+ m/s, allowed is 300; is its unit"
    ):
        read(path, 0, CLOCK, HOUR_S)
    with pytest.raises(ScenarioError, match="the kernel makes up what it holds"):
        axes(Path("/proc/kmsg"), CLOCK)
