"""Which satellites every user sees at one instant, for very many of both.

Satellites lie in a grid of latitude and longitude, one for each shell. Users are taken by the cell
of the ground they are in: those of a cell share one short list of satellites, sifted in single
precision relative to the cell's centre. What that cannot tell apart is decided in double precision,
so the answer is that of testing every pair.
"""

import os
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Ints = NDArray[np.int32]

ROWS, COLUMNS = 90, 180
CELL_RAD = np.pi / ROWS
# Beyond this angle from a cell the whole shell is looked at: the cap's outline is no simple one.
WIDE_RAD = 1.5
USERS_AT_ONCE = 16_384
# A bound on all rounding in single precision, per metre of the greatest distances at hand: nearly
# twice what coordinates, differences, products with the vertical and a root can add up to.
ROUNDING = 2.0**-20
NOT_SEEN = np.float32(-1e30)
WIDTH = 8  # satellites compared at once


@dataclass(frozen=True, slots=True)
class InView:
    """What M users see of N satellites."""

    satellite: Ints  # (M, k) best first, -1 where there are fewer
    count: Ints  # (M,) how many are in view


def best_in_view(
    satellite_position_m: Floats,
    shell: Ints,
    user_position_m: Floats,
    user_up: Floats,
    elevation_min_deg: ArrayLike,
    k: int,
    rule: Literal["highest", "nearest"] = "highest",
    range_max_m: float = np.inf,
    executor: Executor | None = None,
) -> InView:
    """Return the best k satellites in view of every user, and how many are in view.

    Parameters
    ----------
    satellite_position_m : (N, 3)
        ITRS; NaN for satellites that are not there. [m]
    shell : (N,)
        Which satellites are at about the same height: equal numbers. This only decides how fast.
    user_position_m, user_up : (M, 3)
        ITRS [m], NaN for users that are not there, and unit vectors along the local vertical.
    elevation_min_deg : () or (M,)
        Least elevation above the user's horizon; the Earth hides nothing else. [deg]
    k : int
        How many satellites at most, at least 1.
    rule : {"highest", "nearest"}
        Best is the highest elevation, or the shortest range. Of equals the first satellite.
    range_max_m : float
        Greatest range. [m]
    executor : Executor, optional
        Threads that share the users; the answer does not depend on them.

    Returns
    -------
    InView
        As a test of every pair in double precision has it.

    Raises
    ------
    ValueError
        Shapes that do not fit, an unknown rule, an elevation beyond 90 degrees, or k below 1.
    """
    users = _checked(
        satellite_position_m, shell, user_position_m, user_up, elevation_min_deg, k, rule
    )
    if executor is None:
        with ThreadPoolExecutor(os.cpu_count()) as threads:
            return best_in_view(
                satellite_position_m,
                shell,
                user_position_m,
                user_up,
                elevation_min_deg,
                k,
                rule,
                range_max_m,
                threads,
            )
    grid = _grid(satellite_position_m, shell)
    order, first = _by_cell(users[0])
    found = InView(np.full((len(order), k), -1, np.int32), np.zeros(len(order), np.int32))

    def some(cells: tuple[int, int]) -> None:
        limits = (float(range_max_m), rule == "nearest")
        _cells(*cells, order, first, grid, users, limits, found.satellite, found.count)

    cuts = np.unique(np.searchsorted(first, np.arange(0, first[-1], USERS_AT_ONCE)))
    for _ in executor.map(some, pairwise([*cuts.tolist(), len(first) - 1])):
        pass
    return found


Users = tuple[Floats, Floats, Floats, Floats]  # places, verticals, masks and their sines
Grid = tuple[Floats, Ints, Ints, Floats]  # what _grid returns
Near = tuple[Singles, Singles, Singles, Ints]  # satellites from a cell's centre, and their places


def _checked(
    satellite_m: Floats,
    shell: Ints,
    user_m: Floats,
    up: Floats,
    elevation_min_deg: ArrayLike,
    k: int,
    rule: str,
) -> Users:
    """Return the users as the kernels want them, or raise ValueError."""
    if rule not in ("highest", "nearest"):
        raise ValueError(f'rule must be "highest" or "nearest", got {rule!r}')
    if k < 1:
        raise ValueError(f"k must be at least 1, got {k}")
    for name, array in (("satellite", satellite_m), ("user", user_m)):
        if array.ndim != 2 or array.shape[1] != 3:
            raise ValueError(f"{name}_position_m must have shape (., 3), got {array.shape}")
    if np.shape(shell) != satellite_m.shape[:1]:
        raise ValueError(f"shell must have shape {satellite_m.shape[:1]}, got {np.shape(shell)}")
    if up.shape != user_m.shape:
        raise ValueError(f"user_up must have shape {user_m.shape}, got {up.shape}")
    if np.shape(elevation_min_deg) not in ((), user_m.shape[:1]):
        given = np.shape(elevation_min_deg)
        raise ValueError(f"elevation_min_deg must have shape () or (M,), got {given}")
    if not np.all(np.abs(elevation_min_deg) <= 90):
        raise ValueError("elevation_min_deg must be -90 to 90")
    mask = np.broadcast_to(np.radians(np.asarray(elevation_min_deg, np.float64)), len(user_m))
    places = np.ascontiguousarray(user_m, np.float64)
    return places, np.ascontiguousarray(up, np.float64), mask.copy(), np.sin(mask)


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


