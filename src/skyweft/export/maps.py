"""A run on a map: where things stand, the ground tracks of what moves, and what satellites see."""

import itertools
from collections.abc import Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray

from skyweft.export.asked import Asked, Write, in_lines
from skyweft.export.choice import Choice
from skyweft.export.lines import cut, ground_track
from skyweft.export.moving import moving
from skyweft.protocols import features as written
from skyweft.protocols.features import Coordinate, Feature
from skyweft.store.reading import Folder
from skyweft.world import ellipsoid
from skyweft.world.constants import EARTH_RADIUS_MEAN_M

Floats = NDArray[np.float64]

STEP_S = 60.0
_CORNERS = 72  # of a footprint
_ON_LINE_DEG = 1e-9  # of the date line: 0.1 mm, where rounding would make a spike
_POLE_DEG = 90 - 1e-9  # on a pole itself no direction is east


def geojson_writer(asked: Asked) -> Write:
    """Return what writes GeoJSON."""
    return in_lines([written.geojson(_found(asked)).rstrip("\n")])


def kml_writer(asked: Asked) -> Write:
    """Return what writes KML."""
    return in_lines([written.kml(asked.run.scenario.name, _found(asked)).rstrip("\n")])


def _found(asked: Asked) -> list[Feature]:
    return list(_features(asked.run, asked.chosen, asked.step_s, asked.time_s))


def _features(
    run: Folder, chosen: Choice, step_s: float | None, time_s: float
) -> Iterator[Feature]:
    """Yield places, ground tracks and, for satellites, sub-points and footprints at a moment."""
    standing = chosen.standing
    rows = zip(
        standing.texts("name"),
        standing.texts("group"),
        standing.texts("layer"),
        standing.geodetic.tolist(),
        strict=True,
    )
    for name, group, layer, (latitude, longitude, altitude) in rows:
        about = {"group": group, "layer": layer, "altitude_m": round(altitude, 3)}
        yield Feature(name, "point", [[(longitude, latitude)]], about)
    for layer in ("space", "near_space", "air", "ground"):
        some = chosen.moving.inside(layer)
        movers = moving(run, some, step_s or STEP_S)
        now = int(np.argmin(np.abs(movers.time_s - time_s)))
        for row, (name, group) in enumerate(zip(movers.names, some.texts("group"), strict=True)):
            about = {"group": group, "layer": layer}
            there = np.stack(ellipsoid.to_geodetic(movers.position_m[row].T), axis=-1)
            lines = [
                ground_track(partial(movers.places, row), movers.time_s[at], there[at, :2])
                for at in movers.spans(row)
            ]
            if lines:
                parts = [part for line in lines for part in cut(line)]
                yield Feature(name, "line", parts, {**about, "what": "ground track"})
            if np.isfinite(there[now, 0]):
                yield from _moment(run, name, there[now], movers.time_s[now], about)


def _moment(
    run: Folder, name: str, place: Floats, time_s: float, about: dict[str, str]
) -> Iterator[Feature]:
    latitude, longitude, altitude_m = place.tolist()
    reported = {**about, "time_s": float(time_s), "altitude_m": round(altitude_m, 1)}
    yield Feature(name, "point", [[(longitude, latitude)]], {**reported, "what": "sub-point"})
    if about["layer"] == "space":
        elevation_deg = _least_elevation(run, about["group"])
        rings = footprint(latitude, longitude, altitude_m, elevation_deg)
        seen = {**reported, "what": "footprint", "elevation_min_deg": elevation_deg}
        yield Feature(name, "area", rings, seen)


def _least_elevation(run: Folder, group: str) -> float:
    """Return from which elevation on a group is used: by the lowest rule of its terminals."""
    terminals = set(run.scenario.platforms[group].terminals)
    rules = [
        link.elevation_min_deg
        for link in run.scenario.links
        if terminals & set(link.between) and link.between[0] != link.between[1]
    ]
    return min(rules, default=0.0)


