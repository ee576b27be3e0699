"""What a grid and a list ask for, and every way to ask for nothing."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skyweft.errors import ScenarioError
from skyweft.sweeps.variants import check, from_csv, from_words, variants


def test_words_are_toml_values_cut_at_commas_outside_of_quotes_and_brackets() -> None:
    words = [
        "a.b=1,2.5,true",
        "name=plain words,'x, y'",
        "between=['u','v'],[\"w\"]",
        "k={a=1,b=2}",
    ]
    assert from_words(words) == {
        "a.b": [1, 2.5, True],
        "name": ["plain words", "x, y"],
        "between": [["u", "v"], ["w"]],
        "k": [{"a": 1, "b": 2}],
    }


@pytest.mark.parametrize("words", ["a", "a=", "a=1,", "a=,1", "a=1,,2", "=1"])
def test_words_without_a_value(words: str) -> None:
    with pytest.raises(ScenarioError, match="--set"):
        variants(from_words([words]), None)


def test_all_errors_in_words_at_once() -> None:
    with pytest.raises(ScenarioError) as caught:
        from_words(["a=", "b=1", "b=2"])
    assert [line.split(":")[0] for line in str(caught.value).splitlines()] == [
        "--set a=",
        "--set b=2",
    ]


def test_the_last_key_changes_fastest_and_rows_slowest() -> None:
    asked = variants({"x": [1, 2], "y": np.array([0.5, 1.5])}, [{"z": "p"}, {"z": "q"}])
    assert [each.number for each in asked] == list(range(1, 9))
    assert [tuple(each.values.values()) for each in asked][:3] == [
        ("p", 1, 0.5),
        ("p", 1, 1.5),
        ("p", 2, 0.5),
    ]
    assert asked[7].overrides == ['z="q"', "x=2", "y=1.5"]
    assert str(asked[0]) == 'variant 1 (z="p", x=1, y=0.5)'


@pytest.mark.parametrize(
    ("grid", "rows", "words"),
    [
        ({}, None, "varies something"),
        ({"a": []}, None, "a: has no values"),
        ({}, [], "no rows"),
        ({"a": [1, 2, 1]}, None, "1 stands twice"),
        ({"a": [1]}, [{"a": 2}], "set twice"),
        ({"links.0.a": [1], "links[0].a": [2]}, None, "set twice"),
        ({}, [{"a": 1}, {"a": 2}, {"a": 1}], "row 3 is the same as row 1"),
        ({"a": range(200), "b": range(200)}, None, "40,000 variants"),
    ],
)
def test_what_is_no_sweep(grid: dict[str, Any], rows: list[Any] | None, words: str) -> None:
    with pytest.raises(ScenarioError, match=words):
        variants(grid, rows)


def test_a_list_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("\ufeffa.b, name\n1,one\n\n2.5,\n", encoding="utf-8")
    assert from_csv(path) == [{"a.b": 1, "name": "one"}, {"a.b": 2.5}]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "first line names the keys"),
        ("a,,b\n1,2,3\n", "first line names the keys"),
        ("a,b,a\n1,2,3\n", "two columns are called a"),
        ("a,b\n1\n1,2\n1,2,3\n", "line 2 has 1 cells; allowed: 2"),
    ],
)
def test_what_is_no_list(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "list.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError, match=words):
        from_csv(path)


def test_a_list_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="No such file"):
        from_csv(tmp_path / "none.csv")


def test_every_error_is_said_once_with_those_who_make_it(tiny: Path) -> None:
    grid = {"links.0.elevation_min_deg": [10, 95], "platforms.sats.motion.plans": [1, 2]}
    with pytest.raises(ScenarioError) as caught:
        check(tiny, variants(grid, None))
    unknown, outside = sorted(str(caught.value).splitlines())
    assert unknown.startswith("tiny.toml: platforms.sats.motion.plans: unknown key")
    assert 'did you mean "planes"?' in unknown
    assert outside.startswith(
        "variant 3 (links.0.elevation_min_deg=95, platforms.sats.motion.plans=1); variant 4"
    )
    assert "allowed: a number from" in outside
