"""What a rule on a pair of platforms says at a moment: numba kernels on plain arrays.

A pair has two ends, a and b. Its state holds d = b - a and its rate, a and its rate; every rule is
measured on it. States and polynomials are tuples of numbers: arrays would be reference-counted.
 Inside a step of the
tracks an end follows its cubic Hermite polynomial plus the quartic term that the neighbouring
knots imply: 0.35 m of error become 3 mm for a low orbit at 60 s, which is what brings the edges of
passes that only graze the mask within milliseconds.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skyweft.contacts.kernel import kernel

Floats = NDArray[np.float64]


class Side(NamedTuple):
    """One end of many pairs. N rows; K is the number of knots, or 1 where the end stands."""

    position_m: Floats  # (N, 3, K)
    velocity_m_s: Floats  # (N, 3, K)
    up: Floats  # (N, 3); read where the end stands
    inverse_radius: Floats  # (N, K) [1/m]; 0 where the platform is absent
    radius_min_m: Floats  # (N,)
    radius_max_m: Floats  # (N,)
    rate_max_rad_s: Floats  # (N,) about the Earth's centre, Earth-fixed
    floor_rad: Floats  # (N,) least elevation at this end
    moves: int  # 1, or 0 where the end stands


# Rules. A value is >= 0 while the rule holds.
ELEVATION, RANGE, SIGHT, MASK_A, MASK_B = 0, 1, 2, 3, 4
# Slots of a rule's numbers: sine of the least elevation, longest range, radius that the scaled line
# of sight clears, its scale along z, the line of the mask's present sector (level and slope at its
# middle), verticals of the ends that stand, whether the ends move.
SINE, RANGE_MAX, CLEAR, SCALE, LEVEL, SLOPE, MIDDLE = 0, 1, 2, 3, 4, 5, 6
UP_A, UP_A_Y, UP_A_Z, UP_B, UP_B_Y, UP_B_Z, MOVES_A, MOVES_B = 7, 8, 9, 10, 11, 12, 13, 14

State = tuple[float, ...]  # 12 numbers: d = b - a, its rate, a, its rate
Numbers = tuple[float, ...]  # 15 numbers
Segment = tuple[float, ...]  # 30 numbers: five powers of three axes of d, then of a

# An antenna is never on the ellipsoid itself: the line may sag this far below the lower end.
MAST_M = 10.0
# On an orbit the quartic term bulges by (turn in a step)^2 / 48 of the sagitta; at a kink of
# a path by far more, or beside a straight line.
BULGE_MAX = 0.01
SEMI_MAJOR_M = 6_378_137.0
FLATTENING = 1 / 298.257223563
ECCENTRICITY_SQUARED = FLATTENING * (2 - FLATTENING)


@kernel
def at_knot(pa: Floats, va: Floats, ka: int, pb: Floats, vb: Floats, kb: int) -> State:
    """Return the state of a pair at a knot of the tracks."""
    ax, ay, az = pa[0, ka], pa[1, ka], pa[2, ka]
    wx, wy, wz = va[0, ka], va[1, ka], va[2, ka]
    dx, dy, dz = pb[0, kb] - ax, pb[1, kb] - ay, pb[2, kb] - az
    vx, vy, vz = vb[0, kb] - wx, vb[1, kb] - wy, vb[2, kb] - wz
    return dx, dy, dz, vx, vy, vz, ax, ay, az, wx, wy, wz


@kernel
def _horner(
    c0: float, c1: float, c2: float, c3: float, c4: float, tau: float
) -> tuple[float, float]:
    """Return one axis and its rate per step."""
    place = c0 + tau * (c1 + tau * (c2 + tau * (c3 + tau * c4)))
    return place, c1 + tau * (2 * c2 + tau * (3 * c3 + tau * 4 * c4))


@kernel
def at_moment(c: Segment, width_s: float, tau: float) -> State:
    """Return the state of a pair at the fraction `tau` of a loaded step."""
    per = 1.0 / width_s
    dx, vx = _horner(c[0], c[1], c[2], c[3], c[4], tau)
    dy, vy = _horner(c[5], c[6], c[7], c[8], c[9], tau)
    dz, vz = _horner(c[10], c[11], c[12], c[13], c[14], tau)
    ax, wx = _horner(c[15], c[16], c[17], c[18], c[19], tau)
    ay, wy = _horner(c[20], c[21], c[22], c[23], c[24], tau)
    az, wz = _horner(c[25], c[26], c[27], c[28], c[29], tau)
    return dx, dy, dz, vx * per, vy * per, vz * per, ax, ay, az, wx * per, wy * per, wz * per


@kernel
def load(
    pa: Floats,
    va: Floats,
    moves_a: int,
    pb: Floats,
    vb: Floats,
    moves_b: int,
    time_s: Floats,
    step: int,
) -> Segment:
    """Return the polynomials of one step, of d and of a."""
    a = _polynomial(pa, va, moves_a, time_s, step)
    b = _polynomial(pb, vb, moves_b, time_s, step)
    return (
        b[0] - a[0], b[1] - a[1], b[2] - a[2], b[3] - a[3], b[4] - a[4],
        b[5] - a[5], b[6] - a[6], b[7] - a[7], b[8] - a[8], b[9] - a[9],
        b[10] - a[10], b[11] - a[11], b[12] - a[12], b[13] - a[13], b[14] - a[14],
        a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8], a[9], a[10], a[11], a[12], a[13],
        a[14],
    )  # fmt: skip


@kernel
def _polynomial(p: Floats, v: Floats, moves: int, time_s: Floats, step: int) -> Segment:
    """Return a step's five coefficients for each of three axes."""
    if moves == 0:
        return (
            p[0, 0], 0.0, 0.0, 0.0, 0.0, p[1, 0], 0.0, 0.0, 0.0, 0.0, p[2, 0], 0.0, 0.0, 0.0, 0.0,
        )  # fmt: skip
    width = time_s[step + 1] - time_s[step]
    first, even = _stencil(time_s, step)
    qx = qy = qz = 0.0
    if first >= 0:
        scale = width * (width / even) ** 3 / 24
        qx = scale * ((v[0, first + 3] - v[0, first]) - 3 * (v[0, first + 2] - v[0, first + 1]))
        qy = scale * ((v[1, first + 3] - v[1, first]) - 3 * (v[1, first + 2] - v[1, first + 1]))
        qz = scale * ((v[2, first + 3] - v[2, first]) - 3 * (v[2, first + 2] - v[2, first + 1]))
        ax, ay, az = (
            v[0, step + 1] - v[0, step],
            v[1, step + 1] - v[1, step],
            v[2, step + 1] - v[2, step],
        )
        sagitta = (ax * ax + ay * ay + az * az) * (width / 8) ** 2
        # Written so that NaN from an absent neighbour drops the term too. The bulge is 1/16 of it.
        if not qx * qx + qy * qy + qz * qz <= (16 * BULGE_MAX) ** 2 * sagitta:
            qx = qy = qz = 0.0
    x0, x1, x2, x3 = _cubic(p, v, 0, step, width)
    y0, y1, y2, y3 = _cubic(p, v, 1, step, width)
    z0, z1, z2, z3 = _cubic(p, v, 2, step, width)
    return (
        x0, x1, x2 + qx, x3 - 2 * qx, qx,
        y0, y1, y2 + qy, y3 - 2 * qy, qy,
        z0, z1, z2 + qz, z3 - 2 * qz, qz,
    )  # fmt: skip


