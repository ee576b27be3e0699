"""How many snapshots and rows a rule asks for, counted before any of it is computed."""

from collections.abc import Iterator

from skyweft.fleet import Fleet
from skyweft.scenario.network import Flows, Routes
from skyweft.scenario.scenario import Scenario

SNAPSHOTS_MAX = 10_000_000  # of a rule: a year every three seconds
ROWS_MAX = 10_000_000_000  # of a rule's table: a hundred gigabytes and days of work


def too_many_snapshots(scenario: Scenario, place: str, rule: Routes | Flows) -> Iterator[str]:
    """Say that a step is so short that a run would not end."""
    count = scenario.duration_s / rule.step_s
    if count > SNAPSHOTS_MAX:
        yield _words(place, count, SNAPSHOTS_MAX, "snapshots")


def too_many_rows(scenario: Scenario, fleet: Fleet, place: str, rule: Routes) -> Iterator[str]:
    """Say that a table would not fit."""
    sources, targets = (
        sum(len(fleet.rows_of(group)) for group in side) for side in (rule.sources, rule.targets)
    )
    count = scenario.duration_s / rule.step_s * sources * targets * rule.alternatives
    if count > ROWS_MAX:
        yield _words(place, count, ROWS_MAX, "rows")


def _words(place: str, count: float, most: int, what: str) -> str:
    return f"{place}.step_s: {count:.3g} {what}; at most {most:,}: make it longer"
