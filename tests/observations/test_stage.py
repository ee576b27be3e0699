"""Observations of whole runs, and what is refused before any work."""

from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest

import skyweft
from skyweft.cli.program import main
from skyweft.observations.lines import lines
from skyweft.observations.plot import completeness, known_values
from tests.written import LORA, fixed, head, table

mpl.use("Agg")
TOWNS = (
    head("Towns", 7_200)
    + fixed("ship", "up", 30.0, 114.0, 20e3, "near_space")
    + fixed("towns", "down", 30.5, 114.5)
    + fixed("villages", "down", 30.2, 114.2)
    + LORA
    + table(
        "[[messages]]", source="towns", target="ship", size_bytes=8, period_s=600, lifetime_s=900
    )
)
LEVEL = {
    "source": "towns",
    "name": "level",
    "unit": "m",
    "value": [
        {"kind": "constant", "value": 2.0},
        {"kind": "event", "start_s": 3_600, "height": 1.0},
    ],
    "encoding": {"type": "uint16", "scale": 0.001},
}


def written(folder: Path, text: str) -> Path:
    path = folder / "towns.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> skyweft.Run:
    folder = tmp_path_factory.mktemp("observed")
    twice = LEVEL | {"samples": 2, "sample_period_s": 300, "name": "level twice"}
    text = TOWNS + table("[[observations]]", **LEVEL) + table("[[observations]]", **twice)
    return skyweft.run(written(folder, text), folder / "run")


def test_what_arrives_is_what_was_measured(run: skyweft.Run) -> None:
    deliveries = run.deliveries.to_pylist()
    rows = [each for each in run.observations.to_pylist() if each["rule"] == 0]
    assert len(rows) == len(deliveries) == 12
    for row, message in zip(rows, deliveries, strict=True):
        assert row["phenomenon_s"] == row["result_s"] == message["created_s"]
        assert row["received_s"] == message["delivered_s"]
        assert row["sequence_number"] == message["sequence_number"]
        after_s = message["created_s"] - 3_600
        true = 2.0 + (np.exp(-after_s / 86_400) if after_s >= 0 else 0.0)
        assert row["result"] == pytest.approx(true, abs=0.0005)
        assert (row["platform"], row["datastream"], row["quality"]) == ("towns", "level", 2)


def test_samples_of_a_message_lie_before_it(run: skyweft.Run) -> None:
    rows = [each for each in run.observations.to_pylist() if each["rule"] == 1]
    assert [each["sequence_number"] for each in rows] == list(range(24))
    assert {round(each["result_s"] - each["phenomenon_s"]) for each in rows} == {0, 300}
    assert [each["phenomenon_s"] for each in rows] == sorted(each["phenomenon_s"] for each in rows)


def test_key_figures(run: skyweft.Run) -> None:
    level, twice = run.summary()["observations"]
    assert (level["name"], level["source"], level["unit"]) == ("level", "towns", "m")
    ended = sum(each["created_s"] + 900 <= 7_200 for each in run.deliveries.to_pylist())
    assert level["expected"] == level["arrived"] == ended
    assert twice["expected"] == 2 * ended
    assert level["completeness"] == 1.0
    (device,) = (each for each in run.observations_by_device.to_pylist() if each["rule"] == 0)
    # From each arrival, a moment after measuring, to the next ten minutes later: five on average.
    assert device["age_mean_s"] == pytest.approx(300, abs=30)
    assert level["age_mean_s"] == device["age_mean_s"]


def test_the_report_and_the_command_line_tell_them(run: skyweft.Run) -> None:
    main(["report", str(run.folder)])
    assert "Observations by datastream" in (run.folder / "report.html").read_text(encoding="utf-8")
    told = list(lines(run.summary()))
    assert told[0].startswith("observations of level (towns): 100.0% arrived, median delay ")


