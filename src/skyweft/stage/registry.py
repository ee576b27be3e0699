"""All stages, in the order they take their turns: ours, and those of installed packages.

A package adds stages by the entry-point group `skyweft.stages`: each entry is an object that
follows `stage.protocol.Stage`. Ours are named here by where they live, so that nothing low imports
what stands above it.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from skyweft.columns import Table
from skyweft.registry import Registry
from skyweft.scenario.scenario import Scenario
from skyweft.stage.protocol import Stage

OURS = (
    "skyweft.motion.stage",
    "skyweft.contacts.stage",
    "skyweft.links.stage",
    "skyweft.network.graph.stage",
    "skyweft.network.routing.stage",
    "skyweft.network.flows.stage",
    "skyweft.network.placement.stage",
    "skyweft.network.queues.stage",
    "skyweft.contacts.coverage.stage",
    "skyweft.delivery.stage",
)


def _wrong(stage: Any, found: Mapping[str, Stage]) -> str:
    """Return why a stage cannot stand beside others; nothing where it can."""
    needed = ("key", "needs", "tables", "open")
    if missing := [name for name in needed if not hasattr(stage, name)]:
        return f"a stage has {', '.join(missing)}"
    if unknown := [each for each in stage.needs if each not in found]:
        return f"it needs {', '.join(unknown)}, which is not there"
    declared = {table.name: each.key for each in found.values() for table in each.tables}
    for table in stage.tables:
        if table.name in declared:
            owner = declared[table.name]
            return f"the table {table.name} is declared by the stage {owner!r} already"
    return ""


STAGES: Registry[Stage] = Registry(
    "skyweft.stages",
    "stage",
    [f"{home}:STAGE" for home in OURS],
    lambda stage: (stage.key,),
    _wrong,
)


@cache
def stages() -> tuple[Stage, ...]:
    """Return every stage that is installed, each after those it needs.

    A stage of another package that cannot be loaded, or that takes a name which is taken, is left
    out with a warning that names the package.
    """
    found: list[Stage] = []
    for key, stage in STAGES.items():
        found.insert(_place(stage, found) if STAGES.origin(key) else len(found), stage)
    return tuple(found)


def _place(stage: Stage, found: list[Stage]) -> int:
    """Return the first place after all that a stage needs."""
    return max((k + 1 for k, each in enumerate(found) if each.key in stage.needs), default=0)


def wanted(scenario: Scenario) -> tuple[Stage, ...]:
    """Return the stages that a scenario asks for."""
    return tuple(stage for stage in stages() if stage.wanted(scenario))


def tables() -> Mapping[str, Table]:
    """Return every table by its name, in the stages' order."""
    return {table.name: table for stage in stages() for table in stage.tables}
