"""Coverage against closed forms of spherical geometry (no program involved).

Satellites run on circles about a sphere; places lie on it; knots every 30 s keep the cubic Hermite
within a metre. What is left is the exactness of the windows' edges and, where a form is an average
over the globe, how well a thousand cells stand for it; each tolerance says which.

- A cap of half-angle lambda, cos(lambda + e) = cos(e) R / r, holds (1 - cos lambda) / 2 of the
  sphere, whatever the orbit (J. R. Wertz, "Mission Geometry; Orbit and Constellation Design and
  Management", 2001, chapter 9).
- N satellites whose sub-satellite points have the latitude density of a circular orbit,
  cos(phi) / (pi sqrt(sin^2 i - sin^2 phi)), show N P(cap) of them on average at any latitude.
- Street of coverage: S satellites in a plane cover a street of half-width c,
  cos c = cos(lambda) / cos(pi / S), all the time (D. C. Beste, IEEE Transactions on Aerospace and
  Electronic Systems AES-14, 1978).
"""

import numpy as np
import pytest
from numpy.typing import NDArray

from skyweft.contacts.coverage.measuring import Coverage, CoverageState, cells
from skyweft.fleet import Motion, Sites, Tracks

Floats = NDArray[np.float64]

R_M = 6_371_000.0
EARTH_RAD_S = 7.292115e-5
MU = 3.986004418e14


def _circles(
    height_m: float,
    inclination_deg: float,
    node_rad: Floats,
    phase_rad: Floats,
    duration_s: float,
    turning: float = EARTH_RAD_S,
) -> Motion:
    """Fly circular orbits about a sphere that turns; positions as seen from it."""
    time_s = np.linspace(0, duration_s, round(duration_s / 30) + 1)
    radius_m = R_M + height_m
    motion_rad_s = np.sqrt(MU / radius_m**3)
    tilt = np.radians(inclination_deg)
    along = motion_rad_s * time_s + phase_rad[:, np.newaxis]
    node = node_rad[:, np.newaxis] - turning * time_s
    cu, su, cn, sn = np.cos(along), np.sin(along), np.cos(node), np.sin(node)
    position_m = radius_m * np.stack(
        [cn * cu - sn * su * np.cos(tilt), sn * cu + cn * su * np.cos(tilt), su * np.sin(tilt)], 1
    )
    inertial = (
        radius_m
        * motion_rad_s
        * np.stack(
            [
                -cn * su - sn * cu * np.cos(tilt),
                -sn * su + cn * cu * np.cos(tilt),
                cu * np.sin(tilt),
            ],
            1,
        )
    )
    x, y = position_m[:, 0], position_m[:, 1]
    carried = turning * np.stack([y, -x, np.zeros_like(x)], 1)
    return Motion(
        Tracks(time_s, position_m, inertial + carried), Sites(np.zeros((0, 3)), np.zeros((0, 3)))
    )


def _measured(
    motion: Motion, latitude_deg: Floats, longitude_deg: Floats, elevation_deg: float
) -> Coverage:
    latitude, longitude = np.radians(latitude_deg), np.radians(longitude_deg)
    up = np.column_stack(
        [
            np.cos(latitude) * np.cos(longitude),
            np.cos(latitude) * np.sin(longitude),
            np.sin(latitude),
        ]
    )
    count = len(up)
    movers = np.arange(len(motion.tracks.position_m), dtype=np.int32)
    state = CoverageState(
        [""] * count, cells(count), R_M * up, up, movers, np.zeros(count, np.int32), elevation_deg
    )
    state.add(motion)
    return state.finish()


def _cap_rad(height_m: float, elevation_deg: float) -> float:
    """Return the half-angle of the cap in which a satellite stands above an elevation."""
    low = np.radians(elevation_deg)
    return float(np.arccos(np.cos(low) * R_M / (R_M + height_m)) - low)


@pytest.mark.parametrize(("height_m", "inclination_deg"), [(800e3, 98.6), (1_400e3, 0.0)])
def test_one_satellite_covers_its_cap(height_m: float, inclination_deg: float) -> None:
    motion = _circles(height_m, inclination_deg, np.zeros(1), np.zeros(1), 21_600.0)
    grid = cells(3_000)
    found = _measured(motion, grid.latitude_deg, grid.longitude_deg, 10.0)
    cap = (1 - np.cos(_cap_rad(height_m, 10.0))) / 2
    # A cap holds 75 to 170 cells; the fluctuation of the count, averaged over many places of the
    # cap, stays below 1 % for a moving cap.
    assert found.coverage_fraction.mean() == pytest.approx(cap, rel=0.01)
    np.testing.assert_allclose(found.in_view_mean, found.coverage_fraction, rtol=0, atol=1e-12)


