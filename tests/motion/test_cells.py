"""Cells read as a block say what each of them says to Python alone."""

import math
from collections.abc import Sequence

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from skyweft.motion.cells import instants, names, numbers
from skyweft.motion.texts import held
from skyweft.naming import normal, wrong_name
from skyweft.world.clock import tai_ns_from_text

FLOATS = st.floats().map(repr) | st.decimals(allow_nan=False).map(str)
SPACED = st.builds("".join, st.tuples(st.text(" \t\n\x0b\x1c\u00a0", max_size=2), FLOATS))
CELLS = FLOATS | SPACED | st.text("0123456789+-._eEinfat() x\u0661", max_size=8)
NAMES = st.text("ab c\u0301\u30ab\u3099山\u200d\u200b\x07\u00a0\u0345", max_size=6)


def _float(cell: str) -> float:
    try:
        return float(cell)
    except ValueError:
        return math.nan


@settings(deadline=None)
@given(st.lists(CELLS, max_size=8))
def test_numbers_are_those_of_python(cells: Sequence[str]) -> None:
    found, wrong = numbers(held(cells), (-1e3, 1e3))
    np.testing.assert_array_equal(found, np.array([_float(each) for each in cells], float))
    outside = [k for k, each in enumerate(cells) if not -1e3 <= _float(each) <= 1e3]
    assert [row for row, _ in wrong] == outside


@settings(deadline=None)
@given(st.lists(NAMES | st.integers(95, 105).map("n".__mul__), max_size=8))
def test_names_are_stripped_and_composed(cells: Sequence[str]) -> None:
    found, wrong = names(held(cells))
    kept = [normal(each.strip()) for each in cells]
    assert found.to_pylist() == kept
    assert [row for row, _ in wrong] == [k for k, each in enumerate(kept) if wrong_name(each)]


LIKELY = st.tuples(st.integers(1, 13), st.integers(1, 32), st.integers(0, 24), st.integers(0, 60))
MOMENTS = LIKELY.map(lambda each: "2026-{:02d}-{:02d}T{:02d}:00:{:02d}Z".format(*each))


@settings(deadline=None)
@given(st.lists(MOMENTS | MOMENTS.map(lambda text: text.replace("Z", ".5Z")), max_size=8))
def test_moments_are_those_of_each_text(cells: Sequence[str]) -> None:
    found, wrong = instants(held(cells))
    said = [_said(each) for each in cells]
    assert wrong == [(k, each) for k, each in enumerate(said) if isinstance(each, str)]
    assert wrong or found.tolist() == said


def _said(cell: str) -> int | str:
    try:
        return tai_ns_from_text(cell)
    except ValueError as error:
        return f"{cell!r} {error}"
