"""Stations as JSON objects, the way the SatNOGS network's API gives them: a list, a page, or one.

References
----------
SatNOGS Network API, `/api/stations/`: `lat` and `lng` in degrees, `altitude` in metres above the
sea, null where an owner has not said.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from skyweft.errors import ScenarioError
from skyweft.motion.columns import meant
from skyweft.motion.places import Places
from skyweft.motion.tables import ALTITUDE, LATITUDE, LONGITUDE, spare
from skyweft.naming import NAME_MAX, normal, wrong_name
from skyweft.protocols.records import Errors, counted

_KEYS: Mapping[str, tuple[str, ...]] = {
    "longitude_deg": ("lng", "lon", "longitude", "longitude_deg"),
    "latitude_deg": ("lat", "latitude", "latitude_deg"),
    "altitude_m": ("altitude", "alt", "altitude_m"),
}
_PAGES = ("results", "stations", "data", "items")
_BOUNDS = {"longitude_deg": LONGITUDE, "latitude_deg": LATITUDE, "altitude_m": ALTITUDE}


def stations_of(content: object) -> list[object] | None:
    """Return the stations that an answer of such an API holds, or none where it is no such one."""
    if isinstance(content, list):
        return content
    if not isinstance(content, dict) or "type" in content:
        return None
    for key in _PAGES:
        if isinstance(page := content.get(key), list):
            return page
    return [content] if {"latitude_deg", "longitude_deg"} <= {*_used(content)} else None


def page_of(path: Path, content: object, count: int) -> tuple[str, ...]:
    """Return the warning about a page that says that there are others."""
    if not isinstance(content, dict) or not (content.get("next") or content.get("previous")):
        return ()
    total = content.get("count")
    of = f" of {total:,}" if isinstance(total, int) else ""
    return (f"{path.name}: one page, with {count:,}{of} stations: the others are not in this file",)


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
    errors = Errors(path.name)
    names: list[str] = []
    ids: list[object] = []
    rows: list[list[float]] = []
    unused: dict[str, None] = {}
    unlocated = 0
    for number, entry in enumerate(content):
        if not isinstance(entry, dict):
            errors.add(f"[{number}]", "an object with name, lat and lng is needed")
            continue
        used = _used(entry)
        unused.update(dict.fromkeys(key for key in entry if key not in (name_key, *used.values())))
        if {"latitude_deg", "longitude_deg"} <= {*used} and all(
            entry[used[column]] is None for column in ("latitude_deg", "longitude_deg")
        ):
            unlocated += 1
            continue
        for key, words in _errors(entry, used, name_key):
            errors.add(f"[{number}].{key[:40]}", words)
        names.append(normal(str(entry.get(name_key)).strip()))
        ids.append(entry.get("id"))
        rows.append([entry.get(used.get(column, "")) or 0.0 for column in _KEYS])
    errors.complain()
    if not rows:
        raise ScenarioError(f"{path.name}: there are no stations with a place")
    names, shared = _told_apart(path, names, ids)
    passed_over = _passed_over(path, unlocated, len(content))
    return Places.of(
        names,
        np.array(rows, dtype=np.float64),
        (*passed_over, *shared, *spare(path, unused, "key")),
    )


def _told_apart(
    path: Path, names: Sequence[str], ids: Sequence[object]
) -> tuple[list[str], tuple[str, ...]]:
    """Add ids to names that several stations share, where every one of these has its own."""
    ids_of: dict[str, set[object]] = defaultdict(set)
    for name, number in zip(names, ids, strict=True):
        ids_of[name].add(str(number))
    shared = {
        name: count for name, count in Counter(names).items() if 1 < count == len(ids_of[name])
    }
    if not shared:
        return [*names], ()
    reported = [
        f"{name[: NAME_MAX - len(f' ({station})')]} ({station})" if name in shared else name
        for name, station in zip(names, ids, strict=True)
    ]
    listed = ", ".join([*shared][:3]) + (", ..." if len(shared) > 3 else "")
    words = f"{sum(shared.values()):,} stations share {counted(len(shared), 'name')} ({listed})"
    return reported, (f"{path.name}: {words}: their ids were added",)


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


def _errors(
    entry: Mapping[str, object], used: Mapping[str, str], name_key: str
) -> Iterator[tuple[str, str]]:
    """Yield the keys of a station that has a place, and what is wrong with each."""
    name = entry.get(name_key)
    if not isinstance(name, str) or not name.strip():
        yield name_key, "a text is needed"
    elif wrong := wrong_name(normal(name.strip())):
        yield name_key, wrong
    for key in entry:
        column = meant(key)
        if column is not None and column in _KEYS and column not in used and entry[key] is not None:
            yield key, f"is not known: give {' or '.join(_KEYS[column][:2])}"
    for column, (least, most) in _BOUNDS.items():
        value = entry.get(used.get(column, ""))
        if column == "altitude_m" and value is None:
            continue
        if type(value) not in (int, float) or not least <= value <= most:  # type: ignore[operator]
            key = used.get(column, _KEYS[column][0])
            yield key, f"{str(value)[:40]!r} is not a number from {least:g} to {most:g}"
