"""Packets in a run: sent once all blocks of time are known; their table and key figures."""

from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from skyweft.motion.product import Fleet
from skyweft.network.product import PacketRows
from skyweft.network.queues.laying import Laid, joined, load
from skyweft.network.queues.queueing import queue
from skyweft.network.queues.sending import asked
from skyweft.run.disk.tables import build, named
from skyweft.run.figures.throughput import batches, codes
from skyweft.scenario.scenario import Scenario

Floats = NDArray[np.float64]
Longs = NDArray[np.int64]

FILE = "packets.npz"  # ways and links of a block, where it has any


def links_so_far(parts: Sequence[Path]) -> Longs:
    """Return the keys of the links that packets may still wait for after finished blocks."""
    for part in reversed(parts):
        if (part / FILE).exists():
            return load(part / FILE).key
    return np.zeros(0, np.int64)


def send(
    scenario: Scenario, fleet: Fleet, parts: Sequence[Path], end_s: float
) -> tuple[PacketRows, PacketRows]:
    """Return what becomes of all packets, by pair and step and by pair.

    Parameters
    ----------
    scenario, fleet
        What was run.
    parts : sequence of Path
        Finished blocks.
    end_s : float
        Where they end: nothing is sent from then on. [s]
    """
    pairs = asked(scenario, fleet)
    held = [load(part / FILE) for part in parts if (part / FILE).exists()]
    laid = joined(held) if held else Laid.nothing(len(pairs))
    others = None
    if scenario.packets[0].background:
        names = pa.array(fleet.names, pa.string())
        step_s = scenario.flows[0].step_s
        others = background(laid, [part / "loads.parquet" for part in parts], names, step_s)
    return queue(scenario, pairs, laid, end_s, others)


def background(laid: Laid, files: Sequence[Path], names: pa.Array, step_s: float) -> Floats:
    """Return what flows send over every link (L, T): in bit/s, at their last snapshot."""
    load_bps = np.zeros(laid.rate_bps.shape)
    snapshot = np.floor(laid.time_s / step_s + 1e-9)
    for batch in batches(files):
        source, target = (codes(batch.column(side), names) for side in ("source", "target"))
        key = source * len(names) + target
        time = np.rint(batch.column("time_s").to_numpy() / step_s)
        mine = np.flatnonzero(np.isin(key, laid.key) & np.isin(time, snapshot))
        row = np.searchsorted(laid.key, key[mine])
        first, after = (np.searchsorted(snapshot, time[mine], side) for side in ("left", "right"))
        loads = batch.column("load_bps").to_numpy()[mine]
        for each in range(len(mine)):
            load_bps[row[each], first[each] : after[each]] = loads[each]
    return load_bps


def packets_table(rows: PacketRows, names: pa.Array) -> pa.Table:
    """Return what became of packets, a row a pair and step."""
    plain = {each.name: getattr(rows, each.name) for each in fields(rows)}
    ends = {side: named(plain[side], names) for side in ("source", "target")}
    return build("packets", plain | ends | {"rule": rows.rule.astype(np.int32)})


def summary(totals: PacketRows, names: Sequence[str]) -> list[dict[str, Any]]:
    """Return the key figures of every pair, ready for JSON."""
    found = []
    for row in range(len(totals)):
        figures = {each.name: getattr(totals, each.name)[row].item() for each in fields(totals)}
        figures["source"] = names[figures["source"]]
        figures["target"] = names[figures["target"]]
        lost = sum(each for name, each in figures.items() if name.startswith("lost_"))
        figures["share_lost"] = lost / figures["sent"] if figures["sent"] else None
        found.append({"start_s": figures.pop("time_s"), **figures})
    return found
