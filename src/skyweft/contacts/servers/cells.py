"""What the users of one small cell of ground may see, for all of them together.

Satellites lie in a grid of latitude and longitude, one for each shell; those in a cap around the
cell are listed relative to its centre, in single precision. How far the cell's users are from the
centre, and their verticals from its, bounds what each of them can see: most satellites are in view
of all of them, and only a few can be among the best of any.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skyweft.contacts.servers.simd import WIDTH
from skyweft.kernels import compiled, kernel

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Ints = NDArray[np.int32]

ROWS, COLUMNS = 90, 180
CELL_RAD = np.pi / ROWS
# Beyond this angle from a cell the whole shell is looked at: the cap's outline is no simple one.
WIDE_RAD = 1.5
# A bound on all rounding in single precision, per metre of the greatest distances at hand: nearly
# twice what coordinates, differences, products with the vertical and a root can add up to.
ROUNDING = 2.0**-20
# Not a number means an absent platform, and those are left out before.
loose = compiled(fastmath={"contract", "nnan", "ninf", "nsz", "arcp"}, _nrt=False)
# What every user goes through: a call with these arrays costs as much as the work.
inlined = compiled(forceinline=True, _nrt=False)

# Lists are filled up with satellites that are too far for any range.
FAR_M, RANGE_MOST_M = np.float32(1e16), 1e15
HIDDEN, EDGE, SEEN = np.int8(0), np.int8(1), np.int8(2)  # by none, some or all of a cell's users


class Crowd(NamedTuple):
    """Users: all of them, or room for those of a cell."""

    place_m: Floats  # (M, 3)
    up: Floats  # (M, 3) verticals
    mask_rad: Floats  # (M,)
    mask_sine: Floats  # (M,)


class Grid(NamedTuple):
    """N satellites sorted by shell and cell."""

    place_m: Floats  # (N, 3)
    row: Ints  # (N,) which satellite it is
    first: Ints  # (S, cells + 1) where each cell of each shell begins
    radius_m: Floats  # (S, 2) a shell's least and greatest distance from the Earth's centre


class Near(NamedTuple):
    """A list of satellites, relative to the centre of a cell; room for all there are."""

    x: Singles
    y: Singles
    z: Singles
    place: Ints  # in the grid


class Bounds(NamedTuple):
    """What of each satellite near a cell is true for any of its users."""

    least: Singles  # how good it is at least
    most: Singles
    sight: NDArray[np.int8]  # HIDDEN, EDGE or SEEN


class Lists(NamedTuple):
    """The satellites near a cell."""

    near: Near  # all that one of its users may see
    bounds: Bounds  # of those
    edge: Near  # those that only some see
    rivals: Near  # those that may be among the best of one


class Cell(NamedTuple):
    """Where a cell is; written anew for each."""

    direction: Floats  # (3,) of its middle from the Earth's centre, a unit vector
    centre: Floats  # (3,) below its lowest user


class Spread(NamedTuple):
    """How far a cell's users are from its centre at most, and verticals from its direction."""

    wide_m: float
    high_m: float  # along the direction
    tilt: float
    slant: float  # along the direction
    sine_least: float  # of the masks
    sine_most: float


class Rule(NamedTuple):
    """Who is in view, and who is best."""

    range_max_m: float
    nearest: bool  # or highest


def _cell(position_m: Floats) -> tuple[NDArray[np.int64], Floats]:
    """Return the cell of each position, and its distance from the Earth's centre."""
    radius_m = np.sqrt(np.einsum("ij,ij->i", position_m, position_m))
    with np.errstate(invalid="ignore", divide="ignore"):
        latitude = np.arcsin(np.clip(position_m[:, 2] / radius_m, -1, 1))
    longitude = np.arctan2(position_m[:, 1], position_m[:, 0])
    known = np.isfinite(latitude + longitude)
    row = np.where(known, (latitude + np.pi / 2) / CELL_RAD, 0).astype(np.int64)
    column = np.where(known, (longitude + np.pi) / CELL_RAD, 0).astype(np.int64)
    cell = np.minimum(row, ROWS - 1) * COLUMNS + np.minimum(column, COLUMNS - 1)
    return np.where(known, cell, -1), radius_m


