"""Every number a scenario may hold has bounds that physics gives it, and any number is survived."""

import math
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skyweft.cli import main
from skyweft.errors import ScenarioError
from skyweft.scenario import shipped
from skyweft.scenario.quantities import BOUNDS
from skyweft.scenario.reading import load
from skyweft.scenario.review import check
from skyweft.scenario.schema import Node, json_schema, tables
from skyweft.scenario.words import Step, place

LEAST, MOST = ("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")
EXTREME = [5e-324, 2.3e-308, 1e-300, 1e-9, 0.0, -0.0, -1.0, 1e9, 1e19, 1e100, 1e308, math.pi]
ANY = st.one_of(
    st.sampled_from(EXTREME), st.floats(), st.integers(), st.sampled_from([10**30, -(10**400)])
)


def _numbers(node: Node) -> Iterator[Node]:
    """Yield the numbers among what a key may be, lists and choices opened."""
    if node.get("type") in ("number", "integer"):
        yield node
    items = node.get("items", [])
    for each in (*node.get("anyOf", []), *(items if isinstance(items, list) else [items])):
        yield from _numbers(each)


NUMBERS = [
    pytest.param(key, number, id=f"{model}.{key}")
    for model, table in tables(json_schema())
    for key, node in table.get("properties", {}).items()
    for number in _numbers(node)
]


@pytest.mark.parametrize(("key", "number"), NUMBERS)
def test_every_number_has_bounds_within_its_unit(key: str, number: Node) -> None:
    least = [number[word] for word in LEAST if word in number]
    most = [number[word] for word in MOST if word in number]
    assert least, "give it a least value"
    assert most, "give it a greatest value"
    units = [each for each in BOUNDS if f"_{key}".endswith(f"_{each}")]
    if unit := max(units, key=len, default=""):
        assert max(abs(least[0]), abs(most[0])) <= BOUNDS[unit].most
        assert least[0] <= 0 or least[0] >= BOUNDS[unit].least


def test_a_unit_bears_arithmetic() -> None:
    """Squares, quotients and the powers of ten of decibels stay numbers."""
    for unit, bounds in BOUNDS.items():
        assert 0 < bounds.least < bounds.most
        assert math.isfinite(bounds.most**4 / bounds.least**2)
        if unit.startswith("db"):
            assert math.isfinite(10 ** (3 * bounds.most / 10 / 4))


def test_a_carrier_beyond_radio_is_refused_with_the_reason() -> None:
    with pytest.raises(ScenarioError) as error:
        load(shipped.find("hello"), [f"terminals.{_radio('hello')}.frequency_hz=1e308"])
    assert str(error.value).endswith("allowed: a number from 3_000 to 3e12 (radio ends at 3 THz)")


def _radio(name: str) -> str:
    terminals = _data(name)["terminals"]
    return next(key for key, each in terminals.items() if each["kind"] == "radio")


@cache
def _data(name: str) -> Mapping[str, Any]:
    return tomllib.loads(shipped.find(name).read_text(encoding="utf-8"))


def _leaves(value: Any, steps: tuple[Step, ...] = ()) -> Iterator[tuple[Step, ...]]:
    """Yield the place of every number in a scenario's tables."""
    if not isinstance(value, dict | list):
        return
    for key, each in value.items() if isinstance(value, dict) else enumerate(value):
        if isinstance(each, int | float) and not isinstance(each, bool):
            yield (*steps, key)
        yield from _leaves(each, (*steps, key))


PLACES = [(name, leaf) for name in shipped.names() for leaf in _leaves(_data(name))]


@settings(deadline=None, max_examples=300)
@given(st.sampled_from(PLACES), ANY)
def test_any_number_at_any_number_of_any_shipped_scenario(
    at: tuple[str, tuple[Step, ...]], value: float
) -> None:
    name, leaf = at
    said = f"{name}.toml: "
    try:
        check(load(shipped.find(name), [f"{place(leaf)}={value}"]))
    except ScenarioError as error:
        said = str(error)
    assert said
    assert all(line.startswith(f"{name}.toml: ") for line in said.splitlines())


SMALL = [leaf for name, leaf in PLACES if name == "hello"]


@settings(deadline=None, max_examples=100)
@given(st.sampled_from(SMALL), ANY)
def test_check_of_any_number_passes_or_says_why(leaf: tuple[Step, ...], value: float) -> None:
    """With warnings of libraries as errors, so that nothing overflows on the way."""
    change = f"{place(leaf)}={value}"
    assert main(["check", str(shipped.find("hello")), "--json", "--set", change]) in (0, 1)
