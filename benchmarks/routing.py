"""Shortest routes by the sweep: SciPy's and NetworKit's Dijkstra, networkx's Floyd-Warshall.

One snapshot of a +grid shell: delays and forwarding tables of every satellite to every station.
SciPy runs on one thread, with predecessors, NetworKit's `SPSP` on all, without; a sample of
stations where all would take seconds. Delays must be the same to the last bit. All pairs of 1,584
are what Hypatia's method does. Each of ours is the best of several; ratios are those of processor
time, and the wall's are printed too.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter, process_time
from typing import TypeVar

import networkit
import networkx as nx
import numpy as np
from constellation import Shell, delay_ns, in_view, places
from machine import told
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from skyweft.network.graph.adjacency import FAR_NS, Adjacency, adjacency
from skyweft.network.routing.sweep import distances, next_hops

GOAL_RATIO, GOAL_NETWORKIT_RATIO, GOAL_PAIRS_RATIO, GOAL_SNAPSHOT_S = 20.0, 15.0, 500.0, 0.25
MASK_DEG, SAMPLE, REPEATS = 25.0, 100, 3

T = TypeVar("T")
Times = tuple[float, float]  # of the processor and of the wall


def _least(count: int, work: Callable[[], T]) -> tuple[Times, T]:
    """Return the least times of several runs, and what the last returned."""
    taken = []
    for _ in range(count):
        began, used = perf_counter(), process_time()
        found = work()
        taken.append((process_time() - used, perf_counter() - began))
    processor_s, wall_s = np.min(taken, axis=0).tolist()
    return (processor_s, wall_s), found


def _network(shell: Shell) -> tuple[Adjacency, tuple[np.ndarray, np.ndarray, np.ndarray]]:
    position_m = shell.position_m()
    tail, head = shell.lasers()
    edges = tail, head, delay_ns(position_m[tail], position_m[head])
    bounds = np.arange(0, len(position_m) + 1, shell.per_plane, dtype=np.int32)
    return adjacency(len(position_m), *edges, bounds), edges


def _best_s(count: int, network: Adjacency, access: np.ndarray) -> tuple[Times, np.ndarray]:
    """Sweep on all processors, 64 stations a task; return the least times, and the delays."""
    tasks = [
        np.ascontiguousarray(access[:, low : low + 64]) for low in range(0, access.shape[1], 64)
    ]

    def tables(mine: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        delay = distances(network, mine)
        return delay, next_hops(network, mine, delay)

    with ThreadPoolExecutor(os.cpu_count()) as threads:
        spent_s, found = _least(count, lambda: list(threads.map(tables, tasks)))
    return spent_s, np.concatenate([delay for delay, _ in found], axis=1)


def _ratio(what: str, peer: str, spent_s: Times, peer_s: Times) -> float:
    """Tell how many times longer a peer takes; return it for processor time."""
    ratio, wall = (theirs / ours for theirs, ours in zip(peer_s, spent_s, strict=True))
    print(
        f"{what}: {spent_s[0] * 1e3:.2f} ms of processor, {spent_s[1] * 1e3:.2f} ms; "
        f"{peer} {peer_s[0] * 1e3:,.0f} ms of processor; {ratio:.0f}x, by the wall {wall:.0f}x"
    )
    return ratio


def _against_dijkstra(shell: Shell, stations: int) -> float:
    """Hold the sweep against SciPy and NetworKit; return seconds a snapshot by the wall."""
    network, (tail, head, delay) = _network(shell)
    nodes = network.nodes
    satellite, station, last = in_view(shell.position_m(), *places(stations), MASK_DEG)
    access = np.full((nodes, stations), FAR_NS, np.int32)
    access[satellite, station] = last
    _best_s(1, network, access)
    spent_s, found = _best_s(20 if nodes < 10_000 else 5, network, access)
    weight = np.concatenate([delay, last]).astype(float)
    rows, columns = np.concatenate([head, station + nodes]), np.concatenate([tail, satellite])
    matrix = csr_matrix((weight, (rows, columns)), shape=(nodes + stations, nodes + stations))
    some = np.random.default_rng(3).choice(stations, min(SAMPLE, stations), replace=False)
    graph = networkit.GraphFromCoo(
        (weight, (rows, columns)), n=nodes + stations, weighted=True, directed=True
    )

    def pairs() -> networkit.distance.SPSP:
        return networkit.distance.SPSP(graph, (nodes + some).tolist()).run()

    scipy_s, (peer, _) = _least(
        REPEATS, lambda: dijkstra(matrix, indices=nodes + some, return_predecessors=True)
    )
    networkit_s, other = _least(REPEATS, pairs)
    share = len(some) / stations
    for name, peer_s, far, delays, goal in (
        ("SciPy", scipy_s, np.inf, peer, GOAL_RATIO),
        ("NetworKit", networkit_s, np.finfo(float).max, other.getDistances(), GOAL_NETWORKIT_RATIO),
    ):
        theirs = np.asarray(delays)[:, :nodes]
        expected = np.where(theirs < far, theirs, FAR_NS).astype(np.int32)
        assert np.array_equal(found[:, some], expected.T)
        of_all_s = peer_s[0] / share, peer_s[1] / share
        assert _ratio(f"{nodes:,} x {stations:,}", name, spent_s, of_all_s) >= goal
    return spent_s[1]


def _against_networkx(shell: Shell) -> float:
    """Return how many times longer Floyd-Warshall takes for all pairs."""
    network, edges = _network(shell)
    access = np.full((network.nodes, network.nodes), FAR_NS, np.int32)
    np.fill_diagonal(access, 0)
    spent_s, found = _best_s(10, network, access)
    peer = nx.DiGraph()
    peer.add_nodes_from(range(network.nodes))
    peer.add_weighted_edges_from(zip(*(each.tolist() for each in edges), strict=True))
    peer_s, expected = _least(1, lambda: nx.floyd_warshall_numpy(peer))
    assert np.array_equal(found, np.asarray(expected).astype(np.int32))
    return _ratio(f"all pairs of {network.nodes:,}", "networkx", spent_s, peer_s)


def main() -> None:
    """Print times and ratios; check that all delays are the peers' own."""
    print(told())
    _against_dijkstra(Shell(72, 22), 100)
    assert _against_dijkstra(Shell(150, 200), 1_000) <= GOAL_SNAPSHOT_S
    assert _against_networkx(Shell(72, 22)) >= GOAL_PAIRS_RATIO


if __name__ == "__main__":
    main()
