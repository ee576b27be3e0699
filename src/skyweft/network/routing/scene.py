"""The routes of a scene: what was asked for, and the best paths, snapshot by snapshot."""

import math

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from skyweft.network.routing.model import Routes
from skyweft.stage.scenery import Arrays, Scenery, View


def scene(view: View) -> Scenery:
    """Return what was asked for, and the best paths where they were kept."""
    rules = view.run.scenario.rules(Routes)
    asked = [
        {"sources": rule.sources, "targets": rule.targets, "step_s": rule.step_s} for rule in rules
    ]
    kept = [number for number, rule in enumerate(rules) if rule.paths]
    arrays, notes = _paths(view, kept) if kept else ({}, [])
    return Scenery(arrays, {"routes": asked}, notes)


def _paths(view: View, kept: list[int]) -> tuple[Arrays, list[str]]:
    """Return the best path of every pair of some rules, by time, then pair."""
    table = _best(view, kept)
    source, target = (view.rows(table[side]) for side in ("source", "target"))
    path = table["path"].combine_chunks()
    hops = pc.list_value_length(path).to_numpy(False)
    rows = np.flatnonzero((source >= 0) & (target >= 0))
    every = math.ceil(int(hops[rows].sum()) / view.nodes_max)
    notes = []
    if every > 1:
        rows = rows[source[rows] % every == 0]
        notes.append(f"paths: those of one source in {every} are drawn")
    time_s, route = (table[name].to_numpy()[rows] for name in ("time_s", "route"))
    rows = rows[np.lexsort((target[rows], source[rows], route, time_s))]
    found = {
        "route": table["route"].to_numpy()[rows],
        "time": table["time_s"].to_numpy()[rows].astype(np.float32),
        "source": source[rows],
        "target": target[rows],
        "delay": table["delay_s"].to_numpy()[rows].astype(np.float32),
        "first": np.append(0, np.cumsum(hops[rows])).astype(np.int32),
        "node": view.rows(path.take(pa.array(rows)).flatten()),
    }
    return {f"path.{name}": entry for name, entry in found.items()}, notes


def _best(view: View, kept: list[int]) -> pa.Table:
    """Read the best routes of some rules at the snapshots in force in a view."""
    step_s = np.array([rule.step_s for rule in view.run.scenario.rules(Routes)])
    earliest_s = view.from_s - step_s[kept].max()
    table = view.run.table(
        "routes",
        ("route", "time_s", "source", "target", "rank", "delay_s", "path"),
        [("time_s", ">", earliest_s), ("time_s", "<=", view.to_s), ("rank", "==", 1)],
    )
    route = table["route"].to_numpy()
    in_force = table["time_s"].to_numpy() > view.from_s - step_s[route]
    return table.filter(pa.array(np.isin(route, kept) & in_force))
