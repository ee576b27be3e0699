"""Grouping edges by node: order kept, padding harmless, blocks that touch."""

from itertools import pairwise

import numpy as np
import pytest

from skyweft.network.graph.adjacency import FAN, NO_EDGE_NS, Adjacency, adjacency, touching_blocks


def _ints(*values: int) -> np.ndarray:
    return np.array(values, np.int32)


def test_edges_stay_in_their_order_and_are_padded_to_fours() -> None:
    found = adjacency(3, _ints(2, 0, 2, 2, 2, 2), _ints(1, 2, 0, 1, 0, 1), _ints(1, 2, 3, 4, 5, 6))
    assert found.nodes == 3
    assert found.first.tolist() == [0, 4, 4, 12]
    assert found.head.tolist() == [2, 3, 3, 3, 1, 0, 1, 0, 1, 3, 3, 3]
    assert found.delay_ns.tolist() == [2, *[NO_EDGE_NS] * 3, 1, 3, 4, 5, 6, *[NO_EDGE_NS] * 3]
    assert len(found.head) % FAN == 0


def test_no_edges_and_no_nodes() -> None:
    empty = _ints()
    assert adjacency(2, empty, empty, empty).first.tolist() == [0, 0, 0]
    assert adjacency(0, empty, empty, empty).nodes == 0


def test_touching_blocks_by_hand() -> None:
    # Blocks {0, 1}, {2}, {3, 4}; edges 0 -> 1 (within), 0 -> 2, 3 -> 2, 4 -> 0.
    first, touching = touching_blocks(_ints(0, 0, 3, 4), _ints(1, 2, 2, 0), _ints(0, 2, 3, 5))
    assert [touching[a:b].tolist() for a, b in pairwise(first)] == [
        [2],
        [0, 2],
        [],
    ]


def test_a_graph_checks_itself() -> None:
    sound = adjacency(2, _ints(0), _ints(1), _ints(7))
    with pytest.raises(AssertionError):
        Adjacency(
            sound.first,
            sound.head,
            -sound.delay_ns,
            sound.bounds,
            sound.touching_first,
            sound.touching,
        )
