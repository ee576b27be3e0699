"""Published numbers computed again on this machine: what `skyweft selfcheck` prints.

A handful of cases, typed in with their sources, that pass through every stage's kernel once. The
test suite holds far more; this tells a user that what he installed computes what we tested.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skyweft.links.doppler import slant_range_m
from skyweft.links.radio import cn0_dbhz, free_space_loss_db
from skyweft.links.waveforms.lora import air_time_s
from skyweft.motion.orbits import Orbits
from skyweft.motion.walker import phases
from skyweft.protocols.elements import parse
from skyweft.scenario.motion import Walker
from skyweft.world.clock import Clock
from skyweft.world.ellipsoid import to_ecef, up
from skyweft.world.orientation import earth_rotation, teme_to_itrs

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Case:
    """One published number, ours beside it, and how far the two may be apart."""

    name: str
    source: str
    unit: str
    published: tuple[float, ...]
    found: tuple[float, ...]
    tolerance: float

    @property
    def deviation(self) -> float:
        """Length of the difference."""
        return float(np.linalg.norm(np.subtract(self.found, self.published)))

    @property
    def holds(self) -> bool:
        """Whether ours is within the tolerance; NaN is not."""
        return self.deviation <= self.tolerance

    def facts(self) -> dict[str, Any]:
        """Return everything as plain values."""
        return {
            "name": self.name,
            "source": self.source,
            "unit": self.unit,
            "published": list(self.published),
            "found": list(self.found),
            "deviation": self.deviation,
            "tolerance": self.tolerance,
            "holds": self.holds,
        }

    def line(self) -> str:
        """Return the case for reading."""
        verdict = "ok " if self.holds else "OFF"
        return (
            f"{verdict} {self.name}: deviation {self.deviation:.2g} {self.unit}, tolerance "
            f"{self.tolerance:g} {self.unit} ({self.source})"
        )


def selfcheck() -> list[Case]:
    """Compute every case.

    Returns
    -------
    list of Case
        Published number, ours, deviation, tolerance and source, in a fixed order.
    """
    cases: tuple[Callable[[], Case], ...] = (
        _orbit,
        _frame,
        _horizon,
        _shell,
        _budget,
        _air_time,
    )
    return [case() for case in cases]


def _orbit() -> Case:
    """Propagate Vanguard 1 for six hours; undo the Earth's turning, which is not under test."""
    elements, _ = parse(
        b"1 00005U 58002B   00179.78495062  .00000023  00000-0  28098-4 0  4753\n"
        b"2 00005  34.2682 348.7242 1859667 331.7664  19.3264 10.82419157413667\n",
        "vanguard.tle",
    )
    clock = Clock.at(datetime(2000, 6, 27, 18, 50, 19, 733_568, tzinfo=UTC), tables=False)
    time_s = np.array([0.0, 360 * 60.0])
    position_m, velocity_m_s = np.empty((1, 3, 2)), np.empty((1, 3, 2))
    Orbits(elements, clock).fill(time_s, position_m, velocity_m_s)
    angle = earth_rotation(clock, time_s).gmst_rad[1]
    x, y, z = position_m[0, :, 1]
    back = (x * np.cos(angle) - y * np.sin(angle), x * np.sin(angle) + y * np.cos(angle), z)
    return Case(
        "SGP4, satellite 00005 after 360 min",
        "AIAA 2006-6753, verification output",
        "m",
        (-7_154_031.20202, -3_783_176.82504, -3_536_194.12294),
        tuple(map(float, back)),
        1e-4,  # printed to 1e-5 m on three axes, and turned twice in floating point
    )


def _frame() -> Case:
    clock = Clock.at(datetime(2004, 4, 6, 7, 51, 28, 386_009, tzinfo=UTC))
    teme_m = np.array([5_094_180.16210, 6_127_644.65950, 6_380_344.53270]).reshape(1, 3, 1)
    rotation = earth_rotation(clock, np.zeros(1))
    itrs_m, _ = teme_to_itrs(teme_m, np.zeros_like(teme_m), rotation)
    return Case(
        "TEME to ITRS",
        "AIAA 2006-6753, appendix C",
        "m",
        (-1_033_479.3830, 7_901_295.2754, 6_380_356.5958),
        tuple(map(float, itrs_m[0, :, 0])),
        0.5,  # the example takes the day's UT1 and pole of 0 h; ours, of 7:51, turn it by 0.5 ms
    )


def _horizon() -> Case:
    site_m = to_ecef(39.9042, 116.4074, 44.0)
    way_m = np.array([-1_015_079.689, 6_006_378.618, 2_991_831.234]) - site_m
    sine = float(np.dot(way_m, up(39.9042, 116.4074)) / np.linalg.norm(way_m))
    return Case(
        "elevation of a rising satellite at Beijing",
        "Skyfield 1.55, altaz",
        "deg",
        (0.582247,),
        (float(np.degrees(np.arcsin(sine))),),
        1e-6,  # printed to 1e-6 degrees
    )


def _shell() -> Case:
    shell = Walker(
        kind="walker", planes=3, per_plane=8, phasing=1, inclination_deg=56.0, altitude_m=23_222e3
    )
    raan_deg, latitude_deg = phases(shell)
    return Case(
        "Walker 24/3/1: planes, slots and phase between planes",
        "Walker 1984: 360 by 3, by 8, and 1 by 24",
        "deg",
        (120.0, 45.0, 15.0),
        (float(raan_deg[8]), float(latitude_deg[1]), float(latitude_deg[8])),
        1e-9,
    )


def _budget() -> Case:
    range_m = slant_range_m(30.0, 600e3)
    loss_db = free_space_loss_db(range_m, 2.0e9) + 0.1 + 3.0 + 2.2
    ratio_db = cn0_dbhz(48.8, -31.6, loss_db) - 10 * np.log10(30e6)
    return Case(
        "carrier to noise, S band down from 600 km",
        "3GPP TR 38.821, table 6.1.3.3-1, SC9",
        "dB",
        (6.6,),
        (float(ratio_db),),
        0.1,  # printed to 0.1 dB from rounded terms
    )


def _air_time() -> Case:
    return Case(
        "LoRa air time, 13 bytes at SF9, 4/5, 125 kHz",
        "formulas of Semtech AN1200.13",
        "ms",
        (164.864,),
        (float(air_time_s(13, 9)) * 1e3,),
        1e-6,
    )
