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
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from skyweft.contacts.servers.cells import (
    RANGE_MOST_M,
    ROUNDING,
    Cell,
    Crowd,
    Floats,
    Grid,
    Ints,
    Lists,
    Near,
    Rule,
    Singles,
    bound,
    farthest,
    gather,
    grid,
    inlined,
    room,
    sort_out,
)
from skyweft.contacts.servers.simd import NOT_SEEN, WIDTH, in_view, kth, lowest, reaching, score
from skyweft.kernels import kernel

FACE = 56  # cells along each side of a cube around the Earth: below 180 km on the ground
USERS_AT_ONCE = 16_384
BESIDE = 8  # satellites compared at once

Triple = tuple[np.float32, np.float32, np.float32]


@dataclass(frozen=True, slots=True)
class Satellites:
    """N satellites at an instant."""

    position_m: Floats  # (N, 3) ITRS; NaN for those that are not there
    # (N,) Equal numbers are at about the same height; all are without it. Only decides how fast.
    shell: ArrayLike | None = None


@dataclass(frozen=True, slots=True)
class Users:
    """M users at an instant."""

    position_m: Floats  # (M, 3) ITRS; NaN for those that are not there
    up: Floats  # (M, 3) unit vectors along the local vertical
    # () or (M,) Least elevation above the user's horizon; the Earth hides nothing else. [deg]
    elevation_min_deg: ArrayLike


@dataclass(frozen=True, slots=True)
class InView:
    """What M users see of N satellites."""

    satellite: Ints  # (M, k) best first, -1 where there are fewer
    count: Ints  # (M,) how many are in view


class _Members(NamedTuple):
    """Users cell by cell; those that are not there are left out."""

    user: Ints
    first: Ints  # where each cell begins


class _User(NamedTuple):
    """A user of a cell, relative to its centre: as `simd.in_view` wants it, and which it is."""

    place: Triple
    up: Triple
    limits: Triple  # sine of the mask, greatest range, rounding to reckon with
    number: int  # in the cell


class _Scores(NamedTuple):
    """How good the rivals are for a user, and those that may be best."""

    most: Singles
    least: Singles
    key: Floats
    row: Ints


class _Desk(NamedTuple):
    """What a thread writes on."""

    users: Crowd  # of the cell at hand
    cell: Cell
    lists: Lists
    scores: _Scores
    held: Singles  # (k,)


class _Answers(NamedTuple):
    """An `InView` while it is written."""

    satellite: Ints
    in_view: Ints


def best_servers(
    satellites: Satellites,
    users: Users,
    k: int,
    rule: Literal["highest", "nearest"] = "highest",
    range_max_m: float = np.inf,
    executor: Executor | None = None,
) -> InView:
    """Return the best k satellites in view of every user, and how many are in view.

    Parameters
    ----------
    satellites : Satellites
        Who may serve.
    users : Users
        Whom.
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
    everybody = _checked(satellites, users, k, rule)
    if executor is None:
        with ThreadPoolExecutor(os.cpu_count()) as threads:
            return best_servers(satellites, users, k, rule, range_max_m, threads)
    count = len(satellites.position_m)
    shell = np.zeros(count, np.int32) if satellites.shell is None else satellites.shell
    space = grid(satellites.position_m, np.asarray(shell))
    members = _by_cell(everybody.place_m)
    many = len(everybody.place_m)
    found = _Answers(np.full((many, k), -1, np.int32), np.zeros(many, np.int32))
    most = int(np.diff(members.first).max(initial=0))
    wanted = Rule(float(range_max_m), rule == "nearest")

    def some(cells: tuple[int, int]) -> None:
        desk = _desk(most, count + WIDTH, k)
        _cells(*cells, members, space, everybody, wanted, desk, found)

    cuts = np.unique(np.searchsorted(members.first, np.arange(0, members.first[-1], USERS_AT_ONCE)))
    for _ in executor.map(some, pairwise([*cuts.tolist(), len(members.first) - 1])):
        pass
    return InView(*found)


def _desk(users: int, satellites: int, k: int) -> _Desk:
    """Return room for so many users of a cell, and satellites near it."""
    return _Desk(
        Crowd(np.empty((users, 3)), np.empty((users, 3)), np.empty(users), np.empty(users)),
        Cell(np.empty(3), np.empty(3)),
        room(satellites),
        _Scores(
            np.empty(satellites, np.float32),
            np.empty(satellites, np.float32),
            np.empty(satellites),
            np.empty(satellites, np.int32),
        ),
        np.empty(k, np.float32),
    )


def _checked(satellites: Satellites, users: Users, k: int, rule: str) -> Crowd:
    """Return the users as the kernels want them, or raise ValueError."""
    satellite_m, shell = satellites.position_m, satellites.shell
    user_m, up, elevation_min_deg = users.position_m, users.up, users.elevation_min_deg
    if rule not in ("highest", "nearest"):
        raise ValueError(f'rule must be "highest" or "nearest", got {rule!r}')
    if k < 1:
        raise ValueError(f"k must be at least 1, got {k}")
    for name, array in (("satellites", satellite_m), ("users", user_m)):
        if array.ndim != 2 or array.shape[1] != 3:
            raise ValueError(f"position_m of {name} must have shape (., 3), got {array.shape}")
    if shell is not None and np.shape(shell) != satellite_m.shape[:1]:
        raise ValueError(f"shell must have shape {satellite_m.shape[:1]}, got {np.shape(shell)}")
    if up.shape != user_m.shape:
        raise ValueError(f"up must have shape {user_m.shape}, got {up.shape}")
    if np.shape(elevation_min_deg) not in ((), user_m.shape[:1]):
        given = np.shape(elevation_min_deg)
        raise ValueError(f"elevation_min_deg must have shape () or (M,), got {given}")
    if not np.all(np.abs(elevation_min_deg) <= 90):
        raise ValueError("elevation_min_deg must be -90 to 90")
    mask = np.radians(np.asarray(elevation_min_deg, np.float64))
    places = np.ascontiguousarray(user_m, np.float64)
    angle, sine = (np.broadcast_to(limit, len(user_m)).copy() for limit in (mask, np.sin(mask)))
    return Crowd(places, np.ascontiguousarray(up, np.float64), angle, sine)


def _by_cell(user_m: Floats) -> _Members:
    """Return users cell by cell."""
    cell, count = np.empty(len(user_m), np.int32), np.zeros(6 * FACE**2 + 1, np.int32)
    _count(user_m, cell, count)
    first = np.cumsum(count, dtype=np.int32)
    order = np.empty(first[-1], np.int32)
    _deal(cell, first[:-1].copy(), order)
    return _Members(order, first)


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
def _exactly(satellite_m: Floats, i: int, users: Crowd, u: int, rule: Rule) -> tuple[bool, float]:
    """Return whether a satellite is in view of a user, and how good it is."""
    place, up, _, sine = users
    dx, dy, dz = (
        satellite_m[i, 0] - place[u, 0],
        satellite_m[i, 1] - place[u, 1],
        satellite_m[i, 2] - place[u, 2],
    )
    length = np.sqrt(dx * dx + dy * dy + dz * dz)
    rise = dx * up[u, 0] + dy * up[u, 1] + dz * up[u, 2]
    seen = length > 0.0 and rise >= sine[u] * length and length <= rule.range_max_m
    return seen, -length if rule.nearest else rise / length


@inlined
def _take(members: Ints, everybody: Crowd, here: Crowd) -> int:
    """Put a cell's users side by side; return how many."""
    place, up, mask, sine = everybody
    for m in range(len(members)):
        u = members[m]
        for axis in range(3):
            here.place_m[m, axis], here.up[m, axis] = place[u, axis], up[u, axis]
        here.mask_rad[m], here.mask_sine[m] = mask[u], sine[u]
    return len(members)


