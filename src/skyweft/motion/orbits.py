"""Satellites that fly by mean elements: SGP4, Earth-fixed.

Near-earth orbits go through our own kernel, deep space (225 minutes and more) through the package
`sgp4`. Who made the elements (a file, a Walker shell) does not matter here.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skyweft.motion import deep_space, sgp4_kernel
from skyweft.motion.sgp4_terms import (
    DEEP_SPACE_MIN,
    J2,
    MU_KM3_S2,
    RADIUS_M,
    REV_DAY,
    XKE,
    NearEarth,
    brouwer_mean_motion,
    kozai_mean_motion,
    near_earth,
)
from skyweft.protocols.elements import Elements
from skyweft.world.clock import Clock
from skyweft.world.orientation import EarthRotation, earth_rotation, turn_to_itrs

Floats = NDArray[np.float64]
Codes = NDArray[np.uint8]
Rows = NDArray[np.int64]

REASONS = {
    1: "its mean eccentricity left 0 to 1: the drag term is too strong or the elements too old",
    2: "its mean motion is not above 0",
    3: "Sun and Moon drove its eccentricity out of 0 to 1",
    4: "its orbit is no ellipse any more: the drag term is too strong or the elements too old",
    6: "it has decayed",
}
"""What python-sgp4's status numbers mean."""

_TOGETHER = 64  # satellites a thread moves at a time
_TOLD = 5  # satellites that a warning names
_STEP_LIMIT_S = 300.0
_HERMITE_M = 1.0
_SLIP = 3.2  # bounds what 250 random orbits showed, e from 0 to 0.8
_EARTH_RAD_S = 7.292116e-5
_DECAYING_RADII = 1.02  # mean perigees below this may touch the ground by periodic terms
_WATCH_S = 60.0


