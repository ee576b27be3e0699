"""SGP4 for a shell of 1,584 satellites over a day, positions and velocities, against python-sgp4.

Prints million satellite-epochs a second and ratios to `sgp4.api.SatrecArray` in the same run;
first asserts that both give the same states. Floor (an estimate): 250 operations and four divisions
an epoch are 250 M/s a core with 512-bit vectors, the 48 bytes written 500 M/s.

Usage: python benchmarks/propagation.py [--json]
"""

import json
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
from sgp4.api import WGS72, Satrec, SatrecArray

from skyweft.motion.orbits import Orbits
from skyweft.protocols.elements import Elements
from skyweft.world.clock import Clock

PLANES, PER_PLANE, EPOCHS = 72, 22, 1441
START_TAI_NS = 1_750_000_000_000_000_000
REPEATS = 5
FLOOR_M_S = 250.0
RATIO_MIN = 20.0


def _shell() -> Elements:
    count = PLANES * PER_PLANE
    row = np.arange(count)
    return Elements(
        names=tuple(map(str, row)),
        catalogue_number=row,
        epoch_tai_ns=np.full(count, START_TAI_NS),
        mean_motion_rev_day=np.full(count, 15.06),
        eccentricity=np.full(count, 1e-4),
        inclination_deg=np.full(count, 53.0),
        raan_deg=row // PER_PLANE * 360.0 / PLANES,
        argument_of_perigee_deg=np.zeros(count),
        mean_anomaly_deg=row * 360.0 / PER_PLANE % 360.0,
        bstar=np.full(count, 1e-4),
    )


def _theirs(elements: Elements) -> tuple[SatrecArray, float, float]:
    satellites = []
    for row in range(len(elements)):
        satellite = Satrec()
        satellite.sgp4init(
            WGS72,
            "i",
            0,
            27000.0,
            elements.bstar[row],
            0.0,
            0.0,
            elements.eccentricity[row],
            np.radians(elements.argument_of_perigee_deg[row]),
            np.radians(elements.inclination_deg[row]),
            np.radians(elements.mean_anomaly_deg[row]),
            elements.mean_motion_rev_day[row] * np.pi / 720.0,
            np.radians(elements.raan_deg[row]),
        )
        satellites.append(satellite)
    return SatrecArray(satellites), satellites[0].jdsatepoch, satellites[0].jdsatepochF


def _median_s(work: Callable[[], object]) -> float:
    taken = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return float(np.median(taken))


def main() -> None:
    elements = _shell()
    time_s = 60.0 * np.arange(EPOCHS, dtype=np.float64)
    orbits = Orbits(elements, Clock(START_TAI_NS))
    peer, day, fraction = _theirs(elements)
    jd, fr = np.full(EPOCHS, day), fraction + time_s / 86_400.0
    position_m, velocity_m_s = (np.empty((len(elements), 3, EPOCHS)) for _ in range(2))

    orbits.fill_teme(time_s, position_m, velocity_m_s)
    codes, position_km, velocity_km_s = peer.sgp4(jd, fr)
    assert not codes.any()
    off_km = np.abs(position_m / 1e3 - position_km.transpose(0, 2, 1)).max()
    off_km_s = np.abs(velocity_m_s / 1e3 - velocity_km_s.transpose(0, 2, 1)).max()
    assert off_km < 1e-8
    assert off_km_s < 1e-11

    million = len(elements) * EPOCHS / 1e6
    rates = {"python-sgp4 SatrecArray": million / _median_s(lambda: peer.sgp4(jd, fr))}
    for threads in (1, 2):
        with ThreadPoolExecutor(threads) as executor:
            orbits.fill(time_s, position_m, velocity_m_s, executor)
            states = position_m, velocity_m_s, executor
            rates[f"skyweft TEME, threads: {threads}"] = million / _median_s(
                partial(orbits.fill_teme, time_s, *states)
            )
            rates[f"skyweft ITRS, threads: {threads}"] = million / _median_s(
                partial(orbits.fill, time_s, *states)
            )
    _tell(rates, float(off_km), float(off_km_s))


def _tell(rates: dict[str, float], off_km: float, off_km_s: float) -> None:
    base = rates["python-sgp4 SatrecArray"]
    ratio = rates["skyweft TEME, threads: 1"] / base
    if "--json" in sys.argv:
        numbers = {"rates_m_s": rates, "ratio": ratio, "off_km": off_km, "off_km_s": off_km_s}
        print(json.dumps(numbers | {"floor_m_s": FLOOR_M_S}))
    else:
        print(f"{PLANES * PER_PLANE} satellites x {EPOCHS} epochs, states r and v")
        for name, rate in rates.items():
            print(f"{name:28} {rate:7.1f} M satellite-epochs/s {rate / base:6.1f}x")
        print(f"floor, one core, estimated   {FLOOR_M_S:7.1f}")
        print(f"largest difference {off_km:.1e} km, {off_km_s:.1e} km/s")
    assert ratio >= RATIO_MIN, f"{ratio:.1f}x of python-sgp4, wanted {RATIO_MIN:.0f}x"


if __name__ == "__main__":
    main()
