"""Handover in a run: a user under a constellation, followed by three rules."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import skyweft
from skyweft.errors import ScenarioError
from skyweft.scenario.reading import load
from tests.written import fixed, group, head, link, radio, table

RULES = ("strongest", "longest_remaining", "conditional")
TOML = (
    head("Handover", 1800)
    + group("sats", "space", "sat", kind="walker", planes=12, per_plane=13, altitude_m=1e6,
            inclination_deg=60)
    + fixed("user", "dish", 35, 110)
    + radio("dish", 12e9, bandwidth_hz=50e6, eirp_dbw=40, gt_db_k=10)
    + radio("sat", 12e9, bandwidth_hz=50e6, eirp_dbw=30, gt_db_k=5)
    + link("dish", "sat", waveform="dvb_s2x", elevation_min_deg=10)
    + "".join(table("[[handover]]", platforms=["user"], rule=rule, step_s=5) for rule in RULES)
)  # fmt: skip


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("handover")
    (folder / "h.toml").write_text(TOML)
    return skyweft.run(folder / "h.toml", folder / "run")


def test_no_rule_is_above_the_optimum_and_all_share_it(run: Any) -> None:
    rows = run.handover_statistics.to_pylist()
    assert len(rows) == 3
    assert len({each["optimum_bits"] for each in rows}) == 1
    for each in rows:
        assert 0 < each["carried_bits"] <= each["optimum_bits"]
        assert each["gap_share"] == pytest.approx(
            1 - each["carried_bits"] / each["optimum_bits"], abs=1e-12
        )
        assert each["served_share"] == 1
    strongest, longest, conditional = rows
    # To stay to the end and then take the longest covers a time with the fewest servers there are.
    assert longest["handovers"] <= min(strongest["handovers"], conditional["handovers"])


def test_servers_are_in_contact_while_they_serve(run: Any) -> None:
    contacts = run.contacts.to_pylist()
    for rule in range(3):
        rows = [each for each in run.handovers.to_pylist() if each["rule"] == rule]
        assert rows[0]["time_s"] == 0
        assert rows[0]["from"] is None
        for here, after in zip(rows, [*rows[1:], {"time_s": 1_795.0}], strict=True):
            assert any(
                here["to"] in (each["source"], each["target"])
                and each["start_s"] <= here["time_s"]
                and after["time_s"] - 5 <= each["end_s"]
                for each in contacts
            )
            if here is not rows[-1]:
                assert after["from"] == here["to"]


def test_a_server_that_fails_is_left(run: Any, tmp_path: Path) -> None:
    first = run.handovers.to_pylist()[0]["to"]
    failing = f'[[failures]]\nplatforms = ["sats"]\nnames = ["{first}"]\nstart_s = 60\n'
    (tmp_path / "h.toml").write_text(TOML + failing)
    rows = skyweft.run(tmp_path / "h.toml", tmp_path / "run").handovers.to_pylist()
    mine = [each for each in rows if each["rule"] == 1]
    assert mine[0]["to"] != first or (mine[1]["time_s"], mine[1]["cause"]) == (60, "contact ended")
    assert not any(each["to"] == first and each["time_s"] >= 60 for each in rows)


def test_nobody_serves_a_user_out_of_reach(tmp_path: Path) -> None:
    (tmp_path / "h.toml").write_text(
        TOML.replace("elevation_min_deg = 10", "elevation_min_deg = 89.9")
    )
    found = skyweft.run(tmp_path / "h.toml", tmp_path / "run")
    for each in found.handover_statistics.to_pylist():
        assert each["carried_bits"] == each["optimum_bits"] == 0
        assert each["gap_share"] == 0
        assert np.isnan(each["stay_median_s"])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("handover.0.ahead_s=3", "'strongest' does not read ahead_s"),
        ("handover.1.hysteresis_db=3", "'longest_remaining' does not read hysteresis_db"),
        ('handover.0.platforms=["train"]', 'there is no group of platforms "train"'),
    ],
)
def test_wrong_rules(change: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "h.toml").write_text(TOML)
    with pytest.raises(ScenarioError, match=words):
        load(tmp_path / "h.toml", [change])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ('handover.0.platforms=["sats"]', "sats passes traffic on: it is a server, not a user"),
        ("handover.0.step_s=0.01", "at most"),
    ],
)
def test_refused_before_any_work(change: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "h.toml").write_text(TOML)
    more = [change, "duration_s=864000"] if "step_s" in change else [change]
    with pytest.raises(ScenarioError, match=words):
        skyweft.run(tmp_path / "h.toml", tmp_path / "run", overrides=more)
