"""What a flight against the wind comes to: rows over time, and a summary by month."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from skyweft.columns import Column, Table, named
from skyweft.fleet import Fleet, Floats
from skyweft.motion.airship import STEP_S, Keeping
from skyweft.motion.station_keeping import Flight
from skyweft.world.clock import Clock

EVERY = 10  # of its minutes are a row
FLIGHTS = Table(
    "flights",
    "one row an airship and ten minutes: how it keeps its station",
    (
        Column("platform", "name", "", "the airship"),
        Column("time_s", "float64", "s", "from the scenario's start"),
        Column("latitude_deg", "float64", "deg", "geodetic, WGS84"),
        Column("longitude_deg", "float64", "deg", "east of Greenwich"),
        Column("altitude_m", "float64", "m", "above the WGS84 ellipsoid"),
        Column("off_station_m", "float64", "m", "from the middle of its station, along the ground"),
        Column("on_station", "bool", "", "whether that is within the station's radius"),
        Column("wind_m_s", "float64", "m/s", "speed of the wind where it flies"),
        Column("wind_from_deg", "float64", "deg", "where it blows from, clockwise from north"),
        Column("airspeed_m_s", "float64", "m/s", "its own speed through the air"),
        Column("propulsion_w", "float64", "W", "what its propellers take"),
        Column("charge", "float64", "1", "part of its battery that is full"),
    ),
    optional=True,
)
STATION_KEEPING = Table(
    "station_keeping",
    "one row an airship and month: how well it kept its station",
    (
        Column("platform", "name", "", "the airship"),
        Column("month", "text", "", "as in 2026-07; what the run holds of it"),
        Column("on_station_share", "float64", "1", "share of time within the station's radius"),
        Column(
            "on_station_share_min", "float64", "1", "the least of it over what winds may be like"
        ),
        Column("on_station_share_max", "float64", "1", "the greatest"),
        Column("off_station_median_m", "float64", "m", "from the middle of its station"),
        Column("off_station_p95_m", "float64", "m", "95th percentile of that"),
        Column("off_station_max_m", "float64", "m", "greatest"),
        Column("wind_p95_m_s", "float64", "m/s", "95th percentile of the wind where it flew"),
        Column("charge_min", "float64", "1", "least part of its battery that was full"),
        Column("dark_share", "float64", "1", "share of time without energy"),
    ),
    optional=True,
)


def flying(fleet: Fleet) -> Iterator[tuple[int, Keeping]]:
    """Return row of the fleet and mover of every airship that flies in the wind."""
    return fleet.movers_of(Keeping)


def flights_table(fleet: Fleet, start_s: float, end_s: float, names: pa.Array) -> pa.Table:
    """Return the rows of a stretch of time, its end left out."""
    parts = [FLIGHTS.empty()]
    for row, keeping in flying(fleet):
        flight = keeping.flight
        time_s = STEP_S * np.arange(0, len(flight.charge_j), EVERY)
        some = np.flatnonzero((time_s >= start_s) & (time_s < end_s)) * EVERY
        off_m = keeping.off_m[some]
        parts.append(
            FLIGHTS.build(
                {
                    "platform": named(np.full(len(some), row, np.int32), names),
                    "time_s": STEP_S * some,
                    "latitude_deg": np.degrees(flight.latitude_rad[some]),
                    "longitude_deg": (np.degrees(flight.longitude_rad[some]) + 180) % 360 - 180,
                    "altitude_m": flight.altitude_m[some],
                    "off_station_m": off_m,
                    "on_station": off_m <= keeping.radius_m,
                    "wind_m_s": flight.wind_m_s[some],
                    "wind_from_deg": _from_deg(flight)[some],
                    "airspeed_m_s": flight.airspeed_m_s[some],
                    "propulsion_w": flight.propulsion_w[some],
                    "charge": flight.charge_j[some] / keeping.supply.battery_j,
                }
            )
        )
    return pa.concat_tables(parts, promote_options="default")


def _from_deg(flight: Flight) -> Floats:
    """Return where the wind blows from; without any, from the north."""
    towards = np.degrees(np.arctan2(flight.wind_east_m_s, flight.wind_north_m_s))
    return np.where(flight.wind_m_s > 0, (towards + 180.0) % 360.0, 0.0)


def station_keeping_table(fleet: Fleet, clock: Clock, end_s: float, names: pa.Array) -> pa.Table:
    """Return what all flights up to an end come to, month by month."""
    rows: list[dict[str, Any]] = []
    for row, keeping in flying(fleet):
        flight, off_m = keeping.flight, keeping.off_m
        time_s = STEP_S * np.arange(len(off_m))
        start = np.datetime64(clock.utc(0.0)[0].removesuffix("Z"), "s")
        month = (start + time_s.astype("timedelta64[s]")).astype("datetime64[M]")
        month = month[time_s < end_s]
        for kept_month in np.unique(month):
            now = np.flatnonzero(month == kept_month)
            charge = flight.charge_j[now]
            band = keeping.on_station[:, now].mean(axis=1)
            rows.append(
                {
                    "platform": row,
                    "month": str(kept_month),
                    "on_station_share": band[0],
                    "on_station_share_min": band.min(),
                    "on_station_share_max": band.max(),
                    "off_station_median_m": np.median(off_m[now]),
                    "off_station_p95_m": np.percentile(off_m[now], 95),
                    "off_station_max_m": off_m[now].max(),
                    "wind_p95_m_s": np.percentile(flight.wind_m_s[now], 95),
                    "charge_min": charge.min() / keeping.supply.battery_j,
                    "dark_share": np.mean(flight.silent[now]),
                }
            )
    columns = {name: [row[name] for row in rows] for name in STATION_KEEPING.schema.names}
    code = np.array(columns.pop("platform"), np.int32)
    return STATION_KEEPING.build({"platform": named(code, names), **columns})


def metrics(fleet: Fleet, end_s: float) -> dict[str, dict[str, Any]]:
    """Return what every airship's flight comes to over the whole run, by its name.

    `on_station_share_band` holds the least and greatest share over what else the winds may be like:
    see `airship.SHAPES` and `airship.HOURS`; nothing where winds are given.
    """
    found: dict[str, dict[str, Any]] = {}
    now = slice(0, max(1, int(np.ceil(end_s / STEP_S))))
    for row, keeping in flying(fleet):
        flight = keeping.flight
        off_m, charge = keeping.off_m[now], flight.charge_j[now]
        share = keeping.on_station[:, now].mean(axis=1)
        found[fleet.names[row]] = {
            "on_station_share": float(share[0]),
            "on_station_share_band": [float(share.min()), float(share.max())]
            if len(share) > 1
            else None,
            "off_station_p95_m": float(np.percentile(off_m, 95)),
            "charge_min": float(charge.min() / keeping.supply.battery_j),
            "dark_share": float(np.mean(flight.silent[now])),
        }
    return found
