"""Alarms of whole runs, and what is refused before any work."""

from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest

import skyweft
from skyweft.alarms.lines import lines
from skyweft.alarms.plot import alarm_times
from skyweft.cli.program import main
from tests.written import TOWNS, table

mpl.use("Agg")
WATCHED = TOWNS + table(
    "[[observations]]",
    source="towns",
    name="level",
    unit="m",
    value=[
        {"kind": "constant", "value": 2.0},
        {"kind": "event", "start_s": 2_000, "height": 2.0, "decay_s": 1_500},
    ],
)
HIGH = {"name": "high", "condition": {"kind": "above", "threshold": 3.0, "clear": 2.5}}
SILENT = {"name": "silent", "condition": {"kind": "no_data", "after_s": 900}}


def written(folder: Path, *alarms: dict[str, object], text: str = WATCHED) -> Path:
    path = folder / "towns.toml"
    rows = "".join(table("[[alarms]]", **alarm) for alarm in alarms)
    path.write_text(text + rows, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> skyweft.Run:
    folder = tmp_path_factory.mktemp("alarmed")
    return skyweft.run(written(folder, HIGH, SILENT), folder / "run")


def test_a_rise_and_its_fall(run: skyweft.Run) -> None:
    (alarm,) = run.table("alarms").to_pylist()
    rows = run.observations.to_pylist()
    first = next(row for row in rows if row["result"] > 3.0)
    end = next(
        row for row in rows if row["phenomenon_s"] > first["phenomenon_s"] and row["result"] <= 2.5
    )
    assert (alarm["alarm"], alarm["platform"], alarm["rule"]) == ("high", "towns", 0)
    assert (alarm["raised_s"], alarm["detected_s"]) == (first["phenomenon_s"], first["received_s"])
    assert (alarm["cleared_s"], alarm["clearing_detected_s"]) == (
        end["phenomenon_s"],
        end["received_s"],
    )
    assert alarm["extreme"] == max(row["result"] for row in rows)
    assert np.isnan(alarm["withdrawn_s"])


def test_the_report_and_the_command_line_tell_them(run: skyweft.Run) -> None:
    main(["report", str(run.folder)])
    assert "Alarms by rule" in (run.folder / "report.html").read_text(encoding="utf-8")
    high, silent = lines(run.summary())
    assert high.startswith("alarm high: 1 raised, 0 standing, known after ")
    assert silent == "alarm silent: 0 raised, 0 standing"


def test_a_drawing_shows_when_it_was_true_and_when_known(run: skyweft.Run) -> None:
    (alarm,) = run.table("alarms").to_pylist()
    ax = alarm_times(run.table("alarms"), 7_200)
    (bar,) = ax.patches
    assert isinstance(bar, mpl.patches.Rectangle)
    minutes = np.array([bar.get_x(), bar.get_x() + bar.get_width()])
    assert np.allclose(60 * minutes, [alarm["raised_s"], alarm["cleared_s"]])
    (line,) = ax.collections[0].get_paths()
    unknown = 60 * np.asarray(line.vertices)[:, 0]
    assert np.allclose(unknown, [alarm["raised_s"], alarm["detected_s"]])
    assert [label.get_text() for label in ax.get_yticklabels()] == ["towns"]


def test_who_never_arrives_is_silent_once_nothing_can_come(tmp_path: Path) -> None:
    far = WATCHED.replace("30.5", "-30.5")
    run = skyweft.run(written(tmp_path, SILENT, text=far), tmp_path / "run")
    (alarm,) = run.table("alarms").to_pylist()
    assert (alarm["platform"], alarm["raised_s"], alarm["detected_s"]) == ("towns", 900, 1_800)
    assert np.isnan(alarm["cleared_s"])


def test_values_that_failed_raise_nothing(tmp_path: Path) -> None:
    text = WATCHED + table("[observations.quality]", range={"fail": [0, 3.0]})
    run = skyweft.run(written(tmp_path, HIGH, text=text), tmp_path / "run")
    assert run.table("alarms").num_rows == 0


@pytest.mark.parametrize(
    ("alarms", "words"),
    [
        ([HIGH, HIGH], 'alarms[1].name: "high" is alarms[0] already'),
        ([HIGH | {"observations": 1}], "alarms[0].observations"),
        (
            [HIGH | {"condition": {"kind": "above", "threshold": 3, "clear": 4}}],
            'an alarm "above" clears on the other side of its threshold',
        ),
        (
            [SILENT | {"condition": {"kind": "no_data", "after_s": 500}}],
            "alarms[0].condition.after_s: 500, and samples are up to 600 s apart when all arrive",
        ),
    ],
)
def test_refused(tmp_path: Path, alarms: list[dict[str, object]], words: str) -> None:
    with pytest.raises(skyweft.SkyweftError) as caught:
        skyweft.run(written(tmp_path, *alarms), tmp_path / "run")
    assert words in str(caught.value)
    assert not (tmp_path / "run").exists()
