"""Max-min fair shares against a filling in whole-matrix numpy rounds, with 24.7 links a flow.

Flows cross a torus of 40 x 40 satellites by rows, then columns: the paths of a shell with +grid
lasers. Half of the flows have a demand. The peer does what a short numpy program does: every round
finds the level at which the next links fill or demands are met, for all links and flows at once.
"""

from time import process_time

import numpy as np
from machine import told
from numpy.typing import NDArray

from skyweft.network.flows.fairness import fair_shares

SIDE = 40
PEER_FLOWS, MANY_FLOWS = 100_000, 1_000_000
RATIO, GOAL_S = 200, 2.0

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def paths(flows: int, random: np.random.Generator) -> tuple[Ints, Ints]:
    """Return first (F + 1,) and link (E,) of flows on the torus, 24.7 links each on average."""
    row, column = random.integers(0, SIDE, (2, flows))
    down = random.integers(1, 25, flows)
    right = np.round(random.uniform(0.5, 24.0, flows)).astype(np.int64)
    first = np.concatenate([[0], np.cumsum(down + right)])
    step = np.arange(first[-1]) - np.repeat(first[:-1], down + right)
    downward = step < np.repeat(down, down + right)
    here = (np.repeat(row, down + right) + np.minimum(step, np.repeat(down, down + right))) % SIDE
    there = np.repeat(column, down + right) + np.maximum(step - np.repeat(down, down + right), 0)
    return first, ((here * SIDE + there % SIDE) * 2 + downward).astype(np.int32)


def by_rounds(first: Ints, link: Ints, capacity: Floats, demand: Floats) -> Floats:
    """Fill in rounds over whole arrays; levels are the same for all, weights one."""
    flows, links = len(demand), len(capacity)
    owner = np.repeat(np.arange(flows), np.diff(first))
    rate = np.zeros(flows)
    is_open = np.ones(flows, bool)
    left = capacity.copy()
    while is_open.any():
        entry = is_open[owner]
        count = np.bincount(link[entry], minlength=links)
        share = np.where(count > 0, left / np.maximum(count, 1), np.inf)
        level = min(share.min(), demand[is_open].min())
        full = share <= level * (1 + 1e-12)
        stop = np.zeros(flows, bool)
        stop[owner[entry & full[link]]] = True
        stop |= is_open & (demand <= level * (1 + 1e-12))
        rate[stop] = np.minimum(demand[stop], level)
        left -= np.bincount(link, np.where(stop, rate, 0.0)[owner], links)
        left[full] = 0.0
        is_open &= ~stop
    return rate


def case(flows: int) -> tuple[Ints, Ints, Floats, Floats]:
    """Return paths, capacities and demands, the same at every call."""
    random = np.random.default_rng(8)
    first, link = paths(flows, random)
    capacity = random.uniform(5e9, 20e9, 2 * SIDE * SIDE)
    # Few different demands: the peer pays a round for each.
    menu = random.uniform(0.2, 2.0, 20) * capacity.mean() * len(capacity) / len(link)
    demand = np.where(random.random(flows) < 0.5, random.choice(menu, flows), np.inf)
    return first, link, capacity, demand


def main() -> None:
    """Print times and ratio; check that both give the same rates."""
    print(f"{told()}; processor time, one thread each")
    fair_shares(*case(1000))
    first, link, capacity, demand = case(PEER_FLOWS)
    began = process_time()
    sharing = fair_shares(first, link, capacity, demand)
    ours_s = process_time() - began
    began = process_time()
    rate = by_rounds(first, link, capacity, demand)
    peer_s = process_time() - began
    np.testing.assert_allclose(sharing.rate_bps, rate, rtol=1e-9)
    print(f"{PEER_FLOWS:,} flows, {len(link) / PEER_FLOWS:.1f} links each: {ours_s * 1e3:.0f} ms")
    print(f"numpy filling {peer_s:.1f} s: {peer_s / ours_s:.0f}x, goal {RATIO}x")
    first, link, capacity, demand = case(MANY_FLOWS)
    began = process_time()
    sharing = fair_shares(first, link, capacity, demand)
    many_s = process_time() - began
    assert np.all(sharing.load_bps <= capacity * (1 + 1e-9))
    print(f"{MANY_FLOWS:,} flows: {many_s:.2f} s, goal {GOAL_S:g} s")
    assert peer_s / ours_s >= RATIO
    assert many_s <= GOAL_S


if __name__ == "__main__":
    main()
