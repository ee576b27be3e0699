"""The main job: from a scenario to a folder of tables, block after block of time."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from skyweft.engine import restricting
from skyweft.engine.ahead import compiling
from skyweft.engine.borders import borders
from skyweft.engine.closing import Begun, finish
from skyweft.engine.estimate import checked
from skyweft.engine.keys import keys, watch
from skyweft.engine.pieces import Source
from skyweft.engine.reuse import Reuse
from skyweft.engine.turns import Job, run_block, settle
from skyweft.errors import BackendError, ScenarioError
from skyweft.motion.fleet import build_fleet
from skyweft.motion.propagate import step_s
from skyweft.scenario.reading import in_file, load, text_of
from skyweft.scenario.scenario import Scenario
from skyweft.scenario.shipped import scenario_file
from skyweft.stage import Context, Journal, Stage
from skyweft.stage.context import spoken
from skyweft.stage.registry import check
from skyweft.store.folder import (
    begun,
    claim,
    clean_errors,
    discard_unless_worth,
    drop_drafts,
    name_again,
    part_of,
    publishing,
)
from skyweft.store.identity import fingerprint, identity
from skyweft.store.kept import Kept
from skyweft.store.toml_writer import toml
from skyweft.store.writing import Writing

if TYPE_CHECKING:
    from skyweft.engine.crew import Crew

Progress = Callable[[float, float, str], None]
Policy = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Options:
    """How a scenario is run: the keywords of `skyweft.run`, which tells what they mean."""

    overrides: Sequence[str] = ()
    resume: bool = False
    force: bool = False
    progress: Progress | None = None
    threads: int | None = None
    dask: str | None = None
    policy: Policy | None = None

    def check(self) -> None:
        """Refuse, by ScenarioError, what no scenario can be run with."""
        if self.threads is not None and self.threads < 1:
            raise ScenarioError(f"threads must be at least 1, got {self.threads}")
        if self.policy is not None and self.dask:
            raise ScenarioError(
                f"the policy {spoken(self.policy)} is a function: no worker has it; run here"
            )
        if self.policy is not None and self.resume:
            raise ScenarioError(
                f"a run by the policy {spoken(self.policy)} cannot be gone on with: nobody knows "
                "whether the function is still what it was; run it again with force"
            )


def run_into(scenario: Scenario | str | Path, folder: Path, options: Options) -> Path:
    """Run a scenario and write its tables into a folder, which is returned.

    See `skyweft.run`, which this is the work of.
    """
    options.check()
    overrides, policy = options.overrides, options.policy
    began = perf_counter()
    decided, text = _decided(scenario, overrides)
    share = options.threads or os.cpu_count() or 1
    kept = Kept.of_user()
    unchanged = watch(decided)
    with in_file(scenario):
        context = Context(decided, build_fleet(decided), threads=share, policy=policy)
        takes_part = checked(context)
        doubts = [*check(decided), *context.fleet.warnings]
        plan = {**identity(decided), "borders_s": _borders_s(context, takes_part)}
    if policy is not None:
        plan["policy"] = context.policy_name
    seconds = {"scenario": perf_counter() - began}
    origin = fingerprint(plan)
    work = Begun(context, takes_part, text, folder, plan, origin, overrides, seconds, doubts)
    if kept and policy is None:
        work.reuse = Reuse(kept, keys(decided, takes_part, plan), unchanged)
    with ExitStack() as stack:
        if options.dask:
            work.crew = stack.enter_context(closing(_crew(options.dask)))
            work.source = _source(scenario, work)
        held = claim(folder, plan, resume=options.resume, force=options.force)
        whole = stack.enter_context(held)
        if not whole:
            with compiling(decided, takes_part, share, options.progress or _silent) as told:
                _all_blocks(work, told)
            kept.trim()
    return folder


def _silent(done_s: float, total_s: float, stage: str) -> None:
    """Tell nobody."""


def _crew(address: str) -> "Crew":
    """Reach the workers before any work."""
    try:
        from skyweft.engine.crew import Crew
    except ImportError as error:
        raise BackendError(
            "running on Dask needs the extra: pip install 'skyweft[dask]'", retryable=False
        ) from error
    return Crew(address)


def _source(scenario: Scenario | str | Path, work: Begun) -> Source:
    """Tell others what is run."""
    text = scenario if isinstance(scenario, Scenario) else scenario_file(scenario).absolute()
    what = text if isinstance(text, Scenario) else str(text)
    borders_s = tuple(work.plan["borders_s"])
    return Source(what, tuple(work.overrides), borders_s, work.origin, version("skyweft"))


def _decided(scenario: Scenario | str | Path, overrides: Sequence[str]) -> tuple[Scenario, str]:
    """Return the scenario and its text."""
    if isinstance(scenario, Scenario):
        if overrides:
            raise ScenarioError("overrides change a file's keys; this scenario is read already")
        return scenario, toml(scenario)
    path = scenario_file(scenario)
    return load(path, overrides), text_of(path)


def _borders_s(context: Context, takes_part: Sequence[Stage]) -> list[float]:
    """Cut the run's time into blocks that all stages have memory for."""
    estimates = [stage.estimate(context.reading(stage.reads)) for stage in takes_part]
    longest_s = min(estimate.block_max_s for estimate in estimates)
    step = step_s(context.scenario, context.fleet)
    return [float(border) for border in borders(0.0, context.scenario.duration_s, step, longest_s)]


