"""Tables of motion: who the platforms are, and where the movers went."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from skyweft.columns import Column, Table, named
from skyweft.fleet import Fleet, Motion
from skyweft.scenario.scenario import Scenario
from skyweft.world import ellipsoid

Ints = NDArray[np.int64]

PLATFORMS = Table(
    "platforms",
    "one row a platform, in the scenario's order",
    (
        Column("name", "text", "", "platform, as in every other table"),
        Column("group", "name", "", "its group in the scenario"),
        Column("layer", "name", "", "space, near_space, air or ground"),
        Column("motion", "name", "", "way of moving: `kind` of the group's motion"),
        Column("moves", "bool", "", "whether it has a track; false for what stands"),
        Column("plane", "int32", "", "orbital plane, from 0; null where members fill no planes"),
        Column("slot", "int32", "", "place in the plane, from 0; null likewise"),
        Column("latitude_deg", "float64", "deg", "geodetic, WGS84; null for movers"),
        Column("longitude_deg", "float64", "deg", "null for movers"),
        Column("altitude_m", "float64", "m", "above the WGS84 ellipsoid; null for movers"),
        Column("terminals", "text", "", "its terminals, separated by spaces"),
    ),
    listed=1,
)

TRACKS = Table(
    "tracks",
    "one row a mover and knot: the movers' positions",
    (
        Column("name", "name", "", "the mover; standing platforms are in platforms.parquet"),
        Column("time_s", "float64", "s", "knot, from the scenario's start"),
        Column("x_m", "float32", "m", "ITRS; single precision, within 0.5 m below 8 000 km"),
        Column("y_m", "float32", "m", "ITRS; NaN where the mover is absent"),
        Column("z_m", "float32", "m", "ITRS"),
        Column("vx_m_s", "float32", "m/s", "ITRS, as seen from the turning Earth"),
        Column("vy_m_s", "float32", "m/s", "ITRS"),
        Column("vz_m_s", "float32", "m/s", "ITRS; cubic Hermite between knots"),
    ),
    optional=True,
    repeated=("time_s",),
    listed=None,
)


def platforms_table(scenario: Scenario, fleet: Fleet) -> pa.Table:
    """Return one row a platform, in the order of the fleet."""
    entries = [scenario.platforms[name] for name in fleet.groups]
    stands = fleet.site >= 0
    places = ellipsoid.to_geodetic(fleet.sites.position_m)
    row = np.where(stands, fleet.site, 0)
    latitude, longitude, altitude = (
        pa.array(place[row] if len(place) else np.zeros(len(row)), mask=~stands) for place in places
    )
    plane, slot = _slots(fleet)
    groups = pa.array(fleet.groups)
    carried = pa.array([" ".join(entry.terminals) for entry in entries])
    return PLATFORMS.build(
        {
            "name": pa.array(fleet.names),
            "group": named(fleet.group, groups),
            "layer": named(*_distinct(fleet.group, [entry.layer for entry in entries])),
            "motion": named(*_distinct(fleet.group, [entry.motion.kind for entry in entries])),
            "moves": ~stands,
            "plane": pa.array(plane, mask=plane < 0),
            "slot": pa.array(slot, mask=slot < 0),
            "latitude_deg": latitude,
            "longitude_deg": longitude,
            "altitude_m": altitude,
            "terminals": carried.take(pa.array(fleet.group)),
        }
    )


def _distinct(group: NDArray[np.int32], words: list[str]) -> tuple[NDArray[np.int32], pa.Array]:
    """Return codes and dictionary of a word a group, where groups may share words."""
    found = list(dict.fromkeys(words))
    return np.array([found.index(word) for word in words], np.int32)[group], pa.array(found)


def _slots(fleet: Fleet) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return plane and slot of every platform, -1 where its group fills no planes."""
    plane, slot = np.full((2, len(fleet.names)), -1, np.int32)
    for name, planes in fleet.planes.items():
        rows = fleet.rows_of(name)
        plane[rows], slot[rows] = planes.places(len(rows))
    return plane, slot


def tracks_table(fleet: Fleet, motion: Motion, knots: Ints, names: pa.Array) -> pa.Table:
    """Return the tracks of all movers at some knots, sorted by mover, then time."""
    tracks = motion.tracks
    movers = np.flatnonzero(fleet.mover >= 0)
    movers = movers[np.argsort(fleet.mover[movers])]
    position_m, velocity_m_s = tracks.sampled(knots)
    columns = {
        name: states[:, axis].astype(np.float32).ravel()
        for states, axes in (
            (position_m, ("x_m", "y_m", "z_m")),
            (velocity_m_s, ("vx_m_s", "vy_m_s", "vz_m_s")),
        )
        for axis, name in enumerate(axes)
    }
    return TRACKS.build(
        {
            "name": named(np.repeat(movers, len(knots)), names),
            "time_s": np.tile(tracks.time_s[knots], len(movers)),
            **columns,
        }
    )
