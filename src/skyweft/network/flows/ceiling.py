"""The most that any choice of routes could carry: a multi-commodity flow, solved by HiGHS.

Fair shares on shortest routes leave links empty that other routes would use. The linear program
here routes and splits flows as it likes and is fair to nobody: what it carries in sum is a bound
from above.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skyweft.errors import RangeError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

VARIABLES_MAX = 300_000  # minutes of solving and a few GB; beyond, hours


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The greatest throughput: `total_bps`, one way to serve K flows and load L links with it."""

    total_bps: float
    served_bps: Floats  # (K,)
    load_bps: Floats  # (L,)


@dataclass(frozen=True, slots=True)
class Shared:
    """V carriers that L links share: what all take of one adds up to what it holds at most."""

    carrier: NDArray[np.int32]  # (L,) of each link, -1 where it has none
    part: Floats  # (L,) what a bit over the link takes of its carrier
    capacity_bps: Floats  # (V,)


@dataclass(frozen=True, slots=True)
class Links:
    """L directed links among N nodes."""

    nodes: int
    tail: ArrayLike  # (L,) the node a link leaves
    head: ArrayLike  # (L,) and where it arrives
    capacity_bps: ArrayLike  # (L,)
    transit: ArrayLike | None = None  # (N,) which nodes pass traffic on; all without it
    shared: Shared | None = None


@dataclass(frozen=True, slots=True)
class Demands:
    """K flows: who sends how much to whom."""

    source: ArrayLike  # (K,) nodes
    target: ArrayLike  # (K,)
    demand_bps: ArrayLike  # (K,) `inf` takes what there is


def ceiling(links: Links, demands: Demands, variables_max: int = VARIABLES_MAX) -> Ceiling:
    """Return the greatest sum of demand that could be served at once over any routes.

    Parameters
    ----------
    links : Links
        The network.
    demands : Demands
        What is asked of it.
    variables_max : int
        Refuse larger programs.

    Returns
    -------
    Ceiling
        Flows that start where they end, and those without a route, are served nothing.

    Raises
    ------
    RangeError
        The program is too large, or a flow without end of demand meets no finite capacity.

    Notes
    -----
    Flows from one source are one commodity, so there is a variable a source and link, not a flow
    and link. HiGHS keeps constraints to 1e-7 of the greatest capacity or demand.
    """
    from scipy.optimize import linprog
    from scipy.sparse import vstack

    ends = np.asarray(links.tail, np.int64), np.asarray(links.head, np.int64)
    start, goal = np.asarray(demands.source, np.int64), np.asarray(demands.target, np.int64)
    everybody = np.ones(links.nodes, bool)
    passing = everybody if links.transit is None else np.asarray(links.transit, bool)
    capacity = np.asarray(links.capacity_bps, np.float64)
    demand = np.asarray(demands.demand_bps, np.float64)
    if not (np.all(capacity >= 0) and np.all(demand >= 0)):
        raise ValueError("capacity_bps and demand_bps must be numbers, not negative")
    served, load = np.zeros(len(demand)), np.zeros(len(capacity))
    flows = np.flatnonzero((start != goal) & (demand > 0))
    if not len(flows) or not np.any(capacity > 0):
        return Ceiling(0.0, served, load)
    origins, commodity = np.unique(start[flows], return_inverse=True)
    owner, link = _useful(ends, capacity, origins, passing)
    _guard(len(owner) + len(flows), len(origins), len(capacity), variables_max)
    sizes = np.concatenate([capacity, demand[flows]])
    scale = float(sizes.max(initial=0.0, where=np.isfinite(sizes))) or 1.0
    balance, full = _constraints(links.nodes, ends, owner, link, commodity, goal[flows], origins)
    room = np.isfinite(capacity)
    upper = np.concatenate([np.full(len(owner), np.inf), demand[flows] / scale])
    cost = np.concatenate([np.zeros(len(owner)), -np.ones(len(flows))])
    rows, limits, shared = full[np.flatnonzero(room)], capacity[room], links.shared
    if shared is not None and len(shared.capacity_bps):
        rows = vstack([rows, _carried(shared, full)])
        limits = np.append(limits, shared.capacity_bps)
    answer = linprog(
        cost,
        A_ub=rows,
        b_ub=limits / scale,
        A_eq=balance,
        b_eq=np.zeros(balance.shape[0]),
        bounds=np.column_stack([np.zeros(len(upper)), upper]),
        method="highs",
    )
    if answer.status != 0:
        raise RangeError(f"no greatest throughput was found: {answer.message}")
    np.add.at(load, link, np.maximum(answer.x[: len(owner)], 0.0) * scale)
    served[flows] = np.maximum(answer.x[len(owner) :], 0.0) * scale
    return Ceiling(float(-answer.fun * scale), served, load)


def _carried(shared: Shared, full: Any) -> Any:
    """Return, as sparse rows, what fills the carriers that links share."""
    from scipy.sparse import csr_array

    carrier, size = shared.carrier, (len(shared.capacity_bps), len(shared.carrier))
    link = np.flatnonzero(carrier >= 0)
    return csr_array((shared.part[link], (carrier[link], link)), shape=size) @ full


def gap(carried_bps: float, ceiling_bps: float) -> float:
    """Return which part of the greatest throughput is not carried: 1 - carried / ceiling.

    Zero where nothing can be carried, and where rounding puts the ceiling below what is carried.
    """
    return max(0.0, 1.0 - carried_bps / ceiling_bps) if ceiling_bps > 0 else 0.0


def _useful(
    ends: tuple[Ints, Ints], capacity: Floats, origins: Ints, passing: NDArray[np.bool_]
) -> tuple[Ints, Ints]:
    """List which commodity may use which link: not into its source, nor out of other ends."""
    tail, head = ends
    may = (tail == origins[:, None]) | passing[tail]
    may &= (head != origins[:, None]) & (capacity > 0) & (tail != head)
    owner, link = np.nonzero(may)
    return owner, link


def _guard(variables: int, origins: int, links: int, variables_max: int) -> None:
    if variables > variables_max:
        raise RangeError(
            f"the bound needs {variables:,} variables ({origins:,} sources, {links:,} links), "
            f"at most {variables_max:,} are solved: ask for fewer sources or leave it out"
        )


def _constraints(
    nodes: int,
    ends: tuple[Ints, Ints],
    owner: Ints,
    link: Ints,
    commodity: Ints,
    goal: Ints,
    origins: Ints,
) -> tuple[Any, Any]:
    """Return, as sparse rows, what balances at nodes and what fills links.

    At every node but a commodity's source, what comes in less what goes out is what is served
    there.
    """
    from scipy.sparse import csr_array

    tail, head = ends
    count, flows = len(owner), len(goal)
    width = count + flows
    column = np.arange(count)
    row = [owner * nodes + head[link], owner * nodes + tail[link], commodity * nodes + goal]
    where = [column, column, count + np.arange(flows)]
    value = [np.ones(count), -np.ones(count), -np.ones(flows)]
    balance = csr_array(
        (np.concatenate(value), (np.concatenate(row), np.concatenate(where))),
        shape=(len(origins) * nodes, width),
    )
    kept = np.ones(len(origins) * nodes, bool)
    kept[np.arange(len(origins)) * nodes + origins] = False
    full = csr_array((np.ones(count), (link, column)), shape=(len(tail), width))
    return balance[np.flatnonzero(kept)], full
