"""Plan and simulate one information network woven across space, near space, air and ground."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from skyweft import plot as plot
    from skyweft.contacts.finding import find_contacts as find_contacts
    from skyweft.errors import ScenarioError as ScenarioError
    from skyweft.errors import SkyweftError as SkyweftError
    from skyweft.links.budget import link_budget as link_budget
    from skyweft.motion.fleet import build_fleet as build_fleet
    from skyweft.motion.propagate import propagate as propagate
    from skyweft.placing.door import place as place
    from skyweft.results import Run as Run
    from skyweft.results import open_run as open_run
    from skyweft.results import run as run
    from skyweft.scenario.reading import load as load
    from skyweft.scenario.scenario import Scenario as Scenario
    from skyweft.stage.registry import check as check
    from skyweft.sweeps import Sweep as Sweep
    from skyweft.sweeps import open_sweep as open_sweep
    from skyweft.sweeps import sweep as sweep

    __version__: str

# What a notebook sees, and where it lives: loaded when first asked for.
_HOMES = {
    "load": "skyweft.scenario.reading",
    "check": "skyweft.stage.registry",
    "Scenario": "skyweft.scenario.scenario",
    "build_fleet": "skyweft.motion.fleet",
    "propagate": "skyweft.motion.propagate",
    "find_contacts": "skyweft.contacts.finding",
    "link_budget": "skyweft.links.budget",
    "place": "skyweft.placing.door",
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
    "build_fleet",
    "check",
    "find_contacts",
    "link_budget",
    "load",
    "open_run",
    "open_sweep",
    "place",
    "plot",
    "propagate",
    "run",
    "sweep",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("skyweft")
    if name not in _HOMES:
        from skyweft.renamed import NAMES, now_called

        hint = now_called(name, NAMES)
        raise AttributeError(f"module 'skyweft' has no attribute {name!r}{hint}")
    home = _HOMES[name]
    if home == "skyweft":
        return import_module(f"skyweft.{name}")
    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
