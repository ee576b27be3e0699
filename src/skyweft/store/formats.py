"""Formats of other programs that a run is written in: ours, and those of installed packages."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from skyweft.parts import Registry

_KIND = re.compile(r"[a-z][a-z0-9_]*")
_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


@dataclass(frozen=True, slots=True)
class Format:
    """A format that other programs read.

    Parameters
    ----------
    kind : str
        What users call it: "czml".
    file : str
        What the file, or the folder, is called in the run's folder: it goes with the run.
    words : str
        What is written, for people.
    writer : callable or str
        Called with a `skyweft.export.asked.Asked`; finds what is wrong, then returns what writes
        the file or folder, called with the path to write to. Text is where it is,
        "package.module:name", imported when it is first called.
    """

    kind: str
    file: str
    words: str
    writer: Callable[[Any], Callable[[Any], None]] | str


def _wrong(part: Any, found: Mapping[str, Format]) -> str:
    if not isinstance(part, Format):
        return f"it is {type(part).__name__}, not a skyweft.store.formats.Format"
    if not _KIND.fullmatch(part.kind):
        return f"its kind {part.kind!r} is not of a-z, 0-9 and _, with a letter in front"
    if not _FILE.fullmatch(part.file) or part.file.endswith(".parquet"):
        return f"its file {part.file!r} is no name of a file, or that of a table"
    if owner := [form.kind for form in found.values() if form.file == part.file]:
        return f"its file {part.file!r} is that of the format {owner[0]!r}"
    if not (isinstance(part.writer, str) or callable(part.writer)):
        return "its writer cannot be called"
    return ""


FORMATS: Registry[Format] = Registry(
    "skyweft.formats",
    "format",
    (
        Format("czml", "scene.czml", "scene for Cesium", "skyweft.export.cesium:writer"),
        Format(
            "oem", "oem", "CCSDS ephemerides, a file a platform", "skyweft.export.orbits:oem_writer"
        ),
        Format(
            "omm",
            "elements.json",
            "CCSDS mean elements; --out x.json, .csv, .kvn or .xml",
            "skyweft.export.orbits:omm_writer",
        ),
        Format(
            "geojson",
            "map.geojson",
            "places, ground tracks and footprints for maps",
            "skyweft.export.maps:geojson_writer",
        ),
        Format("kml", "map.kml", "the same for Google Earth", "skyweft.export.maps:kml_writer"),
        Format(
            "netcdf",
            "ephemeris.nc",
            "ephemerides as a NetCDF cube",
            "skyweft.export.cubes:netcdf_writer",
        ),
        Format(
            "zarr",
            "ephemeris.zarr",
            "ephemerides as a Zarr cube",
            "skyweft.export.cubes:zarr_writer",
        ),
    ),
    lambda each: (each.kind,),
    _wrong,
)
