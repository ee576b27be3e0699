"""The contacts of a scene: those that overlap its time."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from skyweft.scene.scene_platforms import Cast
from skyweft.store.reading import Folder

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]

COLUMNS = ("link", "source", "target", "start_s", "end_s")


@dataclass(frozen=True, slots=True)
class Met:
    """Contacts by start, columns (C,): rule, platforms of the cast, time."""

    rule: Ints
    source: Ints
    target: Ints
    start_s: Floats
    end_s: Floats

    def __len__(self) -> int:
        return len(self.rule)

    def taking(self, which: NDArray[Any]) -> "Met":
        """Return some of them."""
        return Met(*(getattr(self, name)[which] for name in self.__slots__))


def rules_met(run: Folder) -> list[str]:
    """Return the rules by which anybody met, as the table names them; no scenario is needed."""
    link = run.table("contacts", ("link",))["link"].unify_dictionaries()
    return link.chunk(0).dictionary.to_pylist() if link.num_chunks else []


def met(run: Folder, cast: Cast, rules: list[str], from_s: float, to_s: float) -> Met:
    """Return the contacts of a run that overlap a window, between platforms of the cast."""
    bounds = [("start_s", "<=", to_s), ("end_s", ">=", from_s)]
    table = run.table("contacts", COLUMNS, bounds)
    link = table["link"].combine_chunks()
    rule = pc.index_in(link.dictionary, pc.cast(rules, link.dictionary.type))
    found = Met(
        rule=rule.fill_null(-1).to_numpy(False).astype(np.int32)[link.indices.to_numpy()],
        source=cast.rows(table["source"]),
        target=cast.rows(table["target"]),
        start_s=table["start_s"].to_numpy(),
        end_s=table["end_s"].to_numpy(),
    )
    drawn = (found.source >= 0) & (found.target >= 0) & (found.rule >= 0)
    return found if drawn.all() else found.taking(drawn)


def shortened_s(found: Met, from_s: float, to_s: float, contacts_max: int) -> float:
    """Return until when no more contacts than `contacts_max` overlap the time from `from_s`."""
    if len(found) <= contacts_max:
        return to_s
    return max(from_s, float(np.sort(found.start_s)[contacts_max]))


def thinned(found: Met, to_s: float, contacts_max: int) -> tuple[Met, list[str]]:
    """Return contacts that begin by `to_s`; of too many, those of every n-th source."""
    found = found.taking(found.start_s <= to_s)
    every = math.ceil(len(found) / contacts_max)
    if every <= 1:
        return found, []
    note = f"contacts: {len(found):,} are too many to draw; those of one source in {every} are"
    return found.taking(found.source % every == 0), [note]
