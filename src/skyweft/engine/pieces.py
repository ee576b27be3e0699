"""One stage's work on one block, wherever it is done: what it needs, and what comes of it.

What a process needs to know of a run it works out from the scenario itself and keeps for the next
piece. It is held to the run it works for: another scenario, file or version is refused, for it
would give other numbers.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock

import pyarrow as pa

from skyweft.columns import Table
from skyweft.errors import SkyweftError
from skyweft.motion.fleet import build_fleet
from skyweft.scenario.reading import load
from skyweft.scenario.scenario import Scenario
from skyweft.stage import Block, Context, Journal, Restrictions, Stage, State
from skyweft.stage.block import Work
from skyweft.stage.foreign import own
from skyweft.stage.journal import Columns
from skyweft.stage.registry import wanted
from skyweft.store.identity import fingerprint, identity
from skyweft.store.parquet import TableWriter


@dataclass(frozen=True, slots=True)
class Source:
    """A run that pieces are of.

    Parameters
    ----------
    scenario : str or Scenario
        Absolute path of the file, or what was read already.
    overrides : tuple of str
        Changes to the file's keys.
    borders_s : tuple of float
        Of the blocks. [s]
    origin : str
        `fingerprint` of it all.
    made_by : str
        Version of skyweft that asks.
    """

    scenario: str | Scenario
    overrides: tuple[str, ...]
    borders_s: tuple[float, ...]
    origin: str
    made_by: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A stage's turn in one block, and what earlier stages gave it."""

    source: Source
    stage: str
    number: int
    given: Mapping[str, Columns]  # products by name
    restrictions: Restrictions


@dataclass(frozen=True, slots=True)
class Made:
    """Files and warnings of a piece; or why there are none."""

    reason: str = ""
    files: Mapping[str, bytes] = field(default_factory=dict)
    warnings: Sequence[str] = ()


def stateless(state: State) -> bool:
    """Whether a stage hands nothing from block to block."""
    kind = type(own(state))
    return bool(kind.save is State.save and kind.load is State.load)


def movable(stage: Stage, states: Mapping[Stage, State]) -> bool:
    """Whether another process can do a stage's work on a block, in whatever order.

    It carries no state, nobody waits for what it gives or restricts, and what it needs can be sent
    or worked out again.
    """
    alone = stateless(states[stage]) and not stage.restricts and not stage.gives
    return alone and all(
        all(product.pack and product.unpack for product in other.gives) or stateless(states[other])
        for other in _before(stage, list(states))
    )


def _before(stage: Stage, stages: Sequence[Stage]) -> list[Stage]:
    """Return the stages that one needs, and those that these need in turn, in their order."""
    needed = set(stage.needs)
    found = []
    for earlier in reversed(stages[: stages.index(stage)]):
        if earlier.key in needed:
            # What is sent needs nobody.
            if not all(product.pack and product.unpack for product in earlier.gives):
                needed |= set(earlier.needs)
            found.append(earlier)
    return found[::-1]


def work(piece: Piece) -> Made:
    """Do a piece of a run."""
    here = version("skyweft")
    if here != piece.source.made_by:
        return Made(f"its worker has skyweft {here}; needed: {piece.source.made_by}")
    try:
        with TemporaryDirectory(prefix="skyweft-") as name, ThreadPoolExecutor(1) as threads:
            return _done(piece, Path(name), threads)
    except SkyweftError as error:
        return Made(str(error))


def _done(piece: Piece, folder: Path, threads: ThreadPoolExecutor) -> Made:
    whole = _context(piece.source)
    every = {stage.key: stage for stage in wanted(whole.scenario)}
    stage, borders_s = every[piece.stage], piece.source.borders_s
    start_s, end_s = borders_s[piece.number : piece.number + 2]
    last = piece.number == len(borders_s) - 2
    sink, aside = _Sink(folder), folder / "aside"
    aside.mkdir()

    def turn(block: Block, stage: Stage) -> None:
        block.context = replace(whole, executor=threads).reading(stage.reads)
        stage.open(block.context).block(block)

    scrap = Block(whole, start_s, end_s, last, _Sink(aside), Journal(aside, ""))
    block = Block(whole, start_s, end_s, last, sink, Journal(folder, stage.key))
    block.restrictions = piece.restrictions
    scrap.restrictions = piece.restrictions
    for earlier in _before(stage, list(every.values())):
        sent = [product for product in earlier.gives if product.name in piece.given]
        if len(sent) < len(earlier.gives):
            scrap.journal = Journal(aside, earlier.key)
            turn(scrap, earlier)
        for product in earlier.gives:
            if product in sent and product.unpack:
                scrap.give(product, product.unpack(piece.given[product.name]))
            block.give(product, scrap.get(product))
    turn(block, stage)
    sink.close()
    files = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    return Made("", files, block.warnings)


class _Sink:
    """Writes what a stage leaves at once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._writers: dict[str, TableWriter] = {}

    def rows(self, table: Table, rows: Callable[[], pa.Table]) -> None:
        if table.name not in self._writers:
            path = self._folder / f"{table.name}.parquet"
            self._writers[table.name] = TableWriter(table, path)
        self._writers[table.name].write(rows())

    def put(self, work: Work) -> None:
        work()

    def show(self, part: float) -> None:
        """Tell nobody."""

    def close(self) -> None:
        for writer in self._writers.values():
            writer.close()


_kept: dict[str, Context] = {}  # of the run that this process worked for last
_one_at_a_time = Lock()


def _context(source: Source) -> Context:
    """Return what is the same in all blocks of a run; refuse to work for another one."""
    with _one_at_a_time:
        if source.origin not in _kept:
            scenario = source.scenario
            if isinstance(scenario, str):
                scenario = load(scenario, source.overrides)
            plan = {**identity(scenario), "borders_s": list(source.borders_s)}
            if fingerprint(plan) != source.origin:
                raise SkyweftError(
                    "its worker sees another scenario, other input files or other versions of "
                    "packages: they must be the same, under the same paths"
                )
            _kept.clear()
            _kept[source.origin] = Context(scenario, build_fleet(scenario))
        return _kept[source.origin]


def piece_of(
    source: Source, block: Block, number: int, stage: Stage, others: Sequence[Stage]
) -> Piece:
    """Return a stage's turn in a block, with what can be sent of what others gave it."""
    given = {
        product.name: product.pack(block.get(product))
        for other in _before(stage, others)
        for product in other.gives
        if product.pack
    }
    return Piece(source, stage.key, number, given, block.restrictions)
