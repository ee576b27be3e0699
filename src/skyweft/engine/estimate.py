"""What a scenario will come to, before it runs: who there is, what follows, how long, how much.

The estimates of time and size are rough (a factor of three either way): they tell seconds from
hours and megabytes from a full disk.
"""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from skyweft.engine.ahead import seconds, to_compile
from skyweft.errors import ScenarioError
from skyweft.fleet import Fleet
from skyweft.motion.fleet import build_fleet
from skyweft.scenario.scenario import Scenario
from skyweft.stage import Context, Estimate, Stage
from skyweft.stage.registry import check, wanted
from skyweft.world.lasting import lasting

START_S, START_BYTES = 3.0, 200e3  # of any run, compiled code in the cache


@dataclass(frozen=True, slots=True)
class Outlook:
    """What `check` tells of a valid scenario."""

    scenario: Scenario
    fleet: Fleet
    stages: Mapping[str, Estimate]
    warnings: tuple[str, ...]
    compiling_s: float = 0.0  # before the first run of its kind on a machine

    @property
    def time_s(self) -> float:
        """Wall time of the run, roughly."""
        return START_S + self.compiling_s + sum(stage.time_s for stage in self.stages.values())

    @property
    def size_bytes(self) -> float:
        """Of the run's folder, roughly."""
        return START_BYTES + sum(stage.size_bytes for stage in self.stages.values())

    def facts(self) -> dict[str, Any]:
        """Return everything as plain values."""
        counts = np.bincount(self.fleet.group, minlength=len(self.fleet.groups))
        facts: dict[str, Any] = {
            "name": self.scenario.name,
            "start": self.scenario.start.isoformat().replace("+00:00", "Z"),
            "duration_s": self.scenario.duration_s,
            "platforms": dict(zip(self.fleet.groups, counts.tolist(), strict=True)),
            "geometry": list(self.fleet.derived_geometry),
        }
        for stage in self.stages.values():
            facts |= stage.facts
        return facts | {
            "warnings": list(self.warnings),
            "estimate": {
                "time_s": round(self.time_s, 1),
                "compiling_s": round(self.compiling_s, 1),
                "size_bytes": round(self.size_bytes),
            },
        }

    def lines(self) -> list[str]:
        """Return the same for reading."""
        start = self.scenario.start.isoformat().replace("+00:00", "Z")
        once = f" ({lasting(round(self.compiling_s))} of it to compile, once on this machine)"
        said = [line for key, stage in self.stages.items() for line in _section(key, stage.said)]
        return [
            self.scenario.name,
            f"{start}, {lasting(self.scenario.duration_s)}",
            *_section("platforms", self.fleet.derived_geometry),
            *said,
            *_section("warnings", self.warnings),
            "",
            f"{_count(len(self.fleet), 'platform')}; "
            f"a run takes about {lasting(self.time_s)}{once if self.compiling_s >= 1 else ''}"
            f" and {_size(self.size_bytes)}",
        ]


def outlook(scenario: Scenario) -> Outlook:
    """Assemble a scenario and say what it will come to.

    Parameters
    ----------
    scenario : Scenario
        What `load` returned.

    Returns
    -------
    Outlook
        Geometry, counts, warnings and rough estimates of time and size.

    Raises
    ------
    ScenarioError
        What the scenario asks for, or a file it names, is not valid.
    """
    context = Context(scenario, build_fleet(scenario))
    takes_part = checked(context)
    found = {stage.key: stage.estimate(context.reading(stage.reads)) for stage in takes_part}
    warned = [line for estimate in found.values() for line in estimate.warnings]
    lines = (*check(scenario), *warned, *context.fleet.warnings)
    compiling_s = seconds(to_compile(scenario, takes_part), os.cpu_count() or 1)
    return Outlook(scenario, context.fleet, found, lines, compiling_s)


def checked(context: Context) -> tuple[Stage, ...]:
    """Return the stages that a scenario asks for, once each has looked at the platforms.

    Raises
    ------
    ScenarioError
        What is wrong, a line each, with its place.
    """
    takes_part = wanted(context.scenario)
    errors: list[ScenarioError] = []
    for stage in takes_part:
        try:
            stage.check(context.reading(stage.reads))
        except ScenarioError as error:
            errors.append(error)
    if errors:
        lines = dict.fromkeys(line for error in errors for line in str(error).splitlines())
        raise ScenarioError("\n".join(lines)) from errors[-1]
    return takes_part


def _section(title: str, lines: Iterable[str]) -> list[str]:
    below = [f"  {line}" for line in lines]
    return ["", title, *below] if below else []


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'s' * (number != 1)}"


def _size(size_bytes: float) -> str:
    for size, unit in ((1e9, "GB"), (1e6, "MB")):
        if size_bytes >= size:
            return f"{size_bytes / size:,.{0 if size_bytes >= 10 * size else 1}f} {unit}"
    return f"{max(size_bytes / 1e3, 1):.0f} kB"
