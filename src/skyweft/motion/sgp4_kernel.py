"""Near-earth SGP4 for whole fleets: satellites outside, time inside, one SIMD lane an epoch.

Deep space (periods of 225 minutes or more) belongs to `motion.deep_space`; what a satellite needs
before any time is given comes from `motion.sgp4_terms`. Time is cut into spans that stay in the
first-level cache, and a span goes through three short loops (mean elements, Kepler's equation,
state) and the Earth's rotation: one long loop keeps too few epochs in flight and is half as fast.
Where a bound shows that a span's angles stay near ones whose sine is known they are reached by
turning, at one sine an epoch; any other span takes the long way, at half the speed.

References
----------
D. Vallado, P. Crawford, R. Hujsak and T. S. Kelso, "Revisiting Spacetrack Report #3",
AIAA 2006-6753.
"""

from typing import Any, NamedTuple

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numba.np.unsafe.ndarray import to_fixed_tuple
from numpy.typing import NDArray

from skyweft.kernels import compiled
from skyweft.motion.sgp4_terms import J2, RADIUS_M, XKE, NearEarth

Floats = NDArray[np.float64]
Codes = NDArray[np.uint8]
Rows = NDArray[np.int64]
Pair = tuple[float, float]
Triple = tuple[float, float, float]
Five = tuple[Floats, Floats, Floats, Floats, Floats]
Six = tuple[Floats, Floats, Floats, Floats, Floats, Floats]

_SPEED_M_S = RADIUS_M * float(XKE) / 60.0
_MINUTES = 1.0 / 60.0
_HALF_J2 = 0.5 * J2
_SPAN = 256
_TERMS = len(NearEarth._fields)
_NEWTON_STEPS = 9

# What the short way may meet in a span: it keeps 1e-15 rad up to these.
_E_SMALL, _TURN_SMALL, _SHIFT_SMALL, _LEAD_SMALL = 0.05, 0.06, 0.03, 0.005

# One revolution in two parts; 1.5 * 2**52 added and taken away rounds to a whole number.
_TURN, _TURN_REST = 6.283185307179586, 2.4492935982947064e-16
_TURNS = 1.0 / _TURN
_ROUND = 6755399441055744.0

# NaN marks failed epochs, so nnan and ninf stay off.
_OPTIONS: dict[str, Any] = {"fastmath": {"contract", "nsz", "arcp"}}
_kernel = compiled(**_OPTIONS)
_part = compiled(forceinline=True, no_cpython_wrapper=True, no_cfunc_wrapper=True, **_OPTIONS)


class Satellites(NamedTuple):
    """N satellites, as `fill_states` wants them."""

    terms: Floats  # (N, 32) `sgp4_terms.NearEarth.table()`
    offset_min: Floats  # (N,) from each element set's epoch to time 0
    row: Rows  # (N,) of the states that each fills


class Earth(NamedTuple):
    """What turns TEME into ITRS; without columns states stay in TEME."""

    turn: Floats  # (4, T) or (4, 0) cosine and sine of sidereal time, x and y of the pole [rad]
    rate_rad_s: float


class States(NamedTuple):
    """States that are written: ITRS or TEME, NaN where there is none. C-contiguous."""

    position_m: Floats  # (P, 3, T)
    velocity_m_s: Floats  # (P, 3, T)
    # (P, T) 0, or python-sgp4's 1 (mean eccentricity), 2 (mean motion), 4 (semi-latus rectum),
    # 6 (decayed).
    status: Codes


def fill_states(satellites: Satellites, time_s: Floats, earth: Earth, states: States) -> None:
    """Write the states of N satellites at T ascending times; lets other threads run meanwhile.

    Parameters
    ----------
    satellites : Satellites
        Who flies.
    time_s : (T,)
        Ascending. [s]
    earth : Earth
        How it turns at those times.
    states : States
        Written.
    """
    position_m, velocity_m_s, status = states
    turn = earth.turn
    shape = (len(status), 3, len(time_s))
    if position_m.shape != shape or velocity_m_s.shape != shape:
        raise ValueError(
            f"states must have shape {shape}, got {position_m.shape} and {velocity_m_s.shape}"
        )
    if not (position_m.flags.c_contiguous and velocity_m_s.flags.c_contiguous):
        raise ValueError("states must be C-contiguous")
    if turn.shape not in {(4, 0), (4, len(time_s))}:
        raise ValueError(f"turn must have shape (4, {len(time_s)}) or (4, 0), got {turn.shape}")
    if np.any(np.diff(time_s) < 0):
        raise ValueError("time_s must ascend")
    time_s = np.require(time_s, np.float64, ["C", "W"])  # other kinds would be compiled anew
    if len(time_s):
        # Plain tuples: the names of others are looked up at every call, which takes microseconds.
        _fill(tuple(satellites), time_s, tuple(earth), tuple(states))


