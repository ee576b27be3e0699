"""Products as Arrow tables: names for rows, units in the fields."""

from dataclasses import fields

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from skyweft.contacts.coverage import Coverage
from skyweft.contacts.product import Contacts
from skyweft.links.product import Links
from skyweft.motion.product import Fleet, Motion
from skyweft.network.product import LIMITS, REACHED, REASONS, Beams, Loads, Routes, Shares
from skyweft.run.disk.tables import build, named, schema
from skyweft.run.figures.access import Access
from skyweft.scenario.scenario import Scenario
from skyweft.world import ellipsoid
from skyweft.world.clock import SECOND_NS, Clock, leap_seconds

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MILLI_NS = SECOND_NS // 1000


def rule_names(scenario: Scenario) -> list[str]:
    """Return how the tables call each rule: source/target, with a number where it comes again."""
    names: list[str] = []
    for link in scenario.links:
        name = "/".join(link.between)
        again = sum(each.partition(" ")[0] == name for each in names)
        names.append(f"{name} ({again + 1})" if again else name)
    return names


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
    return build(
        "platforms",
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
        },
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


def contacts_table(
    contacts: Contacts, first: int, clock: Clock, names: pa.Array, rules: pa.Array
) -> pa.Table:
    """Return contacts whose rows count on from `first`."""
    return build(
        "contacts",
        {
            "contact": np.arange(first, first + len(contacts)),
            "link": named(contacts.link, rules),
            "source": named(contacts.source, names),
            "target": named(contacts.target, names),
            "start_s": contacts.start_s,
            "end_s": contacts.end_s,
            "duration_s": contacts.end_s - contacts.start_s,
            "start_utc": utc_ms(clock, contacts.start_s),
            "end_utc": utc_ms(clock, contacts.end_s),
            "culmination_s": contacts.culmination_s,
            "elevation_max_deg": contacts.elevation_max_deg,
            "range_min_m": contacts.range_min_m,
            "cut_start": contacts.cut_start,
            "cut_end": contacts.cut_end,
        },
    )


