"""Reads a scenario file: one call, all errors at once.

TOML in UTF-8, no larger than 4 MB, no table or list in it of more than 2,000 entries: what takes
long to refuse is not begun. Files a scenario names are looked for beside it.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from itertools import islice
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from skyweft.errors import ScenarioError
from skyweft.files import contents
from skyweft.naming import escaped
from skyweft.scenario.entry import ESCAPES
from skyweft.scenario.errors import errors
from skyweft.scenario.parts import Settings, parts
from skyweft.scenario.raw import Error
from skyweft.scenario.references import references
from skyweft.scenario.scenario import Scenario
from skyweft.scenario.shipped import hint, scenario_file
from skyweft.scenario.words import Step, place, shown, suggestion

SIZE_MAX = 4_000_000
ENTRIES_MAX = 2_000  # of one table or list
PARTS_MAX = 50  # of a dotted key, whose reading takes the square of their number
LEAP = "TOML has no second 60: begin at second 59, or with the next minute"
LINES_MAX = 50
ERRORS_MAX = 200  # that are put into words, of each kind
LINE_MAX = 1_000

_PART = r"""(?:(?<![A-Za-z0-9_-])[A-Za-z0-9_-]++|"[^"\n]*+"|'[^'\n]*+')"""
_LONG_KEY = re.compile(rf"{_PART}(?:[ \t]*+\.[ \t]*+{_PART}){{{PARTS_MAX},}}")


def load(
    path: str | Path | Mapping[str, Any],
    overrides: Sequence[str] = (),
    *,
    look: bool = True,
    beside: Path | None = None,
) -> Scenario:
    """Read and check the scenario at `path`.

    Parameters
    ----------
    path : str, Path or mapping
        A TOML file; the files it names are looked for beside it. Where no file is called so, the
        name of a shipped scenario will do. Or the same tables as a mapping, which stays as it is:
        files are then looked for in the current folder, and errors begin with `scenario`.
    overrides : sequence of str
        Changes before the check, as on the command line: `duration_s=3600`,
        `platforms.sats.motion.planes=4`, `links.0.elevation_min_deg=20`. Values are TOML; a bare
        word is text.
    look : bool
        Whether the files a scenario names must be there. A saved run keeps only the scenario.
    beside : Path, optional
        The file that a mapping is taken for: where its files are, and what errors begin with.

    Returns
    -------
    Scenario
        Frozen, every value checked, every file name resolved.

    Raises
    ------
    ScenarioError
        With every error, a line each: file, place, what is wrong, what is allowed.
    """
    if isinstance(path, Mapping):
        data, path = _copied(path), beside or Path.cwd() / "scenario"
    else:
        path = scenario_file(path)
        data = _parsed(text_of(path), path.name)
    _override(data, overrides, path.name)
    return _checked(data, path, look)


