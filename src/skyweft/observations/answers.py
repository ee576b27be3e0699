"""What the page asks of observations: which there are, and one device's over time."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from skyweft.drawing.reading import numbers
from skyweft.errors import ScenarioError
from skyweft.observations.sensors.model import Observations
from skyweft.stage.question import Answer, Question, known

POINTS_MAX = 2_000  # of a device's course
DEVICES_MAX = 1_000
SEEN = ("platform", "completeness", "age_mean_s", "latest_s", "latest_result")
COURSE = ("platform", "phenomenon_s", "received_s", "result", "quality")


def devices(question: Question) -> dict[str, Any]:
    """Return what is known of each device of a datastream, ready for JSON.

    Parameters
    ----------
    question : Question
        Its `rule` says which datastream, from 0.

    Returns
    -------
    dict
        An array a column, the least complete first, at most `DEVICES_MAX`; `notes` on how many are
        left out.

    Raises
    ------
    ScenarioError
        The run has no such datastream.
    """
    rows = _of(question, "observations_by_device", SEEN)
    order = np.argsort(np.nan_to_num(numbers(rows, "completeness"), nan=-1.0), kind="stable")
    some = rows.take(pa.array(order[:DEVICES_MAX]))
    left = rows.num_rows - some.num_rows
    return {
        "platform": some.column("platform").cast(pa.string()).to_pylist(),
        **{name: known(numbers(some, name)) for name in SEEN[1:]},
        "notes": [f"{left:,} more devices are in observations_by_device.parquet"] * (left > 0),
    }


def series(question: Question) -> dict[str, Any]:
    """Return the observations of one device in order of phenomenon time, ready for JSON.

    Parameters
    ----------
    question : Question
        Its `rule` says which datastream, from 0, its `platform` which device.

    Returns
    -------
    dict
        An array a column; of more than `POINTS_MAX` every n-th. `notes` say so.

    Raises
    ------
    ScenarioError
        The run has no such datastream.
    """
    rows = _of(question, "observations", COURSE)
    name = question.values.get("platform", "")
    mine = rows.filter(pc.equal(rows.column("platform").cast(pa.string()), name))
    every = max(1, -(-mine.num_rows // POINTS_MAX))
    some = mine.take(pa.array(np.arange(0, mine.num_rows, every)))
    return {
        **{column: known(numbers(some, column)) for column in COURSE[1:]},
        "notes": [f"one of {every} observations is drawn"] * (every > 1),
    }


ANSWERS: dict[str, Answer] = {"devices": devices, "series": series}


def _of(question: Question, table: str, columns: tuple[str, ...]) -> pa.Table:
    """Return the rows of the datastream that is asked for."""
    rule, rules = question.whole("rule", 0), question.run.scenario.rules(Observations)
    if rule >= len(rules):
        raise ScenarioError(f"rule: this run has {len(rules)} of [[observations]], not {rule + 1}")
    rows = question.run.table(table, ("rule", *columns))
    return rows.filter(pc.equal(rows.column("rule"), rule))
