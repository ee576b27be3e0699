"""Carries restrictions from the stages that say them to those after, and over borders of blocks."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from skyweft.stage import NOTHING, Block, Journal, Restrictions, Stage
from skyweft.stage.registry import fault

NAME = "restrictions"  # what the journal calls them

Reported = dict[str, Restrictions]  # by stage, since the run's start


def reported_in(folders: Iterable[Path], stages: Iterable[Stage]) -> Reported:
    """Return what every stage has restricted in the finished blocks."""
    folders = list(folders)
    found: Reported = {}
    for stage in stages:
        if stage.restricts:
            journals = [Journal(folder, stage.key) for folder in folders]
            found[stage.key] = Restrictions.joined(
                Restrictions.from_columns(journal.read(NAME))
                for journal in journals
                if journal.holds(NAME)
            )
    return found


def before(
    stage: Stage, stages: Sequence[Stage], reported: Mapping[str, Restrictions]
) -> Restrictions:
    """Return what the stages before one have restricted."""
    earlier = stages[: stages.index(stage)]
    found = [reported[stage.key] for stage in earlier if len(reported.get(stage.key, NOTHING))]
    if len(found) < 2:
        return found[0] if found else NOTHING
    return Restrictions.joined(found)


def take(block: Block, stage: Stage, reported: Reported) -> None:
    """Keep what a stage restricted in its turn, for the stages after it and for a resumed run."""
    if not block.restricted:
        return
    if not stage.restricts:
        raise fault(stage, "restricts others, but does not declare it: restricts = True")
    some = Restrictions.of(block.restricted)
    block.restricted = []
    block.journal.keep(NAME, some.columns())
    _add(stage, some, reported)


def told_again(journal: Journal, stage: Stage, reported: Reported) -> None:
    """Tell what a stage restricted in a block whose work was taken over."""
    if stage.restricts and journal.holds(NAME):
        _add(stage, Restrictions.from_columns(journal.read(NAME)), reported)


def _add(stage: Stage, some: Restrictions, reported: Reported) -> None:
    reported[stage.key] = Restrictions.joined([reported.get(stage.key, NOTHING), some])