def _copied(tables: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return deepcopy(dict(tables))
    except RecursionError as error:
        raise ScenarioError("scenario: nested too deeply") from error


def _checked(data: dict[str, Any], path: Path, look: bool) -> Scenario:
    try:
        if crowded := list(_crowded(data)):
            raise _error(path.name, crowded)
        return Scenario.model_validate(data, context={"folder": path.parent, "look": look})
    except ValidationError as error:
        # The models look across tables only when all else is valid; here all is said in one round.
        single = [fault for fault in error.errors() if fault["type"] != "references"]
        found = [*errors(single[:ERRORS_MAX]), *islice(references(data), ERRORS_MAX)]
        raise _error(path.name, found) from error
    except (RecursionError, OverflowError) as error:
        raise ScenarioError(f"{path.name}: nested too deeply, or a number too large") from error


def _error(name: str, found: Iterable[Error]) -> ScenarioError:
    said = dict(reversed(list(found)))
    lines = [_line(name, where, words) for where, words in reversed(said.items())]
    more = len(lines) - LINES_MAX
    if more > 0:
        least = "at least " if len(lines) >= ERRORS_MAX else ""
        lines[LINES_MAX:] = [f"{name}: and {least}{more} more errors"]
    return ScenarioError("\n".join(lines))


def _crowded(value: Any, steps: tuple[Step, ...] = ()) -> Iterator[Error]:
    """Yield every table and list of more entries than are looked at one by one."""
    if not isinstance(value, dict | list):
        return
    if len(value) > ENTRIES_MAX:
        words = f"{len(value):_} entries; allowed: at most {ENTRIES_MAX:_}. What there is many of "
        yield place(steps) or "the file", words + "belongs in a file of places, tracks or elements"
        return
    for key, entry in value.items() if isinstance(value, dict) else enumerate(value):
        yield from _crowded(entry, (*steps, key))


def _line(name: str, where: str, words: str) -> str:
    """Write one error on one line, whatever the file made us quote."""
    line = escaped(" ".join(f"{name}: {where}: {words}".splitlines()))
    return line if len(line) <= LINE_MAX else line[: LINE_MAX - 3] + "..."


def text_of(path: Path) -> str:
    """Return a scenario file's text, or say why it cannot be one."""
    try:
        if path.is_dir():
            raise ScenarioError(f"{path} is a folder; name the scenario's file in it")
        if not path.exists():
            raise ScenarioError(f"{path} is not there{hint(path)}")
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise ScenarioError(f"{path} cannot be read: {why}") from error
    try:
        data = contents(path, SIZE_MAX)
    except ScenarioError as error:
        many = "; places, tracks and elements belong in files of their own"
        raise ScenarioError(f"{error}{many if 'at most' in str(error) else ''}") from error
    try:
        return data.decode("utf-8-sig")  # editors on Windows put a mark in front
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ScenarioError(
            f"{path.name}: line {line}: this is not UTF-8 text; save the file as UTF-8"
        ) from error


def _parsed(text: str, name: str) -> dict[str, Any]:
    try:
        return toml_tables(text)
    except RecursionError as error:
        raise ScenarioError(f"{name}: not TOML: brackets nested too deeply") from error
    except ValueError as error:
        words, found, where = str(error).partition(" (at ")
        where = where.removesuffix(")").replace("end of document", "end of the file")
        place = f"{where}: " if found else ""
        hint = _hint(text, where)
        raise ScenarioError(f"{name}: {place}not TOML: {words}{hint}") from error


def _hint(text: str, where: str) -> str:
    """Say what the line that is no TOML is likely to suffer from: a backslash, a leap second."""
    found = re.match(r"line (\d+)", where)
    lines = text.split("\n")
    line = lines[int(found[1]) - 1] if found and int(found[1]) <= len(lines) else ""
    if re.search(r'"[^"]*\\', line):
        return f"; {ESCAPES}"
    if re.search(r"\d\d:\d\d:60", line):
        return f"; {LEAP}"
    return ""


@contextmanager
def in_file(scenario: Scenario | str | Path) -> Iterator[None]:
    """Name the scenario's file in errors that show only later and begin with a place in it."""
    try:
        yield
    except ScenarioError as error:
        if isinstance(scenario, Scenario):
            raise
        file = Path(scenario).name
        keys = [*Scenario.model_fields, *(model.key for model in parts())]
        place = re.compile(rf"({'|'.join(keys)})[.:\[]")
        lines = str(error).split("\n")
        reported = [f"{file}: {line}" if place.match(line) else line for line in lines]
        raise ScenarioError("\n".join(reported)) from error


def toml_tables(text: str) -> dict[str, Any]:
    """Return what TOML says; every text that is read as TOML is read here.

    Raises
    ------
    ValueError
        It is no TOML, or has a key of so many parts that reading it would take minutes.
    """
    if found := _LONG_KEY.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise ValueError(f"a key of more than {PARTS_MAX} parts (at line {line})")
    return tomllib.loads(text)


def _override(data: dict[str, Any], overrides: Sequence[str], name: str) -> None:
    """Write each `key=value` into the plain data; complain about all that lead nowhere."""
    wrong = []
    for words in overrides:
        key, equals, value = words.partition("=")
        steps = key_steps(key)
        if not equals or not steps:
            example = "write key=value, for example duration_s=3600"
            wrong.append(_line(name, f"--set {words[:100]}", example))
        elif complaint := _set(data, steps, toml_value(value)):
            wrong.append(_line(name, f"--set {words[:100]}", complaint))
    if wrong:
        raise ScenarioError("\n".join(wrong))


def key_steps(key: str) -> list[Step]:
    """Read `links.0.between`, `links[0].between` or a key with quoted parts; none if it is none."""
    key = re.sub(r"\[(\d{1,9})\]", r".\1", key.strip())
    try:
        inner: Any = toml_tables(f"{key} = 0") if "\n" not in key else {}
    except (ValueError, RecursionError):
        return []
    steps: list[Step] = []
    while isinstance(inner, dict) and len(inner) == 1:
        step, inner = next(iter(inner.items()))
        steps.append(step)
    return steps if inner == 0 else []


def toml_value(text: str) -> Any:
    """Read a TOML value; whatever is none is text."""
    try:
        parsed = toml_tables(f"value = {text}")
    except (ValueError, RecursionError):
        return text
    return parsed["value"] if set(parsed) == {"value"} else text


def _set(data: dict[str, Any], steps: list[Step], value: Any) -> str:
    """Write one value; return what stands in the way, or nothing."""
    inner: Any = data
    for depth, step in enumerate(steps):
        last = depth == len(steps) - 1
        here = place(steps[:depth]) or "the scenario"
        if isinstance(inner, list):
            if not str(step).isdecimal() or int(step) >= len(inner):
                return f"{here} has {len(inner)} entries, counted from 0; there is no {shown(step)}"
        elif not isinstance(inner, dict):
            return f"{here} is {shown(inner)}, which has no keys"
        elif step not in inner and not last:
            if depth or step not in _single():
                return f"{here} has no {shown(step)}{suggestion(str(step), inner)}"
            inner[step] = {}
        key = int(step) if isinstance(inner, list) else step
        if last:
            inner[key] = value
        inner = inner[key]
    return ""


def _single() -> set[str]:
    """Return the tables that a change of one of their keys begins where there are none."""
    return {"world"} | {model.key for model in parts() if issubclass(model, Settings)}
