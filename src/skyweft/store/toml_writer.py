"""Writes a scenario that was made in Python as the TOML file it could have come from."""

import json
from collections.abc import Iterator, Mapping
from datetime import date, time
from typing import Any

from skyweft.scenario.scenario import Scenario


def toml(scenario: Scenario) -> str:
    """Return a scenario as TOML: what was set, nothing that is there by default."""
    data = scenario.model_dump(exclude_unset=True)
    return "\n".join(_table(data, "")) + "\n"


def _table(data: Mapping[str, Any], path: str) -> Iterator[str]:
    """Write plain keys, then the tables below them."""
    below = {key: entry for key, entry in data.items() if _is_table(entry)}
    for key, value in data.items():
        if key not in below and value is not None:
            yield f"{_key(key)} = {literal(value)}"
    for key, inner in below.items():
        name = f"{path}{_key(key)}"
        for entry in inner if isinstance(inner, list) else [inner]:
            yield ""
            yield f"[[{name}]]" if isinstance(inner, list) else f"[{name}]"
            yield from _table(entry, f"{name}.")


def _is_table(value: Any) -> bool:
    if isinstance(value, list):
        return bool(value) and all(isinstance(entry, dict) for entry in value)
    return isinstance(value, dict)


def _key(key: str) -> str:
    plain = key.replace("-", "").replace("_", "")
    return key if plain.isascii() and plain.isalnum() else json.dumps(key)


def literal(value: Any) -> str:
    """Return a value as it stands behind a key: a table goes on the same line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        # JSON's escapes are TOML's but for the one control character JSON lets through.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, date | time):  # a moment, datetime, is a date too
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, list | tuple):
        return f"[{', '.join(literal(entry) for entry in value)}]"
    if isinstance(value, Mapping):
        inner = ", ".join(f"{_key(key)} = {literal(entry)}" for key, entry in value.items())
        return f"{{ {inner} }}"
    return repr(value)
