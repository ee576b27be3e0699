"""What goes over the links of a scene: their loads and the beams in use, snapshot by snapshot."""

import math

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from skyweft.network.flows.model import Flows
from skyweft.stage.scenery import Arrays, Scenery, View
from skyweft.store.parquet import Bounds

Floats = NDArray[np.float64]


def scene(view: View) -> Scenery:
    """Return what links carry and which beams are in use, snapshot by snapshot."""
    if not view.run.scenario.rules(Flows):
        return Scenery()
    (carried, fewer), (spots, dark) = _loads(view), _beams(view)
    return Scenery(carried | spots, notes=[*fewer, *dark])


def _loads(view: View) -> tuple[Arrays, list[str]]:
    """Return the snapshots of what links carry, the one in force at the view's start included."""
    moments_s = _moments_s(view)
    table = view.run.table(
        "link_loads", ("time_s", "source", "target", "utilisation"), _within(moments_s)
    )
    source, target = (view.rows(table[side]) for side in ("source", "target"))
    drawn = (source >= 0) & (target >= 0)
    time_s, most = table["time_s"].to_numpy(), view.loads_max
    rows, times, notes = _snapshots("loads", moments_s, time_s, drawn, most)
    found = {
        **times,
        "source": source[rows],
        "target": target[rows],
        "utilisation": table["utilisation"].to_numpy()[rows].astype(np.float32),
    }
    return {f"load.{name}": entry for name, entry in found.items()}, notes


def _beams(view: View) -> tuple[Arrays, list[str]]:
    """Return the snapshots of beams in use, a row a beam."""
    scenario = view.run.scenario
    if not any(rule.beams for rule in scenario.links):
        return {}, []
    moments_s = _moments_s(view)
    table = view.run.table(
        "beams",
        ("time_s", "link", "platform", "beam", "centre", "users", "utilisation"),
        _within(moments_s),
    )
    rules = pa.array(scenario.rule_names)
    link = pc.index_in(table["link"].cast(pa.string()), rules).to_numpy().astype(np.int32)
    platform, centre = (view.rows(table[name]) for name in ("platform", "centre"))
    time_s, number, users, used = (
        table[name].to_numpy() for name in ("time_s", "beam", "users", "utilisation")
    )
    # A beam has a row for what it sends and one for what it receives: the fuller one is drawn.
    fullest = np.lexsort((-used, number, platform, link, time_s))
    beam = np.column_stack([time_s, link, platform, number])[fullest]
    drawn = np.zeros(len(beam), np.bool_)
    drawn[fullest] = np.append(True, np.any(beam[1:] != beam[:-1], axis=1))[: len(beam)]
    drawn &= (used > 0) & (platform >= 0) & (centre >= 0)
    rows, times, notes = _snapshots("beams", moments_s, time_s, drawn, view.loads_max)
    found = {
        **times,
        "rule": link[rows],
        "platform": platform[rows],
        "centre": centre[rows],
        "users": users[rows],
        "utilisation": used[rows].astype(np.float32),
    }
    return {f"beam.{name}": entry for name, entry in found.items()}, notes


def _moments_s(view: View) -> Floats:
    """Return the snapshots of flows in force in a view; some may have no rows."""
    step_s = view.run.scenario.rules(Flows)[0].step_s
    end = math.ceil(view.run.simulated_s / step_s)
    first, after = view.from_s // step_s, min(view.to_s // step_s + 1, end)
    return np.arange(first, after) * step_s


def _within(moments_s: Floats) -> Bounds:
    low, high = (float(moments_s[k]) for k in (0, -1))
    return [("time_s", ">=", low), ("time_s", "<=", high)]


def _snapshots(
    what: str, moments: Floats, time_s: Floats, drawn: NDArray[np.bool_], rows_max: int
) -> tuple[NDArray[np.int64], Arrays, list[str]]:
    """Return the rows drawn, by time; the snapshots and their first rows; what is left out."""
    every = math.ceil(np.count_nonzero(drawn) / rows_max)
    notes = []
    if every > 1:
        moments = moments[::every]
        notes.append(f"{what}: one snapshot in {every} is drawn")
    rows = np.flatnonzero(drawn & np.isin(time_s, moments))
    rows = rows[np.argsort(time_s[rows], kind="stable")]
    first = np.append(np.searchsorted(time_s[rows], moments), len(rows)).astype(np.int32)
    return rows, {"time": moments.astype(np.float32), "first": first}, notes
