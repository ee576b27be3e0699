"""Where the movers of a scene are: nodes at even steps, between which a page draws cubic Hermite.

Satellites get nodes two minutes apart (a low orbit is then within 6 m), all others those of the
run. Where a node falls on a knot of the run it is that knot, else it lies on the run's own curve.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from skyweft.errors import ScenarioError
from skyweft.fleet import Tracks
from skyweft.motion.hermite import states_at
from skyweft.scene.scene_platforms import Cast
from skyweft.store.parquet import require
from skyweft.store.reading import Folder

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Ints = NDArray[np.int64]

NODE_S = 120.0
LOWER_NODE_MIN_S = 1.0
SHORTEST_S = 600.0
NODES_MAX = 1_000  # two rows of a texture a node, and every browser takes 2048 rows
KNOTS_MAX_S = 300.0  # no run has knots wider apart
STATE_BYTES = 24
NEAR_S = 1e-6
_AXES = ("x_m", "y_m", "z_m", "vx_m_s", "vy_m_s", "vz_m_s")


@dataclass(frozen=True, slots=True)
class Block:
    """Movers with nodes at the same times: `time_s` (T,), `rows` (P,) of the cast, states."""

    time_s: Floats
    rows: Ints
    position_m: Singles  # (T, P, 3) ITRS; NaN where absent
    velocity_m_s: Singles  # (T, P, 3)


@dataclass(frozen=True, slots=True)
class Steps:
    """Which movers get nodes how far apart."""

    of: tuple[tuple[Ints, float], ...]  # rows of the cast, step_s

    @property
    def longest_s(self) -> float:
        """Return the length of time that nodes within `NODES_MAX` span."""
        return NODES_MAX * min((step_s for _, step_s in self.of), default=math.inf)

    def fitting_s(self, bytes_max: int) -> float:
        """Return the length of time whose states fit into so many bytes, at least ten minutes."""
        per_s = sum(STATE_BYTES * len(rows) / step_s for rows, step_s in self.of)
        return max(bytes_max / per_s if per_s else math.inf, SHORTEST_S)


def steps(run: Folder, cast: Cast) -> Steps:
    """Return how far apart the nodes of a scene are."""
    knots_s = _knots_s(run.file("tracks"))
    movers = np.flatnonzero(cast.moves)
    space = cast.in_space[movers]
    parts = (
        (movers[space], max(NODE_S, knots_s)),
        (movers[~space], max(LOWER_NODE_MIN_S, knots_s)),
    )
    return Steps(tuple((rows, step_s) for rows, step_s in parts if len(rows)))


def _knots_s(path: Path) -> float:
    """Return the time between two knots, looking at the first ones only."""
    try:
        with pq.ParquetFile(path) as file:
            require(path, file.schema_arrow.names, ["time_s"])
            time_s = next(file.iter_batches(2, columns=["time_s"])).column(0).to_numpy()
    except (OSError, StopIteration, pa.ArrowException) as error:
        raise ScenarioError(f"{path} cannot be read: {error}") from error
    if len(time_s) < 2 or not time_s[1] > time_s[0]:
        raise ScenarioError(f"{path} is damaged: its first mover has fewer than two knots")
    return float(time_s[1] - time_s[0])


def blocks(run: Folder, cast: Cast, steps: Steps, from_s: float, to_s: float) -> Iterator[Block]:
    """Yield the states of all movers, a block a step."""
    tracks, place = _read(run, cast, from_s, to_s)
    for rows, step_s in steps.of:
        count = max(1, math.ceil((to_s - from_s) / step_s - NEAR_S))
        time_s = np.linspace(from_s, to_s, count + 1)
        yield Block(time_s, rows, *_sampled(tracks, place[rows], time_s))


def places(run: Folder, cast: Cast, time_s: float) -> Floats:
    """Return where everybody is at a moment, (N, 3) ITRS [m]; NaN for movers not kept or absent."""
    position_m = cast.site_m.copy()
    movers = np.flatnonzero(cast.moves)
    if len(movers) and run.has_tracks:
        tracks, place = _read(run, cast, time_s, time_s)
        position_m[movers] = _sampled(tracks, place[movers], np.array([time_s]))[0][0]
    return position_m


def _read(run: Folder, cast: Cast, from_s: float, to_s: float) -> tuple[Tracks, Ints]:
    """Return the knots around a window, and the row of each platform's track."""
    bounds = [("time_s", ">=", from_s - KNOTS_MAX_S), ("time_s", "<=", to_s + KNOTS_MAX_S)]
    table = run.table("tracks", ("name", "time_s", *_AXES), bounds)
    row = cast.rows(table["name"])
    # Runs of more than one block have all movers of the first, then all of the second, ...
    order = np.lexsort((table["time_s"].to_numpy(), row))
    movers, first = np.unique(row[order], return_index=True)
    time_s = table["time_s"].to_numpy()[order]
    knots = time_s[: first[1] if len(first) > 1 else len(time_s)]
    whole = len(movers) == np.count_nonzero(cast.moves) and len(order) == len(movers) * len(knots)
    if not whole or len(knots) < 2 or knots[0] > from_s + NEAR_S or knots[-1] < to_s - NEAR_S:
        path = run.file("tracks")
        raise ScenarioError(f"{path} is damaged: not every mover has a track throughout")
    states = np.empty((6, len(movers), len(knots)))
    for axis, name in enumerate(_AXES):
        states[axis] = table[name].to_numpy()[order].reshape(len(movers), -1)
    place = np.full(len(cast), -1)
    place[movers] = np.arange(len(movers))
    position_m, velocity_m_s = (np.moveaxis(part, 0, 1) for part in (states[:3], states[3:]))
    return Tracks(knots, *map(np.ascontiguousarray, (position_m, velocity_m_s))), place


def _sampled(tracks: Tracks, place: Ints, time_s: Floats) -> tuple[Singles, Singles]:
    """Return states (T, P, 3) at nodes."""
    knot = np.searchsorted(tracks.time_s, time_s - NEAR_S)
    on = np.abs(tracks.time_s[np.minimum(knot, len(tracks.time_s) - 1)] - time_s) < NEAR_S
    shape = (len(time_s), len(place), 3)
    position_m, velocity_m_s = np.empty(shape, np.float32), np.empty(shape, np.float32)
    for states, knots in ((position_m, tracks.position_m), (velocity_m_s, tracks.velocity_m_s)):
        states[on] = np.moveaxis(knots[place][:, :, knot[on]], 2, 0)
    if on.all():
        return position_m, velocity_m_s
    between = np.repeat(time_s[~on], len(place))
    found = states_at(tracks, np.tile(place, np.count_nonzero(~on)), between)
    position_m[~on], velocity_m_s[~on] = (array.reshape(-1, *shape[1:]) for array in found[:2])
    return position_m, velocity_m_s
