"""A stage of another package at work: what it raises or answers wrongly is told as the package's.

Everybody meets the stages of packages in this cloak (`registry.stages`), so that no caller has to
think of it: whatever of it is called, now or by code to come, names who is to blame.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any, TypeVar

import pyarrow as pa

from skyweft.columns import Table
from skyweft.scenario.scenario import Scenario
from skyweft.stage.block import Block, Product, Sink, Work
from skyweft.stage.context import Context, Estimate
from skyweft.stage.journal import Columns, Journal
from skyweft.stage.protocol import Metrics, Stage, State
from skyweft.stage.whole import Shelf, Whole

T = TypeVar("T")
Blamed = Callable[[str], AbstractContextManager[None]]
WORK = ("block", "save", "load", "close")  # what a state can do


def own(part: Any) -> Any:
    """Return a stage or a state without its cloak."""
    return part.inner if isinstance(part, Foreign | ForeignState) else part


class Foreign(Stage):
    """A stage of a package; every call of it names the package where it fails.

    Parameters
    ----------
    stage : Stage
        The package's.
    blamed : callable
        Called with what is done, returns the context in which a failure is the package's.
    """

    def __init__(self, stage: Stage, blamed: Blamed) -> None:
        self.key, self.needs, self.tables = stage.key, stage.needs, stage.tables
        self.reads, self.models, self.restricts = stage.reads, stage.models, stage.restricts
        self.share, self.version = stage.share, stage.version
        self.gives = tuple(_named(give, blamed) for give in stage.gives)
        self.gives_whole = tuple(_named(product, blamed) for product in stage.gives_whole)
        self.inner, self._blamed = stage, blamed

    def wanted(self, scenario: Scenario) -> bool:
        """Ask the package's."""
        with self._blamed("wanted"):
            return bool(self.inner.wanted(scenario))

    def warnings(self, scenario: Scenario) -> Iterable[str]:
        """Ask the package's."""
        with self._blamed("warnings"):
            return [_fitting(line, str) for line in self.inner.warnings(scenario)]

    def check(self, context: Context) -> None:
        """Ask the package's."""
        with self._blamed("check"):
            self.inner.check(context)

    def estimate(self, context: Context) -> Estimate:
        """Ask the package's."""
        with self._blamed("estimate"):
            found = _fitting(self.inner.estimate(context), Estimate)
            if not (found.time_s >= 0 and found.size_bytes >= 0 and found.block_max_s > 0):
                raise ValueError(f"less than nothing, or no number: {found}")
            json.dumps(found.facts)
            return replace(found, said=_texts(found.said), warnings=_texts(found.warnings))

    def open(self, context: Context) -> "ForeignState":
        """Ask the package's."""
        with self._blamed("open"):
            found = self.inner.open(context)
            if missing := [name for name in WORK if not callable(getattr(found, name, None))]:
                raise TypeError(f"{type(found).__name__} is no State: it has no {missing[0]}")
        return ForeignState(found, self, self._blamed)


class ForeignState(State):
    """A package's stage at work in one run."""

    def __init__(self, state: State, stage: Stage, blamed: Blamed) -> None:
        self.inner, self._stage, self._blamed = state, stage, blamed

    def block(self, block: Block) -> None:
        """Do the package's work, now and what it leaves for the background."""
        cloaked = replace(
            block,
            sink=_Sink(block.sink, self._stage, self._blamed),
            journal=_Journal(block.journal, self._blamed),
        )
        with self._blamed("block"):
            self.inner.block(cloaked)
            _texts(block.warnings)

    def save(self, journal: Journal) -> None:
        """Ask the package's."""
        with self._blamed("save"):
            self.inner.save(_Journal(journal, self._blamed))

    def load(self, journal: Journal) -> None:
        """Ask the package's."""
        with self._blamed("load"):
            self.inner.load(journal)

    def close(self, whole: Whole) -> Metrics:
        """Ask the package's; its figures stand under its own key and nowhere else."""
        key, shelf = self._stage.key, _Shelf(whole.shelf, self._stage, self._blamed)
        with self._blamed("close"):
            found = self.inner.close(replace(whole, shelf=shelf))
            if not isinstance(found, Mapping):
                raise TypeError(f"{type(found).__name__} in place of key figures by name")
            if strange := [problem for problem in found if problem != key]:
                raise ValueError(f"key figures under {strange[0]!r}; allowed: under {key!r}")
            json.dumps(found)
            _texts(whole.warnings)
        return found


