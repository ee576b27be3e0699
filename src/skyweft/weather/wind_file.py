"""A user's winds: a file of reanalysis or forecast, NetCDF or GRIB, through xarray.

What is needed is told from attributes as the CF conventions have them: the components by
`standard_name` or their usual names, heights by the unit of the vertical coordinate. Nothing is
guessed: a unit that is not stated is asked for.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from skyweft.errors import ScenarioError
from skyweft.files import beginning
from skyweft.world.atmosphere import HIGHEST_M, LOWEST_M, standard
from skyweft.world.clock import Clock, tai_ns_from_utc_ns

Floats = NDArray[np.float64]

COMPONENTS = (
    ("eastward_wind", ("u", "ua", "uwnd", "ugrd", "u_component_of_wind")),
    ("northward_wind", ("v", "va", "vwnd", "vgrd", "v_component_of_wind")),
)
SPEEDS = {"m s-1": 1.0, "m/s": 1.0, "m s**-1": 1.0, "knots": 1852 / 3600, "kt": 1852 / 3600}
PRESSURES = {"pa": 1.0, "hpa": 100.0, "mbar": 100.0, "millibars": 100.0}
HEIGHTS = {"m": 1.0, "km": 1e3}
SPEED_MAX_M_S = 300.0  # twice the fastest jet below the mesopause
BYTES_MAX = 2e9
EVEN = 1e-3  # of a step: times that are off by no more are evenly spaced
SECOND_NS = 10**9


class Axes(NamedTuple):
    """Where a file has winds; `order` sorts its rows, a coordinate each."""

    time_s: Floats  # from the run's start, evenly spaced
    altitude_m: Floats  # ascending
    latitude_deg: Floats  # ascending
    longitude_deg: Floats  # ascending; ends where it begins, once around, where it is global
    dims: tuple[str, str, str, str]
    order: tuple[NDArray[np.int64], ...]


class Grid(NamedTuple):
    """A file's winds from a run's start to its end."""

    start_s: float
    step_s: float
    axes: Axes
    speed_m_s: Floats  # (T, L, Y, X, 2) towards east and north


def axes(path: Path, clock: Clock) -> Axes:
    """Return where and when a file has winds.

    Raises
    ------
    ScenarioError
        It cannot be read, or does not say what it has.
    """
    with _opened(path) as cube:
        return _axes(path.name, cube, clock)


def uncovered(
    path: Path, clock: Clock, end_s: float, place_deg: tuple[float, float], band_m: list[float]
) -> Iterator[str]:
    """Yield what a file lacks of a run's time, of a place, and of heights over it."""
    found = axes(path, clock)
    first, last = found.time_s[0], found.time_s[-1]
    if first > 0 or last < end_s:
        yield (
            f"{path.name}: has winds from {first / 3600:,.4g} h to {last / 3600:,.4g} h after the "
            f"start; the run takes {end_s / 3600:,.4g} h"
        )
    south, north = found.latitude_deg[[0, -1]]
    west, east = found.longitude_deg[[0, -1]]
    latitude, longitude = place_deg
    if not (south <= latitude <= north and (longitude - west) % 360 <= east - west):
        yield (
            f"{path.name}: has winds from {south:g} to {north:g} degrees north and {west:g} to "
            f"{east:g} east, not at {latitude:g}, {longitude:g}"
        )
    low, high = found.altitude_m[[0, -1]]
    if band_m[0] < low or band_m[1] > high:
        yield (
            f"{path.name}: has winds from {low:,.0f} to {high:,.0f} m; {band_m[0]:,.0f} to "
            f"{band_m[1]:,.0f} m are flown"
        )


