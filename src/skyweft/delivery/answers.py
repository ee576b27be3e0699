"""What the page asks of messages: what became of them, summed up, so that answers stay small."""

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from skyweft.delivery.model import Messages
from skyweft.errors import ScenarioError
from skyweft.stage.question import Answer, Question, known

Floats = NDArray[np.float64]

CURVE_MAX = 200  # points of a rule's curve of delays
STEPS_MAX = 600  # of a course over time
TARGETS_MAX = 500
CELLS = (
    "latitude_min_deg",
    "latitude_max_deg",
    "longitude_min_deg",
    "longitude_max_deg",
    "devices",
    "generated",
    "share_delivered",
    "delay_p95_s",
)
PASSES = ("served_s", "unserved_s", "arrived_bytes", "arrived")


def messages(question: Question) -> dict[str, Any]:
    """Return the sums over the messages of a run that no key metric has, ready for JSON.

    Parameters
    ----------
    question : Question
        Of the run: its tables `delay_cdf`, `deliveries_by_cell`, `storage_occupancy` and
        `gateway_usage` are read.

    Returns
    -------
    dict
        `delays`: for each rule what part of its messages had arrived after how long. `cells`: an
        array a column. `on board`: what all platforms keep and what the fullest does, at most
        `STEPS_MAX` times, each the most of its piece of time. `targets`: passes and what came
        down, those that took most first. `notes` on what is left out.

    Raises
    ------
    ScenarioError
        The run has no messages, or a table is missing or damaged.
    """
    run = question.run
    if not run.scenario.rules(Messages):
        raise ScenarioError("this run has no messages: its scenario has no [[messages]]")
    targets, notes = _targets(run.table("gateway_usage", ("target", *PASSES)))
    return {
        "delays": _delays(run.table("delay_cdf", ("rule", "delay_s", "share"))),
        "cells": _cells(run.table("deliveries_by_cell", CELLS)),
        "stored": _stored(run.table("storage_occupancy", ("time_s", "platform", "stored_bytes"))),
        "targets": targets,
        "notes": notes,
    }


ANSWERS: dict[str, Answer] = {"messages": messages}


def _delays(table: pa.Table) -> list[dict[str, Any]]:
    """Return a curve a rule, thinned; its first and last points are kept."""
    rule, delay_s, share = (column.to_numpy() for column in table.columns)
    found = []
    for number in np.unique(rule):
        mine = np.flatnonzero(rule == number)
        kept = mine[_evenly(len(mine), CURVE_MAX)]
        found.append(
            {
                "rule": int(number),
                "delay_s": delay_s[kept].tolist(),
                "share": share[kept].tolist(),
            }
        )
    return found


def _evenly(count: int, most: int) -> NDArray[np.int64]:
    return np.unique(np.linspace(0, count - 1, min(count, most)).round().astype(np.int64))


def _cells(table: pa.Table) -> dict[str, list[float | None]]:
    return {name: known(table[name].to_numpy()) for name in table.column_names}


def _stored(table: pa.Table) -> dict[str, list[Any]]:
    """Return what is kept on board over time, all together and at the fullest platform."""
    time_s, step = np.unique(table["time_s"].to_numpy(), return_inverse=True)
    stored = table["stored_bytes"].to_numpy()
    total = np.bincount(step, stored, len(time_s))
    order = np.lexsort((-stored, step))
    first = np.flatnonzero(np.diff(step[order], prepend=-1))
    top = order[first]  # the fullest of each step
    pieces = np.arange(0, len(time_s), max(1, -(-len(time_s) // STEPS_MAX)))
    most = [_highest(value, pieces) for value in (total, stored[top])]
    names = table["platform"].cast(pa.string())
    return {
        "time_s": time_s[pieces].tolist(),
        "total_bytes": total[most[0]].tolist(),
        "fullest_bytes": stored[top][most[1]].tolist(),
        "fullest": names.take(pa.array(top[most[1]])).to_pylist(),
    }


def _highest(values: NDArray[Any], first: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return where the highest value of each piece is."""
    pieces = np.split(np.arange(len(values)), first[1:])
    return np.array([piece[np.argmax(values[piece])] for piece in pieces if len(piece)], np.int64)


def _targets(table: pa.Table) -> tuple[list[dict[str, Any]], list[str]]:
    """Return what each target did, those that took most first; a note where some are left out."""
    column = table["target"].unify_dictionaries().combine_chunks()
    names, who = np.unique(column.indices.to_numpy(), return_inverse=True)
    sums = {name: np.bincount(who, table[name].to_numpy(), len(names)) for name in PASSES}
    order = np.argsort(-sums["arrived_bytes"], kind="stable")[:TARGETS_MAX]
    words = column.dictionary.take(pa.array(names[order])).to_pylist()
    found = [
        {"target": word, **{name: float(entry[row]) for name, entry in sums.items()}}
        for word, row in zip(words, order, strict=True)
    ]
    left = len(names) - len(found)
    return found, [f"{left:,} more targets are in downlink_samples.parquet"] if left else []
