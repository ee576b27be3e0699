"""What the files of a run's folder are called, and which of them are the run's."""

MANIFEST = "manifest.json"
SUMMARY = "summary.json"
SCENARIO = "scenario.toml"
REPORT = "report.html"
SUMS = "SHA256SUMS"
TABLE = ".parquet"
EXPORTS = {
    "czml": "scene.czml",
    "oem": "oem",
    "omm": "elements.json",
    "geojson": "map.geojson",
    "kml": "map.kml",
    "netcdf": "ephemeris.nc",
    "zarr": "ephemeris.zarr",
}
"""What a run in a format of other programs is called (for `oem` and `zarr` a folder)."""

_OWN = frozenset({MANIFEST, SUMMARY, SCENARIO, REPORT, SUMS, *EXPORTS.values()})


def owned(name: str) -> bool:
    """Whether a file is of the run in its folder, or made of it: it goes with that run."""
    return name in _OWN or name.endswith(TABLE)
