"""Forwarding tables: at every platform that relays, which comes next towards every target."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skyweft.errors import ScenarioError
from skyweft.kernels import making
from skyweft.network.graph.snapshot import Snapshot
from skyweft.network.routing.best import to_ends
from skyweft.network.routing.model import Routes
from skyweft.network.routing.policy import Policy, weighed
from skyweft.network.routing.weights import Weights
from skyweft.world.constants import SPEED_OF_LIGHT_M_S

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Forwarding:
    """All forwarding tables at an instant: a row a platform that relays, a column a target."""

    time_s: float
    relay: Ints  # (L,) rows of Fleet, ascending
    target: Ints  # (M,) rows of Fleet
    following: Ints  # (L, M) row of Fleet that comes next; -1 without a route, and at the target
    delay_s: Floats  # (L, M) NaN without a route, 0 at the target

    def __post_init__(self) -> None:
        shape = (len(self.relay), len(self.target))
        assert self.following.shape == self.delay_s.shape == shape
        assert np.all(np.isfinite(self.delay_s) >= (self.following >= 0))


def forwarding(snapshot: Snapshot, route: int = 0, weights: Weights | None = None) -> Forwarding:
    """Return which platform comes next on the best route from every relay to every target.

    Parameters
    ----------
    snapshot : Snapshot
        The network at an instant.
    route : int
        Place of a rule among the scenario's `[[routes]]`: its targets, metric and processing count.
    weights : callable, optional
        In place of the rule's metric.

    Returns
    -------
    Forwarding
        Tables that lead every relay to a target over the routes that `routes` finds from it.

    Raises
    ------
    ScenarioError
        The scenario has no such rule.

    Notes
    -----
    Delays are those of a route that begins at the relay: straight lines and `processing_s` at every
    relay after it. Of equal routes the target itself comes next if it can, else the first neighbour
    in the order of contacts.
    """
    network = snapshot.network
    rules = network.scenario.rules(Routes)
    if not 0 <= route < len(rules):
        raise ScenarioError(f"the scenario has {len(rules)} [[routes]], none at {route}")
    rule, relays = rules[route], network.relays
    groups = (network.fleet.rows_of(group) for group in rule.targets)
    targets = np.concatenate(list(groups)).astype(np.int32)
    graph = weighed(snapshot, Policy.of(rule, weights))
    following = _platforms(to_ends(graph, targets)[1], relays.platform, targets)
    delay_s = _delays(
        snapshot.position_m, relays.platform, relays.node, targets, following, rule.processing_s
    )
    return Forwarding(snapshot.time_s, relays.platform, targets, following, delay_s)


def _platforms(follower: Ints, relay: Ints, targets: Ints) -> Ints:
    """Return the next node of every lane as a row of the fleet, (L, M)."""
    lanes = follower.transpose(1, 0, 2).reshape(len(relay), -1)[:, : len(targets)]
    platform = np.append(relay, -1)  # an index of -1 is the last
    following = np.where(lanes == len(relay), targets, platform[lanes])
    return np.where(relay[:, None] == targets, -1, following).astype(np.int32)


@making
def _delays(
    position_m: Floats, relay: Ints, node: Ints, targets: Ints, following: Ints, processing_s: float
) -> Floats:
    """Follow the tables and return how long their routes take, (L, M)."""
    delay_s = np.full(following.shape, np.nan)
    path_found = np.empty(len(relay), np.int32)
    for m in range(len(targets)):
        if node[targets[m]] >= 0:
            delay_s[node[targets[m]], m] = 0.0
        for start in range(len(relay)):
            here, size = start, 0
            while following[here, m] >= 0 and np.isnan(delay_s[here, m]):
                path_found[size] = here
                size += 1
                if following[here, m] == targets[m]:
                    break
                here = node[following[here, m]]
            # Back again, from the target or from where the rest of the route is known.
            for k in range(size - 1, -1, -1):
                after = following[path_found[k], m]
                square = 0.0
                for axis in range(3):
                    square += (
                        position_m[relay[path_found[k]], axis] - position_m[after, axis]
                    ) ** 2
                spent = np.sqrt(square) / SPEED_OF_LIGHT_M_S
                if after != targets[m]:
                    spent += processing_s + delay_s[node[after], m]
                delay_s[path_found[k], m] = spent
    return delay_s