@intrinsic
def _wide_vectors(typing_context):  # type: ignore[no-untyped-def]  # numba calls it by position
    """Ask LLVM for 512-bit vectors in the calling function: 1.35 times as fast where there are any.

    Its default for servers with AVX-512 is 256 bits, since a few wide instructions slow the clock
    of the first such processors; here nearly all are wide.
    """

    def generate(context, builder, signature, arguments):  # type: ignore[no-untyped-def]
        attributes = builder.function.attributes
        if isinstance(attributes, set):  # llvmlite's own `add` knows no attributes with values
            set.add(attributes, '"prefer-vector-width"="512"')
        return ir.Constant(ir.IntType(8).as_pointer(), None)

    return types.void(), generate


@_kernel
def _fill(satellites: Satellites, time_s: Floats, earth: Earth, states: States) -> None:
    """Do the work of `fill_states`."""
    terms, offset_min, rows = satellites
    turn, rate_rad_s = earth
    position_m, velocity_m_s, status = states
    scratch = np.empty((15, _SPAN))
    for i in range(terms.shape[0]):
        row = NearEarth(*to_fixed_tuple(terms[i], _TERMS))  # its columns are numbers here
        offset, p = offset_min[i], rows[i]
        if not row.no_unkozai > 0.0:
            position_m[p] = np.nan
            velocity_m_s[p] = np.nan
            status[p] = 2
            continue
        for first in range(0, time_s.size, _SPAN):
            last = min(first + _SPAN, time_s.size)
            times = time_s[first:last]
            if _is_near(row, times[0] * _MINUTES + offset, times[-1] * _MINUTES + offset):
                _mean_near(row, offset, times, scratch)
                _kepler_near(last - first, scratch)
            else:
                _mean_wide(row, offset, times, scratch)
                _kepler_wide(last - first, scratch)
            span = _six(position_m[p], velocity_m_s[p], first, last)
            _states(row, scratch, span, status[p, first:last])
            if turn.shape[1]:
                _turn_states(turn, first, last, rate_rad_s, span)


@_part
def _sine_cosine(angle: float) -> Pair:
    """Return sine and cosine of `angle` [rad], within 1e-15 up to 1e4 rad, through its half."""
    turns = (angle * _TURNS + _ROUND) - _ROUND
    half = 0.5 * ((angle - turns * _TURN) - turns * _TURN_REST)
    z = half * half
    s = 2.7314289869116175e-15
    s = s * z - 7.64396903111606e-13
    s = s * z + 1.6058977272817488e-10
    s = s * z - 2.5052107616384624e-08
    s = s * z + 2.755731921915843e-06
    s = s * z - 0.00019841269841254955
    s = s * z + 0.008333333333333316
    s = s * z - 0.16666666666666666
    c = 4.646409716539915e-14
    c = c * z - 1.1466250478625809e-11
    c = c * z + 2.0876681513909434e-09
    c = c * z - 2.755731857284834e-07
    c = c * z + 2.4801587298910888e-05
    c = c * z - 0.0013888888888884763
    c = c * z + 0.04166666666666666
    sine = half + half * z * s
    cosine = (1.0 - 0.5 * z) + z * z * c
    return 2.0 * sine * cosine, 1.0 - 2.0 * sine * sine


@_part
def _turned(sine: float, cosine: float, angle: float) -> Pair:
    """Return sine and cosine of an angle after a turn by at most 0.06 rad, within 1e-16."""
    z = angle * angle
    s = angle - angle * z * (1.0 / 6.0 - z * (1.0 / 120.0 - z * (1.0 / 5040.0)))
    c = z * (0.5 - z * (1.0 / 24.0 - z * (1.0 / 720.0 - z * (1.0 / 40320.0))))
    return sine + (cosine * s - sine * c), cosine - (cosine * c + sine * s)


@_part
def _nudged(sine: float, cosine: float, angle: float) -> Pair:
    """Return sine and cosine of an angle after a turn by at most 1e-3 rad, within 1e-16."""
    z = angle * angle
    s = angle - angle * z * (1.0 / 6.0)
    c = z * (0.5 - z * (1.0 / 24.0))
    return sine + (cosine * s - sine * c), cosine - (cosine * c + sine * s)


