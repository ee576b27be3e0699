"""A run whose blocks are finished, all or some: what a stage makes its whole tables of."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeVar

import pyarrow as pa

from skyweft.columns import Table
from skyweft.stage.block import Product
from skyweft.stage.context import Context
from skyweft.stage.journal import Journal
from skyweft.stage.restriction import NOTHING, Restrictions

T = TypeVar("T")


class Shelf(Protocol):
    """Where a run's whole tables go: the engine's side."""

    def rows(self, table: Table, rows: Iterable[pa.Table]) -> None:
        """Write a whole table."""

    def leave_out(self, table: Table, reason: str) -> None:
        """Say why an optional table is not there."""

    def read(self, table: Table, columns: Sequence[str]) -> pa.Table:
        """Return columns of a whole table that has been written."""


@dataclass(slots=True)
class Whole:
    """What is known of a run once it has ended, or was interrupted.

    Parameters
    ----------
    context : Context
        What was run.
    borders_s : tuple of float
        Of the finished blocks, one more than there are. [s]
    folders : tuple of Path
        Of these blocks.
    key : str
        Of the stage whose turn it is.
    restrictions : Restrictions
        Of all stages before it.
    """

    context: Context
    borders_s: tuple[float, ...]
    folders: tuple[Path, ...]
    shelf: Shelf
    key: str = ""
    restrictions: Restrictions = NOTHING
    warnings: list[str] = field(default_factory=list)
    _products: dict[str, Any] = field(default_factory=dict)

    @property
    def end_s(self) -> float:
        """Return how far the run came, in seconds: shares and rates a day refer to it."""
        return self.borders_s[-1]

    @property
    def journals(self) -> list[Journal]:
        """Return what this stage kept of each block, in order of time."""
        return self.journals_of(self.key)

    def journals_of(self, stage: str) -> list[Journal]:
        """Return what a stage in `needs` kept of each block, in order of time."""
        return [Journal(folder, stage) for folder in self.folders]

    def files(self, table: Table) -> list[Path]:
        """Return the Parquet files of a table by block, its own or of a stage in `needs`."""
        found = [folder / f"{table.name}.parquet" for folder in self.folders]
        return [path for path in found if path.exists()]

    def written(self, table: Table, columns: Sequence[str]) -> pa.Table:
        """Return columns of a table that a stage in `needs` has written whole, in its `close`."""
        return self.shelf.read(table, columns)

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

    def write(self, table: Table, rows: pa.Table | Iterable[pa.Table]) -> None:
        """Write a whole table, in one piece or in several.

        Tables whose rows were written block by block are put together without this.
        """
        self.shelf.rows(table, [rows] if isinstance(rows, pa.Table) else rows)

    def warn(self, line: str) -> None:
        """Say what of the results may mislead."""
        self.warnings.append(line)

    def leave_out(self, table: Table, reason: str) -> None:
        """Say why an optional table is not there."""
        self.shelf.leave_out(table, reason)
