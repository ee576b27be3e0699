"""Sums over messages against the same figures from all rows at once."""

import numpy as np

from skyweft.delivery.product import CAUSES, Deliveries
from skyweft.delivery.totals import Totals
from skyweft.motion.fleet import assemble

from .onboard.conftest import scenario_of

END_S = 9_000.0


def drawn(count: int = 3_000) -> Deliveries:
    """Return messages of ten things, two thirds of them delivered; things are rows 5 to 14."""
    random = np.random.default_rng(7)
    created_s = np.sort(random.uniform(0, 6_000, count))
    delay_s = random.lognormal(3.0, 1.5, count)
    cause = np.where(random.random(count) < 2 / 3, 0, random.integers(1, len(CAUSES), count))
    cause = np.where(created_s + delay_s > END_S, CAUSES.index("stored"), cause)
    nowhere = np.full(count, -1, np.int32)
    return Deliveries(
        np.zeros(count, np.int16), random.integers(5, 15, count).astype(np.int32),
        np.arange(count), created_s, created_s + 0.1,
        np.where(cause == 0, created_s + delay_s, np.nan), nowhere, nowhere,
        np.ones(count, np.int16), np.ones(count, np.int16),
        random.uniform(0.1, 1.0, count).astype(np.float32), cause.astype(np.int8),
    )  # fmt: skip


def in_order_of_arrival(rows: Deliveries) -> Deliveries:
    order = np.argsort(rows.delivered_s, kind="stable")
    return Deliveries(*(getattr(rows, name)[order] for name in Deliveries.__slots__))


def summed(rows: Deliveries) -> Totals:
    scenario = scenario_of(duration_s=END_S)
    totals = Totals.empty(scenario, assemble(scenario), END_S)
    totals.add(in_order_of_arrival(rows))
    totals.finish()
    return totals


def test_counts_delays_and_energy() -> None:
    rows = drawn()
    totals = summed(rows)
    delay_s = (rows.delivered_s - rows.created_s)[rows.cause == 0]
    rule = totals.by_rule
    assert rule.cases[0].tolist() == np.bincount(rows.cause, minlength=len(CAUSES)).tolist()
    # Microseconds and nanojoules: half a unit of rounding a message.
    np.testing.assert_allclose(rule.delay_mean_s()[0], delay_s.mean(), rtol=0, atol=5e-7)
    np.testing.assert_allclose(rule.energy_nj[0] / 1e9, rows.energy_j.sum(dtype=float), rtol=1e-8)
    for share in (0.05, 0.5, 0.95, 0.99):
        exact_s = np.quantile(delay_s, share, method="inverted_cdf")
        # A bin is 0.1 % wide, and its middle is told.
        np.testing.assert_allclose(rule.delay_s(share)[0], exact_s, rtol=6e-4)
    for sums in (totals.things, totals.by_cell, totals.by_hour):
        assert sums.made.sum() == len(rows)
        assert sums.delivered.sum() == len(delay_s)


def test_age_of_information() -> None:
    """Against the age looked up every tenth of a second."""
    rows = drawn(200)
    totals = summed(rows)
    came = in_order_of_arrival(rows)
    for row, thing in enumerate(totals.thing):
        mine = (came.thing == thing) & (came.cause == 0)
        at_s, made_s = came.delivered_s[mine], np.maximum.accumulate(came.created_s[mine])
        time_s = np.arange(at_s[0], END_S, 0.1)
        age_s = time_s - made_s[np.searchsorted(at_s, time_s, side="right") - 1]
        # An age jumps by up to thousands of seconds within a step: 200 jumps of 0.1 s.
        np.testing.assert_allclose(totals.age_mean_s()[row], age_s.mean(), rtol=0, atol=1.0)


def test_order_of_calls_changes_nothing() -> None:
    rows = in_order_of_arrival(drawn())
    scenario = scenario_of(duration_s=END_S)
    cut = Totals.empty(scenario, assemble(scenario), END_S)
    for some in np.array_split(np.arange(len(rows)), 7):
        cut.add(Deliveries(*(getattr(rows, name)[some] for name in Deliveries.__slots__)))
    cut.finish()
    whole = summed(rows)
    for one, other in zip(cut.ages, whole.ages, strict=True):
        assert one.tobytes() == other.tobytes()
    assert cut.by_hour.bins.tobytes() == whole.by_hour.bins.tobytes()
