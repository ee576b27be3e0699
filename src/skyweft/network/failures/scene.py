"""What is out of order in a scene: events that stand out from contacts."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from skyweft.network.failures.causes import failing, pair_name
from skyweft.network.failures.model import Failures
from skyweft.network.failures.outages import Outages
from skyweft.stage.scenery import Scenery, View

Ints = NDArray[np.int32]

OUTAGES_MAX = 20_000


def scene(view: View) -> Scenery:
    """Return who and which pairs are out of order at any time of a window, by start.

    Everything fails by its own name, so those drawn do as they did in the run. Platforms that are
    not drawn are left out, and so are pairs that do not meet in the window.
    """
    rows = [_columns(*outages) for outages in (*_of_platforms(view), *_of_pairs(view))]
    if not rows:
        return Scenery()
    table = np.concatenate(rows, axis=1)
    within = (table[2] <= view.to_s) & (table[3] >= view.from_s) & (table[0] >= 0)
    table = table[:, within]
    platform, other, start_s, end_s = table[:, np.lexsort((table[0], table[2]))][:, :OUTAGES_MAX]
    notes = []
    if table.shape[1] > OUTAGES_MAX:
        notes.append(f"outages: the first {OUTAGES_MAX:,} of {table.shape[1]:,} are told")
    arrays = {
        "outage.platform": platform.astype(np.int32),
        "outage.other": other.astype(np.int32),
        "outage.start": start_s.astype(np.float32),
        "outage.end": end_s.astype(np.float32),
    }
    return Scenery(arrays, notes=notes)


def _columns(outages: Outages, platform: Ints, other: Ints) -> NDArray[np.float64]:
    return np.array([platform[outages.item], other[outages.item], outages.start_s, outages.end_s])


def _of_platforms(view: View) -> Iterator[tuple[Outages, Ints, Ints]]:
    """Yield the outages of each rule on platforms, and the platforms."""
    scenario = view.run.scenario
    causes = [rule for rule in scenario.rules(Failures) if rule.platforms]
    if not causes:
        return
    table = view.run.table("platforms", ("name", "group"))
    group = table["group"].cast(pa.string())
    for cause in causes:
        names = table["name"].filter(pc.is_in(group, pa.array(cause.platforms))).combine_chunks()
        row = pc.index_in(names, view.names).fill_null(-1).to_numpy(False).astype(np.int32)
        every = np.arange(len(names), dtype=np.int32)
        yield failing(cause, scenario, names.to_pylist(), every), row, np.full_like(row, -1)


def _of_pairs(view: View) -> Iterator[tuple[Outages, Ints, Ints]]:
    """Yield the outages of each rule on links, and both ends of the pairs."""
    scenario = view.run.scenario
    causes = [rule for rule in scenario.rules(Failures) if rule.links]
    if not causes:
        return
    pairs = np.unique(view.met.T, axis=0)
    called = view.names.to_pylist()
    for cause in causes:
        mine = pairs[np.isin(pairs[:, 0], cause.links)]
        names = [pair_name(rule, called[a], called[b]) for rule, a, b in mine]
        every = np.arange(len(names), dtype=np.int32)
        if names:
            yield failing(cause, scenario, names, every), mine[:, 1], mine[:, 2]
