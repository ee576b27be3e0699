"""Distances of neighbours against circles walked along, and the nearest against all of them."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skyweft.fleet.planes import MeanOrbits, Planes
from skyweft.motion.beside import across, nearer, reported, shifts, within
from skyweft.motion.seats import seated

RADIUS_M = 6_928e3
ALONG = np.linspace(0.0, 2 * np.pi, 20_000, endpoint=False)


def shell(
    planes: int, per_plane: int, tilt_deg: float, step_deg: float, ahead_slots: float
) -> Planes:
    plane, slot = np.divmod(np.arange(planes * per_plane), per_plane)
    count = len(plane)
    orbits = MeanOrbits(
        node_deg=plane * step_deg,
        latitude_deg=(slot + plane * ahead_slots) * 360.0 / per_plane % 360.0,
        inclination_deg=np.full(count, tilt_deg),
        radius_m=np.full(count, RADIUS_M),
        rate_deg_s=np.full(count, 0.06),
    )
    return seated(orbits, planes, per_plane, [str(row) for row in range(count)])[0]


def circle(node_deg: float, tilt_deg: float, start_deg: float) -> np.ndarray:
    """Walk once around: turned by inclination about x, then by the node about z."""
    u, i, n = ALONG + np.radians(start_deg), np.radians(tilt_deg), np.radians(node_deg)
    x, y, z = np.cos(u), np.sin(u) * np.cos(i), np.sin(u) * np.sin(i)
    return RADIUS_M * np.stack([x * np.cos(n) - y * np.sin(n), x * np.sin(n) + y * np.cos(n), z])


def apart(planes: Planes, one: int, other: int, shift: int) -> np.ndarray:
    slot_deg = 360.0 / planes.member.shape[1]
    first = circle(planes.node_deg[one], planes.inclination_deg[one], planes.latitude_deg[one])
    start = planes.latitude_deg[other] + shift * slot_deg
    second = circle(planes.node_deg[other], planes.inclination_deg[other], start)
    return np.linalg.norm(first - second, axis=0)


@settings(max_examples=40, deadline=None)
@given(
    planes=st.integers(2, 12),
    per_plane=st.integers(1, 12),
    tilt_deg=st.floats(0.0, 180.0),
    ahead=st.floats(0.0, 1.0),
    shift=st.integers(-12, 12),
)
def test_distances_over_an_orbit(
    planes: Any, per_plane: Any, tilt_deg: Any, ahead: Any, shift: Any
) -> None:
    found = shell(planes, per_plane, tilt_deg, 180.0 / planes, ahead)
    one = int(np.flatnonzero(found.east >= 0)[0])
    lengths = across(found, np.array([one]), np.array([shift]))
    walked = apart(found, one, found.east[one], shift)
    # Steps of 2 km along the orbit: where two meet, the least distance is missed by that much.
    assert lengths.mean_m[0] == pytest.approx(walked.mean(), rel=1e-6, abs=1.0)
    assert lengths.least_m[0] == pytest.approx(walked.min(), rel=1e-6, abs=2.2e3)
    assert lengths.greatest_m[0] == pytest.approx(walked.max(), rel=1e-6, abs=1.0)


@settings(max_examples=25, deadline=None)
@given(
    planes=st.integers(3, 9),
    per_plane=st.integers(2, 8),
    tilt_deg=st.floats(20.0, 160.0),
    star=st.booleans(),
    phasing=st.integers(0, 8),
)
def test_no_other_slot_is_nearer(
    planes: Any, per_plane: Any, tilt_deg: Any, star: Any, phasing: Any
) -> None:
    step_deg = (180.0 if star else 360.0) / planes
    found = shell(planes, per_plane, tilt_deg, step_deg, phasing % planes / planes)
    chosen = shifts(found)
    joined = np.flatnonzero(found.east >= 0)
    assert len(joined) == planes - star
    for one in joined:
        each_m = [apart(found, one, found.east[one], shift).mean() for shift in range(per_plane)]
        assert each_m[chosen[one]] <= min(each_m) * 1.0011  # equally near to a thousandth
    # The same step everywhere, the ring's closing included, though the numbers turn there.
    ahead = found.latitude_deg[found.east[joined]] - found.latitude_deg[joined]
    ahead = ahead + chosen[joined] * 360.0 / per_plane
    assert np.ptp(np.cos(np.radians(ahead))) < 1e-6
    assert np.ptp(np.sin(np.radians(ahead))) < 1e-6


def test_the_shell_of_studies_joins_the_slot_before() -> None:
    """72 planes of 22 with F = 39: equal numbers are 1,472 km apart, the neighbour 637 km."""
    planes = shell(72, 22, 53.0, 5.0, 39 / 72)
    assert shifts(planes)[:71].tolist() == [21] * 71
    assert shifts(planes)[71] == 38 % 22
    assert apart(planes, 0, 1, 0).mean() == pytest.approx(1_472e3, abs=1e3)
    assert apart(planes, 0, 1, -1).mean() == pytest.approx(637.6e3, abs=1e3)
    assert within(planes)[0] == pytest.approx(2 * RADIUS_M * np.sin(np.pi / 22))
    assert "grid_offset = -1 would join those 638 km apart" in nearer(planes, 0)
    assert nearer(planes, -1) == nearer(planes, 21) == ""
    ends = [
        f"{each / 1e3:,.0f}"
        for each in (apart(planes, 0, 1, 0).min(), apart(planes, 0, 1, 0).max())
    ]
    words = f"in the plane 1,972 km, across 1,472 km on average ({ends[0]} to {ends[1]})"
    assert reported(planes, 0) == words
    assert reported(planes, None).startswith("in the plane 1,972 km, across 638 km on average (")


def test_half_a_slot_to_and_fro_has_no_best_offset() -> None:
    """Every other plane lags in numbers, none does in space: no one offset joins all nearest."""
    plane, slot = np.divmod(np.arange(48), 8)
    orbits = MeanOrbits(
        60.0 * plane,
        slot * 45.0 + plane % 2 * 22.5,
        *(np.full(48, each) for each in (53.0, RADIUS_M, 0.06)),
    )
    to_and_fro, _ = seated(orbits, 6, 8, [""] * 48)
    assert shifts(to_and_fro).tolist() == [7, 0, 7, 0, 7, 0]
    assert shifts(to_and_fro, 0).tolist() == [0] * 6
    assert "left out, those" in nearer(to_and_fro, 0)
