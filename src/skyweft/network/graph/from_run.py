"""The network of a finished run at any moment of it, from its tables."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from skyweft.contacts.product import Contacts
from skyweft.errors import RangeError, ScenarioError
from skyweft.fleet import Fleet, Motion, Sites, Tracks
from skyweft.network.graph.arrow import restrictions_of
from skyweft.network.graph.block import Network
from skyweft.network.graph.snapshot import Snapshot, snapshot
from skyweft.scenario.scenario import Scenario
from skyweft.world.clock import SECOND_NS, tai_ns
from skyweft.world.ellipsoid import to_ecef, up

Floats = NDArray[np.float64]

KNOTS_MAX_S = 300.0  # no run has knots wider apart
# Reads a table by name: these columns, rows within these bounds.
Read = Callable[..., pa.Table]


def seconds(scenario: Scenario, moment: float | datetime) -> float:
    """Return a moment in seconds from the scenario's start, leap seconds counted.

    Raises
    ------
    RangeError
        It is a date without a time zone.
    """
    if not isinstance(moment, datetime):
        return float(moment)
    if moment.tzinfo is None:
        words = f"time_s: {moment.isoformat()} has no time zone; give it one: tzinfo=UTC"
        raise RangeError(words)
    return (tai_ns(moment) - tai_ns(scenario.start)) / SECOND_NS


def at_moment(scenario: Scenario, read: Read, end_s: float, time_s: float) -> Snapshot:
    """Return the network of a run at a moment.

    Parameters
    ----------
    scenario : Scenario
        What was run; its files may be gone.
    read : callable
        As `store.reading.Folder.table`.
    end_s : float
        How far the run came. [s]
    time_s : float
        The moment, from the scenario's start. [s]

    Raises
    ------
    RangeError
        The run does not hold the moment.
    ScenarioError
        It kept no tracks, or a table is missing or damaged.

    Notes
    -----
    Tracks are kept in single precision, within 0.5 m in low orbit, and in very large runs with
    knots wider apart: delays agree with those of the run's own tables to a few nanoseconds.
    """
    if not 0 <= time_s <= end_s:
        raise RangeError(
            f"time_s must be from 0 to {end_s:g} s, where the run ends; got {time_s:g}"
        )
    platforms = read("platforms")
    fleet = fleet_of(scenario, platforms)
    motion = _motion(fleet, read, time_s, end_s)
    up = read("contacts", None, (("start_s", "<=", time_s), ("end_s", ">=", time_s)))
    contacts = contacts_of(scenario, fleet, up)
    restrictions = restrictions_of(read("restrictions"), fleet.names)
    return snapshot(Network(scenario, fleet, motion, contacts, restrictions), time_s)


def fleet_of(scenario: Scenario, platforms: pa.Table) -> Fleet:
    """Return who the platforms were; how they moved is in the tracks."""
    groups = tuple(scenario.platforms)
    moves = platforms["moves"].to_numpy(zero_copy_only=False)
    latitude_deg, longitude_deg, altitude_m = (
        platforms[name].to_numpy(zero_copy_only=False)[~moves]
        for name in ("latitude_deg", "longitude_deg", "altitude_m")
    )
    sites = Sites(to_ecef(latitude_deg, longitude_deg, altitude_m), up(latitude_deg, longitude_deg))
    return Fleet(
        names=tuple(platforms["name"].to_pylist()),
        groups=groups,
        layers=tuple(platform.layer for platform in scenario.platforms.values()),
        group=_codes(platforms["group"], groups),
        mover=np.where(moves, np.cumsum(moves) - 1, -1).astype(np.int32),
        site=np.where(moves, -1, np.cumsum(~moves) - 1).astype(np.int32),
        movers=(),
        sites=sites,
        planes={},
        derived_geometry=(),
        warnings=(),
    )


def _motion(fleet: Fleet, read: Read, time_s: float, end_s: float) -> Motion:
    """Return the knots around a moment."""
    names = _movers(fleet)
    if not names:
        return _standing(fleet, end_s)
    around = (("time_s", ">=", time_s - KNOTS_MAX_S), ("time_s", "<=", time_s + KNOTS_MAX_S))
    knot_s, states = _knots(names, read, "the network at a moment", around)
    if not (len(knot_s) > 1 and time_s <= knot_s[-1]):
        last_s = knot_s.max(initial=0.0)
        raise RangeError(f"the tracks of this run end at {last_s:g} s, before {time_s:g} s")
    # The last step may be shorter than the others: only the two knots beside the moment count.
    after = int(np.clip(np.searchsorted(knot_s, time_s, side="right"), 1, len(knot_s) - 1))
    beside = slice(after - 1, after + 1)
    return Motion(Tracks(knot_s[beside], *states[..., beside]), fleet.sites)


def motions_of(fleet: Fleet, read: Read, end_s: float) -> list[Motion]:
    """Return where all were all the time: stretches whose knots are evenly apart.

    Raises
    ------
    ScenarioError
        The run kept no tracks, or the table is damaged.
    """
    names = _movers(fleet)
    if not names:
        return [_standing(fleet, end_s)]
    knot_s, states = _knots(names, read, "what the Sun, slew rates or latitudes cut off", ())
    # The last step may be shorter than the others.
    last = max(len(knot_s) - 2, 0)
    parts = (slice(0, last + 1), slice(last, None)) if last else (slice(None),)
    return [Motion(Tracks(knot_s[part], *states[..., part]), fleet.sites) for part in parts]


def _movers(fleet: Fleet) -> list[str]:
    return [name for name, mover in zip(fleet.names, fleet.mover, strict=True) if mover >= 0]


def _standing(fleet: Fleet, end_s: float) -> Motion:
    nobody = np.empty((0, 3, 2))
    return Motion(Tracks(np.array([0.0, max(end_s, 1.0)]), nobody, nobody), fleet.sites)


def _knots(
    names: list[str], read: Read, what: str, bounds: tuple[Any, ...]
) -> tuple[Floats, Floats]:
    """Return times, and positions and velocities (2, M, 3, T) of the table of tracks."""
    try:
        rows = read("tracks", None, bounds)
    except ScenarioError as error:
        raise ScenarioError(f"{what} needs the tracks of the run: {error}") from error
    knot_s = np.unique(rows["time_s"].to_numpy())
    states = np.full((2, len(names), 3, len(knot_s)), np.nan)
    mover = _codes(rows["name"], names)
    knot = np.searchsorted(knot_s, rows["time_s"].to_numpy())
    for number, name in enumerate(("x_m", "y_m", "z_m", "vx_m_s", "vy_m_s", "vz_m_s")):
        states[number // 3, mover, number % 3, knot] = rows[name].to_numpy()
    return knot_s, states


def contacts_of(scenario: Scenario, fleet: Fleet, rows: pa.Table) -> Contacts:
    """Return the contacts of a run's table."""
    plain: dict[str, Any] = {
        name: rows[name].to_numpy()
        for name in Contacts.__slots__
        if name not in ("link", "source", "target")
    }
    return Contacts(
        link=_codes(rows["link"], scenario.rule_names).astype(np.int16),
        source=_codes(rows["source"], fleet.names),
        target=_codes(rows["target"], fleet.names),
        **plain,
    )


def _codes(column: pa.ChunkedArray, names: Any) -> NDArray[np.int32]:
    """Return the places of words among names."""
    found = pc.index_in(column.cast(pa.string()), pa.array(names, pa.string()))
    return found.to_numpy(zero_copy_only=False).astype(np.int32)
