"""The protocol of a stage: everything the engine, the store, the report and the command line know.

A stage is one entry of the registry (`stage.registry`). The engine opens it once, hands it block
after block of time, keeps what it saves, and closes it over the finished blocks: after a whole run,
an interrupted or a resumed one alike, always with a state loaded from the journal.
"""

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from skyweft.columns import Table
from skyweft.scenario.parts import Part
from skyweft.scenario.scenario import Scenario
from skyweft.stage.block import Block, Product
from skyweft.stage.context import Context, Estimate
from skyweft.stage.journal import Journal
from skyweft.stage.whole import Whole

Metrics = Mapping[str, Any]  # key of summary.json -> plain values


class State(Protocol):
    """A stage at work in one run; whatever it hands from block to block lives here."""

    @abstractmethod
    def block(self, block: Block) -> None:
        """Do the stage's work on one block of time."""

    def save(self, journal: Journal) -> None:
        """Keep what the next block needs, called after each block."""
        return

    def load(self, journal: Journal) -> None:
        """Come to where `save` was."""
        return

    @abstractmethod
    def close(self, whole: Whole) -> Metrics:
        """Write the tables that need the whole run; return key metrics by their place in summary.

        The state has been loaded from the last finished block.
        """


class Stage(Protocol):
    """One kind of work on a scenario.

    Attributes
    ----------
    key : str
        Its name in progress and timings, its key in the summary.
    needs : tuple of str
        Keys of the stages whose products it reads; it comes after them.
    tables : tuple of Table
        What it leaves in the run's folder.
    share : float
        About how much of a block's time it takes, beside the other stages: for progress only.
    reads : tuple of str, optional
        Paths of the scenario it depends on, as of `scenario.excerpt`: it is handed no other keys,
        and its finished work is taken over while they are the same. All of the scenario unless
        given. What every stage reads (`context.READ_BY_ALL`) need not be named.
    gives, gives_whole : tuple of Product
        What it hands to the stages after it, block by block and once the run has ended.
    version : int
        Of its method: a run begun by another version is not gone on with.
    restricts : bool
        Whether it hands restrictions to `Block.restrict`; it comes before all that need not come
        before it.
    models : tuple of type
        What a scenario may ask of it: tables of its own, `scenario.parts.Rule` or `Settings`.
    """

    key: str
    needs: tuple[str, ...]
    tables: tuple[Table, ...]
    reads: tuple[str, ...] | None = None
    gives: tuple[Product[Any], ...] = ()
    gives_whole: tuple[Product[Any], ...] = ()
    share: float = 1.0
    version: int = 1
    restricts: bool = False
    models: tuple[type[Part], ...] = ()

    def wanted(self, scenario: Scenario) -> bool:
        """Whether the scenario asks for it; always, unless the stage says otherwise."""
        return True

    def warnings(self, scenario: Scenario) -> Iterable[str]:
        """Say what of a valid scenario is probably not meant, a line each with its place.

        Asked of every stage, whether or not it takes part.
        """
        return ()

    def check(self, context: Context) -> None:
        """Refuse what is wrong, now that the platforms are known and before any work.

        Raises
        ------
        ScenarioError
            Everything wrong, a line each, with its place.
        """
        return

    def estimate(self, context: Context) -> Estimate:
        """Say what the stage will come to."""
        return Estimate()

    @abstractmethod
    def open(self, context: Context) -> State:
        """Begin a run."""
