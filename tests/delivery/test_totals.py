"""Sums over messages against the same figures from all rows at once."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skyweft.delivery.product import CAUSES, RECEIVED, SUMMED, Deliveries
from skyweft.delivery.totals import ON_BOARD_PART, Totals, observed_s, within
from skyweft.motion.fleet import build_fleet

from .onboard.conftest import scenario_of

END_S, LIFETIME_S = 9_000.0, 2_900.0


def drawn(count: int = 3_000) -> Deliveries:
    """Return messages of ten devices, two thirds of them delivered; devices are rows 5 to 14."""
    random = np.random.default_rng(7)
    created_s = np.sort(random.uniform(0, 6_000, count))
    delay_s = random.lognormal(3.0, 1.5, count)
    cause = np.where(random.random(count) < 2 / 3, 0, random.integers(1, SUMMED, count))
    cause = np.where(created_s + delay_s > END_S, CAUSES.index("stored"), cause)
    nowhere = np.full(count, -1, np.int32)
    return Deliveries(
        np.zeros(count, np.int16), random.integers(5, 15, count).astype(np.int32),
        np.arange(count), created_s, created_s + 0.1,
        np.where(cause == 0, created_s + delay_s, np.nan), nowhere, nowhere,
        np.ones(count, np.int16), np.ones(count, np.int16),
        random.uniform(0.1, 1.0, count).astype(np.float32), cause.astype(np.int8),
        np.where(cause == 0, 0.25 * delay_s, np.nan), np.where(cause == 0, 0.125 * delay_s, np.nan),
    )  # fmt: skip


def in_order_of_arrival(rows: Deliveries) -> Deliveries:
    order = np.argsort(rows.delivered_s, kind="stable")
    return Deliveries(*(getattr(rows, name)[order] for name in Deliveries.__slots__))


def summed(rows: Deliveries) -> Totals:
    scenario = scenario_of({"lifetime_s": LIFETIME_S}, duration_s=END_S)
    totals = Totals.empty(scenario, build_fleet(scenario), END_S)
    totals.add(in_order_of_arrival(rows))
    totals.finish()
    return totals


def test_counts_delays_and_energy() -> None:
    rows = drawn()
    totals = summed(rows)
    delay_s = rows.delivered_s - rows.created_s
    delay_s = delay_s[delay_s <= LIFETIME_S]  # all were made a lifetime before the end
    rule = totals.by_rule
    assert rule.cases[0].tolist() == np.bincount(rows.cause, minlength=SUMMED).tolist()
    # Microseconds and nanojoules: half a unit of rounding a message.
    mean_s = delay_s.mean()
    parts_s = [each[0] for each in rule.delays_mean_s()]
    expected_s = [mean_s, mean_s / 4, mean_s * 5 / 8, mean_s / 8]
    np.testing.assert_allclose(parts_s, expected_s, rtol=0, atol=15e-7)
    np.testing.assert_allclose(rule.energy_nj[0] / 1e9, rows.energy_j.sum(dtype=float), rtol=1e-8)
    for share in (0.05, 0.5, 0.95, 0.99):
        exact_s = np.quantile(delay_s, share, method="inverted_cdf")
        # A bin is 0.1 % wide, and its middle is told.
        np.testing.assert_allclose(rule.delay_s(share)[0], exact_s, rtol=6e-4)
        on_board_s = within(totals.part_bins[:, ON_BOARD_PART], share)[0]
        np.testing.assert_allclose(on_board_s, 5 / 8 * exact_s, rtol=6e-4)
    for sums in (totals.devices, totals.by_cell, totals.by_hour):
        assert sums.generated.sum() == len(rows)
        assert sums.delivered.sum() == np.count_nonzero(rows.cause == 0)
        assert sums.observed.sum() == len(rows)
        assert sums.arrived.sum() == len(delay_s)
    assert totals.observed_cases.sum() == len(rows)
    assert totals.observed_cases[0, RECEIVED] == len(delay_s)


def exponential(mean_s: float, lifetime_s: float, end_s: float, count: int = 40_000) -> Deliveries:
    """Return messages that arrive after an exponential time, if within lifetime and run."""
    random = np.random.default_rng(11)
    created_s = np.sort(random.uniform(0, end_s, count))
    delay_s = random.exponential(mean_s, count)
    arrived_now = (delay_s <= lifetime_s) & (created_s + delay_s <= end_s)
    late = np.where(created_s + lifetime_s <= end_s, "expired", "stored")
    codes = np.array([CAUSES.index(each) for each in late.tolist()])
    column = np.where(arrived_now, 0.0, np.nan)
    nowhere, ones = np.full(count, -1, np.int32), np.ones(count, np.int16)
    return Deliveries(
        np.zeros(count, np.int16), np.full(count, 5, np.int32), np.arange(count), created_s,
        created_s, np.where(arrived_now, created_s + delay_s, np.nan), nowhere, nowhere, ones, ones,
        np.ones(count, np.float32), np.where(arrived_now, RECEIVED, codes).astype(np.int8),
        column, column,
    )  # fmt: skip


@settings(max_examples=15, deadline=None)
@given(
    mean_s=st.floats(100.0, 20_000.0),
    lifetime_s=st.floats(500.0, 8_000.0),
    more_s=st.floats(2_000.0, 20_000.0),
)
def test_a_share_does_not_depend_on_how_long_the_run_is(
    mean_s: float, lifetime_s: float, more_s: float
) -> None:
    """Exponential delays arrive within L with 1 - exp(-L / mean), wherever the run ends."""
    end_s = lifetime_s + more_s
    scenario = scenario_of({"lifetime_s": lifetime_s}, duration_s=end_s)
    totals = Totals.empty(scenario, build_fleet(scenario), end_s)
    totals.add(in_order_of_arrival(exponential(mean_s, lifetime_s, end_s)))
    rule = totals.by_rule
    share = 1 - np.exp(-lifetime_s / mean_s)
    observed = int(rule.observed[0])
    # Five standard errors of a binomial.
    tolerance = 5 * np.sqrt(share * (1 - share) / observed) + 1e-4
    assert rule.share_delivered()[0] == pytest.approx(share, abs=tolerance)
    assert totals.observed_cases[0, CAUSES.index("stored")] == 0
    # The mean of an exponential delay that is cut off at L.
    cut_s = mean_s - lifetime_s * np.exp(-lifetime_s / mean_s) / share
    spread_s = min(mean_s, lifetime_s / np.sqrt(12))
    error_s = 5 * spread_s / np.sqrt(observed * share)
    assert rule.delays_mean_s()[0][0] == pytest.approx(cut_s, abs=error_s)


def test_a_lifetime_longer_than_the_run_is_watched_for_half_of_it() -> None:
    assert observed_s(np.array([10.0, 99.0, 100.0, 500.0]), 100.0).tolist() == [10, 99, 50, 50]
    rows = exponential(1_000.0, 1e9, 4_000.0)
    scenario = scenario_of({"lifetime_s": 1e9}, duration_s=4_000.0)
    totals = Totals.empty(scenario, build_fleet(scenario), 4_000.0)
    totals.add(in_order_of_arrival(rows))
    assert totals.by_rule.observed[0] == np.count_nonzero(rows.created_s <= 2_000.0)
    # 20,000 messages, 1 - exp(-2): five standard errors.
    assert totals.by_rule.share_delivered()[0] == pytest.approx(1 - np.exp(-2), abs=0.0125)


def test_age_of_information() -> None:
    """Against the age looked up every tenth of a second."""
    rows = drawn(200)
    totals = summed(rows)
    arrived_now = in_order_of_arrival(rows)
    for row, device in enumerate(totals.device):
        mine = (arrived_now.device == device) & (arrived_now.cause == 0)
        at_s, generated_s = (
            arrived_now.delivered_s[mine],
            np.maximum.accumulate(arrived_now.created_s[mine]),
        )
        time_s = np.arange(at_s[0], END_S, 0.1)
        age_s = time_s - generated_s[np.searchsorted(at_s, time_s, side="right") - 1]
        # An age jumps by up to thousands of seconds within a step: 200 jumps of 0.1 s.
        np.testing.assert_allclose(totals.age_mean_s()[row], age_s.mean(), rtol=0, atol=1.0)


def test_order_of_calls_changes_nothing() -> None:
    rows = in_order_of_arrival(drawn())
    scenario = scenario_of({"lifetime_s": LIFETIME_S}, duration_s=END_S)
    cut = Totals.empty(scenario, build_fleet(scenario), END_S)
    for some in np.array_split(np.arange(len(rows)), 7):
        cut.add(Deliveries(*(getattr(rows, name)[some] for name in Deliveries.__slots__)))
    cut.finish()
    whole = summed(rows)
    for one, other in zip(cut.ages, whole.ages, strict=True):
        assert one.tobytes() == other.tobytes()
    assert cut.by_hour.bins.tobytes() == whole.by_hour.bins.tobytes()


def test_what_took_no_time_took_none() -> None:
    """Most messages wait nowhere: their percentile is 0, not the first bin's end of 10 ms."""
    bins = np.zeros((2, 100), np.int64)
    bins[0, 0], bins[1, :2] = 9, (1, 9)
    np.testing.assert_array_equal(within(bins, 0.95)[0], 0.0)
    assert within(bins, 0.05)[1] == 0.0
    assert within(bins, 0.5)[1] > 0.01
