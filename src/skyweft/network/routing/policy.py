"""By what paths are the best: the metric of a rule, or a user's own function of a snapshot."""

from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from skyweft.network.graph.adjacency import Among, Blocks, Near, delays_ns, grouped
from skyweft.network.graph.block import Relays
from skyweft.network.graph.snapshot import Snapshot
from skyweft.network.routing.model import Choice
from skyweft.network.routing.weights import Weights, asked, of_kind, whole

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

EXACT = ("delay", "hops")  # in whole nanoseconds and hops: no weight is rounded twice


class Policy(NamedTuple):
    """What makes a path the best one."""

    metric: str = "delay"
    processing_s: float = 0.0  # added at every relay, where the metric is the delay
    weights: Weights | None = None  # in place of the metric

    @classmethod
    def of(cls, rule: Choice, weights: Weights | None = None) -> Self:
        """Return the policy that a rule states."""
        return cls(rule.metric, rule.processing_s, weights)


BY_DELAY = Policy()


class Graph(NamedTuple):
    """A snapshot under a policy, as kernels want it."""

    position_m: Floats  # (N, 3)
    node: Ints  # (N,) place among the relays, or -1
    platform: Ints  # (L,) the way back
    near: Near
    among: Among
    blocks: Blocks
    passing: int  # cost at every relay

    @property
    def plain(self) -> tuple[Any, ...]:
        """Return the same in plain tuples.

        What type a named tuple is, numba finds out in Python at every call: as long as a twentieth
        of the search takes.
        """
        return (*self[:3], tuple(self.near), tuple(self.among), tuple(self.blocks), self.passing)


def weighed(snapshot: Snapshot, policy: Policy) -> Graph:
    """Return the network at an instant with what its links cost under a policy."""
    return snapshot.once(policy, lambda: _weighed(snapshot, policy))


def _weighed(snapshot: Snapshot, policy: Policy) -> Graph:
    by_delay = policy.metric == "delay" and policy.weights is None
    passing = round(policy.processing_s * 1e9) if by_delay else 0
    costs = _costs(snapshot, policy)
    return graph(snapshot.position_m, snapshot.network.relays, snapshot.ends, costs, passing)


def graph(
    position_m: Floats,
    relays: Relays,
    ends: tuple[Ints, Ints],
    costs: tuple[Ints, Ints],
    passing: int,
) -> Graph:
    """Return a graph for kernels.

    Parameters
    ----------
    position_m : (N, 3)
        Where every platform is. [m]
    relays : Relays
        Who passes traffic on.
    ends : (K,), (K,)
        The two platforms of every link.
    costs : (K,), (K,)
        Of the link, there and back; below 0: left out.
    passing : int
        Cost at every relay.
    """
    near, among = grouped(relays.node, len(relays.platform), *ends, *costs, passing)
    return Graph(position_m, relays.node, relays.platform, near, among, relays.blocks, passing)


def _costs(snapshot: Snapshot, policy: Policy) -> tuple[Ints, Ints]:
    """Return what every contact costs there and back; -1 where an end is absent."""
    if policy.weights is not None:
        return snapshot.per_contact(whole(asked(policy.weights, snapshot), snapshot), -1)
    if policy.metric not in EXACT:
        return snapshot.per_contact(whole(of_kind(policy.metric, snapshot), snapshot), -1)
    delay_ns = delays_ns(snapshot.position_m, *snapshot.ends)
    if policy.metric == "delay":
        return delay_ns, delay_ns
    hops = np.where(delay_ns < 0, -1, 1).astype(np.int32)
    return hops, hops


def delay(snapshot: Snapshot) -> Floats:
    """Weigh edges by the time that light takes along them. [s]."""
    return snapshot.delay_s


def hops(snapshot: Snapshot) -> Floats:
    """Weigh all edges alike."""
    return np.ones(len(snapshot))
