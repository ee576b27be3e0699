import heapq

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from skyweft.network.routing.heap import pop, push

# Costs and nodes to push; None pops where there is anything.
steps = st.lists(st.none() | st.tuples(st.integers(0, 2**30 - 1), st.integers(0, 2**31 - 1)))


@given(steps)
def test_it_is_the_heap_of_the_standard_library(steps: list[tuple[int, int] | None]) -> None:
    heap, size = np.empty(len(steps), np.int64), 0
    expected: list[tuple[int, int]] = []
    for step in steps:
        if step is not None:
            size = push(heap, size, *step)
            heapq.heappush(expected, step)
        elif size:
            assert pop(heap, size) == heapq.heappop(expected)
            size -= 1
    assert size == len(expected)
