"""Who was restricted is said in the report; nothing where nobody was."""

import re
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pyarrow as pa

from skyweft.network.graph.arrow import RESTRICTIONS, restrictions_table
from skyweft.network.graph.section import section
from skyweft.stage import Restriction, Restrictions

NAMES = pa.array(["mast <b>", "town"], pa.string())


def _section(table: pa.Table | None) -> Any:
    scenario = SimpleNamespace(start=datetime(2026, 7, 1, 22, tzinfo=UTC))
    folder = SimpleNamespace(restrictions=table, scenario=scenario, simulated_s=86_400.0)
    return section(cast(Any, folder))


def _cells(some: list[Restriction]) -> list[list[str]]:
    """Return the rows below the heads, as a reader sees them."""
    body = str(_section(restrictions_table(Restrictions.of(some), NAMES)).body)
    rows = re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    return [
        [re.sub(r"<[^>]*>", "", cell) for cell in re.findall(r"<t[dh].*?</t[dh]>", row, re.DOTALL)]
        for row in rows[1:]
    ]


def test_nobody_restricted_is_no_section() -> None:
    for table in (None, RESTRICTIONS.schema.empty_table()):
        assert not _section(table).body


def test_one_row_a_cause_with_count_share_and_longest() -> None:
    """What blocks of time cut in two is one time: 0 to 2 h, and half an hour of the day after."""
    some = [
        Restriction(0, 0.0, 3_600.0, "no power"),
        Restriction(0, 3_600.0, 7_200.0, "no power"),
        Restriction(1, 7_200.0, 9_000.0, "no power"),
        Restriction((0, 1), 10.0, 874.0, "rain", 0.25),
    ]
    power, rain = _cells(some)
    # 2.5 h of two days; 864 s of one.
    assert power == [
        "no power", "mast &lt;b&gt;, town", "2", "5.2", "2 h", "2026-07-01 22:00:00", "–",
    ]  # fmt: skip
    assert rain == [
        "rain", "mast &lt;b&gt; ↔ town", "1", "1.0", "14 min 24 s", "2026-07-01 22:00:10", "25.0 %",
    ]  # fmt: skip


def test_a_thousand_times_are_one_row() -> None:
    some = [Restriction(0, 2.0 * k, 2.0 * k + 1.0, "no power") for k in range(1_000)]
    assert [row[2] for row in _cells(some)] == ["1,000"]
