"""Tracks of a fleet over one block of time."""

import math
import os
from collections.abc import Sequence
from concurrent.futures import Executor, ThreadPoolExecutor

import numpy as np

from skyweft.fleet import Fleet, Floats, Motion, Mover, Tracks
from skyweft.motion.uneven import Uneven
from skyweft.scenario.scenario import Scenario

STEP_MAX_S = 60.0
# Steps that divide a minute, so that knots fall on round times.
NICE_S = (60.0, 30.0, 20.0, 15.0, 12.0, 10.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0, 0.5, 0.25)
TOGETHER = 64  # movers that one thread takes on
NEAR = 1e-9  # of a step: two knots closer than this are one

Work = tuple[Mover, Floats, Floats, Floats]


def step_s(scenario: Scenario, fleet: Fleet) -> float:
    """Return the finest knot spacing of a run: the user's, else what the quickest mover needs.

    At most 60 s and at least 0.25 s unless the user says otherwise.
    """
    if scenario.step_s is not None:
        return scenario.step_s
    return _nice(min((mover.step_max_s for mover in fleet.movers), default=STEP_MAX_S))


def propagate(
    scenario: Scenario,
    fleet: Fleet,
    start_s: float,
    end_s: float,
    executor: Executor | None = None,
) -> Motion:
    """Return where every platform is from `start_s` to `end_s`.

    Every mover has knots at multiples of the step that it needs, so blocks of time that meet on all
    steps have the same knots as one long block; the last knot is exactly at `end_s`. A stretch that
    begins between knots of some has one step for all: the finest.

    Parameters
    ----------
    scenario : Scenario
        Says the step, or leaves it to the movers.
    fleet : Fleet
        From `build_fleet`.
    start_s, end_s : float
        Seconds from the scenario's start; `start_s` on the grid.
    executor : Executor, optional
        Threads that share the movers. Without them as many as the machine has, and so instead of
        processes, which cannot write into one array.

    Returns
    -------
    motion : Motion
        Tracks of the movers (cubic Hermite between knots is within a metre where the step is
        chosen here) and the sites.
    """
    steps = _steps(scenario, fleet, start_s)
    work: list[Work] = []
    parts, rows = [], []
    first = np.cumsum([0, *(mover.count for mover in fleet.movers)])
    for step in dict.fromkeys(steps) or [step_s(scenario, fleet)]:
        mine = [k for k, step_s in enumerate(steps) if step_s == step]
        time_s = knots(step, start_s, end_s)
        counts = [fleet.movers[k].count for k in mine]
        states = np.empty((2, sum(counts), 3, len(time_s)))
        place = 0
        for k, count in zip(mine, counts, strict=True):
            room = slice(place, place + count)
            work.append((fleet.movers[k], time_s, states[0, room], states[1, room]))
            place += count
        parts.append(Tracks(time_s, *states))
        spans = [np.arange(first[k], first[k + 1], dtype=np.int32) for k in mine]
        rows.append(np.concatenate(spans) if spans else np.zeros(0, np.int32))
    if isinstance(executor, ThreadPoolExecutor):
        warnings = _fill_all(work, executor)
    else:
        with ThreadPoolExecutor(os.cpu_count()) as threads:
            warnings = _fill_all(work, threads)
    tracks = parts[0] if len(parts) == 1 else Uneven(parts, rows)
    return Motion(tracks, fleet.sites, warnings)


def _steps(scenario: Scenario, fleet: Fleet, start_s: float) -> list[float]:
    """Return the knot spacing of every mover: its own, where the stretch begins on its grid."""
    steps = [_nice(mover.step_max_s) for mover in fleet.movers]
    apart = [abs(start_s / step - round(start_s / step)) > NEAR for step in steps]
    if scenario.step_s is not None or any(apart):
        return [step_s(scenario, fleet)] * len(steps)
    return steps


def _nice(needed_s: float) -> float:
    return next((step for step in NICE_S if step <= needed_s), NICE_S[-1])


def _fill_all(work: Sequence[Work], threads: ThreadPoolExecutor) -> tuple[str, ...]:
    """Write all movers; small ones go a thread each, large ones over all threads in turn."""
    lines: dict[int, Sequence[str]] = {}
    small = [k for k, (mover, *_) in enumerate(work) if mover.count <= TOGETHER]
    lines |= zip(small, threads.map(lambda k: work[k][0].fill(*work[k][1:]), small), strict=True)
    for k in sorted({*range(len(work))} - {*small}):
        lines[k] = work[k][0].fill(*work[k][1:], threads)
    return tuple(dict.fromkeys(line for k in range(len(work)) for line in lines[k]))


def knots(step_s: float, start_s: float, end_s: float) -> Floats:
    """Return times from `start_s` to `end_s`: multiples of the step, and `end_s`."""
    if not start_s < end_s:
        raise ValueError(f"end_s must be after start_s, got {start_s:g} s to {end_s:g} s")
    first = round(start_s / step_s)
    if abs(first * step_s - start_s) > NEAR * max(step_s, start_s):
        raise ValueError(f"start_s must be a multiple of the step of {step_s:g} s, got {start_s:g}")
    last = math.ceil(end_s / step_s - NEAR)
    time_s: Floats = np.arange(first, last + 1, dtype=np.float64) * step_s
    time_s[-1] = end_s
    return time_s
