"""What goes over the links of a scene: loads of links and paths of routes, snapshot by snapshot."""

import math
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from skyweft.network.flows.model import Flows
from skyweft.network.routing.model import Routes
from skyweft.scenario.scenario import Scenario
from skyweft.scene.scene_platforms import Cast
from skyweft.store.parquet import Bounds
from skyweft.store.reading import Folder

Arrays = dict[str, NDArray[Any]]
Floats = NDArray[np.float64]


def loads(
    run: Folder, cast: Cast, from_s: float, to_s: float, rows_max: int
) -> tuple[Arrays, list[str]]:
    """Return the snapshots of what links carry, the one in force at `from_s` included."""
    if not run.scenario.rules(Flows):
        return {}, []
    moments_s = _moments_s(run, from_s, to_s)
    table = run.table(
        "link_loads", ("time_s", "source", "target", "utilisation"), _within(moments_s)
    )
    source, target = (cast.rows(table[side]) for side in ("source", "target"))
    drawn = (source >= 0) & (target >= 0)
    rows, times, notes = _snapshots("loads", moments_s, table["time_s"].to_numpy(), drawn, rows_max)
    found = {
        **times,
        "source": source[rows],
        "target": target[rows],
        "utilisation": table["utilisation"].to_numpy()[rows].astype(np.float32),
    }
    return {f"load.{name}": each for name, each in found.items()}, notes


def beams(
    run: Folder, cast: Cast, from_s: float, to_s: float, rows_max: int
) -> tuple[Arrays, list[str]]:
    """Return the snapshots of beams in use, a row a beam, the one in force at `from_s` included."""
    wide = [number for number, rule in enumerate(run.scenario.links) if rule.beams]
    if not run.scenario.rules(Flows) or not wide:
        return {}, []
    moments_s = _moments_s(run, from_s, to_s)
    table = run.table(
        "beams",
        ("time_s", "link", "platform", "beam", "centre", "users", "utilisation"),
        _within(moments_s),
    )
    rules = pa.array(run.scenario.rule_names)
    link = pc.index_in(table["link"].cast(pa.string()), rules).to_numpy().astype(np.int32)
    platform, centre = (cast.rows(table[name]) for name in ("platform", "centre"))
    time_s, number, users, used = (
        table[name].to_numpy() for name in ("time_s", "beam", "users", "utilisation")
    )
    # A beam has a row for what it sends and one for what it receives: the fuller one is drawn.
    fullest = np.lexsort((-used, number, platform, link, time_s))
    beam = np.column_stack([time_s, link, platform, number])[fullest]
    drawn = np.zeros(len(beam), np.bool_)
    drawn[fullest] = np.append(True, np.any(beam[1:] != beam[:-1], axis=1))[: len(beam)]
    drawn &= (used > 0) & (platform >= 0) & (centre >= 0)
    rows, times, notes = _snapshots("beams", moments_s, time_s, drawn, rows_max)
    found = {
        **times,
        "rule": link[rows],
        "platform": platform[rows],
        "centre": centre[rows],
        "users": users[rows],
        "utilisation": used[rows].astype(np.float32),
    }
    return {f"beam.{name}": each for name, each in found.items()}, notes


def _moments_s(run: Folder, from_s: float, to_s: float) -> Floats:
    """Return the snapshots of flows in force from one moment to another; some may have no rows."""
    step_s = run.scenario.rules(Flows)[0].step_s
    first, after = from_s // step_s, min(to_s // step_s + 1, math.ceil(run.simulated_s / step_s))
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


def paths(
    run: Folder, cast: Cast, from_s: float, to_s: float, nodes_max: int
) -> tuple[Arrays, list[str]]:
    """Return the best path of every pair that keeps its paths, by time, then pair."""
    kept = [number for number, rule in enumerate(run.scenario.rules(Routes)) if rule.paths]
    if not kept:
        return {}, []
    table = _best(run, run.scenario, kept, from_s, to_s)
    source, target = (cast.rows(table[side]) for side in ("source", "target"))
    path = table["path"].combine_chunks()
    hops = pc.list_value_length(path).to_numpy(False)
    rows = np.flatnonzero((source >= 0) & (target >= 0))
    every = math.ceil(int(hops[rows].sum()) / nodes_max)
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
        "node": cast.rows(path.take(pa.array(rows)).flatten()),
    }
    return {f"path.{name}": each for name, each in found.items()}, notes


def _best(run: Folder, scenario: Scenario, kept: list[int], from_s: float, to_s: float) -> pa.Table:
    """Read the best routes of some rules at the snapshots in force from `from_s` to `to_s`."""
    step_s = np.array([rule.step_s for rule in scenario.rules(Routes)])
    table = run.table(
        "routes",
        ("route", "time_s", "source", "target", "rank", "delay_s", "path"),
        [("time_s", ">", from_s - step_s[kept].max()), ("time_s", "<=", to_s), ("rank", "==", 1)],
    )
    route = table["route"].to_numpy()
    in_force = table["time_s"].to_numpy() > from_s - step_s[route]
    return table.filter(pa.array(np.isin(route, kept) & in_force))
