"""Outages by list and by chance: closed forms, independence, and what goes wrong."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skyweft.errors import ScenarioError
from skyweft.network.failures.outages import (
    Outages,
    chosen,
    drawn,
    failed,
    listed,
    out_of_order,
    together,
)

NAMES = [f"sat-{number:05d}" for number in range(20_000)]
DAY_S = 86_400.0


def _of(outages: Outages, item: int) -> list[tuple[float, float]]:
    rows = outages.item == item
    return list(zip(outages.start_s[rows].tolist(), outages.end_s[rows].tolist(), strict=True))


@pytest.mark.parametrize(("between_s", "mttr_s"), [(40_000.0, 5_000.0), (3_000.0, 9_000.0)])
def test_availability_is_the_closed_form(between_s: float, mttr_s: float) -> None:
    found = failed(DAY_S, NAMES, between_s, mttr_s, seed=1)
    unavailable = mttr_s / (between_s + mttr_s)
    down = (found.end_s - found.start_s).sum() / (DAY_S * len(NAMES))
    # Variance of the share of time down over a time T much longer than the cycle c = a r / (a + r)
    # is at most 2 c p (1 - p) / T for one item; five deviations.
    cycle_s = between_s * mttr_s / (between_s + mttr_s)
    deviation = np.sqrt(2 * cycle_s * unavailable * (1 - unavailable) / DAY_S / len(NAMES))
    assert abs(down - unavailable) < 5 * deviation
    # So it is at every single moment, the first included.
    at = out_of_order(found, len(NAMES), [0.0, 1_000.0, DAY_S / 2, DAY_S - 1]).mean(axis=0)
    deviation = np.sqrt(unavailable * (1 - unavailable) / len(NAMES))
    assert np.all(np.abs(at - unavailable) < 5 * deviation)


def test_times_are_exponential() -> None:
    found = failed(100 * DAY_S, NAMES[:1_000], 20_000.0, 2_000.0, seed=3)
    inner = (found.start_s > 0) & (found.end_s < 100 * DAY_S)
    down_s = (found.end_s - found.start_s)[inner]
    same = found.item[1:] == found.item[:-1]
    up_s = (found.start_s[1:] - found.end_s[:-1])[same]
    for times_s, mean_s in ((down_s, 2_000.0), (up_s, 20_000.0)):
        # 390,000 times; the window's end hides a few long ones, far below a percent.
        assert times_s.mean() == pytest.approx(mean_s, rel=0.01)
        shares = [(times_s < x * mean_s).mean() for x in (0.1, 1.0, 3.0)]
        np.testing.assert_allclose(shares, 1 - np.exp([-0.1, -1.0, -3.0]), atol=0.005)
    # The number a item has is not followed by one that depends on it.
    assert abs(np.corrcoef(up_s[:-1], up_s[1:])[0, 1]) < 0.01


def test_a_thing_fails_the_same_whoever_else_there_is() -> None:
    every = failed(DAY_S, NAMES[:50], 10_000.0, 1_000.0, seed=7)
    alone = failed(DAY_S, NAMES[31:30:-1], 10_000.0, 1_000.0, seed=7)
    assert _of(every, 31) == _of(alone, 0)
    longer = failed(3 * DAY_S, NAMES[:50], 10_000.0, 1_000.0, seed=7)
    for item in range(50):
        cut = [(start, min(end, DAY_S)) for start, end in _of(longer, item) if start < DAY_S]
        assert cut == _of(every, item)
    other = failed(DAY_S, NAMES[:50], 10_000.0, 1_000.0, seed=8)
    assert set(every.start_s.tolist()) & set(other.start_s.tolist()) <= {0.0}


def test_never_fails_and_never_is_repaired() -> None:
    assert len(failed(DAY_S, NAMES[:100], np.inf, 10.0, seed=1)) == 0
    assert len(failed(DAY_S, [], 10.0, 10.0, seed=1)) == 0
    lasting = failed(DAY_S, NAMES, DAY_S, np.inf, seed=1)
    assert np.all(lasting.end_s == DAY_S)
    assert len(np.unique(lasting.item)) == len(lasting)
    # Five deviations of a share of 20,000.
    assert len(lasting) / len(NAMES) == pytest.approx(1 - np.exp(-1), abs=5 * 0.0034)


def test_sets_grow_with_the_share() -> None:
    few, many = chosen(NAMES, 0.05, seed=5), chosen(NAMES, 0.25, seed=5)
    assert np.all(many[few])
    assert many.mean() == pytest.approx(0.25, abs=5 * 0.0031)
    assert not chosen(NAMES, 0.0, seed=5).any()
    assert chosen(NAMES, 1.0, seed=5).all()
    # Who is in the set has nothing to do with who is out of order at the start.
    down = out_of_order(failed(1.0, NAMES, 1.0, 1.0, seed=5), len(NAMES), 0.0)[:, 0]
    assert down[many].mean() == pytest.approx(0.5, abs=0.05)


def test_lists_are_cut_sorted_and_joined() -> None:
    rows = [
        ("b", 50.0, 60.0),
        ("a", 5.0, 9.0),
        ("b", -5.0, 10.0),
        ("b", 10.0, 20.0),
        ("b", 2.0, 3.0),
    ]
    found = listed(["a", "b", "c"], [*rows, ("c", 100.0, 200.0)], 55.0)
    assert found.item.tolist() == [0, 1, 1]
    assert found.start_s.tolist() == [5.0, 0.0, 50.0]
    assert found.end_s.tolist() == [9.0, 20.0, 55.0]
    both = together([found, listed(["a", "b", "c"], [("b", 15.0, 52.0)], 55.0)])
    assert _of(both, 1) == [(0.0, 55.0)]
    assert len(together([])) == len(listed([], [], 10.0)) == 0
    down = out_of_order(found, 3, [9.0, 5.0, 8.0, 54.0])
    assert down.tolist() == [[False, True, True, False], [True, True, True, True], [False] * 4]


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(
        st.tuples(st.integers(0, 2), st.integers(0, 20), st.integers(1, 8)).map(
            lambda row: (str(row[0]), float(row[1]), float(row[1] + row[2]))
        ),
        max_size=12,
    )
)
def test_joined_lists_cover_the_same_moments(rows: list[tuple[str, float, float]]) -> None:
    moments = np.arange(0, 30, 0.5)
    expected = np.zeros((3, len(moments)), bool)
    for name, start, end in rows:
        expected[int(name)] |= (moments >= start) & (moments < end)
    found = listed(["0", "1", "2"], rows, 100.0)
    np.testing.assert_array_equal(out_of_order(found, 3, moments), expected)


def test_errors_are_named() -> None:
    with pytest.raises(ScenarioError) as error:
        listed(["a"], [("b", 0, 1), ("a", 5, 5), ("b", 1, 2)], 10.0)
    assert str(error.value).splitlines() == [
        "failures: nothing is called 'b'",
        "failures: 'a' must fail before it is repaired, got 5 s to 5 s",
    ]
    with pytest.raises(ScenarioError, match="mtbf_s must be above 0 s, got -1 s"):
        failed(DAY_S, NAMES, -1.0, 1.0, 0)
    with pytest.raises(ScenarioError, match="mttr_s must be above 0 s"):
        failed(DAY_S, NAMES, 1.0, 0.0, 0)
    with pytest.raises(ScenarioError, match="cannot both be infinite"):
        failed(DAY_S, NAMES, np.inf, np.inf, 0)
    with pytest.raises(ScenarioError, match="duration"):
        failed(np.inf, NAMES, 1.0, 1.0, 0)
    with pytest.raises(ScenarioError, match="more than 50,000,000"):
        failed(DAY_S, NAMES, 1.0, 1.0, 0)
    with pytest.raises(ScenarioError, match=r"0 to 1, got 1\.5"):
        chosen(NAMES, 1.5, 0)


@given(
    st.lists(st.text(min_size=1, max_size=5), unique=True, max_size=60),
    st.integers(0, 70),
    st.integers(0, 2**32 - 1),
    st.floats(0, 1),
)
def test_a_count_takes_just_so_many(names: list[str], count: int, seed: int, share: float) -> None:
    few, more = drawn(names, count, seed), drawn(names, count + 1, seed)
    assert few.sum() == min(count, len(names))
    assert not np.any(few & ~more)
    by_chance = chosen(names, share, seed)
    np.testing.assert_array_equal(drawn(names, int(by_chance.sum()), seed), by_chance)
    order = list(reversed(range(len(names))))
    turned = drawn([names[place] for place in order], count, seed)
    np.testing.assert_array_equal(turned, few[order])
