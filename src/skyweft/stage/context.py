"""What stays the same throughout a run, and what a stage says of it before any work."""

import math
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeVar

import pyarrow as pa

from skyweft.fleet import Fleet
from skyweft.scenario.excerpt import excerpt
from skyweft.scenario.scenario import Scenario

T = TypeVar("T")
SHORTEST_S = 600.0  # the shortest block of a run


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a stage will come to, roughly: a factor of three either way.

    Parameters
    ----------
    time_s, size_bytes : float
        Of the whole run's work, and of what it leaves in the folder.
    block_max_s : float
        The longest stretch of time whose intermediate results fit into memory.
    said : tuple of str
        What `check` tells of it, a line each.
    warnings : tuple of str
        What is allowed but perhaps not meant.
    facts : mapping
        The same for programs: they stand in the answer of `check --json`.
    """

    time_s: float = 0.0
    size_bytes: float = 0.0
    block_max_s: float = math.inf
    said: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)


# Who the platforms are is known to every stage, so what that depends on is read by each.
READ_BY_ALL = (
    "start",
    "duration_s",
    "world",
    "weather",
    "platforms.*.layer",
    "platforms.*.motion",
    "platforms.*.energy",
)

Made = dict[Callable[..., Any], Any]


def seen(scenario: Scenario, reads: Iterable[str] | None) -> Scenario:
    """Return what a stage that reads these paths is handed of a scenario; None leaves all."""
    return scenario if reads is None else excerpt(scenario, (*READ_BY_ALL, *reads))


@dataclass(frozen=True)
class Context:
    """A scenario whose platforms are known.

    Parameters
    ----------
    scenario, fleet
        What the user decided, and who the platforms are. A stage that says what it reads gets no
        more of the scenario.
    executor : Executor, optional
        Threads that share the work. There are none before a run begins.
    threads : int
        How many.
    policy : callable, optional
        Weighs the edges of a snapshot, in place of the metrics that the scenario states.
    """

    scenario: Scenario
    fleet: Fleet
    executor: Executor | None = None
    threads: int = 1
    policy: Callable[[Any], Any] | None = None
    _made: Made = field(default_factory=dict, repr=False)
    _parts: "dict[frozenset[str], Context]" = field(default_factory=dict, repr=False)
    _names: list[pa.Array] = field(default_factory=list, repr=False)

    def reading(self, reads: Iterable[str] | None) -> "Context":
        """Return a context whose scenario holds what these paths lead to; None leaves all."""
        # What a policy looks at, nobody knows.
        if reads is None or self.policy is not None:
            return self
        paths = frozenset(reads)
        if paths not in self._parts:
            # What is said of the platforms as a whole reads more than who they are.
            fleet = replace(self.fleet, derived_geometry=(), warnings=())
            known = seen(self.scenario, reads), fleet
            self._parts[paths] = Context(*known, threads=self.threads, _names=self._names)
        return replace(self._parts[paths], executor=self.executor)

    def once(self, make: Callable[[Scenario, Fleet], T]) -> T:
        """Return `make(scenario, fleet)`, made once for all stages that read the same."""
        if make not in self._made:
            self._made[make] = make(self.scenario, self.fleet)
        found: T = self._made[make]
        return found

    @property
    def policy_name(self) -> str:
        """Return how the policy is called; nothing where there is none."""
        return "" if self.policy is None else spoken(self.policy)

    @property
    def names(self) -> pa.Array:
        """Return the platforms' names, for `columns.named`."""
        if not self._names:
            self._names.append(pa.array(self.fleet.names, pa.string()))
        return self._names[0]

    @cached_property
    def rules(self) -> pa.Array:
        """Return the names of the rules of `[[links]]`, for `columns.named`."""
        return pa.array(self.scenario.rule_names, pa.string())


def spoken(function: Callable[..., Any]) -> str:
    """Return the qualified name of a function, or of the type of what is called like one."""
    named = function if hasattr(function, "__qualname__") else type(function)
    home = getattr(named, "__module__", None)
    return f"{home}.{named.__qualname__}" if home else named.__qualname__
