"""Where chosen movers of a run are, at even times: read from its tracks, cubic Hermite between."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from skyweft.errors import ScenarioError
from skyweft.export.choice import Choice
from skyweft.fleet import Tracks
from skyweft.motion.hermite import states_at
from skyweft.store.reading import Folder
from skyweft.world import ellipsoid

Floats = NDArray[np.float64]

_PLACE = ("x_m", "y_m", "z_m")
_PACE = ("vx_m_s", "vy_m_s", "vz_m_s")
_TIMES_MAX = 5_000_000  # states at once, for memory


@dataclass(frozen=True, slots=True)
class Moving:
    """States of movers: `time_s` (T,), `position_m` and `velocity_m_s` (P, 3, T), ITRS.

    NaN where a mover is absent.
    """

    names: list[str]
    time_s: Floats
    position_m: Floats
    velocity_m_s: Floats
    tracks: Tracks | None = None  # the knots of all movers, where there are any

    def places(self, row: int, time_s: Floats) -> Floats:
        """Return latitude and longitude (K, 2) of a mover at any times; NaN where it is absent."""
        assert self.tracks is not None
        position_m = states_at(self.tracks, np.full(len(time_s), row), time_s)[0]
        return np.stack(ellipsoid.to_geodetic(position_m)[:2], axis=-1)

    def spans(self, row: int) -> Iterator[slice]:
        """Yield the times at which a mover is there: two or more in a row."""
        there = np.isfinite(self.position_m[row, 0]).astype(np.int8)
        edges = np.flatnonzero(np.diff(there, prepend=0, append=0))
        for first, after in edges.reshape(-1, 2).tolist():
            if after - first > 1:
                yield slice(first, after)


def moving(run: Folder, chosen: Choice, step_s: float) -> Moving:
    """Return the states of movers every `step_s` seconds, and at the run's end.

    Raises
    ------
    ScenarioError
        The tracks were left out or are damaged; the step asks for too much at once.
    """
    names = chosen.texts("name")
    count = max(1, math.ceil(run.simulated_s / step_s - 1e-9))
    if len(names) * count > _TIMES_MAX:
        raise ScenarioError(
            f"{len(names):,} movers every {step_s:g} s are {len(names) * count:,} states, at most "
            f"{_TIMES_MAX:,} are exported at once: choose some by --only, or a longer --step"
        )
    time_s = np.append(np.arange(count) * step_s, run.simulated_s)
    shape = (len(names), 3, len(time_s))
    tracks = _tracks(run, names) if names else None
    found = Moving(names, time_s, np.empty(shape), np.empty(shape), tracks)
    if tracks is not None:
        for row in range(len(names)):
            states = states_at(tracks, np.full(len(time_s), row), time_s)
            found.position_m[row], found.velocity_m_s[row] = states[0].T, states[1].T
        # A knot needs no neighbour: whoever leaves there is there for the last time.
        mine, knot = np.intersect1d(time_s, tracks.time_s, True, True)[1:]
        found.position_m[..., mine] = tracks.position_m[..., knot]
        found.velocity_m_s[..., mine] = tracks.velocity_m_s[..., knot]
    return found


def _tracks(run: Folder, names: list[str]) -> Tracks:
    """Return the knots of the movers by name, in that order."""
    table = run.table("tracks", ("name", "time_s", *_PLACE, *_PACE))
    name = table["name"].combine_chunks()
    row_of = (
        pc.index_in(name.dictionary, pa.array(names, pa.string())).fill_null(-1).to_numpy(False)
    )
    row = row_of[name.indices.to_numpy(False)]
    mine = np.flatnonzero(row >= 0)
    time_s = table["time_s"].to_numpy()[mine]
    # Runs of more than one block have all movers of the first, then all of the second, ...
    order = np.lexsort((time_s, row[mine]))
    knots = time_s[order][: len(mine) // len(names)]
    if len(mine) != len(names) * len(knots) or len(knots) < 2:
        path = run.file("tracks")
        raise ScenarioError(f"{path} is damaged: not every mover has a track throughout")
    states = [
        np.stack(
            [table[axis].to_numpy()[mine][order].reshape(len(names), -1) for axis in axes], axis=1
        ).astype(np.float64)
        for axes in (_PLACE, _PACE)
    ]
    return Tracks(knots, *states)
