"""Formats of contact plans that a package adds."""

import warnings
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skyweft.delivery.plan.files import read_plan, write_plan
from skyweft.delivery.plan.product import plan
from skyweft.errors import ScenarioError
from skyweft.protocols.contact_plans.formats import PlanFormat
from skyweft.protocols.contact_plans.records import Listed, Record, Written
from skyweft.protocols.records import Errors

Install = Callable[..., AbstractContextManager[None]]
GROUP = "skyweft.plan_formats"


def read(text: str, errors: Errors) -> Listed:
    found = Listed()
    for number, line in enumerate(text.splitlines()[1:], 2):
        words = line.split("|")
        if len(words) != 6:
            errors.add(f"line {number}", "six fields are needed")
            continue
        found.records.append(Record(words[0], words[1], *map(float, words[2:])))
    return found


def write(records: Iterable[Record], names: Sequence[str]) -> Written:
    return "\n".join(["#bars", *("|".join(map(str, each)) for each in records)]) + "\n", []


BARS = PlanFormat("bars", "fields between bars", r"\A#bars$", read, write)
PLAN = plan(["1", "2"], [0, 1], [1, 0], [0.0, 5.0], [10.0, 20.0], [8e3, 9e3], [0.5, 0.25])


def test_a_package_adds_a_format(installed: Install, tmp_path: Path) -> None:
    with installed(GROUP, bars=BARS):
        assert write_plan(PLAN, tmp_path / "plan", "bars") == ()
        again, _ = read_plan(tmp_path / "plan")
        for name in ("source", "target", "start_s", "end_s", "rate_bps", "delay_s"):
            np.testing.assert_array_equal(getattr(again, name), getattr(PLAN, name))
        (tmp_path / "plan").write_text("#bars\n1|2\n", encoding="utf-8")
        with pytest.raises(ScenarioError, match="plan: line 2: six fields are needed"):
            read_plan(tmp_path / "plan")
    with pytest.raises(ScenarioError, match="is no contact plan: none of HDTN"):
        read_plan(tmp_path / "plan")
    with pytest.raises(
        ScenarioError, match='"bars" is no format of contact plans; allowed: "hdtn"'
    ):
        write_plan(PLAN, tmp_path / "other", "bars")
    assert not (tmp_path / "other").exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"writer": lambda *_: "text"}, "answered str, not tuple"),
        ({"writer": lambda *_: 1 / 0}, "failed: ZeroDivisionError"),
        ({"reader": lambda *_: []}, "answered list, not Listed"),
        ({"reader": lambda *_: 1 / 0}, "failed: ZeroDivisionError"),
    ],
)
def test_a_format_that_does_not_work(
    installed: Install, tmp_path: Path, changes: dict[str, Any], words: str
) -> None:
    file = tmp_path / "plan"
    file.write_text("#bars\n", encoding="utf-8")
    work = (
        partial(read_plan, file) if "reader" in changes else partial(write_plan, PLAN, file, "bars")
    )
    with (
        installed(GROUP, bars=replace(BARS, **changes)),
        pytest.raises(ScenarioError, match=f"the format of contact plans 'bars' of acme {words}"),
    ):
        work()
    assert file.read_text(encoding="utf-8") == "#bars\n"


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (read, "it is function, not a"),
        (replace(BARS, mark="("), "cannot be loaded: error: missing"),
        (replace(BARS, reader=3), "its reader or its writer cannot be called"),
        (replace(BARS, kind="ion"), "there is a format of contact plans 'ion' already"),
    ],
)
def test_what_is_no_format_is_left_out(
    installed: Install, tmp_path: Path, part: Any, words: str
) -> None:
    with (
        warnings.catch_warnings(action="always", record=True) as reported,
        installed(GROUP, wrong=part),
    ):
        write_plan(PLAN, tmp_path / "plan", "ion")
        assert len(read_plan(tmp_path / "plan")[0]) == 2
    assert words in str(reported[0].message)
