"""Turns what pydantic found into lines for the person who wrote the file."""

from collections.abc import Iterable
from typing import Any

from pydantic_core import ErrorDetails

from skyweft.renamed import KEYS, VALUES, now_called
from skyweft.scenario.raw import Error
from skyweft.scenario.schema import Node, follow, json_schema, keys, resolved
from skyweft.scenario.words import Step, allowed, listed, place, shown, suggestion

Found = tuple[tuple[Step, ...], str]

ELSEWHERE = {"place": "is read by `skyweft place`, which writes the scenario that is run"}
"""Tables of files that are no scenarios alone."""
NAME_RULE = "at most 100 of A-Z, a-z, 0-9, '_', '.' and '-', none of these three in front"


def errors(errors: Iterable[ErrorDetails]) -> list[Error]:
    """Return place and words of every error, one a place, in the order they were found."""
    schema = json_schema()
    found: dict[tuple[Step, ...], list[str]] = {}
    for error in errors:
        where, words = _said(error, schema)
        said = found.setdefault(where, [])
        if words not in said:
            said.append(words)
    return [(place(where), _one(said)) for where, said in found.items()]


def _one(said: list[str]) -> str:
    """Of a choice between types, keep what is particular and drop the general."""
    particular = [words for words in said if "; allowed: " not in words]
    return "; or ".join(particular or said[:1])


def _said(error: ErrorDetails, schema: Node) -> Found:
    steps, kind = error["loc"], error["type"]
    if kind == "extra_forbidden":
        where, node = follow(steps[:-1], schema)
        last = str(steps[-1])
        names = keys(node)
        if not where and last in ELSEWHERE:
            return (last,), ELSEWHERE[last]
        owners = _owners(last, steps[:-1], schema)
        words = (
            f"is a key of {listed(owners)}"
            if owners
            else f"unknown key{now_called(last, KEYS, names) or suggestion(last, names)}"
        )
        if owners:
            words += f', not of "{steps[-2]}"'
        return (*where, last), f"{words}; allowed here: {', '.join(names)}"
    if steps and steps[-1] == "[key]":
        where, _ = follow(steps[:-2], schema)
        return (*where, steps[-2]), f"{shown(steps[-2])} is no name; allowed: {NAME_RULE}"
    where, node = follow(steps, schema)
    if kind == "missing":
        return where, f"is missing; needed: {allowed(node)}"
    if kind in ("union_tag_not_found", "union_tag_invalid"):
        return _kind(error, where, node)
    if kind == "value_error":
        return where, str(error["ctx"]["error"])
    if kind in ("too_short", "string_too_short") and not error["input"]:
        return where, f"is empty; needed: {_something(error['input'], node)}"
    return where, _value(error["input"], node)


def _owners(key: str, steps: tuple[Step, ...], schema: Node) -> list[str]:
    """Return the other kinds of a table that have a key which this kind has not."""
    _, union = follow(steps[:-1], schema)
    mapping = union.get("discriminator", {}).get("mapping", {})
    if not steps or steps[-1] not in mapping:
        return []
    first = {reference: kind for kind, reference in reversed(mapping.items())}
    return [
        kind
        for kind, entry in mapping.items()
        if first[entry] == kind and key in keys(resolved({"$ref": entry}, schema))
    ]


def _something(value: Any, node: Node) -> str:
    """Say what a text, list or table that holds nothing should hold."""
    return "at least one table in it" if isinstance(value, dict) else allowed(node)


def _kind(error: ErrorDetails, where: tuple[Step, ...], node: Node) -> Found:
    names = list(node["discriminator"]["mapping"])
    value = error["input"]
    if not isinstance(value, dict):
        return where, _value(value, node)
    if "kind" not in value:
        return (*where, "kind"), f"is missing; needed: {listed(names)}"
    given = value["kind"]
    hint = suggestion(given, names) if isinstance(given, str) else ""
    return (*where, "kind"), f"{shown(given)} is not known{hint}; allowed: {listed(names)}"


def _value(value: Any, node: Node) -> str:
    rule = allowed(node)
    if isinstance(value, list) and "list" in rule:
        return f"has {len(value)} items; allowed: {rule}"
    if isinstance(value, str):
        words = node.get("enum", [])
        hint = now_called(value, VALUES, words) or suggestion(value, words)
        number = node.get("type") in ("number", "integer")
        return f"{shown(value)} {'is text' if number else 'is not possible'}{hint}; allowed: {rule}"
    return f"{shown(value)} is not possible; allowed: {rule}"
