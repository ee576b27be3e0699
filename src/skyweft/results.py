"""A run and what can be done with it: the facade over a run's folder."""

import math
import shutil
import tempfile
import warnings
import weakref
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from skyweft.delivery.plan.from_run import contact_plan
from skyweft.delivery.plan.product import ContactPlan
from skyweft.engine.runner import Options, run_into
from skyweft.errors import ScenarioError
from skyweft.export import export
from skyweft.network.graph.from_run import at_moment, seconds
from skyweft.network.graph.snapshot import Snapshot
from skyweft.network.routing.disjoint_pairs import of_rule
from skyweft.network.routing.statistics import HANDOVER_S
from skyweft.network.routing.summary import restated
from skyweft.notebook.html_card import card
from skyweft.notebook.widget import globe
from skyweft.scenario.reading import load
from skyweft.scenario.scenario import Scenario
from skyweft.store.folder import clean_errors
from skyweft.store.lock import LOCK
from skyweft.store.reading import Folder

Progress = Callable[[float, float, str], None]
Policy = Callable[[Snapshot], Any]


class Run(Folder):
    """All products of one scenario. Make one with `run`, open one with `open_run`.

    Tables are Arrow tables (`.to_pandas()`, `polars.from_arrow(...)`), each an attribute of its
    name: `run.contacts`; their columns and units are listed in the reference. A table whose stage
    the scenario does not ask for is None.
    """

    def __repr__(self) -> str:
        rows = f"{self.contacts.num_rows:,} contacts"
        return f"<Run {self.manifest['name']!r}: {rows} in {self.simulated_s:g} s, {self.folder}>"

    def _repr_html_(self) -> str:
        return card(self)

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
        return globe(self, from_s, to_s, height_px)

    def route_statistics(
        self, handover_s: float = HANDOVER_S, fibre_detour: float = 1.0
    ) -> pa.Table | None:
        """Return one row a pair and rule of `[[routes]]`: delays, hops, stretch, changes, reasons.

        Parameters
        ----------
        handover_s : float
            For how long nothing gets through when the first platform of a route changes. [s]
        fibre_detour : float
            How much longer than the great circle the fibre to compare with is.

        Returns
        -------
        pyarrow.Table or None
            None where the scenario asks for no routes.
        """
        found = self.table("route_statistics") if self.holds("route_statistics") else None
        return restated(found, handover_s, fibre_detour)

    def disjoint_paths(self, route: int = 0) -> pa.Table:
        """Return how often each pair of a rule has two disjoint paths, and what the backup costs.

        Parameters
        ----------
        route : int
            Rule with `disjoint`, in the scenario's order.

        Returns
        -------
        pyarrow.Table
            One row a pair, those that have two least first: `source`, `target`; `share_two`,
            `share_one`, `share_none` of its snapshots; `extra_min_s`, `extra_mean_s` and
            `extra_max_s` by which the backup path takes longer than the best one, NaN without two.

        Raises
        ------
        ScenarioError
            The rule asks for no disjoint paths.
        """
        return of_rule(self, route)

    def contact_plan(self, piece_s: float = math.inf) -> ContactPlan:
        """Return who can send to whom, when, how fast and how much, either way.

        Parameters
        ----------
        piece_s : float
            Contacts are cut where a multiple of this passes, to follow rate and delay. [s]

        Returns
        -------
        ContactPlan
            See `skyweft.delivery.plan.making.contact_plan`.
        """
        return contact_plan(self.scenario, self.table, self.simulated_s, piece_s)

    def export(
        self,
        form: str,
        out: str | Path | None = None,
        *,
        only: Sequence[str] = (),
        step_s: float | None = None,
        time_s: float = 0.0,
    ) -> Path:
        """Write the run in a format of other programs: see `skyweft.export.export`.

        Parameters
        ----------
        form : str
            Such as `czml`; `skyweft.export.FORMATS` has all.
        out : path, optional
            The file or folder; by default in the run's folder.
        only : sequence of str
            Names of platforms or groups; all unless given.
        step_s, time_s : float
            Between the times written, and of what is of one moment. [s]

        Returns
        -------
        Path
            What was written; what was left out is told in warnings.
        """
        path, notes = export(self, form, out, only=only, step_s=step_s, time_s=time_s)
        for note in notes:
            warnings.warn(note, stacklevel=2)
        return path

    def graph(self, time_s: float | datetime = 0.0) -> Snapshot:
        """Return the network at a moment: limits, failures and restrictions have been applied.

        Parameters
        ----------
        time_s : float or datetime
            Any moment of the run, in seconds from the scenario's start [s], or with a time zone.

        Returns
        -------
        Snapshot
            Nodes and directed edges, with delay, length, capacity and kind; `.to_networkx()` and
            `.to_scipy()` hand them on.

        Raises
        ------
        RangeError
            The run does not hold the moment, or it has no time zone.
        ScenarioError
            The run kept no tracks.
        """
        moment_s = seconds(self.scenario, time_s)
        return at_moment(self.scenario, self.table, self.simulated_s, moment_s)

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
        Its tables are read when asked for. After an interruption they end at `simulated_s`.

    Raises
    ------
    ScenarioError
        There is no run, or one that was stopped before it had written its tables.
    """
    return Run(Path(folder))


def run(
    scenario: Scenario | str | Path | Mapping[str, Any],
    out: str | Path | None = None,
    *,
    overrides: Sequence[str] = (),
    resume: bool = False,
    force: bool = False,
    progress: Progress | None = None,
    threads: int | None = None,
    dask: str | None = None,
    policy: Policy | None = None,
) -> Run:
    """Run a scenario and write its tables.

    The run goes in blocks of time, so memory stays bounded however long it is. Ctrl-C writes the
    tables of the finished blocks before `KeyboardInterrupt` goes on its way, with a message.

    Parameters
    ----------
    scenario : Scenario, path or mapping
        What to run, a mapping as `load` takes it; where no file has that name, a shipped scenario
        may.
    out : path, optional
        The run's folder. By default `runs/<name of the file>` for a path; else a
        temporary folder that goes away with the returned `Run` (`Run.save` keeps it).
    overrides : sequence of str
        `key=value` changes, for a path or a mapping.
    resume : bool
        Go on with an interrupted run in the folder; the result is as if it had never stopped.
    force : bool
        Replace a run in the folder.
    progress : callable, optional
        Called as progress(done_s, total_s, stage) with seconds of the scenario's time.
    threads : int, optional
        How many share the work, all processors by default. Results do not depend on it.
    dask : str, optional
        Address of a Dask scheduler whose workers do what needs no order in time. Results do not
        depend on it either. Needs the extra `skyweft[dask]`, and a disk that workers share.
    policy : callable, optional
        Called with a `Snapshot`, returns the weight of every edge, (E,): the paths of least weight
        are taken by routes, flows and packets, in place of their metrics. It is called by several
        threads at a time and must depend on nothing else. Its name becomes part of what the run is,
        and the run cannot be resumed.

    Returns
    -------
    Run

    Raises
    ------
    ScenarioError
        The scenario is not valid, the folder is taken, in use or cannot be written, or a run to
        resume is of another scenario, input or version; nothing that was there is touched. Or the
        policy fails, or answers something else than finite weights, 0 or more.
    BackendError
        The cluster cannot be reached, or its workers cannot work; finished blocks are kept.

    Warns
    -----
    UserWarning
        A block of a run to resume is damaged, and computed again.
    """
    if isinstance(scenario, Mapping):
        scenario, overrides = load(scenario, overrides), ()
    asked = scenario
    options = Options(overrides, resume, force, progress, threads, dask, policy)

    def run_to(folder: Path) -> Run:
        return Run(run_into(asked, folder, options))

    if out is not None:
        return run_to(Path(out))
    if not isinstance(scenario, Scenario):
        return run_to(Path("runs") / Path(scenario).stem)
    temporary = Path(tempfile.mkdtemp(prefix="skyweft-"))
    try:
        found = run_to(temporary)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise
    weakref.finalize(found, shutil.rmtree, temporary, ignore_errors=True)
    return found
