"""Which contacts come first where an end cannot hold all: the kinds of `choose`."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from skyweft.parts import named
from skyweft.scenario.policies import POLICIES

Floats = NDArray[np.float64]


class Candidates(NamedTuple):
    """Contacts of one rule that compete for the links of an end. Columns have shape (K,).

    When the network is asked for, range and elevation are those of that instant; when messages
    plan for a whole pass, those of its best moment.
    """

    start_s: Floats  # from the scenario's start
    end_s: Floats
    range_m: Floats
    elevation_deg: Floats  # at the lower end; NaN where the rule has none


def nearest(some: Candidates) -> Floats:
    """Put the least range first."""
    return some.range_m


def highest(some: Candidates) -> Floats:
    """Put the highest elevation first."""
    return -some.elevation_deg


def longest(some: Candidates) -> Floats:
    """Put the latest end first."""
    return -some.end_s


def earliest(some: Candidates) -> Floats:
    """Put who came first first."""
    return some.start_s


def worth(kind: str, some: Candidates) -> Floats:
    """Return what contacts are sorted by, (K,), the least first.

    Raises
    ------
    ScenarioError
        A package's policy failed or answered something else; the package is named.
    """
    function = POLICIES[kind].function
    with POLICIES.blamed(kind):
        found: Any = (named(function) if isinstance(function, str) else function)(some)
        order = np.asarray(found, np.float64)
    if POLICIES.origin(kind) and (order.shape != some.start_s.shape or np.isnan(order).any()):
        words = f"answered {_shape(order)}, not a number for each of {len(some.start_s)} contacts"
        raise POLICIES.error(kind, words)
    return order


def _shape(found: Floats) -> str:
    return "NaN" if np.isnan(found).any() else f"an array of shape {found.shape}"