@kernel
def _cubic(
    p: Floats, v: Floats, axis: int, step: int, width_s: float
) -> tuple[float, float, float, float]:
    """Return the coefficients of one axis between two knots."""
    rise = p[axis, step + 1] - p[axis, step]
    near, far = v[axis, step] * width_s, v[axis, step + 1] * width_s
    return p[axis, step], near, 3 * rise - 2 * near - far, near + far - 2 * rise


@kernel
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


@kernel
def upright(x: float, y: float, z: float) -> float:
    """Return by how much z is stretched so that (x, y, z) points along the geodetic vertical."""
    square = x * x + y * y + z * z
    share = z * z / square
    height = np.sqrt(square) - SEMI_MAJOR_M * (1 - FLATTENING * share)
    normal = SEMI_MAJOR_M * (1 + 0.5 * ECCENTRICITY_SQUARED * share)
    return float((normal + height) / (normal * (1 - ECCENTRICITY_SQUARED) + height))


@kernel
def _elevation(s: State, r: Numbers) -> tuple[float, float]:
    """Measure the sine of b's elevation above a's horizon, less the least one, and its rate."""
    dx, dy, dz, vx, vy, vz, ax, ay, az, wx, wy, wz = s
    closing = dx * vx + dy * vy + dz * vz
    per = 1.0 / np.sqrt(dx * dx + dy * dy + dz * dz)
    if r[MOVES_A] == 0.0:
        ux, uy, uz = r[UP_A], r[UP_A_Y], r[UP_A_Z]
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
    return sine - r[SINE], (rate - sine * closing * per) * per


@kernel
def _range(s: State, range_max_m: float) -> tuple[float, float]:
    """Measure what is left of the longest range, and its rate."""
    dx, dy, dz, vx, vy, vz = s[:6]
    length = np.sqrt(dx * dx + dy * dy + dz * dz)
    closing = dx * vx + dy * vy + dz * vz
    return range_max_m - length, (-closing / length if length > 0 else 0.0)


@kernel
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


@kernel
def measure(kind: int, s: State, r: Numbers) -> tuple[float, float]:
    """Return a smooth rule's value and its rate per second in a written state."""
    if kind == ELEVATION:
        return _elevation(s, r)
    if kind == RANGE:
        return _range(s, r[RANGE_MAX])
    return _sight(s, r[CLEAR], r[SCALE])
