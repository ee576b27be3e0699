"""Who was out of order is named in the report, with times as people read them."""

import pyarrow as pa

from skyweft.network.failures.arrow import OUTAGES
from skyweft.network.failures.section import ROWS_MAX, drawn

CAUSE = {"failure": 1, "members": 156, "out": 2, "share_out": 2 / 156, "names": ["a <b>", "c"]}


def _rows(count: int) -> list[dict[str, object]]:
    return [
        {"failure": 1, "platform": "a <b>", "start_s": 3_600.0 + k, "end_s": 86_400.0}
        for k in range(count)
    ]


def _outages(count: int) -> pa.Table:
    return pa.Table.from_pylist(_rows(count), schema=OUTAGES.schema)


def test_causes_and_outages() -> None:
    body = drawn([CAUSE], _outages(1), 86_400.0)
    for words in ("failures[1]", ">156<", ">2<", "1.3", "a &lt;b&gt;, c", ">1 h<", "the end"):
        assert words in body, words
    assert body.count("a &lt;b&gt;") == 2


def test_more_than_are_named_is_said() -> None:
    body = drawn([{**CAUSE, "out": 30}], _outages(0), 86_400.0)
    assert "a &lt;b&gt;, c and 28 more" in body
    assert "Outages" not in body


def test_long_lists_are_cut_and_say_so() -> None:
    body = drawn([CAUSE], _outages(ROWS_MAX + 1), 86_400.0)
    assert f"The first {ROWS_MAX} of {ROWS_MAX + 1}." in body
