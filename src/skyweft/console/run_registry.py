"""The runs that are shown: what is in each folder, and in words what is wrong with it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from skyweft.errors import ScenarioError
from skyweft.results import Run, open_run
from skyweft.stage.registry import answers, wanted
from skyweft.stage.registry import tables as declared
from skyweft.store.folder import is_run
from skyweft.store.identity import digest
from skyweft.store.names import MANIFEST


class Shelf:
    """Runs by their number, in the order of the command line.

    A folder may change while it is shown: its run is opened again when its manifest is another.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self.folders = tuple(folders)
        self._open: dict[int, tuple[int, Run]] = {}

    def run(self, number: int) -> Run:
        """Return a run; ScenarioError says why it cannot be opened."""
        folder = self.folders[number]
        path = folder / MANIFEST
        changed = path.stat().st_mtime_ns if path.is_file() else 0
        if number not in self._open or self._open[number][0] != changed:
            self._open[number] = changed, open_run(folder)
        return self._open[number][1]

    def require_one(self) -> None:
        """Raise ScenarioError where no folder holds a run, not even one that was begun."""
        if not any(is_run(folder) for folder in self.folders):
            for number in range(len(self.folders)):
                self.run(number)

    def listed(self) -> list[dict[str, Any]]:
        """Return what each folder holds; `problem` is None where all of it can be shown."""
        return [self._about(number) for number in range(len(self.folders))]

    def _about(self, number: int) -> dict[str, Any]:
        folder = self.folders[number]
        tables = tables_in(folder)
        about: dict[str, Any] = {
            "id": number,
            "folder": str(folder),
            "name": folder.resolve().name,
            "start": None,
            "duration_s": None,
            "simulated_s": None,
            "complete": False,
            "hash": None,
            "tables": _listed(tables),
            "questions": [],
            "left_out": {},
            "problem": None,
        }
        try:
            run = self.run(number)
        except (ScenarioError, OSError) as error:
            return {**about, "problem": str(error)}
        manifest = run.manifest
        return {
            **about,
            "name": manifest["name"],
            "start": manifest["scenario"].get("start"),
            "duration_s": manifest.get("duration_s"),
            "simulated_s": run.simulated_s,
            "complete": run.complete,
            "hash": digest(manifest),
            "questions": questions(run),
            "left_out": manifest["left_out"],
            "problem": "; ".join(_problems(run, tables)) or None,
        }


def questions(run: Run) -> list[str]:
    """Return what the page may ask the stages that took part; nothing where nobody knows them."""
    try:
        return [name for stage in wanted(run.scenario) for name in answers(stage)]
    except ScenarioError:
        return []


def _listed(tables: Mapping[str, int | None]) -> dict[str, int]:
    """Return the rows of tables that can be read, in the order of the page's list."""
    places = {name: table.listed for name, table in declared().items()}
    found = {name: rows for name, rows in tables.items() if rows is not None}
    there = {name: place for name in found if (place := places.get(name, 0)) is not None}
    return {name: found[name] for name in sorted(there, key=there.__getitem__)}


def tables_in(folder: Path) -> dict[str, int | None]:
    """Return the number of rows of every table; None for one that cannot be read.

    They come in the order in which the stages declare them; what no stage declares is last.
    """
    found: dict[str, int | None] = {}
    order = {name: place for place, name in enumerate(declared())}
    files = sorted(folder.glob("*.parquet"))
    for path in sorted(files, key=lambda each: order.get(each.stem, len(order))):
        try:
            found[path.stem] = pq.read_metadata(path).num_rows
        except (OSError, pa.ArrowException):
            found[path.stem] = None
    return found


def _problems(run: Run, tables: dict[str, int | None]) -> list[str]:
    words = [f"{name}.parquet is damaged" for name, rows in tables.items() if rows is None]
    try:
        words += [
            f"{name}.parquet is missing"
            for name in declared()
            if run.holds(name) and name not in tables
        ]
    except ScenarioError as error:  # the scenario cannot be read
        words.append(str(error))
    return words
