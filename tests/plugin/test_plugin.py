"""A package of somebody else's adds one part of each sort; a user meets all of them.

The balloon stands above the gauge and rises, so its range is its height, its elevation 90 degrees,
and every number of that link follows from a line of arithmetic.
"""

import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

from skyweft import plot
from skyweft.cli import main
from skyweft.console.api import application
from skyweft.console.run_registry import Shelf
from skyweft.results import Run
from skyweft.scenario.schema import json_schema
from skyweft.scene import header, scene
from skyweft.stage.registry import tables
from tests.asking import asking

from .conftest import HERE, SCENARIO

PAGE = HERE.parents[1] / "docs" / "guide" / "extend.md"
TITLED = re.compile(r'^```\w+ title="([^"]+)"\n(.*?)^```', re.DOTALL | re.MULTILINE)
SLIPS = {
    "climb_m_s": "climb",
    "zenith_loss_db": "zenith_loss",
    '"widest"': '"wide"',
    "end_s": "end",
    'platforms = ["gauge"]': 'platforms = ["gage"]',
    '"beacon"': '"bacon"',
}
QUIET_S, QUIET = (900.0, 1_500.0), "quiet hours"


def _quiet(time_s: Any) -> Any:
    return (time_s >= QUIET_S[0]) & (time_s < QUIET_S[1])


def test_it_is_what_the_guide_shows() -> None:
    shown = dict(TITLED.findall(PAGE.read_text("utf-8")))
    files = [HERE / "pyproject.toml", SCENARIO, *(HERE / "balloons").rglob("*.py")]
    assert shown == {path.relative_to(HERE).as_posix(): path.read_text("utf-8") for path in files}


def test_it_is_small() -> None:
    files = [path.read_text("utf-8") for path in (HERE / "balloons").rglob("*.py")]
    assert sum(bool(line.strip()) for text in files for line in text.splitlines()) < 150


def test_it_is_checked(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["check", str(SCENARIO)]) == 0
    assert "balloon: rises at 5 m/s" in capsys.readouterr().out
    wrong = tmp_path / "wrong.toml"
    text = SCENARIO.read_text("utf-8")
    for right, bad in SLIPS.items():
        assert right in text
        text = text.replace(right, bad)
    wrong.write_text(text, "utf-8")
    assert main(["check", str(wrong)]) == 1
    said = capsys.readouterr().err
    for words in (
        "platforms.balloon.motion.climb: unknown key",
        "links[0].losses[0].zenith_loss: unknown key",
        'routes[0].metric: "wide" is not possible (did you mean "widest"?)',
        "quiet[0].end: unknown key",
        'quiet[0].platforms[0]: there is no group of platforms "gage" (did you mean "gauge"?)',
        'did you mean "beacon"?',
    ):
        assert words in said, said


def test_the_motion_moves_where_it_says(made: Run) -> None:
    tracks = made.tracks
    # On the equator at longitude 0, x is the equatorial radius plus the height.
    time_s = tracks["time_s"].to_numpy()
    np.testing.assert_allclose(tracks["x_m"].to_numpy(), 6_378_137 + 1_000 + 5 * time_s, rtol=1e-15)
    assert set(tracks["name"].to_pylist()) == {"balloon"}


def test_loss_and_waveform_make_the_budget(made: Run) -> None:
    links = made.link_samples
    mine = links.filter([pair == ("gauge", "balloon") for pair in _pairs(links)]).to_pylist()
    for row in mine:
        free_space_db = 20 * math.log10(
            4 * math.pi * (1_000 + 5 * row["time_s"]) * 400e6 / 299_792_458
        )
        # Straight up the leaves take their 3 dB; the waveform needs 6 dB in the carrier's 12.5 kHz.
        cn0_dbhz = 0 - free_space_db - 3 - 25 - 10 * math.log10(1.380649e-23)
        margin_db = cn0_dbhz - 10 * math.log10(12_500) - 6
        if _quiet(row["time_s"]):
            assert math.isnan(row["margin_db"])
            assert row["rate_bps"] == row["rate_reverse_bps"] == 0
        else:
            # The columns are float32.
            assert row["loss_db"] == pytest.approx(free_space_db + 3, abs=1e-4)
            assert row["margin_db"] == pytest.approx(margin_db, abs=1e-4)
            assert row["rate_bps"] == row["rate_reverse_bps"] == 9_600
    assert sum(_quiet(row["time_s"]) for row in mine) > 9
    taken = made.link_losses.to_pylist()
    canopy = {
        row["loss_db"] for row in taken if (row["cause"], row["source"]) == ("canopy", "gauge")
    }
    assert canopy == {3.0}


