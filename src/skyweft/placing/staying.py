"""Whether a craft can stay at a place on those dates: energy by day and night, wind, endurance."""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from pydantic import TypeAdapter, ValidationError

from skyweft.errors import RangeError, ScenarioError
from skyweft.motion.aircraft import Soaring
from skyweft.motion.airship import Keeping
from skyweft.motion.members import Members, Setting
from skyweft.placing.model import Craft
from skyweft.placing.reach import Band
from skyweft.placing.rotation import Shift, fleet_min
from skyweft.scenario.motion import MOTIONS, Aircraft, Airship, AnyMotion, Loiter, Motion
from skyweft.weather.climatology import LOWEST_M, percentile_95
from skyweft.world.constants import EARTH_RADIUS_MEAN_M

WHERE = {"loiter": None, "airship": "station", "aircraft": "circle"}


def placed(
    craft: Craft, latitude_deg: float, longitude_deg: float, altitude_m: float
) -> dict[str, Any]:
    """Return a craft's motion at a place, as plain tables."""
    motion = dict(craft.motion)
    inner = WHERE[motion["kind"]]
    where = {"latitude_deg": float(latitude_deg), "longitude_deg": float(longitude_deg)}
    if inner is None:
        if "altitude_m" not in motion:
            where["altitude_m"] = float(altitude_m)
        return {**motion, **where}
    return {**motion, inner: {**motion.get(inner, {}), **where}}


def motion_at(name: str, craft: Craft, where: tuple[float, float, float]) -> Motion:
    """Return a craft's motion at a place, checked.

    Raises
    ------
    ScenarioError
        What is wrong with `motion` of the kind, a line each.
    """
    tables = placed(craft, *where)
    given = {"latitude_deg", "longitude_deg"} & set(craft.motion)
    inner = WHERE[tables["kind"]]
    given |= {"latitude_deg", "longitude_deg"} & set(craft.motion.get(inner or "", {}))
    if given:
        raise ScenarioError(
            f"place.fleets.{name}.motion: {' and '.join(sorted(given))} is what is looked for"
        )
    try:
        return TypeAdapter(AnyMotion).validate_python(tables)
    except ValidationError as error:
        lines = [
            f"place.fleets.{name}.motion.{'.'.join(map(str, fault['loc'][1:]))}: "
            f"{fault['msg'].removeprefix('Value error, ')}"
            for fault in error.errors()
        ]
        raise ScenarioError("\n".join(lines)) from error


def band(motion: Motion) -> Band:
    """Return where a craft of a motion may be around its place."""
    if isinstance(motion, Loiter):
        return Band(motion.altitude_m, motion.altitude_m, motion.radius_m + motion.length_m / 2)
    if isinstance(motion, Airship):
        low, high = motion.station.altitude_m
        return Band(low, high, motion.station.radius_m)
    assert isinstance(motion, Aircraft)
    low, high = motion.circle.altitude_m
    return Band(low, high, motion.circle.radius_m)


def middle(motion: Motion) -> tuple[float, float]:
    """Return latitude and longitude of the place that a craft's motion is around."""
    if isinstance(motion, Loiter):
        return motion.latitude_deg, motion.longitude_deg
    assert isinstance(motion, Airship | Aircraft)
    where = motion.station if isinstance(motion, Airship) else motion.circle
    return where.latitude_deg, where.longitude_deg


def why_not(name: str, craft: Craft, motion: Motion, setting: Setting) -> str:
    """Return why a craft cannot stay where its motion is, with the number that fails; or nothing.

    Parameters
    ----------
    name : str
        Of the kind.
    craft : Craft
        The kind.
    motion : Motion
        At a place.
    setting : Setting
        When and for how long, and in which wind.
    """
    if isinstance(motion, Loiter):
        return ""
    members: Members = MOTIONS.work(
        motion.kind, Members, name, motion, replace(setting, energy=craft.energy)
    )
    (mover,) = members.movers[:1]
    if isinstance(mover, Soaring):
        return _falls(mover.figures(setting.duration_s)) or _blown(mover, motion, setting)
    assert isinstance(mover, Keeping)
    now = slice(0, max(1, math.ceil(setting.duration_s / 60.0)))
    share = float(np.mean(mover.on_station[0, now]))
    if share < craft.on_station_min:
        return (
            f"on station for {share:.1%} of the time in that wind, at least "
            f"{craft.on_station_min:.1%} is asked for"
        )
    dark = float(np.mean(mover.flight.silent[now]))
    return f"without energy for {dark:.1%} of the time" if dark > 0 else ""


def _falls(figures: Mapping[str, Any]) -> str:
    """Say what keeps a solar aircraft from staying up day after day."""
    light, needed = figures["day_light_wh"], figures["day_needed_wh"]
    night, battery = figures["night_needed_wh"], figures["battery_wh"]
    if light < needed:
        return f"its day does not close: light brings {light:,.0f} Wh of {needed:,.0f} Wh"
    if figures["fell_s"] is not None:
        return (
            f"falls after {figures['fell_s'] / 3600:,.1f} h: the night takes {night:,.0f} Wh, its "
            f"battery holds {battery:,.0f} Wh"
        )
    return ""


def _blown(mover: Soaring, motion: Motion, setting: Setting) -> str:
    """Say whether the wind is faster than a solar aircraft, which flies whatever the wind."""
    assert isinstance(motion, Aircraft)
    speed_m_s = float(np.min(mover.flight.airspeed_m_s))
    wind = setting.wind
    if wind.source == "climatology":
        # What it knows begins at 9.1 km; below, winds are weaker than there.
        heights = [height_m for height_m in motion.circle.altitude_m if height_m >= LOWEST_M]
        date = np.datetime64(setting.clock.utc(0.0)[0].removesuffix("Z"))
        day = (date - date.astype("datetime64[Y]")) / np.timedelta64(1, "D")
        strong = percentile_95(motion.circle.latitude_deg, np.array(heights), day)
        wind_m_s, words = float(np.max(strong, initial=0.0)), "the wind's 95th percentile"
    else:
        wind_m_s, words = math.hypot(wind.east_m_s or 0.0, wind.north_m_s or 0.0), "the wind"
    if wind_m_s > speed_m_s:
        return f"{words} is {wind_m_s:.1f} m/s, it flies at {speed_m_s:.1f} m/s"
    return ""


def shift(craft: Craft, latitude_deg: float, longitude_deg: float) -> Shift | None:
    """Return how craft serve a place in turn; nothing where one stays up by itself."""
    if craft.rotation is None:
        return None
    base = craft.rotation
    away_m = distance_m(
        (base.base_latitude_deg, base.base_longitude_deg), (latitude_deg, longitude_deg)
    )
    return Shift(base.endurance_s, away_m / base.speed_m_s, base.turnaround_s, base.handover_s)


def needed(flown: Shift | None, duration_s: float) -> tuple[int, str]:
    """Return how many craft a place takes, and why it cannot be held at all."""
    if flown is None:
        return 1, ""
    try:
        return fleet_min(flown, duration_s), ""
    except RangeError as error:
        return 1, str(error)


def distance_m(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the great circle's length between latitudes and longitudes, on a sphere. [m]."""
    (latitude, longitude), (to_latitude, to_longitude) = (
        tuple(map(math.radians, place)) for place in (one, other)
    )
    high = math.sin((to_latitude - latitude) / 2) ** 2
    wide = math.sin((to_longitude - longitude) / 2) ** 2
    chord = high + math.cos(latitude) * math.cos(to_latitude) * wide
    return 2 * EARTH_RADIUS_MEAN_M * math.asin(math.sqrt(min(1.0, chord)))
