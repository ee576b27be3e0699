"""Platforms that stand: one place, or a file of places."""

import numpy as np

from skyweft.motion.geojson import read_points
from skyweft.motion.members import Members
from skyweft.motion.product import Floats
from skyweft.motion.product import Sites as Standing
from skyweft.motion.tables import ALTITUDE, LATITUDE, LONGITUDE, read_table
from skyweft.scenario.motion import Fixed, Sites
from skyweft.world.ellipsoid import to_ecef, up


def stand(latitude_deg: Floats, longitude_deg: Floats, altitude_m: Floats) -> Standing:
    """Return places on or above the WGS84 ellipsoid, (S,) each, as sites."""
    return Standing(
        to_ecef(latitude_deg, longitude_deg, altitude_m), up(latitude_deg, longitude_deg)
    )


def fixed(group: str, motion: Fixed) -> Members:
    """Return the one platform of a group that stands at one place."""
    latitude, longitude = np.array([motion.latitude_deg]), np.array([motion.longitude_deg])
    return Members(
        names=(group,),
        echo=f"1 site at latitude {motion.latitude_deg:g}, longitude {motion.longitude_deg:g} deg, "
        f"altitude {motion.altitude_m:g} m",
        sites=stand(latitude, longitude, np.array([motion.altitude_m])),
        altitude_m=(motion.altitude_m, motion.altitude_m),
    )


def sites(motion: Sites) -> Members:
    """Return the platforms of a file of places, in its order.

    Raises
    ------
    ScenarioError
        Everything wrong with the file, a line each.
    """
    lines = None
    if motion.file.suffix.lower() in (".geojson", ".json"):
        points = read_points(motion.file)
        names = points.names
        longitude, latitude, altitude = points.coordinates.T.copy()
    else:
        table = read_table(
            motion.file,
            needed={"latitude_deg": LATITUDE, "longitude_deg": LONGITUDE},
            optional={"altitude_m": ALTITUDE},
            texts=("name",),
        )
        names, lines = tuple(table.texts["name"]), table.lines
        latitude, longitude = table.numbers["latitude_deg"], table.numbers["longitude_deg"]
        altitude = table.numbers.get("altitude_m", np.zeros(len(table)))
    return Members(
        names=names,
        echo=f"{len(names):,} site{'s' * (len(names) != 1)} from {motion.file.name}, "
        f"latitude {latitude.min():g} to {latitude.max():g} deg",
        sites=stand(latitude, longitude, altitude),
        altitude_m=(float(altitude.min()), float(altitude.max())),
        lines=lines,
    )
