"""Every term against the pure-Python `sgp4.model.Satrec`, which shows what the C++ one hides."""

import numpy as np
import pytest
from sgp4.model import WGS72, Satrec

from skyweft.motion.sgp4_terms import (
    RADIUS_KM,
    XKE,
    NearEarth,
    brouwer_mean_motion,
    kozai_mean_motion,
    near_earth,
)

# Mean motion [rev/day], eccentricity, inclination [deg], drag term: usual, e < 1e-4, wide, perigee
# below 220 / 156 / 98 km, equatorial, retrograde, exactly polar, drag of the wrong sign.
ORBITS = [
    (15.06, 0.0012, 53.0, 1e-4),
    (14.35, 8.84e-5, 98.43, 3.6e-5),
    (10.82, 0.186, 34.3, 2.8e-5),
    (16.2, 0.002, 51.6, 4e-4),
    (16.48, 0.0025, 65.0, 1.9e-4),
    (15.96, 0.0309, 62.1, 5e-4),
    (15.5, 0.0, 0.0, 1e-4),
    (15.5, 0.001, 180.0, 1e-4),
    (13.0, 0.02, 90.0, 0.0),
    (12.0, 0.05, 120.0, -1e-4),
]
DROPPED = {"d2", "d3", "d4", "t3cof", "t4cof", "t5cof", "omgcof", "xmcof", "bstar_cc5"}


def _reference(orbit: tuple[float, float, float, float]) -> Satrec:
    motion, eccentricity, inclination, bstar = orbit
    satellite = Satrec()
    satellite.sgp4init(
        WGS72, "i", 5, 27000.0, bstar, 0.0, 0.0, eccentricity, 1.1,
        np.radians(inclination), 2.2, motion * np.pi / 720, 3.3,
    )  # fmt: skip
    return satellite


def _ours() -> NearEarth:
    motion, eccentricity, inclination, bstar = np.array(ORBITS).T
    same = np.ones(len(ORBITS))
    return near_earth(
        no_kozai=motion * np.pi / 720,
        ecco=eccentricity,
        inclo=np.radians(inclination),
        nodeo=3.3 * same,
        argpo=1.1 * same,
        mo=2.2 * same,
        bstar=bstar,
    )


def _expected(name: str, satellite: Satrec) -> float:
    if satellite.isimp and name in DROPPED:
        return 0.0
    if name.startswith("bstar_"):
        return satellite.bstar * getattr(satellite, name.removeprefix("bstar_"))
    derived = {
        "sqrt_a": np.sqrt((XKE / satellite.no_unkozai) ** (2 / 3)),
        "cosio": np.cos(satellite.inclo),
        "sinio": np.sin(satellite.inclo),
    }
    return derived[name] if name in derived else getattr(satellite, name)


@pytest.mark.parametrize("name", NearEarth._fields)
def test_term(name: str) -> None:
    expected = [_expected(name, _reference(orbit)) for orbit in ORBITS]
    # A few last bits; coefficients that cancel lose some of those.
    np.testing.assert_allclose(getattr(_ours(), name), expected, rtol=2e-13, atol=1e-25)


def test_the_table_follows_the_fields() -> None:
    terms = _ours()
    table = terms.table()
    assert table.shape == (len(ORBITS), len(NearEarth._fields))
    for column, name in zip(table.T, NearEarth._fields, strict=True):
        np.testing.assert_array_equal(column, getattr(terms, name))


def test_impossible_elements_are_nan_without_complaint() -> None:
    one = np.ones(3)
    terms = near_earth(np.array([0.0, -0.06, np.nan]), 0.01 * one, one, one, one, one, 1e-4 * one)
    assert not np.any(terms.no_unkozai > 0)


def test_semi_major_axis_is_that_of_sgp4() -> None:
    for orbit in ORBITS:
        satellite = _reference(orbit)
        motion, eccentricity, inclination, _ = orbit
        cosine = np.cos(np.radians(inclination))
        brouwer = brouwer_mean_motion(motion * np.pi / 720, eccentricity, cosine)
        assert (XKE / brouwer) ** (2 / 3) * RADIUS_KM == pytest.approx(
            satellite.a * RADIUS_KM, abs=1e-9
        )


def test_kozai_and_back() -> None:
    kozai = np.linspace(1.0, 17.0, 50) * np.pi / 720
    for eccentricity in (0.0, 0.3, 0.7):
        for cosine in (-1.0, 0.0, 0.6):
            brouwer = brouwer_mean_motion(kozai, eccentricity, cosine)
            back = kozai_mean_motion(brouwer, eccentricity, cosine)
            np.testing.assert_allclose(back, kozai, rtol=1e-14)
