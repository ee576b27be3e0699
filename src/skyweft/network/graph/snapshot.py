"""The network at an instant: its nodes, its edges and what they carry.

Limits on links, failures, and restrictions of earlier stages have been applied: a contact that is
not there carries no traffic at that moment.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple, TypeVar, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skyweft.errors import RangeError, ScenarioError
from skyweft.network.graph.block import Network, linked, step_times
from skyweft.network.graph.places import states
from skyweft.world.constants import SPEED_OF_LIGHT_M_S

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]

T = TypeVar("T")


class Edges(NamedTuple):
    """The directed edges of an instant, sorted by their ends; contacts of one pair are one edge."""

    key: Longs  # (E,) source * N + target, rising
    edge: Longs  # (2K,) the edge of every contact that carries traffic, there and then back


@dataclass(frozen=True)
class Snapshot:
    """The network at an instant: N nodes, E directed edges.

    Nodes are all platforms of the scenario, in its order. Every contact that carries traffic is an
    edge there and an edge back, sorted by source, then target. Edges of platforms that are absent
    are left out, and contacts between the same two platforms are one edge.

    Parameters
    ----------
    network : Network
        Around that instant.
    time_s : float
        From the scenario's start. [s]
    contact : (K,)
        Rows of the network's contacts that carry traffic, ascending.
    """

    network: Network
    time_s: float
    contact: Ints
    _made: dict[Hashable, Any] = field(default_factory=dict, repr=False)

    def __repr__(self) -> str:
        return f"<Snapshot at {self.time_s:g} s: {len(self.names):,} nodes, {len(self):,} edges>"

    def __len__(self) -> int:
        """Return how many edges there are."""
        return len(self._edges.key)

    @property
    def names(self) -> tuple[str, ...]:
        """Return the name of every node, (N,)."""
        return self.network.fleet.names

    @property
    def relays(self) -> NDArray[np.bool_]:
        """Return which nodes pass traffic on, (N,); the others only begin or end paths."""
        return self.network.relays.passes

    @property
    def position_m(self) -> Floats:
        """Return where every node is, (N, 3) ITRS; NaN where it is absent. [m]."""
        return self.states[0]

    @property
    def source(self) -> Longs:
        """Return the node that every edge leaves, (E,)."""
        return self._edges.key // len(self.names)

    @property
    def target(self) -> Longs:
        """Return the node that every edge leads to, (E,)."""
        return self._edges.key % len(self.names)

    @cached_property
    def length_m(self) -> Floats:
        """Return how long every edge is, (E,): a straight line. [m]."""
        found: Floats = np.linalg.norm(
            self.position_m[self.source] - self.position_m[self.target], axis=1
        )
        return found

    @property
    def delay_s(self) -> Floats:
        """Return how long light takes along every edge, (E,). [s]."""
        return self.length_m / SPEED_OF_LIGHT_M_S

    @cached_property
    def capacity_bps(self) -> Floats:
        """Return what every edge carries at this instant, (E,), contacts of a pair added up."""
        row = self.contact.astype(np.int64)
        rates = self.network.rates(row, np.full(len(row), self.time_s))
        edge = self._edges.edge
        capacity_bps = np.zeros(len(self))
        np.add.at(capacity_bps, edge[edge >= 0], np.concatenate(rates)[edge >= 0])
        return capacity_bps

    @property
    def rule(self) -> NDArray[np.str_]:
        """Return the rule of `[[links]]` of every edge, (E,), as tables call it."""
        return self._said(self.network.scenario.rule_names)

    @property
    def kind(self) -> NDArray[np.str_]:
        """Return the kind of terminal of every edge, (E,): "radio" or "optical"."""
        scenario = self.network.scenario
        return self._said([scenario.terminals[link.between[0]].kind for link in scenario.links])

    def rows_of(self, nodes: ArrayLike) -> Ints:
        """Return the rows of nodes that are given by name or by row.

        Raises
        ------
        ScenarioError
            There is no such platform.
        """
        asked = np.atleast_1d(np.asarray(nodes))
        if asked.dtype.kind not in "US":
            return asked.astype(np.int32)
        row = {name: number for number, name in enumerate(self.names)}
        if unknown := [name for name in asked.tolist() if name not in row]:
            raise ScenarioError(f"there is no platform {unknown[0]!r} in this run")
        return np.array([row[name] for name in asked.tolist()], np.int32)

    @cached_property
    def states(self) -> tuple[Floats, Floats]:
        """Return position and velocity of every node, (N, 3) ITRS. [m], [m/s]."""
        return states(self.network.fleet, self.network.motion, self.time_s)

    @cached_property
    def ends(self) -> tuple[Ints, Ints]:
        """Return the two nodes of every contact that carries traffic, (K,) each."""
        contacts = self.network.contacts
        return contacts.source[self.contact], contacts.target[self.contact]

    @cached_property
    def _edges(self) -> Edges:
        a, b = (side.astype(np.int64) for side in self.ends)
        many = len(self.names)
        there = np.tile(np.isfinite(self.position_m[a, 0] + self.position_m[b, 0]), 2)
        edge = np.full(2 * len(a), -1, np.int64)
        ends = np.append(a * many + b, b * many + a)[there]
        key, edge[there] = np.unique(ends, return_inverse=True)
        return Edges(key, edge)

    @cached_property
    def unlimited(self) -> "Snapshot":
        """Return the same instant with all contacts that are up: no limit, failure, restriction."""
        up = linked(self.network.contacts, np.array([self.time_s]))[1]
        return Snapshot(self.network, self.time_s, up)

    def withheld(self, source: NDArray[Any], target: NDArray[Any]) -> NDArray[np.int8]:
        """Return what keeps pairs that are in contact from being edges.

        Parameters
        ----------
        source, target : (Q,)
            Both ends, rows of the fleet; each pair has a contact that is up.

        Returns
        -------
        code : (Q,)
            As of `Network.withheld`, of the pair's contact that began first; 0 where one carries
            traffic.
        """
        free, many = self.unlimited, len(self.names)
        code = self._withheld
        ends = np.minimum(*free.ends).astype(np.int64) * many + np.maximum(*free.ends)
        # Of contacts of one pair one that carries comes first.
        order = np.lexsort((code > 0, ends))
        wanted = np.minimum(source, target).astype(np.int64) * many + np.maximum(source, target)
        found: NDArray[np.int8] = code[order][np.searchsorted(ends[order], wanted)]
        return found

    @cached_property
    def _withheld(self) -> NDArray[np.int8]:
        return self.network.all_withheld(self.unlimited.contact, self.time_s)

    def per_contact(self, values: Ints, absent: int) -> tuple[Ints, Ints]:
        """Return values (E,) of edges by contact, (K,) there and (K,) back."""
        edge = self._edges.edge
        found = np.append(values, np.int32(absent))[edge]
        there, back = np.split(found.astype(np.int32), 2)
        return there, back

    def _said(self, words: Sequence[str]) -> NDArray[np.str_]:
        """Return the words of the contacts' rules by edge, all of them where they differ."""
        link = np.tile(self.network.contacts.link[self.contact], 2)
        rules: list[set[int]] = [set() for _ in range(len(self))]
        for edge, rule in zip(self._edges.edge.tolist(), link.tolist(), strict=True):
            if edge >= 0:
                rules[edge].add(rule)
        said = (dict.fromkeys(words[rule] for rule in sorted(numbers)) for numbers in rules)
        return np.array([" + ".join(causes) for causes in said], np.str_)

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what is made of this snapshot when it is first asked for under a key."""
        if key not in self._made:
            self._made[key] = make()
        found: T = self._made[key]
        return found

    def to_networkx(self) -> Any:
        """Return a `networkx.DiGraph`; needs that package.

        Returns
        -------
        networkx.DiGraph
            Nodes are named as the platforms, with `group`, `layer`, `relay` and `position_m`;
            edges have `delay_s`, `length_m`, `capacity_bps`, `rule` and `kind`.

        Raises
        ------
        ScenarioError
            The package is missing.
        """
        try:
            import networkx as nx
        except ImportError as error:
            raise ScenarioError("to_networkx() needs a package: pip install networkx") from error
        names, fleet = self.names, self.network.fleet
        graph = nx.DiGraph(time_s=self.time_s)
        for row, name in enumerate(names):
            group = int(fleet.group[row])
            graph.add_node(
                name,
                group=fleet.groups[group],
                layer=fleet.layers[group],
                relay=bool(self.relays[row]),
                position_m=tuple(self.position_m[row].tolist()),
            )
        said = ("delay_s", "length_m", "capacity_bps", "rule", "kind")
        columns = [getattr(self, name).tolist() for name in ("source", "target", *said)]
        for source, target, *values in zip(*columns, strict=True):
            graph.add_edge(names[source], names[target], **dict(zip(said, values, strict=True)))
        return graph

    def to_scipy(self, values: ArrayLike | None = None) -> Any:
        """Return a sparse matrix of the edges.

        Parameters
        ----------
        values : (E,), optional
            What stands at each edge; `delay_s` unless given.

        Returns
        -------
        scipy.sparse.csr_array
            (N, N), row by source. An edge of value 0 is stored, as `scipy.sparse.csgraph` wants it.
        """
        from scipy.sparse import csr_array

        stored = self.delay_s if values is None else np.asarray(values)
        if stored.shape != (len(self),):
            raise ValueError(f"values must have shape ({len(self)},), got {stored.shape}")
        return csr_array((stored, (self.source, self.target)), shape=(len(self.names),) * 2)


@dataclass(frozen=True, slots=True)
class Snapshots(Sequence[Snapshot]):
    """T snapshots of a block; the contacts that carry traffic at each."""

    network: Network
    time_s: Floats  # (T,)
    first: Longs  # (T + 1,) where a snapshot's contacts begin in `contact`
    contact: Ints  # rows of the network's contacts, ascending within a snapshot

    def __len__(self) -> int:
        return len(self.time_s)

    @overload
    def __getitem__(self, k: int) -> Snapshot: ...
    @overload
    def __getitem__(self, k: slice) -> "Snapshots": ...

    def __getitem__(self, k: int | slice) -> "Snapshot | Snapshots":
        if isinstance(k, slice):
            low, high, _ = k.indices(len(self))
            first = self.first[low : high + 1]
            contact = self.contact[first[0] : first[-1]]
            return Snapshots(self.network, self.time_s[low:high], first - first[0], contact)
        up = self.contact[self.first[k] : self.first[k + 1]]
        return Snapshot(self.network, float(self.time_s[k]), up)

    def rates(self) -> tuple[Floats, Floats]:
        """Return what each of `contact` carries, source to target and back. [bit/s]."""
        moment_s = np.repeat(self.time_s, np.diff(self.first))
        return self.network.rates(self.contact.astype(np.int64), moment_s)


def snapshots(network: Network, time_s: ArrayLike) -> Snapshots:
    """Return the network at some moments.

    Parameters
    ----------
    network : Network
        In a block of time.
    time_s : (T,)
        Ascending, within the block, from the scenario's start. [s]

    Raises
    ------
    RangeError
        The motion does not cover a moment.
    """
    moments_s = np.asarray(time_s, np.float64)
    start_s, end_s = (float(bound_s) for bound_s in network.motion.tracks.time_s[[0, -1]])
    for moment_s in moments_s[[0, -1]] if len(moments_s) else ():
        if not start_s <= moment_s <= end_s:
            raise RangeError(f"time_s must be from {start_s:g} to {end_s:g} s, got {moment_s:g}")
    return Snapshots(network, moments_s, *network.carrying(moments_s))


def snapshot(network: Network, time_s: float) -> Snapshot:
    """Return the network at one moment; see `snapshots`."""
    return snapshots(network, [time_s])[0]


def every(network: Network, step_s: float) -> Snapshots:
    """Return the snapshots at the multiples of a step, the block's last moment not included.

    Stages that ask for the same step share who carries traffic then.
    """

    def find() -> tuple[Floats, Longs, Ints]:
        time_s = step_times(network.motion, step_s)
        return time_s, *network.carrying(time_s)

    return Snapshots(network, *network.once(("every", step_s), find))