class Orbits:
    """Some satellites, moved by SGP4 from mean elements: a `Mover`.

    Parameters
    ----------
    elements : Elements
        One row a satellite.
    clock : Clock
        The run's time.

    Attributes
    ----------
    perigee_altitude_m, apogee_altitude_m : (N,)
        Above 6,378,135 m, from the Brouwer mean elements at epoch. [m]
    period_s, mean_motion_rev_day : (N,)
        From the Kozai mean motion, perigee to perigee.
    """

    def __init__(self, elements: Elements, clock: Clock) -> None:
        self._elements = elements
        self._clock = clock
        cosine = np.cos(np.radians(elements.inclination_deg))
        no_kozai = elements.mean_motion_rev_day / REV_DAY
        with np.errstate(all="ignore"):  # impossible elements become a status, row by row
            no = brouwer_mean_motion(no_kozai, elements.eccentricity, cosine)
            semi_major_m = (XKE / no) ** (2.0 / 3.0) * RADIUS_M
            self.period_s = 86_400.0 / elements.mean_motion_rev_day
            deep = 2.0 * np.pi / no >= DEEP_SPACE_MIN
        self.mean_motion_rev_day = elements.mean_motion_rev_day
        self.perigee_altitude_m = semi_major_m * (1.0 - elements.eccentricity) - RADIUS_M
        self.apogee_altitude_m = semi_major_m * (1.0 + elements.eccentricity) - RADIUS_M
        self._offset_min = (clock.start_tai_ns - elements.epoch_tai_ns) / 60e9
        self._deep = np.flatnonzero(deep)
        self._near = np.flatnonzero(~deep)
        self._table = _terms(elements, no_kozai).table()

    @property
    def count(self) -> int:
        """How many satellites."""
        return len(self._elements)

    @property
    def step_max_s(self) -> float:
        """The widest knot spacing at which cubic Hermite keeps them within a metre, at most 300 s.

        Two errors add up: that of the cubic, h^4 / 384 max|r''''| with the Kepler motion at
        perigee seen from the turning Earth, and h^2 / 8 times the rate at which SGP4's velocities
        leave the rate of its positions (it drops terms of e J2: metres a second at e = 0.7).
        """
        eccentricity = self._elements.eccentricity
        perigee_m = RADIUS_M + np.maximum(self.perigee_altitude_m, 0.0)
        bend = _fourth_derivative(perigee_m, eccentricity) / 384.0
        pull = MU_KM3_S2 * 1e9 * (1.0 + eccentricity) / perigee_m**2
        slip = (
            _SLIP
            * J2
            * eccentricity
            / (1.0 + eccentricity) ** 2
            * (RADIUS_M / perigee_m) ** 2
            * pull
            / 8.0
        )
        square = 2.0 * _HERMITE_M / (slip + np.sqrt(slip * slip + 4.0 * bend * _HERMITE_M))
        return float(np.nanmin(np.sqrt(square), initial=_STEP_LIMIT_S))

    def fill(
        self,
        time_s: Floats,
        position_m: Floats,
        velocity_m_s: Floats,
        executor: ThreadPoolExecutor | None = None,
    ) -> list[str]:
        """Write Earth-fixed states; a satellite that fails is NaN from then on.

        Parameters
        ----------
        time_s : (T,)
            Ascending, from the scenario's start. [s]
        position_m, velocity_m_s : (N, 3, T)
            Written, C-contiguous: ITRS. The error against SGP4 itself is below 0.1 mm; SGP4's own
            is some kilometres, and grows by about as much a day.
        executor : ThreadPoolExecutor, optional
            Threads that share the satellites; as many as the machine has unless given.

        Returns
        -------
        lines : list of str
            What lies outside the Earth orientation tables; which satellites failed, why and when:
            the earliest by name, the rest as a number.
        """
        turn, rotation = _turn(self._clock, time_s.tobytes())
        status = self._fill(time_s, turn, rotation, position_m, velocity_m_s, executor)
        lines = list(rotation.warnings)
        ended_s, reason = self._failures(time_s, status)
        for row in np.flatnonzero(np.isfinite(ended_s)):
            lost = time_s >= ended_s[row]
            position_m[row, :, lost] = np.nan
            velocity_m_s[row, :, lost] = np.nan
        return lines + self._words(ended_s, reason)

    def fill_teme(
        self,
        time_s: Floats,
        position_m: Floats,
        velocity_m_s: Floats,
        executor: ThreadPoolExecutor | None = None,
    ) -> Codes:
        """Write states in the frame of SGP4 (TEME of date); return python-sgp4's status (N, T).

        Shapes as in `fill`; only epochs that fail are NaN.
        """
        return self._fill(time_s, np.empty((4, 0)), None, position_m, velocity_m_s, executor)

    def _fill(
        self,
        time_s: Floats,
        turn: Floats,
        rotation: EarthRotation | None,
        position_m: Floats,
        velocity_m_s: Floats,
        executor: ThreadPoolExecutor | None,
    ) -> Codes:
        """Write states and return their status; blocks of satellites go over threads."""
        status = np.zeros((self.count, len(time_s)), dtype=np.uint8)
        rate_rad_s = rotation.rate_rad_s if rotation else 0.0

        def near(rows: Rows) -> None:
            sgp4_kernel.fill_states(
                self._table[rows],
                self._offset_min[rows],
                rows,
                time_s,
                turn,
                rate_rad_s,
                position_m,
                velocity_m_s,
                status,
            )

        _spread(near, self._near, executor)
        for row in map(int, self._deep):
            block = slice(row, row + 1)
            deep_space.fill_states(
                self._elements,
                row,
                self._offset_min[row],
                time_s,
                position_m[row],
                velocity_m_s[row],
                status[row],
            )
            if rotation:
                turn_to_itrs(position_m[block], velocity_m_s[block], rotation)
        return status

    def _failures(self, time_s: Floats, status: Codes) -> tuple[Floats, Codes]:
        """Return when each satellite failed for good, inf where it did not, and why, (N,) each.

        SGP4 may bring a satellite back from the ground, so what failed before these times counts.
        Failures before a satellite's epoch do not end it.
        """
        ended_s, reason = np.full(self.count, np.inf), np.zeros(self.count, dtype=np.uint8)
        for row in np.flatnonzero(status.any(axis=1)):
            failed = (status[row] > 0) & (time_s >= -60.0 * self._offset_min[row])
            first = int(np.argmax(failed)) if failed.any() else int(np.argmax(status[row] > 0))
            reason[row] = status[row, first]
            ended_s[row] = time_s[first] if failed.any() else np.inf
        start_s = float(time_s[0]) if len(time_s) else 0.0
        for row in np.flatnonzero(self._may_decay(start_s)):
            earlier_s, code = self._failed_before(int(row), start_s)
            if earlier_s < ended_s[row]:
                ended_s[row], reason[row] = earlier_s, code
        return ended_s, reason

    def _may_decay(self, until_s: float) -> NDArray[np.bool_]:
        """Tell which satellites' mean perigee comes near the ground between epoch and a time."""
        t = (self._offset_min + until_s / 60.0)[:, None] * np.linspace(0.0, 1.0, 17)
        column = dict(zip(NearEarth.__slots__, self._table.T[:, :, None], strict=True))
        shrink = 1.0 - t * (
            column["cc1"] + t * (column["d2"] + t * (column["d3"] + t * column["d4"]))
        )
        eccentricity = column["ecco"] - column["bstar_cc4"] * t
        perigee = (column["sqrt_a"] * shrink) ** 2 * (1.0 - eccentricity)
        odd = (perigee < _DECAYING_RADII) | (eccentricity < 0.0) | (shrink < 0.5)
        return np.asarray((t[:, -1] > 0.0) & odd.any(axis=1))

    def _failed_before(self, row: int, until_s: float) -> tuple[float, int]:
        """Return when and why a satellite first failed between its epoch and a time, else inf."""
        chunk_s = 1440 * _WATCH_S
        start_s = float(np.ceil(-60.0 * self._offset_min[row] / _WATCH_S)) * _WATCH_S
        one = Orbits(_rows(self._elements, row), self._clock)
        while start_s < until_s:
            time_s = np.arange(start_s, min(start_s + chunk_s, until_s), _WATCH_S)
            states = np.empty((2, 1, 3, len(time_s)))
            status = one.fill_teme(time_s, states[0], states[1])[0]
            if status.any():
                first = int(np.argmax(status > 0))
                return float(time_s[first]), int(status[first])
            start_s += chunk_s
        return np.inf, 0

    def _words(self, ended_s: Floats, reason: Codes) -> list[str]:
        """Name the satellites that failed, earliest first, and count the rest."""
        failed = np.flatnonzero(reason)
        failed = failed[np.argsort(ended_s[failed], kind="stable")]
        names = self._elements.names
        lines = [
            f"{names[row]}: no position {_when(ended_s[row])}: {REASONS[int(reason[row])]}"
            for row in failed[:_TOLD]
        ]
        if len(failed) > _TOLD:
            rest = len(failed) - _TOLD
            lines.append(f"{names[failed[_TOLD]]} and {rest - 1:,} more: no position either")
        return lines


