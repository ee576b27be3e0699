"""Earliest arrival from one node to all over a million contacts, against heapq in plain Python.

Two plans of 1,000 nodes: every node with 40 others again and again, as in orbit, and every pair
once. The peer is Dijkstra's algorithm with a heap and, for every pair, bisection for the first
contact that has not ended: the same idea without numba. Arrivals must be equal to the last bit.
"""

import heapq
from bisect import bisect_right
from time import process_time

import numpy as np

from skyweft.delivery.plan.product import ContactPlan, plan
from skyweft.delivery.plan.routes import arrivals

GOAL_MS, GOAL_RATIO = 3.0, 20.0
NODES, CONTACTS, SOURCES, SAMPLE = 1_000, 1_000_000, 100, 3


def _contacts(neighbours: int) -> ContactPlan:
    """Return a day of passes of some minutes; the contacts of a pair follow each other."""
    rng = np.random.default_rng(neighbours)
    source = np.repeat(np.arange(NODES), neighbours)
    target = (source + np.tile(np.arange(1, neighbours + 1), NODES)) % NODES
    each = -(-CONTACTS // len(source))
    gap_s = 86_400 / each
    start = (np.arange(each) + rng.random((len(source), each)) * 0.4) * gap_s
    length = np.minimum(rng.uniform(60, 600, start.shape), 0.5 * gap_s)
    start, length = start.ravel()[:CONTACTS], length.ravel()[:CONTACTS]
    source, target = (np.repeat(end, each)[:CONTACTS] for end in (source, target))
    rate, delay = rng.uniform(1e4, 1e6, CONTACTS), rng.uniform(0.001, 0.04, CONTACTS)
    names = [str(node) for node in range(NODES)]
    return plan(names, source, target, start, start + length, rate, delay)


class _Peer:
    """The plan as lists: of every node its neighbours, each with its contacts."""

    def __init__(self, found: ContactPlan) -> None:
        columns, index = (found.end_s, found.start_s, found.delay_s), found.index
        self.near = [
            [
                (
                    int(index.pair_target[pair]),
                    *(
                        column[index.pair_first[pair] : index.pair_first[pair + 1]].tolist()
                        for column in columns
                    ),
                )
                for pair in range(index.node_first[node], index.node_first[node + 1])
            ]
            for node in range(len(found.names))
        ]

    def arrivals(self, source: int, at_s: float) -> list[float]:
        best = [np.inf] * len(self.near)
        best[source] = at_s
        heap = [(at_s, source)]
        while heap:
            now_s, node = heapq.heappop(heap)
            if now_s > best[node]:
                continue
            for other, ends, starts, delays in self.near[node]:
                if best[other] <= now_s:
                    continue
                then_s = np.inf
                for k in range(bisect_right(ends, now_s), len(ends)):
                    if starts[k] >= min(then_s, best[other]):
                        break
                    then_s = min(then_s, max(now_s, starts[k]) + delays[k])
                if then_s < best[other]:
                    best[other] = then_s
                    heapq.heappush(heap, (then_s, other))
        return best


def _measure(neighbours: int) -> None:
    found = _contacts(neighbours)
    pairs = len(found.index.pair_target)
    arrivals(found, "0")
    sources = np.linspace(0, NODES - 1, SOURCES).astype(int)
    began = process_time()
    ours = [arrivals(found, str(source), 1_000.0) for source in sources]
    spent_ms = (process_time() - began) / SOURCES * 1e3
    peer = _Peer(found)
    began = process_time()
    theirs = [peer.arrivals(int(source), 1_000.0) for source in sources[:SAMPLE]]
    peer_ms = (process_time() - began) / SAMPLE * 1e3
    assert all(mine.tolist() == other for mine, other in zip(ours, theirs, strict=False))
    reached = np.mean([np.isfinite(each).mean() for each in ours])
    print(
        f"{len(found):,} contacts of {pairs:,} pairs: {spent_ms:.2f} ms a source, reaching "
        f"{reached:.0%}; heapq {peer_ms:,.0f} ms; ratio {peer_ms / spent_ms:.0f}"
    )
    assert spent_ms <= GOAL_MS
    assert peer_ms / spent_ms >= GOAL_RATIO


def main() -> None:
    """Print times and ratios; check that all arrivals are the peer's own."""
    _measure(neighbours=40)
    _measure(neighbours=NODES - 1)


if __name__ == "__main__":
    main()
