"""Windows over places, against closed forms in the plane of the equator."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from skyweft.contacts import windows
from skyweft.contacts.windows import moving, pair_windows, site_windows, standing
from skyweft.fleet import Sites, Tracks
from skyweft.world import ellipsoid

EQUATOR_M = 6_378_137.0
GEO_M = 42_164_172.0
MU = 3.986004418e14
EARTH_RAD_S = 7.292115e-5
DAY = np.arange(0, 86_401, 60.0)

Maker = Callable[..., Tracks]


def place(latitude_deg: float, longitude_deg: float, altitude_m: float = 0.0) -> Sites:
    where = np.atleast_1d(latitude_deg), np.atleast_1d(longitude_deg), np.atleast_1d(altitude_m)
    return Sites(ellipsoid.to_ecef(*where), ellipsoid.up(*where[:2]))


def half_angle(radius_m: float, mask_deg: float) -> float:
    mask = np.radians(mask_deg)
    return float(np.arccos(EQUATOR_M / radius_m * np.cos(mask)) - mask)


@pytest.mark.parametrize("mask_deg", [0.0, 10.0, 45.0, 60.0, 85.0])
@pytest.mark.parametrize("altitude_m", [300e3, 550e3, 8_000e3])
def test_edges_over_the_equator(tracks: Maker, mask_deg: float, altitude_m: float) -> None:
    """In the equator's plane the pass is a matter of two angles and a rate."""
    radius_m = EQUATOR_M + altitude_m
    found = site_windows(
        tracks(DAY, {"radius_m": radius_m, "inclination_deg": 0.0, "phase_deg": -80.0}),
        place(0.0, 10.0),
        mask_deg,
    )
    rate = np.sqrt(MU / radius_m**3) - EARTH_RAD_S
    overhead_s = np.arange(np.radians(90.0) / rate, 86_400, 2 * np.pi / rate)
    half_s = half_angle(radius_m, mask_deg) / rate
    assert len(found) == len(overhead_s)
    # 1 ms is what the package aims at; the tolerance of the roots is a tenth of it.
    np.testing.assert_allclose(found.start_s, overhead_s - half_s, rtol=0, atol=1e-3)
    inside = ~found.cut_end
    np.testing.assert_array_equal(inside, overhead_s + half_s < 86_400)
    np.testing.assert_array_equal(found.cut_start, overhead_s - half_s < 0)
    np.testing.assert_allclose(found.end_s[inside], (overhead_s + half_s)[inside], atol=1e-3)
    np.testing.assert_allclose(found.culmination_s[inside], overhead_s[inside], atol=1e-2)
    np.testing.assert_allclose(found.elevation_max_deg[inside], 90.0, atol=2e-3)
    np.testing.assert_allclose(found.range_min_m[inside], altitude_m, atol=0.05)


def test_a_pass_that_only_grazes_the_mask(
    circular: Callable[..., tuple[Any, ...]], tracks: Maker
) -> None:
    """Passes wholly between two knots are found, with edges from the closed form itself."""
    orbit = {"inclination_deg": 97.6, "node_deg": 30.0}
    site = place(48.0, 11.0, 500.0)

    def elevation_deg(time_s: float) -> float:
        line = circular(np.array([time_s]), **orbit)[0][:, 0] - site.position_m[0]
        return float(np.degrees(np.arcsin(line @ site.up[0] / np.linalg.norm(line))))

    passes = site_windows(tracks(DAY, orbit), site, 0.0)
    whole = np.flatnonzero(~passes.cut_start & ~passes.cut_end)
    assert len(whole) >= len(passes) - 2  # nothing but the day cuts them
    for each in whole:
        middle_s = passes.culmination_s[each]
        for below_deg in (1e-2, 1e-4, 1e-5):
            mask_deg = elevation_deg(middle_s) - below_deg
            found = site_windows(tracks(DAY, orbit), site, mask_deg)
            which = np.flatnonzero((found.start_s < middle_s) & (middle_s < found.end_s))
            assert len(which) == 1
            assert not found.cut_start[which[0]]
            assert not found.cut_end[which[0]]
            for edge_s, side in ((found.start_s, -1), (found.end_s, 1)):
                inside_s, outside_s = middle_s, middle_s + side * 300
                while abs(inside_s - outside_s) > 1e-6:
                    half_s = (inside_s + outside_s) / 2
                    if elevation_deg(half_s) >= mask_deg:
                        inside_s = half_s
                    else:
                        outside_s = half_s
                # The states are good to 3 mm; a pass of about a second turns that into 5 ms.
                assert edge_s[which[0]] == pytest.approx(inside_s, abs=0.01)
        missed = site_windows(tracks(DAY, orbit), site, elevation_deg(middle_s) + 1e-6)
        assert not np.any((missed.start_s < middle_s) & (middle_s < missed.end_s))


def test_geostationary(tracks: Maker) -> None:
    geo = {"radius_m": GEO_M, "inclination_deg": 0.0, "phase_deg": 20.0}
    found = site_windows(
        tracks(DAY, geo), place([0.0, 0.0, 80.0], [20.0, 80.0, 20.0], [0.0] * 3), 5
    )
    assert found.a.tolist() == [0, 1]
    assert found.cut_start.all()
    assert found.cut_end.all()
    assert found.start_s.tolist() == [0, 0]
    assert found.end_s.tolist() == [86_400, 86_400]
    assert found.elevation_max_deg[0] == pytest.approx(90, abs=0.01)


