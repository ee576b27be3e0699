"""The table of outages, and its key metrics: which platforms were out of order, and when."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from skyweft.columns import Column, Table, named
from skyweft.fleet import Fleet
from skyweft.network.failures.causes import platform_outages
from skyweft.network.failures.model import Failures
from skyweft.scenario.scenario import Scenario

NAMES_MAX = 20  # in the summary; the table has all

OUTAGES = Table(
    "outages",
    "one row an outage of a platform, by cause, platform and start",
    (
        Column("failure", "int32", "", "place of the cause among the scenario's [[failures]]"),
        Column("platform", "name", "", "what is out of order and carries no traffic"),
        Column("start_s", "float64", "s", "from the scenario's start"),
        Column("end_s", "float64", "s", "from the scenario's start; at most the run's end"),
    ),
)


def outages_table(scenario: Scenario, fleet: Fleet, names: pa.Array) -> pa.Table:
    """Return one row an outage of a platform, by `[[failures]]`, platform and start."""
    found = list(platform_outages(scenario, fleet))
    return OUTAGES.build(
        {
            "failure": np.repeat(
                [rule for rule, _, _ in found], [len(out) for _, _, out in found]
            ).astype(np.int32),
            "platform": named(_joined([out.item for _, _, out in found], np.int32), names),
            "start_s": _joined([out.start_s for _, _, out in found], np.float64),
            "end_s": _joined([out.end_s for _, _, out in found], np.float64),
        },
    )


def _joined(pieces: Sequence[np.ndarray[Any, Any]], kind: type) -> np.ndarray[Any, Any]:
    return np.concatenate([np.empty(0, kind), *pieces])


def metrics(scenario: Scenario, fleet: Fleet) -> list[dict[str, Any]]:
    """Return how many platforms each cause has out at any time, and who, ready for JSON."""
    found = []
    for rule, rows, out in platform_outages(scenario, fleet):
        who = np.unique(out.item)
        found.append(
            {
                "failure": rule,
                "members": len(rows),
                "out": len(who),
                "share_out": len(who) / len(rows) if len(rows) else None,
                "names": [fleet.names[row] for row in who[:NAMES_MAX]],
            }
        )
    return found


def reported(scenario: Scenario, summed: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Write who is out of order, a line a cause, and what a share means."""
    for row in summed:
        cause = scenario.rules(Failures)[row["failure"]]
        more = row["out"] - len(row["names"])
        names = ", ".join(row["names"]) + (f" and {more:,} more" if more else "")
        drawn = (
            f" (share = {cause.share:g} draws each alone; count = N takes just so many)"
            if cause.share is not None and 0 < cause.share < 1
            else ""
        )
        yield (
            f"failures[{row['failure']}]: {row['out']:,} of {row['members']:,} platforms are "
            f"out of order{drawn}" + (f": {names}" if names else "")
        )
