"""A sweep's folder: its table, and a run's folder a variant."""

import json
import shutil
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from skyweft.errors import ScenarioError
from skyweft.results import Run, open_run
from skyweft.store.checksums import intact
from skyweft.store.folder import clean_errors
from skyweft.store.jsonfile import read_json
from skyweft.store.names import SUMS
from skyweft.store.publishing import Publishing
from skyweft.sweeps.metrics import KEYS

PLAN = "sweep.json"
TABLE = "sweep.parquet"
CSV = "sweep.csv"
PAGE = "sweep.html"


class Sweep:
    """The variants of one scenario. Make one with `sweep`, open one with `open_sweep`.

    Parameters
    ----------
    folder : Path
        Holds a plan, the table, and a run's folder a variant.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.plan: dict[str, Any] = read_json(folder / PLAN)

    def __repr__(self) -> str:
        return (
            f"<Sweep of {self.plan.get('name')!r}: {self.table.num_rows:,} variants, "
            f"{len(self.failed):,} failed, {self.folder}>"
        )

    @cached_property
    def table(self) -> pa.Table:
        """Return one row a variant: `variant`, `reason`, `warnings`, keys that were set, figures.

        `reason` is null where all went well, else the figures are; `warnings` has a line each.
        Figures are the numbers of the
        variants' summaries under dotted names.
        """
        if publishing(self.folder).in_flight():
            raise ScenarioError(
                f"{self.folder} holds a sweep that was killed before its table was in place; "
                "--resume finishes it"
            )
        try:
            return pq.read_table(intact(self.folder / TABLE))
        except (OSError, pa.ArrowException) as error:
            raise ScenarioError(f"{self.folder / TABLE} cannot be read: {error}") from error

    @property
    def keys(self) -> tuple[str, ...]:
        """Return the keys of the scenario that were set, in their order."""
        return tuple(json.loads((self.table.schema.metadata or {}).get(KEYS, b"[]")))

    @property
    def failed(self) -> dict[int, str]:
        """Return why variants have no figures, by their numbers."""
        return self._said("reason")

    @property
    def warnings(self) -> dict[int, str]:
        """Return what is allowed but perhaps not meant, a line each, by the variants' numbers."""
        return self._said("warnings")

    def _said(self, column: str) -> dict[int, str]:
        if column not in self.table.column_names:
            raise ScenarioError(
                f"{self.folder / TABLE} was made by another version: the column {column} is missing"
            )
        rows = self.table.select(["variant", column]).to_pylist()
        return {row["variant"]: row[column] for row in rows if row[column]}

    def run(self, variant: int) -> Run:
        """Return the run of a variant.

        Parameters
        ----------
        variant : int
            Its number, from 1.

        Raises
        ------
        ScenarioError
            There is no such variant, or it has failed.
        """
        if why := self.failed.get(variant):
            raise ScenarioError(f"variant {variant} has no run: {why}")
        return open_run(place_of(self.folder, variant))


def open_sweep(folder: str | Path) -> Sweep:
    """Open the sweep in a folder.

    Parameters
    ----------
    folder : str or Path
        Made by `sweep` or `skyweft sweep`.

    Returns
    -------
    Sweep

    Raises
    ------
    ScenarioError
        There is none.
    """
    folder = Path(folder)
    if not (folder / PLAN).is_file():
        raise ScenarioError(f"{folder} holds no sweep: {PLAN} is missing")
    return Sweep(folder)


def place_of(folder: Path, variant: int) -> Path:
    """Return where the run of a variant lies."""
    return folder / f"{variant:05d}"


def write(folder: Path, found: pa.Table) -> None:
    """Write the table twice, for programs and for people, both at once; the page of before goes."""
    into = publishing(folder)
    draft = into.beside / "table.draft"
    with clean_errors(folder):
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        _parquet(found, draft / TABLE)
        _csv(found, draft / CSV)
        into.put(draft, last=True)


def publishing(folder: Path) -> Publishing:
    """Return how the table of a sweep gets into its folder."""
    return Publishing(folder, folder / ".table", TABLE, {TABLE, CSV, PAGE, SUMS}.__contains__)


def _parquet(found: pa.Table, path: Path) -> None:
    pq.write_table(found, path, compression="zstd")


def _csv(found: pa.Table, path: Path) -> None:
    pa.csv.write_csv(found, path)


def plan(name: str, file: Path, variants: list[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what `sweep.json` says: the scenario's name and file, and what each variant sets."""
    return {"name": name, "file": str(file), "variants": variants}
