"""What the page asks of a run and a stage answers: its module `answers`, found by name."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from skyweft.errors import ScenarioError
from skyweft.stage.scenery import Held

Answer = Callable[["Question"], Any]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a run.

    Parameters
    ----------
    run : Held
        The run.
    values : mapping of str to str
        Of the address's query.
    places : callable
        Called with a moment [s], returns the names of all platforms, (N,), and where they are,
        (N, 3) ITRS [m]; NaN where one is absent.
    """

    run: Held
    values: Mapping[str, str]
    places: Callable[[float], tuple[pa.Array, NDArray[np.float64]]]

    def number(self, key: str, default: float | None = None) -> float:
        """Return a number of the query; ScenarioError where there is none."""
        return number(self.values, key, default)

    def whole(self, key: str, default: int) -> int:
        """Return a whole number of the query, from 0 on; ScenarioError where it is none."""
        return whole(self.values, key, default)


def number(values: Mapping[str, str], key: str, default: float | None = None) -> float:
    """Return a number of a query; ScenarioError where there is none."""
    text = values.get(key)
    try:
        value = default if text is None else float(text)
        if value is not None and math.isfinite(value):
            return value
    except ValueError:
        pass
    raise ScenarioError(f"{key}: {text!r} is no number")


def whole(values: Mapping[str, str], key: str, default: int) -> int:
    """Return a whole number of a query, from 0 on; ScenarioError where it is none."""
    text = values.get(key, str(default))
    if not text.isdecimal() or len(text) > 12:
        raise ScenarioError(f"{key}: {text!r} is no whole number from 0 on")
    return int(text)


def known(values: NDArray[Any]) -> list[float | None]:
    """Return numbers for JSON; None for what is none."""
    return [value if np.isfinite(value) else None for value in values.tolist()]