@inlined
def _how_many(edge: Near, size: int, user: _User, space: Grid, users: Crowd, rule: Rule) -> int:
    """Return how many of the satellites that not all of a cell see are in view of a user."""
    sure, most = in_view(edge, size, user)
    if sure == most:
        return sure
    count = 0
    for i in range(size):
        count += (
            edge.x[i] < RANGE_MOST_M
            and _exactly(space.place_m, edge.place[i], users, user.number, rule)[0]
        )
    return count


@inlined
def _choose(
    rivals: Near,
    size: int,
    user: _User,
    space: Grid,
    users: Crowd,
    rule: Rule,
    scores: _Scores,
    best: Ints,
) -> None:
    """Write a user's best, which are -1 before."""
    most, least, keys, rows = scores
    place, k, u = rivals.place, len(best), user.number
    if score(rivals, size, user, rule.nearest, most, least) > 0:
        for i in range(size):
            if most[i] > NOT_SEEN and not _exactly(space.place_m, place[i], users, u, rule)[0]:
                most[i] = least[i] = np.float32(NOT_SEEN)
    bar = kth(least, size, k) if k <= WIDTH else np.float32(NOT_SEEN / 2)
    count = 0
    for start in range(0, size, WIDTH):
        bits = reaching(most, start, bar)
        while bits != 0:
            at = place[start + lowest(bits)]
            bits &= bits - 1
            keys[count] = _exactly(space.place_m, at, users, u, rule)[1]
            rows[count] = space.row[at]
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
    cells: _Members,
    space: Grid,
    everybody: Crowd,
    rule: Rule,
    desk: _Desk,
    answers: _Answers,
) -> None:
    """Answer the users of a range of cells."""
    users, cell, lists, scores, held = desk
    place, up, _, sine = users
    centre, far_m = cell.centre, np.float32(min(rule.range_max_m, RANGE_MOST_M))
    for number in range(low, high):
        members = cells.user[cells.first[number] : cells.first[number + 1]]
        if len(members) == 0:
            continue
        _point(number, cell.direction)
        taken = _take(members, everybody, users)
        size, spread = gather(taken, space, users, rule.range_max_m, lists.near, cell)
        doubt = np.float32(ROUNDING * (farthest(lists.near, size) + spread.wide_m))
        bound(lists.near, size, cell.direction, spread, rule, doubt, lists.bounds)
        seen, edges, rivalry = sort_out(lists, size, held)
        for u in range(taken):
            user = _User(
                (
                    np.float32(place[u, 0] - centre[0]),
                    np.float32(place[u, 1] - centre[1]),
                    np.float32(place[u, 2] - centre[2]),
                ),
                (np.float32(up[u, 0]), np.float32(up[u, 1]), np.float32(up[u, 2])),
                (np.float32(sine[u]), far_m, doubt),
                u,
            )
            seen_here = _how_many(lists.edge, edges, user, space, users, rule)
            answers.in_view[members[u]] = seen + seen_here
            best = answers.satellite[members[u]]
            _choose(lists.rivals, rivalry, user, space, users, rule, scores, best)
