"""Which messages devices make: as many as asked, when asked, and the same in any pieces."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from skyweft.delivery.access.traffic import Generated, check, generated, renewal
from skyweft.errors import ScenarioError
from skyweft.motion.fleet import build_fleet
from skyweft.scenario.scenario import Scenario

from .conftest import scenario_of

DAY_S = 86_400.0


def made_in(scenario: Scenario, borders_s: list[float], threads: ThreadPoolExecutor) -> Generated:
    fleet = build_fleet(scenario)
    random = scenario.messages[0].arrivals == "poisson"  # type: ignore[attr-defined]
    state = renewal(scenario, fleet, 0) if random else None
    parts = [
        generated(scenario, fleet, 0, borders_s[k], borders_s[k + 1], state, threads)
        for k in range(len(borders_s) - 1)
    ]
    return Generated.joined(parts)


def test_even_distances(threads: ThreadPoolExecutor) -> None:
    found = made_in(scenario_of({"period_s": 600.0}, devices=50), [0.0, DAY_S], threads)
    assert len(found) == 50 * 144
    by_device = np.argsort(found.device, kind="stable")
    created = found.created_s[by_device].reshape(50, 144)
    np.testing.assert_allclose(np.diff(created, axis=1), 600.0, rtol=1e-9)
    # Phases are even over the period: the mean of 50 within four standard errors.
    assert created[:, 0].mean() == pytest.approx(300, abs=4 * 600 / np.sqrt(12 * 50))
    assert np.array_equal(found.number[by_device].reshape(50, 144)[7], np.arange(144))


def test_jitter_is_late_by_no_more(threads: ThreadPoolExecutor) -> None:
    even = made_in(scenario_of(devices=50), [0.0, DAY_S], threads)
    late = made_in(scenario_of({"jitter_s": 100.0}, devices=50), [0.0, DAY_S], threads)
    when = {(t, n): at for t, n, at in zip(even.device, even.number, even.created_s, strict=True)}
    lag = [
        at - when[t, n]
        for t, n, at in zip(late.device, late.number, late.created_s, strict=True)
        if (t, n) in when
    ]
    assert 0 <= min(lag) < 1
    assert 99 < max(lag) < 100


def test_random_arrivals_are_poisson(threads: ThreadPoolExecutor) -> None:
    scenario = scenario_of({"arrivals": "poisson", "period_s": 3_600.0}, devices=2_000)
    found = made_in(scenario, [0.0, DAY_S], threads)
    count = np.bincount(found.device - found.device.min(), minlength=2_000)
    # Mean and variance are both 24; four standard errors of each.
    assert count.mean() == pytest.approx(24, abs=4 * np.sqrt(24 / 2_000))
    assert count.var() == pytest.approx(24, abs=4 * 24 * np.sqrt(2 / 2_000))


def test_a_profile_moves_messages_within_the_local_day(threads: ThreadPoolExecutor) -> None:
    profile = [0] * 6 + [1] * 6 + [3] * 6 + [0] * 6
    scenario = scenario_of(
        {"arrivals": "poisson", "period_s": 3_600.0, "profile": profile}, devices=500
    )
    fleet = build_fleet(scenario)
    found = made_in(scenario, [0.0, DAY_S], threads)
    x, y, _ = fleet.sites.position_m[fleet.site[found.device]].T
    hour = (found.created_s / 3_600 + np.degrees(np.arctan2(y, x)) / 15) % 24
    assert np.all((hour >= 6) & (hour < 18))
    assert np.mean(hour >= 12) == pytest.approx(0.75, abs=4 * np.sqrt(0.19 / len(found)))
    # As many a day as without: five standard errors.
    assert len(found) == pytest.approx(500 * 24, abs=5 * np.sqrt(500 * 24))


def test_a_burst_concerns_a_region_and_a_share(threads: ThreadPoolExecutor) -> None:
    event = {"start_s": 500.0, "spread_s": 60.0, "share": 0.5, "latitude_deg": 50.0,
             "longitude_deg": 90.0, "radius_m": 3_000e3}  # fmt: skip
    scenario = scenario_of({"arrivals": "burst", "period_s": None, "burst": event}, devices=5_000)
    fleet = build_fleet(scenario)
    found = made_in(scenario, [0.0, DAY_S], threads)
    place = fleet.sites.position_m[fleet.site[fleet.rows_of("devices")]]
    centre = 6_371e3 * np.array([0.0, np.cos(np.radians(50)), np.sin(np.radians(50))])
    near = np.linalg.norm(place - centre, axis=1) < 3_000e3
    # The sphere of this test is a few kilometres off: a handful of devices at the edge.
    assert len(found) == pytest.approx(near.sum() / 2, abs=2 * np.sqrt(near.sum()) + 5)
    assert np.all((found.created_s >= 500) & (found.created_s < 560))
    assert len(np.unique(found.device)) == len(found)


@pytest.mark.parametrize("arrivals", ["periodic", "poisson"])
def test_pieces_make_the_same(arrivals: str, threads: ThreadPoolExecutor) -> None:
    scenario = scenario_of({"arrivals": arrivals, "profile": [1, 2, 0] * 8}, devices=100)
    whole = made_in(scenario, [0.0, DAY_S], threads)
    pieces = made_in(scenario, [0.0, 10.0, 4_000.0, 4_001.0, 70_000.0, DAY_S], threads)
    order = np.lexsort([pieces.number, pieces.device])
    for name in ("device", "number", "created_s"):
        assert np.array_equal(getattr(pieces, name)[order], getattr(whole, name))


def test_more_than_fits_in_memory_is_refused() -> None:
    check(scenario := scenario_of({"period_s": 1.0}, devices=50), build_fleet(scenario))
    scenario = scenario_of({"period_s": 1e-6}, devices=50)
    with pytest.raises(ScenarioError, match=r"messages\[0\].period_s: 50 devices make 3e\+10"):
        check(scenario, build_fleet(scenario))


def test_a_message_as_long_as_a_pass_is_refused() -> None:
    slow = {"kind": "aloha", "rate_bps": 400.0}
    check(scenario := scenario_of({"size_bytes": 2_900}, waveform=slow), build_fleet(scenario))
    scenario = scenario_of({"size_bytes": 60_000}, waveform=slow)
    with pytest.raises(ScenarioError, match=r"messages\[0\].size_bytes: 60,000 bytes are 1,200 s"):
        check(scenario, build_fleet(scenario))
