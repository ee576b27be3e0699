"""JSON patch (RFC 6902)."""

from copy import deepcopy
from typing import Any

from skyweft.sensorthings.refusing import RefusalError, under

_NEEDS = {
    "add": {"value"},
    "remove": set[str](),
    "replace": {"value"},
    "move": {"from"},
    "copy": {"from"},
    "test": {"value"},
}


def patched(document: dict[str, Any], operations: Any) -> Any:
    """Return a document after operations, all of which succeed.

    Raises
    ------
    RefusalError
        One is none, leads to nothing, or tests what is not so.
    """
    if not isinstance(operations, list):
        raise RefusalError(400, "a JSON patch is a list of operations", "body")
    found: Any = deepcopy(document)
    for number, operation in enumerate(operations):
        place = under("body", number)
        if not isinstance(operation, dict) or operation.get("op") not in _NEEDS:
            raise RefusalError(400, f"an operation has an op of {', '.join(_NEEDS)}", place)
        needs = {"path", *_NEEDS[operation["op"]]}
        if missing := sorted(needs - operation.keys()):
            raise RefusalError(400, f"{operation['op']} needs {missing[0]}", place)
        found = _operated(found, operation, place)
    return found


def _operated(document: Any, operation: dict[str, Any], where: str) -> Any:
    kind, path = operation["op"], _tokens(operation["path"], where)
    if kind == "test":
        if not _alike(_at(document, path, where), operation["value"]):
            raise RefusalError(409, f"{operation['path']} is something else", where)
        return document
    if kind in ("add", "replace"):
        value = operation["value"]
    elif kind in ("move", "copy"):
        source = _tokens(operation["from"], where)
        if kind == "move" and path[: len(source)] == source and path != source:
            raise RefusalError(400, "nothing moves into itself", where)
        value = deepcopy(_at(document, source, where))
        document = _without(document, source, where) if kind == "move" else document
    if kind in ("remove", "replace"):
        document = _without(document, path, where)
    return document if kind == "remove" else _with(document, path, value, where)


def _alike(one: Any, other: Any) -> bool:
    """Whether values are equal; true is no number."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_alike(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_alike, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def _tokens(pointer: Any, where: str) -> list[str]:
    """Return the steps of a JSON pointer (RFC 6901)."""
    if not isinstance(pointer, str) or (pointer and not pointer.startswith("/")):
        raise RefusalError(400, "a path begins with a slash", where)
    steps = pointer.split("/")[1:]
    return [step.replace("~1", "/").replace("~0", "~") for step in steps]


def _place(container: list[Any], token: str, most: int, where: str) -> int:
    plain = token.isascii() and token.isdecimal() and (token == "0" or token[0] != "0")
    if not plain or len(token) > 9 or int(token) > most:
        raise RefusalError(400, f"a list of {len(container)} has no place {token[:20]!r}", where)
    return int(token)


def _at(document: Any, path: list[str], where: str) -> Any:
    for token in path:
        if isinstance(document, dict) and token in document:
            document = document[token]
        elif isinstance(document, list):
            document = document[_place(document, token, len(document) - 1, where)]
        else:
            raise RefusalError(400, f"there is no {token[:100]!r}", where)
    return document


def _without(document: Any, path: list[str], where: str) -> Any:
    _at(document, path, where)
    if not path:
        return None
    parent = _at(document, path[:-1], where)
    if isinstance(parent, list):
        parent.pop(int(path[-1]))
    else:
        del parent[path[-1]]
    return document


def _with(document: Any, path: list[str], value: Any, where: str) -> Any:
    if not path:
        return value
    parent, token = _at(document, path[:-1], where), path[-1]
    if isinstance(parent, list):
        most = len(parent)
        parent.insert(most if token == "-" else _place(parent, token, most, where), value)
    elif isinstance(parent, dict):
        parent[token] = value
    else:
        raise RefusalError(400, f"nothing can be put into {token[:100]!r}", where)
    return document
