"""Run all variants, keep what is finished, and put their figures into one table."""

import json
import os
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import ExitStack, closing
from importlib.metadata import version
from pathlib import Path
from typing import Any

from skyweft.errors import BackendError, ScenarioError
from skyweft.scenario.reading import load
from skyweft.scenario.shipped import scenario_file
from skyweft.store.checksums import intact
from skyweft.store.folder import clean_errors
from skyweft.store.identity import differences, identity
from skyweft.store.jsonfile import read_json, write_json
from skyweft.store.lock import LOCK, held
from skyweft.store.names import MANIFEST, SUMMARY
from skyweft.sweeps import product
from skyweft.sweeps.metrics import table
from skyweft.sweeps.processes import Outcome, on_processes
from skyweft.sweeps.product import Sweep, place_of
from skyweft.sweeps.sharing import waves
from skyweft.sweeps.variants import Variant, check, from_csv, variants
from skyweft.sweeps.worker import Task, drop_drafts

Progress = Callable[[float, float, str], None]
CORES = os.cpu_count() or 1
NOT_YET = "not finished: the sweep was stopped"


def sweep(
    scenario: str | Path,
    grid: Mapping[str, Iterable[Any]],
    out: str | Path,
    *,
    rows: Sequence[Mapping[str, Any]] | str | Path | None = None,
    workers: int | None = None,
    threads: int | None = None,
    dask: str | None = None,
    resume: bool = False,
    progress: Progress | None = None,
) -> Sweep:
    """Run a scenario in variants, on processes or a cluster, and compare their key metrics.

    Every variant is a run in a folder of its own. Ctrl-C keeps those that are finished and writes
    their table before `KeyboardInterrupt` goes on its way. A variant that fails is a row of the
    table with its reason; the others go on.

    Parameters
    ----------
    scenario : str or Path
        The file.
    grid : mapping of str to values
        Keys, as in `platforms.sats.motion.planes`, and the values each takes in turn: every
        combination is a variant.
    out : str or Path
        The sweep's folder.
    rows : sequence of mappings, or path of a CSV file, optional
        A list of variants, each with the keys it sets; the grid is run for each of them.
    workers : int, optional
        Processes, one a processor unless given.
    threads : int, optional
        Of each worker: its share of the processors unless given; one on Dask.
    dask : str, optional
        Address of a Dask scheduler, to run there instead. Needs the extra `skyweft[dask]`, and a
        disk that its workers share.
    resume : bool
        Keep what an interrupted sweep of the same variants has finished.
    progress : callable, optional
        Called as progress(done, total, stage) with numbers of variants.

    Returns
    -------
    Sweep
        Its table has the same bytes whatever ran it.

    Raises
    ------
    ScenarioError
        A variant is not valid, the folder is taken, in use or cannot be written; nothing was run.
    BackendError
        The cluster cannot be reached, or has no workers; finished variants are kept.
    """
    for name, number in (("workers", workers), ("threads", threads)):
        if number is not None and number < 1:
            raise ScenarioError(f"{name} must be at least 1, got {number}")
    path, folder = scenario_file(scenario), Path(out)
    asked = variants(grid, from_csv(rows) if isinstance(rows, str | Path) else rows)
    check(path, asked)
    with ExitStack() as stack:
        crew = stack.enter_context(closing(_Cluster(dask) if dask else _Processes(workers)))
        with clean_errors(folder):
            _refuse_taken(folder, resume=resume)
            stack.enter_context(held(folder))
        kept = _claim(folder, path, asked, resume=resume)
        left = [variant for variant in asked if variant.number not in kept]
        reasons = dict.fromkeys((variant.number for variant in left), NOT_YET)
        done = _outcomes(crew, path, folder, left, threads)
        try:
            _all(done, reasons, len(asked), progress)
        except KeyboardInterrupt:
            raise KeyboardInterrupt(_stopped(folder, reasons, len(asked))) from None
        finally:
            drop_drafts(folder)
            _write(folder, asked, reasons)
    return Sweep(folder)


def _outcomes(
    crew: "_Processes | _Cluster",
    path: Path,
    folder: Path,
    left: Sequence[Variant],
    threads: int | None,
) -> Generator[Outcome]:
    """Run the variants, those first whose work others take over; yield what became of each."""
    for some in waves(path, left):
        share = threads or crew.share(len(some))
        tasks = [_task(path, folder, variant, share) for variant in some]
        with closing(crew.outcomes(tasks)) as outcomes:
            yield from outcomes