def test_drawings_show_what_was_known(run: skyweft.Run) -> None:
    rows = run.observations.slice(0, 12)
    ax = known_values(rows, "m", 7_200)
    dots, steps = ax.get_lines()
    assert dots.get_ydata() == pytest.approx(rows.column("result").to_numpy())
    assert np.asarray(steps.get_ydata())[-1] == rows.column("result").to_numpy()[-1]
    assert np.all(np.diff(steps.get_xdata()) > 0)
    hours = run.observations_by_hour.slice(0, 2)
    mesh = completeness(hours, 7_200).collections[0]
    assert np.ma.getdata(mesh.get_array()).ravel().tolist() == [100, 100]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (
            {"source": "villages"},
            'observations[0].source: "villages" sends no [[messages]] that could carry it',
        ),
        ({"messages": 1}, 'observations[0].messages: messages[1] is not of "towns", which sends 0'),
        (
            {"samples": 5, "sample_period_s": 60},
            "messages[0].size_bytes: 8, and the observations that it carries have 10 bytes",
        ),
        ({"samples": 2}, "samples beyond 1 and sample_period_s go together"),
        ({"source": "town"}, '"town"'),
    ],
)
def test_refused(tmp_path: Path, changed: dict[str, object], words: str) -> None:
    text = TOWNS + table("[[observations]]", **(LEVEL | changed))
    with pytest.raises(skyweft.SkyweftError) as caught:
        skyweft.run(written(tmp_path, text), tmp_path / "run")
    assert words in str(caught.value)
    assert not (tmp_path / "run").exists()


def test_two_kinds_of_messages_must_be_told_apart(tmp_path: Path) -> None:
    other = table("[[messages]]", source="towns", target="ship", size_bytes=8, period_s=900)
    text = TOWNS + other + table("[[observations]]", **LEVEL)
    with pytest.raises(skyweft.SkyweftError, match=r"say which by messages = 0 or 1"):
        skyweft.load(written(tmp_path, text))


def test_what_bytes_cannot_tell_is_counted(tmp_path: Path) -> None:
    narrow = LEVEL | {"encoding": {"type": "uint8", "scale": 0.01}}
    run = skyweft.run(
        written(tmp_path, TOWNS + table("[[observations]]", **narrow)), tmp_path / "run"
    )
    later = [each for each in run.observations.to_pylist() if each["phenomenon_s"] >= 3_600]
    assert {each["result"] for each in later} == {2.55}
    assert {each["quality"] for each in later} == {4}
    warned = [each for each in run.summary()["warnings"] if each.startswith("observations[0]")]
    assert warned == [
        f"observations[0].encoding: {len(later)} of 12 values are beyond what uint8 can tell here "
        "and were sent as its nearest"
    ]


def test_values_are_put_to_the_tests_that_are_asked(tmp_path: Path) -> None:
    asked = LEVEL | {"quality": {"range": {"suspect": [0, 2.95], "fail": [0, 10]}}}
    run = skyweft.run(
        written(tmp_path, TOWNS + table("[[observations]]", **asked)), tmp_path / "run"
    )
    rows = run.observations.to_pylist()
    flags = [row["quality"] for row in rows]
    assert flags == [3 if row["result"] > 2.95 else 1 for row in rows]
    assert {1, 3} == set(flags)
    (level,) = run.summary()["observations"]
    assert (level["suspect"], level["failed"]) == (flags.count(3), 0)
    assert next(lines(run.summary())).endswith(f"; {flags.count(3)} suspect")


@pytest.mark.parametrize(
    ("quality", "words"),
    [
        ({"range": {"suspect": [2, 1]}}, "a span goes from its least to its greatest"),
        ({"range": {"suspect": [0, 9], "fail": [1, 9]}}, "suspect lies within fail"),
        ({"range": {}}, "it tests nothing without fail or suspect"),
        (
            {},
            "it tests nothing without range or climatology or spike or rate_of_change or flat_line",
        ),
        ({"spike": {"suspect": 2, "fail": 1}}, "fail is not below suspect"),
        ({"flat_line": {"suspect_s": 2, "fail_s": 1}}, "fail_s is not below suspect_s"),
        ({"climatology": [{"months": [0, 2], "fail": [0, 1]}]}, "months"),
    ],
)
def test_tests_that_make_no_sense_are_refused(
    tmp_path: Path, quality: dict[str, object], words: str
) -> None:
    text = TOWNS + table("[[observations]]", **(LEVEL | {"quality": quality}))
    with pytest.raises(skyweft.SkyweftError, match=r"observations\[0\]\.quality") as caught:
        skyweft.load(written(tmp_path, text))
    assert words in str(caught.value)
