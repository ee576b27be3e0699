"""How often, how long and how well each pair of platforms meets: statistics over its contacts."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ContactStatistics:
    """One row a pair and rule, sorted by rule, source, target. Columns have shape (P,)."""

    key: Ints  # (link * N + source) * N + target
    contacts: Ints
    total_s: Floats
    min_s: Floats
    max_s: Floats
    gaps_s: Floats  # sum of the times between contacts
    gap_max_s: Floats  # longest of them; 0 without any
    first_s: Floats  # start of the first contact
    last_s: Floats  # end of the last contact
    elevation_max_deg: NDArray[np.float32]

    def __post_init__(self) -> None:
        assert len({len(getattr(self, field.name)) for field in fields(self)}) == 1
        assert np.all(np.diff(self.key) > 0)

    def __len__(self) -> int:
        return len(self.key)


def nothing() -> ContactStatistics:
    """Return no pairs."""
    none, rows = np.zeros(0), np.zeros(0, np.int64)
    elevation = none.astype(np.float32)
    return ContactStatistics(rows, rows, none, none, none, none, none, none, none, elevation)


def tally(
    key: Ints, start_s: Floats, end_s: Floats, elevation_deg: NDArray[np.float32]
) -> ContactStatistics:
    """Sum up the contacts (C,) of one stretch of time, sorted by start.

    Parameters
    ----------
    key : (C,) int64
        What tells the pairs and rules apart.
    start_s, end_s : (C,)
        From the run's start. [s]
    elevation_deg : (C,)
        Highest in the contact; NaN where there is none. [deg]

    Returns
    -------
    ContactStatistics
    """
    order = np.argsort(key, kind="stable")
    key, start_s, end_s = key[order], start_s[order], end_s[order]
    if not len(key):
        return nothing()
    new = np.concatenate([[True], key[1:] != key[:-1]])
    first = np.flatnonzero(new)
    last = np.concatenate([first[1:], [len(key)]]) - 1
    lasted_s = end_s - start_s
    before_s = np.where(new, 0.0, start_s - np.concatenate([[0.0], end_s[:-1]]))
    return ContactStatistics(
        key=key[first],
        contacts=last - first + 1,
        total_s=np.add.reduceat(lasted_s, first),
        min_s=np.minimum.reduceat(lasted_s, first),
        max_s=np.maximum.reduceat(lasted_s, first),
        gaps_s=np.add.reduceat(before_s, first),
        gap_max_s=np.maximum.reduceat(before_s, first),
        first_s=start_s[first],
        last_s=end_s[last],
        elevation_max_deg=np.fmax.reduceat(elevation_deg[order], first),
    )


def join(earlier: ContactStatistics, later: ContactStatistics) -> ContactStatistics:
    """Add the contacts of a later stretch of time: none starts before the last of `earlier`."""
    _, in_earlier, in_later = np.intersect1d(
        earlier.key, later.key, assume_unique=True, return_indices=True
    )
    fresh = np.setdiff1d(np.arange(len(later)), in_later, assume_unique=True)
    order = np.argsort(np.concatenate([earlier.key, later.key[fresh]]), kind="stable")
    a = {field.name: getattr(earlier, field.name)[in_earlier] for field in fields(earlier)}
    b = {field.name: getattr(later, field.name)[in_later] for field in fields(later)}
    between_s = b["first_s"] - a["last_s"]
    both = {
        "key": a["key"],
        "contacts": a["contacts"] + b["contacts"],
        "total_s": a["total_s"] + b["total_s"],
        "min_s": np.minimum(a["min_s"], b["min_s"]),
        "max_s": np.maximum(a["max_s"], b["max_s"]),
        "gaps_s": a["gaps_s"] + b["gaps_s"] + between_s,
        "gap_max_s": np.maximum(np.maximum(a["gap_max_s"], b["gap_max_s"]), between_s),
        "first_s": a["first_s"],
        "last_s": b["last_s"],
        "elevation_max_deg": np.fmax(a["elevation_max_deg"], b["elevation_max_deg"]),
    }
    columns = {}
    for name, met_again in both.items():
        column = np.concatenate([getattr(earlier, name), getattr(later, name)[fresh]])
        column[in_earlier] = met_again
        columns[name] = column[order]
    return ContactStatistics(**columns)
