"""All stages, in the order they take their turns: ours, and those of installed packages.

A package adds stages by the entry-point group `skyweft.stages`: each entry is an object that
follows `stage.protocol.Stage`. Ours are named here by where they live, so that nothing low imports
what stands above it.
"""

import re
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from functools import cache, partial
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any, TypeVar

from pydantic import TypeAdapter

from skyweft.columns import Table
from skyweft.parts import REMEDY
from skyweft.registry import Registry
from skyweft.scenario import review
from skyweft.scenario.parts import Rule, Settings
from skyweft.scenario.scenario import Scenario
from skyweft.stage.block import Product
from skyweft.stage.foreign import Foreign, own
from skyweft.stage.protocol import Stage
from skyweft.stage.question import Answer

T = TypeVar("T")
OURS = (
    "skyweft.motion.stage",
    "skyweft.energy.stage",
    "skyweft.blockage.stage",
    "skyweft.contacts.stage",
    "skyweft.links.stage",
    "skyweft.contacts.coverage.stage",
    "skyweft.network.failures.stage",
    "skyweft.network.graph.stage",
    "skyweft.network.handover.stage",
    "skyweft.network.routing.stage",
    "skyweft.network.flows.stage",
    "skyweft.network.queues.stage",
    "skyweft.delivery.stage",
    "skyweft.observations.stage",
    "skyweft.alarms.stage",
    "skyweft.network.placement.stage",
)

# What a stage says of itself: many of a type, and what they are called; or one.
MANY: dict[str, tuple[type, str]] = {
    "needs": (str, "text"),
    "tables": (Table, "skyweft.columns.Table"),
    "reads": (str, "text"),
    "gives": (Product, "skyweft.stage.Product"),
    "gives_whole": (Product, "skyweft.stage.Product"),
    "models": (type, "types"),
}
SINGLE: dict[str, tuple[tuple[type, ...], str]] = {
    "share": ((int, float), "number"),
    "version": ((int,), "whole number"),
    "restricts": ((bool,), "True or False"),
}
# What the summary and the timings of a run say beside the stages.
RESERVED = frozenset(
    {
        *("name", "start", "duration_s", "simulated_s", "warnings"),
        *("platforms", "groups", "layers", "scenario", "tables", "writing"),
    }
)


def _wrong(stage: Any, found: Mapping[str, Stage]) -> str:
    """Return why a stage cannot stand beside others; nothing where it can."""
    if words := _misshapen(stage):
        return words
    if unknown := [need for need in stage.needs if need not in found]:
        return f"it needs {', '.join(unknown)}, which is not there"
    declared = {table.name: stage.key for stage in found.values() for table in stage.tables}
    for table in stage.tables:
        if table.name in declared:
            owner = declared[table.name]
            return f"the table {table.name} is declared by the stage {owner!r} already"
    taken = dict.fromkeys(Scenario.model_fields, "every scenario")
    taken |= {model.key: f"the stage {key!r}" for key, one in found.items() for model in one.models}
    for model in stage.models:
        if model.key in taken:
            return f"the key {model.key} of a scenario is of {taken[model.key]} already"
        TypeAdapter(model).json_schema()  # raises where a field has no schema
    return ""


def _misshapen(stage: Any) -> str:
    """Return what of a stage is not as the protocol has it; nothing where all is."""
    if Stage not in type(stage).__mro__:
        return f"it is {type(stage).__name__}, not of a class made from skyweft.stage.Stage"
    for name, (kind, words) in MANY.items():
        many = getattr(stage, name, None)
        if name == "reads" and many is None:
            continue
        if not (isinstance(many, tuple) and all(isinstance(entry, kind) for entry in many)):
            return f"its {name} is no tuple of {words}"
    for name, (one, words) in SINGLE.items():
        found = getattr(stage, name)
        if not isinstance(found, one) or (isinstance(found, bool) and bool not in one):
            return f"its {name} is no {words}"
    if not (isinstance(getattr(stage, "key", None), str) and stage.key):
        return "it has no key"
    if not re.fullmatch(r"\w[\w -]*", stage.key):
        return f"its key {stage.key!r} is no word: files are called by it"
    return _odd_parts(stage)


