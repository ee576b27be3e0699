"""How well places are covered over time: the figures a constellation planner reports.

Built from exact windows, never from samples: `start` lays out the places, `state.add` takes the
run block after block of time, `state.finish` gives the product. Which link closes is not asked
here: a place is covered while a platform of the covering groups stands above the elevation given.
"""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from skyweft.contacts.coverage.model import Coverage as Asked
from skyweft.contacts.search import EDGES
from skyweft.contacts.windows import PairRows, Rules, find_pairs, moving, standing
from skyweft.fleet import Fleet, Motion
from skyweft.kernels import making
from skyweft.scenario.scenario import Scenario
from skyweft.world import ellipsoid

Floats = NDArray[np.float64]

DAY_S = 86_400.0
INSTANT_S = 0.01  # the exactness of a window's edge: anything shorter is no gap
PAIRS_AT_ONCE = 200_000  # whose windows are held together, for memory
PAIRS_A_LIST = 4_096  # a thread's work


@dataclass(frozen=True, slots=True)
class Coverage:
    """One row a place: cells of equal area first, then sites. Columns have shape (N,).

    A gap cut by an end of the run counts in `longest_gap_s` with the length that was seen (then
    `longest_gap_cut` is set) and in `response_time_mean_s`, never in `revisit_mean_s`, which is the
    mean of the gaps seen whole and NaN without any. The bounds of a cell are NaN for a site.
    """

    name: tuple[str, ...]  # "" for a cell
    latitude_deg: Floats
    longitude_deg: Floats
    coverage_fraction: Floats  # of the run's time
    in_view_mean: Floats  # platforms above the elevation, over the run's time
    in_view_min: NDArray[np.int32]
    in_view_max: NDArray[np.int32]
    longest_gap_s: Floats
    longest_gap_cut: NDArray[np.bool_]
    revisit_mean_s: Floats
    response_time_mean_s: Floats  # from a random moment until covered
    gaps: NDArray[np.int64]  # seen whole
    passes_per_day: Floats  # windows of single platforms; one cut by the run's start counts
    latitude_min_deg: Floats
    latitude_max_deg: Floats
    longitude_min_deg: Floats
    longitude_max_deg: Floats

    def __post_init__(self) -> None:
        columns = [getattr(self, name) for name in self.__slots__]
        assert len({len(column) for column in columns}) == 1
        assert np.all((self.coverage_fraction >= 0) & (self.coverage_fraction <= 1))
        assert np.all(self.in_view_min <= self.in_view_max)

    def __len__(self) -> int:
        return len(self.name)


@dataclass(frozen=True, slots=True)
class Cells:
    """Boxes of latitude and longitude, all of one area. Columns have shape (N,)."""

    latitude_deg: Floats  # halves the cell's area
    longitude_deg: Floats
    latitude_min_deg: Floats
    latitude_max_deg: Floats
    longitude_min_deg: Floats
    longitude_max_deg: Floats


def cells(count: int, latitude_min_deg: float = -90.0, latitude_max_deg: float = 90.0) -> Cells:
    """Divide a belt of latitudes into `count` cells of equal area.

    Bands of latitude hold a whole number of cells each, about as wide as high; the borders of the
    bands then follow from the number of cells in them, so that areas on the sphere are equal
    exactly. On the ellipsoid they differ by up to 0.7 %.

    Parameters
    ----------
    count : int
        How many cells, at least 1.
    latitude_min_deg, latitude_max_deg : float
        Borders of the belt. [deg]

    Returns
    -------
    Cells
        From south to north, in a band from west to east.

    References
    ----------
    P. Leopardi, "A partition of the unit sphere into regions of equal area and small diameter",
    Electronic Transactions on Numerical Analysis 25, 2006: the idea of whole cells in collars.
    """
    low, high = np.sin(np.radians([latitude_min_deg, latitude_max_deg]))
    side_rad = np.sqrt(2 * np.pi * (high - low) / count)
    extent_rad = np.radians(latitude_max_deg - latitude_min_deg)
    bands = int(np.clip(round(extent_rad / side_rad), 1, count))
    edges = np.sin(np.radians(latitude_min_deg) + extent_rad * np.arange(bands + 1) / bands)
    # Rounding the running sum, not each band, keeps the total; every band keeps a cell.
    upto = np.rint(count * (edges - low) / (high - low)).astype(np.int64)
    upto = np.maximum(upto, np.arange(bands + 1))
    upto = np.minimum(upto, count - bands + np.arange(bands + 1))
    in_band = np.diff(upto)
    band = np.repeat(np.arange(bands), in_band)
    place = np.arange(count) - upto[band]
    borders = np.degrees(np.arcsin(np.clip(low + (high - low) * upto / count, -1, 1)))
    middle = low + (high - low) * (upto[:-1] + upto[1:]) / (2 * count)
    width = 360.0 / in_band[band]
    west = -180.0 + place * width
    return Cells(
        latitude_deg=np.degrees(np.arcsin(middle))[band],
        longitude_deg=west + width / 2,
        latitude_min_deg=borders[band],
        latitude_max_deg=borders[band + 1],
        longitude_min_deg=west,
        longitude_max_deg=west + width,
    )


