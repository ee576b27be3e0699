"""Who is in a scene: every mover, and as many of those that stand as there is room for."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from skyweft.stage.scenery import rows_among
from skyweft.store.reading import Folder
from skyweft.world import ellipsoid

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

COLUMNS = (
    "name",
    "group",
    "layer",
    "motion",
    "moves",
    "latitude_deg",
    "longitude_deg",
    "altitude_m",
)


@dataclass(frozen=True, slots=True)
class Cast:
    """The platforms of a scene, N rows, in the order of the run's table."""

    names: pa.Array
    groups: list[dict[str, Any]]  # name, layer, motion, count in the run
    group: Ints  # (N,) row of `groups`
    moves: NDArray[np.bool_]  # (N,)
    site_m: Floats  # (N, 3) ITRS; NaN for movers
    notes: list[str]

    def __len__(self) -> int:
        return len(self.names)

    @property
    def in_space(self) -> NDArray[np.bool_]:
        """Return who is a satellite, (N,)."""
        space = np.array([group["layer"] == "space" for group in self.groups], np.bool_)
        return space[self.group]

    def rows(self, names: pa.ChunkedArray | pa.Array) -> Ints:
        """Return the row of each name; -1 for null and for those who are left out."""
        return rows_among(self.names, names)


def cast(run: Folder, sites_max: int) -> Cast:
    """Return who is drawn of a run.

    Parameters
    ----------
    run : Folder
        Its table of platforms is read.
    sites_max : int
        Of a group of more than its share of this, every n-th member is taken.
    """
    table = run.table("platforms", COLUMNS).combine_chunks()
    moves = table["moves"].to_numpy()
    group, first = _codes(table["group"])
    count = np.bincount(group, minlength=len(first))
    words = {column: table[column].take(pa.array(first)).to_pylist() for column in COLUMNS[1:4]}
    groups = [
        {"name": name, "layer": layer, "motion": motion, "count": int(number)}
        for name, layer, motion, number in zip(*words.values(), count, strict=True)
    ]
    kept, notes = _thinned(groups, group, moves, sites_max)
    degrees = (table[column].take(pa.array(kept)).to_numpy() for column in COLUMNS[5:])
    return Cast(
        names=table["name"].take(pa.array(kept)).combine_chunks(),
        groups=groups,
        group=group[kept],
        moves=moves[kept],
        site_m=ellipsoid.to_ecef(*degrees),
        notes=notes,
    )


def _codes(column: pa.ChunkedArray) -> tuple[Ints, NDArray[np.int64]]:
    """Return the number of each row's group, and the first row of each, in order of appearance."""
    code = column.unify_dictionaries().combine_chunks().indices.to_numpy(False)
    _, first, inverse = np.unique(code, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty(len(order), np.int32)
    rank[order] = np.arange(len(order))
    return rank[inverse], first[order]


def _thinned(
    groups: list[dict[str, Any]], group: Ints, moves: NDArray[np.bool_], sites_max: int
) -> tuple[NDArray[np.int64], list[str]]:
    """Return which rows are kept, and what to say of the others."""
    keep, notes = np.ones(len(group), np.bool_), []
    if np.count_nonzero(~moves) > sites_max:
        standing = np.unique(group[~moves])
        share = max(1, sites_max // len(standing))
        for number in standing:
            rows = np.flatnonzero((group == number) & ~moves)
            every = math.ceil(len(rows) / share)
            if every > 1:
                keep[rows] = np.arange(len(rows)) % every == 0
                name = groups[number]["name"]
                notes.append(f"{name}: one in {every} of {len(rows):,} is drawn")
    return np.flatnonzero(keep), notes
