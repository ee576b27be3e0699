"""Which satellites every user sees at one instant, for very many of both.

Users are taken by the small cell of ground they are in: `cells.py` says for all of a cell at once
which satellites each of them surely sees, and which few are to be looked at user by user. That is
done in single precision relative to the cell's centre; what it cannot tell apart is decided in
double precision, so the answer is that of testing every pair.
"""

import os
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from skyweft.contacts.servers.cells import (
    RANGE_MOST_M,
    ROUNDING,
    Floats,
    Grid,
    Ints,
    Near,
    Room,
    Singles,
    Site,
    Users,
    bound,
    farthest,
    gather,
    grid,
    inlined,
    kernel,
    room,
    sort_out,
)
from skyweft.contacts.servers.simd import NOT_SEEN, WIDTH, in_view, kth, lowest, reaching, score

FACE = 56  # cells along each side of a cube around the Earth: below 180 km on the ground
USERS_AT_ONCE = 16_384
BESIDE = 8  # satellites compared at once

Triple = tuple[np.float32, np.float32, np.float32]
User = tuple[Triple, Triple, Triple]  # place, vertical, and limits, as `simd.in_view` wants them
# Scores at best and worst; how good those above the bar are, and their rows.
Work = tuple[Singles, Singles, Floats, Ints]


@dataclass(frozen=True, slots=True)
class InView:
    """What M users see of N satellites."""

    satellite: Ints  # (M, k) best first, -1 where there are fewer
    count: Ints  # (M,) how many are in view


