"""Columns that nobody reads, in the tables a scenario names beside those of its platforms."""

from collections.abc import Iterator
from pathlib import Path

from skyweft.errors import ScenarioError
from skyweft.motion.tables import read_rows, spare
from skyweft.scenario.scenario import Scenario

PAIR = ("source", "target")


def unread(scenario: Scenario) -> Iterator[str]:
    """Yield a warning for every list of links with such columns.

    What else is wrong with these files is said by those who read them.
    """
    for number, link in enumerate(scenario.links):
        if link.file is not None:
            yield from of_table(f"links[{number}].file", link.file, PAIR)


def of_table(place: str, path: Path, known: tuple[str, ...]) -> Iterator[str]:
    """Yield the warning about one file.

    A file without the known columns, such as a square matrix that names platforms, has none.
    """
    try:
        _, header = next(read_rows(path)[0], (0, []))
    except ScenarioError:
        return
    columns = [name.strip().lower() for name in header]
    if set(known) <= set(columns):
        others = [name for name in columns if name not in known]
        yield from (f"{place}: {words}" for words in spare(path, others))
