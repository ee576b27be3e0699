"""Tracks of a fleet over one block of time."""

import math
import os
from collections.abc import Sequence
from concurrent.futures import Executor, ThreadPoolExecutor

import numpy as np

from skyweft.motion.product import Fleet, Floats, Motion, Mover, Tracks
from skyweft.scenario.scenario import Scenario

STEP_MAX_S = 60.0
# Steps that divide a minute, so that knots fall on round times.
NICE_S = (60.0, 30.0, 20.0, 15.0, 12.0, 10.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0, 0.5, 0.25)
NEAR = 1e-9  # of a step: two knots closer than this are one


def step_s(scenario: Scenario, fleet: Fleet) -> float:
    """Return the knot spacing of a run: the user's, else what the quickest mover needs.

    At most 60 s and at least 0.25 s unless the user says otherwise.
    """
    if scenario.step_s is not None:
        return scenario.step_s
    needed = min((mover.step_max_s for mover in fleet.movers), default=STEP_MAX_S)
    return next((step for step in NICE_S if step <= needed), NICE_S[-1])


def propagate(
    scenario: Scenario,
    fleet: Fleet,
    start_s: float,
    end_s: float,
    executor: Executor | None = None,
) -> Motion:
    """Return where every platform is from `start_s` to `end_s`.

    Knots lie on the run's grid, whole multiples of the step, so blocks of time that meet on it
    have the same knots as one long block; the last knot is exactly at `end_s`.

    Parameters
    ----------
    scenario : Scenario
        Says the step, or leaves it to the movers.
    fleet : Fleet
        From `assemble`.
    start_s, end_s : float
        Seconds from the scenario's start; `start_s` on the grid.
    executor : Executor, optional
        Threads that share the movers; as many as the machine has unless given.

    Returns
    -------
    motion : Motion
        Tracks of the movers (cubic Hermite between knots is within a metre where the step is
        chosen here) and the sites.
    """
    time_s = knots(step_s(scenario, fleet), start_s, end_s)
    count = sum(mover.count for mover in fleet.movers)
    position_m = np.empty((count, 3, len(time_s)))
    velocity_m_s = np.empty((count, 3, len(time_s)))
    work = []
    row = 0
    for mover in fleet.movers:
        rows = slice(row, row + mover.count)
        work.append((mover, time_s, position_m[rows], velocity_m_s[rows]))
        row += mover.count
    if executor is None and len(work) > 1:
        with ThreadPoolExecutor(os.cpu_count()) as threads:
            warnings = list(threads.map(_fill, work))
    else:
        warnings = list((executor.map if executor else map)(_fill, work))
    lines = dict.fromkeys(line for each in warnings for line in each)
    return Motion(Tracks(time_s, position_m, velocity_m_s), fleet.sites, tuple(lines))


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


def _fill(work: tuple[Mover, Floats, Floats, Floats]) -> Sequence[str]:
    mover, time_s, position_m, velocity_m_s = work
    return mover.fill(time_s, position_m, velocity_m_s)
