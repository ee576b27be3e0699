"""Tracks whose movers have knots of their own: those who turn quickly do not make all others pay.

Movers that need the same step share a grid. Who wants all on one grid gets them on the finest, made
when it is first asked for: between their own knots by the same cubic that everybody uses.
"""

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from skyweft.fleet import Floats, Ints, Tracks
from skyweft.motion.hermite import states_at

AXES = np.arange(3)


class Uneven(Tracks):
    """Tracks in parts; as a whole on the finest part's grid.

    Parameters
    ----------
    parts : sequence of Tracks
        Of one stretch of time, each with a step of its own.
    rows : sequence of (P,) int
        The movers of each part, rows of the whole.
    """

    def __init__(self, parts: Sequence[Tracks], rows: Sequence[Ints]) -> None:
        count = sum(map(len, rows))
        part_of, row_in = np.zeros((2, count), np.int32)
        for k, mine in enumerate(rows):
            part_of[mine], row_in[mine] = k, np.arange(len(mine))
        finest = max(parts, key=lambda each: len(each.time_s))
        for name, value in (
            ("time_s", finest.time_s),
            ("parts", tuple(parts)),
            ("part_of", part_of),
            ("row_in", row_in),
        ):
            object.__setattr__(self, name, value)

    @cached_property
    def _whole(self) -> tuple[Floats, Floats]:
        every = np.arange(len(self.part_of), dtype=np.int32)
        return self._on(self.time_s, every)

    @property
    def position_m(self) -> Floats:
        """Return all movers on the finest grid, (P, 3, T)."""
        return self._whole[0]

    @property
    def velocity_m_s(self) -> Floats:
        """Return all movers on the finest grid, (P, 3, T)."""
        return self._whole[1]

    def __len__(self) -> int:
        return len(self.part_of)

    def among(self, rows: Ints) -> tuple[Tracks, Ints]:
        """Return tracks of one grid that hold some movers, and where they stand in them."""
        rows = np.unique(rows)
        used = np.unique(self.part_of[rows])
        if len(used) == 1:
            mine = np.flatnonzero(self.part_of == used[0]).astype(np.int32)
            return self.parts[used[0]], mine[np.argsort(self.row_in[mine])]
        finest = max((self.parts[k] for k in used), key=lambda each: len(each.time_s))
        return Tracks(finest.time_s, *self._on(finest.time_s, rows)), rows

    def sampled(self, knots: NDArray[np.integer]) -> tuple[Floats, Floats]:
        """Return states of all at some knots of the finest grid, (P, 3, K)."""
        return self._on(self.time_s[knots], np.arange(len(self), dtype=np.int32))

    def _on(self, time_s: Floats, rows: Ints) -> tuple[Floats, Floats]:
        """Return states of some movers at times: their own knots', else between them."""
        found = np.empty((2, len(rows), 3, len(time_s)))
        for k, part in enumerate(self.parts):
            mine = np.flatnonzero(self.part_of[rows] == k)
            place = self.row_in[rows[mine]]
            own, mover_knot = np.intersect1d(time_s, part.time_s, True, True)[1:]
            between = np.setdiff1d(np.arange(len(time_s)), own)
            if len(between):
                at_s = np.tile(time_s[between], len(place))
                states = states_at(part, np.repeat(place, len(between)), at_s)[:2]
                for out, state in zip(found, states, strict=True):
                    shaped = state.reshape(len(place), len(between), 3)
                    out[np.ix_(mine, AXES, between)] = shaped.transpose(0, 2, 1)
            for out, knots in zip(found, (part.position_m, part.velocity_m_s), strict=True):
                out[np.ix_(mine, AXES, own)] = knots[np.ix_(place, AXES, mover_knot)]
        return found[0], found[1]
