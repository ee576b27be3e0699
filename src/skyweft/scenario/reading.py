"""Reads a scenario file: one call, all mistakes at once.

TOML in UTF-8, no larger than 20 MB. Files a scenario names are looked for beside it.
"""

import re
import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from skyweft.errors import ScenarioError
from skyweft.scenario.crossings import crossings
from skyweft.scenario.mistakes import mistakes
from skyweft.scenario.plain import Mistake
from skyweft.scenario.scenario import Scenario
from skyweft.scenario.shipped import hint, scenario_file
from skyweft.scenario.words import Step, place, shown, suggestion

SIZE_MAX = 20_000_000
LINES_MAX = 50
LINE_MAX = 1_000


def load(path: str | Path, overrides: Sequence[str] = (), *, look: bool = True) -> Scenario:
    """Read and check the scenario at `path`.

    Parameters
    ----------
    path : str or Path
        A TOML file; the files it names are looked for beside it. Where no file is called so, the
        name of a shipped scenario will do.
    overrides : sequence of str
        Changes before the check, as on the command line: `duration_s=3600`,
        `platforms.sats.motion.planes=4`, `links.0.elevation_min_deg=20`. Values are TOML; a bare
        word is text.
    look : bool
        Whether the files a scenario names must be there. A saved run keeps only the scenario.

    Returns
    -------
    Scenario
        Frozen, every value checked, every file name resolved.

    Raises
    ------
    ScenarioError
        With every mistake, a line each: file, place, what is wrong, what is allowed.
    """
    path = scenario_file(path)
    data = _parsed(_text(path), path.name)
    _override(data, overrides, path.name)
    return _checked(data, path, look)


def _checked(data: dict[str, Any], path: Path, look: bool) -> Scenario:
    try:
        return Scenario.model_validate(data, context={"folder": path.parent, "look": look})
    except ValidationError as error:
        # The models look across tables only when all else is sound; here all is said in one round.
        single = (each for each in error.errors() if each["type"] != "crossings")
        raise _error(path.name, [*mistakes(single), *crossings(data)]) from error
    except (RecursionError, OverflowError) as error:
        raise ScenarioError(f"{path.name}: nested too deeply, or a number too large") from error


def _error(name: str, found: Iterable[Mistake]) -> ScenarioError:
    said = dict(reversed(list(found)))
    lines = [_line(name, where, words) for where, words in reversed(said.items())]
    more = len(lines) - LINES_MAX
    if more > 0:
        lines[LINES_MAX:] = [f"{name}: and {more} more mistakes"]
    return ScenarioError("\n".join(lines))


def _line(name: str, where: str, words: str) -> str:
    """Write one mistake on one line, whatever the file made us quote."""
    line = " ".join(f"{name}: {where}: {words}".splitlines())
    return line if len(line) <= LINE_MAX else line[: LINE_MAX - 3] + "..."


def _text(path: Path) -> str:
    """Return the file's text, or say why it cannot be one."""
    try:
        if path.is_dir():
            raise ScenarioError(f"{path} is a folder; name the scenario's file in it")
        if not path.exists():
            raise ScenarioError(f"{path} is not there{hint(path)}")
        if not path.is_file():
            raise ScenarioError(f"{path} is not a file")
        if (size := path.stat().st_size) > SIZE_MAX:
            raise ScenarioError(
                f"{path}: a scenario has at most {SIZE_MAX / 1e6:.0f} MB, this file has "
                f"{size / 1e6:,.0f} MB; places, tracks and elements belong in files of their own"
            )
        data = path.read_bytes()
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise ScenarioError(f"{path} cannot be read: {why}") from error
    try:
        return data.decode("utf-8-sig")  # editors on Windows put a mark in front
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ScenarioError(
            f"{path.name}: line {line}: this is not UTF-8 text; save the file as UTF-8"
        ) from error


def _parsed(text: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise ScenarioError(f"{name}: not TOML: brackets nested too deeply") from error
    except ValueError as error:
        words, found, where = str(error).partition(" (at ")
        where = where.removesuffix(")").replace("end of document", "end of the file")
        raise ScenarioError(f"{name}: {where + ': ' if found else ''}not TOML: {words}") from error


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
        inner: Any = tomllib.loads(f"{key} = 0") if "\n" not in key else {}
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
        parsed = tomllib.loads(f"value = {text}")
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
            if depth or step not in ("world", "coverage"):
                return f"{here} has no {shown(step)}{suggestion(str(step), inner)}"
            inner[step] = {}
        key = int(step) if isinstance(inner, list) else step
        if last:
            inner[key] = value
        inner = inner[key]
    return ""
