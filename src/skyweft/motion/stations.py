"""Stations as a JSON list of objects, the way the SatNOGS network's API gives them.

References
----------
SatNOGS Network API, `/api/stations/`: `lat` and `lng` in degrees, `altitude` in metres above the
sea, null where an owner has not said.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from skyweft.motion.columns import meant
from skyweft.motion.places import Places
from skyweft.motion.tables import ALTITUDE, LATITUDE, LONGITUDE, complain, spare
from skyweft.naming import normal, wrong_name

_KEYS: Mapping[str, tuple[str, ...]] = {
    "longitude_deg": ("lng", "lon", "longitude", "longitude_deg"),
    "latitude_deg": ("lat", "latitude", "latitude_deg"),
    "altitude_m": ("altitude", "alt", "altitude_m"),
}
_BOUNDS = {"longitude_deg": LONGITUDE, "latitude_deg": LATITUDE, "altitude_m": ALTITUDE}


def read_stations(path: Path, content: Sequence[object], name_key: str = "name") -> Places:
    """Return the stations of a list; those without a place are passed over, with a warning.

    Parameters
    ----------
    path : Path
        The file, for its name.
    content : sequence
        What it holds: objects with a name, `lat`, `lng` or `lon`, and perhaps `altitude` [m].
    name_key : str
        Which key holds the name.

    Raises
    ------
    ScenarioError
        All errors of the file, at most 20 of them.
    """
    errors: list[str] = []
    names: list[str] = []
    rows: list[list[float]] = []
    unused: dict[str, None] = {}
    unlocated = 0
    for number, entry in enumerate(content):
        place = f"{path.name}: [{number}]"
        if not isinstance(entry, dict):
            errors.append(f"{place}: an object with name, lat and lng is needed")
            continue
        used = _used(entry)
        unused.update(dict.fromkeys(key for key in entry if key not in (name_key, *used.values())))
        if {"latitude_deg", "longitude_deg"} <= {*used} and all(
            entry[used[column]] is None for column in ("latitude_deg", "longitude_deg")
        ):
            unlocated += 1
            continue
        errors += [f"{place}{words}" for words in _errors(entry, used, name_key)]
        names.append(normal(str(entry.get(name_key)).strip()))
        rows.append([entry.get(used.get(column, "")) or 0.0 for column in _KEYS])
    if not rows and not errors:
        errors.append(f"{path.name}: there are no stations with a place")
    complain(path, errors)
    return Places.of(
        names,
        np.array(rows, dtype=np.float64),
        (*_passed_over(path, unlocated, len(content)), *spare(path, unused, "key")),
    )


def _passed_over(path: Path, unlocated: int, count: int) -> Iterator[str]:
    if unlocated:
        verb = "has no place and is" if unlocated == 1 else "have no place and are"
        yield f"{path.name}: {unlocated:,} of {count:,} stations {verb} passed over"


def _used(entry: Mapping[str, object]) -> dict[str, str]:
    """Return which key of an object holds each quantity."""
    return {
        column: next(key for key in keys if key in entry)
        for column, keys in _KEYS.items()
        if any(key in entry for key in keys)
    }


def _errors(entry: Mapping[str, object], used: Mapping[str, str], name_key: str) -> Iterator[str]:
    """Say what is wrong with a station that has a place."""
    name = entry.get(name_key)
    if not isinstance(name, str) or not name.strip():
        yield f".{name_key}: a text is needed"
    elif wrong := wrong_name(normal(name.strip())):
        yield f".{name_key}: {wrong}"
    for key in entry:
        column = meant(key)
        if column is not None and column in _KEYS and column not in used and entry[key] is not None:
            yield f".{key[:40]}: is not known: give {' or '.join(_KEYS[column][:2])}"
    for column, (least, most) in _BOUNDS.items():
        value = entry.get(used.get(column, ""))
        if column == "altitude_m" and value is None:
            continue
        if type(value) not in (int, float) or not least <= value <= most:  # type: ignore[operator]
            key = used.get(column, _KEYS[column][0])
            yield f".{key}: {str(value)[:40]!r} is not a number from {least:g} to {most:g}"
