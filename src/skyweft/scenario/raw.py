"""A scenario as plain tables: what is there, whether or not the models have checked it yet."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, TypeGuard, TypeVar

from pydantic import TypeAdapter, ValidationError

from skyweft.scenario.motion import MOTIONS, Motion
from skyweft.scenario.words import Step, unknown

Model = TypeVar("Model")
Plain = Mapping[str, Any]
Error = tuple[str, str]  # place and words
GROUP = "group of platforms"
Found = Iterator[tuple[tuple[Step, ...], str]]


def table(data: Plain, key: str) -> dict[str, Plain]:
    """Return the tables below `key` that are tables."""
    below = data.get(key)
    if not isinstance(below, Mapping):
        return {}
    return {str(name): entry for name, entry in below.items() if isinstance(entry, Mapping)}


def names(data: Plain, key: str) -> list[tuple[int, str]]:
    """Return place and text of every text in the list `key`."""
    below = data.get(key)
    if not isinstance(below, list | tuple):
        return []
    return [(row, entry) for row, entry in enumerate(below) if isinstance(entry, str)]


def rows(data: Plain, key: str) -> list[tuple[int, Plain]]:
    """Return place and table of everything in the list `key` that is a table."""
    below = data.get(key)
    if not isinstance(below, list | tuple):
        return []
    return [(row, entry) for row, entry in enumerate(below) if isinstance(entry, Mapping)]


def carriers(data: Plain, terminal: str) -> list[str]:
    """Return the groups that carry a terminal."""
    return all_carriers(data).get(terminal, [])


def all_carriers(data: Plain) -> dict[str, list[str]]:
    """Return the groups that carry each terminal that any does."""
    found: dict[str, list[str]] = {}
    for group, members in table(data, "platforms").items():
        for name in dict.fromkeys(name for _, name in names(members, "terminals")):
            found.setdefault(name, []).append(group)
    return found


def moving(data: Plain, group: str) -> Plain:
    """Return how a group moves, or nothing if that is not valid."""
    found: Any = data
    for key in ("platforms", group, "motion"):
        found = found.get(key) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def model_of(way: Plain) -> type[Motion] | None:
    """Return what a table of motion is checked by; None where its kind is not known."""
    kind = way.get("kind")
    known = MOTIONS[kind].model if isinstance(kind, str) and kind in MOTIONS else None
    return known if known is not None and issubclass(known, Motion) else None


def moves(data: Plain, group: str) -> str:
    """Return the kind of motion of a group that is known to move; nothing of any other."""
    way = moving(data, group)
    model = model_of(way)
    return "" if model is None or model.stands else str(way["kind"])


def there(data: Plain, key: str, name: str) -> bool:
    """Whether there is an entry of this name, valid or not: its own error is reported already."""
    below = data.get(key)
    return not isinstance(below, Mapping | None) or name in (below or {})


def is_number(value: object) -> TypeGuard[float]:
    """Whether a value is a number that can be reckoned with; TOML spells integers of any length."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) < 1e300


def strangers(data: Plain, rule: Plain, where: tuple[Step, ...], key: str) -> Found:
    """Yield place and words of every name in a list that is no group of platforms."""
    for row, name in names(rule, key):
        if not there(data, "platforms", name):
            yield (*where, key, row), unknown(name, table(data, "platforms"), GROUP)


def restless(data: Plain, rule: Plain, where: tuple[Step, ...], key: str, words: str) -> Found:
    """Yield place and words of every group in a list that moves, where it must stand still."""
    for row, name in names(rule, key):
        if there(data, "platforms", name) and (kind := moves(data, name)):
            yield (*where, key, row), f'"{name}" moves ({kind}); {words}'


def valid(adapter: TypeAdapter[Model], tables: Mapping[str, Plain]) -> dict[str, Model]:
    """Return the models of those tables that are valid."""
    found = {}
    for name, table in tables.items():
        with suppress(ValidationError, OverflowError, RecursionError):
            found[name] = adapter.validate_python(table)
    return found
