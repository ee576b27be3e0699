"""The most a network can carry, on networks where it can be seen."""

import numpy as np
import pytest

from skyweft.errors import RangeError
from skyweft.network.flows.ceiling import Demands, Links, ceiling, gap
from skyweft.network.flows.fairness import fair_shares

TAIL, HEAD = [0, 0, 1, 2, 1], [1, 2, 3, 3, 2]  # a diamond from 0 to 3 with a rung from 1 to 2


def test_a_diamond_uses_both_sides() -> None:
    """Out of 0 go 5 + 1, into 3 go 2 + 4: the rung lets 6 through, cut at both ends."""
    found = ceiling(Links(4, TAIL, HEAD, [5e9, 1e9, 2e9, 4e9, 9e9]), Demands([0], [3], [np.inf]))
    assert found.total_bps == pytest.approx(6e9, rel=1e-7)
    np.testing.assert_allclose(found.load_bps, [5e9, 1e9, 2e9, 4e9, 3e9], rtol=1e-6)
    fair = fair_shares([0, 2], [0, 2], [5e9, 1e9, 2e9, 4e9, 9e9])
    assert gap(float(fair.rate_bps.sum()), found.total_bps) == pytest.approx(4 / 6, rel=1e-6)


def test_end_points_pass_nothing_on() -> None:
    transit = [True, True, False, True]
    links = Links(4, TAIL, HEAD, np.full(5, 1.0), transit)
    found = ceiling(links, Demands([0, 0], [3, 2], [9.0, 9.0]))
    np.testing.assert_allclose(found.total_bps, 2.0, rtol=1e-7)
    assert found.load_bps[3] == 0.0  # out of node 2
    own = ceiling(links, Demands([2], [3], [9.0]))
    assert own.total_bps == pytest.approx(1.0)


def test_two_sources_share_a_link_and_demands_bound() -> None:
    links = Links(4, [0, 1, 2], [2, 2, 3], [9.0, 9.0, 4.0])
    found = ceiling(links, Demands([0, 1, 1], [3, 3, 2], [3.0, 3.0, 2.5]))
    assert found.total_bps == pytest.approx(6.5, rel=1e-7)
    assert found.served_bps[2] == pytest.approx(2.5)
    assert found.served_bps[:2].sum() == pytest.approx(4.0)


def test_what_has_no_way_is_served_nothing() -> None:
    demands, one = Demands([1, 0, 2], [0, 0, 2], [5.0, np.inf, 1.0]), Demands([0], [1], [5.0])
    assert ceiling(Links(3, [0], [1], [1.0]), demands).total_bps == 0.0
    assert ceiling(Links(3, [0], [1], [0.0]), one).served_bps.tolist() == [0.0]
    assert ceiling(Links(3, [], [], []), one).total_bps == 0.0
    assert gap(0.0, 0.0) == 0.0
    assert gap(1.0 + 1e-9, 1.0) == 0.0


def test_what_is_too_large_or_endless_is_refused() -> None:
    with pytest.raises(RangeError, match=r"6 variables .* at most 5"):
        ceiling(Links(4, TAIL, HEAD, np.ones(5)), Demands([0], [3], [1.0]), variables_max=5)
    endless = Links(2, [0], [1], [np.inf])
    with pytest.raises(RangeError, match="no greatest throughput"):
        ceiling(endless, Demands([0], [1], [np.inf]))
    assert ceiling(endless, Demands([0], [1], [7.0])).total_bps == pytest.approx(7.0)
    with pytest.raises(ValueError):
        ceiling(Links(2, [0], [1], [-1.0]), Demands([0], [1], [7.0]))