def _pairs(table: Any) -> list[tuple[str, str]]:
    return list(zip(*(table[side].to_pylist() for side in ("source", "target")), strict=True))


def test_the_policy_decides_the_way(made: Run) -> None:
    """The mast is nearer and its LoRa slower than the balloon's 9,600 bit/s."""
    for row in made.routes.to_pylist():
        if _quiet(row["time_s"]):
            assert (row["reachable"], row["reason"]) == (False, QUIET)
        else:
            by = "balloon" if row["route"] == 0 else "mast"
            assert row["path"] == ["gauge", by, "gateway"]
    for row in made.flow_rates.to_pylist():
        if _quiet(row["time_s"]):
            assert (row["rate_bps"], row["limiting_factor"]) == (0, QUIET)
        else:
            assert row["rate_bps"] == 9_600


def test_messages_obey_the_restriction(made: Run) -> None:
    # Sent in quiet hours they are lost to them; the one on its way as they begin may be too.
    lost = {QUIET: 0, "": 0}
    for row in made.deliveries.to_pylist():
        if _quiet(row["created_s"]):
            assert row["loss_cause"] == QUIET
        lost[row["loss_cause"]] += 1
    assert lost == {QUIET: 10, "": 50}
    assert made.summary()["deliveries"]["lost_restricted"] == 10


def test_figure_table_and_drawing(made: Run) -> None:
    assert made.summary()["quiet"] == {"platforms": 1, "quiet_s": 600.0}
    assert made.quiet_hours.to_pylist() == [
        {"platform": "gauge", "start_s": 900.0, "end_s": 1_500.0}
    ]
    assert "quiet_hours" in plot.__all__
    ax = plot.quiet_hours(made.quiet_hours, Figure().subplots())
    (bar,) = ax.patches
    assert (bar.get_x(), bar.get_width()) == (900.0, 600.0)
    assert [label.get_text() for label in ax.get_yticklabels()] == ["gauge"]


def test_report_and_last_words(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(folder)]) == 0
    assert "quiet: 1 platforms, 600 s" in capsys.readouterr().out.splitlines()
    page = (folder / "report.html").read_text("utf-8")
    assert '<a href="#quiet">Quiet hours</a>' in page
    (section,) = re.findall(r'<section id="quiet".*?</section>', page, re.DOTALL)
    assert "Who is quiet when." in section
    assert ">gauge<" in section


def test_other_programs_get_it(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "run.czml"
    assert main(["export", str(folder), "--format", "czml", "--out", str(path)]) == 0
    assert "balloon" in path.read_text("utf-8")
    plan = tmp_path / "plan.txt"
    assert main(["plan", str(folder), "--write", "ion", str(plan)]) == 0
    # Contacts of the gauge end and begin with its quiet hours.
    spans = [line.split() for line in plan.read_text("utf-8").splitlines() if "contact" in line]
    times = {each for words in spans for each in words[2:5] if each.startswith("+")}
    assert {"+900", "+1500"} <= times


def test_the_page_gets_it(made: Run) -> None:
    client = asking(application(Shelf([made.folder]), None))
    ask = "/api/v1/runs/0"
    assert client(f"{ask}/summary").json["quiet"]["quiet_s"] == 600.0
    table = client(f"{ask}/table/quiet_hours").json
    assert table["rows"] == [["gauge", 900.0, 1_500.0]]
    assert table["columns"][0]["meaning"] == "who"
    path = client(f"{ask}/path?source=gauge&target=gateway&route=0&time=60").json
    assert path["nodes"] == ["gauge", "balloon", "gateway"]
    said = header(scene(made))
    assert {"name": "balloon"}.items() <= said["groups"][2].items()


def test_reference_and_schema() -> None:
    assert "the first moment it may send again" in tables()["quiet_hours"].reference()
    schema = json_schema()
    assert {"ascent"} <= set(
        schema["$defs"]["Platforms"]["properties"]["motion"]["discriminator"]["mapping"]
    )
    assert "quiet" in schema["properties"]
