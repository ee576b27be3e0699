"""Small random graphs, and every route there is on them, written out."""

from typing import Any

import numpy as np


def random_edges(seed: int, nodes: int, edges: int, delays_ns: tuple[int, int]) -> Any:
    """Return tails, heads, delays below the second of these, and who passes things on."""
    rng = np.random.default_rng(seed)
    tail, head = (rng.integers(0, nodes, edges).astype(np.int32) for _ in range(2))
    delay = rng.integers(*delays_ns, edges).astype(np.int32)
    return tail, head, delay, rng.random(nodes) < 0.75


def every_way(
    tail: Any, head: Any, delay: Any, passing: Any, source: int, target: int
) -> dict[tuple[int, ...], int]:
    """Return all loop-free paths and their costs, the shortest of parallel edges taken."""
    out: dict[int, dict[int, int]] = {}
    for a, b, cost in zip(tail.tolist(), head.tolist(), delay.tolist(), strict=True):
        out.setdefault(a, {})[b] = min(cost, out.get(a, {}).get(b, cost))
    routes: dict[tuple[int, ...], int] = {}
    open_: list[tuple[tuple[int, ...], int]] = [((source,), 0)]
    while open_:
        path, spent = open_.pop()
        for follower, cost in out.get(path[-1], {}).items():
            if follower in path:
                continue
            if follower == target:
                routes[(*path, follower)] = spent + cost
            elif passing[follower]:
                open_.append(((*path, follower), spent + cost))
    return routes
