"""Satellite states against python-sgp4 2.27, its C++ engine, WGS72, improved mode.

Both get the same elements and the same minutes since epoch. Kepler's equation sets the tolerance:
python-sgp4 takes sine and cosine from before its last Newton step, which it stops below 1e-12 rad,
so its own states are off by up to 1e-12 of the semi-major axis (1e-8 km at 10,000 km).
"""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from sgp4.api import WGS72, Satrec, SatrecArray

from skyweft.motion.orbits import Orbits
from skyweft.protocols.elements import Elements, parse
from skyweft.world.clock import Clock

REFERENCE = Path(__file__).resolve().parents[2].parent / "shared" / "reference"
REV_DAY = 720.0 / np.pi
TAI_NS = 1_200_000_000_000_000_000
POSITION_KM, VELOCITY_KM_S = 1e-8, 1e-11

# From the verification set of AIAA 2006-6753: wide (e = 0.186), usual drag, e < 1e-4, perigees of
# 127 and 98 km, decaying, and one that ends (code 6) within a day.
NEAR = [
    """1 00005U 58002B   00179.78495062  .00000023  00000-0  28098-4 0  4753
2 00005  34.2682 348.7242 1859667 331.7664  19.3264 10.82419157413667""",
    """1 06251U 62025E   06176.82412014  .00008885  00000-0  12808-3 0  3985
2 06251  58.0579  54.0425 0030035 139.1568 221.1854 15.56387291  6774""",
    """1 28057U 03049A   06177.78615833  .00000060  00000-0  35940-4 0  1836
2 28057  98.4283 247.6961 0000884  88.1964 271.9322 14.35478080140550""",
    """1 28350U 04020A   06167.21788666  .16154492  76267-5  18678-3 0  8894
2 28350  64.9977 345.6130 0024870 260.7578  99.9590 16.47856722116490""",
    """1 22312U 93002D   06094.46235912  .99999999  81888-5  49949-3 0  3953
2 22312  62.1486  77.4698 0308723 267.9229  88.7392 15.95744531 98783""",
]

# Molniya (12 h resonance) and a geostationary satellite of the same set.
DEEP = """1 08195U 75081A   06176.33215444  .00000099  00000-0  11873-3 0   813
2 08195  64.1586 279.0717 6877146 264.7651  20.2257  2.00491383225656
1 25954U 99060A   04039.68057285 -.00000108  00000-0  00000-0 0  6847
2 25954   0.0004 243.8136 0001765  15.5294  22.7134  1.00271289 15615"""


def _elements(satellites: list[Satrec]) -> Elements:
    """Return the satellites' elements with one epoch, the clock's start."""

    def column(name: str, scale: float = 1.0) -> NDArray[np.float64]:
        return np.array([getattr(each, name) for each in satellites]) * scale

    count = len(satellites)
    return Elements(
        names=tuple(str(row) for row in range(count)),
        catalogue_number=np.arange(count),
        epoch_tai_ns=np.full(count, TAI_NS),
        mean_motion_rev_day=column("no_kozai", REV_DAY),
        eccentricity=column("ecco"),
        inclination_deg=column("inclo", 180 / np.pi),
        raan_deg=column("nodeo", 180 / np.pi),
        argument_of_perigee_deg=column("argpo", 180 / np.pi),
        mean_anomaly_deg=column("mo", 180 / np.pi),
        bstar=column("bstar"),
    )


