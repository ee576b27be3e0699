"""Movers of installed packages: what they do wrong is told as theirs."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from skyweft.fleet import Floats, Mover
from skyweft.motion.members import Members
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
        with MOTIONS.blamed(self.kind, "fill"):
            lines = tuple(self.mover.fill(time_s, position_m, velocity_m_s, executor) or ())
            if any(not isinstance(line, str) for line in lines):
                raise TypeError(f"fill answered {lines[0]!r} in place of lines of text")
        return lines


def odd(found: Members) -> str:
    """Return what of a package's platforms cannot be; nothing where all can."""
    if strange := [name for name in found.names if not isinstance(name, str)]:
        return f"calls a platform {strange[0]!r}, which is no text"
    for mover in found.movers:
        step_max_s = getattr(mover, "step_max_s", None)
        if not isinstance(step_max_s, int | float) or not 0 < step_max_s < np.inf:
            return f"moves platforms by knots {step_max_s} s apart; allowed: more than 0"
    sites = found.sites
    if sites is not None and not np.all(np.isfinite([sites.position_m, sites.up])):
        return "has platforms stand at a place that is no number"
    return ""
