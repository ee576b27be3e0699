"""SGP4 for a shell of 1,584 satellites over a day, positions and velocities.

Prints million satellite-epochs a second of processor time and by the wall, and ratios to
python-sgp4's `SatrecArray` and astroz's `Sgp4Constellation` in the same run, which holds the ratios
of processor time; first asserts that all give the same states. astroz counts from its epoch, a
Julian date in one float: some ten microseconds, 0.1 m. Floor (an estimate): 250 operations and four
divisions an epoch are 250 M/s a core with 512-bit vectors, the 48 bytes written 500 M/s.

Usage: python benchmarks/propagation.py [--json]
"""

import json
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import numpy as np
from astroz import _astroz as astroz
from machine import told
from sgp4.api import WGS72, Satrec, SatrecArray

from skyweft.motion.orbits import Orbits
from skyweft.protocols.elements import Elements
from skyweft.world.clock import Clock

PLANES, PER_PLANE, EPOCHS = 72, 22, 1441
START_TAI_NS = 1_750_000_000_000_000_000
REPEATS = 5
FLOOR_M_S = 250.0
PYTHON_SGP4, ASTROZ = "python-sgp4 SatrecArray", "astroz Sgp4Constellation"
RATIO_MIN = {PYTHON_SGP4: 25.0, ASTROZ: 1.5}
EPOCH_DAYS = 27_000.0  # since 1949-12-31
EPOCH_JD = 2_433_281.5 + EPOCH_DAYS
MILLION = PLANES * PER_PLANE * EPOCHS / 1e6

Rates = tuple[float, float]  # of processor time and by the wall


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


def _satellites(make: Callable[[], Any], elements: Elements) -> list[Any]:
    """Return the shell in a class like python-sgp4's."""
    satellites = []
    for row in range(len(elements)):
        satellite = make()
        satellite.sgp4init(
            WGS72,
            "i",
            0,
            EPOCH_DAYS,
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
    return satellites


def _rates(work: Callable[[], object]) -> Rates:
    """Return million satellite-epochs a second of processor time and by the wall, medians."""
    taken = []
    for _ in range(REPEATS):
        began, used = time.perf_counter(), time.process_time()
        work()
        taken.append((time.process_time() - used, time.perf_counter() - began))
    processor_s, wall_s = np.median(taken, axis=0).tolist()
    return MILLION / processor_s, MILLION / wall_s


def main() -> None:
    elements = _shell()
    time_s = 60.0 * np.arange(EPOCHS, dtype=np.float64)
    orbits = Orbits(elements, Clock(START_TAI_NS))
    peer = SatrecArray(_satellites(Satrec, elements))
    jd, fr = np.full(EPOCHS, EPOCH_JD), time_s / 86_400.0
    position_m, velocity_m_s = (np.empty((len(elements), 3, EPOCHS)) for _ in range(2))
    other = astroz.Sgp4Constellation(_satellites(astroz.Satrec, elements), WGS72)
    minutes, states_km = time_s / 60.0, [np.empty((len(elements), EPOCHS, 3)) for _ in range(2)]

    orbits.fill_teme(time_s, position_m, velocity_m_s)
    codes, position_km, velocity_km_s = peer.sgp4(jd, fr)
    other.propagate_into(minutes, *states_km)
    assert not codes.any()
    off_km = np.abs(position_m / 1e3 - position_km.transpose(0, 2, 1)).max()
    off_km_s = np.abs(velocity_m_s / 1e3 - velocity_km_s.transpose(0, 2, 1)).max()
    assert off_km < 1e-8
    assert off_km_s < 1e-11
    assert np.abs(states_km[0] - position_km).max() < 2e-4
    assert np.abs(states_km[1] - velocity_km_s).max() < 2e-7

    rates = {
        PYTHON_SGP4: _rates(lambda: peer.sgp4(jd, fr)),
        ASTROZ: _rates(lambda: other.propagate_into(minutes, *states_km)),
    }
    for threads in (1, 2):
        with ThreadPoolExecutor(threads) as executor:
            orbits.fill(time_s, position_m, velocity_m_s, executor)
            states = position_m, velocity_m_s, executor
            rates[f"skyweft TEME, threads: {threads}"] = _rates(
                partial(orbits.fill_teme, time_s, *states)
            )
            rates[f"skyweft ITRS, threads: {threads}"] = _rates(
                partial(orbits.fill, time_s, *states)
            )
    _tell(rates, float(off_km), float(off_km_s))


def _tell(rates: dict[str, Rates], off_km: float, off_km_s: float) -> None:
    ours = rates["skyweft TEME, threads: 1"][0]
    ratios = {name: ours / rates[name][0] for name in RATIO_MIN}
    if "--json" in sys.argv:
        numbers = {"rates_m_s": rates, "ratios": ratios, "off_km": off_km, "off_km_s": off_km_s}
        print(json.dumps(numbers | {"floor_m_s": FLOOR_M_S}))
    else:
        print(f"{told()}\n{PLANES * PER_PLANE} satellites x {EPOCHS} epochs, states r and v")
        print(f"{'M satellite-epochs a second':28}   processor    wall")
        for name, (processor, wall) in rates.items():
            print(f"{name:28} {processor:11.1f} {wall:7.1f}")
        print(f"floor, one core, estimated   {FLOOR_M_S:11.1f}")
        print(f"largest difference {off_km:.1e} km, {off_km_s:.1e} km/s")
        for name, ratio in ratios.items():
            print(f"{ratio:.1f}x {name}, at least {RATIO_MIN[name]:g}x")
    for name, least in RATIO_MIN.items():
        assert ratios[name] >= least, f"{ratios[name]:.1f}x {name}, wanted {least:g}x"


if __name__ == "__main__":
    main()
