"""The main job: from a scenario to a folder of tables, block after block of time."""

import os
import shutil
import tempfile
import weakref
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import perf_counter

import numpy as np

from skyweft.contacts.pairs import pairs
from skyweft.errors import ScenarioError
from skyweft.motion.fleet import assemble
from skyweft.motion.product import Fleet
from skyweft.motion.propagate import step_s
from skyweft.run.disk.folder import (
    begun,
    claim,
    clean_errors,
    discard_unless_worth,
    drop_drafts,
    name_again,
    part_of,
    publishing,
)
from skyweft.run.disk.identity import fingerprint, identity
from skyweft.run.disk.verbatim import toml
from skyweft.run.disk.writing import Writing
from skyweft.run.figures import deliveries
from skyweft.run.product import Run, open_run
from skyweft.run.sound import sound
from skyweft.run.work.block import Job, resume_from, run_block
from skyweft.run.work.blocks import borders
from skyweft.run.work.finish import Done, finish
from skyweft.scenario.reading import in_file, load, text_of
from skyweft.scenario.scenario import Scenario
from skyweft.scenario.shipped import scenario_file

Progress = Callable[[float, float, str], None]


def run(
    scenario: Scenario | str | Path,
    out: str | Path | None = None,
    *,
    overrides: Sequence[str] = (),
    resume: bool = False,
    force: bool = False,
    progress: Progress | None = None,
    threads: int | None = None,
) -> Run:
    """Run a scenario and write its tables.

    The run goes in blocks of time, so memory stays bounded however long it is. Ctrl-C writes the
    tables of the finished blocks before `KeyboardInterrupt` goes on its way, with a message.

    Parameters
    ----------
    scenario : Scenario or path
        What to run; where no file has that name, a shipped scenario may.
    out : path, optional
        The run's folder. By default `runs/<name of the file>` for a path; for a `Scenario` a
        temporary folder that goes away with the returned `Run` (`Run.save` keeps it).
    overrides : sequence of str
        `key=value` changes, for a path only.
    resume : bool
        Go on with an interrupted run in the folder; the result is as if it had never stopped.
    force : bool
        Replace a run in the folder.
    progress : callable, optional
        Called as progress(done_s, total_s, stage) with seconds of the scenario's time.
    threads : int, optional
        How many share the work, all processors by default. Results do not depend on it.

    Returns
    -------
    Run

    Raises
    ------
    ScenarioError
        The scenario is not sound, the folder is taken, in use or cannot be written, or a run to
        resume is of another scenario, input or version; nothing that was there is touched.

    Warns
    -----
    UserWarning
        A block of a run to resume is damaged, and computed again.
    """
    if threads is not None and threads < 1:
        raise ScenarioError(f"threads must be at least 1, got {threads}")
    began = perf_counter()
    decided, text = _decided(scenario, overrides)
    with in_file(scenario):
        fleet = assemble(decided)
        flows = sound(decided, fleet)
        plan = {**identity(decided), "borders_s": _borders_s(decided, fleet)}
    temporary = out is None and isinstance(scenario, Scenario)
    folder = Path(tempfile.mkdtemp(prefix="skyweft-")) if temporary else _folder(scenario, out)
    seconds = {"scenario": perf_counter() - began}
    share = threads or os.cpu_count() or 1
    origin = fingerprint(plan)
    done = Done(decided, text, fleet, folder, plan, origin, overrides, flows, seconds, share)
    try:
        with claim(folder, plan, resume=resume, force=force) as whole:
            if not whole:
                _all_blocks(done, progress or (lambda done_s, total_s, stage: None))
    except BaseException:
        if temporary:
            shutil.rmtree(folder, ignore_errors=True)
        raise
    result = open_run(folder)
    if temporary:
        weakref.finalize(result, shutil.rmtree, folder, ignore_errors=True)
    return result


def _decided(scenario: Scenario | str | Path, overrides: Sequence[str]) -> tuple[Scenario, str]:
    """Return the scenario and its text."""
    if isinstance(scenario, Scenario):
        if overrides:
            raise ScenarioError("overrides change a file's keys; this scenario is read already")
        return scenario, toml(scenario)
    path = scenario_file(scenario)
    return load(path, overrides), text_of(path)


def _folder(scenario: Scenario | str | Path, out: str | Path | None) -> Path:
    if out is not None:
        return Path(out)
    assert not isinstance(scenario, Scenario)
    return Path("runs") / Path(scenario).stem


def _borders_s(scenario: Scenario, fleet: Fleet) -> list[float]:
    """Cut the run's time by how much will move and meet."""
    movers = int(np.count_nonzero(fleet.mover >= 0))
    met = sum(pairs(scenario, fleet))
    made = deliveries.expected(scenario, fleet)
    found = borders(0.0, scenario.duration_s, step_s(scenario, fleet), movers, met, made)
    return [float(each) for each in found]


def _all_blocks(done: Done, progress: Progress) -> None:
    """Run every block that is not finished yet, then make the tables."""
    drop_drafts(done.folder)
    try:
        _blocks(done, progress)
        progress(done.scenario.duration_s, done.scenario.duration_s, "tables")
        finish(done)
    except KeyboardInterrupt:
        raise KeyboardInterrupt(_stopped(done)) from None
    except BaseException as error:
        drop_drafts(done.folder)
        kept_s = done.finished_s if begun(done.folder) else 0.0
        discard_unless_worth(done.folder)
        if not isinstance(error, OSError):
            raise
        kept = f"; the first {kept_s:g} s are kept, --resume goes on from there" if kept_s else ""
        raise ScenarioError(
            f"{done.folder} cannot be written: {error.strerror or error}{kept}"
        ) from error


def _blocks(done: Done, progress: Progress) -> None:
    """Compute what is missing: all, what comes after an interruption, or gaps in between."""
    while not done.complete:
        with ThreadPoolExecutor(done.threads) as executor:
            job = Job(
                scenario=done.scenario,
                fleet=done.fleet,
                folder=done.folder,
                origin=done.origin,
                borders_s=np.array(done.plan["borders_s"]),
                executor=executor,
                progress=progress,
                flows=done.flows,
                seconds=done.seconds,
            )
            _until_one_is_there(done, job)


def _until_one_is_there(done: Done, job: Job) -> None:
    """Compute the first block that is missing, and those after it up to one that is there."""
    first = len(done.parts)
    resume_from(job, done.parts)
    writing = Writing(done.threads)
    if part_of(done.folder, first).exists():
        why = "does not follow the block before it"
        name_again(part_of(done.folder, first), done.plan["borders_s"], why)
    try:
        for number in range(first, len(job.borders_s) - 1):
            if number > first and part_of(done.folder, number).exists():
                return
            run_block(job, number, writing)
    except BaseException:
        job.executor.shutdown(wait=False, cancel_futures=True)
        raise
    finally:
        began = perf_counter()
        writing.finish()
        waited_s = perf_counter() - began
        done.seconds["writing"] = done.seconds.get("writing", 0.0) + waited_s


def _stopped(done: Done) -> str:
    """Make tables of what is finished after Ctrl-C; return what to tell the user."""
    if not begun(done.folder):
        return f"stopped when all was done: {done.folder} holds the whole run"
    drop_drafts(done.folder)
    if not done.parts:
        discard_unless_worth(done.folder)
        return "stopped before the first block of time was finished: nothing was written"
    with clean_errors(done.folder):
        publishing(done.folder).settle()
        finish(done)
    return (
        f"stopped after {done.finished_s:g} s of {done.scenario.duration_s:g} s; {done.folder} "
        "holds the tables so far, and --resume goes on from there"
    )
