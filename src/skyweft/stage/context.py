"""What stays the same throughout a run, and what a stage says of it before any work."""

import math
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

import pyarrow as pa

from skyweft.fleet import Fleet
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


@dataclass(frozen=True)
class Context:
    """A scenario whose platforms are known.

    Parameters
    ----------
    scenario, fleet
        What the user decided, and who the platforms are.
    executor : Executor, optional
        Threads that share the work. There are none before a run begins.
    threads : int
        How many.
    """

    scenario: Scenario
    fleet: Fleet
    executor: Executor | None = None
    threads: int = 1
    _made: dict[Callable[..., Any], Any] = field(default_factory=dict, repr=False)

    def once(self, make: Callable[[Scenario, Fleet], T]) -> T:
        """Return `make(scenario, fleet)`, made when first asked for by any stage."""
        if make not in self._made:
            self._made[make] = make(self.scenario, self.fleet)
        found: T = self._made[make]
        return found

    @cached_property
    def names(self) -> pa.Array:
        """Return the platforms' names, for `columns.named`."""
        return pa.array(self.fleet.names, pa.string())

    @cached_property
    def rules(self) -> pa.Array:
        """Return the names of the rules of `[[links]]`, for `columns.named`."""
        return pa.array(self.scenario.rule_names, pa.string())