def best_servers(
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
            return best_servers(
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
    space = grid(satellite_position_m, shell)
    order, first = _by_cell(users[0])
    found = InView(
        np.full((len(user_position_m), k), -1, np.int32), np.zeros(len(user_position_m), np.int32)
    )

    most = int(np.diff(first).max(initial=0))

    def some(cells: tuple[int, int]) -> None:
        limits, size = (float(range_max_m), rule == "nearest"), len(satellite_position_m) + WIDTH
        here = np.empty((most, 3)), np.empty((most, 3)), np.empty(most), np.empty(most)
        site = np.empty(3), np.empty(3), np.empty(6)
        work = *np.empty((2, size), np.float32), np.empty(size), np.empty(size, np.int32)
        known = order, first, space, users, limits, here, site, room(size), work
        _cells(*cells, *known, np.empty(k, np.float32), found.satellite, found.count)

    cuts = np.unique(np.searchsorted(first, np.arange(0, first[-1], USERS_AT_ONCE)))
    for _ in executor.map(some, pairwise([*cuts.tolist(), len(first) - 1])):
        pass
    return found


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
    mask = np.radians(np.asarray(elevation_min_deg, np.float64))
    places = np.ascontiguousarray(user_m, np.float64)
    limits = [np.broadcast_to(each, len(user_m)).copy() for each in (mask, np.sin(mask))]
    return places, np.ascontiguousarray(up, np.float64), limits[0], limits[1]


def _by_cell(user_m: Floats) -> tuple[Ints, Ints]:
    """Return users cell by cell, and where each cell begins; users that are not there left out."""
    cell, count = np.empty(len(user_m), np.int32), np.zeros(6 * FACE**2 + 1, np.int32)
    _count(user_m, cell, count)
    first = np.cumsum(count, dtype=np.int32)
    order = np.empty(first[-1], np.int32)
    _deal(cell, first[:-1].copy(), order)
    return order, first


@kernel
def _count(user_m: Floats, cell: Ints, count: Ints) -> None:
    """Write the cell each user is seen in from the Earth's centre, and how many are in the last."""
    for u in range(len(user_m)):
        x, y, z = user_m[u]
        a, b, c = abs(x), abs(y), abs(z)
        axis = 0 if a >= b and a >= c else (1 if b >= c else 2)
        out, one, two = (x, y, z) if axis == 0 else ((y, z, x) if axis == 1 else (z, x, y))
        row, column = FACE * (one / abs(out) + 1) / 2, FACE * (two / abs(out) + 1) / 2
        cell[u] = -1
        if row + column >= 0:  # no numbers otherwise
            face = 2 * axis + (out > 0)
            cell[u] = (face * FACE + min(int(row), FACE - 1)) * FACE + min(int(column), FACE - 1)
            count[cell[u] + 1] += 1


@kernel
def _deal(cell: Ints, place: Ints, order: Ints) -> None:
    for u in range(len(cell)):
        if cell[u] >= 0:
            order[place[cell[u]]] = u
            place[cell[u]] += 1


@inlined
def _point(cell: int, direction: Floats) -> None:
    """Write a unit vector from the Earth's centre towards the middle of a cell."""
    face, row, column = cell // FACE**2, cell // FACE % FACE, cell % FACE
    axis = face // 2
    one, two = (2 * row + 1) / FACE - 1, (2 * column + 1) / FACE - 1
    length = np.sqrt(1 + one * one + two * two)
    direction[axis] = (1.0 if face % 2 else -1.0) / length
    direction[(axis + 1) % 3] = one / length
    direction[(axis + 2) % 3] = two / length


@inlined
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


@inlined
def _take(members: Ints, users: Users, here: Users) -> int:
    """Put a cell's users side by side; return how many."""
    place, up, mask, sine = users
    for m in range(len(members)):
        u = members[m]
        for axis in range(3):
            here[0][m, axis], here[1][m, axis] = place[u, axis], up[u, axis]
        here[2][m], here[3][m] = mask[u], sine[u]
    return len(members)


@inlined
def _how_many(
    edge: Near, size: int, user: User, space: Grid, users: Users, u: int, range_max_m: float
) -> int:
    """Return how many of the satellites that not all of a cell see are in view of a user."""
    sure, most = in_view(edge, size, user)
    if sure == most:
        return sure
    count = 0
    for i in range(size):
        count += (
            edge[0][i] < RANGE_MOST_M
            and _exactly(space[0], edge[3][i], users, u, range_max_m, True)[0]
        )
    return count


@inlined
def _choose(
    rivals: Near,
    size: int,
    user: User,
    space: Grid,
    users: Users,
    u: int,
    limits: tuple[float, bool],
    work: Work,
    best: Ints,
) -> None:
    """Write a user's best, which are -1 before."""
    most, least, keys, rows = work
    range_max_m, nearest = limits
    place, k = rivals[3], len(best)
    if score(rivals, size, user, nearest, most, least) > 0:
        for i in range(size):
            if (
                most[i] > NOT_SEEN
                and not _exactly(space[0], place[i], users, u, range_max_m, nearest)[0]
            ):
                most[i] = least[i] = np.float32(NOT_SEEN)
    bar = kth(least, size, k) if k <= WIDTH else np.float32(NOT_SEEN / 2)
    count = 0
    for start in range(0, size, WIDTH):
        bits = reaching(most, start, bar)
        while bits != 0:
            at = place[start + lowest(bits)]
            bits &= bits - 1
            keys[count] = _exactly(space[0], at, users, u, range_max_m, nearest)[1]
            rows[count] = space[1][at]
            count += 1
    for i in range(count, count + BESIDE):
        keys[i], rows[i] = -np.inf, 0
    # Counting who is better needs no branch that depends on the numbers.
    for i in range(count):
        key, row, before = keys[i], rows[i], 0
        for start in range(0, count, BESIDE):
            for j in range(start, start + BESIDE):
                before += (keys[j] > key) | ((keys[j] == key) & (rows[j] < row))
        if before < k:
            best[before] = row


@kernel
def _cells(
    low: int,
    high: int,
    order: Ints,
    first: Ints,
    space: Grid,
    everybody: Users,
    limits: tuple[float, bool],
    users: Users,
    site: Site,
    lists: Room,
    work: Work,
    held: Singles,
    satellite: Ints,
    count: Ints,
) -> None:
    """Answer the users of a range of cells."""
    place, up, _, sine = users
    range_max_m, nearest = limits
    near, least, most, sight, edge, rivals = lists
    centre, far_m = site[0], np.float32(min(range_max_m, RANGE_MOST_M))
    for cell in range(low, high):
        members = order[first[cell] : first[cell + 1]]
        if len(members) == 0:
            continue
        _point(cell, site[1])
        size = gather(_take(members, everybody, users), space, users, range_max_m, near, site)
        doubt = np.float32(ROUNDING * (farthest(near, size) + site[2][0]))
        bound(near, size, site, range_max_m, doubt, nearest, least, most, sight)
        seen, edges, rivalry = sort_out(lists, size, held)
        for u in range(len(members)):
            user = (
                (
                    np.float32(place[u, 0] - centre[0]),
                    np.float32(place[u, 1] - centre[1]),
                    np.float32(place[u, 2] - centre[2]),
                ),
                (np.float32(up[u, 0]), np.float32(up[u, 1]), np.float32(up[u, 2])),
                (np.float32(sine[u]), far_m, doubt),
            )
            seen_here = _how_many(edge, edges, user, space, users, u, range_max_m)
            count[members[u]] = seen + seen_here
            best = satellite[members[u]]
            _choose(rivals, rivalry, user, space, users, u, limits, work, best)