class CoverageState:
    """Coverage of some places as far as the run has come; blocks are added in order of time.

    Parameters
    ----------
    names : sequence of str
        Of the places, "" for cells. (N,)
    where : Cells
        Where the places are, row by row.
    position_m, up : (N, 3)
        ITRS [m], and unit vectors along the local vertical.
    movers : (M,) int
        Rows of `Tracks` that cover.
    always : (N,) int
        How many platforms that stand are in view of each place.
    elevation_min_deg : float
        Least elevation of a platform above a place's horizon.
    """

    def __init__(
        self,
        names: Sequence[str],
        where: Cells,
        position_m: Floats,
        up: Floats,
        movers: NDArray[np.int32],
        always: NDArray[np.int32],
        elevation_min_deg: float,
    ) -> None:
        self._names = tuple(names)
        self._where = where
        self._position_m = np.ascontiguousarray(position_m)
        self._up = np.ascontiguousarray(up)
        self._movers = movers
        self._always = always
        self._elevation_min_deg = elevation_min_deg
        self._tally: _Tally | None = None
        self._start_s = self._end_s = float("nan")

    def add(self, motion: Motion, executor: Executor | None = None) -> None:
        """Go on with the next block of time; it must begin where the last one ended."""
        start_s, end_s = float(motion.tracks.time_s[0]), float(motion.tracks.time_s[-1])
        if self._tally is None:
            self._tally, self._start_s = _tally(self._always, start_s), start_s
        else:
            assert start_s == self._end_s
        since_s = -np.inf if start_s == self._start_s else start_s + INSTANT_S
        flown, whose = motion.tracks.among(self._movers)
        tracks, movers = moving(flown), np.searchsorted(whose, self._movers).astype(np.int32)
        at_once = max(1, PAIRS_AT_ONCE // max(1, len(self._movers)))
        for first in range(0, len(self._names), at_once):
            last = min(first + at_once, len(self._names))
            places = standing(
                self._position_m[first:last], self._up[first:last], self._elevation_min_deg
            )
            seen = find_pairs(
                places,
                tracks,
                _pairs(last - first, movers),
                flown.time_s,
                Rules(),
                executor,
                EDGES,
            )
            place, rise_s, set_s = seen.a, seen.start_s, seen.end_s
            bounds = np.concatenate([[0], np.cumsum(np.bincount(place, minlength=last - first))])
            self._tally.passes[first:last] += np.bincount(
                place[rise_s > since_s], minlength=last - first
            )
            rise_s = _in_order(place, rise_s, start_s, end_s)
            set_s = _in_order(place, set_s, start_s, end_s)
            _sweep(self._tally, first, bounds, rise_s, set_s, self._always, start_s, end_s)
        self._end_s = end_s

    def columns(self) -> dict[str, NDArray[Any]]:
        """Return how far the measuring has come, as columns of its own."""
        assert self._tally is not None
        tally = {name: column.copy() for name, column in self._tally._asdict().items()}
        return tally | {"span_s": np.array([self._start_s, self._end_s])}

    def go_on_from(self, columns: Mapping[str, NDArray[Any]]) -> None:
        """Bring a fresh state to where `columns` were taken."""
        self._start_s, self._end_s = columns["span_s"].tolist()
        self._tally = _Tally(**{name: columns[name] for name in _Tally._fields})

    def finish(self) -> Coverage:
        """Return the figures of everything added so far."""
        assert self._tally is not None
        tally, end_s = self._tally, self._end_s
        duration_s = float(end_s - self._start_s)
        passes_per_day = tally.passes.astype(np.float64) * (DAY_S / duration_s)
        rest_s = end_s - tally.gap_since_s
        rest_s[rest_s <= INSTANT_S] = 0.0
        with np.errstate(invalid="ignore"):
            revisit_s = tally.gaps_s / tally.gaps
        return Coverage(
            name=self._names,
            latitude_deg=self._where.latitude_deg,
            longitude_deg=self._where.longitude_deg,
            coverage_fraction=np.minimum(tally.covered_s / duration_s, 1.0),
            in_view_mean=tally.in_view_s / duration_s,
            in_view_min=np.minimum(tally.in_view_min, tally.in_view_max),
            in_view_max=tally.in_view_max.copy(),
            longest_gap_s=np.maximum(tally.longest_s, rest_s),
            longest_gap_cut=np.where(rest_s > tally.longest_s, True, tally.longest_cut),
            revisit_mean_s=revisit_s,
            response_time_mean_s=(tally.gaps_s2 + rest_s**2) / (2 * duration_s),
            gaps=tally.gaps.copy(),
            passes_per_day=passes_per_day,
            latitude_min_deg=self._where.latitude_min_deg,
            latitude_max_deg=self._where.latitude_max_deg,
            longitude_min_deg=self._where.longitude_min_deg,
            longitude_max_deg=self._where.longitude_max_deg,
        )


def start(scenario: Scenario, fleet: Fleet) -> CoverageState:
    """Lay out the cells and sites that the scenario wants measured.

    Parameters
    ----------
    scenario : Scenario
        Its `coverage` says where and by whom; it must be set.
    fleet : Fleet
        Every platform of the scenario.

    Returns
    -------
    CoverageState
        Empty; add the run's blocks in order of time.
    """
    wanted = scenario.settings(Asked)
    assert wanted is not None
    covering, measured = _rows(fleet, wanted.platforms), _rows(fleet, wanted.sites)
    assert np.all(fleet.site[measured] >= 0)  # the scenario has seen to it

    grid = cells(wanted.cells, wanted.latitude_min_deg, wanted.latitude_max_deg)
    sites = fleet.site[measured]
    where = _with_sites(grid, fleet.sites.position_m[sites])
    height_m = np.zeros(wanted.cells)
    ground_m = ellipsoid.to_ecef(grid.latitude_deg, grid.longitude_deg, height_m)
    position_m = np.concatenate([ground_m, fleet.sites.position_m[sites]])
    vertical = ellipsoid.up(grid.latitude_deg, grid.longitude_deg)
    up = np.concatenate([vertical, fleet.sites.up[sites]])
    names = ("",) * wanted.cells + tuple(fleet.names[row] for row in measured)
    standing = covering[fleet.site[covering] >= 0]
    standing_m = fleet.sites.position_m[fleet.site[standing]]
    return CoverageState(
        names,
        where,
        position_m,
        up,
        fleet.mover[covering[fleet.mover[covering] >= 0]],
        _standing_in_view(standing_m, position_m, up, wanted.elevation_min_deg),
        wanted.elevation_min_deg,
    )


def _pairs(places: int, movers: NDArray[np.int32]) -> Iterator[PairRows]:
    """Yield lists of all pairs; each holds few movers, whose tracks then stay in cache."""
    together = max(1, PAIRS_A_LIST // places)
    for first in range(0, len(movers), together):
        some = movers[first : first + together]
        rows = np.tile(np.arange(places, dtype=np.int32), len(some))
        yield rows, np.repeat(some, places)


def _rows(fleet: Fleet, groups: Sequence[str]) -> NDArray[np.int64]:
    """Return the rows of the platforms of some groups."""
    wanted = [number for number, name in enumerate(fleet.groups) if name in groups]
    return np.flatnonzero(np.isin(fleet.group, wanted))


def _with_sites(grid: Cells, position_m: Floats) -> Cells:
    """Append sites, which have no bounds, to cells."""
    latitude_deg, longitude_deg, _ = ellipsoid.to_geodetic(position_m)
    unbounded = np.full(len(position_m), np.nan)
    return Cells(
        np.concatenate([grid.latitude_deg, latitude_deg]),
        np.concatenate([grid.longitude_deg, longitude_deg]),
        *(
            np.concatenate([bound, unbounded])
            for bound in (
                grid.latitude_min_deg,
                grid.latitude_max_deg,
                grid.longitude_min_deg,
                grid.longitude_max_deg,
            )
        ),
    )


def _standing_in_view(
    standing_m: Floats, position_m: Floats, up: Floats, elevation_min_deg: float
) -> NDArray[np.int32]:
    """Count the standing platforms above every place's least elevation; itself not among them."""
    count = np.zeros(len(position_m), np.int32)
    for each_m in standing_m:
        sight_m = each_m - position_m
        range_m = np.linalg.norm(sight_m, axis=1)
        rise_m = np.sum(sight_m * up, axis=1)
        count += (range_m > 0) & (rise_m >= range_m * np.sin(np.radians(elevation_min_deg)))
    return count


class _Tally(NamedTuple):
    """What a block hands on to the next, one entry a place."""

    gap_since_s: Floats  # end of the last coverage, or the run's start
    gap_whole: NDArray[np.bool_]  # the open gap began with the end of a coverage
    covered_s: Floats
    in_view_s: Floats  # platforms x seconds
    in_view_min: NDArray[np.int32]
    in_view_max: NDArray[np.int32]
    longest_s: Floats
    longest_cut: NDArray[np.bool_]
    gaps: NDArray[np.int64]
    gaps_s: Floats  # sum over whole gaps
    gaps_s2: Floats  # sum of squares over all gaps
    passes: NDArray[np.int64]


def _tally(always: NDArray[np.int32], start_s: float) -> _Tally:
    """Return an empty tally; platforms that stand have begun their only pass."""
    count = len(always)
    return _Tally(
        gap_since_s=np.full(count, start_s),
        gap_whole=np.zeros(count, bool),
        covered_s=np.zeros(count),
        in_view_s=np.zeros(count),
        in_view_min=np.full(count, np.iinfo(np.int32).max, np.int32),
        in_view_max=np.zeros(count, np.int32),
        longest_s=np.zeros(count),
        longest_cut=np.zeros(count, bool),
        gaps=np.zeros(count, np.int64),
        gaps_s=np.zeros(count),
        gaps_s2=np.zeros(count),
        passes=always.astype(np.int64),
    )


def _in_order(place: NDArray[np.int32], time_s: Floats, start_s: float, end_s: float) -> Floats:
    """Sort times by place, then time: one sort of plain numbers, place * span + time."""
    span_s = end_s - start_s + 1.0
    keys = np.sort(place * span_s + (time_s - start_s))
    return keys - np.sort(place) * span_s + start_s


@making
def _sweep(
    tally: _Tally,
    first: int,
    bounds: NDArray[np.int64],
    rise_s: Floats,
    set_s: Floats,
    always: NDArray[np.int32],
    start_s: float,
    end_s: float,
) -> None:
    """Walk through the edges of every place's windows in a block and add to the tally.

    `rise_s` and `set_s` are each sorted within a place (they need not match pairwise: only how
    many are open counts); place `first + i` owns `bounds[i]` to `bounds[i + 1]`.
    """
    for i in range(len(bounds) - 1):
        place = first + i
        rise, fall, stop = bounds[i], bounds[i], bounds[i + 1]
        count = always[place]
        before_s = start_s
        while True:
            if rise < stop and rise_s[rise] <= set_s[fall]:
                now_s, change = rise_s[rise], 1
                rise += 1
            elif fall < stop:
                now_s, change = set_s[fall], -1
                fall += 1
            else:
                now_s, change = end_s, 0
            lasted_s = now_s - before_s
            if lasted_s > INSTANT_S:
                tally.in_view_min[place] = min(tally.in_view_min[place], count)
                tally.in_view_max[place] = max(tally.in_view_max[place], count)
            tally.in_view_s[place] += count * lasted_s
            if count > 0:
                tally.covered_s[place] += lasted_s
                tally.gap_since_s[place] = now_s
                tally.gap_whole[place] = True
            elif change == 1:
                _close_gap(tally, place, now_s)
            if change == 0:
                break
            count += change
            before_s = now_s


@making
def _close_gap(tally: _Tally, place: int, now_s: float) -> None:
    """End the open gap of a place with the start of a coverage."""
    gap_s = now_s - tally.gap_since_s[place]
    if gap_s <= INSTANT_S:
        return
    whole = tally.gap_whole[place]
    tally.gaps_s2[place] += gap_s * gap_s
    if whole:
        tally.gaps[place] += 1
        tally.gaps_s[place] += gap_s
    if gap_s > tally.longest_s[place]:
        tally.longest_s[place] = gap_s
        tally.longest_cut[place] = not whole
