"""Who the platforms are, and where they are over time: the products of `motion`."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import ClassVar, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from skyweft.fleet.planes import Planes
from skyweft.html_repr import Shown
from skyweft.scenario.scenario import Scenario

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Kind = TypeVar("Kind")


@dataclass(frozen=True, slots=True)
class Tracks:
    """Movers: knots of their paths, Earth-fixed (ITRS), cubic Hermite between knots.

    Shapes: `time_s` (T,) seconds from the scenario's start, evenly spaced but for the last step;
    `position_m` and `velocity_m_s` (P, 3, T), P its length. NaN where a mover is absent or its
    orbit has failed.
    """

    time_s: Floats
    position_m: Floats
    velocity_m_s: Floats

    def __post_init__(self) -> None:
        assert self.time_s.ndim == 1
        assert len(self.time_s) >= 2
        assert np.all(np.diff(self.time_s) > 0)
        assert self.position_m.shape == self.velocity_m_s.shape
        assert self.position_m.shape[1:] == (3, len(self.time_s))

    # Of tracks whose movers have grids of their own (`motion.uneven`) the parts, and who is where.
    parts: ClassVar[tuple["Tracks", ...]] = ()
    part_of: ClassVar[Ints] = np.zeros(0, np.int32)
    row_in: ClassVar[Ints] = np.zeros(0, np.int32)

    def __len__(self) -> int:
        return len(self.position_m)

    def among(self, rows: Ints) -> tuple["Tracks", Ints]:
        """Return tracks of one grid that hold some movers, and whose they are, row by row."""
        return self, np.arange(len(self), dtype=np.int32)

    def sampled(self, knots: NDArray[np.integer]) -> tuple[Floats, Floats]:
        """Return states of all movers at some knots, (P, 3, K). [m, m/s]."""
        return self.position_m[:, :, knots], self.velocity_m_s[:, :, knots]


@dataclass(frozen=True, slots=True)
class Sites:
    """Platforms that stand: `position_m` (S, 3) ITRS, `up` (S, 3) unit geodetic verticals."""

    position_m: Floats
    up: Floats

    def __post_init__(self) -> None:
        assert self.position_m.shape == self.up.shape
        assert self.position_m.shape[1:] == (3,)


class Mover(Protocol):
    """Some movers of one kind: the only thing that knows how they move."""

    @property
    def count(self) -> int:
        """How many movers."""

    @property
    def step_max_s(self) -> float:
        """The widest knot spacing at which cubic Hermite keeps them within a metre.

        Within ten for what follows a file of times and places.
        """

    def fill(
        self,
        time_s: Floats,
        position_m: Floats,
        velocity_m_s: Floats,
        executor: ThreadPoolExecutor | None = None,
    ) -> Sequence[str]:
        """Write ITRS states (count, 3, T) at `time_s`; return what went wrong, a line each.

        Many movers may be shared among the threads of `executor`.
        """


@dataclass(frozen=True, slots=True)
class Fleet(Shown):
    """Every platform of a scenario, in its order: N rows.

    `group` (N,) indexes `groups`; `mover` (N,) is the row in `Tracks` or -1; `site` (N,) the row in
    `Sites` or -1: exactly one of the two is set. `planes` holds who sits where for every group
    whose members fill planes. A fleet that is read back from a run has no `movers`.
    """

    names: tuple[str, ...]
    groups: tuple[str, ...]
    layers: tuple[str, ...]  # of the groups
    group: Ints
    mover: Ints
    site: Ints
    movers: tuple[Mover, ...]
    sites: Sites
    planes: dict[str, Planes]
    derived_geometry: tuple[str, ...]  # a line a group
    warnings: tuple[str, ...]

    def __post_init__(self) -> None:
        assert len(self.names) == len(self.group) == len(self.mover) == len(self.site)
        assert len(self.groups) == len(self.layers)
        assert np.all((self.mover >= 0) != (self.site >= 0))
        movers = sum(mover.count for mover in self.movers)
        assert not self.movers or movers == np.count_nonzero(self.mover >= 0)
        assert len(self.sites.up) == np.count_nonzero(self.site >= 0)

    def __len__(self) -> int:
        return len(self.names)

    def movers_of(self, kind: type[Kind]) -> Iterator[tuple[int, Kind]]:
        """Yield first row and mover of every group that moves in one way."""
        number = 0
        for mover in self.movers:
            if isinstance(mover, kind):
                yield int(np.flatnonzero(self.mover == number)[0]), mover
            number += mover.count

    def rows_of(self, group: str) -> Ints:
        """Return the rows of a group's platforms, in its order."""
        rows = np.flatnonzero(self.group == self.groups.index(group))
        return rows.astype(np.int32)

    def rows_with(self, scenario: Scenario, terminal: str) -> Ints:
        """Return the rows of all platforms that carry a terminal, in the fleet's order."""
        carriers = [
            k
            for k, group in enumerate(self.groups)
            if terminal in scenario.platforms[group].terminals
        ]
        return np.flatnonzero(np.isin(self.group, carriers)).astype(np.int32)


@dataclass(frozen=True, slots=True)
class Motion:
    """Where every platform is in one block of time."""

    tracks: Tracks
    sites: Sites
    warnings: tuple[str, ...] = ()