def utc_ms(clock: Clock, time_s: Floats) -> NDArray[np.datetime64]:
    """Return UTC to the millisecond; a leap second shares its numbers with the second after it."""
    tai_ns = clock.tai_ns(time_s)
    utc_ns = tai_ns - leap_seconds().at_tai(tai_ns) * SECOND_NS
    return ((utc_ns + MILLI_NS // 2) // MILLI_NS).astype("datetime64[ms]")


def links_table(
    links: Links, contacts: Contacts, number: Ints, names: pa.Array, rules: pa.Array
) -> pa.Table:
    """Return samples; row c of `contacts` is contact `number[c]` of the run."""
    row = links.contact
    same = {each.name: getattr(links, each.name) for each in fields(links)}
    return build(
        "links",
        same
        | {
            "contact": number[row],
            **{
                name: column.astype(np.float32)
                for name, column in same.items()
                if name.startswith("doppler")
            },
            "link": named(contacts.link[row], rules),
            "source": named(contacts.source[row], names),
            "target": named(contacts.target[row], names),
        },
    )


def routes_table(routes: Routes, names: pa.Array) -> pa.Table:
    """Return ways between platforms, a row a snapshot, pair and rank."""
    path = pa.ListArray.from_arrays(
        pa.array(routes.path_first.astype(np.int32)),
        named(routes.path, names),
        type=schema("routes").field("path").type,
    )
    return build(
        "routes",
        {
            "route": routes.rule.astype(np.int32),
            "time_s": routes.time_s,
            "source": named(routes.source, names),
            "target": named(routes.target, names),
            "rank": routes.rank.astype(np.int32),
            "reachable": routes.reason == REACHED,
            "delay_s": routes.delay_s,
            "length_m": routes.length_m,
            "hops": routes.hops.astype(np.int32),
            "entry": pa.DictionaryArray.from_arrays(
                pa.array(routes.entry, mask=routes.entry < 0), names
            ),
            "reason": named(routes.reason, pa.array(REASONS)),
            "mark": routes.mark,
            "path": path,
        },
    )


def shares_table(shares: Shares, names: pa.Array) -> pa.Table:
    """Return what flows get, a row a snapshot and flow."""
    return build(
        "shares",
        {
            "rule": shares.rule.astype(np.int32),
            "flow": shares.flow,
            "time_s": shares.time_s,
            "source": named(shares.source, names),
            "target": named(shares.target, names),
            "demand_bps": shares.demand_bps,
            "rate_bps": shares.rate_bps,
            "bottleneck_from": _named_or_null(shares.bottleneck_from, names),
            "bottleneck_to": _named_or_null(shares.bottleneck_to, names),
            "limit": named(shares.limit, pa.array(LIMITS)),
        },
    )


def loads_table(loads: Loads, names: pa.Array) -> pa.Table:
    """Return what directed links carry, a row a snapshot and link in use."""
    return build(
        "loads",
        {
            "time_s": loads.time_s,
            "source": named(loads.source, names),
            "target": named(loads.target, names),
            "load_bps": loads.load_bps,
            "capacity_bps": loads.capacity_bps,
            "utilisation": loads.load_bps / loads.capacity_bps,
        },
    )


def beams_table(beams: Beams, names: pa.Array, rules: pa.Array) -> pa.Table:
    """Return what beams carry, a row a snapshot, beam with users and direction."""
    return build(
        "beams",
        {
            "time_s": beams.time_s,
            "link": named(beams.rule, rules),
            "platform": named(beams.platform, names),
            "beam": beams.beam,
            "centre": named(beams.centre, names),
            "direction": named(beams.sends.astype(np.int32), pa.array(["receives", "sends"])),
            "users": beams.users,
            "load_bps": beams.load_bps,
            "capacity_bps": beams.capacity_bps,
            "utilisation": beams.utilisation,
        },
    )


def _named_or_null(codes: NDArray[np.int32], names: pa.Array) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(codes, mask=codes < 0), names)


def tracks_table(fleet: Fleet, motion: Motion, knots: Ints, names: pa.Array) -> pa.Table:
    """Return the tracks of all movers at some knots, sorted by mover, then time."""
    tracks = motion.tracks
    movers = np.flatnonzero(fleet.mover >= 0)
    movers = movers[np.argsort(fleet.mover[movers])]
    columns = {
        name: states[:, axis, knots].astype(np.float32).ravel()
        for states, axes in (
            (tracks.position_m, ("x_m", "y_m", "z_m")),
            (tracks.velocity_m_s, ("vx_m_s", "vy_m_s", "vz_m_s")),
        )
        for axis, name in enumerate(axes)
    }
    return build(
        "tracks",
        {
            "name": named(np.repeat(movers, len(knots)), names),
            "time_s": np.tile(tracks.time_s[knots], len(movers)),
            **columns,
        },
    )


def coverage_table(coverage: Coverage) -> pa.Table:
    """Return one row a cell or site."""
    return build("coverage", {each.name: getattr(coverage, each.name) for each in fields(coverage)})


def access_table(access: Access, duration_s: float, names: pa.Array, rules: pa.Array) -> pa.Table:
    """Return one row a pair and rule that met at least once."""
    pair, target = np.divmod(access.key, len(names))
    link, source = np.divmod(pair, len(names))
    gaps = access.contacts - 1
    after_s = duration_s - access.last_s
    return build(
        "access",
        {
            "link": named(link, rules),
            "source": named(source, names),
            "target": named(target, names),
            "contacts": access.contacts,
            "total_s": access.total_s,
            "mean_s": access.total_s / access.contacts,
            "min_s": access.min_s,
            "max_s": access.max_s,
            "gap_mean_s": np.where(gaps > 0, access.gaps_s / np.maximum(gaps, 1), np.nan),
            "gap_max_s": np.maximum(np.maximum(access.gap_max_s, access.first_s), after_s),
            "share": access.total_s / duration_s,
            "elevation_best_deg": access.elevation_best_deg,
        },
    )
