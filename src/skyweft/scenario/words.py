"""How a place in a scenario, a value and what is allowed there are put into words."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, time
from difflib import get_close_matches
from typing import Any

from skyweft.naming import escaped

Step = int | str
BARE = re.compile(r"[A-Za-z0-9_-]+")


def place(steps: Sequence[Step]) -> str:
    """Write ("links", 0, "between") as `links[0].between`."""
    words = (f"[{step}]" if isinstance(step, int) else f".{_key(step)}" for step in steps)
    return "".join(words).removeprefix(".")


def _key(step: str) -> str:
    return step if BARE.fullmatch(step) else escaped(json.dumps(step[:100], ensure_ascii=False))


def shown(value: object) -> str:
    """Write a value as it stands in the file, shortened."""
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        short = value if len(value) <= 60 else value[:57] + "..."
        return escaped(json.dumps(short, ensure_ascii=False))
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, int) and abs(value) >= 10**15:
        # Written out, an integer of more than 4300 digits is itself an error.
        return "a number of more than 15 digits"
    return str(value)


def listed(names: Iterable[str], last: str = "or") -> str:
    """Join names for reading: "a", "b" or "c"."""
    quoted = [shown(name) for name in names]
    if len(quoted) < 2:
        return "".join(quoted)
    return f"{', '.join(quoted[:-1])} {last} {quoted[-1]}"


def suggestion(name: str, names: Iterable[str]) -> str:
    """Return ` (did you mean "...?")`, or nothing if no name is close."""
    close = get_close_matches(name[:100], list(names), n=2, cutoff=0.6)
    return f" (did you mean {listed(close)}?)" if close else ""


def unknown(name: str, names: Iterable[str], kind: str) -> str:
    """Say that there is no `kind` of this name, which comes close, and which there are."""
    known = list(names)
    some = ", ".join(known[:20]) + (f" and {len(known) - 20} more" if len(known) > 20 else "")
    there = f"; there are: {some}" if known else "; there is none at all"
    return f"there is no {kind} {shown(name)}{suggestion(name, known)}{there}"


def allowed(node: Mapping[str, Any]) -> str:
    """Say in plain words what a node of the JSON Schema allows."""
    if "const" in node:
        return shown(node["const"])
    if "enum" in node:
        return listed(node["enum"])
    if "anyOf" in node:
        return " or ".join(allowed(branch) for branch in node["anyOf"])
    if "discriminator" in node:
        return f"a table with kind = {listed(node['discriminator']['mapping'])}"
    match node.get("type"):
        case "number" | "integer":
            return _number(node)
        case "array":
            return _list(node)
        case "boolean":
            return "true or false"
        case "string":
            return _text(node)
    return "a table"


def _text(node: Mapping[str, Any]) -> str:
    kinds = {
        "date-time": "a moment such as 2026-07-01T00:00:00Z, without quotes",
        "path": "the name of a file in quotes",
    }
    return kinds.get(node.get("format", ""), "text in quotes")


def _number(node: Mapping[str, Any]) -> str:
    why = f" ({node['$comment']})" if "$comment" in node else ""
    return _range(node) + why


def _range(node: Mapping[str, Any]) -> str:
    kind = "a whole number" if node["type"] == "integer" else "a number"
    least = [f"from {_digits(node['minimum'])}"] if "minimum" in node else []
    least += [f"above {_digits(node['exclusiveMinimum'])}"] if "exclusiveMinimum" in node else []
    most = [f"to {_digits(node['maximum'])}"] if "maximum" in node else []
    most += [f"to below {_digits(node['exclusiveMaximum'])}"] if "exclusiveMaximum" in node else []
    if least and most:
        return f"{kind} {least[0]} {most[0]}"
    if least == ["from 0"]:
        return f"{kind}, 0 or more"
    if least and "from" in least[0]:
        return f"{kind} {least[0]} on"
    return " ".join([kind, *least, *most])


def _digits(value: float) -> str:
    whole = float(value).is_integer() and abs(value) < 1e10
    return f"{int(value):_}" if whole else f"{value:g}".replace("e+", "e")


def _list(node: Mapping[str, Any]) -> str:
    items = node.get("items", {})
    if isinstance(items, list):
        return f"a list of {len(items)}: {'; '.join(allowed(item) for item in items)}"
    if "$ref" in items:
        return "tables, each under its name in double brackets: [[...]]"
    several = "a list of at least one: " if node.get("minItems") else "a list of: "
    return several + allowed(items)