def _odd_parts(stage: Stage) -> str:
    """Return what is wrong with the tables of a run or of a scenario that a stage declares."""
    for model in stage.models:
        if not issubclass(model, Rule | Settings):
            return "its models are not made from skyweft.scenario.parts.Rule or Settings"
        if not all(isinstance(getattr(model, name, None), str) for name in ("key", "words")):
            return f"its model {model.__name__} says no key or no words"
    names = [table.name for table in stage.tables]
    if twice := [name for name in dict.fromkeys(names) if names.count(name) > 1]:
        return f"it declares the table {twice[0]} twice"
    if odd := [name for name in names if not name.isidentifier()]:
        return f"its table {odd[0]!r} is no name that Python can ask for"
    return ""


STAGES: Registry[Stage] = Registry(
    "skyweft.stages",
    "stage",
    [f"{home}:STAGE" for home in OURS],
    lambda stage: (stage.key,),
    _wrong,
    taken=RESERVED,
    instead="leave its tables out of the scenario",
)


@cache
def stages() -> tuple[Stage, ...]:
    """Return every stage that is installed, each after those it needs.

    A stage of another package that cannot be loaded, or that takes a name which is taken, is left
    out with a warning that names the package; one that fails later names it too (`foreign`).
    """
    found: list[Stage] = []
    for key, stage in STAGES.items():
        if STAGES.origin(key):
            cloaked = Foreign(stage, partial(STAGES.blamed, key))
            found.insert(_place(stage, found), cloaked)
        else:
            found.append(stage)
    return tuple(found)


def fault(stage: Stage, words: str) -> Exception:
    """Return what is raised where a stage does what it did not declare."""
    if STAGES.origin(stage.key):
        return STAGES.error(stage.key, words)
    return ValueError(f"the stage {stage.key!r} {words}")


def _place(stage: Stage, found: list[Stage]) -> int:
    """Return the first place after all that a stage needs.

    A stage that restricts and needs only contacts so comes before links, which obey it.
    """
    return max((k + 1 for k, earlier in enumerate(found) if earlier.key in stage.needs), default=0)


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
        says of it, `plot` its drawings, `scene` what it adds to the page's picture, `answers` what
        the page may ask it, `card` its figures in a notebook.

    Returns
    -------
    module or None
        None where there is none; where another package's cannot be loaded, with a warning.
    """
    home = sys.modules.get(type(own(stage)).__module__)
    package = getattr(home, "__package__", None)
    if not package or find_spec(f"{package}.{name}") is None:
        return None
    return _guarded(stage, name, lambda: import_module(f"{package}.{name}"))


def ask(stage: Stage, name: str, about: object, answer: type[T]) -> T | None:
    """Return what the function of a stage's part says: `section.section(about)`.

    Parameters
    ----------
    stage : Stage
        Any.
    name : str
        Of the module beside it, and of the function in it.
    about : object
        Its one argument.
    answer : type
        What it must answer; of an iterator, once it has been listed.

    Returns
    -------
    object
        None where there is no such part; where another package's fails, with a warning.
    """
    module = part(stage, name)
    if module is None:
        return None

    def said() -> T:
        found = getattr(module, name)(about)
        found = list(found) if isinstance(found, Iterator) else found
        if not isinstance(found, answer):
            raise TypeError(f"{type(found).__name__} in place of {answer.__name__}")
        return found

    return _guarded(stage, name, said)


def drawings(stage: Stage) -> dict[str, Any]:
    """Return what a stage's module `plot` lists in `__all__`, by name."""
    module = part(stage, "plot")

    def listed() -> dict[str, Any]:
        return {name: getattr(module, name) for name in getattr(module, "__all__", ())}

    return _guarded(stage, "plot", listed) or {}


def answers(stage: Stage) -> Mapping[str, Answer]:
    """Return what a stage's module `answers` lists in `ANSWERS`: questions of the page, by name."""
    module = part(stage, "answers")
    return (module and _guarded(stage, "answers", lambda: dict(module.ANSWERS))) or {}


def _guarded(stage: Stage, name: str, work: Callable[[], T]) -> T | None:
    """Do what may be another package's work: whatever it raises, a run without it still works."""
    origin = STAGES.origin(stage.key)
    try:
        return work()
    except Exception as error:
        if not origin:
            raise
        words = f"{origin} failed in {name}: {type(error).__name__}: {error}"
        warnings.warn(f"{words}; {REMEDY}; its {name} is left out", stacklevel=3)
        return None
