"""When satellites are in the Earth's shadow.

Theory of operation
-------------------
Seen from a satellite, the Sun's centre is hidden while it is nearer to the Earth's centre than the
Earth's own angular radius. The shadow is so the cone whose tip is the Sun's centre: between umbra
and penumbra, where half of the disc is hidden. The Earth is a sphere of the equator's radius and
has no air, as in Skyfield's `is_sunlit`.

The angle left until the Sun touches the limb is looked at from knot to knot. Where its sign changes
within a step there is an edge; where it does not, but the angle turns round near nought, there may
be two. Between knots positions are cubic Hermite, and the Sun goes straight.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skyweft.fleet import Floats, Tracks
from skyweft.kernels import kernel, spliced
from skyweft.world.ellipsoid import SEMI_MAJOR_M

EDGE_S = 1e-3  # edges are found to that
HALVINGS = 40
REVOLUTION_S = 5_000.0  # the quickest there are take somewhat longer
SLOPE_S = 0.5


class Course(NamedTuple):
    """Knots (T,), where a satellite and the Sun are, (3, T) ITRS, and its velocity."""

    time_s: Floats
    position_m: Floats
    velocity_m_s: Floats
    sun_m: Floats


@spliced
def _clear(course: Course, k: int, part: float) -> float:
    """Return the angle from the Earth's limb to the Sun's centre, within step k. [rad]."""
    step_s = course.time_s[k + 1] - course.time_s[k]
    u, v = part, 1.0 - part
    a, b = v * v * (1.0 + 2.0 * u), u * u * (1.0 + 2.0 * v)
    c, d = step_s * u * v * v, -step_s * u * u * v
    far = near = along = 0.0
    for axis in range(3):
        x, w = course.position_m[axis], course.velocity_m_s[axis]
        here = a * x[k] + b * x[k + 1] + c * w[k] + d * w[k + 1]
        sun = v * course.sun_m[axis, k] + u * course.sun_m[axis, k + 1] - here
        far += sun * sun
        near += here * here
        along -= sun * here
    angle = np.arccos(min(max(along / np.sqrt(far * near), -1.0), 1.0))
    return angle - np.arcsin(min(1.0, SEMI_MAJOR_M / np.sqrt(near)))


@kernel
def _edge(course: Course, k: int, low: float, high: float) -> float:
    """Return where the sign changes between two parts of a step."""
    before = _clear(course, k, low) > 0.0
    step_s = course.time_s[k + 1] - course.time_s[k]
    for _ in range(HALVINGS):
        if (high - low) * step_s < EDGE_S:
            break
        middle = 0.5 * (low + high)
        if (_clear(course, k, middle) > 0.0) == before:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


@kernel
def _turn(course: Course, k: int) -> float:
    """Return where the angle turns round within a step; -1 where it does not."""
    tiny = SLOPE_S / (course.time_s[k + 1] - course.time_s[k])
    begin = _clear(course, k, tiny) > _clear(course, k, 0.0)
    if begin == (_clear(course, k, 1.0) > _clear(course, k, 1.0 - tiny)):
        return -1.0
    low, high = 0.0, 1.0 - tiny
    while high - low > tiny:
        middle = 0.5 * (low + high)
        if (_clear(course, k, middle + tiny) > _clear(course, k, middle)) == begin:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


@kernel
def _edges(course: Course, out: Floats) -> tuple[bool, int]:
    """Write one satellite's edges; return whether it begins in the light, and how many."""
    found = 0
    last = _clear(course, 0, 0.0)
    lit = last > 0.0
    for k in range(len(course.time_s) - 1):
        now = _clear(course, k, 1.0)
        step_s = course.time_s[k + 1] - course.time_s[k]
        if (now > 0.0) != (last > 0.0):
            if found < len(out):
                out[found] = course.time_s[k] + step_s * _edge(course, k, 0.0, 1.0)
            found += 1
        elif min(abs(now), abs(last)) < 2.0 * abs(now - last) or abs(now) < 1e-3:
            turn = _turn(course, k)
            if turn >= 0.0 and (_clear(course, k, turn) > 0.0) != (now > 0.0):
                if found + 1 < len(out):
                    out[found] = course.time_s[k] + step_s * _edge(course, k, 0.0, turn)
                    out[found + 1] = course.time_s[k] + step_s * _edge(course, k, turn, 1.0)
                found += 2
        last = now
    return lit, found


@kernel
def _fill(
    time_s: Floats,
    position_m: Floats,
    velocity_m_s: Floats,
    sun_m: Floats,
    out: tuple[Floats, NDArray[np.int64], NDArray[np.bool_]],
) -> None:
    edges, count, lit = out
    for p in range(len(count)):
        course = Course(time_s, position_m[p], velocity_m_s[p], sun_m)
        lit[p], count[p] = _edges(course, edges[p])


def eclipses(tracks: Tracks, sun_m: Floats) -> tuple[NDArray[np.int64], Floats, Floats]:
    """Return when satellites are in the Earth's shadow.

    Parameters
    ----------
    tracks : Tracks
        P satellites at T knots; one that is absent at a knot is in no shadow beside it.
    sun_m : (3, T)
        Where the Sun is at the knots, ITRS: `world.sun.sun_position`. [m]

    Returns
    -------
    satellite, start_s, end_s : (E,)
        Row of the tracks; by satellite, then time; cut at the first and last knot. Edges are within
        a millisecond of where this Sun has them; 0.02 degrees of the Sun are 0.3 s in a low orbit.

    References
    ----------
    The cone as in Skyfield's `is_sunlit`; for umbra and penumbra see O. Montenbruck and E. Gill,
    "Satellite Orbits", Springer, 2000, 3.4.2.
    """
    count = len(tracks.position_m)
    length_s = tracks.time_s[-1] - tracks.time_s[0]
    most = 8 + 4 * int(np.ceil(length_s / REVOLUTION_S))
    edges = np.empty((count, most))
    found, lit = np.empty(count, np.int64), np.empty(count, np.bool_)
    sun = np.ascontiguousarray(sun_m)
    _fill(tracks.time_s, tracks.position_m, tracks.velocity_m_s, sun, (edges, found, lit))
    assert found.max(initial=0) <= most
    rows: list[tuple[int, Floats]] = []
    for p in range(count):
        ends = edges[p, : found[p]]
        begun = ends if lit[p] else np.concatenate([tracks.time_s[:1], ends])
        closed = begun if len(begun) % 2 == 0 else np.concatenate([begun, tracks.time_s[-1:]])
        rows.append((p, closed.reshape(-1, 2)))
    spans = np.concatenate([np.empty((0, 2)), *(edge_s for _, edge_s in rows)])
    who = np.repeat(np.arange(count), [len(edge_s) for _, edge_s in rows])
    return who, spans[:, 0], spans[:, 1]
