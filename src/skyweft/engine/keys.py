"""What a stage's work depends on, as one key: while it is the same, so is every byte of the work.

A stage is handed an excerpt of the scenario, the platforms, what earlier stages gave, and what they
restricted; the key stands for all of it, for the program itself and for the machine's arithmetic.
Nothing else can change what comes out, or it would not be the same on every run.
"""

import hashlib
import json
import os
import platform
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from llvmlite.binding import get_host_cpu_features, get_host_cpu_name
from pydantic import BaseModel

from skyweft.scenario.scenario import Scenario
from skyweft.stage import Stage
from skyweft.stage.context import seen
from skyweft.store.identity import input_files

GROUPS = "skyweft."  # entry points of packages that take part begin so
FORM = 1  # of what is kept
NO_MATTER = ("NUMBA_CACHE_DIR", "NUMBA_NUM_THREADS")


def keys(
    scenario: Scenario, stages: Sequence[Stage], plan: Mapping[str, Any]
) -> dict[str, str | None]:
    """Return the key of each stage's work on a whole run.

    Parameters
    ----------
    scenario : Scenario
        The whole of it.
    stages : sequence of Stage
        That take part, in their order.
    plan : mapping
        `identity` of the scenario, and the borders of its blocks.

    Returns
    -------
    dict
        Of every stage; None where the work depends on what cannot be told.
    """
    contents = {record["file"]: record["sha256"] for record in plan["inputs"]}
    drawn = any(platforms.motion.draws for platforms in scenario.platforms.values())
    run = [FORM, _program(), plan["borders_s"], scenario.seed if drawn else None]
    found: dict[str, str | None] = {}
    for number, stage in enumerate(stages):
        earlier = [
            earlier.key
            for earlier in stages[:number]
            if earlier.restricts or earlier.key in stage.needs
        ]
        try:
            read = _plain(seen(scenario, stage.reads), contents)
        except _UntoldError:
            read = None
        before = [found[key] for key in earlier]
        reported = read is not None and None not in before
        parts = [*run, stage.key, stage.version, read, before]
        found[stage.key] = _digest(parts) if reported else None
    return found


def watch(scenario: Scenario) -> Callable[[], bool]:
    """Return what tells whether the files that a scenario names are as they are now."""
    files = [path for _, path in input_files(scenario)]
    then = [_state(path) for path in files]
    return lambda: [_state(path) for path in files] == then


def _state(path: Path) -> tuple[int, ...]:
    try:
        about = path.stat()
    except OSError:
        return ()
    return about.st_mtime_ns, about.st_size, about.st_ino


def of_part(key: str, part: str) -> str:
    """Return the key of one part of a stage's work: a block, or its closing."""
    return _digest([key, part])


def _digest(parts: Any) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


class _UntoldError(Exception):
    """A value has no plain form."""


def _plain(value: Any, contents: Mapping[str, str]) -> Any:
    """Return a part of a scenario as JSON has it; files by their names and contents."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, BaseModel):
        kind = f"{type(value).__module__}.{type(value).__qualname__}"
        values = [[key, _plain(item, contents)] for key, item in vars(value).items()]
        return [kind, sorted(value.model_fields_set), values]
    if isinstance(value, Mapping):
        return [[key, _plain(entry, contents)] for key, entry in value.items()]
    if isinstance(value, list | tuple):
        return [_plain(entry, contents) for entry in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Path) and str(value) in contents:
        return [str(value), contents[str(value)]]
    raise _UntoldError(type(value).__name__)


@cache
def _program() -> list[Any]:
    """Return what stands for the code that runs: ours and that of packages that add parts to it.

    Versions of packages would not do: whoever works on one changes the code and keeps the version.
    """
    packages = {GROUPS.rstrip("."), *_added()}
    code = {name: _code(name) for name in sorted(packages)}
    machine = platform.machine(), get_host_cpu_name(), get_host_cpu_features().flatten()
    compiler = {key: entry for key, entry in os.environ.items() if key.startswith("NUMBA_")}
    compiler = {key: entry for key, entry in sorted(compiler.items()) if key not in NO_MATTER}
    return [code, _installed(), sys.version, machine, compiler]


def _installed() -> list[str]:
    """Name every distribution that can be imported, with its version."""
    folders = [Path(path) for path in sys.path if Path(path).is_dir()]
    return sorted(path.name for folder in folders for path in folder.glob("*-info"))


def _added() -> Iterable[str]:
    """Name the packages that add stages or other parts."""
    groups = [group for group in entry_points().groups if group.startswith(GROUPS)]
    return {
        point.value.partition(":")[0].partition(".")[0]
        for group in groups
        for point in entry_points(group=group)
    }


def _code(package: str) -> str:
    """Return a SHA-256 of all files of a package, code and data, or of a module by itself."""
    spec = find_spec(package)
    folders = [Path(path) for path in (spec and spec.submodule_search_locations) or ()]
    files = [(folder, path) for folder in folders for path in sorted(folder.rglob("*"))]
    files += [(Path(spec.origin).parent, Path(spec.origin))] if spec and spec.origin else []
    found = hashlib.sha256()
    for folder, path in files:
        if path.is_file() and path.suffix != ".pyc":
            found.update(f"{path.relative_to(folder)}\0{path.stat().st_size}\0".encode())
            found.update(path.read_bytes())
    return found.hexdigest()
