"""Policies by their kind: what makes a path the best one, and which contacts come first.

Both are words in a scenario: `metric` of `[[routes]]` and `[[flows]]`, `choose` of `[[links]]`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from skyweft.parts import Registry


@dataclass(frozen=True, slots=True)
class Metric:
    """What a path costs.

    Parameters
    ----------
    kind : str
        As `metric` names it.
    function : callable or str
        Called with a `skyweft.network.graph.snapshot.Snapshot`; returns the weight of every edge,
        (E,), finite and not negative. Called once a snapshot, by several threads at a time. Text is
        where it is, "package.module:name".
    """

    kind: str
    function: Callable[[Any], Any] | str


@dataclass(frozen=True, slots=True)
class Choice:
    """Which contacts come first where not all can be held.

    Parameters
    ----------
    kind : str
        As `choose` names it.
    function : callable or str
        Called with `skyweft.network.graph.choices.Candidates`; returns a number for each, (K,), the
        least comes first. Text is where it is, "package.module:name".
    """

    kind: str
    function: Callable[[Any], Any] | str


def _wrong(part: Any, parts: Mapping[str, Metric | Choice]) -> str:
    if not isinstance(part, Metric | Choice):
        where = "skyweft.scenario.policies"
        return f"it is {type(part).__name__}, not a {where}.Metric or Choice"
    if not (isinstance(part.kind, str) and part.kind):
        return "its kind is no text"
    if not (isinstance(part.function, str) or callable(part.function)):
        return "its function cannot be called"
    return ""


POLICIES: Registry[Metric | Choice] = Registry(
    "skyweft.policies",
    "policy",
    (
        Metric("delay", "skyweft.network.routing.policy:delay"),
        Metric("hops", "skyweft.network.routing.policy:hops"),
        Choice("nearest", "skyweft.network.graph.choices:nearest"),
        Choice("highest", "skyweft.network.graph.choices:highest"),
        Choice("longest", "skyweft.network.graph.choices:longest"),
        Choice("earliest", "skyweft.network.graph.choices:earliest"),
        Choice("longest_waiting", "skyweft.network.graph.choices:earliest"),
    ),
    lambda policy: (policy.kind,),
    _wrong,
)


class _Words:
    """Among a field's annotations it makes the field take the kinds of one sort of policy."""

    def __init__(self, sort: type[Metric | Choice]) -> None:
        self._sort = sort

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        found = [kind for kind, policy in POLICIES.items() if isinstance(policy, self._sort)]
        return core_schema.literal_schema(found)


AnyMetric = Annotated[str, _Words(Metric)]
AnyChoice = Annotated[str, _Words(Choice)]
