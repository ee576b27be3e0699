"""One block of a run's time: what earlier stages made of it, and where a stage leaves its rows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

import pyarrow as pa
from numpy.typing import NDArray

from skyweft.columns import Table
from skyweft.stage.context import Context
from skyweft.stage.journal import Columns, Journal
from skyweft.stage.restriction import NOTHING, WHOLE, Restriction, Restrictions

Work = Callable[[], None]
T = TypeVar("T")


@dataclass(frozen=True)
class Product(Generic[T]):
    """The name under which a stage hands a product of a known type to those after it.

    Parameters
    ----------
    name : str
        One or two words.
    pack, unpack : callable, optional
        Turn it into columns and back, to the last bit: then a stage whose work is taken over need
        not do it again for those after it.
    """

    name: str
    pack: Callable[[T], Columns] | None = None
    unpack: Callable[[Mapping[str, NDArray[Any]]], T] | None = None


class Sink(Protocol):
    """Where rows and work go: the engine's side of a block."""

    def rows(self, table: Table, rows: Callable[[], pa.Table]) -> None:
        """Append rows to a table of this block, once the work before has been done."""

    def put(self, work: Work) -> None:
        """Do some work once what was handed over before has been done."""

    def show(self, part: float) -> None:
        """Tell how much of a stage's work on this block is done, from 0 to 1."""


@dataclass(slots=True)
class Block:
    """A stretch of time, from `start_s` to `end_s`, of a run that goes on block by block.

    Parameters
    ----------
    context : Context
        What is the same in all blocks.
    start_s, end_s : float
        From the scenario's start. [s]
    last : bool
        Whether the run ends with it.
    journal : Journal
        Of the stage whose turn it is.
    restrictions : Restrictions
        Of all stages before it, from the run's start to as far as they know.
    """

    context: Context
    start_s: float
    end_s: float
    last: bool
    sink: Sink
    journal: Journal
    _products: dict[str, Any] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    restrictions: Restrictions = NOTHING
    restricted: list[Restriction] = field(default_factory=list)  # by the stage whose turn it is

    def restrict(self, *some: Restriction) -> None:
        """Keep platforms or links from working, for all stages after this one.

        Parameters
        ----------
        *some : Restriction
            None may start before this block: what was computed before it stands.
        """
        for part in some:
            if part.start_s < self.start_s:
                raise ValueError(
                    f"a restriction ({part.cause}) from {part.start_s:g} s is said in the block "
                    f"that begins at {self.start_s:g} s: say it in the block it starts in"
                )
            ends = [end for end in part.ends if end != WHOLE]
            if not all(0 <= end < len(self.context.fleet) for end in ends):
                raise ValueError(
                    f"a restriction ({part.cause}) names the rows {ends} of a fleet of "
                    f"{len(self.context.fleet)}"
                )
        self.restricted += some

    def give(self, product: Product[T], value: T) -> None:
        """Hand a product to the stages after this one."""
        self._products[product.name] = value

    @property
    def given(self) -> set[str]:
        """Return the names of what has been given so far."""
        return set(self._products)

    def get(self, product: Product[T]) -> T:
        """Return what an earlier stage gave; it must stand in `needs`."""
        found: T = self._products[product.name]
        return found

    def write(self, table: Table, rows: Callable[[], pa.Table]) -> None:
        """Append rows to a table; they are made and written while the stage goes on.

        Parameters
        ----------
        table : Table
            One of the stage's.
        rows : callable
            Returns them; the arrays it reads must not be written into any more.
        """
        self.sink.rows(table, rows)

    def put(self, work: Work) -> None:
        """Do some work in the background, in line with the writing of rows."""
        self.sink.put(work)

    def show(self, part: float) -> None:
        """Tell how much of the stage's work on this block is done, from 0 to 1."""
        self.sink.show(part)

    def warn(self, line: str) -> None:
        """Say what is allowed but perhaps not meant; equal lines are said once."""
        self.warnings.append(line)
