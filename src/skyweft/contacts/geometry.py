"""What a rule on a pair of platforms says at a moment: numba kernels on plain arrays.

A pair has two ends, a and b. Its state holds d = b - a and its rate, a and its rate; every rule is
measured on it.  Inside a step of the
tracks an end follows its cubic Hermite polynomial plus the quartic term that the neighbouring
knots imply: 0.35 m of error become 3 mm for a low orbit at 60 s, which is what brings the edges of
passes that only graze the mask within milliseconds.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from skyweft.kernels import fused, fused_inlined

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]


class Side(NamedTuple):
    """One end of many pairs. N rows; K is the number of knots, or 1 where the end stands."""

    position_m: Floats  # (N, 3, K)
    velocity_m_s: Floats  # (N, 3, K)
    up: Floats  # (N, 3); read where the end stands
    toward: Singles  # (N, 3, K) unit vectors from the Earth's centre; NaN where absent
    radius_min_m: Floats  # (N,)
    radius_max_m: Floats  # (N,)
    rate_max_rad_s: Floats  # (N,) about the Earth's centre, Earth-fixed
    floor_rad: Floats  # (N,) least elevation at this end
    moves: int  # 1, or 0 where the end stands


class Ends(NamedTuple):
    """The tracks of one pair; K is the number of knots, or 1 where an end stands."""

    a_m: Floats  # (3, K) positions
    a_m_s: Floats  # (3, K) velocities
    moves_a: int
    b_m: Floats
    b_m_s: Floats
    moves_b: int
    time_s: Floats  # (T,)


# Rules. A value is >= 0 while the rule holds.
ELEVATION, RANGE, SIGHT, MASK_A, MASK_B = 0, 1, 2, 3, 4
# What the kernels of a pair hand on beside its tracks: one pointer, whose fields have names.
NUMBERS = np.dtype(
    (
        np.record,
        [
            ("sine", "f8"),  # of the least elevation
            ("range_max_m", "f8"),
            ("clear_m", "f8"),  # radius that the scaled line of sight clears
            ("scale", "f8"),  # of that line along z
            ("level_rad", "f8"),  # of the mask at the middle of the present sector
            ("slope", "f8"),
            ("middle_rad", "f8"),
            ("moves_a", "f8"),
            ("moves_b", "f8"),
            ("up_a", "f8", 3),  # verticals of the ends that stand
            ("up_b", "f8", 3),
            # Of the step loaded last: five powers of three axes of d, then of a.
            ("step", "f8", 30),
        ],
    )
)
Numbers = Any  # a record of these

State = tuple[float, ...]  # 12 numbers: d = b - a, its rate, a, its rate

# An antenna is never on the ellipsoid itself: the line may sag this far below the lower end.
MAST_M = 10.0
# On an orbit the quartic term bulges by (turn in a step)^2 / 48 of the sagitta; at a kink of
# a path by far more, or beside a straight line.
BULGE_MAX = 0.01
SEMI_MAJOR_M = 6_378_137.0
FLATTENING = 1 / 298.257223563
ECCENTRICITY_SQUARED = FLATTENING * (2 - FLATTENING)


@fused_inlined
def at_knot(ends: Ends, knot: int) -> State:
    """Return the state of a pair at a knot of the tracks."""
    pa, va, pb, vb = ends.a_m, ends.a_m_s, ends.b_m, ends.b_m_s
    ka, kb = knot * ends.moves_a, knot * ends.moves_b
    ax, ay, az = pa[0, ka], pa[1, ka], pa[2, ka]
    wx, wy, wz = va[0, ka], va[1, ka], va[2, ka]
    dx, dy, dz = pb[0, kb] - ax, pb[1, kb] - ay, pb[2, kb] - az
    vx, vy, vz = vb[0, kb] - wx, vb[1, kb] - wy, vb[2, kb] - wz
    return dx, dy, dz, vx, vy, vz, ax, ay, az, wx, wy, wz


@fused_inlined
def _horner(r: Numbers, at: int, tau: float) -> tuple[float, float]:
    """Return one axis and its rate per step."""
    p = r.step
    c1, c2, c3, c4 = p[at + 1], p[at + 2], p[at + 3], p[at + 4]
    place = p[at] + tau * (c1 + tau * (c2 + tau * (c3 + tau * c4)))
    return place, c1 + tau * (2 * c2 + tau * (3 * c3 + tau * 4 * c4))


@fused
def at_moment(r: Numbers, width_s: float, tau: float) -> State:
    """Return the state of a pair at the fraction `tau` of the loaded step."""
    per, d = 1.0 / width_s, np.int64(0)
    dx, vx = _horner(r, d, tau)
    dy, vy = _horner(r, d + 5, tau)
    dz, vz = _horner(r, d + 10, tau)
    ax, wx = _horner(r, d + 15, tau)
    ay, wy = _horner(r, d + 20, tau)
    az, wz = _horner(r, d + 25, tau)
    return dx, dy, dz, vx * per, vy * per, vz * per, ax, ay, az, wx * per, wy * per, wz * per


@fused_inlined
def load(ends: Ends, knot: int, r: Numbers) -> None:
    """Write the polynomials of one step, of d and of a, into the numbers."""
    p = r.step
    if ends.moves_b == 0:
        # What is left from a step before is d, not b.
        for at in range(15):
            p[at] = 0.0
    _polynomial(ends.b_m, ends.b_m_s, ends.moves_b, ends.time_s, knot, p, np.int64(0))
    _polynomial(ends.a_m, ends.a_m_s, ends.moves_a, ends.time_s, knot, p, np.int64(15))
    if ends.moves_a == 0:
        for at in range(0, 15, 5):
            p[at] -= p[at + 15]
    else:
        for at in range(15):
            p[at] -= p[at + 15]


@fused
def load_apart(ends: Ends, knot: int, r: Numbers) -> None:
    """Do what `load` does, for callers that are not in a hurry and should stay small."""
    load(ends, knot, r)


@fused_inlined
def _polynomial(
    p: Floats, v: Floats, moves: int, time_s: Floats, step: int, r: Floats, start: int
) -> None:
    """Write a step's five coefficients for each of three axes, from `start` on."""
    if moves == 0:
        # The rest is zero already.
        r[start], r[start + 5], r[start + 10] = p[0, 0], p[1, 0], p[2, 0]
        return
    width = time_s[step + 1] - time_s[step]
    first, even = _stencil(time_s, step)
    scale = (width / even) * (width / even) * (width / even) * width / 24
    bulge = sagitta = 0.0
    for axis in range(3):
        at = start + 5 * axis
        rise = p[axis, step + 1] - p[axis, step]
        near, far = v[axis, step] * width, v[axis, step + 1] * width
        r[at], r[at + 1] = p[axis, step], near
        r[at + 2], r[at + 3] = 3 * rise - 2 * near - far, near + far - 2 * rise
        quartic = 0.0
        if first >= 0:
            outer = v[axis, first + 3] - v[axis, first]
            inner = v[axis, first + 2] - v[axis, first + 1]
            quartic = (outer - 3 * inner) * scale
            # Half-way the quartic term is 1/16 of its coefficient.
            bulge += (quartic / 16) ** 2
            sagitta += ((far - near) / 8) ** 2
        r[at + 4] = quartic
    # Written so that NaN from an absent neighbour drops the term too.
    smooth = bulge <= BULGE_MAX * BULGE_MAX * sagitta
    for at in range(start, start + 15, 5):
        quartic = r[at + 4] if smooth else 0.0
        r[at + 2] += quartic
        r[at + 3] -= 2 * quartic
        r[at + 4] = quartic


