"""What is out of order in a scene, and the bursts: events that stand out from contacts."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from skyweft.delivery.model import Messages
from skyweft.network.failures.causes import failing, pair_name
from skyweft.network.failures.model import Failures
from skyweft.network.failures.outages import Outages
from skyweft.scenario.scenario import Scenario
from skyweft.scene.meetings import Met
from skyweft.scene.scene_platforms import Cast
from skyweft.store.reading import Folder

Arrays = dict[str, NDArray[Any]]
Ints = NDArray[np.int32]

OUTAGES_MAX = 20_000


def outages(
    run: Folder, cast: Cast, found: Met, from_s: float, to_s: float
) -> tuple[Arrays, list[str]]:
    """Return who and which pairs are out of order at any time of a window, by start.

    Everything fails by its own name, so those drawn do as they did in the run.

    Parameters
    ----------
    run : Run
        Its failures are drawn again.
    cast : Cast
        Platforms that are left out of it are left out here.
    found : Met
        The pairs that meet in the window.
    from_s, to_s : float
        The window. [s]
    """
    rows = [_columns(*each) for each in (*_of_platforms(run, cast), *_of_pairs(run, cast, found))]
    if not rows:
        return {}, []
    table = np.concatenate(rows, axis=1)
    within = (table[2] <= to_s) & (table[3] >= from_s) & (table[0] >= 0)
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
    return arrays, notes


def _columns(outages: Outages, platform: Ints, other: Ints) -> NDArray[np.float64]:
    return np.array([platform[outages.item], other[outages.item], outages.start_s, outages.end_s])


def _of_platforms(run: Folder, cast: Cast) -> Iterator[tuple[Outages, Ints, Ints]]:
    """Yield the outages of each rule on platforms, and the platforms."""
    causes = [each for each in run.scenario.rules(Failures) if each.platforms]
    if not causes:
        return
    table = run.table("platforms", ("name", "group"))
    group = table["group"].cast(pa.string())
    for each in causes:
        names = table["name"].filter(pc.is_in(group, pa.array(each.platforms))).combine_chunks()
        row = pc.index_in(names, cast.names).fill_null(-1).to_numpy(False).astype(np.int32)
        every = np.arange(len(names), dtype=np.int32)
        yield failing(each, run.scenario, names.to_pylist(), every), row, np.full_like(row, -1)


def _of_pairs(run: Folder, cast: Cast, found: Met) -> Iterator[tuple[Outages, Ints, Ints]]:
    """Yield the outages of each rule on links, and both ends of the pairs."""
    causes = [each for each in run.scenario.rules(Failures) if each.links]
    if not causes:
        return
    pairs = np.unique(np.column_stack([found.rule, found.source, found.target]), axis=0)
    called = cast.names.to_pylist()
    for each in causes:
        mine = pairs[np.isin(pairs[:, 0], each.links)]
        names = [pair_name(rule, called[a], called[b]) for rule, a, b in mine]
        every = np.arange(len(names), dtype=np.int32)
        if names:
            yield failing(each, run.scenario, names, every), mine[:, 1], mine[:, 2]


def bursts(scenario: Scenario) -> list[dict[str, Any]]:
    """Return when and where many devices report at once, ready for JSON."""
    return [
        {
            "source": rule.source,
            "start_s": rule.burst.start_s,
            "spread_s": rule.burst.spread_s,
            "share": rule.burst.share,
            "radius_m": rule.burst.radius_m,
        }
        for rule in scenario.rules(Messages)
        if rule.burst is not None
    ]
