"""Masks by azimuth, against a look at every tenth of a second."""

from collections.abc import Callable, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from skyweft.contacts.masks import sectors
from skyweft.contacts.windows import Rules, Windows, every, find_pairs, moving, standing
from skyweft.fleet import Tracks
from skyweft.world import ellipsoid

Floats = NDArray[np.float64]
Mask = Sequence[tuple[float, float]]

HALF_DAY = np.arange(0, 43_201, 60.0)
WHERE = 40.0, -100.0, 800.0
ROWS = np.zeros(1, dtype=np.int32)
CITY: Mask = [(0, 5), (80, 5), (80, 35), (120, 20), (190, 20), (200, 0), (330, 12)]


def windows(
    tracks: Tracks, mask: Mask, at_site: bool = True, where: tuple[float, float, float] = WHERE
) -> Windows:
    site = standing(
        ellipsoid.to_ecef(*where), ellipsoid.up(*where[:2]).reshape(1, 3), min(e for _, e in mask)
    )
    mover = moving(tracks, min(e for _, e in mask))
    lists = every(ROWS, np.arange(len(tracks.position_m), dtype=np.int32))
    if at_site:
        return find_pairs(site, mover, lists, tracks.time_s, Rules(mask_a=sectors(mask)))
    flipped = ((b, a) for a, b in lists)
    rules = Rules(elevation=False, mask_b=sectors(mask))
    return find_pairs(mover, site, flipped, tracks.time_s, rules)


def margin_deg(position_m: Floats, mask: Mask) -> Floats:
    """Return elevation less mask, the plain way."""
    up = ellipsoid.up(*WHERE[:2])
    east = np.cross([0, 0, 1], up)
    east /= np.linalg.norm(east)
    line = position_m - ellipsoid.to_ecef(*WHERE)[:, np.newaxis]
    azimuth = np.degrees(np.arctan2(east @ line, np.cross(up, east) @ line)) % 360
    elevation = np.degrees(np.arcsin(up @ line / np.linalg.norm(line, axis=0)))
    points = np.array(mask, dtype=float)
    points = np.vstack([points[-1] - [360, 0], points, points[0] + [360, 0]])
    level: Floats = np.interp(azimuth, points[:, 0], points[:, 1])
    return elevation - level


TOWERS: Mask = [
    *((each, 2) for each in (0, 40)),
    *((each, 60) for each in (40, 60)),
    *((each, 2) for each in (60, 200)),
    *((each, 60) for each in (200, 220)),
    *((each, 2) for each in (220, 300)),
]
MASKS = [
    CITY,
    TOWERS,
    [(30, 10), (250, 40)],
    [(45, 25)],
    [(0, 2), (180, 2), (181, 50), (359, 50), (360, 2)],
]


@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("at_site", [True, False])
def test_against_every_tenth_of_a_second(
    circular: Callable[..., tuple[Floats, Floats]],
    tracks: Callable[..., Tracks],
    mask: Mask,
    at_site: bool,
) -> None:
    orbits = [
        {"node_deg": 0.0},
        {"node_deg": 77.0, "inclination_deg": 97.6},
        {"radius_m": 26_560e3, "node_deg": 200.0, "inclination_deg": 55.0},
        {"radius_m": 42_164e3, "inclination_deg": 4.0, "phase_deg": -100.0},
    ]
    found = windows(tracks(HALF_DAY, *orbits), mask, at_site)
    fine_s = np.arange(0, 43_200.05, 0.1)
    for row, orbit in enumerate(orbits):
        margin = margin_deg(circular(fine_s, **orbit)[0], mask)
        inside = np.zeros(len(fine_s), dtype=bool)
        mine = found.b == row if at_site else found.a == row
        for start_s, end_s in zip(found.start_s[mine], found.end_s[mine], strict=True):
            inside |= (fine_s >= start_s) & (fine_s <= end_s)
        wrong = inside != (margin >= 0)
        # A sample may lie beside an edge by less than the 10 ms that edges are good for.
        near = np.zeros_like(wrong)
        edges = np.concatenate([found.start_s[mine], found.end_s[mine]])
        for edge_s in edges:
            near |= np.abs(fine_s - edge_s) <= 0.01
        assert np.count_nonzero(wrong & ~near) == 0
        assert row > 1 or np.count_nonzero(mine) >= 2


def test_a_level_mask_is_an_elevation(tracks: Callable[..., Tracks]) -> None:
    fleet = tracks(HALF_DAY, {}, {"node_deg": 50.0})
    level = windows(fleet, [(123, 17), (200, 17)])
    site = standing(ellipsoid.to_ecef(*WHERE), ellipsoid.up(*WHERE[:2]).reshape(1, 3), 17)
    plain = find_pairs(
        site, moving(fleet), every(ROWS, np.arange(2, dtype=np.int32)), HALF_DAY, Rules()
    )
    np.testing.assert_allclose(level.start_s, plain.start_s, rtol=0, atol=1e-3)
    np.testing.assert_allclose(level.end_s, plain.end_s, rtol=0, atol=1e-3)
    np.testing.assert_allclose(level.elevation_max_deg, plain.elevation_max_deg, atol=1e-5)


def test_at_a_pole_azimuth_counts_as_just_beside_it_on_the_meridian_of_greenwich(
    tracks: Callable[..., Tracks],
) -> None:
    """A metre away a satellite is seen 0.1 s earlier or later at most; other meridians differ."""
    fleet = tracks(HALF_DAY, {"inclination_deg": 97.6}, {"inclination_deg": 85.0})
    pole, beside, elsewhere = (
        windows(fleet, CITY, where=(90.0 - off, longitude, 0.0))
        for off, longitude in ((0.0, 0.0), (1e-5, 0.0), (1e-5, 90.0))
    )
    assert len(pole) == len(beside) >= 10
    np.testing.assert_allclose(pole.start_s, beside.start_s, rtol=0, atol=0.1)
    np.testing.assert_allclose(pole.end_s, beside.end_s, rtol=0, atol=0.1)
    lasted_s = [np.sum(each.end_s - each.start_s) for each in (pole, elsewhere)]
    assert abs(lasted_s[0] - lasted_s[1]) > 60.0


def test_sectors_close_the_turn() -> None:
    table = np.degrees(sectors([(350, 10), (10, 20)]))
    np.testing.assert_allclose(table, [[10, 20], [350, 10], [370, 20]])
    assert len(sectors(None)) == 0
