"""What the page asks of routes: one path hop by hop at a moment, and the delays of all pairs."""

from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from skyweft.errors import ScenarioError
from skyweft.naming import normal
from skyweft.network.routing.model import Routes
from skyweft.stage.question import Answer, Question
from skyweft.stage.scenery import Held
from skyweft.world.constants import SPEED_OF_LIGHT_M_S

Floats = NDArray[np.float64]

SIDE_MAX = 300  # of the matrix
_SIDES = ("source", "target")
NOT_KEPT = "paths were not kept: set `paths = true` in this [[routes]] and run again"


def path(question: Question) -> dict[str, Any]:
    """Return the route in force between two platforms, hop by hop.

    Returns
    -------
    dict
        `time_s` of the snapshot, `nodes`, and for each hop `delay_s`, `range_m` and `rate_bps`
        (None where the link has no budget); `delay_total_s` with processing; `reason` why there is
        no route, or why its nodes are unknown.
    """
    asked = [question.values.get(side) for side in _SIDES]
    if asked[0] is None or asked[1] is None:
        raise ScenarioError("a path needs source and target")
    source, target = (normal(name) for name in asked if name is not None)
    run, route = question.run, question.whole("route", 0)
    table = _in_force(
        run,
        route,
        question.number("time", 0.0),
        ("source", "target", "delay_s", "reason", "path"),
    )
    mine = (
        pc.equal(_text(table[side]), name)
        for side, name in (("source", source), ("target", target))
    )
    rows = table.filter(pc.and_(*mine)).to_pylist()
    if not rows:
        raise ScenarioError(f"route {route} does not lead from {source} to {target}")
    row = rows[0]
    nodes = row["path"]
    reached = row["reason"] == ""
    range_m = _ranges(question, nodes, row["time_s"]) if nodes else np.zeros(0)
    return {
        "time_s": row["time_s"],
        "nodes": nodes,
        "range_m": range_m.tolist(),
        "delay_s": (range_m / SPEED_OF_LIGHT_M_S).tolist(),
        "rate_bps": _rates(run, nodes, row["time_s"]) if nodes else [],
        "delay_total_s": row["delay_s"] if reached else None,
        "reason": row["reason"] or ("" if nodes else NOT_KEPT),
    }


def matrix(question: Question) -> dict[str, Any]:
    """Return the delays of all pairs of a rule at a snapshot.

    Returns
    -------
    dict
        `time_s`, `sources`, `targets`, `delay_s` (a row a source; None without a route), `notes`.
    """
    route, time_s = question.whole("route", 0), question.number("time", 0.0)
    table = _in_force(question.run, route, time_s, ("source", "target", "delay_s"))
    ends, rows, notes = [], [], []
    for side in _SIDES:
        names = _text(table[side])
        found = pc.unique(names)
        if len(found) > SIDE_MAX:
            notes.append(f"{SIDE_MAX} of {len(found):,} {side}s are listed")
            found = found[:SIDE_MAX]
        ends.append(found)
        rows.append(pc.index_in(names, found).fill_null(-1).to_numpy())
    listed = (rows[0] >= 0) & (rows[1] >= 0)
    delay_s = np.full((len(ends[0]), len(ends[1])), np.nan)
    delay_s[rows[0][listed], rows[1][listed]] = table["delay_s"].to_numpy()[listed]
    return {
        "time_s": float(table["time_s"][0].as_py()),
        "sources": ends[0].to_pylist(),
        "targets": ends[1].to_pylist(),
        "delay_s": [
            [None if np.isnan(value) else value for value in row] for row in delay_s.tolist()
        ],
        "notes": notes,
    }


ANSWERS: dict[str, Answer] = {"path": path, "matrix": matrix}


def _in_force(run: Held, route: int, time_s: float, columns: tuple[str, ...]) -> pa.Table:
    """Return the best routes of a rule at its last snapshot up to a moment."""
    rules = run.scenario.rules(Routes)
    if not 0 <= route < len(rules):
        raise ScenarioError(f"there is no route {route}; the scenario asks for {len(rules)}")
    bounds = [
        ("time_s", ">", time_s - rules[route].step_s),
        ("time_s", "<=", time_s),
        ("route", "==", route),
        ("rank", "==", 1),
    ]
    table = run.table("routes", ("time_s", *columns), bounds)
    if not table.num_rows:
        raise ScenarioError(f"there is no snapshot of route {route} at {time_s:g} s")
    last = pc.equal(table["time_s"], pc.max(table["time_s"]))
    return table.filter(last)


def _text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return column.cast(pa.string())


def _ranges(question: Question, nodes: list[str], time_s: float) -> Floats:
    """Return the length of every hop in metres."""
    names, position_m = question.places(time_s)
    rows = pc.index_in(pa.array(nodes), names).to_numpy()
    step_m = np.diff(position_m[rows], axis=0)
    return np.linalg.norm(step_m, axis=1)


def _rates(run: Held, nodes: list[str], time_s: float) -> list[float | None]:
    """Return what every hop carries at a moment: of the contact's last sample up to then."""
    up = run.table(
        "contacts",
        ("contact", "source", "target"),
        [("start_s", "<=", time_s), ("end_s", ">=", time_s)],
    )
    ends = zip(*(_text(up[side]).to_pylist() for side in _SIDES), strict=True)
    numbers = dict(zip(ends, up["contact"].to_pylist(), strict=True))
    rates = []
    for one, other in pairwise(nodes):
        forward, reverse = numbers.get((one, other)), numbers.get((other, one))
        contact = reverse if forward is None else forward
        name = "rate_reverse_bps" if forward is None else "rate_bps"
        rates.append(None if contact is None else _rate(run, contact, name, time_s))
    return rates


def _rate(run: Held, contact: int, name: str, time_s: float) -> float | None:
    found = run.table("link_samples", ("time_s", name), [("contact", "==", contact)])
    place = np.searchsorted(found["time_s"].to_numpy(), time_s, side="right") - 1
    return float(found[name][max(int(place), 0)].as_py()) if found.num_rows else None