@lru_cache(maxsize=2)
def read(path: Path, changed_ns: int, clock: Clock, end_s: float) -> Grid:
    """Return a file's winds over a run; `changed_ns` is when the file was written.

    Raises
    ------
    ScenarioError
        As of `axes`; or a wind is missing, or they do not fit in memory.
    """
    with _opened(path) as cube:
        found = _axes(path.name, cube, clock)
        step_s = float(np.diff(found.time_s).mean())
        first = max(int(np.searchsorted(found.time_s, 0.0, "right")) - 1, 0)
        last = min(int(np.searchsorted(found.time_s, end_s, "left")), len(found.time_s) - 1)
        rows = slice(min(first, last - 1), last + 1)
        size = (last - first + 1) * np.prod([len(axis) for axis in found[1:4]]) * 16
        if size > BYTES_MAX:
            raise ScenarioError(
                f"{path.name}: winds of the run take {size / 1e9:,.1f} GB, at most "
                f"{BYTES_MAX / 1e9:g} GB are read: cut levels and area out of it"
            )
        parts = [_values(path.name, cube, found, component, rows) for component in COMPONENTS]
    return Grid(float(found.time_s[rows][0]), step_s, found, np.stack(parts, axis=-1))


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    beginning(path, 1)  # refuses what is no regular file, for which a reader may wait for ever
    try:
        import xarray as xr
    except ImportError as error:
        raise ScenarioError(
            f"{path.name}: winds from files need xarray: pip install 'skyweft[wind]'"
        ) from error
    grib = path.suffix.lower() in (".grib", ".grib2", ".grb", ".grb2")
    try:
        with xr.open_dataset(path, engine="cfgrib" if grib else "h5netcdf") as cube:
            yield cube
    except ValueError as error:
        if grib and "cfgrib" in str(error):
            words = "winds from GRIB need cfgrib: pip install cfgrib, or make NetCDF of it"
            raise ScenarioError(f"{path.name}: {words}") from error
        raise ScenarioError(f"{path.name}: cannot be read: {error}") from error
    except ImportError as error:
        raise ScenarioError(
            f"{path.name}: NetCDF needs h5netcdf: pip install 'skyweft[wind]'"
        ) from error
    except (OSError, KeyError, EOFError, RuntimeError) as error:  # the last of damaged HDF5
        raise ScenarioError(f"{path.name}: is no NetCDF-4 or GRIB file: {error}") from error


def _component(name: str, cube: Any, sought: tuple[str, tuple[str, ...]]) -> Any:
    standard_name, usual = sought
    for key, var in cube.data_vars.items():
        if var.attrs.get("standard_name") == standard_name or str(key).lower() in usual:
            return var
    there = ", ".join(map(str, cube.data_vars)) or "none"
    raise ScenarioError(
        f"{name}: there is no {standard_name.replace('_', ' ')} (by standard_name, or called "
        f"{usual[0]}); variables there: {there}"
    )


def _unit(name: str, variable: Any) -> str:
    unit = str(variable.attrs.get("units", "")).strip()
    if not unit:
        raise ScenarioError(f"{name}: {variable.name} has no attribute units")
    return unit


def _axes(name: str, cube: Any, clock: Clock) -> Axes:
    wind = _component(name, cube, COMPONENTS[0])
    kinds: dict[str, Any] = {}
    for dim in wind.dims:
        if dim not in cube.coords:
            if wind.sizes[dim] == 1:
                continue
            raise ScenarioError(f"{name}: the dimension {dim} has no coordinate")
        kinds[_kind(name, cube[dim], wind.sizes[dim])] = cube[dim]
    kinds.pop("", None)
    names = ("time", "level", "latitude", "longitude")
    if missing := [name for name in names if name not in kinds]:
        raise ScenarioError(
            f"{name}: {wind.name} has no {' and no '.join(missing)} among its dimensions: "
            f"{', '.join(map(str, wind.dims))}"
        )
    time, level, latitude, longitude = (kinds[name] for name in names)
    utc_ns = time.values.astype("datetime64[ns]").astype(np.int64)
    time_s = np.asarray(clock.seconds_to(tai_ns_from_utc_ns(utc_ns)), np.float64)
    _even(name, time_s)
    height_m = _heights(name, level)
    values = [np.asarray(axis, np.float64) for axis in (latitude.values, longitude.values % 360.0)]
    east, gap = np.sort(values[1]), 0.0
    if len(east) > 1:
        # Where the widest gap is, the file's longitudes begin and end.
        gaps = np.diff(east, append=east[0] + 360.0)
        gap = east[(int(np.argmax(gaps)) + 1) % len(east)]
        values[1] = gap + (values[1] - gap) % 360.0
    order = tuple(np.argsort(value) for value in (height_m, *values))
    sorted_ = [value[rows] for value, rows in zip((height_m, *values), order, strict=True)]
    east = sorted_[2]
    if len(east) > 1 and east[0] + 360.0 - east[-1] < 1.5 * np.diff(east).max():
        order = (*order[:2], np.append(order[2], order[2][0]))
        sorted_[2] = np.append(east, east[0] + 360.0)
    dims = time.name, level.name, latitude.name, longitude.name
    return Axes(time_s, sorted_[0], sorted_[1], sorted_[2], dims, order)


