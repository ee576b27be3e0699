"""Running sums of rates against plain NumPy over all rows at once."""

from types import SimpleNamespace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from skyweft.contacts.histogram import quantile
from skyweft.links.rates import Rates, Seen


def _links(contact: list[int], time_s: list[float], rate_bps: list[float]) -> SimpleNamespace:
    return SimpleNamespace(
        contact=np.array(contact, np.int64),
        time_s=np.array(time_s, float),
        rate_bps=np.array(rate_bps, float),
        rate_reverse_bps=np.array(rate_bps, float) / 2,
    )


CONTACTS = SimpleNamespace(link=np.array([0, 1], np.int16))


def test_rates_weigh_samples_by_time() -> None:
    rates = Rates.empty(2)
    links = _links([0, 0, 0, 1, 1], [0, 10, 40, 5, 6], [100, 300, 300, 7, 9])
    rates.add(CONTACTS, links, Seen.nothing(2))
    # Trapezia: 10 s at 200 bit/s and 30 s at 300 bit/s; the second contact 1 s at 8 bit/s.
    np.testing.assert_allclose(rates.total[0], [40, 11_000])
    np.testing.assert_allclose(rates.total[1], [40, 5_500])
    np.testing.assert_allclose(rates.total[2], [1, 8])
    assert rates.quantile(0, 0.1) == 100  # for the 5 s around the first sample
    assert rates.quantile(0, 0.2) == 300
    assert np.isnan(Rates.empty(1).quantile(0, 0.5))


def test_columns_hold_what_is_there_and_no_more() -> None:
    rates = Rates.empty(2)
    rates.add(CONTACTS, _links([0, 0, 1], [0, 10, 5], [100, 300, 0]), Seen.nothing(2))
    columns = rates.columns()
    # A bin for each of 100, 300, 50 and 150 bit/s, of which two samples have 5 s each. The second
    # contact has a single sample at 0 bit/s, which lasts for no time.
    assert sorted(zip(columns["row"].tolist(), columns["top_bps"].tolist(), strict=True)) == [
        (0, 100),
        (0, 300),
        (1, 50),
        (1, 150),
    ]
    assert columns["weight_s"].tolist() == [5, 5, 5, 5]
    back = Rates.of({name: column.copy() for name, column in columns.items()})
    for name in Rates.__slots__:
        np.testing.assert_array_equal(getattr(back, name), getattr(rates, name))
    back.join(rates)
    np.testing.assert_array_equal(back.total, 2 * rates.total)
    np.testing.assert_array_equal(back.weight_s, 2 * rates.weight_s)
    np.testing.assert_array_equal(back.top_bps, rates.top_bps)


@settings(deadline=None, max_examples=60)
@given(cut=st.integers(0, 6))
def test_rates_do_not_depend_on_where_samples_are_cut(cut: int) -> None:
    contact = [0, 0, 0, 0, 0, 0]
    time_s, rate_bps = [0.0, 1, 4, 5, 7, 9], [5.0, 2, 8, 1, 0, 4]
    whole, parts, seen = Rates.empty(2), Rates.empty(2), Seen.nothing(2)
    whole.add(CONTACTS, _links(contact, time_s, rate_bps), Seen.nothing(2))
    for part in (slice(0, cut), slice(cut, None)):
        parts.add(CONTACTS, _links(contact[part], time_s[part], rate_bps[part]), seen)
    np.testing.assert_allclose(parts.total, whole.total)
    np.testing.assert_allclose(parts.weight_s, whole.weight_s)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.floats(0, 1e12), min_size=1, max_size=200), st.floats(0.01, 0.99))
def test_quantiles_are_within_a_thousandth(values: list[float], share: float) -> None:
    rates, seen = Rates.empty(1), Seen.nothing(2)
    doubled = np.repeat(values, 2)
    links = _links([0] * len(doubled), list(np.arange(len(doubled))), list(doubled))
    rates.add(SimpleNamespace(link=np.zeros(2, np.int16)), links, seen)
    found = quantile(rates.weight_s[0], rates.top_bps[0], share)
    # Neighbours share the time between them, so ranks are off by one sample at most.
    low, high = np.quantile(
        doubled, [max(share - 1.5 / len(doubled), 0), min(share + 1.5 / len(doubled), 1)]
    )
    assert np.floor(low) * (1 - 1e-3) <= found <= max(high, 1) * (1 + 1e-3)


def test_what_is_kept_between_blocks_loses_nothing() -> None:
    """A block that ends after one sample, and rates below one bit a second or of none at all."""
    whole, parts = Rates.empty(2), Rates.empty(2)
    time_s, rate_bps = [0.0, 0.5, 1.0, 1.5], [0.5, 0.0, 0.0, 300.0]
    whole.add(CONTACTS, _links([0] * 4, time_s, rate_bps), Seen.nothing(2))
    before = Seen.nothing(2)
    for k in range(4):
        seen, part = Seen.nothing(2), Rates.empty(2)
        seen.take_over(slice(None), before, slice(None))
        part.add(CONTACTS, _links([0], [time_s[k]], [rate_bps[k]]), seen)
        parts.join(Rates.of({name: part.columns()[name].copy() for name in part.columns()}))
        before = seen
    for name in Rates.__slots__:
        np.testing.assert_array_equal(getattr(parts, name), getattr(whole, name))
    # By hand: half a second each of 0.25, 0 and 150 bit/s.
    np.testing.assert_allclose(parts.total[0], [1.5, 75.125])
    assert parts.weight_s[0].sum() == 1.5


def test_the_greatest_of_two_blocks_stands_for_a_bin() -> None:
    low, high = Rates.empty(2), Rates.empty(2)
    for rates, value in ((low, 100.0), (high, 100.001)):  # a bin is a thousandth wide
        rates.add(CONTACTS, _links([0, 0], [0, 10], [value, value]), Seen.nothing(2))
    for one, other in ((low, high), (high, low)):
        joined = Rates.of({name: column.copy() for name, column in one.columns().items()})
        joined.join(other)
        assert joined.quantile(0, 0.5) == 100.001
