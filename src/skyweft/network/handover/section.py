"""How handovers went, rule by rule, and whom the busiest user was on."""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from skyweft.drawing.charts import PAGE, WIDE, chart
from skyweft.drawing.markup import Cell, Markup, figure, paragraph, table, titled
from skyweft.drawing.numerals import count, number, share_of
from skyweft.drawing.section import Section
from skyweft.network.handover.plot import handover_timeline
from skyweft.store.reading import Folder

USERS_MAX = 40
_RULES = [
    ("handover", ""),
    ("users", ""),
    ("rule", ""),
    ("served", "% of time"),
    ("handovers", ""),
    ("ping-pongs", ""),
    ("interrupted", "s"),
    ("below the optimum", "%"),
]
_USERS = [
    ("user", ""),
    ("handover", ""),
    ("served", "% of time"),
    ("handovers", ""),
    ("per hour", ""),
    ("stay, median", "s"),
    ("below the optimum", "%"),
]


def section(folder: Folder) -> Section:
    """Return how often users change and what that costs."""
    known = folder.summary()["handover"], folder.handover_statistics, folder.handovers
    return Section(
        drawn(*known, folder.simulated_s),
        {"handover": "Handover"},
        sources=[("handovers", "network.handover", "handovers.parquet")],
    )


def drawn(
    rules: Sequence[Mapping[str, Any]], users: pa.Table, changes: pa.Table, length_s: float
) -> Markup:
    """Return the section from the summary's figures and the two tables."""
    rows = users.sort_by([("handovers", "descending")]).to_pylist()
    names = [f"{rule['rule'].replace('_', ' ')} [{place}]" for place, rule in enumerate(rules)]
    parts = [table("Rules", _RULES, [_rule(k, rule) for k, rule in enumerate(rules)])]
    if changes.num_rows:
        who = rows[0]["platform"]
        lines = len(pc.unique(changes["rule"]))
        words = f"Servers of {who}, a line a rule. A shade a stay; gaps are without a server."
        picture = chart(
            lambda ax: handover_timeline(changes, who, length_s, ax, PAGE, names),
            f"Which server {who} is on over time",
            WIDE,
            90 + 34 * lines,
            "handover-timeline",
        )
        parts.append(figure(picture, words, wide=True))
    parts.append(table("Users", _USERS, [_user(row, names) for row in rows[:USERS_MAX]]))
    if len(rows) > USERS_MAX:
        parts.append(paragraph(f"The {USERS_MAX} of {len(rows):,} that change most."))
    lead = (
        "Which server each user is on, changed by a rule. The optimum is the best choice of "
        "servers over the known future: no rule can carry more."
    )
    return titled("handover", "Handover", lead, *parts)


def _rule(place: int, rule: Mapping[str, Any]) -> Sequence[Cell]:
    return [
        f"handover[{place}]",
        ", ".join(rule["platforms"]),
        rule["rule"].replace("_", " "),
        share_of(rule["served_share"]),
        count(rule["handovers"]),
        count(rule["ping_pongs"]),
        number(rule["interrupted_s"]),
        share_of(rule["gap_share"]),
    ]


def _user(user: Mapping[str, Any], names: Sequence[str]) -> Sequence[Cell]:
    return [
        user["platform"],
        names[user["rule"]],
        share_of(user["served_share"]),
        count(user["handovers"]),
        number(user["handovers_per_h"]),
        number(user["stay_median_s"]),
        share_of(user["gap_share"]),
    ]
