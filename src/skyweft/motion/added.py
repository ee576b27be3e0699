"""Movers of installed packages: what they do wrong is told as theirs."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from skyweft.fleet import Floats, Mover
from skyweft.scenario.motion import MOTIONS


@dataclass(frozen=True, slots=True)
class Added:
    """Movers of a kind that a package adds; where they write nothing they are absent."""

    kind: str
    mover: Mover

    @property
    def count(self) -> int:
        """How many movers."""
        return self.mover.count

    @property
    def step_max_s(self) -> float:
        """The widest knot spacing that they allow."""
        return self.mover.step_max_s

    def fill(
        self,
        time_s: Floats,
        position_m: Floats,
        velocity_m_s: Floats,
        executor: ThreadPoolExecutor | None = None,
    ) -> Sequence[str]:
        """Write ITRS states (count, 3, T) at `time_s`; return what went wrong, a line each."""
        position_m[:] = velocity_m_s[:] = np.nan
        with MOTIONS.blamed(self.kind):
            return tuple(self.mover.fill(time_s, position_m, velocity_m_s, executor) or ())
