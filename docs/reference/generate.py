"""Writes the pages of this folder from the code: `python docs/reference/generate.py`.

The pages are committed so that they can be read without building anything; a test fails when they
are out of step.
"""

import argparse
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import skyweft
from skyweft.cli import parser
from skyweft.scenario.schema import Node, json_schema, resolved
from skyweft.scenario.words import allowed, shown
from skyweft.stage.registry import tables

MADE = "<!-- Made by docs/reference/generate.py; edit the code it describes instead. -->"
# Public functions that a notebook reaches through their modules.
STAGES = {
    "skyweft.motion.catalogue": ["fetch"],
    "skyweft.contacts.servers.visibility": ["best_servers", "InView"],
    "skyweft.network.plan.product": ["plan", "ContactPlan", "Route"],
    "skyweft.network.plan.making": ["contact_plan"],
    "skyweft.network.plan.files": ["read_plan", "write_plan"],
    "skyweft.network.plan.routes": ["arrivals", "routes"],
    "skyweft.network.plan.describe": ["why_not"],
    "skyweft.network.plan.custody": ["carry", "Bundles", "Carried"],
    "skyweft.network.routing.forwarding": ["forwarding", "Forwarding"],
    "skyweft.report": ["write"],
    "skyweft.export": ["export"],
    "skyweft.report.sweep": ["write_sweep"],
}


def pages() -> dict[str, str]:
    """Return the name and the text of every generated page."""
    return {
        "scenario.md": _scenario(),
        "cli.md": _commands(),
        "python.md": _python(),
        "tables.md": _run_tables(),
    }


def _scenario() -> str:
    schema = json_schema()
    parts = [
        MADE,
        "# Every key of a scenario file",
        "A scenario is a TOML file. Units are the last part of a key: `_m` metres, `_s` seconds, "
        "`_deg` degrees, `_hz` hertz, `_bps` bits per second, `_dbw` decibels over a watt. Unknown "
        "keys are refused. `skyweft check FILE` reports every error at once; `skyweft check "
        "--schema` prints the JSON Schema, with which editors complete keys: save it as "
        "`skyweft.schema.json` and begin a file with `#:schema ./skyweft.schema.json`.",
    ]
    for title, node in _tables(schema):
        parts += [f"## {title}", node["description"], _rows(node, schema)]
    return "\n\n".join(parts) + "\n"


def _tables(schema: Node) -> Iterator[tuple[str, Node]]:
    """Yield a heading and the node of every table, in the order a file would have them."""
    yield "The file itself", schema
    yield from _inner(schema, schema, "", set())


def _inner(node: Node, schema: Node, above: str, seen: set[str]) -> Iterator[tuple[str, Node]]:
    for key, value in node["properties"].items():
        below = _below(value)
        path = f"{above}{key}"
        if "patternProperties" in value or "additionalProperties" in value:
            path += ".NAME"
        title = f"`[[{path}]]`" if value.get("type") == "array" else f"`[{path}]`"
        for kind, reference_to in below:
            name = reference_to.rpartition("/")[2]
            if name in seen:
                continue
            seen.add(name)
            found = resolved({"$ref": reference_to}, schema)
            yield f'{title} of kind "{kind}"' if kind else title, found
            yield from _inner(found, schema, f"{path}.", seen)


def _below(node: Node) -> list[tuple[str, str]]:
    """Return kind and reference of every table a node may hold."""
    if "discriminator" in node:
        return list(node["discriminator"]["mapping"].items())
    if "$ref" in node:
        return [("", node["$ref"])]
    parts = [*node.get("patternProperties", {}).values()]
    parts += [node[word] for word in ("items", "additionalProperties") if word in node]
    return [each for part in parts if isinstance(part, dict) for each in _below(part)]


def _rows(node: Node, schema: Node) -> str:
    lines = ["| key | what may stand there | unless given | meaning |", "|---|---|---|---|"]
    for key, value in node["properties"].items():
        whole = resolved(value, schema)
        default = _default(key, whole, node)
        cells = (f"`{key}`", allowed(whole), default, " ".join(whole["description"].split()))
        lines.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |")
    return "\n".join(lines)


def _default(key: str, value: Node, node: Node) -> str:
    if key in node.get("required", []):
        return "**needed**"
    if isinstance(value.get("default"), dict | list) or "default" not in value:
        return "none"
    return f"`{shown(value['default'])}`"


def _commands() -> str:
    top = parser()
    (commands,) = (each for each in top._actions if isinstance(each, argparse._SubParsersAction))
    parts = [
        MADE,
        "# Every command",
        "Answers go to stdout, everything else to stderr; a progress bar only to a terminal. Exit "
        "codes: 0 done, 1 a error of the user's (a scenario, a file, a full disk), 2 wrong "
        "words, 3 a error of ours, 130 interrupted. `SKYWEFT_DEBUG=1` shows the traceback of a "
        "error of ours. `skyweft --version` prints the version.",
    ]
    for name, sub in commands.choices.items():
        parts += [f"## skyweft {name}", sub.description, f"```text\n{_usage(sub)}\n```"]
        rows = [f"| `{_words(each)}` | {each.help} |" for each in _arguments(sub)]
        parts.append("\n".join(["| word | meaning |", "|---|---|", *rows]))
    return "\n\n".join(parts) + "\n"


def _arguments(sub: argparse.ArgumentParser) -> list[argparse.Action]:
    return [each for each in sub._actions if not isinstance(each, argparse._HelpAction)]


def _usage(sub: argparse.ArgumentParser) -> str:
    words = [_words(each) for each in _arguments(sub)]
    return " ".join(
        [sub.prog]
        + [
            f"[{word}]" if each.option_strings or each.nargs == "?" else word
            for word, each in zip(words, _arguments(sub), strict=True)
        ]
    )


def _words(action: argparse.Action) -> str:
    value = "" if action.nargs == 0 else str(action.metavar or "/".join(action.choices or []))
    return " ".join([*action.option_strings[-1:], *([value] if value else [])])


def _run_tables() -> str:
    parts = [
        MADE,
        "# Every table of a run's folder",
        "Parquet files; units stand in the columns' names and metadata. Times count from the "
        "scenario's start.",
        *(table.reference() for table in tables().values()),
    ]
    return "\n\n".join(parts) + "\n"


def _python() -> str:
    parts = [
        MADE,
        "# Every public name",
        "`import skyweft` loads nothing heavy: each name below loads what it needs when it is "
        "first used. The site draws this page from the docstrings; in Python, "
        "`help(skyweft.run)` shows the same.",
    ]
    public = {f"skyweft.{name}": getattr(skyweft, name) for name in skyweft.__all__}
    for home, names in STAGES.items():
        public |= {f"{home}.{name}": getattr(import_module(home), name) for name in names}
    public |= {f"skyweft.plot.{name}": getattr(skyweft.plot, name) for name in skyweft.plot.__all__}
    parts += [
        _described(title, value)
        for title, value in public.items()
        if not isinstance(value, ModuleType)
    ]
    return "\n\n".join(parts) + "\n"


def _described(title: str, value: Any) -> str:
    """Return what the site puts in the place of: signature and docstring, from where they stand."""
    if not isinstance(value, type | FunctionType):
        return f"## {title}\n\nA ready-made `{type(value).__name__}`."
    home = f"{value.__module__}.{value.__qualname__}"
    label = title.rpartition(".")[2]
    return f"::: {home}\n    options:\n      heading: {title}\n      toc_label: {label}"


def main() -> None:
    """Write every page beside this file."""
    for name, text in pages().items():
        Path(__file__).with_name(name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