@_part
def _five(scratch: Floats, first: int, n: int) -> Five:
    """Return five rows of `scratch`, the first `n` epochs of each."""
    return (
        scratch[first, :n],
        scratch[first + 1, :n],
        scratch[first + 2, :n],
        scratch[first + 3, :n],
        scratch[first + 4, :n],
    )


@_part
def _six(position_m: Floats, velocity_m_s: Floats, first: int, last: int) -> Six:
    """Return the rows of a satellite's states (3, T) between two epochs."""
    return (
        position_m[0, first:last],
        position_m[1, first:last],
        position_m[2, first:last],
        velocity_m_s[0, first:last],
        velocity_m_s[1, first:last],
        velocity_m_s[2, first:last],
    )


@_part
def _is_near(row: Any, first_min: float, last_min: float) -> bool:
    """Tell whether all that the short way takes as small is small, first to last minute."""
    reach, half_span = max(abs(first_min), abs(last_min)), 0.5 * (last_min - first_min)
    high, low = 1.0 + row.eta, 1.0 - row.eta
    swing = max(abs(high * high * high - row.delmo), abs(low * low * low - row.delmo))
    shift = abs(row.omgcof) * reach + abs(row.xmcof) * swing
    e = row.ecco + abs(row.bstar_cc4) * reach + 2.0 * abs(row.bstar_cc5) + 2.0 * abs(row.aycof)
    braking = 3.0 * abs(row.t3cof) + reach * (4.0 * abs(row.t4cof) + reach * 5.0 * abs(row.t5cof))
    braking = reach * (2.0 * abs(row.t2cof) + reach * braking)
    lead = row.no_unkozai * half_span * braking + 1.5 * abs(row.xlcof) * e
    apsides = abs(row.argpdot) * half_span + shift
    node = (abs(row.nodedot) + 2.0 * reach * abs(row.nodecf)) * half_span
    return (
        e < _E_SMALL
        and shift < _SHIFT_SMALL
        and lead < _LEAD_SMALL
        and max(apsides, node) < _TURN_SMALL
    )


@_part
def _brake(row: Any) -> tuple[float, ...]:
    """Return the drag terms of a satellite's row."""
    return (
        row.cc1,
        row.d2,
        row.d3,
        row.d4,
        row.t2cof,
        row.t3cof,
        row.t4cof,
        row.t5cof,
    )


@_part
def _drag(brake: tuple[float, ...], t: float) -> Pair:
    """Return sqrt(a) over its start and, over the mean motion, what the longitude gains."""
    cc1, d2, d3, d4, t2cof, t3cof, t4cof, t5cof = brake
    shrink = 1.0 - t * (cc1 + t * (d2 + t * (d3 + t * d4)))
    return shrink, t * t * (t2cof + t * (t3cof + t * (t4cof + t * t5cof)))


@_part
def _size(  # type: ignore[no-untyped-def]  # numba: five floats
    mean_e: float, shrink: float, perigee: Pair, size: Triple
):
    """Return sqrt(a), its reciprocal, e's vector with long-period waves, what these add to u."""
    sqrt_a, aycof, xlcof = size
    sine, cosine = perigee
    e = mean_e if mean_e > 1e-6 else 1e-6
    root, room = sqrt_a * abs(shrink), 1.0 - e * e
    inverse = 1.0 / (root * room)
    inverse_root = inverse * room
    pull = inverse_root * inverse
    ax, ay = e * cosine, e * sine + pull * aycof
    return root, inverse_root, ax, ay, pull * xlcof * ax


