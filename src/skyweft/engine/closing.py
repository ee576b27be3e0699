"""Makes a run's whole tables out of its finished blocks, and moves them into its folder."""

import math
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from skyweft.columns import Table
from skyweft.engine import restricting
from skyweft.engine.pieces import Source
from skyweft.engine.reuse import Notes, Reuse, asked, declared, give_again, hold
from skyweft.stage import Context, Journal, Stage, Whole
from skyweft.stage.registry import stages
from skyweft.store.folder import PARTS, finished, publishing
from skyweft.store.jsonfile import read_json, write_json
from skyweft.store.names import MANIFEST, SCENARIO, SUMMARY, TABLE
from skyweft.store.parquet import TableWriter, read
from skyweft.store.splice import splice
from skyweft.store.writing import Writing

if TYPE_CHECKING:
    from skyweft.engine.crew import Crew


@dataclass(slots=True)
class Begun:
    """A run whose blocks are finished, all or some."""

    context: Context
    stages: Sequence[Stage]
    text: str  # scenario.toml
    folder: Path
    plan: Mapping[str, Any]
    origin: str  # `fingerprint` of the plan: what the first block follows
    overrides: Sequence[str]
    seconds: dict[str, float]
    doubts: Sequence[str] = ()  # what of the scenario is probably not meant
    reuse: Reuse = field(default_factory=Reuse)
    crew: "Crew | None" = None  # who works too
    source: Source | None = None  # what they are told

    @property
    def parts(self) -> list[Path]:
        """Return the folders of the finished blocks, in order of time, up to the first gap."""
        return finished(self.folder, self.origin)

    @property
    def simulated_s(self) -> float:
        """Return how far the run came."""
        return float(self.plan["borders_s"][len(self.parts)])

    @property
    def complete(self) -> bool:
        """Return whether that is all the way."""
        return len(self.parts) == len(self.plan["borders_s"]) - 1


class _Shelf:
    """Writes whole tables into a draft of the run's folder."""

    def __init__(self, draft: Path, threads: int) -> None:
        self._draft, self._threads = draft, threads
        self.left_out: dict[str, str] = {}

    def rows(self, table: Table, rows: Iterable[pa.Table]) -> None:
        writer, writing = TableWriter(table, self.path(table)), Writing(self._threads)
        writing.at_end(writer.close)
        try:
            for piece in rows:
                writing.put(partial(writer.write, piece))
            writing.put(writer.close)
        finally:
            writing.finish()

    def leave_out(self, table: Table, reason: str) -> None:
        assert table.optional, table.name
        self.left_out[table.name] = reason

    def read(self, table: Table, columns: Sequence[str]) -> pa.Table:
        return read(self.path(table), columns)

    def path(self, table: Table) -> Path:
        return self._draft / _file(table)


def finish(run: Begun) -> None:
    """Write tables, summary and manifest, and move them into the run's folder."""
    began = perf_counter()
    parts = run.parts
    draft = _fresh(run.folder / PARTS / "whole.draft")
    closed = _closed(run, parts, draft)
    (draft / SCENARIO).write_bytes(run.text.encode())
    warnings = list(dict.fromkeys([*_warnings(run, parts), *closed.warnings]))
    write_json(draft / SUMMARY, {**_facts(run), **closed.metrics, "warnings": warnings})
    run.seconds["tables"] = perf_counter() - began
    write_json(draft / MANIFEST, _manifest(run, warnings, closed.left_out))
    publishing(run.folder).put(draft, last=run.complete)


def _fresh(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder


@dataclass(slots=True)
class _Closed:
    """What stages have made of the whole run, beside tables."""

    metrics: dict[str, Any] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)

    def add(self, note: Mapping[str, Any]) -> None:
        self.metrics |= note["metrics"]
        self.warnings += note["warnings"]
        self.left_out |= note["left_out"]


