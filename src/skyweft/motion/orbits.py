"""Satellites that fly by mean elements: SGP4, Earth-fixed.

Near-earth orbits go through our own kernel, deep space (225 minutes and more) through the package
`sgp4`. Who made the elements (a file, a Walker shell) does not matter here.

SGP4's velocity is not the rate of its position: it drops terms of e J2 and the pull of Sun and
Moon, up to 0.1 m/s in low circular orbits and metres a second in long ones. Between knots a cubic
would carry that into positions, so satellites with more than a little of it get the rate.
"""

import os
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skyweft.fleet.planes import MeanOrbits
from skyweft.motion import deep_space
from skyweft.motion.sgp4_kernel import Earth, Satellites, States, fill_states
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
_REPORTED = 3  # satellites that a warning names beside the first
_STEP_LIMIT_S = 300.0
_HERMITE_M = 1.0
# Velocity less rate of position, by J2^2 (R / p)^4, by e J2 (R / p)^2 (times the speed, all at
# perigee) and by the rates that drag adds: what bounds 9,000 random near-earth orbits (not those
# within half a degree of 180, where SGP4 divides by 1 + cos i).
_SLIP_ROUND, _SLIP_LONG, _SLIP_DRAG = 13.0, 1.45, 2.0
_ROUND_STEP_S = 60.0  # whoever allows these knots with SGP4's own velocities keeps them
# The rate is taken over a second each way: the third derivative, below 0.02 m/s^3 even where an
# orbit grazes the ground, makes it wrong by a sixth of itself; half the step would gain nothing
# that shows, and rounding (1e-6 m over 2 s) is smaller still.
_REACH_S = 1.0
_RATE_M_S = 0.02 * _REACH_S**2 / 6.0
_SHARES = np.array([0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5])  # of a step; it is symmetric
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
    elements : Elements
        As given.
    perigee_altitude_m, apogee_altitude_m : (N,)
        Above 6,378,135 m, from the Brouwer mean elements at epoch. [m]
    period_s, mean_motion_rev_day : (N,)
        From the Kozai mean motion, perigee to perigee.
    """

    def __init__(self, elements: Elements, clock: Clock) -> None:
        self.elements = elements
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
        with np.errstate(all="ignore"):
            step_s = self._step(self._slip())
            uneven = deep | (step_s < _ROUND_STEP_S)
            step_s = np.where(uneven, self._step(np.full(self.count, _RATE_M_S)), step_s)
        self._uneven = np.flatnonzero(uneven)
        self._step_max_s = float(np.nanmin(step_s, initial=_STEP_LIMIT_S))

    @property
    def count(self) -> int:
        """How many satellites."""
        return len(self.elements)

    def at_start(self) -> MeanOrbits:
        """Return the mean orbits at the run's start, by SGP4's secular terms."""
        t, c = self._offset_min, self._columns()
        with np.errstate(all="ignore"):
            bent = t**2 * (c["t2cof"] + t * (c["t3cof"] + t * (c["t4cof"] + t * c["t5cof"])))
            node = c["nodeo"] + c["nodedot"] * t + c["nodecf"] * t**2
            rate = c["mdot"] + c["argpdot"]
            latitude = c["mo"] + c["argpo"] + rate * t + c["no_unkozai"] * bent
        # Impossible elements stay where they were written: they have no position either.
        node = np.where(np.isfinite(node), node, c["nodeo"])
        latitude = np.where(np.isfinite(latitude), latitude, c["mo"] + c["argpo"])
        return MeanOrbits(
            node_deg=np.degrees(node) % 360.0,
            latitude_deg=np.degrees(latitude) % 360.0,
            inclination_deg=self.elements.inclination_deg,
            radius_m=(self.perigee_altitude_m + self.apogee_altitude_m) / 2 + RADIUS_M,
            rate_deg_s=np.degrees(rate) / 60.0,
        )

    @property
    def step_max_s(self) -> float:
        """The widest knots at which cubic Hermite keeps them within a metre, at most 300 s."""
        return self._step_max_s

    def _step(self, slip_m_s: Floats) -> Floats:
        """Return each satellite's widest knot spacing if its velocities slip by so much, (N,) [s].

        Two errors add up: the cubic's own, h^4 / 24 s^2 (1 - s)^2 max|r''''| at the share s of a
        step, with the Kepler motion at perigee seen from the turning Earth; and that of velocities
        off the rate of the positions by d, h d s (1 - s) |1 - 2 s|, and a tenth more of it as d
        changes along a step.
        """
        perigee_m = self._perigee_m()
        room = _SHARES * (1.0 - _SHARES)
        bend = _fourth_derivative(perigee_m, self.elements.eccentricity)[:, None] * room**2 / 24.0
        slip = slip_m_s[:, None] * room * (1.1 - 2.0 * _SHARES)
        step_s = np.full(bend.shape, _STEP_LIMIT_S)
        for _ in range(14):  # Newton from above on a convex sum: it falls to the root
            miss_m = (bend * step_s**3 + slip) * step_s - _HERMITE_M
            step_s -= np.maximum(miss_m, 0.0) / (4.0 * bend * step_s**3 + slip)
        return np.asarray(step_s.min(axis=1))

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
            is some kilometres, and grows by about as much a day. Velocities are SGP4's; of deep
            space and eccentric orbits they are the rate of its positions.
        executor : ThreadPoolExecutor, optional
            Threads that share the satellites; as many as the machine has unless given.

        Returns
        -------
        lines : list of str
            What lies outside the Earth orientation tables; in one line which satellites failed,
            when the first did, and how many for which reason.
        """
        grid = _grid(self._clock, time_s.tobytes())
        status = self._fill(grid, position_m, velocity_m_s, executor)
        if len(self._uneven):
            self._even(time_s, velocity_m_s, executor)
        lines = list(grid.rotation.warnings) if grid.rotation else []
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
        grid = _Grid(time_s, np.empty((4, 0)), None)
        return self._fill(grid, position_m, velocity_m_s, executor)

    def _fill(
        self,
        grid: "_Grid",
        position_m: Floats,
        velocity_m_s: Floats,
        executor: ThreadPoolExecutor | None,
    ) -> Codes:
        """Write states and return their status; blocks of satellites go over threads."""
        states = _room(position_m, velocity_m_s)
        _spread(lambda rows: self._fill_near(rows, rows, grid, states), self._near, executor)
        self._fill_deep(self._deep, self._deep, grid, states)
        return states.status

    def _fill_near(self, rows: Rows, into: Rows, grid: "_Grid", states: States) -> None:
        """Write near-earth satellites `rows` into the rows `into` of the states."""
        satellites = Satellites(self._table[rows], self._offset_min[rows], into)
        earth = Earth(grid.turn, grid.rotation.rate_rad_s if grid.rotation else 0.0)
        fill_states(satellites, grid.time_s, earth, states)

    def _fill_deep(self, rows: Rows, into: Rows, grid: "_Grid", states: States) -> None:
        """Do the same for deep space."""
        for row, out in zip(map(int, rows), map(int, into), strict=True):
            deep_space.fill_states(
                self.elements,
                row,
                self._offset_min[row],
                grid.time_s,
                states.position_m[out],
                states.velocity_m_s[out],
                states.status[out],
            )
            if grid.rotation:
                block = slice(out, out + 1)
                turn_to_itrs(states.position_m[block], states.velocity_m_s[block], grid.rotation)

    def _even(
        self, time_s: Floats, velocity_m_s: Floats, executor: ThreadPoolExecutor | None
    ) -> None:
        """Overwrite velocities that slip by central differences of Earth-fixed positions.

        Where a satellite is about to fail there is no difference, and SGP4's velocity stays.
        """
        sides = [_grid(self._clock, (time_s + side).tobytes()) for side in (-_REACH_S, _REACH_S)]

        def even(rows: Rows) -> None:
            far = np.isin(rows, self._deep)
            earlier, later = (_room(*np.empty((2, len(rows), 3, len(time_s)))) for _ in sides)
            for grid, states in zip(sides, (earlier, later), strict=True):
                self._fill_near(rows[~far], np.flatnonzero(~far), grid, states)
                self._fill_deep(rows[far], np.flatnonzero(far), grid, states)
            rate_m_s = (later.position_m - earlier.position_m) / (2.0 * _REACH_S)
            own_m_s = velocity_m_s[rows]
            there = np.isfinite(rate_m_s) & np.isfinite(own_m_s)
            velocity_m_s[rows] = np.where(there, rate_m_s, own_m_s)

        _spread(even, self._uneven, executor)

    def _slip(self) -> Floats:
        """Return a bound of how far near-earth velocities are off the rate of positions [m/s]."""
        perigee_m, eccentricity = self._perigee_m(), self.elements.eccentricity
        speed = np.sqrt(MU_KM3_S2 * 1e9 * (1.0 + eccentricity) / perigee_m)
        flat = J2 * (RADIUS_M / perigee_m) ** 2
        waves = speed * flat * (_SLIP_ROUND * flat + _SLIP_LONG * eccentricity)
        return np.asarray(waves + self._drag(speed) + _RATE_M_S)

    def _drag(self, speed: Floats) -> Floats:
        """Return a bound of the rates that drag adds to size, shape and anomaly, as speeds [m/s].

        As it is at the run's start: of what decays much later it may be too small.
        """
        t, c = self._offset_min, self._columns()
        shrink = c["cc1"] + 2.0 * t * c["d2"] + 3.0 * t**2 * c["d3"] + 4.0 * t**3 * c["d4"]
        swing = np.abs(c["bstar_cc5"]) + 3.0 * c["ecco"] * np.abs(c["eta"] * c["xmcof"])
        fall = 2.0 * np.abs(shrink) + np.abs(c["bstar_cc4"])
        return np.asarray(_SLIP_DRAG * (RADIUS_M / 60.0 * c["sqrt_a"] ** 2 * fall + speed * swing))

    def _perigee_m(self) -> Floats:
        """Return the perigees from the Earth's centre, none within the Earth."""
        return np.asarray(RADIUS_M + np.maximum(self.perigee_altitude_m, 0.0))

    def _columns(self) -> dict[str, Floats]:
        """Return the kernel's terms by their names, (N,) each."""
        return dict(zip(NearEarth._fields, self._table.T, strict=True))

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
        column = {name: term[:, None] for name, term in self._columns().items()}
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
        one = Orbits(self.elements.part(slice(row, row + 1)), self._clock)
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
        """Name the satellite that failed first, and count the others by what ended them."""
        failed = np.flatnonzero(reason)
        if not len(failed):
            return []
        failed = failed[np.argsort(ended_s[failed], kind="stable")]
        names = [self.elements.names[row] for row in failed[: 1 + _REPORTED]]
        why = Counter(REASONS[int(reason[row])] for row in failed)
        line = f"{names[0]}: no position {_when(ended_s[failed[0]])}: "
        if len(failed) == 1:
            return [line + next(iter(why))]
        listed = ", ".join(names[1:]) + (", ..." if len(failed) > len(names) else "")
        counted = "; ".join(f"{count:,} x {words}" for words, count in why.most_common())
        return [f"{line}the first of {len(failed):,} (then {listed}): {counted}"]


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


@dataclass(frozen=True, slots=True)
class _Grid:
    """Times (T,) and what turns TEME into ITRS there: rows (4, T), or none to stay in TEME."""

    time_s: Floats
    turn: Floats
    rotation: EarthRotation | None


def _room(position_m: Floats, velocity_m_s: Floats) -> States:
    """Return arrays with a status beside them."""
    shape = position_m.shape[0], position_m.shape[2]
    return States(position_m, velocity_m_s, np.zeros(shape, dtype=np.uint8))


@lru_cache(maxsize=16)
def _grid(clock: Clock, times: bytes) -> _Grid:
    """Return the rows that turn TEME into ITRS, looked up once for all movers of a time grid."""
    time_s = np.frombuffer(times)
    rotation = earth_rotation(clock, time_s)
    cosine, sine = np.cos(rotation.gmst_rad), np.sin(rotation.gmst_rad)
    turn = np.stack([cosine, sine, rotation.pole_x_rad, rotation.pole_y_rad])
    return _Grid(time_s, turn, rotation)


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


def _fourth_derivative(perigee_m: Floats, eccentricity: Floats) -> Floats:
    """Return a bound of |r''''| [m/s^4] of Kepler orbits seen from the turning Earth.

    At perigee r'' = -f r and r'''' = f^2 (1 + 3e) r with f = mu / r^3; turning adds the binomial
    sum over the lower derivatives; a twentieth more is for the Earth's flatness.
    """
    f = MU_KM3_S2 * 1e9 / perigee_m**3
    speed = np.sqrt(f * (1.0 + eccentricity)) * perigee_m
    w = _EARTH_RAD_S
    return 1.05 * np.asarray(
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
