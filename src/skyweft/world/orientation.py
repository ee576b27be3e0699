"""How the Earth is turned: from the frame of SGP4 (TEME) to the Earth-fixed one (ITRS).

TEME turns by Greenwich mean sidereal time of 1982, as function of UT1, into
the pseudo-Earth-fixed frame, and that by polar motion into ITRS. UT1 and polar
motion come from IERS Bulletin A in the package `astropy-iers-data`, its
predictions included. Left out, each below 0.1 m at the equator: tides within a
day, and the error of straight lines between the table's days.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import erfa
import numpy as np
from astropy_iers_data import IERS_A_FILE
from numpy.typing import NDArray

from skyweft.kernels import making
from skyweft.world.clock import (
    DAY_NS,
    MJD_1970,
    SECOND_NS,
    Clock,
    leap_seconds,
    tai_ns_from_utc_ns,
    utc_text,
)
from skyweft.world.constants import DAY_S

Floats = NDArray[np.float64]

JULIAN_1970 = 2_440_587.5
ARCSECOND_RAD = np.pi / 648_000
EQUATOR_M_S = 465.1
"""How fast the ground moves at the equator: what a second of UT1 is worth."""
POLE_WANDER_M = 20.0
"""How far off a held pole can be: 0.6 arcsec, the widest swing since 1973, is 18.5 m."""
LATER_DRIFT_S_DAY = 2e-3
"""What UT1 gains or loses on TAI in a day: at most 1.9 ms over any 100 days since 1999."""
EARLIER_DRIFT_S_DAY = 3.5e-3
"""The same when the tables begin, in 1973, when the Earth turned slower: 3.44 ms."""
TABLE_END_S = 0.1
"""UT1 at the end of the predictions, one year ahead: four times its printed deviation."""


@dataclass(frozen=True, slots=True)
class EarthRotation:
    """The Earth's turning at times (T,), made once per time grid and shared by all movers."""

    gmst_rad: Floats
    rate_rad_s: float  # of `gmst_rad`: once a sidereal day
    pole_x_rad: Floats
    pole_y_rad: Floats
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Table:
    """One row a day, (D,): UT1 - TAI, which no leap second interrupts, and the pole."""

    tai_ns: NDArray[np.int64]
    ut1_minus_tai_s: Floats
    pole_x_rad: Floats
    pole_y_rad: Floats


@cache
def _table() -> _Table:
    """Read Bulletin A: fixed columns, blank behind the last prediction."""
    rows = [
        (float(line[7:15]), float(line[58:68]), float(line[18:27]), float(line[37:46]))
        for line in Path(IERS_A_FILE).read_text(encoding="ascii").splitlines()
        if line[58:68].strip()
    ]
    mjd, ut1_minus_utc_s, pole_x, pole_y = np.array(rows).T
    utc_ns = (mjd.astype(np.int64) - MJD_1970) * DAY_NS
    tai_ns = tai_ns_from_utc_ns(utc_ns)
    ut1_minus_tai_s = ut1_minus_utc_s - (tai_ns - utc_ns) / SECOND_NS
    return _Table(tai_ns, ut1_minus_tai_s, pole_x * ARCSECOND_RAD, pole_y * ARCSECOND_RAD)


def earth_rotation(clock: Clock, time_s: Floats) -> EarthRotation:
    """Return how the Earth is turned at times from the run's start.

    Parameters
    ----------
    clock : Clock
        With `tables=False`, UT1 is UTC (its leap second of the start held) and the pole stands.
    time_s : (T,)
        Seconds from the start, in any order.

    Returns
    -------
    EarthRotation
        Outside the tables their first or last values are held and `warnings` says the error.
    """
    if clock.tables:
        table = _table()
        known_s = clock.seconds_to(table.tai_ns)
        ut1_minus_tai_s = np.interp(time_s, known_s, table.ut1_minus_tai_s)
        pole_x_rad = np.interp(time_s, known_s, table.pole_x_rad)
        pole_y_rad = np.interp(time_s, known_s, table.pole_y_rad)
    else:
        ut1_minus_tai_s = np.full(len(time_s), -float(leap_seconds().at_tai(clock.start_tai_ns)))
        pole_x_rad = pole_y_rad = np.zeros(len(time_s))
    day, rest_ns = divmod(clock.start_tai_ns, DAY_NS)
    ut1_day = (rest_ns / SECOND_NS + time_s + ut1_minus_tai_s) / DAY_S
    return EarthRotation(
        gmst_rad=np.asarray(erfa.gmst82(JULIAN_1970 + day, ut1_day), np.float64),
        rate_rad_s=_rate_rad_s(day),
        pole_x_rad=pole_x_rad,
        pole_y_rad=pole_y_rad,
        warnings=_warnings(clock, time_s),
    )


