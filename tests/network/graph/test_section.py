"""Who was restricted is said in the report; nothing where nobody was."""

from types import SimpleNamespace
from typing import Any, cast

import pyarrow as pa

from skyweft.network.graph.arrow import RESTRICTIONS, restrictions_table
from skyweft.network.graph.section import ROWS_MAX, section
from skyweft.stage import Restriction, Restrictions

NAMES = pa.array(["mast <b>", "town"], pa.string())


def _section(table: pa.Table | None) -> Any:
    return section(cast(Any, SimpleNamespace(restrictions=table)))


def test_nobody_restricted_is_no_section() -> None:
    for table in (None, RESTRICTIONS.schema.empty_table()):
        assert not _section(table).body


def test_everybody_is_named_with_the_cause() -> None:
    some = [Restriction(0, 60.0, 120.0, "no power"), Restriction((0, 1), 0.0, 9.0, "rain", 0.25)]
    body = _section(restrictions_table(Restrictions.of(some), NAMES)).body
    assert body.count("mast &lt;b&gt;") == 2
    for words in ("no power", "rain", ">25", ">all<", ">town<"):
        assert words in body, words


def test_long_lists_are_cut_and_say_so() -> None:
    some = [Restriction(0, float(k), k + 1.0, "no power") for k in range(ROWS_MAX + 1)]
    body = _section(restrictions_table(Restrictions.of(some), NAMES)).body
    assert body.count("mast &lt;b&gt;") == ROWS_MAX
    assert f"The first {ROWS_MAX} of {ROWS_MAX + 1}." in body
