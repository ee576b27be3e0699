"""Which kernels a run will need, as far as runs of the shipped scenarios have shown it.

What those asked for is recorded in `kernels.json` (`tests/engine/record.py` writes it, a test
holds it to the kernels). A stage of another scenario is expected to ask for what it asked for in
the shipped scenario that is most like it. What is missed is compiled when it is asked for; what is
too much is not waited for.
"""

import json
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from skyweft.kernels.ahead import Ahead, Task, missing
from skyweft.scenario.scenario import Scenario
from skyweft.scenario.shipped import find
from skyweft.stage import Stage
from skyweft.stage.registry import stages
from skyweft.store.toml_writer import toml

RECORD = "kernels.json"
COMPILING = "compiling kernels"

Progress = Callable[[float, float, str], None]


@dataclass(frozen=True, slots=True)
class _Run:
    """What a run of a shipped scenario asked for."""

    traits: frozenset[str]
    tasks: Mapping[str, Sequence[Task]]  # by room


def to_compile(scenario: Scenario, takes_part: Sequence[Stage]) -> list[Task]:
    """Return the kernels that a run will probably need and that are not compiled here yet.

    Parameters
    ----------
    scenario : Scenario
        Any.
    takes_part : sequence of Stage
        Those it asks for.

    Returns
    -------
    list of Task
        The longest first.
    """
    traits = frozenset(_traits(tomllib.loads(toml(scenario))))
    tasks: list[Task] = []
    for room, keys in _asked_of(takes_part).items():
        nearest = min(_runs(), key=lambda run: _apart(traits, run.traits, keys))
        tasks += nearest.tasks.get(room, ())
    return missing(list(dict.fromkeys(tasks)))


@contextmanager
def compiling(
    scenario: Scenario, takes_part: Sequence[Stage], workers: int, progress: Progress
) -> Iterator[Progress]:
    """Compile in processes what a run will need, and tell so; give what the run tells of itself.

    Parameters
    ----------
    scenario, takes_part
        As of `to_compile`.
    workers : int
        How many processes; with one, kernels are compiled when they are asked for.
    progress : callable
        Told where the run is, or that it waits for kernels.
    """
    tasks, total_s = to_compile(scenario, takes_part), scenario.duration_s
    at_s = 0.0

    def run_told(done_s: float, total_s: float, stage: str) -> None:
        nonlocal at_s
        at_s = done_s
        progress(done_s, total_s, stage)

    def told(done: int, count: int, left_s: float) -> None:
        left = f"about {left_s:.0f} s" if left_s >= 1 else "a moment"
        progress(
            at_s, total_s, f"{COMPILING}, once on this machine: {done} of {count}, {left} left"
        )

    if workers < 2 or len(tasks) < 2:
        if tasks:
            told(0, len(tasks), seconds(tasks, 1))
        yield run_told
        return
    ahead = Ahead(tasks, workers, told)
    try:
        yield run_told
    finally:
        ahead.stop()


def _asked_of(takes_part: Sequence[Stage]) -> dict[str, tuple[str, ...]]:
    """Return the rooms of stages, each with its tables in a scenario; and the one of no stage."""
    rooms: dict[str, tuple[str, ...]] = {"": ()}
    for stage in takes_part:
        rooms[room_of(type(stage).__module__)] = tuple(model.key for model in stage.models)
    return rooms


def room_of(module: str) -> str:
    """Return the package of the stage that a module belongs to; nothing where there is none."""
    homes = (type(stage).__module__.rpartition(".")[0] for stage in stages())
    return max((home for home in homes if f"{module}.".startswith(f"{home}.")), key=len, default="")


def _apart(mine: frozenset[str], theirs: frozenset[str], keys: tuple[str, ...]) -> tuple[int, int]:
    """Return how unlike two scenarios are: in what they ask of a stage, then in all."""
    unlike = mine ^ theirs
    return sum(name.partition(".")[0] in keys for name in unlike), len(unlike)


def _traits(table: Any, place: str = "") -> Iterator[str]:
    """Name every key that a scenario gives, with kinds, without what its platforms are called."""
    if isinstance(table, Mapping):
        for key, value in table.items():
            named = place in ("platforms", "terminals")
            at = f"{place}.*" if named else f"{place}.{key}".lstrip(".")
            yield f"{at}={value}" if key == "kind" else at
            yield from _traits(value, at)
    elif isinstance(table, list):
        for row in table:
            yield from _traits(row, place)


@cache
def _runs() -> tuple[_Run, ...]:
    text = resources.files("skyweft.engine").joinpath(RECORD).read_text(encoding="utf-8")
    return tuple(_read(json.loads(text)))


def _read(record: Mapping[str, Any]) -> Iterator[_Run]:
    tasks = [Task(*kernel) for kernel in record["kernels"]]
    for name, numbers in record["runs"].items():
        rooms: dict[str, list[Task]] = {}
        for task in (tasks[number] for number in numbers):
            rooms.setdefault(room_of(task.kernel.partition(":")[0]), []).append(task)
        traits = _traits(tomllib.loads(find(name).read_text(encoding="utf-8")))
        yield _Run(frozenset(traits), rooms)


def seconds(tasks: Iterable[Task], workers: int) -> float:
    """Return about how long so many processes take to compile, in seconds."""
    each_s = [task.seconds for task in tasks]
    return max([sum(each_s) / workers, *each_s], default=0.0)
