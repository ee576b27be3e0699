"""Weights that a function states for the edges of a snapshot, as the kernels' whole numbers."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skyweft.errors import ScenarioError, SkyweftError
from skyweft.kernels import making
from skyweft.network.graph.adjacency import FAR_NS
from skyweft.network.graph.snapshot import Snapshot
from skyweft.parts import named
from skyweft.scenario.policies import POLICIES
from skyweft.stage.context import spoken

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Longs = NDArray[np.int64]

Weights = Callable[[Snapshot], Any]


def asked(function: Weights, snapshot: Snapshot) -> Floats:
    """Return what a user's function answers.

    Raises
    ------
    ScenarioError
        It failed, or answered something else than a finite number, 0 or more, for every edge.
    """
    place = f"policy {spoken(function)}"
    try:
        found = np.asarray(function(snapshot), np.float64)
    except SkyweftError:
        raise
    except Exception as error:
        words = f"{place} failed at {snapshot.time_s:g} s: {type(error).__name__}: {error}"
        raise ScenarioError(words) from error
    if why := _wrong(found, snapshot):
        raise ScenarioError(f"{place} {why}")
    return found


def of_kind(kind: str, snapshot: Snapshot) -> Floats:
    """Return what a kind of metric answers; ScenarioError names the package where it is wrong."""
    function = POLICIES[kind].function
    with POLICIES.blamed(kind):
        answer = (named(function) if isinstance(function, str) else function)(snapshot)
        found = np.asarray(answer, np.float64)
    if why := _wrong(found, snapshot):
        raise POLICIES.error(kind, why)
    return found


def _wrong(found: Floats, snapshot: Snapshot) -> str:
    """Say what is wrong with weights; nothing where they can be used."""
    allowed = f"allowed: a finite number, 0 or more, for each of the {len(snapshot):,} edges"
    if found.shape != (len(snapshot),):
        return f"answered an array of shape {found.shape} at {snapshot.time_s:g} s; {allowed}"
    bad = np.flatnonzero(~(np.isfinite(found) & (found >= 0)))
    if not len(bad):
        return ""
    ends = (snapshot.names[side[bad[0]]] for side in (snapshot.source, snapshot.target))
    words = f"answered {found[bad[0]]:g} for the edge from {' to '.join(ends)}"
    return f"{words} at {snapshot.time_s:g} s; {allowed}"


def whole(weights: Floats, snapshot: Snapshot) -> Ints:
    """Return weights as whole numbers of which no best path adds up to 2**30.

    Parameters
    ----------
    weights : (E,)
        Of the edges, finite and not negative.

    Returns
    -------
    cost : (E,)
        At least 1, so that of equal paths the one of fewest edges is taken. Steps are as fine as
        the longest path in hops allows: about a ten-millionth of the largest weight.
    """
    largest = float(weights.max(initial=0.0))
    if largest == 0:
        return np.ones(len(weights), np.int32)
    # A best path costs no more than the one of fewest hops, whatever its edges weigh.
    steps = (FAR_NS - 2) / hops_max(snapshot) - 1
    return np.maximum(1, np.rint(weights / largest * steps)).astype(np.int32)


def hops_max(snapshot: Snapshot) -> int:
    """Return a bound on the hops that the path of fewest hops takes between any two nodes."""
    first = np.searchsorted(snapshot.source, np.arange(len(snapshot.names) + 1))
    return 2 * _deepest(first, snapshot.target, snapshot.relays) + 2


@making
def _deepest(first: Longs, target: Longs, relays: NDArray[np.bool_]) -> int:
    """Return the greatest distance in hops of a relay from the first one it hangs together with.

    No two relays are farther apart than twice that.
    """
    depth = np.full(len(relays), -1, np.int64)
    queue = np.empty(len(relays), np.int64)
    deepest = 0
    for start in range(len(relays)):
        if not relays[start] or depth[start] >= 0:
            continue
        depth[start], queue[0], count, done = 0, start, 1, 0
        while done < count:
            here = queue[done]
            done += 1
            deepest = max(deepest, depth[here])
            for e in range(first[here], first[here + 1]):
                if relays[target[e]] and depth[target[e]] < 0:
                    depth[target[e]] = depth[here] + 1
                    queue[count] = target[e]
                    count += 1
    return deepest
