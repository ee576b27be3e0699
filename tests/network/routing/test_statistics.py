"""Figures of routes over time, counted by hand and against NumPy's own quantiles."""

import numpy as np
import pytest

from skyweft.network.product import ABSENT, PARTITIONED, REACHED, SOURCE_ISOLATED
from skyweft.network.routing.statistics import (
    EARTH_RADIUS_M,
    Series,
    great_circle_m,
    pair_statistics,
    snapshot_statistics,
)
from skyweft.world.constants import SPEED_OF_LIGHT_M_S

NOTHING = float("nan")


def _series(**changes: object) -> Series:
    """Two pairs, six snapshots a minute apart: the first is lost twice, the second always."""
    delay_s = np.array([[0.010, 0.014, NOTHING, 0.012, 0.012, NOTHING], [NOTHING] * 6])
    reason = np.array(
        [[REACHED, REACHED, PARTITIONED, REACHED, REACHED, SOURCE_ISOLATED], [ABSENT] * 6], np.int8
    )
    columns = {
        "rule": 3,
        "step_s": 60.0,
        "time_s": np.arange(6) * 60.0,
        "source": np.array([0, 1], np.int32),
        "target": np.array([2, 2], np.int32),
        "distance_m": np.array([[2e6], [3e6]]),
        "delay_s": delay_s,
        "hops": np.where(np.isfinite(delay_s), [[2, 4, 0, 3, 3, 0], [0] * 6], 0).astype(np.int16),
        "reason": reason,
        "first_hop": np.array([[7, 8, -1, 9, 9, -1], [-1] * 6], np.int32),
        "path_id": np.array([[1, 2, 0, 5, 6, 0], [0] * 6], np.int32),
    }
    return Series(**(columns | changes))


def test_one_pair_by_hand() -> None:
    found = pair_statistics(_series(), handover_s=0.25)
    assert found.rule.tolist() == [3, 3]
    assert found.snapshots.tolist() == [6, 6]
    assert found.share_reachable.tolist() == [pytest.approx(4 / 6), 0.0]
    assert found.delay_min_s[0] == 0.010
    assert found.delay_median_s[0] == pytest.approx(0.012)
    assert found.delay_max_s[0] == 0.014
    assert found.rtt_median_s[0] == pytest.approx(0.024)
    # Snapshots 0-1 and 3-4 both have routes: the delay changes by 4 and 0 ms.
    assert found.jitter_s[0] == pytest.approx(0.002)
    assert (found.hops_min[0], found.hops_mean[0], found.hops_max[0]) == (2, 3.0, 4)
    # Both times the route changes, the first platform only once; watched for two minutes.
    assert (found.changes[0], found.handovers[0]) == (2, 1)
    assert (found.changes_per_h[0], found.handovers_per_h[0]) == (60.0, 30.0)
    assert found.interruption_s[0] == 0.25
    assert (found.outages[0], found.outage_max_s[0]) == (2, 60.0)
    assert (found.partitioned[0], found.source_isolated[0], found.target_isolated[0]) == (1, 1, 0)


def test_a_pair_that_is_never_reached() -> None:
    found = pair_statistics(_series())
    for name in (
        "delay_min_s",
        "delay_p95_s",
        "jitter_s",
        "hops_mean",
        "stretch_light",
        "changes_per_h",
    ):
        assert np.isnan(getattr(found, name)[1]), name
    assert (found.hops_min[1], found.hops_max[1], found.changes[1]) == (0, 0, 0)
    assert (found.outages[1], found.outage_max_s[1], found.absent[1]) == (1, 360.0, 6)
    assert found.distance_m[1] == 3e6


def test_stretch_against_light_and_fibre() -> None:
    light_s = 2e6 / SPEED_OF_LIGHT_M_S
    found = pair_statistics(_series())
    assert found.stretch_light[0] == pytest.approx(0.012 / light_s)
    assert found.stretch_fibre[0] == pytest.approx(0.012 / light_s / 1.468)
    longer = pair_statistics(_series(), fibre_detour=1.5)
    assert longer.stretch_fibre[0] == pytest.approx(found.stretch_fibre[0] / 1.5)


def test_a_mover_that_passes_its_target_does_not_make_the_stretch_infinite() -> None:
    distance_m = np.array([[0.0, 4e6, 4e6, 4e6, 4e6, 4e6], [0.0] * 6])
    found = pair_statistics(_series(distance_m=distance_m))
    assert found.stretch_light[0] == pytest.approx(0.048 * SPEED_OF_LIGHT_M_S / 12e6)
    assert found.distance_m.tolist() == [pytest.approx(20e6 / 6), 0.0]


def test_quantiles_are_numpys() -> None:
    rng = np.random.default_rng(3)
    delay_s = np.where(rng.random((40, 97)) < 0.3, np.nan, rng.uniform(0.01, 0.2, (40, 97)))
    delay_s[7] = np.nan
    shape = delay_s.shape
    series = Series(
        0,
        60.0,
        np.arange(97) * 60.0,
        np.zeros(40, np.int32),
        np.ones(40, np.int32),
        np.full((40, 1), 5e6),
        delay_s,
        np.ones(shape, np.int16),
        np.where(np.isnan(delay_s), PARTITIONED, REACHED).astype(np.int8),
        np.zeros(shape, np.int32),
        np.zeros(shape, np.int32),
    )
    found = pair_statistics(series)
    reported = np.arange(40) != 7
    for name, share in (("delay_min_s", 0), ("delay_median_s", 0.5), ("delay_p95_s", 0.95)):
        expected = np.nanquantile(delay_s[reported], share, axis=1)
        np.testing.assert_allclose(getattr(found, name)[reported], expected, rtol=1e-14)
    over = snapshot_statistics(series)
    expected = np.nanquantile(delay_s, 0.95, axis=0)
    np.testing.assert_allclose(over.delay_p95_s, expected, rtol=1e-14)


def test_snapshots_by_hand() -> None:
    found = snapshot_statistics(_series())
    assert found.pairs.tolist() == [2] * 6
    assert found.reachable.tolist() == [1, 1, 0, 1, 1, 0]
    assert found.pairs_compared.tolist() == [0, 1, 0, 0, 1, 0]
    assert found.changes.tolist() == [0, 1, 0, 0, 1, 0]
    assert found.handovers.tolist() == [0, 1, 0, 0, 0, 0]
    assert np.isnan(found.delay_median_s[[2, 5]]).all()
    assert found.hops_mean[1] == 4.0
    # The first snapshot only to compare the second with.
    later = snapshot_statistics(_series(), known=1)
    assert later.time_s.tolist() == [60.0, 120.0, 180.0, 240.0, 300.0]
    assert later.changes.tolist() == [1, 0, 0, 1, 0]


def test_great_circles() -> None:
    def between(one: tuple[float, float], other: tuple[float, float]) -> float:
        ends = [np.array([each]) for each in (*one, *other)]
        return float(great_circle_m(ends[0], ends[1], (ends[2], ends[3]))[0])

    quarter = np.pi / 2 * EARTH_RADIUS_M
    assert between((0, 0), (0, 90)) == pytest.approx(quarter)
    assert between((90, 12), (0, -50)) == pytest.approx(quarter)
    assert between((0, 179), (0, -179)) == pytest.approx(quarter / 45)
    assert between((30, 20), (-30, -160)) == pytest.approx(2 * quarter)
    assert between((12, 34), (12, 34)) == 0.0
    # London to New York along WGS84's geodesic is 5,585 km; the sphere stays within 0.6 %.
    assert between((51.5085, -0.1257), (40.7143, -74.006)) == pytest.approx(5.585e6, rel=6e-3)