@_part
def _mean_near(row: Any, offset_min: float, times: Floats, scratch: Floats) -> None:
    """Write an almost circular orbit's mean elements at `times` [s] into `scratch`.

    Perigee and node are turned from where they are at the span's middle.
    """
    _wide_vectors()
    mo, mdot, argpdot, nodedot, nodecf = (
        row.mo,
        row.mdot,
        row.argpdot,
        row.nodedot,
        row.nodecf,
    )
    omgcof, eta, xmcof, delmo = row.omgcof, row.eta, row.xmcof, row.delmo
    ecco, no, bstar_cc4, bstar_cc5, sinmao = (
        row.ecco,
        row.no_unkozai,
        row.bstar_cc4,
        row.bstar_cc5,
        row.sinmao,
    )
    n = times.size
    out_ax, out_ay, out_lead, out_sine, out_cosine = _five(scratch, 0, n)
    out_root, out_inverse, out_node_s, out_node_c, out_e = _five(scratch, 5, n)
    brake, size = _brake(row), (row.sqrt_a, row.aycof, row.xlcof)
    middle = 0.5 * (times[0] + times[n - 1]) * _MINUTES + offset_min
    _, gain_0 = _drag(brake, middle)
    sine_p0, cosine_p0 = _sine_cosine(row.argpo + argpdot * middle)
    sine_n0, cosine_n0 = _sine_cosine(row.nodeo + middle * (nodedot + nodecf * middle))
    sine_g0, cosine_g0 = _sine_cosine(no * gain_0)
    for j in range(n):
        t = times[j] * _MINUTES + offset_min
        late = t - middle
        sine_m, cosine_m = _sine_cosine(mo + mdot * t)
        far = 1.0 + eta * cosine_m
        shift = omgcof * t + xmcof * (far * far * far - delmo)
        sine_m, cosine_m = _turned(sine_m, cosine_m, shift)
        sine_p, cosine_p = _turned(sine_p0, cosine_p0, argpdot * late - shift)
        turn = late * (nodedot + nodecf * (t + middle))
        out_node_s[j], out_node_c[j] = _turned(sine_n0, cosine_n0, turn)
        mean_e = ecco - bstar_cc4 * t - bstar_cc5 * (sine_m - sinmao)
        shrink, gain = _drag(brake, t)
        root, inverse, ax, ay, wave = _size(mean_e, shrink, (sine_p, cosine_p), size)
        out_ax[j], out_ay[j], out_lead[j] = ax, ay, no * (gain - gain_0) + wave
        sine = sine_m * cosine_p + cosine_m * sine_p
        cosine = cosine_m * cosine_p - sine_m * sine_p
        out_sine[j] = sine * cosine_g0 + cosine * sine_g0
        out_cosine[j] = cosine * cosine_g0 - sine * sine_g0
        out_root[j], out_inverse[j], out_e[j] = root, inverse, mean_e


@_part
def _mean_wide(row: Any, offset_min: float, times: Floats, scratch: Floats) -> None:
    """Write any orbit's mean elements at `times` [s] into `scratch`: nothing is taken as small."""
    _wide_vectors()
    mo, mdot, argpo, argpdot = row.mo, row.mdot, row.argpo, row.argpdot
    nodeo, nodedot, nodecf = row.nodeo, row.nodedot, row.nodecf
    omgcof, eta, xmcof, delmo = row.omgcof, row.eta, row.xmcof, row.delmo
    ecco, no, bstar_cc4, bstar_cc5, sinmao = (
        row.ecco,
        row.no_unkozai,
        row.bstar_cc4,
        row.bstar_cc5,
        row.sinmao,
    )
    n = times.size
    out_ax, out_ay, out_longitude, _, _ = _five(scratch, 0, n)
    out_root, out_inverse, out_node_s, out_node_c, out_e = _five(scratch, 5, n)
    brake, size = _brake(row), (row.sqrt_a, row.aycof, row.xlcof)
    for j in range(n):
        t = times[j] * _MINUTES + offset_min
        anomaly, perigee = mo + mdot * t, argpo + argpdot * t
        _, cosine_m = _sine_cosine(anomaly)
        far = 1.0 + eta * cosine_m
        shift = omgcof * t + xmcof * (far * far * far - delmo)
        sine_m, _ = _sine_cosine(anomaly + shift)
        out_node_s[j], out_node_c[j] = _sine_cosine(nodeo + t * (nodedot + nodecf * t))
        mean_e = ecco - bstar_cc4 * t - bstar_cc5 * (sine_m - sinmao)
        shrink, gain = _drag(brake, t)
        apsides = _sine_cosine(perigee - shift)
        root, inverse, ax, ay, wave = _size(mean_e, shrink, apsides, size)
        out_ax[j], out_ay[j], out_longitude[j] = ax, ay, anomaly + perigee + no * gain + wave
        out_root[j], out_inverse[j], out_e[j] = root, inverse, mean_e