def test_two_culminations_are_one_window(
    circular: Callable[..., tuple[Any, ...]], tracks: Maker
) -> None:
    """An inclined geosynchronous orbit draws an eight: its elevation has several maxima."""
    eight = {"radius_m": GEO_M, "inclination_deg": 30.0, "phase_deg": 20.0}
    site = place(0.0, 60.0)
    found = site_windows(tracks(DAY, eight), site, 5.0)
    assert len(found) == 1
    seconds = np.arange(0, 86_401.0)
    line = circular(seconds, **eight)[0] - site.position_m[0][:, np.newaxis]
    range_m = np.linalg.norm(line, axis=0)
    sine = site.up[0] @ line / range_m
    maxima = (sine[1:-1] > sine[:-2]) & (sine[1:-1] >= sine[2:])
    assert np.count_nonzero(maxima) >= 2
    assert found.elevation_max_deg[0] == pytest.approx(np.degrees(np.arcsin(sine.max())), abs=1e-5)
    assert found.range_min_m[0] == pytest.approx(range_m.min(), abs=0.1)
    assert found.culmination_s[0] == pytest.approx(seconds[sine.argmax()], abs=1.0)


def test_longest_range(tracks: Maker) -> None:
    radius_m = EQUATOR_M + 550e3
    equatorial = {"radius_m": radius_m, "inclination_deg": 0.0, "phase_deg": -80.0}
    found = site_windows(tracks(DAY, equatorial), place(0.0, 10.0), 0.0, range_max_m=1_000e3)
    rate = np.sqrt(MU / radius_m**3) - EARTH_RAD_S
    cosine = (EQUATOR_M**2 + radius_m**2 - 1_000e3**2) / (2 * EQUATOR_M * radius_m)
    np.testing.assert_allclose(
        found.end_s - found.start_s, 2 * np.arccos(cosine) / rate, rtol=0, atol=1e-3
    )


def test_absent_movers_end_windows(tracks: Maker) -> None:
    geo = {"radius_m": GEO_M, "inclination_deg": 0.0}
    whole = tracks(DAY, geo, geo, geo)
    whole.position_m[0, :, 400:600] = np.nan
    whole.velocity_m_s[0, :, 400:600] = np.nan
    whole.position_m[1] = np.nan
    whole.position_m[2, 0, ::2] = np.nan
    found = site_windows(whole, place(0.0, 0.0), 10.0)
    assert found.b.tolist() == [0, 0]
    assert found.start_s.tolist() == [0, 600 * 60]
    assert found.end_s.tolist() == [399 * 60, 86_400]
    assert found.cut_start.all()
    assert found.cut_end.all()
    assert np.isfinite(found.range_min_m).all()
    assert np.isfinite(found.elevation_max_deg).all()


def test_two_knots_are_enough(tracks: Maker) -> None:
    overhead = {"radius_m": EQUATOR_M + 550e3, "inclination_deg": 0.0, "phase_deg": 8.0}
    found = site_windows(tracks(np.array([0.0, 60.0]), overhead), place(0.0, 10.0), 20.0)
    assert len(found) == 1
    assert found.cut_start.all()


def test_nobody() -> None:
    none = Tracks(DAY, np.empty((0, 3, len(DAY))), np.empty((0, 3, len(DAY))))
    assert len(site_windows(none, place(0.0, 0.0))) == 0
    assert len(pair_windows(none, np.empty((0, 2), dtype=np.int32))) == 0


def test_threads_and_room_do_not_matter(tracks: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    fleet = tracks(DAY, *({"node_deg": 20.0 * each, "phase_deg": 7.0 * each} for each in range(18)))
    sites = place(np.linspace(-60, 60, 40), np.linspace(-170, 170, 40), np.zeros(40))
    with ThreadPoolExecutor(1) as one, ThreadPoolExecutor(5) as five:
        first = site_windows(fleet, sites, 10.0, executor=one)
        second = site_windows(fleet, sites, 10.0, executor=five)
        monkeypatch.setattr(windows, "ROWS_AT_ONCE", 2)
        third = site_windows(fleet, sites, 10.0, executor=five)
    assert len(first) > 1_000
    for name in first.__slots__:
        np.testing.assert_array_equal(getattr(first, name), getattr(second, name))
        np.testing.assert_array_equal(getattr(first, name), getattr(third, name))


def test_own_mask_of_every_place(tracks: Maker) -> None:
    fleet = tracks(DAY, {}, {"node_deg": 90.0})
    both = place([30.0, 30.0], [0.0, 0.0], [0.0, 0.0])
    found = site_windows(fleet, both, np.array([5.0, 40.0]))
    low, high = (site_windows(fleet, place(30.0, 0.0), mask) for mask in (5.0, 40.0))
    np.testing.assert_array_equal(found.start_s[found.a == 0], low.start_s)
    np.testing.assert_array_equal(found.start_s[found.a == 1], high.start_s)
    assert len(low) > len(high) > 0


def test_sides_know_their_rates(tracks: Maker) -> None:
    side = moving(tracks(DAY, {"inclination_deg": 0.0}, {"inclination_deg": 180.0}))
    rate = np.sqrt(MU / 6_928_137.0**3)
    np.testing.assert_allclose(
        side.rate_max_rad_s, [rate - EARTH_RAD_S, rate + EARTH_RAD_S], rtol=0.03
    )
    assert (side.rate_max_rad_s > [rate - EARTH_RAD_S, rate + EARTH_RAD_S]).all()
    assert standing(np.ones((2, 3)), np.ones((2, 3))).moves == 0
