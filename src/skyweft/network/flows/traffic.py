"""Who wants to send how much to whom, and when in the day: demand, before any network.

A gravity model over cities, a traffic matrix from the user's file, and a daily profile by the Sun
at the source. What of it gets through is `fairness.py`'s.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skyweft.errors import ScenarioError
from skyweft.motion.cells import number
from skyweft.motion.tables import read_rows, read_table
from skyweft.naming import normal
from skyweft.protocols.records import Errors
from skyweft.world.constants import DAY_S, EARTH_RADIUS_MEAN_M

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

HOURS = 24
DISTANCE_MIN_M = 100e3  # two cities nearer than this attract no more: they share other networks


@dataclass(frozen=True, slots=True)
class Demand:
    """Pairs that want to send, in the order of their file or matrix. Columns have shape (K,)."""

    source: Ints  # index into the names given
    target: Ints
    demand_bps: Floats

    def __post_init__(self) -> None:
        assert len(self.source) == len(self.target) == len(self.demand_bps)
        assert np.all(self.demand_bps >= 0)

    def __len__(self) -> int:
        return len(self.demand_bps)


def gravity(
    population: ArrayLike,
    latitude_deg: ArrayLike,
    longitude_deg: ArrayLike,
    total_bps: float,
    exponent: float = 1.0,
    distance_min_m: float = DISTANCE_MIN_M,
) -> Demand:
    """Return demand between all pairs of cities, by their masses over a power of their distance.

    Parameters
    ----------
    population : (C,)
        Or any other mass; not negative.
    latitude_deg, longitude_deg : (C,)
        Where the cities are. [deg]
    total_bps : float
        What all pairs in both directions add up to. [bit/s]
    exponent : float
        Of the distance; 0 leaves it out.
    distance_min_m : float
        Nearer pairs count as this far apart. [m]

    Returns
    -------
    Demand
        C (C - 1) pairs, symmetric; none to itself. Distances are great circles on a sphere, good to
        0.6 %.

    Raises
    ------
    ValueError
        No two cities have a mass, or a mass or the total is negative.
    """
    mass = np.asarray(population, np.float64)
    if not (np.all(mass >= 0) and np.isfinite(mass).all() and 0 <= total_bps < np.inf):
        raise ValueError("population and total_bps must be numbers, not negative")
    if np.count_nonzero(mass) < 2:
        raise ValueError("at least two cities with a population are needed")
    if not distance_min_m > 0:
        raise ValueError(f"distance_min_m must be above zero, got {distance_min_m:g}")
    distance = _great_circle(np.radians(latitude_deg), np.radians(longitude_deg))
    pull = np.outer(mass, mass) / np.maximum(distance, distance_min_m) ** exponent
    source, target = np.nonzero(~np.eye(len(mass), dtype=bool))
    wanted = pull[source, target]
    scaled = wanted * (total_bps / wanted.sum())
    return Demand(source.astype(np.int32), target.astype(np.int32), scaled)


def _great_circle(latitude_rad: Floats, longitude_rad: Floats) -> Floats:
    """Return distances (C, C) by the haversine, good for near points and far ones."""
    north = np.sin((latitude_rad[:, None] - latitude_rad) / 2) ** 2
    east = np.sin((longitude_rad[:, None] - longitude_rad) / 2) ** 2
    square = north + np.cos(latitude_rad)[:, None] * np.cos(latitude_rad) * east
    return 2 * EARTH_RADIUS_MEAN_M * np.arcsin(np.sqrt(np.clip(square, 0.0, 1.0)))


def daily_factor(factor: ArrayLike, longitude_deg: ArrayLike, hour_utc: ArrayLike) -> Floats:
    """Return the factor of demand at a source by its mean solar time.

    Parameters
    ----------
    factor : (24,)
        At 0, 1, ... 23 o'clock, not negative; straight between, midnight to midnight without a
        step.
    longitude_deg : (F,)
        Of the source. [deg]
    hour_utc : (T,)
        Hours since a midnight UTC. [h]

    Returns
    -------
    (F, T)
        Mean solar time is up to 16 minutes from the sundial's and knows no time zones.
    """
    hourly = np.asarray(factor, np.float64)
    if hourly.shape != (HOURS,) or not (np.all(hourly >= 0) and np.isfinite(hourly).all()):
        raise ValueError(f"a daily profile has {HOURS} factors, none negative")
    east = np.asarray(longitude_deg, np.float64)[:, None] / 15
    hour = (east + np.asarray(hour_utc, np.float64)) % HOURS
    return np.interp(hour, np.arange(HOURS + 1), np.append(hourly, hourly[0]))


def hours_of(time_s: ArrayLike, start_hour_utc: float) -> Floats:
    """Return hours since the midnight before the start, for `daily_factor`."""
    return (start_hour_utc + np.asarray(time_s, np.float64) * HOURS / DAY_S) % HOURS


def read_demand(path: Path, names: Sequence[str]) -> Demand:
    """Read a traffic matrix: rows of source, target, demand_bps, or a square of names.

    Parameters
    ----------
    path : Path
        A CSV file. With the columns `source` and `demand_bps` each line is a pair; else the first
        line is a corner and the targets' names, every other a source's name and its demands.
        [bit/s]
    names : sequence
        Of the platforms that may send and receive.

    Returns
    -------
    Demand
        Indices into `names`. A square's zeros are left out; `inf` takes what there is.

    Raises
    ------
    ScenarioError
        All errors of the file with line and column: a name that is not known or there twice, a
        demand that is no number or negative, a row too short, a square with unlike sides.
    """
    index = {name: k for k, name in enumerate(names)}
    rows = read_rows(path)[0]
    first = next(rows, (0, []))
    header = [cell.strip().lower() for cell in first[1]]
    if "source" in header and ("demand_bps" in header or "target" in header):
        return _read_pairs(path, index)
    return _read_square(path, first, rows, index)


def _read_pairs(path: Path, index: Mapping[str, int]) -> Demand:
    table = read_table(path, {"demand_bps": (0.0, np.inf)}, {}, texts=("source", "target"))
    errors = Errors(path.name)
    ends = []
    for side in ("source", "target"):
        names = table.texts[side]
        ends.append(np.array([index.get(name, -1) for name in names], np.int32))
        for k in np.flatnonzero(ends[-1] < 0).tolist():
            _known(index, names[k], f"line {table.lines[k]}", side, errors)
    source, target = ends
    pair = source.astype(np.int64) * len(index) + target
    _, first, of = np.unique(pair, return_index=True, return_inverse=True)
    known = (source >= 0) & (target >= 0)
    for k in np.flatnonzero(known & (first[of] != np.arange(len(pair)))).tolist():
        words = f"this pair is on line {table.lines[first[of[k]]]} already"
        errors.add(f"line {table.lines[k]}", words)
    errors.complain()
    return Demand(source, target, table.numbers["demand_bps"])


def _read_square(
    path: Path,
    first: tuple[int, list[str]],
    rows: Iterable[tuple[int, list[str]]],
    index: Mapping[str, int],
) -> Demand:
    errors = Errors(path.name)
    top, header = first
    targets = [normal(cell.strip()) for cell in header[1:]]
    columns = [
        _known(index, name, f"line {top}", f"column {k}", errors)
        for k, name in enumerate(targets, start=2)
    ]
    _twice(targets, f"line {top}", errors)
    starts: list[str] = []
    sources: list[int] = []
    values: list[Floats] = []
    for line, row in rows:
        where = f"line {line}"
        starts.append(normal(row[0].strip()))
        sources.append(_known(index, starts[-1], where, "column 1", errors))
        if len(row) != len(header):
            words = f"{len(row)} fields, the first line has {len(header)}"
            errors.add(where, words)
        else:
            values.append(_demands(row[1:], targets, where, errors))
    if not starts:
        raise ScenarioError(f"{path.name}: no rows below the column names")
    _twice(starts, "column 1", errors)
    if sorted(set(starts)) != sorted(set(targets)):
        unlike = ", ".join(sorted(set(starts) ^ set(targets))[:5])
        errors.add("not square", f"{unlike} is only a row or only a column")
    errors.complain()
    matrix = np.array(values)
    down, across = np.nonzero(matrix)
    ends = np.array(sources, np.int32)[down], np.array(columns, np.int32)[across]
    return Demand(*ends, matrix[down, across])


def _known(index: Mapping[str, int], name: str, where: str, column: str, errors: Errors) -> int:
    """Return the index of a name; -1, and an error, where there is none."""
    if name not in index:
        some = ", ".join(list(islice(index, 5)))
        more = f" and {len(index) - 5:,} more" if len(index) > 5 else ""
        errors.add(where, f"{column}: {name[:40]!r} is not known; known: {some}{more}")
    return index.get(name, -1)


def _demands(cells: Sequence[str], targets: Sequence[str], where: str, errors: Errors) -> Floats:
    """Return a row of a square; what is no demand is an error."""
    values = np.array([number(cell) for cell in cells])
    for k in np.flatnonzero(~(values >= 0)).tolist():
        words = f"{targets[k]}: {cells[k].strip()[:40]!r} is not a number from 0 to inf"
        errors.add(where, words)
    return values


def _twice(names: Sequence[str], where: str, errors: Errors) -> None:
    for name, count in Counter(names).items():
        if count > 1:
            errors.add(where, f"{name[:40]!r} is there {count} times")
