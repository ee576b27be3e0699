"""Plans of sites against every plan there is, and what is proven about them."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from skyweft.network.placement import gateways
from skyweft.network.placement.gateways import exact, fewest, greedy

Floats = NDArray[np.float64]


def _by_trying(rate: Floats, need: Floats) -> int:
    possible = np.minimum(need, rate.sum(axis=0))
    for size in range(len(rate) + 1):
        for some in combinations(range(len(rate)), size):
            if np.all(rate[list(some)].sum(axis=0) >= possible * (1 - 1e-6)):
                return size
    raise AssertionError


def _case(seed: int) -> tuple[Floats, Floats]:
    rng = np.random.default_rng(seed)
    sites, columns = rng.integers(1, 9), rng.integers(1, 15)
    rate = rng.choice([0.0, 1e9, 2e9, 5e9], (sites, columns), p=[0.5, 0.2, 0.2, 0.1])
    return rate, rng.choice([0.0, 1e9, 3e9, 4e9], columns)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_exact_is_the_fewest(seed: int) -> None:
    rate, need = _case(seed)
    plan = exact(rate, need)
    assert len(plan.selected) == _by_trying(rate, need)
    assert plan.optimal
    carried = rate[plan.selected].sum(axis=0)
    assert np.all(carried >= (need - plan.short_bps) * (1 - 1e-6))
    np.testing.assert_allclose(plan.short_bps, np.maximum(need - rate.sum(axis=0), 0))


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_greedy_carries_within_its_bounds(seed: int) -> None:
    rate, need = _case(seed)
    plan, best = greedy(rate, need), _by_trying(rate, need)
    carried = rate[plan.selected].sum(axis=0)
    assert np.all(carried >= (need - plan.short_bps) * (1 - 1e-6))
    assert plan.at_least <= best <= len(plan.selected)
    assert len(plan.selected) <= plan.guarantee * best + 1e-9


def test_greedy_can_be_wrong_and_says_so() -> None:
    """The classic: two rows of sites cover all, yet the site across both adds most at first.

    Fourteen sites that see one column each make all columns different.
    """
    view = np.vstack([np.zeros((5, 14), bool), np.eye(14, dtype=bool)])
    view[0, :7], view[1, 7:] = True, True
    for site, columns in ((2, [0, 1, 2, 3, 7, 8, 9, 10]), (3, [4, 5, 11, 12]), (4, [6, 13])):
        view[site, columns] = True
    need = np.ones(14)
    few, many = exact(view, need), greedy(view, need)
    assert few.selected.tolist() == [0, 1]
    assert few.gap == 0.0
    assert many.selected.tolist() == [2, 3, 4]
    assert many.at_least == 2
    assert many.gap == pytest.approx(1 / 3)
    assert not many.optimal


def test_two_sites_in_view_and_no_site_at_all() -> None:
    view = np.array([[1, 0, 0], [1, 1, 0], [1, 1, 0]], bool)
    plan = fewest(view, [2.0, 1.0, 1.0])
    assert len(plan.selected) == 2
    assert plan.short_bps.tolist() == [0.0, 0.0, 1.0]
    nothing = fewest(np.zeros((2, 3)), [1.0, 1.0, 0.0])
    assert nothing.selected.tolist() == []
    assert nothing.short_bps.tolist() == [1.0, 1.0, 0.0]
    assert greedy(np.zeros((0, 1)), [1.0]).short_bps.tolist() == [1.0]


def test_size_decides_how(monkeypatch: pytest.MonkeyPatch) -> None:
    rate, need = np.eye(4), np.ones(4)
    assert fewest(rate, need).guarantee == 1.0
    monkeypatch.setattr(gateways, "CANDIDATES_EXACT", 3)
    assert fewest(rate, need).guarantee == pytest.approx(1 + np.log(4))


def test_what_is_no_plan_is_refused() -> None:
    for rate, need in (([[-1.0]], [1.0]), ([[np.nan]], [1.0]), ([[1.0]], [np.inf]), ([1.0], [1.0])):
        with pytest.raises(ValueError):
            fewest(rate, need)
