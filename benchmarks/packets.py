"""Packets over six hops with crossing flows, against the same queues in simple Python with `heapq`.

Twelve flows go round a ring of twenty-four links at 80 % load. Every flow takes six links and
shares each with others that come from elsewhere, so packets must be put in order at every link. The
peer runs a slice.
"""

from heapq import heapify, heappop, heappush
from time import process_time

import numpy as np
from machine import told
from numpy.typing import NDArray

from skyweft.network.queues.packets import Network, Packets, merged, poisson, send

RING, FLOWS, HOPS = 24, 12, 6
RATE_BPS, DELAY_S, SIZE_BYTES = 1e8, 8e-3, 1000.0
PEER_S, LONG_S = 1.0, 30.0
GOAL_HOPS_S, RATIO = 15e6, 25

Ints = NDArray[np.int64]


def case(end_s: float) -> tuple[Packets, Ints, Ints, Network]:
    """Return packets, routes and links, the same at every call."""
    on_link = FLOWS * HOPS / RING
    rate_bps = 0.8 * RATE_BPS / on_link
    packets = merged(*(poisson(f, rate_bps, SIZE_BYTES, 0.0, end_s, 11) for f in range(FLOWS)))
    start = np.arange(FLOWS) * (RING // FLOWS)
    link = (start[:, None] + np.arange(HOPS)) % RING
    network = Network(
        np.array([0.0]),
        np.full((RING, 1), DELAY_S),
        np.full((RING, 1), RATE_BPS),
        np.full(RING, np.inf),
    )
    return packets, np.arange(FLOWS + 1) * HOPS, link.ravel(), network


def by_heap(packets: Packets, first: Ints, link: Ints) -> NDArray[np.float64]:
    """Return when packets arrive, one event at a time."""
    events = [(t, k, 0) for k, t in enumerate(packets.sent_s.tolist())]
    heapify(events)
    flow, free = packets.flow.tolist(), [0.0] * RING
    routes = [link[first[f] : first[f + 1]].tolist() for f in range(FLOWS)]
    received = np.empty(len(packets))
    while events:
        t, k, hop = heappop(events)
        if hop == HOPS:
            received[k] = t
            continue
        at = routes[flow[k]][hop]
        out = max(t, free[at]) + SIZE_BYTES * 8 / RATE_BPS
        free[at] = out
        heappush(events, (out + DELAY_S, k, hop + 1))
    return received


def main() -> None:
    """Print rates and ratio; check that both give the same arrivals."""
    print(f"{told()}; processor time, one thread each")
    packets, first, link, network = case(PEER_S)
    send(packets, packets.flow, first, link, network)
    began = process_time()
    trace = send(packets, packets.flow, first, link, network)
    ours_s = process_time() - began
    began = process_time()
    received = by_heap(packets, first, link)
    peer_s = process_time() - began
    np.testing.assert_array_equal(trace.received_s, received)
    print(f"{len(packets):,} packets, {HOPS} hops: {peer_s / ours_s:.0f}x heapq, goal {RATIO}x")
    packets, first, link, network = case(LONG_S)
    began = process_time()
    trace = send(packets, packets.flow, first, link, network)
    rate = len(packets) * HOPS / (process_time() - began)
    assert not np.isnan(trace.received_s).any()
    print(f"{len(packets):,} packets: {rate / 1e6:.1f} M hops/s, goal {GOAL_HOPS_S / 1e6:g} M/s")
    assert peer_s / ours_s >= RATIO
    assert rate >= GOAL_HOPS_S


if __name__ == "__main__":
    main()
