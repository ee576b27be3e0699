"""The part of a scenario that a stage declares to read: the rest is not there.

Who is handed an excerpt cannot depend on anything else of the scenario, so what is known of its
work need not be computed again while the excerpt is the same.
"""

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel

from skyweft.scenario.scenario import Scenario

ANY = "*"  # in a path: every name of a mapping, every place of a list

Tree = dict[str, Any]  # key -> what is read below it; nothing stands for all of it


def excerpt(scenario: Scenario, reads: Iterable[str]) -> Scenario:
    """Return a scenario without the keys that no path leads to.

    Parameters
    ----------
    scenario : Scenario
        Stays as it is.
    reads : iterable of str
        Dotted paths, `*` for every name or place: "seed", "platforms.*.motion". A path stands for
        all that is below it; names of mappings and lengths of lists on its way are seen too.

    Returns
    -------
    Scenario
        Reading a key that is left out raises `UndeclaredReadError`.

    Raises
    ------
    KeyError
        A path leads through many entries without a `*`.
    """
    found: Scenario = _part(scenario, _tree(reads), "")
    return found


def _tree(reads: Iterable[str]) -> Tree:
    """Return the paths as nested mappings; a path of all hides those that lead further."""
    whole: Tree = {}
    for path in sorted(reads, key=len):
        *steps, last = path.split(".")
        below: Tree | None = whole
        for step in steps:
            below = below if below is None else below.setdefault(step, {})
        if below is not None:
            below[last] = None
    return whole


def _part(value: Any, tree: Tree | None, place: str) -> Any:
    if tree is None or value is None:
        return value
    if isinstance(value, BaseModel):
        return _of_table(value, tree, place)
    if ANY not in tree:
        raise KeyError(f"{place} has many entries: write {place}.{ANY}")
    below = tree[ANY]
    if isinstance(value, dict):
        return {key: _part(entry, below, f"{place}.{ANY}") for key, entry in value.items()}
    return type(value)(_part(entry, below, f"{place}.{ANY}") for entry in value)


def _of_table(table: BaseModel, tree: Tree, place: str) -> BaseModel:
    part = table.model_copy()
    for key in type(table).model_fields:
        if key in tree:
            vars(part)[key] = _part(vars(table)[key], tree[key], f"{place}.{key}".strip("."))
        else:
            del vars(part)[key]
    kept = part.model_fields_set & set(tree)
    object.__setattr__(part, "__pydantic_fields_set__", kept)
    return part
