"""Satellite states against the verification output of AIAA 2006-6753 (2006, C++, WGS72).

The 33 element sets of SGP4-VER.TLE at the times behind column 69; tcppver.out prints kilometres to
1e-8 and km/s to 1e-9. Its authors, like python-sgp4's tests, find 1e-7 km between compilers.
"""

import gzip
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from sgp4.api import Satrec

from skyweft.motion.orbits import Orbits
from skyweft.protocols.elements import Elements, parse
from skyweft.world.clock import DAY_NS, Clock, tai_ns_from_utc_ns

FOLDER = Path(__file__).resolve().parents[2].parent / "shared" / "reference" / "sgp4"

# The first lines of the table, for machines that do not have it: minutes, km, km/s.
FIRST = """5 xx
0.0 7022.46529266 -1400.08296755 0.03995155 1.893841015 6.405893759 4.534807250
360.0 -7154.03120202 -3783.17682504 -3536.19412294 4.741887409 -4.151817765 -2.093935425
720.0 -7134.59340119 6531.68641334 3260.27186483 -4.113793027 -2.911922039 -2.557327851
"""
FIRST_TLE = """1 00005U 58002B   00179.78495062  .00000023  00000-0  28098-4 0  4753
2 00005  34.2682 348.7242 1859667 331.7664  19.3264 10.82419157413667
"""


def _tables(text: str) -> list[NDArray[np.float64]]:
    """Return, a satellite each, rows of minutes, position [km] and velocity [km/s]."""
    tables: list[list[list[float]]] = []
    for line in text.splitlines():
        if line.rstrip().endswith("xx"):
            tables.append([])
        elif line.strip():
            tables[-1].append([float(word) for word in line.split()[:7]])
    return [np.array(table) for table in tables]


def _elements(line_1: str, line_2: str) -> Elements:
    """Return one satellite; some of the set's lines have wrong checksums, which `parse` refuses."""
    satellite = Satrec.twoline2rv(line_1[:69], line_2[:69])
    days = satellite.jdsatepoch - 2440587.5
    utc_ns = round(days) * DAY_NS + round(satellite.jdsatepochF * DAY_NS)
    return Elements(
        names=(str(satellite.satnum),),
        catalogue_number=np.array([satellite.satnum]),
        epoch_tai_ns=np.array([int(tai_ns_from_utc_ns(utc_ns))]),
        mean_motion_rev_day=np.array([satellite.no_kozai * 720.0 / np.pi]),
        eccentricity=np.array([satellite.ecco]),
        inclination_deg=np.degrees([satellite.inclo]),
        raan_deg=np.degrees([satellite.nodeo]),
        argument_of_perigee_deg=np.degrees([satellite.argpo]),
        mean_anomaly_deg=np.degrees([satellite.mo]),
        bstar=np.array([satellite.bstar]),
    )


def _deviation(one: Elements, table: NDArray[np.float64]) -> tuple[float, float]:
    """Return the largest differences [km, km/s]; times ascend after the first one, the epoch."""
    clock = Clock(int(one.epoch_tai_ns[0]), tables=False)
    order = np.argsort(table[:, 0], kind="stable")
    position_m, velocity_m_s = np.empty((2, 1, 3, len(table)))
    Orbits(one, clock).fill_teme(table[order, 0] * 60.0, position_m, velocity_m_s)
    position_km = np.abs(position_m[0].T / 1e3 - table[order, 1:4])
    velocity_km_s = np.abs(velocity_m_s[0].T / 1e3 - table[order, 4:7])
    return float(position_km.max()), float(velocity_km_s.max())


def test_the_first_case() -> None:
    elements, _ = parse(FIRST_TLE.encode(), "first.tle")
    position_km, velocity_km_s = _deviation(elements, _tables(FIRST)[0])
    assert position_km < 2e-8
    assert velocity_km_s < 2e-9


def test_the_whole_set() -> None:
    if not FOLDER.exists():
        pytest.skip("needs shared/reference/sgp4 beside the repository")
    text = (FOLDER / "SGP4-VER.TLE").read_text(encoding="ascii")
    lines = [line for line in text.splitlines() if line[:2] in {"1 ", "2 "}]
    with gzip.open(FOLDER / "tcppver.out.gz", "rt", encoding="ascii") as file:
        tables = _tables(file.read())
    assert len(lines) == 2 * len(tables) == 66
    for line_1, line_2, table in zip(lines[::2], lines[1::2], tables, strict=True):
        position_km, velocity_km_s = _deviation(_elements(line_1, line_2), table)
        if (
            line_1[2:7] == "33334"
        ):  # perturbed eccentricity below 0: the table repeats 33333's state
            assert np.isnan(_deviation(_elements(line_1, line_2), table)).all()
            continue
        position_km, velocity_km_s = _deviation(_elements(line_1, line_2), table)
        # These two (e = 0.97 and 0.79, out to 4e5 km) move 4 mm by a last bit of degrees.
        loose = line_1[2:7] in {"23333", "20413"}
        assert position_km < (1e-5 if loose else 2e-7), line_1[2:7]
        assert velocity_km_s < 2e-9, line_1[2:7]
