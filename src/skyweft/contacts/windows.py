"""Contact windows between arrays of places and tracks, without a scenario.

A window is a time in which every rule holds: elevation above the lower end's geodetic horizon, or
a clear line of sight; range; masks. Straight lines in vacuum: refraction and terrain are not here,
except what a mask says of them.
"""

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skyweft.contacts.geometry import (
    ELEVATION,
    FLATTENING,
    MASK_A,
    MASK_B,
    NUMBERS,
    RANGE,
    SEMI_MAJOR_M,
    SIGHT,
    Floats,
    Side,
)
from skyweft.contacts.scan import (
    BEST,
    COLUMNS,
    CUT_END,
    CUT_START,
    ELEVATION_MAX,
    END,
    RANGE_MIN,
    START,
)
from skyweft.contacts.search import WHOLE, Applied, Listed, Room, search
from skyweft.contacts.survey import survey
from skyweft.fleet import Sites, Tracks

Ints = NDArray[np.int32]
PairRows = tuple[Ints, Ints]

PAIRS_MIN_A_LIST, PAIRS_MAX_A_LIST = 64, 16_384
LISTS = 32  # at least, where there are enough pairs: work for a machine's threads
ROWS_AT_ONCE = 8_192  # windows a thread collects before it hands them over
UNLIMITED_M = 1e9
RATE_MARGIN = 1.02  # knots do not show the fastest moment itself
EMPTY = np.empty((0, 2))


@dataclass(frozen=True, slots=True)
class Windows:
    """One row a window, pair after pair, in a pair by time. Columns have shape (C,).

    `a` and `b` are rows of the two sides. Elevation is of b above a's horizon, NaN where the rule
    is the line of sight. The last three are empty where only edges were asked for.
    """

    a: Ints
    b: Ints
    start_s: Floats
    end_s: Floats
    cut_start: NDArray[np.bool_]
    cut_end: NDArray[np.bool_]
    culmination_s: Floats
    elevation_max_deg: NDArray[np.float32]
    range_min_m: Floats

    def __len__(self) -> int:
        return len(self.start_s)


@dataclass(frozen=True, slots=True)
class Rules:
    """What must hold between two ends; the least elevation comes with the side."""

    elevation: bool = True
    """Of b above a's horizon. Without it, the line of sight alone decides."""
    sight: bool = False
    """Whether the line of sight must clear the grazing altitude as well."""
    grazing_altitude_m: float = 0.0
    range_max_m: float = float("inf")
    mask_a: Floats = field(default_factory=lambda: EMPTY)  # from masks.sectors
    mask_b: Floats = field(default_factory=lambda: EMPTY)

    def kinds(self) -> NDArray[np.int64]:
        """Return the rules in the order in which they are applied."""
        first = ELEVATION if self.elevation else SIGHT
        order = [first]
        if self.sight and self.elevation:
            order.append(SIGHT)
        if np.isfinite(self.range_max_m):
            order.append(RANGE)
        if len(self.mask_a):
            order.append(MASK_A)
        if len(self.mask_b):
            order.append(MASK_B)
        return np.array(order, dtype=np.int64)

    def numbers(self) -> NDArray[np.void]:
        """Return the numbers that the kernels read, in an array of one."""
        numbers = np.zeros(1, NUMBERS)
        polar_m = SEMI_MAJOR_M * (1 - FLATTENING)
        # Where no longest range is set, the range is measured from a number that keeps its digits.
        numbers["range_max_m"] = min(self.range_max_m, UNLIMITED_M)
        numbers["clear_m"] = SEMI_MAJOR_M + self.grazing_altitude_m
        numbers["scale"] = numbers["clear_m"] / (polar_m + self.grazing_altitude_m)
        return numbers


def standing(position_m: Floats, up: Floats, elevation_min_deg: ArrayLike = 0.0) -> Side:
    """Return places as one side of pairs.

    Parameters
    ----------
    position_m, up : (S, 3)
        ITRS [m], and unit vectors along the local vertical.
    elevation_min_deg : float or (S,)
        Least elevation above each place's horizon.
    """
    places = np.ascontiguousarray(position_m, dtype=np.float64).reshape(-1, 3, 1)
    radius = np.linalg.norm(places[:, :, 0], axis=1)
    return Side(
        position_m=places,
        velocity_m_s=np.zeros_like(places),
        up=np.ascontiguousarray(up, dtype=np.float64),
        toward=(places / radius[:, np.newaxis, np.newaxis]).astype(np.float32),
        radius_min_m=radius,
        radius_max_m=radius,
        rate_max_rad_s=np.zeros(len(radius)),
        floor_rad=_floors(elevation_min_deg, len(radius)),
        moves=0,
    )


