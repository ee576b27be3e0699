"""Columns that nobody reads, in the tables a scenario names beside those of its platforms."""

from collections.abc import Iterator
from pathlib import Path

from skyweft.errors import ScenarioError
from skyweft.motion.tables import read_rows, spare
from skyweft.scenario.scenario import Scenario

_PAIRS = ("source", "target", "demand_bps")


def unread(scenario: Scenario) -> Iterator[str]:
    """Yield a warning for every list of links, matrix and population with such columns.

    What else is wrong with these files is said by those who read them.
    """
    for number, link in enumerate(scenario.links):
        if link.file is not None:
            yield from _of_table(f"links[{number}].file", link.file, _PAIRS[:2])
    for number, rule in enumerate(scenario.flows):
        if rule.matrix is not None:
            yield from _of_table(f"flows[{number}].matrix", rule.matrix, _PAIRS)
        if rule.gravity is not None and rule.gravity.population is not None:
            place = f"flows[{number}].gravity.population"
            yield from _of_table(place, rule.gravity.population, ("name", "population"))


def _of_table(place: str, path: Path, known: tuple[str, ...]) -> Iterator[str]:
    """Yield the warning about one file; a square matrix, which names platforms, has none."""
    try:
        _, header = next(read_rows(path)[0], (0, []))
    except ScenarioError:
        return
    columns = [name.strip().lower() for name in header]
    if set(known) <= set(columns):
        others = [name for name in columns if name not in known]
        yield from (f"{place}: {words}" for words in spare(path, others))