def grid(satellite_m: Floats, shell: Ints) -> Grid:
    """Sort satellites by shell and cell; those that are not there are left out."""
    cell, radius_m = _cell(satellite_m)
    there = np.flatnonzero(cell >= 0)
    labels, number = np.unique(np.asarray(shell)[there], return_inverse=True)
    size = ROWS * COLUMNS
    key = number * size + cell[there]
    order = np.argsort(key, kind="stable")
    starts = np.searchsorted(key[order], np.arange(len(labels) * size + 1)).astype(np.int32)
    first = starts[np.arange(len(labels))[:, None] * size + np.arange(size + 1)]
    heights = [radius_m[there[number == s]] for s in range(len(labels))]
    span = np.array([(some.min(), some.max()) for some in heights], np.float64).reshape(-1, 2)
    rows = there[order]
    place_m = np.ascontiguousarray(satellite_m[rows], np.float64)
    return Grid(place_m, rows.astype(np.int32), first, span)


@kernel
def _half_width(row: int, latitude: float, cap: float) -> float:
    """Return how far in longitude a cap reaches from its centre anywhere in a row of cells."""
    low = row * CELL_RAD - np.pi / 2
    # The cap's outline touches a meridian at this latitude, and is narrower above and below.
    widest = np.arcsin(min(1.0, max(-1.0, np.sin(latitude) / np.cos(cap))))
    at = min(max(widest, low), low + CELL_RAD)
    level = np.cos(latitude) * np.cos(at)
    if level < 1e-9:
        return np.pi
    cosine = (np.cos(cap) - np.sin(latitude) * np.sin(at)) / level
    return np.arccos(min(1.0, max(-1.0, cosine)))


@inlined
def _sift(
    start: int, stop: int, grid: Grid, centre: Floats, least: float, near: Near, size: int
) -> int:
    """Add satellites of a run of cells that lie in a cap; return how many there are now."""
    satellite_m = grid.place_m
    x, y, z, place = near
    for i in range(start, stop):
        sx, sy, sz = satellite_m[i, 0], satellite_m[i, 1], satellite_m[i, 2]
        x[size], y[size] = sx - centre[0], sy - centre[1]
        z[size], place[size] = sz - centre[2], i
        # Written in any case and counted if true: what cannot be foretold is no branch.
        size += sx * centre[0] + sy * centre[1] + sz * centre[2] >= least
    return size


@kernel
def _cap(s: int, cap: float, grid: Grid, cell: Cell, near: Near, size: int) -> int:
    """Add satellites of a shell less than an angle from a cell's centre; return how many now."""
    first, radius_m = grid.first[s], grid.radius_m
    direction, centre = cell
    if cap > WIDE_RAD:
        return _sift(first[0], first[-1], grid, centre, -np.inf, near, size)
    square = centre[0] ** 2 + centre[1] ** 2 + centre[2] ** 2
    least = np.cos(cap) * radius_m[s, 0] * np.sqrt(square)
    latitude = np.arcsin(min(1.0, max(-1.0, direction[2])))
    column = (np.arctan2(direction[1], direction[0]) + np.pi) / CELL_RAD
    bottom = max(0, int(np.floor((latitude - cap + np.pi / 2) / CELL_RAD)))
    top = min(ROWS - 1, int(np.floor((latitude + cap + np.pi / 2) / CELL_RAD)))
    for r in range(bottom, top + 1):
        width = _half_width(r, latitude, cap) / CELL_RAD
        west, east = int(np.floor(column - width)), int(np.floor(column + width))
        start = r * COLUMNS
        if east - west + 1 >= COLUMNS:
            west, east = 0, COLUMNS - 1
        if west < 0:
            size = _sift(
                first[start + west + COLUMNS],
                first[start + COLUMNS],
                grid,
                centre,
                least,
                near,
                size,
            )
        if east >= COLUMNS:
            size = _sift(
                first[start], first[start + east - COLUMNS + 1], grid, centre, least, near, size
            )
        size = _sift(
            first[start + max(west, 0)],
            first[start + min(east, COLUMNS - 1) + 1],
            grid,
            centre,
            least,
            near,
            size,
        )
    return size