def _closed(run: Begun, parts: Sequence[Path], draft: Path) -> _Closed:
    """Close every stage over the finished blocks, or take over what was made of the same ones."""
    aside = _fresh(draft.with_name("aside.draft"))
    for stage in run.stages:
        (aside / stage.key).mkdir()
    taken = run.reuse.take_whole(run.stages, aside) if run.complete else {}
    joining = Writing(run.context.threads)
    for table in chain.from_iterable(stage.tables for stage in run.stages if stage not in taken):
        files = [part / _file(table) for part in parts]
        joining.put(partial(_join_files, files, draft / _file(table)))
    try:
        notes = _in_turn(run, parts, (draft, aside), taken)
    finally:
        joining.finish()
    for stage, note in notes.items():
        tables = _filled(run, stage, draft, note)
        if run.complete:
            run.reuse.keep_whole(stage, [*tables, *(aside / stage.key).iterdir()], note)
    found = _Closed()
    for stage in stages():
        if stage in run.stages:
            found.add(taken.get(stage) or notes[stage])
        elif stage.tables:
            found.metrics[stage.key] = None
    return found


def _in_turn(run: Begun, parts: Sequence[Path], drafts: tuple[Path, Path], taken: Notes) -> Notes:
    """Return what the stages say that have not been closed over the same blocks before."""
    draft, aside = drafts
    borders_s = tuple(run.plan["borders_s"][: len(parts) + 1])
    whole = Whole(run.context, borders_s, tuple(parts), _Shelf(draft, run.context.threads))
    reported = restricting.reported_in(parts, run.stages)
    notes: Notes = {}
    for stage in run.stages:
        given = Journal(aside / stage.key, stage.key)
        if stage in taken:
            for file in (aside / stage.key).glob(f"*{TABLE}"):
                file.rename(draft / file.name)
            if asked(stage, run.stages, taken):
                give_again(whole, stage.gives_whole, given)
            continue
        whole.context, whole.key = run.context.reading(stage.reads), stage.key
        whole.warnings, whole.shelf = [], (shelf := _Shelf(draft, run.context.threads))
        whole.restrictions = restricting.before(stage, run.stages, reported)
        state = stage.open(whole.context)
        state.load(Journal(parts[-1], stage.key))
        with declared(whole, stage, stage.gives_whole):
            metrics = _plain(state.close(whole))
        notes[stage] = {
            "metrics": metrics,
            "warnings": whole.warnings,
            "left_out": shelf.left_out,
        }
        if run.reuse:
            hold(whole, stage.gives_whole, given)
    return notes


def _filled(run: Begun, stage: Stage, draft: Path, note: Any) -> list[Path]:
    """Return the tables of a stage; those that nobody wrote a row of are written here."""
    shelf, left_out = _Shelf(draft, run.context.threads), note["left_out"]
    tables = [table for table in stage.tables if table.name not in left_out]
    for table in tables:
        if not shelf.path(table).exists():
            shelf.rows(table, [table.empty()])
    return [shelf.path(table) for table in tables]


def _file(table: Table) -> str:
    return f"{table.name}{TABLE}"


def _join_files(parts: Sequence[Path], whole: Path) -> None:
    """Join the blocks' tables; a single one is linked, which costs nothing."""
    parts = [part for part in parts if part.exists()]
    if len(parts) == 1:
        try:
            os.link(parts[0], whole)
        except OSError:  # not every file system has hard links
            shutil.copyfile(parts[0], whole)
    elif parts:
        splice(parts, whole)


def _facts(run: Begun) -> dict[str, Any]:
    scenario = run.context.scenario
    return {
        "name": scenario.name,
        "start": scenario.start.isoformat().replace("+00:00", "Z"),
        "duration_s": scenario.duration_s,
        "simulated_s": run.simulated_s,
    }


def _warnings(run: Begun, parts: Sequence[Path]) -> list[str]:
    lines = [*run.doubts]
    for part in parts:
        lines += read_json(part / "part.json")["warnings"]
    return lines


def _manifest(run: Begun, warnings: list[str], left_out: dict[str, str]) -> dict[str, Any]:
    scenario = run.context.scenario
    return {
        "name": scenario.name,
        "complete": run.complete,
        "simulated_s": run.simulated_s,
        "duration_s": scenario.duration_s,
        "seed": scenario.seed,
        "overrides": list(run.overrides),
        "derived_geometry": list(run.context.fleet.derived_geometry),
        "warnings": warnings,
        "left_out": left_out,
        "reused": {
            stage.key: taken for stage in run.stages if (taken := run.reuse.taken[stage.key])
        },
        "seconds": {name: round(seconds, 3) for name, seconds in run.seconds.items()},
        **run.plan,
    }


def _plain(value: Any) -> Any:
    """Replace what JSON has no word for by None."""
    if isinstance(value, Mapping):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_plain(entry) for entry in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
