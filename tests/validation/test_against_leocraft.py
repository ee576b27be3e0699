"""LEOCraft's traffic between 100 cities (suvambasak/LEOCraft@3a8d332) as demand on a small shell.

The demands, 4,950 of them over four powers of ten, are what the fairness of real traffic is tried
on: a Walker shell of 12 x 16 with +grid lasers, built here from spheres alone, shortest routes by
SciPy. The shares are held against the textbook's filling in rounds; and our gravity model against
the matrix.
"""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from skyweft.network.flows.ceiling import Demands, Links, ceiling, gap
from skyweft.network.flows.fairness import fair_shares
from skyweft.network.flows.traffic import gravity
from skyweft.network.product import FULL, MET

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

REFERENCE = Path(__file__).resolve().parents[2].parent / "shared" / "reference"
MATRIX, CITIES = REFERENCE / "leocraft/pop100_demand.csv", REFERENCE / "hypatia/cities.txt"
pytestmark = pytest.mark.skipif(
    not (MATRIX.exists() and CITIES.exists()), reason=f"{MATRIX.name} or {CITIES.name} is missing"
)

PLANES, PER_PLANE, EARTH_M, SHELL_M = 12, 16, 6_371e3, 7_571e3
LASER_BPS, ACCESS_BPS = 20e9, 100e9


@pytest.fixture(scope="module")
def demand() -> tuple[Ints, Ints, Floats]:
    rows = np.genfromtxt(MATRIX, delimiter=",", skip_header=1)
    return rows[:, 0].astype(int), rows[:, 1].astype(int), rows[:, 2] * 1e9


@pytest.fixture(scope="module")
def places() -> tuple[Floats, Floats]:
    rows = [line.split(",") for line in CITIES.read_text(encoding="utf-8").splitlines()]
    return np.array([float(row[2]) for row in rows]), np.array([float(row[3]) for row in rows])


def _satellites() -> Floats:
    plane, slot = np.divmod(np.arange(PLANES * PER_PLANE), PER_PLANE)
    node, tilt = 2 * np.pi * plane / PLANES, np.radians(55)
    along = 2 * np.pi * (slot + plane / PLANES) / PER_PLANE
    x, y, z = np.cos(along), np.sin(along) * np.cos(tilt), np.sin(along) * np.sin(tilt)
    east, north = x * np.cos(node) - y * np.sin(node), x * np.sin(node) + y * np.cos(node)
    return SHELL_M * np.column_stack([east, north, z])


