"""A heap of nodes by their cost, in an array that its owner made large enough."""

import numpy as np
from numpy.typing import NDArray

from skyweft.kernels import kernel

Longs = NDArray[np.int64]


@kernel
def push(heap: Longs, size: int, cost_ns: int, node: int) -> int:
    """Put a node on the heap, lowest cost first, lower number of equal ones; return its size."""
    item = (np.int64(cost_ns) << 32) | node
    place = size
    while place > 0 and heap[(place - 1) >> 1] > item:
        heap[place] = heap[(place - 1) >> 1]
        place = (place - 1) >> 1
    heap[place] = item
    return size + 1


@kernel
def pop(heap: Longs, size: int) -> tuple[int, int]:
    """Take the first off the heap of `size`; return cost and node."""
    top, item = heap[0], heap[size - 1]
    place, child = 0, 1
    while child < size - 1:
        if child + 1 < size - 1 and heap[child + 1] < heap[child]:
            child += 1
        if heap[child] >= item:
            break
        heap[place] = heap[child]
        place, child = child, 2 * child + 1
    heap[place] = item
    return int(top >> 32), int(top & 0x7FFFFFFF)
