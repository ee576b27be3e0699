"""When a contact is looked at: its start, its best moment, its end, and a grid between.

The grid counts from the scenario's start, so that all contacts share its times and the samples do
not depend on how a run is cut into blocks.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skyweft.contacts.product import Contacts
from skyweft.kernels import making

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]
Flags = NDArray[np.bool_]


def sample_times(
    contacts: Contacts, sample_s: Floats, block_start_s: float, block_end_s: float, run_end_s: float
) -> tuple[Rows, Floats]:
    """Return which contact is sampled when, within one block of time.

    A block takes the times from its start up to, not including, its end; its very end only where
    the contact ends there or the run does. Where a contact only goes on from the block before
    (cut at the block's start, not the run's), that border is no sample of its own. A contact left
    open by the block before that turns out to end on the border is sampled there by this one.

    Parameters
    ----------
    contacts : Contacts
        Whole, or cut at the block's borders.
    sample_s : (C,)
        Step of the grid of each contact. [s]
    block_start_s, block_end_s, run_end_s : float
        Seconds from the scenario's start.

    Returns
    -------
    contact : (K,)
        Rows of `contacts`, ascending.
    time_s : (K,)
        Ascending along a contact, each once. [s]
    """
    start_s, end_s, best_s = contacts.start_s, contacts.end_s, contacts.culmination_s
    # A contact that merely goes on has no start here, one that will go on has no end here.
    goes_on = contacts.cut_start & (start_s <= block_start_s) & (block_start_s > 0)
    ends = ~contacts.cut_end | (block_end_s >= run_end_s)
    inside = (start_s < block_end_s) | ((start_s == block_end_s) & ends)
    has_start = inside & ~goes_on & (start_s >= block_start_s)
    first = np.maximum(
        np.where(goes_on, 0, _above(start_s, sample_s)), _from(block_start_s, sample_s)
    )
    last = _from(np.minimum(end_s, block_end_s), sample_s) - 1
    on_grid = np.rint(best_s / sample_s) * sample_s == best_s
    has_best = (best_s > start_s) & (best_s < end_s) & ~on_grid
    has_best &= (best_s >= block_start_s) & (best_s < block_end_s)
    has_end = (end_s > start_s) & (end_s >= block_start_s)
    has_end &= (end_s < block_end_s) | ((end_s == block_end_s) & ends)
    grid = np.maximum(last - first + 1, 0)
    offset = np.concatenate(([0], np.cumsum(grid + has_start + has_best + has_end)))
    contact = np.repeat(np.arange(len(contacts), dtype=np.int64), np.diff(offset))
    time_s = np.empty(offset[-1])
    moments = _Moments(start_s, best_s, end_s, has_start, has_best, has_end)
    _fill(moments, first, grid, sample_s, offset, time_s)
    return contact, time_s


def _from(least_s: Floats | float, step_s: Floats) -> Rows:
    """Return the first multiple of the step at or after a time, whatever rounding does."""
    m = np.ceil(least_s / step_s)
    m -= (m - 1) * step_s >= least_s
    m += m * step_s < least_s
    return m.astype(np.int64)


def _above(least_s: Floats, step_s: Floats) -> Rows:
    """Return the first multiple of the step after a time."""
    m = _from(least_s, step_s)
    m += m * step_s == least_s
    return m


class _Moments(NamedTuple):
    """Of each contact, (C,), and which of them are samples of this block."""

    start_s: Floats
    best_s: Floats
    end_s: Floats
    has_start: Flags
    has_best: Flags
    has_end: Flags


@making
def _fill(
    moments: _Moments, first: Rows, grid: Rows, sample_s: Floats, offset: Rows, time_s: Floats
) -> None:
    """Write start, grid with the best moment among it, end of every contact."""
    start_s, best_s, end_s, has_start, has_best, has_end = moments
    for c in range(start_s.shape[0]):
        k = offset[c]
        if has_start[c]:
            time_s[k] = start_s[c]
            k += 1
        waiting = has_best[c]
        for m in range(first[c], first[c] + grid[c]):
            t = m * sample_s[c]
            if waiting and best_s[c] < t:
                time_s[k] = best_s[c]
                k += 1
                waiting = False
            time_s[k] = t
            k += 1
        if waiting:
            time_s[k] = best_s[c]
            k += 1
        if has_end[c]:
            time_s[k] = end_s[c]