@fused_inlined
def _stencil(time_s: Floats, step: int) -> tuple[int, float]:
    """Return the first of four even knots around a step, or -1, and their spacing."""
    knots = len(time_s)
    even = time_s[1] - time_s[0]
    if knots < 4:
        return -1, even
    first = max(0, min(step - 1, knots - 4))
    # A short last step would spoil the difference; the one before is near enough.
    if first + 4 == knots and abs(time_s[knots - 1] - time_s[knots - 2] - even) > 1e-6 * even:
        first -= 1
    return first, even


@fused
def upright(x: float, y: float, z: float) -> float:
    """Return by how much z is stretched so that (x, y, z) points along the geodetic vertical."""
    square = x * x + y * y + z * z
    share = z * z / square
    height = np.sqrt(square) - SEMI_MAJOR_M * (1 - FLATTENING * share)
    normal = SEMI_MAJOR_M * (1 + 0.5 * ECCENTRICITY_SQUARED * share)
    return float((normal + height) / (normal * (1 - ECCENTRICITY_SQUARED) + height))


@fused
def elevation_of(s: State, r: Numbers) -> tuple[float, float]:
    """Measure the sine of b's elevation above a's horizon, less the least one, and its rate."""
    dx, dy, dz, vx, vy, vz, ax, ay, az, wx, wy, wz = s
    closing = dx * vx + dy * vy + dz * vz
    per = 1.0 / np.sqrt(dx * dx + dy * dy + dz * dz)
    if r.moves_a == 0.0:
        ux, uy, uz = r.up_a[0], r.up_a[1], r.up_a[2]
        rise = dx * ux + dy * uy + dz * uz
        rate = vx * ux + vy * uy + vz * uz
    else:
        k = upright(ax, ay, az)
        az, wz = k * az, k * wz
        square = 1.0 / (ax * ax + ay * ay + az * az)
        scale = np.sqrt(square)
        rise = (dx * ax + dy * ay + dz * az) * scale
        rate = (vx * ax + vy * ay + vz * az + dx * wx + dy * wy + dz * wz) * scale
        rate -= rise * (ax * wx + ay * wy + az * wz) * square
    sine = rise * per
    return sine - r.sine, (rate - sine * closing * per) * per