def _grid(satellite_m: Floats, shell: Ints) -> Grid:
    """Sort satellites by shell and cell.

    Returns places in that order (N', 3), their rows, where each cell of each shell begins
    (S, cells + 1) and each shell's least and greatest distance from the Earth's centre (S, 2).
    """
    cell, radius_m = _cell(satellite_m)
    there = np.flatnonzero(cell >= 0)
    labels, number = np.unique(np.asarray(shell)[there], return_inverse=True)
    size = ROWS * COLUMNS
    key = number * size + cell[there]
    order = np.argsort(key, kind="stable")
    starts = np.searchsorted(key[order], np.arange(len(labels) * size + 1)).astype(np.int32)
    first = starts[np.arange(len(labels))[:, None] * size + np.arange(size + 1)]
    heights = [radius_m[there[number == s]] for s in range(len(labels))]
    span = np.array([(each.min(), each.max()) for each in heights], np.float64).reshape(-1, 2)
    rows = there[order]
    return np.ascontiguousarray(satellite_m[rows], np.float64), rows.astype(np.int32), first, span


def _by_cell(user_m: Floats) -> tuple[Ints, Ints]:
    """Return users cell by cell, and where each cell begins; users that are not there left out."""
    cell, _ = _cell(user_m)
    order = np.argsort(cell.astype(np.int16), kind="stable").astype(np.int32)
    absent = int(np.count_nonzero(cell < 0))
    count = np.bincount(cell[cell >= 0], minlength=ROWS * COLUMNS)
    order_there = np.concatenate([order[absent:], order[:absent]])
    return order_there, np.concatenate([[0], np.cumsum(count)]).astype(np.int32)


@njit(cache=True, error_model="numpy", nogil=True)
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


@njit(cache=True, error_model="numpy", nogil=True)
def _sift(
    start: int, stop: int, grid: Grid, centre: Floats, least: float, near: Near, size: int
) -> int:
    """Add satellites of a run of cells that lie in a cap; return how many there are now."""
    satellite_m = grid[0]
    x, y, z, place = near
    for i in range(start, stop):
        sx, sy, sz = satellite_m[i, 0], satellite_m[i, 1], satellite_m[i, 2]
        if sx * centre[0] + sy * centre[1] + sz * centre[2] >= least:
            x[size], y[size] = sx - centre[0], sy - centre[1]
            z[size], place[size] = sz - centre[2], i
            size += 1
    return size


@njit(cache=True, error_model="numpy", nogil=True)
def _cap(
    s: int, row: int, column: int, cap: float, grid: Grid, centre: Floats, near: Near, size: int
) -> int:
    """Add satellites of a shell less than an angle from a cell's centre; return how many now."""
    first, span = grid[2][s], grid[3]
    if cap > WIDE_RAD:
        return _sift(first[0], first[-1], grid, centre, -np.inf, near, size)
    square = centre[0] ** 2 + centre[1] ** 2 + centre[2] ** 2
    least = np.cos(cap) * span[s, 0] * np.sqrt(square)
    latitude = (row + 0.5) * CELL_RAD - np.pi / 2
    bottom = max(0, int(np.floor((latitude - cap + np.pi / 2) / CELL_RAD)))
    top = min(ROWS - 1, int(np.floor((latitude + cap + np.pi / 2) / CELL_RAD)))
    for r in range(bottom, top + 1):
        width = _half_width(r, latitude, cap) / CELL_RAD
        west, east = int(np.floor(column + 0.5 - width)), int(np.floor(column + 0.5 + width))
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


@njit(cache=True, error_model="numpy", nogil=True)
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


