"""Which routes flows take at an instant: the best one each, or several."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skyweft.kernels import making
from skyweft.network.flows.model import Flows
from skyweft.network.flows.splitting import FlowPaths
from skyweft.network.graph.snapshot import Snapshot
from skyweft.network.product import REACHED, Routes
from skyweft.network.routing.alternatives import RANKS_APART, asked_for, folded, others
from skyweft.network.routing.best import best_paths
from skyweft.network.routing.policy import Policy, weighed
from skyweft.network.routing.routes import ranked
from skyweft.world.constants import SPEED_OF_LIGHT_M_S

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Instant:
    """A moment of the network, and its L directed links by their keys."""

    snapshot: Snapshot
    key: Longs  # (L,) tail * N + head, rising

    def paths_of(
        self, rule: Flows, policy: Policy, source: Ints, target: Ints
    ) -> tuple[FlowPaths, Ints]:
        """Return the routes of F flows of one rule, and why flows have none."""
        sources, start = np.unique(source, return_inverse=True)
        targets, goal = np.unique(target, return_inverse=True)
        found = best_paths(self.snapshot, sources, targets, policy)
        row = start * len(targets) + goal
        begin, path = found.begin[row], found.path
        hops, path_length_m, reason = (
            found.hops[row].astype(np.int64),
            found.path_length_m[row],
            found.reason[row],
        )
        if asked_for(rule) == 1:
            delay_s = np.nan_to_num(path_length_m / SPEED_OF_LIGHT_M_S)
            return self._laid(np.arange(len(row)), delay_s, hops, begin, path), reason
        reached = np.flatnonzero(hops > 0)
        size = hops[reached] + 1
        first = np.concatenate([[0], np.cumsum(size)])
        hops, path_length_m = hops[reached], path_length_m[reached]
        best = Routes(
            rule=np.zeros(len(reached), np.int16),
            time_s=np.zeros(len(reached)),
            source=source[reached],
            target=target[reached],
            rank=np.ones(len(reached), np.int8),
            delay_s=path_length_m / SPEED_OF_LIGHT_M_S + (hops - 1) * rule.processing_s,
            path_length_m=path_length_m,
            hops=hops.astype(np.int16),
            reason=np.full(len(reached), REACHED, np.int8),
            first_hop=found.first_hop[row[reached]],
            path_id=folded(found.path_id[row[reached]]),
            path_first=first,
            path=path[np.arange(first[-1]) + np.repeat(begin[reached] - first[:-1], size)],
        )
        return self._several(rule, policy, best, reached, len(row)), reason

    def _several(
        self, rule: Flows, policy: Policy, best: Routes, flow: Longs, count: int
    ) -> FlowPaths:
        """Return the routes of flows of which some, `flow`, have a best one."""
        more = others(rule, best, weighed(self.snapshot, policy))
        found = ranked(best, more, True)
        owner = flow[np.sort(np.append(np.arange(len(best)), more[1]))]
        # The disjoint are the last two of a flow: the best route may be neither.
        third = np.append(found.rank, 0)[2:] == RANKS_APART
        kept = np.ones(len(owner), np.bool_)
        if rule.disjoint is not None:
            kept[: len(third)] = ~((found.rank[: len(third)] == 1) & third)
        without = np.setdiff1d(np.arange(count), flow)
        order = np.argsort(np.append(owner[kept], without), kind="stable")
        nothing = np.zeros(len(without), np.int64)
        return self._laid(
            np.append(owner[kept], without)[order],
            np.append(found.delay_s[kept], np.zeros(len(without)))[order],
            np.append(found.hops[kept].astype(np.int64), nothing)[order],
            np.append(found.path_first[:-1][kept], nothing)[order],
            found.path,
        )

    def _laid(
        self, flow: Longs, delay_s: Floats, hops: Longs, begin: Longs, path: Ints
    ) -> FlowPaths:
        """Return routes with the links between their platforms."""
        link = np.empty(int(hops.sum()), np.int32)
        _lay(path, begin, hops, self.key, len(self.snapshot.position_m), link)
        first = np.concatenate([[0], np.cumsum(hops)])
        return FlowPaths(flow.astype(np.int32), delay_s, first, link, np.empty(0))


@making
def _lay(path: Ints, begin: Longs, hops: Longs, key: Longs, platforms: int, link: Ints) -> None:
    """Write the links of every route, one after the other."""
    place = 0
    for w in range(len(begin)):
        for h in range(begin[w], begin[w] + hops[w]):
            link[place] = np.searchsorted(key, np.int64(path[h]) * platforms + path[h + 1])
            place += 1