def _all_blocks(work: Begun, progress: Progress) -> None:
    """Run every block that is not finished yet, then make the tables."""
    drop_drafts(work.folder)
    duration_s = work.context.scenario.duration_s
    try:
        _blocks(work, progress)
        progress(duration_s, duration_s, "tables")
        finish(work)
    except KeyboardInterrupt:
        raise KeyboardInterrupt(_stopped(work)) from None
    except BaseException as error:
        drop_drafts(work.folder)
        kept_s = work.simulated_s if begun(work.folder) else 0.0
        discard_unless_worth(work.folder)
        if not isinstance(error, OSError):
            raise
        kept = f"; the first {kept_s:g} s are kept, --resume goes on from there" if kept_s else ""
        raise ScenarioError(
            f"{work.folder} cannot be written: {error.strerror or error}{kept}"
        ) from error


def _blocks(work: Begun, progress: Progress) -> None:
    """Compute what is missing: all, what comes after an interruption, or gaps in between."""
    while not work.complete:
        with ThreadPoolExecutor(work.context.threads) as executor:
            context = replace(work.context, executor=executor)
            states = {stage: stage.open(context.reading(stage.reads)) for stage in work.stages}
            borders_s = work.plan["borders_s"]
            job = Job(context, work.folder, work.origin, borders_s, states, progress, work.seconds)
            job.reuse, job.crew, job.source = work.reuse, work.crew, work.source
            try:
                _until_one_is_there(work, job)
            except BaseException:
                executor.shutdown(wait=False, cancel_futures=True)
                raise


def _until_one_is_there(work: Begun, job: Job) -> None:
    """Compute the first block that is missing, and those after it up to one that is there."""
    parts = work.parts
    first = len(parts)
    if parts:
        for stage, state in job.states.items():
            state.load(Journal(parts[-1], stage.key))
    job.reported = restricting.reported_in(parts, job.states)
    if part_of(work.folder, first).exists():
        why = "does not follow the block before it"
        name_again(part_of(work.folder, first), work.plan["borders_s"], why)
    writing = Writing(work.context.threads)
    try:
        for number in range(first, len(job.borders_s) - 1):
            if number > first and part_of(work.folder, number).exists():
                break
            run_block(job, number, writing)
        settle(job, writing)
    finally:
        began = perf_counter()
        writing.finish()
        waited_s = perf_counter() - began
        work.seconds["writing"] = work.seconds.get("writing", 0.0) + waited_s


def _stopped(work: Begun) -> str:
    """Make tables of what is finished after Ctrl-C; return what to tell the user."""
    if not begun(work.folder):
        return f"stopped when all was done: {work.folder} holds the whole run"
    drop_drafts(work.folder)
    if not work.parts:
        discard_unless_worth(work.folder)
        return "stopped before the first block of time was finished: nothing was written"
    with clean_errors(work.folder):
        publishing(work.folder).settle()
        finish(work)
    return (
        f"stopped after {work.simulated_s:g} s of {work.context.scenario.duration_s:g} s; "
        f"{work.folder} holds the tables so far, and --resume goes on from there"
    )
