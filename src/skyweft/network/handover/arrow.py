"""Tables of handover: every change of server, and what each user's course comes to."""

from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from skyweft.columns import Column, Table, named, named_or_null
from skyweft.network.handover.rules import CAUSES, NOBODY

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

HANDOVERS = Table(
    "handovers",
    "one row a change of server, by rule, user and time",
    (
        Column("rule", "int32", "", "place of the rule among the scenario's [[handover]], from 0"),
        Column("time_s", "float64", "s", "step, from the scenario's start"),
        Column("platform", "name", "", "the user"),
        Column("from", "name", "", "server before; null where there was none"),
        Column("to", "name", "", "server from now on; null where there is none"),
        Column(
            "cause", "name", "", "why: first, stronger, contact ended, or ends soon; or no server"
        ),
    ),
)
HANDOVER_STATISTICS = Table(
    "handover_statistics",
    "one row a rule and user: how its handovers went",
    (
        Column("rule", "int32", "", "place of the rule among the scenario's [[handover]], from 0"),
        Column("platform", "name", "", "the user"),
        Column("served_share", "float64", "1", "share of the steps with a server"),
        Column("handovers", "int64", "1", "changes from one server to another"),
        Column("ping_pongs", "int64", "1", "of them back to the one before within `stay_s`"),
        Column("handovers_per_h", "float64", "1/h", "of the time served"),
        Column("stay_median_s", "float64", "s", "with one server; NaN without any"),
        Column("interrupted_s", "float64", "s", "without traffic for all changes together"),
        Column("carried_bits", "float64", "bit", "what the links could have carried"),
        Column("optimum_bits", "float64", "bit", "the most that any choice of servers could have"),
        Column("gap_share", "float64", "1", "part of the optimum that was not carried"),
    ),
)
NO_SERVER = len(CAUSES)


class Changes(NamedTuple):
    """Changes of server. Columns have shape (K,); servers are rows of the fleet or -1."""

    rule: Ints
    time_s: Floats
    platform: Ints
    before: Ints
    after: Ints
    cause: Ints

    @classmethod
    def of(cls, rows: list[tuple[float, ...]]) -> "Changes":
        """Return columns of rows."""
        table = np.array(rows, np.float64).reshape(-1, len(cls._fields)).T
        found = [column.astype(np.int64) for column in table]
        return cls(found[0], table[1], *found[2:])


def handovers_table(changes: Changes, names: pa.Array) -> pa.Table:
    """Return a row a change."""
    causes = pa.array([*CAUSES, "no server"])
    return HANDOVERS.build(
        {
            "rule": changes.rule.astype(np.int32),
            "time_s": changes.time_s,
            "platform": named(changes.platform, names),
            "from": named_or_null(changes.before.astype(np.int32), names),
            "to": named_or_null(changes.after.astype(np.int32), names),
            "cause": named(changes.cause, causes),
        }
    )


def course(changes: Changes, mine: Ints, stay_s: float, end_s: float) -> dict[str, float]:
    """Return what one user's changes, in order of time, come to."""
    time_s, before, after = (
        column[mine] for column in (changes.time_s, changes.before, changes.after)
    )
    until_s = np.append(time_s[1:], end_s)
    served = after != NOBODY
    moved = (before != NOBODY) & served
    returned = [
        k
        for k in np.flatnonzero(moved[1:]) + 1
        if moved[k - 1] and after[k] == before[k - 1] and time_s[k] - time_s[k - 1] <= stay_s
    ]
    stays_s = (until_s - time_s)[served]
    return {
        "served_s": float(stays_s.sum()),
        "handovers": int(np.count_nonzero(moved)),
        "ping_pongs": len(returned),
        "stay_median_s": float(np.median(stays_s)) if len(stays_s) else np.nan,
        "changes": int(np.count_nonzero(served)),
    }


def statistics_table(rows: list[dict[str, Any]], names: pa.Array) -> pa.Table:
    """Return a row a rule and user."""
    columns = {
        name: np.array([row[name] for row in rows])
        for name in HANDOVER_STATISTICS.schema.names
        if name != "platform"
    }
    who = np.array([row["platform"] for row in rows], np.int32)
    columns["rule"] = columns["rule"].astype(np.int32)
    return HANDOVER_STATISTICS.build({"platform": named(who, names), **columns})