@_part
def _kepler_near(n: int, scratch: Floats) -> None:
    """Solve Kepler's equation for e < 0.05 from the mean longitude less its `lead`.

    A third-order series reaches 1e-5, a Chebyshev step the last bit. Where the sine and cosine of
    the mean longitude were, those of the eccentric one are written. Roots are series in e^2.
    """
    _wide_vectors()
    rows_ax, rows_ay, rows_lead, rows_sine, rows_cosine = _five(scratch, 0, n)
    out_stretch, out_beta, out_inverse, out_half, _ = _five(scratch, 10, n)
    for j in range(n):
        ax, ay, lead = rows_ax[j], rows_ay[j], rows_lead[j]
        sine, cosine = rows_sine[j], rows_cosine[j]
        x = ax * ax + ay * ay
        half = 7.0 / 256.0 + x * (21.0 / 1024.0 + x * (33.0 / 2048.0))
        half = 0.5 + x * (1.0 / 8.0 + x * (1.0 / 16.0 + x * (5.0 / 128.0 + x * half)))
        out_half[j], out_beta[j] = half, 1.0 - x * half
        z = x * x
        out_inverse[j] = (1.0 + x) * (1.0 + z) * (1.0 + z * z)
        esine, ecosine = ax * sine - ay * cosine, ax * cosine + ay * sine
        miss = lead + esine
        first = miss + miss * ecosine * (1.0 + ecosine)
        first -= 0.5 * esine * miss * miss * (1.0 + 3.0 * ecosine)
        sine, cosine = _turned(sine, cosine, first)
        esine, ecosine = ax * sine - ay * cosine, ax * cosine + ay * sine
        stretch = 1.0 / (1.0 - ecosine)
        miss = (lead - first + esine) * stretch
        step = miss - 0.5 * esine * stretch * miss * miss
        rows_sine[j] = sine + step * (cosine - 0.5 * step * sine)
        rows_cosine[j] = cosine - step * (sine + 0.5 * step * cosine)
        slip = stretch * step * (esine + 0.5 * ecosine * step)
        out_stretch[j] = stretch - stretch * slip * (1.0 - slip)


@_part
def _kepler_wide(n: int, scratch: Floats) -> None:
    """Solve Kepler's equation for any e < 1 from the mean longitude: Newton, steps held short."""
    _wide_vectors()
    rows_ax, rows_ay, rows_longitude, rows_sine, rows_cosine = _five(scratch, 0, n)
    out_stretch, out_beta, out_inverse, out_half, rows_guess = _five(scratch, 10, n)
    for j in range(n):
        ax, ay, longitude = rows_ax[j], rows_ay[j], rows_longitude[j]
        room = 1.0 - (ax * ax + ay * ay)
        beta = np.sqrt(room)
        out_beta[j], out_half[j], out_inverse[j] = beta, 1.0 / (1.0 + beta), 1.0 / room
        turns = (longitude * _TURNS + _ROUND) - _ROUND
        longitude = (longitude - turns * _TURN) - turns * _TURN_REST
        rows_longitude[j], rows_guess[j] = longitude, longitude
    for _ in range(_NEWTON_STEPS):
        for j in range(n):
            ax, ay, guess = rows_ax[j], rows_ay[j], rows_guess[j]
            sine, cosine = _sine_cosine(guess)
            miss = rows_longitude[j] - ay * cosine + ax * sine - guess
            step = miss / (1.0 - ax * cosine - ay * sine)
            step = 0.95 if step > 0.95 else step
            rows_guess[j] = guess + (-0.95 if step < -0.95 else step)
    for j in range(n):
        ax, ay = rows_ax[j], rows_ay[j]
        sine, cosine = _sine_cosine(rows_guess[j])
        rows_sine[j], rows_cosine[j] = sine, cosine
        out_stretch[j] = 1.0 / (1.0 - ax * cosine - ay * sine)


@_part
def _states(row: Any, scratch: Floats, states: Six, status: Codes) -> None:
    """Write TEME states and status of a span from what `scratch` holds."""
    _wide_vectors()
    shape = (row.con41, row.x1mth2, row.x7thm1, row.cosio, row.sinio)
    n = status.size
    orbit, size, root = _five(scratch, 0, n), _five(scratch, 5, n), _five(scratch, 10, n)
    x, y, z, u, v, w = states
    for j in range(n):
        position, velocity, code = _state(shape, j, orbit, size, root)
        x[j], y[j], z[j] = position
        u[j], v[j], w[j] = velocity
        status[j] = code


