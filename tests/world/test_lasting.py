"""Lengths of time in words: the same as on the page, and read back as they were written."""

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skyweft.world.lasting import lasting

# As web/app/words/words.test.ts has them.
TOLD = {
    0: "0 s", 1e-10: "<1 ns", 1.23e-5: "12.3 µs", 0.0009999: "1 ms", 0.0714: "71.4 ms",
    0.99949: "999 ms", 0.9996: "1 s", 1.04: "1 s", 3.24: "3.2 s", 9.96: "10 s", 59.4: "59 s",
    59.6: "1 min", 555.5: "9 min 16 s", 3_599.4: "59 min 59 s", 3_599.6: "1 h",
    7_500: "2 h 5 min", 30_899: "8 h 35 min", 86_399: "1 d", 90_000: "1 d 1 h",
    1e9: "11,574 d 2 h", -5: "\N{MINUS SIGN}5 s", math.inf: "–",
}  # fmt: skip
SIZES = {"d": 86_400, "h": 3_600, "min": 60, "s": 1, "ms": 1e-3, "µs": 1e-6}


@pytest.mark.parametrize(("value_s", "words"), TOLD.items())
def test_words(value_s: float, words: str) -> None:
    assert lasting(value_s) == words


def test_no_number_is_a_dash() -> None:
    assert lasting(math.nan) == "–"


@given(st.floats(1e-9, 1e9))
def test_words_are_within_half_of_the_lesser_unit(value_s: float) -> None:
    parts = re.findall(r"([\d.,]+) (\S+)", lasting(value_s))
    assert 1 <= len(parts) <= 2
    told_s = sum(float(count.replace(",", "")) * SIZES[unit] for count, unit in parts)
    if value_s < 1:  # three figures, and no finer than a nanosecond
        slack_s = max(0.005 * value_s, 0.5e-9)
    else:
        slack_s = next(
            each / 2 for from_s, each in ((86_370, 3_600), (3_599.5, 60), (9.95, 1), (1, 0.1))
            if value_s >= from_s
        )  # fmt: skip
    assert abs(told_s - value_s) <= slack_s * (1 + 1e-6)
