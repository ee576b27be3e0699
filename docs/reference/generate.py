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
from skyweft.parts import Registry, named
from skyweft.scenario.policies import Choice, Metric
from skyweft.scenario.schema import Node, json_schema, resolved
from skyweft.scenario.words import allowed, shown
from skyweft.stage.registry import tables

MADE = "<!-- Made by docs/reference/generate.py; edit the code it describes instead. -->"
# Public functions that a notebook reaches through their modules.
STAGES = {
    "skyweft.motion.catalogue": ["fetch"],
    "skyweft.contacts.servers.visibility": ["best_servers", "Satellites", "Users", "InView"],
    "skyweft.delivery.plan.product": ["plan", "ContactPlan", "Route"],
    "skyweft.delivery.plan.making": ["contact_plan"],
    "skyweft.delivery.plan.files": ["read_plan", "write_plan"],
    "skyweft.delivery.plan.routes": ["arrivals", "routes"],
    "skyweft.delivery.plan.describe": ["why_not"],
    "skyweft.delivery.plan.custody": ["carry", "Bundles", "Carried"],
    "skyweft.network.graph.snapshot": ["Snapshot", "snapshots"],
    "skyweft.network.graph.block": ["Network"],
    "skyweft.network.graph.choices": ["Candidates"],
    "skyweft.network.routing.best": ["best_paths", "Paths"],
    "skyweft.network.routing.policy": ["Policy"],
    "skyweft.network.routing.forwarding": ["forwarding", "Forwarding"],
    "skyweft.scenario.policies": ["Metric", "Choice"],
    "skyweft.report": ["write"],
    "skyweft.export": ["export"],
    "skyweft.report.sweep": ["write_sweep"],
}

# Where every registry is, and what a part of it is.
REGISTRIES = {
    "skyweft.stage.registry:STAGES": "A part is an object that follows `skyweft.stage.Stage`.",
    "skyweft.scenario.motion:MOTIONS": "A part is a `skyweft.registry.Kind`: a model made from "
    "`skyweft.scenario.motion.Motion`, and a function of the group's name, the table and a "
    "`skyweft.motion.members.Setting` that answers `skyweft.motion.members.Members`.",
    "skyweft.scenario.terminals:ANTENNAS": "A part is a `Kind`: a model made from "
    "`skyweft.scenario.terminals.Antenna`, and a function of the table, the carrier and the sine "
    "of the other end's angle above the horizon that answers a gain in dBi.",
    "skyweft.scenario.losses:LOSSES": "A part is a `Kind`: a model made from "
    "`skyweft.scenario.losses.PathLoss`, and a function of the table and a "
    "`skyweft.links.path.Path` that answers a loss in dB.",
    "skyweft.scenario.waveforms:WAVEFORMS": "A part is a `Kind`: a model made from "
    "`skyweft.scenario.modulations.Waveform`, and a function of the table and the terminal's "
    "bandwidth that answers a `skyweft.links.waveforms.Ladder`; of one made from "
    "`skyweft.scenario.contention.Shared`, a `skyweft.links.waveforms.Channel`.",
    "skyweft.scenario.policies:POLICIES": "A part is a `skyweft.scenario.policies.Metric`: a value "
    "of `metric` and a function of a `skyweft.network.graph.snapshot.Snapshot` that answers the "
    "weight of every edge; or a `Choice`: a value of `choose` and a function of "
    "`skyweft.network.graph.choices.Candidates` that answers a number for each, the least first.",
    "skyweft.store.formats:FORMATS": "A part is a `skyweft.store.formats.Format`: what a run is "
    "called in it, and a function of a `skyweft.export.asked.Asked` that answers what writes it.",
    "skyweft.protocols.contact_plans.formats:PLAN_FORMATS": "A part is a "
    "`skyweft.protocols.contact_plans.formats.PlanFormat`: how its texts are recognised, read and "
    "written.",
}


def pages() -> dict[str, str]:
    """Return the name and the text of every generated page."""
    return {
        "scenario.md": _scenario(),
        "cli.md": _commands(),
        "python.md": _python(),
        "tables.md": _run_tables(),
        "packages.md": _packages(),
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
        "codes: 0 done, 1 an error of the user's (a scenario, a file, a full disk), 2 wrong "
        "words, 3 an error of ours, 130 interrupted. `SKYWEFT_DEBUG=1` shows the traceback of an "
        "error of ours or of an installed package. `skyweft --version` prints the version.",
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
    given = action.metavar or "/".join(action.choices or [])
    value = "" if action.nargs == 0 else given if isinstance(given, str) else " ".join(given)
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


def _packages() -> str:
    parts = [
        MADE,
        "# What packages may add",
        "An installed package adds parts by entry points: a name in one of the groups below stands "
        "for an object of the package. What cannot be loaded, has the wrong shape or takes a kind "
        "that there is already is left out with a warning that names the package; a run without it "
        "goes on; what fails while it works ends the run with a message that names it. Checks, "
        "messages, JSON Schema and these pages are made from the same registries. [Extend "
        "skyweft](../guide/extend.md) is a package that adds one of most sorts.",
    ]
    for where, answers in REGISTRIES.items():
        registry = named(where)
        home, _, name = where.partition(":")
        rows = [f"| `{kind}` | {_said(part)} |" for kind, part in _ours(registry)]
        table = "\n".join(["| ours | what it is |", "|---|---|", *rows])
        text = f"{answers} In Python: `{home}.{name}`."
        parts += [f"## {registry.sort}: `{registry.group}`", text, table]
    parts += [
        "## What packages do not add",
        "Formats of orbital elements, and of files of places and tracks, are recognised by their "
        "content: nobody says in a scenario which one a file has, and catalogues change theirs "
        "without telling. That only works while all of them are known in one place, each told "
        "from every other; a format that came beside them could claim a file that was read well "
        "before. A package that knows another notation adds a motion whose table names the file.",
    ]
    return "\n\n".join(parts) + "\n"


def _ours(registry: Registry[Any]) -> Iterator[tuple[str, Any]]:
    """Yield the kinds of our own parts."""
    for kind, part in registry.items():
        if not registry.origin(kind):
            yield kind, part


def _said(part: Any) -> str:
    """Return the first sentence of what a part is."""
    words = getattr(part, "words", "")
    model = getattr(part, "model", None)
    told = model or (named(part.function) if isinstance(part, Metric | Choice) else type(part))
    text = words if isinstance(words, str) and words else str(told.__doc__)
    return text.strip().splitlines()[0].replace("|", "\\|")


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
