"""All stages, in the order they take their turns: ours, and those of installed packages.

A package adds stages by the entry-point group `skyweft.stages`: each entry is an object that
follows `stage.protocol.Stage`. Ours are named here by where they live, so that nothing low imports
what stands above it.
"""

import warnings
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points

from skyweft.columns import Table
from skyweft.scenario.scenario import Scenario
from skyweft.stage.protocol import Stage

GROUP = "skyweft.stages"
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


@cache
def stages() -> tuple[Stage, ...]:
    """Return every stage that is installed, each after those it needs.

    A stage of another package that cannot be loaded, or that takes a name which is taken, is left
    out with a warning that names the package.
    """
    found = [import_module(home).STAGE for home in OURS]
    for entry in sorted(entry_points(group=GROUP), key=lambda each: each.name):
        stage = _loaded(entry)
        if stage is not None and not (why := _clash(stage, found)):
            found.insert(_place(stage, found), stage)
        elif stage is not None:
            warnings.warn(f"{_origin(entry)}: {why}; the stage is left out", stacklevel=2)
    return tuple(found)


def _loaded(entry: EntryPoint) -> Stage | None:
    try:
        stage = entry.load()
        if missing := [
            name for name in ("key", "needs", "tables", "open") if not hasattr(stage, name)
        ]:
            raise TypeError(f"a stage has {', '.join(missing)}")
    except Exception as error:  # whatever another's code raises, the run without it still works
        warnings.warn(
            f"{_origin(entry)} cannot be loaded: {type(error).__name__}: {error}; mend or remove "
            "the package; the stage is left out",
            stacklevel=3,
        )
        return None
    found: Stage = stage
    return found


def _origin(entry: EntryPoint) -> str:
    package = entry.dist.name if entry.dist else "an installed package"
    return f"the stage {entry.name!r} of {package}"


def _clash(stage: Stage, found: Iterable[Stage]) -> str:
    """Return why a stage cannot stand beside others; nothing where it can."""
    keys = {each.key for each in found}
    tables = {table.name: each.key for each in found for table in each.tables}
    if stage.key in keys:
        return f"there is a stage {stage.key!r} already"
    if unknown := [each for each in stage.needs if each not in keys]:
        return f"it needs {', '.join(unknown)}, which is not there"
    for table in stage.tables:
        if table.name in tables:
            return f"the table {table.name} is declared by the stage {tables[table.name]!r} already"
    return ""


def _place(stage: Stage, found: list[Stage]) -> int:
    """Return the first place after all that a stage needs."""
    return max((k + 1 for k, each in enumerate(found) if each.key in stage.needs), default=0)


def wanted(scenario: Scenario) -> tuple[Stage, ...]:
    """Return the stages that a scenario asks for."""
    return tuple(stage for stage in stages() if stage.wanted(scenario))


def tables() -> Mapping[str, Table]:
    """Return every table by its name, in the stages' order."""
    return {table.name: table for stage in stages() for table in stage.tables}
