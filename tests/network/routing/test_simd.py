"""The vector code of one relaxation against the loop it stands for."""

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit

from skyweft.network.graph.adjacency import FAR_NS
from skyweft.network.routing.simd import LANES, relax


@njit
def _by_vectors(lanes: Any, here: Any, heads: Any, delays: Any) -> Any:
    return relax(
        lanes,
        np.int32(here),
        (heads[0], heads[1], heads[2], heads[3]),
        (delays[0], delays[1], delays[2], delays[3]),
    )


def _plainly(lanes: Any, here: Any, heads: Any, delays: Any) -> Any:
    """Lower row `here` lane by lane; say whether anything moved."""
    moved = 0
    for lane in range(LANES):
        for head, delay in zip(heads, delays, strict=True):
            route = lanes[head * LANES + lane] + delay
            if route < lanes[here * LANES + lane]:
                lanes[here * LANES + lane] = route
                moved = 1
    return moved


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 2**32), nodes=st.integers(2, 9), far=st.floats(0.0, 1.0))
def test_vectors_do_what_the_loop_does(seed: int, nodes: int, far: float) -> None:
    draw = np.random.default_rng(seed)
    lanes = draw.integers(0, FAR_NS, nodes * LANES).astype(np.int32)
    lanes[draw.random(len(lanes)) < far] = FAR_NS
    here = int(draw.integers(0, nodes))
    # An edge from a node to itself is in no network.
    others = [node for node in range(nodes) if node != here]
    heads = draw.choice(others, 4).astype(np.int32)
    delays = draw.integers(1, 10_000_000, 4).astype(np.int32)
    plain = lanes.copy()
    assert _by_vectors(lanes, here, heads, delays) == _plainly(plain, here, heads, delays)
    np.testing.assert_array_equal(lanes, plain)


def test_one_lane_by_hand() -> None:
    lanes = np.full(5 * LANES, FAR_NS, np.int32)
    lanes[1 * LANES + 63], lanes[2 * LANES + 63] = 100, 30
    heads, delays = np.array([1, 2, 3, 4], np.int32), np.array([5, 80, 1, 1], np.int32)
    assert _by_vectors(lanes, 0, heads, delays) == 1
    assert lanes[63] == 105  # 100 + 5 against 30 + 80
    assert _by_vectors(lanes, 0, heads, delays) == 0  # nothing is left to lower