def moving(tracks: Tracks, elevation_min_deg: ArrayLike = 0.0) -> Side:
    """Return tracks as one side of pairs; what the search needs to know of each is looked up once.

    Parameters
    ----------
    tracks : Tracks
        P movers.
    elevation_min_deg : float or (P,)
        Least elevation above each mover's own horizon.
    """
    count, _, knots = tracks.position_m.shape
    side = Side(
        position_m=np.ascontiguousarray(tracks.position_m),
        velocity_m_s=np.ascontiguousarray(tracks.velocity_m_s),
        up=np.zeros((count, 3)),
        toward=np.empty((count, 3, knots), dtype=np.float32),
        radius_min_m=np.empty(count),
        radius_max_m=np.empty(count),
        rate_max_rad_s=np.empty(count),
        floor_rad=_floors(elevation_min_deg, count),
        moves=1,
    )
    survey(side, tracks.time_s)
    side.rate_max_rad_s[:] *= RATE_MARGIN
    return side


def with_floor(side: Side, elevation_min_deg: ArrayLike) -> Side:
    """Return a side with another least elevation; nothing else is computed again."""
    return side._replace(floor_rad=_floors(elevation_min_deg, len(side.position_m)))


def _floors(elevation_min_deg: ArrayLike, count: int) -> Floats:
    return np.radians(
        np.broadcast_to(np.asarray(elevation_min_deg, dtype=np.float64), count)
    ).copy()


