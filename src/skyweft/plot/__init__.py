"""Drawings of a run's tables with matplotlib: each draws on given axes and returns them.

Nothing is computed here that a table could hold, nothing is shown or saved, no global style is
touched. Times are from the scenario's start; every axis says its unit. The drawings are the
stages' own: whatever a stage's module `plot` lists in `__all__` is here under its name, beside
those of a sweep and of a placement.
"""

import warnings
from functools import cache
from typing import Any

from skyweft.drawing.palette import DARK, LIGHT, Palette
from skyweft.placing.drawing import placement_map
from skyweft.plot.sweep import sweep
from skyweft.stage import Stage
from skyweft.stage.registry import drawings, stages

_OURS = {
    "DARK": DARK,
    "LIGHT": LIGHT,
    "Palette": Palette,
    "placement_map": placement_map,
    "sweep": sweep,
}


@cache
def _of(some: tuple[Stage, ...]) -> dict[str, Any]:
    """Return every drawing by its name; a package's that has the name of another is left out."""
    found: dict[str, Any] = dict(_OURS)
    for stage in some:
        for name, drawing in drawings(stage).items():
            if found.setdefault(name, drawing) is not drawing:
                words = f"the drawing {name} of the stage {stage.key!r} is left out: there is one"
                warnings.warn(f"{words} already; give it a name of its own", stacklevel=2)
    return found


def __getattr__(name: str) -> Any:
    if name == "__all__":
        return __dir__()
    # Of the other names between underscores, for which Python asks, none is a drawing.
    found = {} if name.startswith("__") else _of(stages())
    if name not in found:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return found[name]


def __dir__() -> list[str]:
    return sorted(_of(stages()))