class _Sink:
    """Where a package's rows and work go."""

    def __init__(self, inner: Sink, stage: Stage, blamed: Blamed) -> None:
        self._inner, self._stage, self._blamed = inner, stage, blamed
        self.show = inner.show

    def rows(self, table: Table, rows: Callable[[], pa.Table]) -> None:
        _must_declare(self._stage, table)
        self._inner.rows(table, _in(self._blamed, table.name, lambda: _fit(table, rows())))

    def put(self, work: Work) -> None:
        self._inner.put(_in(self._blamed, "block", work))


class _Shelf:
    """Where a package's whole tables go."""

    def __init__(self, inner: Shelf, stage: Stage, blamed: Blamed) -> None:
        self._inner, self._stage, self._blamed = inner, stage, blamed

    def rows(self, table: Table, rows: Iterable[pa.Table]) -> None:
        _must_declare(self._stage, table)

        def pieces() -> Iterator[pa.Table]:
            with self._blamed(table.name):
                yield from (_fit(table, piece) for piece in rows)

        self._inner.rows(table, pieces())

    def leave_out(self, table: Table, reason: str) -> None:
        _must_declare(self._stage, table)
        if not table.optional:
            raise ValueError(f"the table {table.name} is left out, but not declared optional")
        self._inner.leave_out(table, _fitting(reason, str))

    def read(self, table: Table, columns: Sequence[str]) -> pa.Table:
        return self._inner.read(table, columns)


class _Journal(Journal):
    """What a package keeps; columns that it works out later are its own work too."""

    def __init__(self, inner: Journal, blamed: Blamed) -> None:
        vars(self).update(vars(inner))
        self._blamed = blamed

    def keep(self, name: str, columns: Columns | Callable[[], Columns]) -> None:
        """Keep columns under a name."""
        super().keep(name, _in(self._blamed, "save", columns) if callable(columns) else columns)


def _in(blamed: Blamed, doing: str, work: Callable[..., T]) -> Callable[..., T]:
    """Return work that names the package wherever it is done."""

    def done(*given: Any) -> T:
        with blamed(doing):
            return work(*given)

    return done


def _named(product: Product[T], blamed: Blamed) -> Product[T]:
    """Return a product whose packing names the package."""
    pack, unpack = product.pack, product.unpack
    return replace(
        product,
        pack=pack and _in(blamed, product.name, pack),
        unpack=unpack and _in(blamed, product.name, unpack),
    )


def _fitting(found: Any, kind: type[T]) -> T:
    if not isinstance(found, kind):
        raise TypeError(f"{type(found).__name__} in place of {kind.__name__}")
    return found


def _texts(lines: Iterable[str]) -> tuple[str, ...]:
    return tuple(_fitting(line, str) for line in lines)


def _must_declare(stage: Stage, table: Table) -> None:
    if table not in stage.tables:
        raise ValueError(f"the table {table.name} is none that it declares")


def _fit(table: Table, rows: pa.Table) -> pa.Table:
    """Return rows that are as their table declares them."""
    if _fitting(rows, pa.Table).schema.names != table.schema.names:
        raise ValueError(f"the columns {rows.schema.names} in place of {table.schema.names}")
    for field, here in zip(table.schema, rows.schema, strict=True):
        if field.type != here.type:
            raise ValueError(f"{field.name} is {here.type} in place of {field.type}")
    return rows