@kernel
def _angle(
    lowest_m: float, mask: float, least_m: float, most_m: float, range_max_m: float
) -> float:
    """Return the greatest central angle at which a satellite of a shell may be seen; -1 for none.

    It falls with the user's height and mask and rises with the satellite's, so extremes bound all.
    """
    if mask <= -np.pi / 2:
        return np.pi
    cosine = lowest_m * np.cos(mask) / most_m
    if cosine > 1.0:
        return -1.0
    angle = np.arccos(cosine) - mask
    half_chord = 0.5 * range_max_m / min(lowest_m, least_m)
    return min(angle, 2.0 * np.arcsin(half_chord)) if half_chord < 1.0 else angle


@kernel
def gather(
    count: int, grid: Grid, users: Crowd, range_max_m: float, near: Near, cell: Cell
) -> tuple[int, Spread]:
    """List all satellites that one of the first `count` users may see; return how many.

    Of the cell the direction is given, the centre is written. Returns how its users differ, too.
    """
    direction, centre = cell
    place, up, mask, sine = users
    lowest, aside, lean, mask_least = np.inf, 1.0, 1.0, np.inf
    tilt = slant = 0.0
    sine_least, sine_most = 1.0, -1.0
    for u in range(count):
        radius = np.sqrt(place[u, 0] ** 2 + place[u, 1] ** 2 + place[u, 2] ** 2)
        onto = along = off = upright = 0.0
        for axis in range(3):
            onto += place[u, axis] * direction[axis]
            along += place[u, axis] * up[u, axis]
            upright += (up[u, axis] - direction[axis]) * direction[axis]
            off += (up[u, axis] - direction[axis]) ** 2
        lowest, mask_least = min(lowest, radius), min(mask_least, mask[u])
        aside, lean = min(aside, onto / radius), min(lean, along / radius)
        tilt, slant = max(tilt, off), max(slant, abs(upright))
        sine_least, sine_most = min(sine_least, sine[u]), max(sine_most, sine[u])
    for axis in range(3):
        centre[axis] = direction[axis] * lowest
    wide = high = 0.0
    for u in range(count):
        x, y, z = place[u, 0] - centre[0], place[u, 1] - centre[1], place[u, 2] - centre[2]
        wide = max(wide, x * x + y * y + z * z)
        high = max(high, abs(x * direction[0] + y * direction[1] + z * direction[2]))
    spread = np.arccos(max(-1.0, aside)) + 1e-6
    leans = np.arccos(max(-1.0, lean)) + 1e-7
    size = 0
    for s in range(len(grid.radius_m)):
        low_m, high_m = grid.radius_m[s, 0], grid.radius_m[s, 1]
        angle = _angle(lowest, mask_least - leans, low_m, high_m, range_max_m)
        if angle >= 0.0:
            size = _cap(s, angle + spread, grid, cell, near, size)
    return size, Spread(np.sqrt(wide), high, np.sqrt(tilt), slant, sine_least, sine_most)


@kernel
def farthest(near: Near, size: int) -> np.float32:
    """Return a distance from the centre that no satellite exceeds."""
    far = np.float32(0.0)
    for i in range(size):
        far = max(far, abs(near.x[i]), abs(near.y[i]), abs(near.z[i]))
    return np.float32(np.sqrt(3.0)) * far