def test_a_geostationary_satellite_covers_constantly() -> None:
    height_m = (MU / EARTH_RAD_S**2) ** (1 / 3) - R_M
    motion = _circles(height_m, 0.0, np.zeros(1), np.zeros(1), 7_200.0)
    cap_deg = np.degrees(_cap_rad(height_m, 5.0))
    latitude_deg = np.array([0.0, cap_deg - 0.01, cap_deg + 0.01, -cap_deg + 0.01, 0.0, 0.0])
    longitude_deg = np.array([0.0, 0.0, 0.0, 0.0, cap_deg - 0.01, cap_deg + 0.01])
    found = _measured(motion, latitude_deg, longitude_deg, 5.0)
    inside = np.array([1.0, 1.0, 0.0, 1.0, 1.0, 0.0])
    np.testing.assert_array_equal(found.coverage_fraction, inside)
    np.testing.assert_array_equal(found.in_view_min, inside)
    np.testing.assert_array_equal(found.longest_gap_s, np.where(inside > 0, 0.0, 7_200.0))


def test_street_of_coverage() -> None:
    """One polar plane over a sphere at rest; places within its street and beyond."""
    satellites, height_m, elevation_deg = 10, 1_000e3, 10.0
    phases = 2 * np.pi * np.arange(satellites) / satellites
    motion = _circles(height_m, 90.0, np.zeros(satellites), phases, 12_000.0, turning=0.0)
    cap = _cap_rad(height_m, elevation_deg)
    street_deg = np.degrees(np.arccos(np.cos(cap) / np.cos(np.pi / satellites)))
    cap_deg = np.degrees(cap)
    offset_deg = np.array(
        [0.0, street_deg - 0.01, street_deg + 0.01, cap_deg - 0.05, cap_deg + 0.05]
    )
    found = _measured(motion, np.zeros(5), offset_deg, elevation_deg)
    assert list(found.coverage_fraction[:2]) == [1.0, 1.0]
    # At an offset d a satellite is in view over 2 acos(cos(cap) / cos(d)) of its 2 pi / S.
    arc = 2 * np.arccos(np.minimum(np.cos(cap) / np.cos(np.radians(offset_deg[2:])), 1.0))
    expected = arc * satellites / (2 * np.pi)
    # The run holds no whole number of passes: one pass in twenty, at most, is over or under.
    np.testing.assert_allclose(found.coverage_fraction[2:], expected, rtol=0.06)
    assert found.coverage_fraction[4] == 0
    # The spacing is 2 pi / S of the period; the gap is what a pass leaves of it, to a root's 10 ms.
    period_s = 2 * np.pi * np.sqrt((R_M + height_m) ** 3 / MU)
    gap_s = period_s / satellites * (1 - expected[:2])
    np.testing.assert_allclose(found.revisit_mean_s[2:4], gap_s, rtol=0, atol=0.05)
    np.testing.assert_allclose(found.longest_gap_s[2:4], gap_s, rtol=0, atol=0.05)


def test_number_in_view_follows_the_latitude_density() -> None:
    inclination_deg, height_m, elevation_deg = 53.0, 550e3, 25.0
    planes, per_plane = 24, 12
    plane, slot = np.divmod(np.arange(planes * per_plane), per_plane)
    node = 2 * np.pi * plane / planes
    phase = 2 * np.pi * (slot / per_plane + plane / len(plane))
    motion = _circles(height_m, inclination_deg, node, phase, 7_200.0)
    latitude_deg = np.repeat([0.0, 25.0, 45.0, 52.0, 60.0], 24)
    longitude_deg = np.tile(np.arange(24) * 15.0, 5)
    found = _measured(motion, latitude_deg, longitude_deg, elevation_deg)
    in_view = found.in_view_mean.reshape(5, 24).mean(axis=1)

    # Sub-satellite points at latitude phi, sampled evenly in the argument of latitude; the share of
    # that parallel which lies within the cap.
    argument = np.linspace(-np.pi / 2, np.pi / 2, 20_001)
    phi = np.arcsin(np.sin(np.radians(inclination_deg)) * np.sin(argument))
    place = np.radians(latitude_deg.reshape(5, 24)[:, :1])
    cap = _cap_rad(height_m, elevation_deg)
    cosine = (np.cos(cap) - np.sin(place) * np.sin(phi)) / (np.cos(place) * np.cos(phi))
    share = np.arccos(np.clip(cosine, -1, 1)) / np.pi
    expected = planes * per_plane * share.mean(axis=1)
    # 24 longitudes over 1.26 turns of the shell: the unevenness of planes and slots remains, 1 %.
    np.testing.assert_allclose(in_view, expected, rtol=0.01)
