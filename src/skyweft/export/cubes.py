"""Ephemerides of a run as a labelled cube: NetCDF or Zarr, through xarray."""

from functools import partial
from pathlib import Path
from typing import Any

from skyweft.errors import ScenarioError
from skyweft.export.asked import Asked, Write
from skyweft.export.choice import Choice
from skyweft.export.moving import moving
from skyweft.store.reading import Folder

STEP_S = 60.0


def netcdf_writer(asked: Asked) -> Write:
    """Return what writes a NetCDF 4 file."""
    return partial(_write_netcdf, _ephemeris(asked.run, asked.chosen, asked.step_s))


def zarr_writer(asked: Asked) -> Write:
    """Return what writes a Zarr folder."""
    return partial(_write_zarr, _ephemeris(asked.run, asked.chosen, asked.step_s))


def _ephemeris(run: Folder, chosen: Choice, step_s: float | None) -> Any:
    """Return an `xarray.Dataset` of the movers that were chosen.

    `position_m` and `velocity_m_s` have the dimensions (platform, axis, time), ITRS; `time_s`
    counts from the run's start, which the attributes name.

    Raises
    ------
    ScenarioError
        The package xarray is not there.
    """
    try:
        import xarray as xr
    except ImportError as error:
        raise ScenarioError(_missing("xarray")) from error
    movers = moving(run, chosen.moving, step_s or STEP_S)
    kept = chosen.moving
    dimensions = ("platform", "axis", "time_s")
    return xr.Dataset(
        {
            "position_m": (dimensions, movers.position_m, {"units": "m", "frame": "ITRS"}),
            "velocity_m_s": (dimensions, movers.velocity_m_s, {"units": "m s-1", "frame": "ITRS"}),
        },
        {
            "platform": movers.names,
            "group": ("platform", kept.texts("group")),
            "layer": ("platform", kept.texts("layer")),
            "axis": ["x", "y", "z"],
            "time_s": ("time_s", movers.time_s, {"long_name": "seconds from start"}),
        },
        {
            "title": run.scenario.name,
            "start_utc": run.scenario.start.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "source": f"skyweft {run.manifest['versions']['skyweft']}",
            "Conventions": "CF-1.11",
        },
    )


def _write_netcdf(cube: Any, path: Path) -> None:
    """Write a NetCDF 4 file."""
    try:
        cube.to_netcdf(path, engine="h5netcdf")
    except (ImportError, ValueError) as error:
        raise ScenarioError(_missing("h5netcdf")) from error


def _write_zarr(cube: Any, path: Path) -> None:
    """Write a Zarr folder."""
    try:
        cube.to_zarr(path, zarr_format=2)  # what every reader takes; text in 3 is not settled
    except ImportError as error:
        raise ScenarioError(_missing("zarr")) from error


def _missing(package: str) -> str:
    return f"this export needs the package {package}: pip install 'skyweft[export]'"