def _rate_rad_s(day_1970: int) -> float:
    """Return the rate of GMST-82 (Aoki et al., 1982): UT1's second has 1.0027379 sidereal ones."""
    centuries = (JULIAN_1970 + day_1970 - erfa.DJ00) / erfa.DJC
    gain_s = 8_640_184.812866 + 2 * 0.093104 * centuries - 3 * 6.2e-6 * centuries**2
    return float(2 * np.pi / DAY_S * (1 + gain_s / (erfa.DJC * DAY_S)))


def _warnings(clock: Clock, time_s: Floats) -> tuple[str, ...]:
    """Say in words, and in metres, what lies outside the tables."""
    if not len(time_s):
        return ()
    first_ns, last_ns = (
        int(moment_ns) for moment_ns in clock.tai_ns([np.min(time_s), np.max(time_s)])
    )
    lines = []
    expires_ns = int(tai_ns_from_utc_ns(leap_seconds().expires_utc_ns))
    if last_ns > expires_ns:
        lines.append(
            f"leap seconds are known until {utc_text(expires_ns)[0][:10]}: a later one would make "
            f"UTC times after it wrong by 1 s; a newer astropy-iers-data may know it"
        )
    if clock.tables:
        table = _table()
        before_day = (int(table.tai_ns[0]) - first_ns) / DAY_NS
        after_day = (last_ns - int(table.tai_ns[-1])) / DAY_NS
        if before_day > 0:
            lines.append(_held("begin", int(table.tai_ns[0]), before_day * EARLIER_DRIFT_S_DAY))
        if after_day > 0:
            error_s = TABLE_END_S + after_day * LATER_DRIFT_S_DAY
            lines.append(_held("end", int(table.tai_ns[-1]), error_s))
    return tuple(lines)


def _held(verb: str, border_ns: int, error_s: float) -> str:
    held = "first" if verb == "begin" else "last"
    return (
        f"Earth orientation tables {verb} on {utc_text(border_ns)[0][:10]}: the {held} values are "
        f"held; UT1 may be off by {error_s:.1g} s, so places move by up to "
        f"{error_s * EQUATOR_M_S + POLE_WANDER_M:.0f} m at the equator"
    )


def teme_to_itrs(
    position_m: Floats, velocity_m_s: Floats, rotation: EarthRotation
) -> tuple[Floats, Floats]:
    """Return states of the frame of SGP4 in the Earth-fixed one.

    Parameters
    ----------
    position_m, velocity_m_s : (P, 3, T)
        TEME of date. NaN stays NaN.
    rotation : EarthRotation
        At the same T times.

    Returns
    -------
    position_m, velocity_m_s : (P, 3, T)
        ITRS; the velocity is the one seen from the turning Earth. Polar motion is of first
        order: 0.3 mm at geostationary height.

    References
    ----------
    D. Vallado et al., "Revisiting Spacetrack Report #3", AIAA 2006-6753, appendix C.
    """
    position, velocity = position_m.copy(), velocity_m_s.copy()
    turn_to_itrs(position, velocity, rotation)
    return position, velocity


def turn_to_itrs(position_m: Floats, velocity_m_s: Floats, rotation: EarthRotation) -> None:
    """Do the same as `teme_to_itrs` in place, without a copy: for whole fleets."""
    shape = (position_m.shape[0], 3, len(rotation.gmst_rad))
    if position_m.shape != shape or velocity_m_s.shape != shape:
        raise ValueError(
            f"states must have shape {shape}, got {position_m.shape} and {velocity_m_s.shape}"
        )
    _turn(
        position_m,
        velocity_m_s,
        np.cos(rotation.gmst_rad),
        np.sin(rotation.gmst_rad),
        rotation.rate_rad_s,
        rotation.pole_x_rad,
        rotation.pole_y_rad,
    )


@making
def _turn(  # type: ignore[no-untyped-def]  # numba: arrays of float64
    position, velocity, cosine, sine, rate, pole_x, pole_y
):
    """Turn (P, 3, T) states in place; time is the inner loop."""
    for p in range(position.shape[0]):
        for t in range(position.shape[2]):
            x = cosine[t] * position[p, 0, t] + sine[t] * position[p, 1, t]
            y = cosine[t] * position[p, 1, t] - sine[t] * position[p, 0, t]
            z = position[p, 2, t]
            u = cosine[t] * velocity[p, 0, t] + sine[t] * velocity[p, 1, t] + rate * y
            v = cosine[t] * velocity[p, 1, t] - sine[t] * velocity[p, 0, t] - rate * x
            w = velocity[p, 2, t]
            position[p, 0, t] = x + pole_x[t] * z
            position[p, 1, t] = y - pole_y[t] * z
            position[p, 2, t] = z - pole_x[t] * x + pole_y[t] * y
            velocity[p, 0, t] = u + pole_x[t] * w
            velocity[p, 1, t] = v - pole_y[t] * w
            velocity[p, 2, t] = w - pole_x[t] * u + pole_y[t] * v