@njit(cache=True, error_model="numpy", nogil=True)
def _gather(
    cell: int, members: Ints, grid: Grid, users: Users, range_max_m: float, near: Near
) -> tuple[int, Floats, float]:
    """List all satellites a user of a cell may see; return how many, the centre, the farthest."""
    place, up, mask, _ = users
    row, column = cell // COLUMNS, cell % COLUMNS
    latitude, longitude = (row + 0.5) * CELL_RAD - np.pi / 2, (column + 0.5) * CELL_RAD - np.pi
    level = np.cos(latitude)
    centre = np.array([level * np.cos(longitude), level * np.sin(longitude), np.sin(latitude)])
    lowest, aside, tilt, mask_least = np.inf, 1.0, 1.0, np.inf
    for u in members:
        radius = np.sqrt(place[u, 0] ** 2 + place[u, 1] ** 2 + place[u, 2] ** 2)
        onto = along = 0.0
        for axis in range(3):
            onto += place[u, axis] * centre[axis]
            along += place[u, axis] * up[u, axis]
        lowest, mask_least = min(lowest, radius), min(mask_least, mask[u])
        aside, tilt = min(aside, onto / radius), min(tilt, along / radius)
    centre *= lowest
    lean = np.arccos(max(-1.0, tilt)) + 1e-7
    spread = np.arccos(max(-1.0, aside)) + 1e-6
    size = 0
    for s in range(len(grid[3])):
        angle = _angle(lowest, mask_least - lean, grid[3][s, 0], grid[3][s, 1], range_max_m)
        if angle >= 0.0:
            size = _cap(s, row, column, angle + spread, grid, centre, near, size)
    far = np.float32(0.0)
    for i in range(size):
        far = max(far, abs(near[0][i]), abs(near[1][i]), abs(near[2][i]))
    return size, centre, np.sqrt(3.0) * far


@njit(
    cache=True,
    error_model="numpy",
    nogil=True,
    fastmath={"contract", "nnan", "ninf", "nsz", "arcp"},
)
def _score(
    near: Near,
    size: int,
    user: tuple[np.float32, np.float32, np.float32],
    up: tuple[np.float32, np.float32, np.float32],
    limits: tuple[np.float32, np.float32, np.float32],
    nearest: bool,
    scores: tuple[Singles, Singles, Singles],
) -> tuple[int, int]:
    """Write how good satellites are at best and at worst, and how far inside the limits they are.

    `limits` are the sine of the mask, the range, and the rounding to reckon with. Returns how many
    surely are in view, and how many may be.
    """
    most, least, clear = scores
    x, y, z, _ = near
    ux, uy, uz = user
    vx, vy, vz = up
    sine, range_max, rounding = limits
    sure = unsure = np.int32(0)
    for i in range(size):
        dx, dy, dz = x[i] - ux, y[i] - uy, z[i] - uz
        # A square millimetre, so that nothing is divided by zero.
        length = np.sqrt(dx * dx + dy * dy + dz * dz + np.float32(1e-6))
        rise = dx * vx + dy * vy + dz * vz
        inside = min(rise - sine * length, range_max - length)
        near_by = np.float32(1.0) / length
        good = -length if nearest else rise * near_by
        doubt = rounding if nearest else rounding * near_by
        most[i] = good + doubt if inside >= -rounding else NOT_SEEN
        least[i] = good - doubt if inside >= -rounding else NOT_SEEN
        clear[i] = inside
        sure += np.int32(inside > rounding)
        unsure += np.int32(inside >= -rounding)
    return int(sure), int(unsure - sure)


@njit(cache=True, error_model="numpy", nogil=True, fastmath={"nnan", "nsz"})
def _bar(least: Singles, size: int, k: int, highest: Singles) -> np.float32:
    """Return a score that at least k satellites reach at worst; `size` is a multiple of WIDTH.

    The highest of every WIDTH-th are different satellites, so the k-th of those will do.
    """
    if k > WIDTH:
        return np.float32(NOT_SEEN / 2)
    # Written out, so that they stay in registers.
    a = b = c = d = e = f = g = h = np.float32(NOT_SEEN / 2)
    for i in range(0, size, WIDTH):
        a, b = max(a, least[i]), max(b, least[i + 1])
        c, d = max(c, least[i + 2]), max(d, least[i + 3])
        e, f = max(e, least[i + 4]), max(f, least[i + 5])
        g, h = max(g, least[i + 6]), max(h, least[i + 7])
    highest[0], highest[1], highest[2], highest[3] = a, b, c, d
    highest[4], highest[5], highest[6], highest[7] = e, f, g, h
    for place in range(k):
        for lane in range(place + 1, WIDTH):
            high, low = highest[place], highest[lane]
            highest[place], highest[lane] = max(high, low), min(high, low)
    return highest[k - 1]


