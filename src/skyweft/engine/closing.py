"""Makes a run's whole tables out of its finished blocks, and moves them into its folder."""

import math
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from time import perf_counter
from typing import Any

import pyarrow as pa

from skyweft.columns import Table
from skyweft.engine import restricting
from skyweft.scenario.review import review
from skyweft.stage import Context, Journal, Stage, Whole
from skyweft.stage.registry import stages
from skyweft.store.folder import PARTS, finished, publishing
from skyweft.store.jsonfile import read_json, write_json
from skyweft.store.names import MANIFEST, SCENARIO, SUMMARY
from skyweft.store.parquet import TableWriter
from skyweft.store.splice import splice
from skyweft.store.writing import Writing


@dataclass(frozen=True, slots=True)
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

    def path(self, table: Table) -> Path:
        return self._draft / f"{table.name}.parquet"


def finish(run: Begun) -> None:
    """Write tables, summary and manifest, and move them into the run's folder."""
    began = perf_counter()
    parts = run.parts
    draft = run.folder / PARTS / "whole.draft"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir()
    shelf = _Shelf(draft, run.context.threads)
    joining = Writing(run.context.threads)
    tables = list(chain.from_iterable(stage.tables for stage in run.stages))
    for table in tables:
        files = [part / f"{table.name}.parquet" for part in parts]
        joining.put(partial(_join_files, files, shelf.path(table)))
    try:
        metrics, said = _closed(run, parts, shelf)
    finally:
        joining.finish()
    for table in tables:
        if not shelf.path(table).exists() and table.name not in shelf.left_out:
            shelf.rows(table, [table.empty()])
    (draft / SCENARIO).write_bytes(run.text.encode())
    warnings = list(dict.fromkeys([*_warnings(run, parts), *said]))
    write_json(draft / SUMMARY, {**_facts(run), **metrics, "warnings": warnings})
    run.seconds["tables"] = perf_counter() - began
    write_json(draft / MANIFEST, _manifest(run, warnings, shelf.left_out))
    publishing(run.folder).put(draft, last=run.complete)


def _closed(run: Begun, parts: Sequence[Path], shelf: _Shelf) -> tuple[dict[str, Any], list[str]]:
    """Close every stage over the finished blocks; return key figures and warnings."""
    borders_s = tuple(run.plan["borders_s"][: len(parts) + 1])
    whole = Whole(run.context, borders_s, tuple(parts), shelf)
    told = restricting.told_in(parts, run.stages)
    metrics: dict[str, Any] = {}
    for stage in stages():
        if stage in run.stages:
            state = stage.open(run.context)
            state.load(Journal(parts[-1], stage.key))
            whole.key = stage.key
            whole.restrictions = restricting.before(stage, run.stages, told)
            metrics |= state.close(whole)
        elif stage.tables:
            metrics[stage.key] = None
    found: dict[str, Any] = _plain(metrics)
    return found, whole.warnings


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
        "finished_s": run.simulated_s,
    }


def _warnings(run: Begun, parts: Sequence[Path]) -> list[str]:
    lines = [*review(run.context.scenario), *run.context.fleet.warnings]
    for part in parts:
        lines += read_json(part / "part.json")["warnings"]
    return lines


def _manifest(run: Begun, warnings: list[str], left_out: dict[str, str]) -> dict[str, Any]:
    scenario = run.context.scenario
    return {
        "name": scenario.name,
        "complete": run.complete,
        "finished_s": run.simulated_s,
        "duration_s": scenario.duration_s,
        "seed": scenario.seed,
        "overrides": list(run.overrides),
        "echo": list(run.context.fleet.echo),
        "warnings": warnings,
        "left_out": left_out,
        "seconds": {name: round(seconds, 3) for name, seconds in run.seconds.items()},
        **run.plan,
    }


def _plain(value: Any) -> Any:
    """Replace what JSON has no word for by None."""
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