@loose
def bound(
    near: Near,
    size: int,
    direction: Floats,
    spread: Spread,
    rule: Rule,
    doubt: np.float32,
    bounds: Bounds,
) -> None:
    """Write who sees each satellite, and how good it is at least and at most for any user.

    A user is at the centre plus d, its vertical the direction plus e. Of a satellite at s from the
    centre, `across` and `rise` along the direction, neither s d exceeds across |d| + rise d_up, nor
    s e the like: all of this follows.
    """
    x, y, z, _ = near
    least, most, sight = bounds
    nx, ny, nz = np.float32(direction[0]), np.float32(direction[1]), np.float32(direction[2])
    wide, high = np.float32(spread.wide_m), np.float32(spread.high_m)
    tilt, slant = np.float32(spread.tilt), np.float32(spread.slant)
    low, top = np.float32(spread.sine_least), np.float32(spread.sine_most)
    fixed = high + wide * tilt + doubt
    square, range_max = wide * wide, np.float32(min(rule.range_max_m, RANGE_MOST_M))
    for i in range(size):
        rise = x[i] * nx + y[i] * ny + z[i] * nz
        ax, ay, az = x[i] - rise * nx, y[i] - rise * ny, z[i] - rise * nz
        across2 = ax * ax + ay * ay + az * az
        across, length2 = np.sqrt(across2), across2 + rise * rise
        moved = np.float32(2.0) * (across * wide + abs(rise) * high)
        # A square millimetre, so that nothing is divided by zero.
        short = np.sqrt(max(length2 - moved, np.float32(1e-6)))
        short = max(short - doubt, np.float32(1e-3))
        long = np.sqrt(length2 + moved + square) + doubt
        leaning = across * tilt + abs(rise) * slant + fixed
        under, over = rise - leaning, rise + leaning
        all_in = min(under - top * (long if top >= 0 else short), range_max - long)
        any_in = min(over - low * (short if low >= 0 else long), range_max - short)
        sight[i] = SEEN if all_in > doubt else (EDGE if any_in >= -doubt else HIDDEN)
        worst = under / (long if under >= 0 else short) - np.float32(ROUNDING)
        best = over / (short if over >= 0 else long) + np.float32(ROUNDING)
        least[i] = -long if rule.nearest else worst
        most[i] = -short if rule.nearest else best


@kernel
def _kth(bounds: Bounds, size: int, held: Singles) -> np.float32:
    """Return a score that as many satellites as `held` is long reach for every user."""
    least, _, sight = bounds
    for place in range(len(held)):
        held[place] = -np.inf
    for i in range(size):
        if sight[i] == SEEN and least[i] > held[-1]:
            place = len(held) - 1
            while place > 0 and held[place - 1] < least[i]:
                held[place] = held[place - 1]
                place -= 1
            held[place] = least[i]
    return held[-1]


@inlined
def _put(near: Near, i: int, some: Near, count: int) -> None:
    some.x[count], some.y[count] = near.x[i], near.y[i]
    some.z[count], some.place[count] = near.z[i], near.place[i]


@inlined
def _filled(some: Near, count: int) -> int:
    """Fill a list up to a multiple of WIDTH; return how long it is then."""
    size = -(-count // WIDTH) * WIDTH
    for i in range(count, size):
        some.x[i], some.y[i], some.z[i], some.place[i] = FAR_M, FAR_M, FAR_M, 0
    return size


@kernel
def sort_out(lists: Lists, size: int, held: Singles) -> tuple[int, int, int]:
    """List satellites that only some users see, and those that may be among the best of one.

    `held` is as long as there are best. Returns how many are in view of all, and the lengths of the
    two lists, which are filled up.
    """
    near, bounds, edge, rivals = lists
    _, most, sight = bounds
    bar = _kth(bounds, size, held)
    seen = edges = rivalry = 0
    for i in range(size):
        _put(near, i, edge, edges)
        _put(near, i, rivals, rivalry)
        seen += sight[i] == SEEN
        edges += sight[i] == EDGE
        rivalry += (sight[i] != HIDDEN) & (most[i] >= bar)
    return seen, _filled(edge, edges), _filled(rivals, rivalry)


def room(size: int) -> Lists:
    """Return room for so many satellites near a cell."""
    bounds = Bounds(_singles(size), _singles(size), np.empty(size, np.int8))
    return Lists(_near(size), bounds, _near(size), _near(size))


def _near(size: int) -> Near:
    return Near(_singles(size), _singles(size), _singles(size), np.empty(size, np.int32))


def _singles(size: int) -> Singles:
    return np.empty(size, np.float32)