@njit(cache=True, error_model="numpy", nogil=True, fastmath={"nnan", "nsz"})
def _promising(most: Singles, size: int, bar: np.float32, chosen: Ints) -> int:
    """List satellites that may reach the bar; return how many. `size` is a multiple of WIDTH."""
    count = 0
    for start in range(0, size, WIDTH):
        one = max(most[start], most[start + 1], most[start + 2], most[start + 3])
        two = max(most[start + 4], most[start + 5], most[start + 6], most[start + 7])
        if max(one, two) >= bar:
            for i in range(start, start + WIDTH):
                if most[i] >= bar:
                    chosen[count] = i
                    count += 1
    return count


@njit(cache=True, error_model="numpy", nogil=True)
def _exactly(
    satellite_m: Floats, i: int, users: Users, u: int, range_max_m: float, nearest: bool
) -> tuple[bool, float]:
    """Return whether a satellite is in view of a user, and how good it is."""
    place, up, _, sine = users
    dx, dy, dz = (
        satellite_m[i, 0] - place[u, 0],
        satellite_m[i, 1] - place[u, 1],
        satellite_m[i, 2] - place[u, 2],
    )
    length = np.sqrt(dx * dx + dy * dy + dz * dz)
    rise = dx * up[u, 0] + dy * up[u, 1] + dz * up[u, 2]
    seen = length > 0.0 and rise >= sine[u] * length and length <= range_max_m
    return seen, -length if nearest else rise / length


@njit(cache=True, error_model="numpy", nogil=True)
def _insert(key: float, row: int, keys: Floats, best: Ints) -> None:
    """Put a satellite where it belongs among the best, if it does."""
    place = len(best)
    while place > 0 and (
        best[place - 1] < 0
        or key > keys[place - 1]
        or (key == keys[place - 1] and row < best[place - 1])
    ):
        place -= 1
    for i in range(len(best) - 1, place, -1):
        keys[i], best[i] = keys[i - 1], best[i - 1]
    if place < len(best):
        keys[place], best[place] = key, row


@njit(cache=True, error_model="numpy", nogil=True)
def _room(size: int) -> tuple[Any, Any]:
    """Return room for the satellites near a cell, and for their scores."""
    one = np.empty(size, np.float32)
    near = (one, np.empty_like(one), np.empty_like(one), np.empty(size, np.int32))
    score = np.empty(size + WIDTH, np.float32)
    return near, (score, np.empty_like(score), np.empty_like(score))


@njit(cache=True, error_model="numpy", nogil=True)
def _cells(
    low: int,
    high: int,
    order: Ints,
    first: Ints,
    grid: Grid,
    users: Users,
    limits: tuple[float, bool],
    satellite: Ints,
    count: Ints,
) -> None:
    """Answer the users of a range of cells."""
    satellite_m, rows = grid[0], grid[1]
    place, up, _, sine = users
    range_max_m, nearest = limits
    room = len(rows)
    near, scores = _room(room)
    chosen, highest = np.empty(room + WIDTH, np.int32), np.empty(WIDTH, np.float32)
    keys, best = np.empty(satellite.shape[1]), np.empty(satellite.shape[1], np.int32)
    far_m = np.float32(min(range_max_m, 1e15))
    for cell in range(low, high):
        members = order[first[cell] : first[cell + 1]]
        if len(members) == 0:
            continue
        size, centre, far = _gather(cell, members, grid, users, range_max_m, near)
        for u in members:
            x, y, z = place[u, 0] - centre[0], place[u, 1] - centre[1], place[u, 2] - centre[2]
            rounding = np.float32(ROUNDING * (far + np.sqrt(x * x + y * y + z * z)))
            sure, unsure = _score(
                near,
                size,
                (np.float32(x), np.float32(y), np.float32(z)),
                (np.float32(up[u, 0]), np.float32(up[u, 1]), np.float32(up[u, 2])),
                (np.float32(sine[u]), far_m, rounding),
                nearest,
                scores,
            )
            count[u] = sure
            for i in range(size if unsure > 0 else 0):
                if abs(scores[2][i]) <= rounding:
                    if _exactly(satellite_m, near[3][i], users, u, range_max_m, nearest)[0]:
                        count[u] += 1
                    else:
                        scores[0][i] = scores[1][i] = NOT_SEEN
            padded = -(-size // WIDTH) * WIDTH
            scores[0][size:padded] = scores[1][size:padded] = NOT_SEEN
            bar = _bar(scores[1], padded, len(keys), highest)
            keys[:], best[:] = -np.inf, -1
            for i in chosen[: _promising(scores[0], padded, bar, chosen)]:
                key = _exactly(satellite_m, near[3][i], users, u, range_max_m, nearest)[1]
                _insert(key, rows[near[3][i]], keys, best)
            satellite[u] = best
