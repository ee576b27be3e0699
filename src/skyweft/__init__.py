"""Plan and simulate one information network woven across space, near space, air and ground."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from skyweft import plot as plot
    from skyweft.contacts.finding import find as find
    from skyweft.errors import ScenarioError as ScenarioError
    from skyweft.errors import SkyweftError as SkyweftError
    from skyweft.links.budget import budget as budget
    from skyweft.motion.fleet import assemble as assemble
    from skyweft.motion.propagate import propagate as propagate
    from skyweft.results import Run as Run
    from skyweft.results import open_run as open_run
    from skyweft.results import run as run
    from skyweft.scenario.reading import load as load
    from skyweft.scenario.review import review as review
    from skyweft.scenario.scenario import Scenario as Scenario
    from skyweft.sweeps import Sweep as Sweep
    from skyweft.sweeps import open_sweep as open_sweep
    from skyweft.sweeps import sweep as sweep

    __version__: str

# What a notebook sees, and where it lives: loaded when first asked for.
_HOMES = {
    "load": "skyweft.scenario.reading",
    "review": "skyweft.scenario.review",
    "Scenario": "skyweft.scenario.scenario",
    "assemble": "skyweft.motion.fleet",
    "propagate": "skyweft.motion.propagate",
    "find": "skyweft.contacts.finding",
    "budget": "skyweft.links.budget",
    "run": "skyweft.results",
    "open_run": "skyweft.results",
    "Run": "skyweft.results",
    "sweep": "skyweft.sweeps",
    "open_sweep": "skyweft.sweeps",
    "Sweep": "skyweft.sweeps",
    "plot": "skyweft",
    "ScenarioError": "skyweft.errors",
    "SkyweftError": "skyweft.errors",
}

__all__ = [
    "Run",
    "Scenario",
    "ScenarioError",
    "SkyweftError",
    "Sweep",
    "assemble",
    "budget",
    "find",
    "load",
    "open_run",
    "open_sweep",
    "plot",
    "propagate",
    "review",
    "run",
    "sweep",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("skyweft")
    if name not in _HOMES:
        raise AttributeError(f"module 'skyweft' has no attribute {name!r}")
    home = _HOMES[name]
    if home == "skyweft":
        return import_module(f"skyweft.{name}")
    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