def _network(places: tuple[Floats, Floats]) -> tuple[Ints, Ints, Floats, Floats]:
    """Return tail, head, length and capacity; cities are nodes after the satellites."""
    space, (lat, lon) = _satellites(), np.radians(places)
    up = np.column_stack([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
    plane, slot = np.divmod(np.arange(len(space)), PER_PLANE)
    ahead = plane * PER_PLANE + (slot + 1) % PER_PLANE
    # Once around, the phase of a plane has moved on by one slot.
    beside = (plane + 1) % PLANES * PER_PLANE + (slot + (plane == PLANES - 1)) % PER_PLANE
    sight = space[None] - EARTH_M * up[:, None]
    length = np.linalg.norm(sight, axis=2)
    city, seen = np.nonzero((sight * up[:, None]).sum(axis=2) > np.sin(np.radians(10)) * length)
    one = np.concatenate([np.arange(len(space))] * 2 + [city + len(space)])
    other = np.concatenate([ahead, beside, seen])
    node = np.vstack([space, EARTH_M * up])
    distance = np.linalg.norm(node[one] - node[other], axis=1)
    capacity = np.where(one < len(space), LASER_BPS, ACCESS_BPS)
    twice = np.tile(distance, 2), np.tile(capacity, 2)
    return np.concatenate([one, other]), np.concatenate([other, one]), *twice


def _ways(
    tail: Ints, head: Ints, length: Floats, source: Ints, target: Ints
) -> tuple[Ints, NDArray[np.int64]]:
    """Return shortest routes, as links, that pass no city."""
    space = PLANES * PER_PLANE
    nodes = int(max(tail.max(), head.max())) + 1
    of = {pair: k for k, pair in enumerate(zip(tail.tolist(), head.tolist(), strict=True))}
    before = {}
    for start in np.unique(source).tolist():
        may = (tail < space) | (tail == space + start)
        graph = csr_array((length[may], (tail[may], head[may])), shape=(nodes, nodes))
        before[start] = dijkstra(graph, indices=space + start, return_predecessors=True)[1]
    first, link = [0], []
    for start, goal in zip(source.tolist(), target.tolist(), strict=True):
        here = space + goal
        while here != space + start:
            link.append(of[int(before[start][here]), here])
            here = int(before[start][here])
        first.append(len(link))
    return np.array(first), np.array(link)


def _rounds(first: Ints, link: Ints, capacity: Floats, demand: Floats) -> Floats:
    """Fill in rounds, weights one."""
    owner = np.repeat(np.arange(len(demand)), np.diff(first))
    rate, is_open = np.zeros(len(demand)), np.ones(len(demand), bool)
    while is_open.any():
        taken = np.bincount(link, np.where(is_open, 0, rate)[owner], len(capacity))
        count = np.bincount(link[is_open[owner]], minlength=len(capacity))
        share = np.where(count > 0, (capacity - taken) / np.maximum(count, 1), np.inf)
        rate[is_open] = share.min()
        met = is_open & (demand <= share.min())
        if met.any():
            rate[met] = demand[met]
            is_open &= ~met
        else:
            full = share <= share.min() * (1 + 1e-12)
            is_open[owner[full[link]]] = False
    return rate


def test_shares_of_real_traffic(
    demand: tuple[Ints, Ints, Floats], places: tuple[Floats, Floats]
) -> None:
    """Rates to 1e-9: both sum up 2e4 entries, the book in another order."""
    source, target, wanted_bps = demand
    tail, head, length, capacity = _network(places)
    first, link = _ways(tail, head, length, source, target)
    found = fair_shares(first, link, capacity, wanted_bps)
    np.testing.assert_allclose(
        found.rate_bps, _rounds(first, link, capacity, wanted_bps), rtol=1e-9
    )
    assert np.all(found.load_bps <= capacity * (1 + 1e-12))
    assert set(found.limiting_factor.tolist()) == {MET, FULL}
    full = found.load_bps[found.bottleneck[found.bottleneck >= 0]]
    np.testing.assert_allclose(full, capacity[found.bottleneck[found.bottleneck >= 0]], rtol=1e-12)


def test_the_ceiling_of_the_greatest_pairs(
    demand: tuple[Ints, Ints, Floats], places: tuple[Floats, Floats]
) -> None:
    """The forty greatest demands: what shortest routes carry stays below what any could."""
    most = np.argsort(demand[2])[-40:]
    source, target, wanted_bps = (column[most] for column in demand)
    tail, head, length, capacity = _network(places)
    first, link = _ways(tail, head, length, source, target)
    carried = fair_shares(first, link, capacity, wanted_bps).rate_bps.sum()
    space = PLANES * PER_PLANE
    transit = np.arange(tail.max() + 1) < space
    demands = Demands(source + space, target + space, wanted_bps)
    best = ceiling(Links(len(transit), tail, head, capacity, transit), demands)
    assert carried < best.total_bps <= wanted_bps.sum() * (1 + 1e-7)
    assert 0 < gap(carried, best.total_bps) < 0.9


def test_its_demand_is_a_gravity_model(
    demand: tuple[Ints, Ints, Floats], places: tuple[Floats, Floats]
) -> None:
    """With a mass fitted to each city, the distance's power comes out as minus one.

    How the matrix was made is not published with it, so a band and no digits: 5 % on the power,
    half of the pairs within 10 %.
    """
    source, target, wanted_bps = demand
    pull = gravity(np.ones(100), *places, 1.0)
    table = np.zeros((100, 100))
    table[pull.source, pull.target] = pull.demand_bps
    log_pull = np.log(table[source, target])
    rows = np.arange(len(source))
    known = np.zeros((len(source), 101))
    known[rows, source] = known[rows, target] = 1.0
    known[:, 100] = log_pull
    fitted = np.linalg.lstsq(known, np.log(wanted_bps), rcond=None)[0]
    assert np.median(np.abs(np.log(wanted_bps) - known @ fitted)) < np.log(1.1)
    assert fitted[100] == pytest.approx(1.0, abs=0.05)
