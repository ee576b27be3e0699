"""The table of a sweep: what was changed, why it failed or what came out, a row a variant."""

import json
import re
from collections.abc import Container, Mapping, Sequence
from typing import Any

import pyarrow as pa

from skyweft.sweeps.variants import Variant

KEYS = b"skyweft.sweep.keys"  # in the table's metadata: which columns were changed

COUNTED = ("selected",)  # lists of names whose length is a figure
RULES = ("rules",)  # lists below the top that are in the scenario's order
# Figures of what arrived alone, and the shares that say how much of all that is.
SURVIVING = re.compile(r"(delay|hops|stretch|extra|wait|age)_\w+$")
SURVIVED = ("share_reachable", "share_delivered", "share_lost", "share_served")


def survived(name: str, names: Container[str]) -> str | None:
    """Return the share beside which a figure of survivors is read, or None where there is none.

    A delay that falls because the slow ones are lost is no gain: `routes.0.delay_median_s` goes
    with `routes.0.share_reachable`.
    """
    table, _, figure = name.rpartition(".")
    if not SURVIVING.match(figure):
        return None
    beside = (f"{table}.{share}" for share in SURVIVED)
    return next((metric for metric in beside if metric in names), None)


def flat(summary: Mapping[str, Any]) -> dict[str, float]:
    """Return the numbers of a summary under dotted names, as `links.laser/laser.contacts`.

    Rows of a list are called by the layers they are between, else by their places, which are the
    scenario's: `routes.0.delay_median_s`. Rankings are left out: a place in them means something
    else in every variant.
    """
    found: dict[str, float] = {}
    for key, value in summary.items():
        rows = value if isinstance(value, list) else []
        for place, row in enumerate(rows):
            between = row.get("between") if isinstance(row, Mapping) else None
            found |= _numbers(row, f"{key}.{'-'.join(between or [str(place)])}")
        found |= _numbers(value, key)
    return found


def _numbers(value: Any, name: str) -> dict[str, float]:
    if isinstance(value, bool | int | float):
        return {name: value}
    found: dict[str, float] = {}
    for key, entry in value.items() if isinstance(value, Mapping) else ():
        below = len(entry) if key in COUNTED else entry
        if key in RULES:
            below = {str(place): row for place, row in enumerate(entry)}
        found |= _numbers(below, f"{name}.{key}")
    return found


def table(
    variants: Sequence[Variant],
    summaries: Mapping[int, Mapping[str, Any]],
    reasons: Mapping[int, str],
) -> pa.Table:
    """Return one row a variant.

    Parameters
    ----------
    variants : sequence of Variant
        All that were asked for.
    summaries : mapping of int to summary
        Key metrics of those that were run, by their numbers.
    reasons : mapping of int to str
        Why the others were not.
    """
    keys = list(dict.fromkeys(key for variant in variants for key in variant.values))
    rows = [flat(summaries.get(variant.number, {})) for variant in variants]
    figures = dict.fromkeys(name for row in rows for name in row)
    columns = {
        "variant": pa.array([variant.number for variant in variants], pa.int32()),
        "reason": pa.array([reasons.get(variant.number) or None for variant in variants], "string"),
        "warnings": pa.array(
            [_warned(summaries.get(variant.number)) for variant in variants], "string"
        ),
        **{key: _column([variant.values.get(key) for variant in variants]) for key in keys},
        **{
            name: _column([row.get(name) for row in rows])
            for name in figures
            if name not in keys  # a key that comes out as it went in
        },
    }
    return pa.table(columns).replace_schema_metadata({KEYS: json.dumps(keys)})


def _warned(summary: Mapping[str, Any] | None) -> str | None:
    """Return a run's warnings, a line each; None where there are none."""
    return "\n".join((summary or {}).get("warnings") or []) or None


def _column(values: Sequence[Any]) -> pa.Array:
    """Return numbers where all are, else text."""
    there = [value for value in values if value is not None]
    if all(isinstance(value, bool) for value in there):
        return pa.array(values, pa.bool_())
    if any(isinstance(value, bool) or not isinstance(value, int | float) for value in there):
        return pa.array([_text(value) for value in values], pa.string())
    whole = all(isinstance(value, int) and abs(value) < 2**63 for value in there)
    return pa.array(values, pa.int64() if whole else pa.float64())


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, default=str)
