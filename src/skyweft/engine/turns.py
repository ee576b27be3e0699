"""One block of time: every stage takes its turn, and leaves its files in one folder."""

import shutil
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import pyarrow as pa

from skyweft.columns import Table
from skyweft.engine import restricting
from skyweft.engine.pieces import Made, Source, movable, piece_of
from skyweft.engine.reuse import Notes, Reuse, asked, declared, give_again, hold
from skyweft.stage import Block, Context, Journal, Stage, State
from skyweft.stage.block import Work
from skyweft.store.folder import draft_of, keep, part_of
from skyweft.store.jsonfile import write_json
from skyweft.store.parquet import TableWriter
from skyweft.store.writing import Writing

if TYPE_CHECKING:
    from skyweft.engine.crew import Crew

Progress = Callable[[float, float, str], None]


@dataclass(slots=True)
class Job:
    """A run under way: its stages at work, and how far they have come."""

    context: Context
    folder: Path
    origin: str  # what the first block follows
    borders_s: Sequence[float]
    states: dict[Stage, State]
    progress: Progress
    seconds: dict[str, float] = field(default_factory=dict)
    reported: restricting.Reported = field(default_factory=dict)
    reuse: Reuse = field(default_factory=Reuse)
    behind: set[Stage] = field(default_factory=set)  # whose work on the last block was taken over
    crew: "Crew | None" = None
    source: Source | None = None
    in_flight: deque[Callable[[], None]] = field(default_factory=deque)  # what makes blocks count

    def show(self, number: int, part: float, key: str) -> None:
        """Tell how far the run has come: `part` of a block is done, and whose turn it is."""
        start_s, end_s = self.borders_s[number : number + 2]
        done_s = start_s + part * (end_s - start_s) - self.borders_s[0]
        self.progress(done_s, self.borders_s[-1] - self.borders_s[0], key)

    @contextmanager
    def timed(self, key: str) -> Iterator[None]:
        """Add up how long a stage takes."""
        began = perf_counter()
        yield
        self.seconds[key] = self.seconds.get(key, 0.0) + perf_counter() - began


class _Sink:
    """Writes what the stages leave of one block, in the background and in order."""

    def __init__(self, job: Job, number: int, draft: Path, writing: Writing) -> None:
        self._job, self._number, self._draft, self._writing = job, number, draft, writing
        self._writers: dict[str, TableWriter] = {}
        self._begins, self._ends, self._key = 0.0, 0.0, ""

    def begin(self, stage: Stage) -> None:
        """Say whose turn it is."""
        whole = sum(state.share for state in self._job.states)
        self._begins, self._ends = self._ends, self._ends + stage.share / whole
        self._key = stage.key
        self.show(0.0)

    def show(self, part: float) -> None:
        place = self._begins + part * (self._ends - self._begins)
        self._job.show(self._number, place, self._key)

    def rows(self, table: Table, rows: Callable[[], pa.Table]) -> None:
        self._writing.put(lambda: self._writer(table).write(rows()))

    def put(self, work: Work) -> None:
        self._writing.put(work)

    def _writer(self, table: Table) -> TableWriter:
        if table.name not in self._writers:
            writer = TableWriter(table, self._draft / f"{table.name}.parquet")
            self._writing.at_end(writer.close)
            self._writers[table.name] = writer
        return self._writers[table.name]

    def close(self) -> None:
        """Write the footers."""
        for writer in self._writers.values():
            writer.close()


def run_block(job: Job, number: int, writing: Writing) -> None:
    """Compute one block and hand its files to `writing`; the last piece makes it count.

    Where others work too, that piece is handed over once so many blocks are under way.
    """
    part = part_of(job.folder, number)
    draft = draft_of(part)
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir()
    start_s, end_s = job.borders_s[number : number + 2]
    last = number == len(job.borders_s) - 2
    sink = _Sink(job, number, draft, writing)
    block = Block(job.context, start_s, end_s, last, sink, Journal(draft, "", writing.put))
    stages = list(job.states)
    taken = job.reuse.take_block(stages, number, draft)
    notes: Notes = {}
    elsewhere: dict[Stage, Callable[[], Made]] = {}
    for stage in stages:
        block.context = job.context.reading(stage.reads)
        block.journal = Journal(draft, stage.key, writing.put)
        block.restrictions = restricting.before(stage, stages, job.reported)
        block.warnings = []
        sink.begin(stage)
        with job.timed(stage.key):
            if stage in taken:
                _take_over(job, block, stage, asked=asked(stage, stages, taken))
            elif job.crew and job.source and movable(stage, job.states):
                elsewhere[stage] = job.crew.hand(piece_of(job.source, block, number, stage, stages))
            else:
                _run(job, block, stage, number, writing)
                notes[stage] = {"warnings": block.warnings}

    def count() -> None:
        sink.close()
        for stage, made in elsewhere.items():
            notes[stage] = {"warnings": _fetched(made(), draft)}
        every = {**notes, **taken}
        warnings = [line for stage in stages for line in every[stage]["warnings"]]
        write_json(draft / "part.json", {"warnings": warnings})
        keep(job.folder, number, job.origin)
        job.reuse.keep_block(part, number, notes)

    job.in_flight.append(count)
    while len(job.in_flight) > (job.crew.blocks if job.crew else 0):
        writing.put(job.in_flight.popleft())


def _fetched(made: Made, draft: Path) -> Sequence[str]:
    """Put the files of a piece that was done elsewhere into a draft; return its warnings."""
    for name, text in made.files.items():
        (draft / name).write_bytes(text)
    return made.warnings


def _run(job: Job, block: Block, stage: Stage, number: int, writing: Writing) -> None:
    """Have a stage do its work, from where its last block ended."""
    if stage in job.behind:
        job.behind.remove(stage)
        settle(job, writing)
        job.states[stage] = stage.open(block.context)
        job.states[stage].load(Journal(part_of(job.folder, number - 1), stage.key))
    state = job.states[stage]
    with declared(block, stage, stage.gives):
        state.block(block)
    if job.reuse:
        hold(block, stage.gives, block.journal)
    restricting.take(block, stage, job.reported)
    state.save(block.journal)


def settle(job: Job, writing: Writing) -> None:
    """Wait until every block so far counts."""
    while job.in_flight:
        writing.put(job.in_flight.popleft())
    writing.wait()


def _take_over(job: Job, block: Block, stage: Stage, *, asked: bool) -> None:
    """Hand on what was kept of a stage's work; its state stays behind."""
    job.behind.add(stage)
    restricting.told_again(block.journal, stage, job.reported)
    if asked:
        give_again(block, stage.gives, block.journal)