@_part
def _state(  # type: ignore[no-untyped-def]  # numba: two triples and an int
    shape: tuple[float, ...], j: int, orbit: Five, size: Five, root: Five
):
    """Return position, velocity [m, m/s] and status of epoch `j`; NaN where there is no state."""
    con41, x1mth2 = shape[0], shape[1]
    ax, ay, sine_e, cosine_e = orbit[0][j], orbit[1][j], orbit[3][j], orbit[4][j]
    root_a, inverse_root = size[0][j], size[1][j]
    stretch, beta = root[0][j], root[1][j]
    esine = ax * sine_e - ay * cosine_e
    middle = esine * root[3][j]
    sinu = stretch * (sine_e - ay - ax * middle)
    cosu = stretch * (cosine_e - ax + ay * middle)
    sin2u = 2.0 * cosu * sinu
    cos2u = 1.0 - 2.0 * sinu * sinu
    inverse_a = inverse_root * inverse_root
    inverse_latus = inverse_a * root[2][j]
    temp1 = _HALF_J2 * inverse_latus
    temp2 = temp1 * inverse_latus
    radius = root_a * root_a * (1.0 - (ax * cosine_e + ay * sine_e))
    radius = radius * (1.0 - 1.5 * temp2 * beta * con41) + 0.5 * temp1 * x1mth2 * cos2u
    motion = inverse_root * inverse_a * temp1
    rise = esine * stretch * inverse_root - motion * x1mth2 * sin2u
    sweep = beta * stretch * inverse_root + motion * (x1mth2 * cos2u + 1.5 * con41)
    code = _status(size[4][j], beta, radius)
    mask = 1.0 if code == 0 else np.nan
    speed = mask * _SPEED_M_S
    lengths = (radius * (mask * RADIUS_M), rise * speed, sweep * speed)
    waves = (temp2, sin2u, cos2u)
    position, velocity = _oriented(shape, waves, (size[2][j], size[3][j]), (sinu, cosu), lengths)
    return position, velocity, code


@_part
def _status(mean_e: float, beta: float, radius: float) -> int:
    """Return why there is no state, in the numbers of python-sgp4, or 0."""
    code = 0 if radius >= 1.0 else 6
    code = code if beta >= 0.0 else 4
    return 1 if mean_e >= 1.0 or mean_e < -0.001 else code


@_part
def _oriented(
    shape: tuple[float, ...], waves: Triple, node: Pair, u: Pair, lengths: Triple
) -> tuple[Triple, Triple]:
    """Return position and velocity after the short-period turns that `waves` describe."""
    _, _, x7thm1, cosio, sinio = shape
    temp2, sin2u, cos2u = waves
    radius, rise, sweep = lengths
    sinu, cosu = _nudged(u[0], u[1], -0.25 * temp2 * x7thm1 * sin2u)
    wave = 1.5 * temp2 * cosio
    sine_node, cosine_node = _nudged(node[0], node[1], wave * sin2u)
    sini, cosi = _nudged(sinio, cosio, wave * sinio * cos2u)
    mx, my = -sine_node * cosi, cosine_node * cosi
    ux, uy, uz = mx * sinu + cosine_node * cosu, my * sinu + sine_node * cosu, sini * sinu
    vx, vy, vz = mx * cosu - cosine_node * sinu, my * cosu - sine_node * sinu, sini * cosu
    return (
        (radius * ux, radius * uy, radius * uz),
        (rise * ux + sweep * vx, rise * uy + sweep * vy, rise * uz + sweep * vz),
    )


@_part
def _turn_states(turn: Floats, first: int, last: int, rate_rad_s: float, states: Six) -> None:
    """Turn a span of TEME states into ITRS in place, as `world.orientation.teme_to_itrs` does."""
    _wide_vectors()
    cosines, sines = turn[0, first:last], turn[1, first:last]
    poles_x, poles_y = turn[2, first:last], turn[3, first:last]
    rows_x, rows_y, rows_z, rows_u, rows_v, rows_w = states
    for j in range(last - first):
        cosine, sine, pole_x, pole_y = cosines[j], sines[j], poles_x[j], poles_y[j]
        x = cosine * rows_x[j] + sine * rows_y[j]
        y = cosine * rows_y[j] - sine * rows_x[j]
        u = cosine * rows_u[j] + sine * rows_v[j] + rate_rad_s * y
        v = cosine * rows_v[j] - sine * rows_u[j] - rate_rad_s * x
        z, w = rows_z[j], rows_w[j]
        rows_x[j], rows_y[j] = x + pole_x * z, y - pole_y * z
        rows_z[j] = z - pole_x * x + pole_y * y
        rows_u[j], rows_v[j] = u + pole_x * w, v - pole_y * w
        rows_w[j] = w - pole_x * u + pole_y * v