def _all(
    outcomes: Generator[Outcome], reasons: dict[int, str], total: int, progress: Progress | None
) -> None:
    """Note what became of each variant as it ends."""
    tell = progress or (lambda done, total, stage: None)
    done = total - len(reasons)
    with closing(outcomes):
        tell(done, total, "variants")
        for number, reason in outcomes:
            reasons[number] = reason
            done += 1
            tell(done, total, "variants")


class _Processes:
    """Who runs the variants: processes of this machine."""

    def __init__(self, workers: int | None) -> None:
        self._workers = workers or CORES

    def share(self, tasks: int) -> int:
        return max(1, CORES // max(1, min(self._workers, tasks)))

    def outcomes(self, tasks: Sequence[Task]) -> Generator[Outcome]:
        return on_processes(tasks, self._workers)

    def close(self) -> None:
        """Do nothing: processes end with their outcomes."""


class _Cluster:
    """Who runs the variants: workers of a Dask scheduler, which is reached before any work."""

    def __init__(self, address: str) -> None:
        try:
            from skyweft.sweeps import cluster
        except ImportError as error:
            raise BackendError(
                "running on Dask needs the extra: pip install 'skyweft[dask]'", retryable=False
            ) from error
        self._client = cluster.connect(address)
        self._run = cluster.on_dask

    def share(self, tasks: int) -> int:
        return 1  # a worker has as many tasks at once as it was started with threads

    def outcomes(self, tasks: Sequence[Task]) -> Generator[Outcome]:
        return self._run(tasks, self._client)

    def close(self) -> None:
        self._client.close()


def _refuse_taken(folder: Path, *, resume: bool) -> None:
    if not folder.exists():
        return
    if (folder / product.PLAN).is_file():
        if not resume:
            raise ScenarioError(
                f"{folder} already holds a sweep: --resume goes on with it, --out puts the new "
                "one elsewhere"
            )
    elif not folder.is_dir() or any(path.name != LOCK for path in folder.iterdir()):
        raise ScenarioError(f"{folder} is not empty; a sweep needs a folder of its own")


def _claim(folder: Path, path: Path, asked: Sequence[Variant], *, resume: bool) -> set[int]:
    """Make the folder ready; return the numbers of the variants that are finished in it."""
    changes = [json.loads(json.dumps(dict(variant.values), default=str)) for variant in asked]
    with clean_errors(folder):
        _refuse_taken(folder, resume=resume)
        begun = (folder / product.PLAN).is_file()
        if begun and read_json(folder / product.PLAN).get("variants") != changes:
            raise ScenarioError(f"{folder} holds a sweep of other variants; use another folder")
        drop_drafts(folder)
        product.publishing(folder).settle()
        name = load(path, asked[0].overrides).name
        write_json(folder / product.PLAN, product.plan(name, path, changes))
    return {variant.number for variant in asked if _finished(folder, path, variant)}


def _finished(folder: Path, path: Path, variant: Variant) -> bool:
    """Whether a variant was run before; refuse a run of something else."""
    manifest = place_of(folder, variant.number) / MANIFEST
    if not manifest.is_file():
        return False
    try:
        lines = differences(read_json(manifest), identity(load(path, variant.overrides)))
    except (KeyError, TypeError):
        lines = [f"{manifest} is damaged"]
    if lines:
        raise ScenarioError(
            "\n".join(
                [f"{folder} holds a sweep of something else; use another folder. Different:"]
                + [f"  {variant}: {line}" for line in lines[:20]]
            )
        )
    return True


def _task(path: Path, folder: Path, variant: Variant, threads: int) -> Task:
    place = place_of(folder, variant.number)
    return Task(
        number=variant.number,
        scenario=str(path.absolute()),
        overrides=variant.overrides,
        folder=str(place.absolute()),
        threads=threads,
        made_by=version("skyweft"),
    )


def _write(folder: Path, asked: Sequence[Variant], reasons: dict[int, str]) -> None:
    """Write the table of what is there."""
    summaries = {}
    for variant in asked:
        if not reasons.get(variant.number):
            place = place_of(folder, variant.number)
            try:
                summaries[variant.number] = read_json(intact(place / SUMMARY))
            except ScenarioError as error:
                reasons[variant.number] = f"{error}; do all workers share this disk?"
    product.write(folder, table(asked, summaries, reasons))


def _stopped(folder: Path, reasons: Mapping[int, str], total: int) -> str:
    left = sum(reason == NOT_YET for reason in reasons.values())
    return (
        f"stopped after {total - left:,} of {total:,} variants; {folder} holds the table so far, "
        "and --resume goes on from there"
    )
