"""What is asked of the network, looked over before any of it is computed."""

from collections.abc import Iterator
from typing import Protocol

from skyweft.scenario.scenario import Scenario

SNAPSHOTS_MAX = 10_000_000  # of a rule: a year every three seconds


class Stepped(Protocol):
    """What is asked of the network at a step."""

    @property
    def step_s(self) -> float:
        """Between snapshots. [s]."""

    @property
    def model_fields_set(self) -> set[str]:
        """Which keys the user gave."""


def too_many_snapshots(scenario: Scenario, place: str, rule: Stepped) -> Iterator[str]:
    """Say that a step is so short that a run would not end."""
    count = scenario.duration_s / rule.step_s
    if count > SNAPSHOTS_MAX:
        yield too_many(place, count, SNAPSHOTS_MAX, "snapshots")


def too_many(place: str, count: float, most: int, what: str) -> str:
    """Say how many a step comes to, and how many there may be."""
    return f"{place}.step_s: {count:.3g} {what}; at most {most:,}: make it longer"


def doubtful(scenario: Scenario, place: str, rule: Stepped) -> Iterator[str]:
    """Yield a line about a step so long that only the run's first moment is looked at."""
    if "step_s" in rule.model_fields_set and rule.step_s > scenario.duration_s:
        yield (
            f"{place}.step_s: {rule.step_s:g} s are longer than the run's "
            f"{scenario.duration_s:g} s, so only its first moment is looked at"
        )


def unheeded(scenario: Scenario) -> Iterator[str]:
    """Yield a line for every key of the links that only messages heed."""
    for place, link in enumerate(scenario.links):
        if link.choose == "longest_waiting":
            yield f'links[{place}].choose: "longest_waiting" is "earliest" for all but messages'