def footprint(
    latitude_deg: float, longitude_deg: float, altitude_m: float, elevation_min_deg: float
) -> list[list[Coordinate]]:
    """Return where a satellite stands higher than an elevation, as rings that stay on the map.

    Parameters
    ----------
    latitude_deg, longitude_deg, altitude_m : float
        The satellite; taken over a sphere of 6,371 km, which is a few kilometres off at most.
    elevation_min_deg : float
        At the border.

    Returns
    -------
    list of rings
        Closed, counter-clockwise; cut at the date line, led around a pole that lies inside. Below
        the horizon both poles may: then one ring a hemisphere, around what is not seen.
    """
    lift = np.radians(elevation_min_deg)
    reach = (
        np.arccos(EARTH_RADIUS_MEAN_M * np.cos(lift) / (EARTH_RADIUS_MEAN_M + altitude_m)) - lift
    )
    middle = np.radians(np.clip(latitude_deg, -_POLE_DEG, _POLE_DEG))
    bearing = -np.linspace(0.0, 2 * np.pi, _CORNERS + 1)  # counter-clockwise
    sine = np.sin(middle) * np.cos(reach) + np.cos(middle) * np.sin(reach) * np.cos(bearing)
    latitude = np.degrees(np.arcsin(np.clip(sine, -1.0, 1.0)))
    east = np.arctan2(
        np.sin(bearing) * np.sin(reach) * np.cos(middle), np.cos(reach) - np.sin(middle) * sine
    )
    longitude = longitude_deg + np.degrees(np.unwrap(east))
    if reach > np.pi / 2 + abs(middle):
        return _beyond_both_poles(latitude, longitude)
    turned = longitude[-1] - longitude[0]
    if abs(turned) > 180:
        return [_around_pole(latitude, longitude, 90.0 if turned > 0 else -90.0)]
    latitude[-1], longitude[-1] = latitude[0], longitude[0]  # closed to the last bit
    return _halves(latitude, longitude)


def _around_pole(latitude: Floats, longitude: Floats, pole: float) -> list[Coordinate]:
    """Close a ring that goes once around the Earth by way of the map's edge."""
    level = (longitude + 180) % 360 - 180
    order = np.argsort(level[:-1])
    level, latitude = level[:-1][order], latitude[:-1][order]
    # The latitude on the edge, between the last corner before it and the first behind.
    share = (180 - level[-1]) / (level[0] + 360 - level[-1])
    edge = latitude[-1] + share * (latitude[0] - latitude[-1])
    line = [(-180.0, edge), *zip(level, latitude, strict=True), (180.0, edge)]
    ring = [*line, (180.0, pole), (-180.0, pole), line[0]]
    ring = ring if pole > 0 else ring[::-1]
    return [(float(east), float(north)) for east, north in ring]


def _beyond_both_poles(latitude: Floats, longitude: Floats) -> list[list[Coordinate]]:
    """Return all but the inside of a ring: one part north of where it is widest, one south."""
    latitude, longitude = latitude[:-1], longitude[:-1]
    level = latitude[longitude.argmin()]
    latitude = np.where(longitude == longitude.max(), level, latitude)  # as it is but for rounding
    rings = []
    for pole, beyond in ((90.0, latitude >= level), (-90.0, latitude <= level)):
        line = np.flatnonzero(beyond)
        line = np.append(line, line[0])
        rings.append(_around_pole(latitude[line], longitude[line], pole))
    return rings


def _halves(latitude: Floats, longitude: Floats) -> list[list[Coordinate]]:
    """Return a ring as it is, or its two halves where the date line goes through it."""
    shift = 360 * np.floor((longitude.min() + 180) / 360)
    east_deg = longitude - shift
    east_deg[np.abs(east_deg - 180) < _ON_LINE_DEG] = 180.0
    corners = list(zip(east_deg.tolist(), latitude.tolist(), strict=True))
    if max(east for east, _ in corners) <= 180:
        return [[(east, north) for east, north in corners]]
    west = _clipped(corners, 180.0, keep_below=True)
    east = _clipped(corners, 180.0, keep_below=False)
    return [west, [(place[0] - 360, place[1]) for place in east]]


def _clipped(
    corners: list[tuple[float, float]], edge: float, *, keep_below: bool
) -> list[Coordinate]:
    """Return the part of a ring on one side of a meridian (Sutherland and Hodgman, 1974)."""
    kept: list[Coordinate] = []
    for (east, north), (east_next, north_next) in itertools.pairwise(corners):
        inside, inside_next = (east <= edge) == keep_below, (east_next <= edge) == keep_below
        if inside:
            kept.append((east, north))
        if inside != inside_next:
            share = (edge - east) / (east_next - east)
            level = north + share * (north_next - north)
            kept.append((edge, north_next if east_next == edge else level))
    ring = [place for k, place in enumerate(kept) if place != kept[k - 1]]
    return [*ring, ring[0]]