def every(rows_a: Ints, rows_b: Ints) -> Iterator[PairRows]:
    """Yield all pairs of two sets of rows in short lists, always the same ones."""
    count = len(rows_a) * len(rows_b)
    size = min(PAIRS_MAX_A_LIST, max(PAIRS_MIN_A_LIST, count // LISTS))
    # One b's track is read by many a's in turn.
    many = max(1, min(len(rows_a), size))
    few = max(1, size // many)
    for first in range(0, len(rows_b), few):
        columns = rows_b[first : first + few]
        for begin in range(0, len(rows_a), many):
            rows = rows_a[begin : begin + many]
            yield np.tile(rows, len(columns)), np.repeat(columns, len(rows))


def cut(listed: Ints) -> Iterator[PairRows]:
    """Yield pairs given one by one, (K, 2), in short lists."""
    size = min(PAIRS_MAX_A_LIST, max(PAIRS_MIN_A_LIST, len(listed) // LISTS))
    for first in range(0, len(listed), size):
        some = listed[first : first + size]
        yield np.ascontiguousarray(some[:, 0]), np.ascontiguousarray(some[:, 1])


def site_windows(
    tracks: Tracks,
    sites: Sites,
    elevation_min_deg: ArrayLike = 0.0,
    range_max_m: float = float("inf"),
    executor: Executor | None = None,
) -> Windows:
    """Find when each mover stands high enough above each place's horizon.

    Parameters
    ----------
    tracks : Tracks
        P movers.
    sites : Sites
        S places.
    elevation_min_deg : float or (S,)
        Least elevation above each place's geodetic horizon.
    range_max_m : float
        Longest distance.
    executor : Executor, optional
        Threads; all of the machine's unless given.

    Returns
    -------
    windows : Windows
        `a` is the place, `b` the mover.
    """
    a = standing(sites.position_m, sites.up, elevation_min_deg)
    rules = Rules(range_max_m=range_max_m)
    lists = every(_rows(len(sites.up)), _rows(len(tracks.position_m)))
    return find_pairs(a, moving(tracks), lists, tracks.time_s, rules, executor)


def pair_windows(
    tracks: Tracks,
    pairs: Ints,
    grazing_altitude_m: float = 0.0,
    range_max_m: float = float("inf"),
    executor: Executor | None = None,
) -> Windows:
    """Find when the line of sight between two movers clears the Earth.

    Parameters
    ----------
    tracks : Tracks
        P movers.
    pairs : (K, 2)
        Rows of `tracks`.
    grazing_altitude_m : float
        The line stays above this altitude, or, where an end is lower, above that end less 10 m.
    range_max_m : float
        Longest distance.
    executor : Executor, optional
        Threads; all of the machine's unless given.

    Returns
    -------
    windows : Windows
        `a` and `b` are the two movers; the best moment is the one of least range.
    """
    side = moving(tracks)
    rules = Rules(elevation=False, grazing_altitude_m=grazing_altitude_m, range_max_m=range_max_m)
    lists = cut(np.asarray(pairs, dtype=np.int32).reshape(-1, 2))
    return find_pairs(side, side, lists, tracks.time_s, rules, executor)


def _rows(count: int) -> Ints:
    return np.arange(count, dtype=np.int32)


def find_pairs(
    a: Side,
    b: Side,
    pairs: Iterable[PairRows],
    time_s: Floats,
    rules: Rules,
    executor: Executor | None = None,
    ask: int = WHOLE,
) -> Windows:
    """Find the windows of lists of pairs, a list a thread at a time.

    Parameters
    ----------
    a, b : Side
        From `standing` or `moving`.
    pairs : iterable of (rows of a, rows of b)
        Lists of pairs, equally long int32 arrays; a few thousand pairs a list are best.
    time_s : (T,)
        Knots of the tracks; of two standing sides, start and end. [s]
    rules : Rules
        What must hold.
    executor : Executor, optional
        Threads; all of the machine's unless given. The result does not depend on their number.
    ask : int
        `EDGES` leaves out culmination, elevation and range.
    """
    job = partial(_find_list, ask, a, b, np.ascontiguousarray(time_s), rules)
    if executor is not None:
        return _joined(list(executor.map(job, pairs)), ask)
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        return _joined(list(threads.map(job, pairs)), ask)


def _find_list(
    ask: int, a: Side, b: Side, time_s: Floats, rules: Rules, pairs: PairRows
) -> tuple[Ints, Ints, Floats]:
    """Return pairs and rows of the windows of one list."""
    rows_a, rows_b = pairs
    listed = Listed(a, rows_a, b, rows_b, time_s)
    applied = Applied(rules.kinds(), rules.mask_a, rules.mask_b)
    room = ROWS_AT_ONCE
    near = np.zeros((len(time_s) + 1) // 8 * 8 + 16, dtype=np.uint8)
    found: list[tuple[Ints, Floats]] = []
    first = 0
    while first < len(rows_a):
        out, who = np.empty((room, COLUMNS)), np.empty(room, dtype=np.int32)
        space = Room(rules.numbers(), near, near.view(np.uint64), out, who)
        used, done = search(ask, listed, applied, first, space)
        # A single pair with more windows than the table has room for.
        room = room * 2 if done == first else room
        found.append((who[:used].copy(), out[:used].copy()))
        first = done
    if not found:
        return rows_a, rows_b, np.empty((0, COLUMNS))
    which = np.concatenate([who for who, _ in found])
    return rows_a[which], rows_b[which], np.concatenate([out for _, out in found])


def _joined(lists: list[tuple[Ints, Ints, Floats]], ask: int) -> Windows:
    """Return the rows of all lists as columns."""

    def column(each: int) -> Floats:
        return np.concatenate([EMPTY[:, 0], *(rows[:, each] for _, _, rows in lists)])

    none: Floats = np.empty(0)
    whole = ask == WHOLE
    return Windows(
        a=np.concatenate([np.empty(0, dtype=np.int32), *(a for a, _, _ in lists)]),
        b=np.concatenate([np.empty(0, dtype=np.int32), *(b for _, b, _ in lists)]),
        start_s=column(START),
        end_s=column(END),
        cut_start=column(CUT_START) > 0,
        cut_end=column(CUT_END) > 0,
        culmination_s=column(BEST) if whole else none,
        elevation_max_deg=_elevation_deg(column(ELEVATION_MAX) if whole else none),
        range_min_m=column(RANGE_MIN) if whole else none,
    )


def _elevation_deg(sine: Floats) -> NDArray[np.float32]:
    return np.degrees(np.arcsin(np.clip(sine, -1, 1))).astype(np.float32)