@fused
def range_of(s: State, range_max_m: float) -> tuple[float, float]:
    """Measure what is left of the longest range, and its rate."""
    dx, dy, dz, vx, vy, vz = s[:6]
    length = np.sqrt(dx * dx + dy * dy + dz * dz)
    closing = dx * vx + dy * vy + dz * vz
    return range_max_m - length, (-closing / length if length > 0 else 0.0)


@fused
def _sight(s: State, clear_m: float, scale: float) -> tuple[float, float]:
    """Measure how far the line of sight clears the Earth, z scaled to make it a sphere."""
    dx, dy, dz, vx, vy, vz, ax, ay, az, wx, wy, wz = s
    dz, vz, az, wz = dz * scale, vz * scale, az * scale, wz * scale
    bx, by, bz = ax + dx, ay + dy, az + dz
    near = np.sqrt(ax * ax + ay * ay + az * az)
    near_rate = (ax * wx + ay * wy + az * wz) / near
    far = np.sqrt(bx * bx + by * by + bz * bz)
    if far < near:
        near = far
        near_rate = (bx * (wx + vx) + by * (wy + vy) + bz * (wz + vz)) / far
    limit, limit_rate = clear_m, 0.0
    if near - MAST_M < clear_m:
        limit, limit_rate = near - MAST_M, near_rate
    along = ax * dx + ay * dy + az * dz
    square = dx * dx + dy * dy + dz * dz
    # The nearest point lies between the ends, or one of the ends is nearest.
    if along < 0 and -along < square:
        share = -along / square
        px, py, pz = ax + share * dx, ay + share * dy, az + share * dz
        least = np.sqrt(px * px + py * py + pz * pz)
        rate = px * (wx + share * vx) + py * (wy + share * vy) + pz * (wz + share * vz)
        return least - limit, rate / least - limit_rate
    return near - limit, near_rate - limit_rate


@fused
def measure(kind: int, s: State, r: Numbers) -> tuple[float, float]:
    """Return a smooth rule's value and its rate per second in a written state."""
    if kind == ELEVATION:
        return elevation_of(s, r)
    if kind == RANGE:
        return range_of(s, r.range_max_m)
    return _sight(s, r.clear_m, r.scale)


@fused
def slope(kind: int, s: State, r: Numbers) -> float:
    """Return a number with the sign and the zero of a smooth rule's rate, where that is cheaper."""
    dx, dy, dz, vx, vy, vz = s[:6]
    closing = dx * vx + dy * vy + dz * vz
    if kind == RANGE:
        return -closing
    if kind == ELEVATION and r.moves_a == 0.0:
        ux, uy, uz = r.up_a[0], r.up_a[1], r.up_a[2]
        rise = dx * ux + dy * uy + dz * uz
        rate = vx * ux + vy * uy + vz * uz
        return rate * (dx * dx + dy * dy + dz * dz) - rise * closing
    return measure(kind, s, r)[1]
