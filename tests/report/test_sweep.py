"""The page of a sweep: whole, self-contained, the same every time."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skyweft.errors import ScenarioError
from skyweft.report.sweep import write_sweep
from skyweft.store.jsonfile import write_json
from skyweft.sweeps.metrics import survived, table
from skyweft.sweeps.product import Sweep, plan, write
from skyweft.sweeps.variants import variants


def _sweep(folder: Path, grid: dict[str, list[object]], failed: int = 0) -> Sweep:
    asked = variants(grid, None)
    summaries = {
        each.number: {"coverage": {"cells": {"coverage_fraction_mean": each.number / 100}}}
        for each in asked
        if each.number != failed
    }
    reasons = {failed: "<too small>"}
    write_json(folder / "sweep.json", plan("A & B", folder / "x.toml", []))
    write(folder, table(asked, summaries, reasons))
    return Sweep(folder)


def test_page(tmp_path: Path) -> None:
    found = _sweep(tmp_path, {"planes": [1, 2, 4], "per_plane": [1, 2]}, failed=3)
    text = write_sweep(found, tmp_path / "sweep.html").read_text(encoding="utf-8")
    assert "<h1>A &amp; B</h1>" in text
    assert "coverage.cells.coverage_fraction_mean" in text
    assert text.count("<svg role=") == 1
    assert "&lt;too small&gt;" in text
    assert not re.search(r"https?://(?!www\.w3\.org)", text)
    again = write_sweep(Sweep(tmp_path), tmp_path / "again.html")
    assert again.read_text(encoding="utf-8") == text


def test_warnings_of_variants_are_told(tmp_path: Path) -> None:
    asked = variants({"planes": [1, 2, 3]}, None)
    said = [["<one> waits"], [], ["<one> waits", "no link uses it"]]
    summaries = {each.number: {"warnings": said[each.number - 1]} for each in asked}
    write_json(tmp_path / "sweep.json", plan("S", tmp_path / "x.toml", []))
    write(tmp_path, table(asked, summaries, {}))
    found = Sweep(tmp_path)
    assert found.warnings == {1: "<one> waits", 3: "<one> waits\nno link uses it"}
    text = write_sweep(found, tmp_path / "sweep.html").read_text(encoding="utf-8")
    assert "2 of 3 variants have warnings" in text
    assert re.search(r"1, 3</t[dh]>\s*<td[^>]*>&lt;one&gt; waits", text)


def test_more_keys_than_can_be_drawn(tmp_path: Path) -> None:
    found = _sweep(tmp_path, {"a": [1, 2], "b": [1, 2], "c": [1, 2]})
    text = write_sweep(found, tmp_path / "sweep.html").read_text(encoding="utf-8")
    assert "3 keys take several values" in text
    assert "<svg role=" not in text


def test_many_variants_and_none_that_differ(tmp_path: Path) -> None:
    found = _sweep(tmp_path, {"a": list(range(300))})
    text = write_sweep(found, tmp_path / "sweep.html").read_text(encoding="utf-8")
    assert "first 200 of 300" in text
    (tmp_path / "one").mkdir()
    one = _sweep(tmp_path / "one", {"a": [1]})
    assert "has moved" in write_sweep(one, tmp_path / "one.html").read_text(encoding="utf-8")


def test_a_page_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="cannot be written"):
        write_sweep(_sweep(tmp_path, {"a": [1]}), tmp_path / "none" / "sweep.html")


@settings(deadline=None, max_examples=20)
@given(
    st.lists(st.floats(0.01, 1), min_size=2, max_size=5),
    st.sampled_from(["delay_median_s", "hops_mean"]),
)
def test_a_figure_of_survivors_stands_beside_their_share(
    tmp_path_factory: pytest.TempPathFactory, shares: list[float], name: str
) -> None:
    """A share that never moves is shown too, as often as a figure is of what it leaves."""
    folder = tmp_path_factory.mktemp("sweep")
    asked = variants({"planes": list(range(len(shares)))}, None)
    summaries = {
        each.number: {"routes": [{name: float(each.number), "share_reachable": share}]}
        for each, share in zip(asked, shares, strict=True)
    }
    write_json(folder / "sweep.json", plan("S", folder / "x.toml", []))
    write(folder, table(asked, summaries, {}))
    text = write_sweep(Sweep(folder), folder / "sweep.html").read_text(encoding="utf-8")
    assert text.count("<svg role=") == 2
    share = "routes.0.share_reachable"
    low, high = min(shares), max(shares)
    assert f"routes.0.{name}, over what is left: {share} from {low:.1%} to {high:.1%}" in text
    heads = re.findall(r"<th[^>]*>(.*?)</th>", text, re.DOTALL)
    places = [
        next(k for k, head in enumerate(heads) if each in head)
        for each in (share, f"routes.0.{name}")
    ]
    assert places[1] == places[0] + 1


def test_which_share_a_figure_is_read_with() -> None:
    names = {"routes.0.share_reachable", "deliveries.share_delivered", "a.coverage_fraction_mean"}
    assert survived("routes.0.delay_median_s", names) == "routes.0.share_reachable"
    assert survived("deliveries.delay_p50_s", names) == "deliveries.share_delivered"
    assert survived("routes.1.delay_median_s", names) is None
    assert survived("a.longest_gap_s", names) is None
