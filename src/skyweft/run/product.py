"""A run and its folder: the tables of one scenario, read when they are asked for."""

import math
import shutil
from collections.abc import Sequence
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow as pa
from pydantic import ValidationError

from skyweft.errors import ScenarioError
from skyweft.network.plan.product import ContactPlan
from skyweft.network.routing.statistics import HANDOVER_S
from skyweft.run.disk.folder import clean_errors, why_unfinished
from skyweft.run.disk.identity import read_scenario
from skyweft.run.disk.jsonfile import read_json
from skyweft.run.disk.lock import LOCK
from skyweft.run.disk.manifest import read_manifest
from skyweft.run.disk.names import MANIFEST, SUMMARY
from skyweft.run.disk.parquet import Bounds, read, require
from skyweft.run.disk.plan import contact_plan
from skyweft.run.disk.tables import TABLES
from skyweft.run.figures.apart import ways_apart
from skyweft.run.figures.routing import restated
from skyweft.scenario.scenario import Scenario
from skyweft.scenario.words import place

FIGURES = ("name", "finished_s", "platforms", "contacts", "links", "coverage")


class Run:
    """All products of one scenario. Make one with `run`, open one with `open_run`.

    Tables are Arrow tables (`.to_pandas()`, `polars.from_arrow(...)`); their columns and units
    are listed in the reference.

    Parameters
    ----------
    folder : Path
        Holds a manifest and the tables.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._seen = _state(folder)
        self.manifest: dict[str, Any] = read_manifest(folder)

    def __repr__(self) -> str:
        rows = f"{self.contacts.num_rows:,} contacts"
        return f"<Run {self.manifest['name']!r}: {rows} in {self.finished_s:g} s, {self.folder}>"

    def _repr_html_(self) -> str:
        from skyweft.run.notebook import card

        some = self.table("contacts", ("start_s", "end_s"))
        return card(self.folder, self.manifest, self.summary(), some)

    def globe(self, from_s: float = 0.0, to_s: float | None = None, *, height_px: int = 520) -> Any:
        """Return the globe as a widget for notebooks; needs `skyweft[notebook]`.

        Parameters
        ----------
        from_s, to_s : float
            What to show, in seconds from the scenario's start; as much as a page holds unless
            given, which for 1,584 satellites is about six hours.
        height_px : int
            Of the widget.

        Returns
        -------
        anywidget.AnyWidget

        Raises
        ------
        ScenarioError
            The package is missing, the page was not built, the window lies outside the run.
        """
        from skyweft.run.notebook import globe

        return globe(self, from_s, to_s, height_px)

    @cached_property
    def scenario(self) -> Scenario:
        """Return the scenario as it was run, overrides applied; its files may be gone."""
        try:
            return read_scenario(self.manifest["scenario"])
        except ValidationError as error:
            raise ScenarioError(
                f"{self.folder} was made by {self._made_by}, and its scenario has what skyweft "
                f"{version('skyweft')} does not read: {_places(error)}"
            ) from error

    @property
    def _made_by(self) -> str:
        versions = self.manifest.get("versions")
        found = versions.get("skyweft") if isinstance(versions, dict) else None
        return f"skyweft {found}" if found else "another skyweft"

    @cached_property
    def platforms(self) -> pa.Table:
        """Return one row a platform."""
        return self.table("platforms")

    @cached_property
    def contacts(self) -> pa.Table:
        """Return one row a contact, in order of start: row number and column `contact` agree."""
        return self.table("contacts")

    @cached_property
    def links(self) -> pa.Table:
        """Return samples along contacts."""
        return self.table("links")

    @cached_property
    def routes(self) -> pa.Table | None:
        """Return ways between platforms over time; None where the scenario asks for none."""
        return self.table("routes") if self.scenario.routes else None

    @cached_property
    def shares(self) -> pa.Table | None:
        """Return what flows get over time; None where the scenario has none."""
        return self.table("shares") if self.scenario.flows else None

    @cached_property
    def loads(self) -> pa.Table | None:
        """Return what links carry over time; None where the scenario has no flows."""
        return self.table("loads") if self.scenario.flows else None

    @cached_property
    def beams(self) -> pa.Table | None:
        """Return what beams carry over time; None without flows, no rows without beams."""
        return self.table("beams") if self.scenario.flows else None

    @cached_property
    def outages(self) -> pa.Table | None:
        """Return one row an outage of a platform; None where none can fail."""
        return self.table("outages") if self.scenario.failures else None

    @cached_property
    def gateways(self) -> pa.Table | None:
        """Return one row a candidate gateway, those to build first; None where none are given."""
        return self.table("gateways") if self.scenario.gateways else None

    @cached_property
    def gateway_times(self) -> pa.Table | None:
        """Return one row a snapshot: what should come down, and what does; None without."""
        return self.table("gateway_times") if self.scenario.gateways else None

    @cached_property
    def packets(self) -> pa.Table | None:
        """Return what becomes of packets, a row a pair and step; None where none are sent."""
        return self.table("packets") if self.scenario.packets else None

    @cached_property
    def deliveries(self) -> pa.Table | None:
        """Return one row a message; None without any, or where they are too many to list."""
        listed = self.scenario.messages and "deliveries" not in self.manifest["left_out"]
        return self.table("deliveries") if listed else None

    @cached_property
    def deliveries_by_thing(self) -> pa.Table | None:
        """Return what became of messages, a row a thing; None without any."""
        return self.table("deliveries_by_thing") if self.scenario.messages else None

    @cached_property
    def deliveries_by_cell(self) -> pa.Table | None:
        """Return what became of messages, a row a cell with things; None without any."""
        return self.table("deliveries_by_cell") if self.scenario.messages else None

    @cached_property
    def deliveries_by_hour(self) -> pa.Table | None:
        """Return what became of messages, a row an hour; None without any."""
        return self.table("deliveries_by_hour") if self.scenario.messages else None

    @cached_property
    def delivery_delays(self) -> pa.Table | None:
        """Return which part of each rule's messages had arrived after which delay; or None."""
        return self.table("delivery_delays") if self.scenario.messages else None

    @cached_property
    def stores(self) -> pa.Table | None:
        """Return what platforms kept of messages over time; None without any."""
        return self.table("stores") if self.scenario.messages else None

    @cached_property
    def downlinks(self) -> pa.Table | None:
        """Return what the targets of messages took over time; None without any."""
        return self.table("downlinks") if self.scenario.messages else None

    @cached_property
    def coverage(self) -> pa.Table | None:
        """Return one row a cell or site; None where the scenario asks for no coverage."""
        return self.table("coverage") if self.scenario.coverage else None

    @cached_property
    def tracks(self) -> pa.Table | None:
        """Return the movers' positions at knots; None where they were too many to keep."""
        return self.table("tracks") if self.tracks_kept else None

    @property
    def tracks_kept(self) -> bool:
        """Return whether the movers' positions are in the folder."""
        return "tracks" not in self.manifest["left_out"]

    def access_statistics(self) -> pa.Table:
        """Return one row a pair and rule that met: number, durations, gaps, best elevation."""
        return self.table("access")

    def route_statistics(
        self, handover_s: float = HANDOVER_S, fibre_detour: float = 1.0
    ) -> pa.Table | None:
        """Return one row a pair and rule of `[[routes]]`: delays, hops, stretch, changes, reasons.

        Parameters
        ----------
        handover_s : float
            For how long nothing gets through when the first platform of a way changes. [s]
        fibre_detour : float
            How much longer than the great circle the fibre to compare with is.

        Returns
        -------
        pyarrow.Table or None
            None where the scenario asks for no routes.
        """
        return restated(self._route_statistics, handover_s, fibre_detour)

    @cached_property
    def _route_statistics(self) -> pa.Table | None:
        return self.table("route_statistics") if self.scenario.routes else None

    @cached_property
    def route_times(self) -> pa.Table | None:
        """Return one row a snapshot and rule: pairs reached, delays, changes; None without."""
        return self.table("route_times") if self.scenario.routes else None

    def ways_apart(self, route: int = 0) -> pa.Table:
        """Return how often each pair of a rule has two ways apart, and what the second one costs.

        Parameters
        ----------
        route : int
            Rule with `apart`, in the scenario's order.

        Returns
        -------
        pyarrow.Table
            One row a pair, those that have two least first: `source`, `target`; `share_two`,
            `share_one`, `share_none` of its snapshots; `extra_min_s`, `extra_mean_s` and
            `extra_max_s` by which the second way takes longer than the best one, NaN without two.

        Raises
        ------
        ScenarioError
            The rule asks for no ways apart.
        """
        rules = self.scenario.routes
        if not (0 <= route < len(rules) and rules[route].apart):
            raise ScenarioError(f"routes.{route} asks for no ways apart")
        return ways_apart(self.folder / "routes.parquet", route)

    def contact_plan(self, piece_s: float = math.inf) -> ContactPlan:
        """Return who can send to whom, when, how fast and how much, either way.

        Parameters
        ----------
        piece_s : float
            Contacts are cut where a multiple of this passes, to follow rate and delay. [s]

        Returns
        -------
        ContactPlan
            See `skyweft.network.plan.making.contact_plan`.
        """
        return contact_plan(self.scenario, self.table, piece_s)

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
        path = self.folder / f"{name}.parquet"
        if why := self.manifest["left_out"].get(name):
            raise ScenarioError(f"{path} was left out: {why}")
        if not path.is_file():
            self._same()
            raise ScenarioError(f"{path} is not there")
        wanted = columns or [column.name for column in TABLES.get(name, ())]
        try:
            table = read(path, columns, bounds)
        except (OSError, pa.ArrowException) as error:
            self._same()
            raise ScenarioError(f"{path} cannot be read: {error}") from error
        self._same()
        require(path, table.column_names, wanted)
        return table

    def summary(self) -> dict[str, Any]:
        """Return the key figures."""
        path = self.folder / SUMMARY
        found = read_json(path)
        self._same()
        if missing := [key for key in FIGURES if key not in found]:
            raise ScenarioError(
                f"{path} is damaged or was made by another version: {', '.join(missing)} missing"
            )
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
    def echo(self) -> tuple[str, ...]:
        """Return the geometry that follows from the scenario, a line a group."""
        return tuple(self.manifest["echo"])

    @property
    def complete(self) -> bool:
        """Return whether the run went all the way."""
        return bool(self.manifest["complete"])

    @property
    def finished_s(self) -> float:
        """Return how far the run went, in seconds from the scenario's start."""
        return float(self.manifest["finished_s"])

    def save(self, folder: str | Path) -> "Run":
        """Copy the run to another folder.

        Parameters
        ----------
        folder : str or Path
            Must not exist, or be empty.

        Returns
        -------
        Run
            The copy.

        Raises
        ------
        ScenarioError
            The folder is taken or cannot be written.
        """
        folder = Path(folder)
        draft = folder.with_name(f".{folder.name}.draft")
        with clean_errors(folder):
            if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
                raise ScenarioError(f"{folder} is not empty; a run needs a folder of its own")
            try:
                shutil.rmtree(draft, ignore_errors=True)
                shutil.copytree(self.folder, draft, ignore=shutil.ignore_patterns(LOCK))
                self._same()
                if folder.exists():
                    folder.rmdir()
                draft.replace(folder)
            finally:
                shutil.rmtree(draft, ignore_errors=True)
        return Run(folder)


def open_run(folder: str | Path) -> Run:
    """Open the run in a folder.

    Parameters
    ----------
    folder : str or Path
        Made by `run` or `skyweft run`.

    Returns
    -------
    Run
        Its tables are read when asked for. After an interruption they end at `finished_s`.

    Raises
    ------
    ScenarioError
        There is no run, or one that was stopped before it had written its tables.
    """
    folder = Path(folder)
    try:
        return _opened(folder)
    except OSError as error:
        raise ScenarioError(f"{folder} cannot be read: {error.strerror or error}") from error


def _opened(folder: Path) -> Run:
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
    return Run(folder)


def _state(folder: Path) -> tuple[int, int] | None:
    """Return what changes with every run that is put into a folder; None while that goes on."""
    try:
        found = (folder / MANIFEST).stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns


def _places(error: ValidationError) -> str:
    """Name the first few places of a scenario that today's models refuse."""
    found = [place(each["loc"]) for each in error.errors()]
    return ", ".join(dict.fromkeys(found[:3]))