def _deviations(
    satellites: list[Satrec], minutes: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the largest differences of each satellite [km, km/s]; the statuses must be equal."""
    position_m = np.empty((len(satellites), 3, len(minutes)))
    velocity_m_s = np.empty_like(position_m)
    ours = Orbits(_elements(satellites), Clock(TAI_NS, tables=False))
    status = ours.fill_teme(minutes * 60.0, position_m, velocity_m_s)
    days, rest = np.divmod(minutes, 1440.0)
    codes, states = [], []
    for each in satellites:
        code, position, velocity = each.sgp4_array(
            each.jdsatepoch + days, each.jdsatepochF + rest / 1440.0
        )
        codes.append(code)
        states.append((position.T, velocity.T))
    np.testing.assert_array_equal(status, codes)
    assert np.all(np.isnan(position_m) == (status > 0)[:, None, :])
    theirs_km = np.array([position for position, _ in states])
    theirs_km_s = np.array([velocity for _, velocity in states])
    return tuple(
        np.nanmax(np.linalg.norm(mine / 1e3 - other, axis=1), axis=1, initial=0.0)
        for mine, other in ((position_m, theirs_km), (velocity_m_s, theirs_km_s))
    )


def _satellites(lines: list[str]) -> list[Satrec]:
    return [
        Satrec.twoline2rv(first[:69], second[:69])
        for first, second in pairwise(lines)
        if first.startswith("1 ") and second.startswith("2 ")
    ]


def _lines(*parts: str) -> list[str]:
    path = REFERENCE.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"needs {path.name} from shared/reference beside the repository")
    return path.read_text(encoding="ascii").splitlines()


@pytest.mark.parametrize("text", NEAR, ids=lambda text: text[2:7])
def test_verification_orbits(text: str) -> None:
    position_km, velocity_km_s = _deviations(
        _satellites(text.splitlines()), np.linspace(-1440.0, 4320.0, 1441)
    )
    assert position_km.max() < POSITION_KM
    assert velocity_km_s.max() < VELOCITY_KM_S


def test_verification_set() -> None:
    """Every near-earth case over its own time, in minutes."""
    lines = _lines("sgp4", "SGP4-VER.TLE")
    spans = {line[2:7]: line[69:].split() for line in lines if line.startswith("2 ")}
    near = {f"{each.satnum:05}": each for each in _satellites(lines) if each.method == "n"}
    assert len(near) >= 8
    for number, satellite in near.items():
        first, last, _ = (float(word) for word in spans[number])
        position_km, velocity_km_s = _deviations([satellite], np.linspace(first, last, 721))
        assert position_km.max() < POSITION_KM, number
        assert velocity_km_s.max() < VELOCITY_KM_S, number


def test_deep_space_at_its_own_epoch() -> None:
    """Sun and Moon must stand where the epoch puts them: their engine fed by their own parser."""
    elements, _ = parse(DEEP.encode(), "deep.tle")
    satellites = _satellites(DEEP.splitlines())
    for row, satellite in enumerate(satellites):
        epoch_tai_ns = int(elements.epoch_tai_ns[row])
        minutes = np.linspace(0.0, 2880.0, 49)
        states = np.empty((2, 2, 3, len(minutes)))
        clock = Clock(epoch_tai_ns, tables=False)
        Orbits(elements, clock).fill_teme(minutes * 60.0, states[0], states[1])
        theirs_km = np.array([satellite.sgp4_tsince(each)[1] for each in minutes]).T
        # The epoch is kept to a nanosecond; the last bit of degrees as below.
        np.testing.assert_allclose(states[0, row] / 1e3, theirs_km, rtol=0, atol=1e-6)


def test_deep_space_is_theirs() -> None:
    satellites = _satellites(_lines("sgp4", "SGP4-VER.TLE"))
    deep = [each for each in satellites if each.method == "d"]
    days = TAI_NS / 86_400e9 + 7306 - 33 / 86_400  # one epoch for all; it places Sun and Moon
    for each in deep:
        each.sgp4init(
            WGS72, "i", 0, days, each.bstar, 0.0, 0.0, each.ecco, each.argpo, each.inclo,
            each.mo, each.no_kozai, each.nodeo,
        )  # fmt: skip
    position_km, velocity_km_s = _deviations(deep, np.linspace(0.0, 2880.0, 25))
    # Degrees and back cost a last bit, which resonances and e = 0.97 (number 23333) let grow.
    assert position_km.max() < 1e-6
    assert velocity_km_s.max() < 1e-9


@pytest.mark.parametrize("name", ["spacebee_2023-08.tle", "imaging_fleet.tle"])
def test_real_fleets_for_a_week(name: str) -> None:
    position_km, velocity_km_s = _deviations(
        _satellites(_lines("tle", name)), np.linspace(0.0, 10080.0, 337)
    )
    assert position_km.max() < POSITION_KM
    assert velocity_km_s.max() < VELOCITY_KM_S


def test_ten_thousand_mixed_satellites() -> None:
    """Perigees of 180 km and more, apogees below 2,500 km, any inclination, either sign of drag.

    (Lower down, drag of the wrong sign makes longitudes of 1e4 rad in three days, and rounding.)
    """
    draw = np.random.default_rng(20260701)
    count = 10_000
    perigee, apogee = np.sort(draw.uniform(180.0, 2500.0, (2, count)), axis=0)
    apogee = np.where(draw.random(count) < 0.7, perigee + 0.02 * (apogee - perigee), apogee)
    semi_major = 6378.135 + (perigee + apogee) / 2
    eccentricity = (apogee - perigee) / (2 * semi_major)
    mean_motion = 60.0 * np.sqrt(398600.8 / semi_major**3)
    inclination = np.arccos(draw.uniform(-1.0, 1.0, count))
    angles = draw.uniform(0.0, 2 * np.pi, (3, count))
    bstar = 10 ** draw.uniform(-6.0, -3.0, count) * np.where(draw.random(count) < 0.1, -1, 1)
    satellites = []
    for row in range(count):
        satellite = Satrec()
        satellite.sgp4init(
            WGS72, "i", 0, 27000.0, bstar[row], 0.0, 0.0, eccentricity[row], angles[0, row],
            inclination[row], angles[1, row], mean_motion[row], angles[2, row],
        )  # fmt: skip
        satellites.append(satellite)
    assert len(SatrecArray(satellites)) == count
    position_km, velocity_km_s = _deviations(satellites, np.linspace(-1440.0, 4320.0, 25))
    assert position_km.max() < POSITION_KM
    assert velocity_km_s.max() < VELOCITY_KM_S
