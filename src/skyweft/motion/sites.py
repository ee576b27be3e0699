"""Platforms that stand: one place, or a file of places."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from skyweft.fleet import Floats
from skyweft.fleet import Sites as Standing
from skyweft.motion.geojson import read_points
from skyweft.motion.gpx import read_waypoints
from skyweft.motion.holding import Notation
from skyweft.motion.members import Members, Setting
from skyweft.motion.notation import notation, read_json
from skyweft.motion.places import Places
from skyweft.motion.rings import arc, wrapped
from skyweft.motion.stations import page_of, read_stations, stations_of
from skyweft.motion.tables import ALTITUDE, LATITUDE, LONGITUDE, read_table
from skyweft.protocols.markup import uncollected
from skyweft.scenario.motion import Fixed, Sites
from skyweft.world.ellipsoid import to_ecef, up


def stand(latitude_deg: Floats, longitude_deg: Floats, altitude_m: Floats) -> Standing:
    """Return places on or above the WGS84 ellipsoid, (S,) each, as sites."""
    return Standing(
        to_ecef(latitude_deg, longitude_deg, altitude_m), up(latitude_deg, longitude_deg)
    )


def fixed(group: str, motion: Fixed, *_: Setting) -> Members:
    """Return the one platform of a group that stands at one place."""
    latitude, longitude = np.array([motion.latitude_deg]), np.array([motion.longitude_deg])
    return Members(
        names=(group,),
        geometry=f"1 site at latitude {motion.latitude_deg:g}, longitude "
        f"{motion.longitude_deg:g} deg, altitude {motion.altitude_m:g} m",
        sites=stand(latitude, longitude, np.array([motion.altitude_m])),
        altitude_m=(motion.altitude_m, motion.altitude_m),
    )


def sites(_group: str, motion: Sites, *_: Setting) -> Members:
    """Return the platforms of a file of places, in its order.

    Raises
    ------
    ScenarioError
        Everything wrong with the file, a line each.
    """
    places = _READERS[notation(motion.file)](motion.file, motion.name_property)
    west, east = arc(places.longitude_deg)
    latitude, altitude = places.latitude_deg, places.altitude_m
    return Members(
        names=places.names,
        geometry=f"{len(places.names):,} site{'s' * (len(places.names) != 1)} from "
        f"{motion.file.name}, latitude {latitude.min():g} to {latitude.max():g}, "
        f"longitude {west:g} to {east:g} deg",
        sites=stand(latitude, places.longitude_deg, altitude),
        altitude_m=(float(altitude.min()), float(altitude.max())),
        lines=places.lines,
        warnings=places.warnings,
    )


def _from_table(path: Path, name_column: str) -> Places:
    name_column = name_column.strip().lower()
    table = read_table(
        path,
        needed={"latitude_deg": LATITUDE, "longitude_deg": LONGITUDE},
        optional={"altitude_m": ALTITUDE},
        texts=(name_column,),
        elsewhere=("population",),  # by gravity, if at all
    )
    return Places(
        tuple(table.texts[name_column]),
        wrapped(table.numbers["longitude_deg"]),
        table.numbers["latitude_deg"],
        table.numbers.get("altitude_m", np.zeros(len(table))),
        table.lines,
        table.warnings,
    )


def _from_json(path: Path, name_property: str) -> Places:
    content = read_json(path)
    stations = stations_of(content)
    if stations is None:
        with uncollected():
            return read_points(path, content, name_property)
    found = read_stations(path, stations, name_property)
    return replace(found, warnings=(*page_of(path, content, len(stations)), *found.warnings))


_READERS: Mapping[Notation, Callable[[Path, str], Places]] = {
    "table": _from_table,
    "json": _from_json,
    "gpx": read_waypoints,
}
