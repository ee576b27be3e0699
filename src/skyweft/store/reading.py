"""A run's folder, read: manifest, scenario, and tables when they are asked for."""

from collections.abc import Sequence
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow as pa
from pydantic import ValidationError

from skyweft.errors import ScenarioError
from skyweft.renamed import NAMES, TABLES, now_called
from skyweft.scenario.scenario import Scenario
from skyweft.scenario.words import place
from skyweft.stage.registry import stages, tables
from skyweft.store.checksums import intact
from skyweft.store.folder import why_unfinished
from skyweft.store.identity import gone, read_scenario
from skyweft.store.jsonfile import read_json
from skyweft.store.manifest import read_manifest
from skyweft.store.names import MANIFEST, SUMMARY
from skyweft.store.parquet import Bounds, read, require

FACTS = ("name", "start", "duration_s", "simulated_s", "warnings")  # beside what the stages say


class Folder:
    """What a run has left: tables, key metrics, scenario.

    Every table that a stage declares is an attribute: `folder.contacts`, `folder.routes`. It is
    None where the scenario does not ask for its stage, or the run had to leave it out.

    Parameters
    ----------
    folder : Path
        Holds a manifest and the tables.

    Raises
    ------
    ScenarioError
        There is no run, or one that was stopped before it had written its tables.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        try:
            _must_hold_a_run(self.folder)
            self._seen = _state(self.folder)
        except OSError as error:
            why = error.strerror or error
            raise ScenarioError(f"{self.folder} cannot be read: {why}") from error
        self.manifest: dict[str, Any] = read_manifest(self.folder)
        self._intact(self.folder / MANIFEST)
        self._tables: dict[str, pa.Table] = {}

    @cached_property
    def scenario(self) -> Scenario:
        """Return the scenario as it was run, overrides applied; its files may be gone."""
        try:
            return read_scenario(self.manifest["scenario"])
        except ValidationError as error:
            if missing := gone(self.manifest["versions"]):
                raise ScenarioError(
                    f"{self.folder} was made with {', '.join(missing)}: not installed here, and "
                    f"its scenario needs it: {_places(error)}"
                ) from error
            raise ScenarioError(
                f"{self.folder} was made by {self._made_by}, and its scenario has what skyweft "
                f"{version('skyweft')} does not read: {_places(error)}"
            ) from error

    @property
    def _made_by(self) -> str:
        versions = self.manifest.get("versions")
        found = versions.get("skyweft") if isinstance(versions, dict) else None
        return f"skyweft {found}" if found else "another skyweft"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in tables():
            hint = now_called(name, TABLES | NAMES)
            raise AttributeError(f"{type(self).__name__!r} has no attribute {name!r}{hint}")
        if name not in self._tables and self.holds(name):
            self._tables[name] = self.table(name)
        return self._tables.get(name)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *tables()]

    def holds(self, name: str) -> bool:
        """Return whether the run has a table: its stage took part, and it was not left out."""
        took_part = any(
            table.name == name and stage.wanted(self.scenario)
            for stage in stages()
            for table in stage.tables
        )
        return took_part and name not in self.manifest["left_out"]

    def table(
        self, name: str, columns: Sequence[str] | None = None, bounds: Bounds | None = None
    ) -> pa.Table:
        """Return a table by its file's name.

        Parameters
        ----------
        name : str
            Of the file, without its ending.
        columns : sequence of str, optional
            Read only these.
        bounds : sequence of (str, str, float), optional
            Read only rows within all of them: column, one of < <= == >= >, number.

        Raises
        ------
        ScenarioError
            The table is not in the folder, or damaged.
        """
        path = self.file(name)
        declared = tables().get(name)
        wanted = columns or [column.name for column in (declared.columns if declared else ())]
        try:
            table = read(path, columns, bounds)
        except (OSError, pa.ArrowException) as error:
            self._same()
            raise ScenarioError(f"{path} cannot be read: {error}") from error
        self._same()
        require(path, table.column_names, wanted)
        return table

    def file(self, name: str) -> Path:
        """Return where a table lies, of which every byte is as it was written.

        Parameters
        ----------
        name : str
            Of the file, without its ending.

        Raises
        ------
        ScenarioError
            The table is not in the folder, or damaged.
        """
        path = self.folder / f"{name}.parquet"
        if why := self.manifest["left_out"].get(name):
            raise ScenarioError(f"{path} was left out: {why}")
        if not path.is_file():
            self._same()
            raise ScenarioError(f"{path} is not there")
        return self._intact(path)

    def _intact(self, path: Path) -> Path:
        try:
            return intact(path)
        except OSError as error:
            raise ScenarioError(f"{path} cannot be read: {error.strerror or error}") from error
        finally:
            self._same()

    def summary(self) -> dict[str, Any]:
        """Return the key metrics."""
        path = self.folder / SUMMARY
        found = read_json(path)
        if missing := [key for key in FACTS if key not in found]:
            raise ScenarioError(
                f"{path} is damaged or was made by another version: {', '.join(missing)} missing"
            )
        self._intact(path)
        return found

    def _same(self) -> None:
        """Refuse to mix two runs: what was read now must lie beside the manifest of then."""
        if _state(self.folder) != self._seen:
            raise ScenarioError(
                f"{self.folder} holds another run since it was opened; open it anew"
            )

    @property
    def warnings(self) -> tuple[str, ...]:
        """Return what is allowed but perhaps not meant, a line each."""
        return tuple(self.manifest["warnings"])

    @property
    def derived_geometry(self) -> tuple[str, ...]:
        """Return the geometry that follows from the scenario, a line a group."""
        return tuple(self.manifest["derived_geometry"])

    @property
    def complete(self) -> bool:
        """Return whether the run went all the way."""
        return bool(self.manifest["complete"])

    @property
    def simulated_s(self) -> float:
        """Return how far the run went, in seconds from the scenario's start."""
        return float(self.manifest["simulated_s"])

    @property
    def has_tracks(self) -> bool:
        """Return whether the movers' positions are in the folder."""
        return self.holds("tracks")


def _must_hold_a_run(folder: Path) -> None:
    if not folder.is_dir():
        found = "is a file" if folder.exists() else "is not there"
        raise ScenarioError(f"{folder} {found}; a run is a folder made by skyweft run")
    if not (folder / MANIFEST).is_file():
        why = why_unfinished(folder)
        raise ScenarioError(
            f"{folder} {why}; go on with it by --resume"
            if why
            else f"{folder} holds no run: {MANIFEST} is missing"
        )


def _state(folder: Path) -> tuple[int, int] | None:
    """Return what changes with every run that is put into a folder; None while that goes on."""
    try:
        found = (folder / MANIFEST).stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns


def _places(error: ValidationError) -> str:
    """Name the first few places of a scenario that today's models refuse."""
    found = [place(fault["loc"]) for fault in error.errors()]
    return ", ".join(dict.fromkeys(found[:3]))
