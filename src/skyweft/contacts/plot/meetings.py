"""Contacts read as numbers: who met whom, and the arithmetic of spans of time.

Tables of a run hold names; drawings and statistics want rows. Nothing here looks at geometry.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from skyweft.drawing.palette import LAYERS
from skyweft.drawing.reading import Floats, Ints, codes, numbers, words


@dataclass(frozen=True)
class Meetings:
    """Contacts with rows for names: columns (C,), and the N platforms they are between."""

    names: pa.Array  # (N,)
    groups: tuple[str, ...]
    group: Ints  # (N,) index into groups
    layer: Ints  # (N,) index into LAYERS
    links: tuple[str, ...]
    link: Ints  # (C,) index into links
    source: Ints
    target: Ints
    start_s: Floats
    end_s: Floats
    elevation_max_deg: Floats
    range_min_m: Floats

    def name(self, row: int) -> str:
        """Return the name of a platform."""
        return str(self.names[int(row)].as_py())

    def kin(self, rows: Ints) -> Ints:
        """Return all members of the groups that some platforms belong to."""
        return np.flatnonzero(np.isin(self.group, np.unique(self.group[rows])))

    @cached_property
    def with_layers(self) -> tuple[Ints, Floats, Floats]:
        """Return the spans in which a platform had a layer in contact, as `merged` does.

        The key is platform * len(LAYERS) + layer.
        """
        who, whom, start_s, end_s = self.both_ways()
        return merged(who * len(LAYERS) + self.layer[whom], start_s, end_s)

    @cached_property
    def with_anything(self) -> tuple[Ints, Floats, Floats]:
        """Return the spans in which a platform had any contact; the key is the platform."""
        key, start_s, end_s = self.with_layers
        return merged(key // len(LAYERS), start_s, end_s)

    def both_ways(self) -> tuple[Ints, Ints, Floats, Floats]:
        """Return who, whom, start and end, every contact once from each of its ends."""
        return (
            np.concatenate([self.source, self.target]),
            np.concatenate([self.target, self.source]),
            np.concatenate([self.start_s, self.start_s]),
            np.concatenate([self.end_s, self.end_s]),
        )


def meetings(contacts: pa.Table, platforms: pa.Table) -> Meetings:
    """Read the tables `contacts` and `platforms` of a run.

    Parameters
    ----------
    contacts : pyarrow.Table
        With the columns link, source, target, start_s, end_s, elevation_max_deg, range_min_m.
    platforms : pyarrow.Table
        With the columns name, group, layer.

    Returns
    -------
    Meetings
    """
    names = words(platforms, "name")
    groups, group = codes(platforms, "group")
    layers, layer = codes(platforms, "layer")
    links, link = codes(contacts, "link")
    return Meetings(
        names=names,
        groups=groups,
        group=group,
        layer=np.array([LAYERS.index(layer) for layer in layers], np.int64)[layer],
        links=links,
        link=link,
        source=_rows(contacts, "source", names),
        target=_rows(contacts, "target", names),
        start_s=numbers(contacts, "start_s"),
        end_s=numbers(contacts, "end_s"),
        elevation_max_deg=numbers(contacts, "elevation_max_deg"),
        range_min_m=numbers(contacts, "range_min_m"),
    )


def _rows(table: pa.Table, column: str, names: pa.Array) -> Ints:
    """Return the row in `names` of every string of a column."""
    coded = words(table, column).dictionary_encode()
    # Few are looked for among many, so the many are told whether they are one of the few.
    found = pc.index_in(names, value_set=coded.dictionary).fill_null(-1).to_numpy()
    rows = np.flatnonzero(found >= 0)
    row = np.full(len(coded.dictionary), -1, np.int64)
    row[found[rows]] = rows
    return row[coded.indices.to_numpy()]


def merged(key: Ints, start_s: Floats, end_s: Floats) -> tuple[Ints, Floats, Floats]:
    """Unite the spans of each key that touch or overlap; sorted by key, then start."""
    if not len(key):
        return key, start_s, end_s
    order = np.lexsort((start_s, key))
    key, start_s, end_s = key[order], start_s[order], end_s[order]
    # Keys are told apart by moving each key's spans beyond all of the key before it.
    away_s = (key - key[0]) * (float(end_s.max()) - float(start_s.min()) + 1.0)
    reach_s = np.maximum.accumulate(end_s + away_s)
    fresh = np.concatenate([[True], start_s[1:] + away_s[1:] > reach_s[:-1]])
    first = np.flatnonzero(fresh)
    last = np.concatenate([first[1:], [len(key)]]) - 1
    return key[first], start_s[first], (reach_s - away_s)[last]


def summed(key: Ints, values: Floats, count: int) -> Floats:
    """Return the sum of the values of each key below `count`."""
    return np.bincount(key, weights=values, minlength=count).astype(np.float64)


def up_mean(start_s: Floats, end_s: Floats, edges_s: Floats) -> Floats:
    """Return how many spans hold, on average, in each bin between `edges_s`; exact."""
    seconds = _passed(np.sort(start_s), edges_s) - _passed(np.sort(end_s), edges_s)
    return np.diff(seconds) / np.diff(edges_s)


def _passed(sorted_s: Floats, time_s: Floats) -> Floats:
    """Return the sum of the time since every moment that lies before `time_s`."""
    before = np.searchsorted(sorted_s, time_s)
    total_s = np.concatenate([[0.0], np.cumsum(sorted_s)])
    passed_s: Floats = before * time_s - total_s[before]
    return passed_s
