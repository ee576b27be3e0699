"""How much a scenario asks for, counted before any of it is computed."""

from collections.abc import Iterator

import numpy as np

from skyweft.errors import ScenarioError
from skyweft.motion.product import Fleet
from skyweft.motion.propagate import step_s
from skyweft.run.work.blocks import MOVER_BYTES, SHORTEST_S
from skyweft.scenario.scenario import Scenario

TRACK_BYTES_MAX = 2e9  # of the shortest block
SNAPSHOTS_MAX = 10_000_000  # of a rule: a year every three seconds
ROWS_MAX = 10_000_000_000  # of a rule's table: a hundred gigabytes and days of work


def sound(scenario: Scenario, fleet: Fleet) -> None:
    """Complain about steps so short that a run would not end, or not fit.

    Raises
    ------
    ScenarioError
        What there is too much of, a line each, with its place, the count and the most.
    """
    if mistakes := [*_tracks(scenario, fleet), *_snapshots(scenario, fleet)]:
        raise ScenarioError("\n".join(mistakes))


def _tracks(scenario: Scenario, fleet: Fleet) -> Iterator[str]:
    movers = int(np.count_nonzero(fleet.mover >= 0))
    length_s = min(SHORTEST_S, scenario.duration_s)
    needed = MOVER_BYTES * movers * length_s / step_s(scenario, fleet)
    if needed > TRACK_BYTES_MAX:
        yield (
            f"step_s: the tracks of {movers:,} movers over {length_s:g} s take "
            f"{needed / 1e9:,.1f} GB; at most {TRACK_BYTES_MAX / 1e9:g} GB: make it longer"
        )


def _snapshots(scenario: Scenario, fleet: Fleet) -> Iterator[str]:
    sizes = dict(
        zip(fleet.groups, np.bincount(fleet.group, minlength=len(fleet.groups)), strict=True)
    )
    asked = [(f"routes[{row}]", rule) for row, rule in enumerate(scenario.routes)]
    asked += [(f"flows[{row}]", rule) for row, rule in enumerate(scenario.flows)]  # type: ignore[misc]
    for place, rule in asked:
        snapshots = scenario.duration_s / rule.step_s
        ends = (sum(int(sizes[name]) for name in side) for side in (rule.sources, rule.targets))
        rows = snapshots * np.prod([*ends], dtype=float) * rule.alternatives
        for count, most, what in (
            (snapshots, SNAPSHOTS_MAX, "snapshots"),
            (rows if place.startswith("routes") else 0.0, ROWS_MAX, "rows"),
        ):
            if count > most:
                yield f"{place}.step_s: {count:.3g} {what}; at most {most:,}: make it longer"
                break
