"""A network over time: 1,584 satellites with lasers, 100 cities, 2,000 snapshots.

All of it counts: orbits, who sees whom, the delay from every satellite to every city and the next
hop towards it, at every snapshot. The peer is what one writes without a library for it: per
snapshot a k-d tree for visibility and SciPy's Dijkstra with predecessors, in NumPy. It is given
the positions for nothing, one thread as SciPy has it, and a few snapshots scaled up. Delays must
be equal to the nanosecond.
"""

import argparse
import os
from concurrent.futures import ThreadPoolExecutor
from time import perf_counter, process_time

import numpy as np
from machine import told
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from skyweft.contacts.finding import find_contacts
from skyweft.motion import build_fleet, propagate
from skyweft.network.graph.adjacency import FAR_NS, NS_M
from skyweft.network.graph.block import Network
from skyweft.network.graph.places import places
from skyweft.network.graph.snapshot import snapshots
from skyweft.network.routing.best import to_ends
from skyweft.network.routing.policy import BY_DELAY, weighed
from skyweft.network.routing.simd import LANES
from skyweft.scenario.reading import load
from skyweft.scenario.shipped import find as shipped

STEP_S = 10.0
ELEVATION_DEG = 25.0
RATIO_MIN = 20.0
REACH_M = 1_250e3  # no satellite of the shell is farther away at that elevation


class Ours:
    """The stages of a run, without the route of each pair."""

    def __init__(self, count: int, threads: int) -> None:
        end_s = count * STEP_S
        scenario = load(shipped("starlink_shell1_routes"), [f"duration_s={end_s:.0f}"])
        self.fleet = build_fleet(scenario)
        with ThreadPoolExecutor(threads) as executor:
            self.motion = propagate(scenario, self.fleet, 0.0, end_s, executor)
            self.contacts = find_contacts(scenario, self.fleet, self.motion, executor)
            network = Network(scenario, self.fleet, self.motion, self.contacts)
            self.node = network.relays.node
            self.nodes = len(network.relays.platform)
            self.cities = self.fleet.rows_of("cities")
            self.time_s = np.arange(count) * STEP_S
            self.snapshots = snapshots(network, self.time_s)
            # Checksums stand for a consumer: two thousand tables are 2.5 GB.
            self.sums = list(executor.map(self.checksum, range(count), chunksize=16))

    def tables(self, k: int) -> tuple[np.ndarray, np.ndarray]:
        """Return delays and next hops of a snapshot, in slabs of 64 cities."""
        return to_ends(weighed(self.snapshots[k], BY_DELAY), self.cities)

    def checksum(self, k: int) -> int:
        """Return a number that depends on a snapshot's tables."""
        cost, follower = self.tables(k)
        return int(cost[0, :, 0].sum()) + int(follower[0, :, 0].sum())


def by_scipy(ours: Ours, place_m: np.ndarray, lasers: np.ndarray) -> np.ndarray:
    """Return delays from every satellite to every city in whole nanoseconds, 2**30 for no route."""
    satellite_m, city_m = place_m[: ours.nodes], place_m[ours.cities]
    sine = np.sin(np.radians(ELEVATION_DEG))
    seen = cKDTree(satellite_m).query_ball_point(city_m, REACH_M)
    city = np.repeat(np.arange(len(seen)), [len(each) for each in seen])
    satellite = np.concatenate(seen).astype(int)
    line_m = satellite_m[satellite] - city_m[city]
    range_m = np.linalg.norm(line_m, axis=1)
    up = np.einsum("ka,ka->k", line_m, ours.fleet.sites.up[city]) >= sine * range_m
    laser_m = np.linalg.norm(satellite_m[lasers[0]] - satellite_m[lasers[1]], axis=1)
    tail = np.concatenate([*lasers, ours.nodes + city[up]])
    head = np.concatenate([lasers[1], lasers[0], satellite[up]])
    weight = np.rint(np.concatenate([laser_m, laser_m, range_m[up]]) / NS_M)
    size = ours.nodes + len(city_m)
    matrix = csr_matrix((weight, (tail, head)), shape=(size, size))
    ends = np.arange(ours.nodes, size)
    # Cities only begin routes: they have edges out and none in, so none is passed through.
    delay, _next = dijkstra(matrix, indices=ends, return_predecessors=True)
    return np.where(np.isfinite(delay), delay, FAR_NS)[:, : ours.nodes].T.astype(np.int32)


def peer(ours: Ours, snapshots: list[int]) -> float:
    """Check the peer's delays against ours; return its seconds a snapshot."""
    among = ours.node[ours.contacts.source] >= 0
    among &= ours.node[ours.contacts.target] >= 0
    lasers = np.stack([ours.contacts.source[among], ours.contacts.target[among]])
    lasers = np.unique(np.sort(lasers, axis=0), axis=1)
    spent = []
    for k in snapshots:
        place_m = places(ours.fleet, ours.motion, float(ours.time_s[k]))
        began = process_time()
        expected = by_scipy(ours, place_m, lasers)
        spent.append(process_time() - began)
        cost, _ = ours.tables(k)
        found = np.concatenate([slab[: ours.nodes] for slab in cost], axis=1)
        assert cost.shape[2] == LANES
        assert np.array_equal(found[:, : len(ours.cities)], expected), k
    return float(np.median(spent))


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--snapshots", type=int, default=2_000)
    words.add_argument("--threads", type=int, default=os.cpu_count())
    asked = words.parse_args()
    Ours(20, asked.threads)  # compiles, and reads the tables of Earth orientation
    began = perf_counter()
    cpu_began = process_time()
    ours = Ours(asked.snapshots, asked.threads)
    spent_s, cpu_s = perf_counter() - began, process_time() - cpu_began
    each_s = peer(ours, list(range(0, asked.snapshots, max(1, asked.snapshots // 7))))
    again_s = sum(_timed(ours, k) for k in range(40)) / 40
    print(f"{told()}; {asked.threads} threads, the peer has one")
    print(
        f"{ours.nodes:,} satellites, {len(ours.cities)} cities, {asked.snapshots:,} snapshots: "
        f"{spent_s:.2f} s in all, {1e3 * spent_s / asked.snapshots:.2f} ms each"
    )
    print(f"  tables of a snapshot on one thread: {1e3 * again_s:.2f} ms")
    print(
        f"numpy + cKDTree + scipy: {1e3 * each_s:.1f} ms a snapshot, "
        f"{each_s * asked.snapshots:.0f} s in all: ratio {each_s * asked.snapshots / spent_s:.1f}"
    )
    ratio = each_s * asked.snapshots / cpu_s
    print(f"per second of processor time, on both sides: {ratio:.1f}, at least {RATIO_MIN:g}")
    assert ratio >= RATIO_MIN


def _timed(ours: Ours, k: int) -> float:
    began = perf_counter()
    ours.tables(k)
    return perf_counter() - began


if __name__ == "__main__":
    main()
