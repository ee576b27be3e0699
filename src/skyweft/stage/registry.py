"""All stages, in the order they take their turns: ours, and those of installed packages.

A package adds stages by the entry-point group `skyweft.stages`: each entry is an object that
follows `stage.protocol.Stage`. Ours are named here by where they live, so that nothing low imports
what stands above it.
"""

import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any, TypeVar

from pydantic import TypeAdapter

from skyweft.columns import Table
from skyweft.registry import Registry
from skyweft.scenario import review
from skyweft.scenario.parts import Rule, Settings
from skyweft.scenario.scenario import Scenario
from skyweft.stage.protocol import Stage

T = TypeVar("T")
OURS = (
    "skyweft.motion.stage",
    "skyweft.contacts.stage",
    "skyweft.links.stage",
    "skyweft.contacts.coverage.stage",
    "skyweft.network.failures.stage",
    "skyweft.network.graph.stage",
    "skyweft.network.routing.stage",
    "skyweft.network.flows.stage",
    "skyweft.network.queues.stage",
    "skyweft.delivery.stage",
    "skyweft.network.placement.stage",
)


def _wrong(stage: Any, found: Mapping[str, Stage]) -> str:
    """Return why a stage cannot stand beside others; nothing where it can."""
    if words := _misshapen(stage):
        return words
    if unknown := [each for each in stage.needs if each not in found]:
        return f"it needs {', '.join(unknown)}, which is not there"
    declared = {table.name: each.key for each in found.values() for table in each.tables}
    for table in stage.tables:
        if table.name in declared:
            owner = declared[table.name]
            return f"the table {table.name} is declared by the stage {owner!r} already"
    taken = dict.fromkeys(Scenario.model_fields, "every scenario")
    taken |= {each.key: f"the stage {key!r}" for key, one in found.items() for each in one.models}
    for model in stage.models:
        if model.key in taken:
            return f"the key {model.key} of a scenario is of {taken[model.key]} already"
        TypeAdapter(model).json_schema()  # raises where a field has no schema
    return ""


def _misshapen(stage: Any) -> str:
    """Return what of a stage is not as the protocol has it; nothing where all is."""
    if Stage not in type(stage).__mro__:
        return f"it is {type(stage).__name__}, not of a class made from skyweft.stage.Stage"
    shapes = {"needs": (str, "text"), "tables": (Table, "skyweft.columns.Table")}
    for name, (kind, words) in shapes.items():
        many = getattr(stage, name, None)
        if not (isinstance(many, tuple) and all(isinstance(each, kind) for each in many)):
            return f"its {name} is no tuple of {words}"
    if not (isinstance(getattr(stage, "key", None), str) and stage.key):
        return "it has no key"
    for model in stage.models:
        if not (isinstance(model, type) and issubclass(model, Rule | Settings)):
            return "its models are not made from skyweft.scenario.parts.Rule or Settings"
        if not all(isinstance(getattr(model, each, None), str) for each in ("key", "words")):
            return f"its model {model.__name__} says no key or no words"
    names = [table.name for table in stage.tables]
    if twice := [each for each in dict.fromkeys(names) if names.count(each) > 1]:
        return f"it declares the table {twice[0]} twice"
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
    """Return the first place after all that a stage needs.

    A stage that restricts and needs only contacts so comes before links, which obey it.
    """
    return max((k + 1 for k, each in enumerate(found) if each.key in stage.needs), default=0)


def wanted(scenario: Scenario) -> tuple[Stage, ...]:
    """Return the stages that a scenario asks for."""
    return tuple(stage for stage in stages() if stage.wanted(scenario))


def check(scenario: Scenario) -> list[str]:
    """Return warnings about a valid scenario, one line each with its place in the file.

    Parameters
    ----------
    scenario : Scenario
        What `load` returned.

    Returns
    -------
    list of str
        Things nobody uses, values nothing reads, links that cannot carry a bit; and what each stage
        that is installed finds to be hardly meant.
    """
    of_stages = (line for stage in stages() for line in stage.warnings(scenario))
    return list(dict.fromkeys([*review.check(scenario), *of_stages]))


def tables() -> Mapping[str, Table]:
    """Return every table by its name, in the stages' order."""
    return {table.name: table for stage in stages() for table in stage.tables}


def part(stage: Stage, name: str) -> ModuleType | None:
    """Return a module beside a stage, loaded when first asked for.

    Parameters
    ----------
    stage : Stage
        Its package is the one that its class lives in.
    name : str
        Of the module: `section` is the stage's part of the report, `lines` what the command line
        says of it, `plot` its drawings.

    Returns
    -------
    module or None
        None where there is none; where another package's cannot be loaded, with a warning.
    """
    home = sys.modules.get(type(stage).__module__)
    package = getattr(home, "__package__", None)
    if not package or find_spec(f"{package}.{name}") is None:
        return None
    return _guarded(stage, name, lambda: import_module(f"{package}.{name}"))


def ask(stage: Stage, name: str, about: object) -> Any:
    """Return what the function of a stage's part says: `section.section(about)`.

    Parameters
    ----------
    stage : Stage
        Any.
    name : str
        Of the module beside it, and of the function in it.
    about : object
        Its one argument.

    Returns
    -------
    object
        None where there is no such part; where another package's fails, with a warning.
    """
    module = part(stage, name)
    return module and _guarded(stage, name, lambda: _whole(getattr(module, name)(about)))


def _guarded(stage: Stage, name: str, work: Callable[[], T]) -> T | None:
    """Do what may be another package's work: whatever it raises, a run without it still works."""
    package = type(stage).__module__.partition(".")[0]
    try:
        return work()
    except Exception as error:
        if package == __name__.partition(".")[0]:
            raise
        warnings.warn(
            f"the {name} of the stage {stage.key!r} of {package} fails: {type(error).__name__}: "
            f"{error}; mend or remove the package; it is left out",
            stacklevel=3,
        )
        return None


def _whole(found: Any) -> Any:
    return list(found) if isinstance(found, Iterator) else found
