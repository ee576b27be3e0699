"""Twenty loop-free routes for every pair of 100 cities over 1,584 satellites, against networkx.

The cities reach every satellite in view above 25 degrees and pass nothing on. networkx's
`shortest_simple_paths` does a small sample of the same pairs in the same run, on a graph without
the other cities; its costs must be the same to the nanosecond.
"""

from itertools import combinations, islice
from time import process_time

import networkx as nx
import numpy as np
from constellation import Shell, delay_ns, in_view, places
from machine import told

from skyweft.network.graph.adjacency import adjacency
from skyweft.network.routing.loopfree import loop_free

GOAL_S, GOAL_RATIO = 1.5, 1000.0
ROUTES, SAMPLE = 20, 3


def main() -> None:
    """Print times and the ratio; check the sample's costs."""
    shell = Shell(72, 22)
    satellite_m = shell.position_m()
    place_m, vertical = places(100)
    tail, head = shell.lasers()
    satellite, place, access = in_view(satellite_m, place_m, vertical, 25.0)
    satellites, city = len(satellite_m), place + len(satellite_m)
    tails = np.concatenate([tail, satellite, city])
    heads = np.concatenate([head, city, satellite])
    delays = np.concatenate([delay_ns(satellite_m[tail], satellite_m[head]), access, access])
    network = adjacency(satellites + 100, tails, heads, delays)
    passing = np.arange(satellites + 100) < satellites
    pairs = np.array(list(combinations(range(satellites, satellites + 100), 2)), np.int32)
    loop_free(network, pairs[:1], ROUTES, passing)
    began = process_time()
    found = loop_free(network, pairs, ROUTES, passing)
    spent_s = process_time() - began
    print(f"{told()}; processor time\n{len(found):,} routes of {len(pairs):,} pairs")
    print(f"{spent_s:.2f} s, goal {GOAL_S:g} s; {np.mean(found.hops):.1f} hops a route")
    peer_s = 0.0
    chosen = np.random.default_rng(1).choice(len(pairs), SAMPLE, replace=False)
    for row in chosen:
        source, target = pairs[row].tolist()
        peer = nx.DiGraph()
        kept = (passing[tails] | (tails == source)) & (passing[heads] | (heads == target))
        peer.add_weighted_edges_from(
            zip(*(each[kept].tolist() for each in (tails, heads, delays)), strict=True)
        )
        began = process_time()
        routes = list(islice(nx.shortest_simple_paths(peer, source, target, "weight"), ROUTES))
        peer_s += process_time() - began
        costs = [nx.path_weight(peer, route, "weight") for route in routes]
        assert costs == found.cost_ns[found.pair == row].tolist()
    ratio = peer_s / SAMPLE * len(pairs) / spent_s
    print(f"networkx {nx.__version__}: {peer_s / SAMPLE:.2f} s a pair; ratio {ratio:,.0f}")
    assert spent_s <= GOAL_S
    assert ratio >= GOAL_RATIO


if __name__ == "__main__":
    main()