def _when(ended_s: float) -> str:
    """Say from when on there is no position."""
    if not np.isfinite(ended_s):
        return "at times before its elements' epoch"
    if ended_s < 0:
        return f"at all, from {-ended_s:,.0f} s before the start on"
    return f"from {ended_s:,.0f} s after the start on"


def mean_motion_from_altitude(
    altitude_m: ArrayLike, inclination_deg: ArrayLike, eccentricity: ArrayLike = 0.0
) -> Floats:
    """Return the Kozai mean motion [rev/day] whose Brouwer mean semi-major axis is given.

    Parameters
    ----------
    altitude_m : array
        Brouwer mean semi-major axis (that of `sgp4`'s `satrec.a`) less 6,378,135 m. [m]
    inclination_deg, eccentricity : array
        Mean elements; shapes that broadcast.
    """
    semi_major = 1.0 + np.asarray(altitude_m, dtype=np.float64) / RADIUS_M
    cosine = np.cos(np.radians(inclination_deg))
    return kozai_mean_motion(XKE / semi_major**1.5, eccentricity, cosine) * REV_DAY


def altitude_from_mean_motion(
    mean_motion_rev_day: ArrayLike, inclination_deg: ArrayLike, eccentricity: ArrayLike = 0.0
) -> Floats:
    """Return the altitude [m] of a Kozai mean motion: `mean_motion_from_altitude` undone."""
    kozai = np.asarray(mean_motion_rev_day, dtype=np.float64) / REV_DAY
    cosine = np.cos(np.radians(inclination_deg))
    brouwer = brouwer_mean_motion(kozai, eccentricity, cosine)
    return np.asarray(((XKE / brouwer) ** (2.0 / 3.0) - 1.0) * RADIUS_M)


@lru_cache(maxsize=16)
def _turn(clock: Clock, times: bytes) -> tuple[Floats, EarthRotation]:
    """Return the rows that turn TEME into ITRS, looked up once for all movers of a time grid."""
    rotation = earth_rotation(clock, np.frombuffer(times))
    cosine, sine = np.cos(rotation.gmst_rad), np.sin(rotation.gmst_rad)
    return np.stack([cosine, sine, rotation.pole_x_rad, rotation.pole_y_rad]), rotation


def _terms(elements: Elements, no_kozai: Floats) -> NearEarth:
    """Return the kernel's terms; those of deep-space rows are not used."""
    return near_earth(
        no_kozai=no_kozai,
        ecco=elements.eccentricity,
        inclo=np.radians(elements.inclination_deg),
        nodeo=np.radians(elements.raan_deg),
        argpo=np.radians(elements.argument_of_perigee_deg),
        mo=np.radians(elements.mean_anomaly_deg),
        bstar=elements.bstar,
    )


def _rows(elements: Elements, row: int) -> Elements:
    """Return one satellite's elements."""
    return Elements(*(getattr(elements, name)[row : row + 1] for name in Elements.__slots__))


def _fourth_derivative(perigee_m: Floats, eccentricity: Floats) -> Floats:
    """Return a bound of |r''''| [m/s^4] of Kepler orbits seen from the turning Earth.

    At perigee r'' = -f r and r'''' = f^2 (1 + 3e) r with f = mu / r^3; turning adds the binomial
    sum over the lower derivatives.
    """
    f = MU_KM3_S2 * 1e9 / perigee_m**3
    speed = np.sqrt(f * (1.0 + eccentricity)) * perigee_m
    w = _EARTH_RAD_S
    return np.asarray(
        f * f * (1.0 + 3.0 * eccentricity) * perigee_m
        + 4.0 * w * f * speed
        + 6.0 * w**2 * f * perigee_m
        + 4.0 * w**3 * speed
        + w**4 * perigee_m
    )


def _spread(work: Callable[[Rows], None], rows: Rows, executor: ThreadPoolExecutor | None) -> None:
    """Do `work` on blocks of rows, over threads where there are several."""
    blocks = [rows[first : first + _TOGETHER] for first in range(0, len(rows), _TOGETHER)]
    if len(blocks) <= 1:
        for block in blocks:
            work(block)
    elif executor is None:
        with ThreadPoolExecutor(os.cpu_count()) as threads:
            list(threads.map(work, blocks))
    else:
        list(executor.map(work, blocks))
