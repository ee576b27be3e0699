"""Mistakes in routes and failures that show only once it is known who the platforms are."""

from collections.abc import Iterator

from skyweft.errors import ScenarioError
from skyweft.motion.product import Fleet
from skyweft.scenario.network import Failures
from skyweft.scenario.scenario import Scenario
from skyweft.scenario.words import suggestion


def sound(scenario: Scenario, fleet: Fleet) -> None:
    """Complain about routes without a pair, and failures of platforms that nobody knows.

    Raises
    ------
    ScenarioError
        Everything that is wrong, a line each, with its place.
    """
    mistakes = []
    for number, rule in enumerate(scenario.routes):
        ends = {
            fleet.names[row]
            for group in (*rule.sources, *rule.targets)
            for row in fleet.rows_of(group)
        }
        if len(ends) < 2:
            mistakes.append(
                f"routes[{number}]: sources and targets hold no two different platforms"
            )
    for number, each in enumerate(scenario.failures):
        mistakes += [f"failures[{number}].names{words}" for words in _strangers(each, fleet)]
        members = len({row for group in each.platforms for row in fleet.rows_of(group).tolist()})
        if each.count is not None and each.count > members:
            words = f"{each.count:,} of {members:,} platforms; allowed: at most all of them"
            mistakes.append(f"failures[{number}].count: {words}")
    if mistakes:
        raise ScenarioError("\n".join(mistakes))


def _strangers(failures: Failures, fleet: Fleet) -> Iterator[str]:
    """Name what is no member of the groups that may fail."""
    members = [fleet.names[row] for group in failures.platforms for row in fleet.rows_of(group)]
    for place, name in enumerate(failures.names):
        if name not in members:
            groups = ", ".join(failures.platforms)
            yield f"[{place}]: {name!r} is no platform of {groups}{suggestion(name, members)}"
