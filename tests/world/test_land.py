import numpy as np
import pytest

from skyweft.world.land import inside, on_land, outlines

LAND = {
    "Beijing": (39.9, 116.4),
    "Lagos hinterland": (7.5, 4.0),
    "Fiji, Viti Levu": (-17.8, 178.0),
    "Anadyr": (64.9, 176.5),
    "Chukotka beyond 180": (66.5, -175.0),
    "South Pole": (-90.0, 0.0),
    "Vostok": (-78.46, 106.84),
    "Antarctica at 180": (-86.0, 180.0),
    "Moscow": (55.75, 37.6),
    "Denver": (39.7, -105.0),
    "Greenland": (72.0, -40.0),
    "Alice Springs": (-23.7, 133.9),
}
SEA = {
    "North Pole": (90.0, 0.0),
    "Pacific": (0.0, -160.0),
    "date line": (0.0, 180.0),
    "Caspian": (41.5, 50.8),
    "Mediterranean": (35.0, 18.0),
    "Atlantic": (30.0, -45.0),
    "Ross Sea": (-75.0, -175.0),
    "Bering Sea": (60.0, -179.0),
    "south of Fiji": (-25.0, 179.9),
}


@pytest.mark.parametrize("place", LAND)
def test_land(place: str) -> None:
    assert on_land(*LAND[place])


@pytest.mark.parametrize("place", SEA)
def test_sea(place: str) -> None:
    assert not on_land(*SEA[place])


def test_the_share_of_land_is_the_earths() -> None:
    # 29.2 % of the surface (CIA World Factbook); coarse coasts lose small islands.
    latitude = np.degrees(np.arcsin((np.arange(400) + 0.5) / 200 - 1))[:, np.newaxis]
    longitude = np.arange(-180, 180, 0.5)
    share = on_land(latitude, longitude)
    assert share.shape == (400, 720)
    assert share.mean() == pytest.approx(0.292, abs=0.006)


def test_any_turn_of_longitude_and_nan() -> None:
    longitude = np.array([116.4, 116.4 - 360, 116.4 + 720, np.nan])
    assert on_land(39.9, longitude).tolist() == [True, True, True, False]
    assert not on_land(np.nan, 116.4)


def test_outlines_are_closed_rings_on_the_map() -> None:
    rings = outlines()
    assert len(rings) > 100
    for ring in rings:
        assert ring.shape[1] == 2
        np.testing.assert_array_equal(ring[0], ring[-1])
        assert np.abs(ring[:, 0]).max() <= 180
        # Nothing runs across the map but the closure over the South Pole.
        assert np.abs(np.diff(ring[:, 0])[ring[1:, 1] > -90]).max() < 60


def test_polygons_with_holes_across_the_antimeridian() -> None:
    square = np.array([[170, -10], [190, -10], [190, 10], [170, 10]])
    hole = np.array([[178, -2], [182, -2], [182, 2], [178, 2], [178, -2]])
    western = np.array([[-180.0, 20], [-170, 20], [-170, 30], [-180, 30]])
    found = inside([square, hole, western], [5, 5, 0, 0, 5, 25], [175, -175, 180, -180, 160, -175])
    assert found.tolist() == [True, True, False, False, False, True]


def test_no_polygon_holds_nothing() -> None:
    assert not inside([], [0.0, 1.0], 2.0).any()
    assert inside([np.array([[0.0, 0], [1, 0], [1, 1]])], np.empty(0), np.empty(0)).shape == (0,)


def test_even_odd_agrees_with_a_naive_count() -> None:
    rng = np.random.default_rng(3)
    ring = rng.uniform(-50, 50, (40, 2))  # crosses itself many times
    x, y = rng.uniform(-55, 55, (2, 500))
    following = np.roll(ring, -1, axis=0)
    odd = np.zeros(500, bool)
    for (x0, y0), (x1, y1) in zip(ring, following, strict=True):
        odd ^= ((y0 > y) != (y1 > y)) & (x < x0 + (y - y0) / (y1 - y0) * (x1 - x0))
    np.testing.assert_array_equal(inside([ring], y, x), odd)