def _kind(name: str, coordinate: Any, size: int) -> str:
    """Tell time, level, latitude and longitude apart; of what else there is one may be dropped."""
    unit, called = str(coordinate.attrs.get("units", "")).lower(), str(coordinate.name).lower()
    said = str(coordinate.attrs.get("standard_name", "")).lower()
    if np.issubdtype(coordinate.dtype, np.datetime64):
        return "time"
    if "latitude" in (said, called) or unit in ("degrees_north", "degree_north"):
        return "latitude"
    if "longitude" in (said, called) or unit in ("degrees_east", "degree_east"):
        return "longitude"
    if unit in PRESSURES or unit in HEIGHTS or "level" in called or "height" in called:
        return "level"
    if size == 1:
        return ""
    raise ScenarioError(
        f"{name}: the dimension {called} has {size} values and is no time, level, latitude or "
        "longitude: choose one of them"
    )


def _even(name: str, time_s: Floats) -> None:
    if len(time_s) < 2:
        raise ScenarioError(f"{name}: has winds at one moment; two or more are needed")
    steps_s = np.diff(time_s)
    if steps_s.min() <= 0 or np.ptp(steps_s) > EVEN * steps_s.mean():
        raise ScenarioError(
            f"{name}: its times are {steps_s.min():,.0f} to {steps_s.max():,.0f} s apart; they "
            "must go forward in even steps"
        )


def _heights(name: str, level: Any) -> Floats:
    """Return heights of levels; of pressures, those that the standard atmosphere has them at."""
    unit, value = _unit(name, level).lower(), np.asarray(level.values, np.float64)
    if unit in HEIGHTS:
        return value * HEIGHTS[unit]
    if unit not in PRESSURES:
        known = ", ".join([*PRESSURES, *HEIGHTS])
        raise ScenarioError(f"{name}: levels are in {unit!r}; known are {known}")
    height_m = np.arange(LOWEST_M, HIGHEST_M + 1.0, 10.0)
    pressure_pa = standard(height_m)[1]
    wanted = np.log(value * PRESSURES[unit])
    return np.asarray(np.interp(-wanted, -np.log(pressure_pa), height_m))


def _values(
    name: str, cube: Any, found: Axes, sought: tuple[str, tuple[str, ...]], rows: slice
) -> Floats:
    wind = _component(name, cube, sought)
    unit = _unit(name, wind)
    if unit.lower() not in SPEEDS:
        raise ScenarioError(f"{name}: {wind.name} is in {unit!r}; known are {', '.join(SPEEDS)}")
    if missing := [dim for dim in found.dims if dim not in wind.dims]:
        raise ScenarioError(f"{name}: {wind.name} is not over {', '.join(missing)}")
    wind = wind.isel({found.dims[0]: rows}).squeeze(
        [dim for dim in wind.dims if dim not in found.dims]
    )
    value = np.asarray(wind.transpose(*found.dims).values, np.float64)
    for axis, order in enumerate(found.order, start=1):
        value = value.take(order, axis)
    if count := int(np.count_nonzero(~np.isfinite(value))):
        raise ScenarioError(f"{name}: {wind.name} lacks {count:,} of {value.size:,} values")
    value *= SPEEDS[unit.lower()]
    if (fastest := float(np.abs(value).max())) > SPEED_MAX_M_S:
        raise ScenarioError(
            f"{name}: {wind.name} reaches {fastest:,.4g} m/s, allowed is {SPEED_MAX_M_S:g}; is its "
            f"unit {unit!r}?"
        )
    return value
