"""Who passed targets with messages on board and was not served, time after time.

A visit is a time in which a platform has at least one target in reach, whichever these are. A
choice of passes that never turns to somebody is not seen in means: it is seen here.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skyweft.delivery.onboard.store import BUSY
from skyweft.delivery.onboard.timetable import Timetable

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class PassedOver:
    """Who had visits without being served, while antennas served others. (P,)."""

    node: Longs
    visits: Longs  # in all
    unserved: Longs  # of these, let pass by busy antennas with something on board
    in_a_row: Longs  # the most of these without one that was served between


def passed_over(table: Timetable, noticed: Flags) -> PassedOver:
    """Return who was passed over.

    Parameters
    ----------
    table : Timetable
        Passes as they are served, and pieces of passes that were not.
    noticed : (W,)
        Which of `table.let_pass` found something on board, and no other pass at that time.
    """
    held, missed, past = table.held, table.missed, table.let_pass
    busy = np.flatnonzero(table.let_pass_cause == BUSY)
    past_who, past_start_s, past_end_s = past.tail[busy], past.start_s[busy], past.end_s[busy]
    noticed = noticed[busy]
    goal = table.anyones
    down = np.flatnonzero(goal[held.source] != goal[held.target])
    who_held = np.where(goal[held.source], held.target, held.source)[down]
    who_missed = np.where(goal[missed.source], missed.target, missed.source)
    start_s = np.concatenate([held.start_s[down], missed.start_s, past_start_s])
    end_s = np.concatenate([held.end_s[down], missed.end_s, past_end_s])
    who = np.concatenate([who_held, who_missed, past_who])
    kind = np.repeat([SERVED, SEEN, NOTICED], [len(down), len(missed), len(busy)])
    kind[kind == NOTICED] = np.where(noticed, NOTICED, SEEN)
    found = []
    for v in np.unique(past_who[noticed]).tolist():
        mine = np.flatnonzero(who == v)
        mine = mine[np.argsort(start_s[mine], kind="stable")]
        found.append((v, *_counted(start_s[mine], end_s[mine], kind[mine])))
    return PassedOver(*np.array(found, np.int64).reshape(-1, 4).T)


SEEN, NOTICED, SERVED = range(3)


def _counted(start_s: Floats, end_s: Floats, kind: Longs) -> tuple[int, int, int]:
    """Return visits, those unserved, and the most of these in a row; rows in order of start."""
    upto_s = np.maximum.accumulate(end_s)
    first = np.flatnonzero(np.concatenate([[True], start_s[1:] > upto_s[:-1]]))
    visits = np.maximum.reduceat(kind, first)
    unserved = row = longest = 0
    for visit in visits.tolist():
        unserved += visit == NOTICED
        row = 0 if visit == SERVED else row + (visit == NOTICED)
        longest = max(longest, row)
    return len(visits), unserved, longest
