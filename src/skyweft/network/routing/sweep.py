"""Shortest delays from every transit node to many ends at once.

Label-correcting, so the end is the exact shortest distance whatever the order; the order only
decides how soon. Sixty-four ends share one pass over the edges, and a block of nodes is skipped
while neither it nor a block around it has changed. docs/design/0004-sweep.md tells why this beats a
heap.

Theory of operation
-------------------
1. A *label* is the least delay known so far from a node to an end. Ends are taken 64 at a time, the
   *lanes*: a row of labels is 64 integers of 32 bits, and one edge serves all of them (`simd`).
2. To relax a node is to lower its row to the least of its neighbours' rows plus the delay of the
   edge there. Edges come in fours, filled up with edges to a row that is far from everything.
3. Nodes lie in blocks. A block is relaxed upwards, and if anything moved downwards as well, which
   settles a ring; then the blocks around it are marked to be looked at again.
4. Passes over the blocks go up and down in turn, and end when no block is marked. Labels are whole
   nanoseconds that only fall and never below the true delay, so they do end, and at the end every
   edge holds `label(tail) <= delay + label(head)`: the shortest delays, to the last nanosecond.
"""

import numpy as np
from numpy.typing import NDArray

from skyweft.kernels import kernel, making
from skyweft.network.graph.adjacency import FAN, FAR_NS, Adjacency, Ints
from skyweft.network.routing.simd import LANES, relax


def distances(graph: Adjacency, access_ns: Ints) -> Ints:
    """Return the least delay from every transit node to every end.

    Parameters
    ----------
    graph : Adjacency
        Transit nodes and their edges.
    access_ns : (N, M)
        Delay of the last hop from a node to an end; 2**30 where there is none. [ns]

    Returns
    -------
    delay_ns : (N, M)
        2**30 where there is no route. [ns]

    Notes
    -----
    Sums must stay below 2**30 ns (1.07 s): deep space is for store and forward.
    """
    nodes, ends = access_ns.shape
    found = np.empty((nodes, ends), np.int32)
    lanes = np.empty((nodes + 1, LANES), np.int32)
    for start in range(0, ends, LANES):
        some = min(LANES, ends - start)
        lanes[:] = FAR_NS
        lanes[:nodes, :some] = access_ns[:, start : start + some]
        settle(
            lanes.reshape(-1),
            graph.first,
            graph.head,
            graph.delay_ns,
            graph.bounds,
            graph.touching_first,
            graph.touching,
        )
        found[:, start : start + some] = lanes[:nodes, :some]
    return found


def next_hops(graph: Adjacency, access_ns: Ints, delay_ns: Ints) -> NDArray[np.int32]:
    """Return, for every node and end, which node comes next: the forwarding table.

    Parameters
    ----------
    graph, access_ns : as in `distances`
    delay_ns : (N, M)
        What `distances` returned.

    Returns
    -------
    head : (N, M)
        The next node; N for the end itself (the last hop), -1 where there is no route. Of equal
        routes the last hop is taken, else the first edge.
    """
    head = np.empty(delay_ns.shape, np.int32)
    fill_next(graph.first, graph.head, graph.delay_ns, delay_ns, head)
    head[(access_ns == delay_ns) & (delay_ns < FAR_NS)] = graph.nodes
    return head


@making
def settle(
    lanes: Ints,
    first: Ints,
    head: Ints,
    delay_ns: Ints,
    bounds: Ints,
    touching_first: Ints,
    touching: Ints,
) -> None:
    """Relax blocks up and down until none changes; `lanes` is (N + 1) x 64, the last row far."""
    blocks = len(bounds) - 1
    dirty = np.ones(blocks, np.uint8)
    going, upward = True, True
    while going:
        going = False
        for step in range(blocks):
            block = step if upward else blocks - 1 - step
            if dirty[block] == 0:
                continue
            dirty[block] = 0
            low, high = bounds[block], bounds[block + 1]
            if _relax(lanes, low, high, 1, first, head, delay_ns) == 0:
                continue
            # What the route up has not settled around a ring, the route down does.
            if _relax(lanes, high - 1, low - 1, -1, first, head, delay_ns) != 0:
                dirty[block] = 1
            for k in range(touching_first[block], touching_first[block + 1]):
                dirty[touching[k]] = 1
            going = True
        upward = not upward


@kernel
def _relax(
    lanes: Ints, start: int, stop: int, step: int, first: Ints, head: Ints, delay_ns: Ints
) -> np.int32:
    """Lower a range of nodes through their edges; return 0 when nothing moved."""
    moved = np.int32(0)
    for node in range(start, stop, step):
        for e in range(first[node], first[node + 1], 4):
            heads = (head[e], head[e + 1], head[e + 2], head[e + 3])
            delays = (delay_ns[e], delay_ns[e + 1], delay_ns[e + 2], delay_ns[e + 3])
            moved |= relax(lanes, np.int32(node), heads, delays)
    return moved


@kernel
def fill_next(first: Ints, head: Ints, delay_ns: Ints, distance_ns: Ints, out: Ints) -> None:
    """Write the head of the first edge that lies on a shortest route, -1 where none does."""
    nodes, ends = distance_ns.shape
    for node in range(nodes):
        out[node] = -1
        # From the last edge on, so that the first one has the last word; then no branch is needed,
        # and the loops become vector code.
        for low in range(first[node + 1] - FAN, first[node] - 1, -FAN):
            _follow(node, low, head, delay_ns, distance_ns, out)
        for end in range(ends):
            out[node, end] = out[node, end] if distance_ns[node, end] < FAR_NS else -1


@kernel
def _follow(node: int, low: int, head: Ints, delay_ns: Ints, distance_ns: Ints, out: Ints) -> None:
    """Write, of four edges of a node, the first that lies on a shortest route to each end."""
    a, to_a = _edge(node, low, head, delay_ns, len(distance_ns))
    b, to_b = _edge(node, low + 1, head, delay_ns, len(distance_ns))
    c, to_c = _edge(node, low + 2, head, delay_ns, len(distance_ns))
    d, to_d = _edge(node, low + 3, head, delay_ns, len(distance_ns))
    for end in range(distance_ns.shape[1]):
        cost, chosen = distance_ns[node, end], out[node, end]
        chosen = d if distance_ns[d, end] + to_d == cost else chosen
        chosen = c if distance_ns[c, end] + to_c == cost else chosen
        chosen = b if distance_ns[b, end] + to_b == cost else chosen
        out[node, end] = a if distance_ns[a, end] + to_a == cost else chosen


@kernel
def _edge(
    node: int, edge: int, head: Ints, delay_ns: Ints, nodes: int
) -> tuple[np.int32, np.int32]:
    """Return where an edge leads and its delay; a padded one to the node itself, and never best."""
    if head[edge] == nodes:
        return np.int32(node), np.int32(-1)
    return head[edge], delay_ns[edge]
