"""Bars of the timeline against the table of contacts, one by one and merged."""

from typing import Any

import pytest

from skyweft.console import timeline as module
from skyweft.console.timeline import timeline
from skyweft.results import Run


def _bars(run: Any, from_s: float, to_s: float) -> dict[str, list[Any]]:
    """Return each platform's contacts in a window by plain Python."""
    found: dict[str, list[Any]] = {name: [] for name in run.platforms["name"].to_pylist()}
    for row in run.contacts.to_pylist():
        if row["start_s"] <= to_s and row["end_s"] >= from_s:
            times = [max(row["start_s"], from_s), min(row["end_s"], to_s)]
            for one, other in (("source", "target"), ("target", "source")):
                found[row[one]].append(
                    [*(round(each, 3) for each in times), row["link"], row[other]]
                )
    return {name: sorted(bars) for name, bars in found.items()}


def test_bars(small: Run) -> None:
    found = timeline(small, 600, 3_000)
    assert found["merged"] is False
    assert {row["platform"]: sorted(row["bars"]) for row in found["rows"]} == _bars(
        small, 600, 3_000
    )
    layers = [row["layer"] for row in found["rows"]]
    assert layers == ["space"] * 12 + ["near_space"] + ["ground"] * 3


def test_one_group(small: Run) -> None:
    rows = timeline(small, 0, 7_200, "stations")["rows"]
    assert [row["platform"] for row in rows] == ["Beijing", "Wuhan", "Oslo"]


def test_merged_bars_are_unions(small: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BARS_MAX", 1)
    monkeypatch.setattr(module, "PIXELS", 1e9)
    found = timeline(small, 0, 7_200)
    assert found["merged"] is True
    for row in found["rows"]:
        unions: list[list[float]] = []
        for start_s, end_s, _, _ in _bars(small, 0, 7_200)[row["platform"]]:
            if unions and start_s <= unions[-1][1]:
                unions[-1][1] = max(unions[-1][1], end_s)
            else:
                unions.append([start_s, end_s])
        assert [bar[:2] for bar in row["bars"]] == unions
        single = [bar for bar in row["bars"] if bar[2] is not None]
        assert all(bar[2] in ("node/sat", "sat/sat") for bar in single)


def test_a_long_list_is_cut_and_says_so(small: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ROWS_MAX", 5)
    found = timeline(small, 0, 7_200)
    assert len(found["rows"]) == 5
    assert found["notes"] == ["5 of 16 platforms are listed; choose a group"]
