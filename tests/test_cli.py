"""The command line: exit codes, what goes where, and every kind of bad input from the outside."""

import gc
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import skyweft
from skyweft.cli import main, printing
from skyweft.errors import BackendError
from tests.written import LORA, fixed, head, shell

PLACE = fixed("place", "down", 30.0, 114.0)
VALID = head("Small", 7_200) + shell("sats", "up", 1, 4, 98.6) + PLACE + LORA
MOTION = 'motion = { kind = "fixed", latitude_deg = 30.0, longitude_deg = 114.0 }'
WALKER = "planes = 1, per_plane = 4, altitude_m = 800000.0"


def write(text: str = VALID, name: str = "small.toml") -> str:
    Path(name).write_text(text, encoding="utf-8")
    return name


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


Captured = pytest.CaptureFixture[str]


def test_help_and_version(capsys: Captured) -> None:
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    for command in ("demo", "check", "run", "report", "scenarios", "fetch", "selfcheck"):
        assert f"\n    {command} " in out
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"skyweft {skyweft.__version__}\n"


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["rum"],
        ["run"],
        ["run", "x.toml", "--threads", "0"],
        ["check"],
        ["fetch", "planes", "x"],
    ],
)
def test_wrong_words(words: list[str], capsys: Captured) -> None:
    assert main(words) == 2
    captured = capsys.readouterr()
    assert captured.err
    assert not captured.out


def test_check_tells_what_follows(capsys: Captured) -> None:
    assert main(["check", write(), "--set", "platforms.sats.motion.per_plane=6"]) == 0
    out = capsys.readouterr().out
    assert "down - up: 6 pairs" in out
    assert "down - up: 6 pairs" in out
    assert "sats:" in out  # the derived geometry
    assert "\x1b" not in out


def test_check_as_json(capsys: Captured) -> None:
    assert main(["check", write(VALID + "[waveforms.slow]\nkind = 'lora'\n"), "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["platforms"] == {"sats": 4, "place": 1}
    assert facts["links"] == [{"between": ["down", "up"], "pairs": 4}]
    assert "waveforms.slow: no link uses it" in facts["warnings"]
    assert facts["estimate"]["time_s"] > 0


def test_check_reports_every_error(capsys: Captured) -> None:
    path = write(VALID.replace("= 7200", "= -1").replace("30.0", "91"))
    assert main(["check", path, "--json"]) == 1
    captured = capsys.readouterr()
    errors = json.loads(captured.out)["errors"]
    assert len(errors) == 2
    assert captured.err.splitlines() == [f"skyweft: {line}" for line in errors]


def test_check_prints_the_schema(capsys: Captured) -> None:
    assert main(["check", "--schema"]) == 0
    assert "platforms" in json.loads(capsys.readouterr().out)["properties"]


def test_scenarios_are_listed_and_copied(capsys: Captured) -> None:
    assert main(["scenarios", "--json"]) == 0
    shipped = json.loads(capsys.readouterr().out)
    assert {"hello", "integrated", "xingyun", "hongyun", "starlink_shell1"} <= set(shipped)
    assert main(["scenarios"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(shipped)
    assert main(["scenarios", "integrated", "--to", "mine"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == str(Path("mine", "integrated.toml"))
    assert Path("mine", "gateways.csv").is_file()
    assert main(["scenarios", "integrated", "--to", "mine"]) == 1
    assert main(["scenarios", "nix"]) == 1
    assert re.search(r"there are: .*\bhello, ", capsys.readouterr().err)
    assert main(["scenarios", "../scenarios/hello"]) == 1
    assert re.search(r"there are: .*\bhello, ", capsys.readouterr().err)


def test_scenarios_that_share_a_file_go_into_one_folder(capsys: Captured) -> None:
    assert main(["scenarios", "hongyun", "--to", "mine"]) == 0
    assert main(["scenarios", "starlink_shell1", "--to", "mine"]) == 0  # both name cities.csv
    Path("other").mkdir()
    Path("other", "cities.csv").write_text("mine", encoding="utf-8")
    assert main(["scenarios", "hongyun", "--to", "other"]) == 1
    assert [each.name for each in Path("other").iterdir()] == ["cities.csv"]
    assert main(["scenarios", "hello", "--to", "other/cities.csv"]) == 1
    assert "cities.csv is a file; a folder" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["hello", "integrated", "xingyun", "hongyun", "starlink_shell1"])
def test_shipped_scenarios_are_sound_and_raise_no_warning(name: str, capsys: Captured) -> None:
    assert main(["scenarios", name]) == 0
    capsys.readouterr()
    assert main(["check", f"{name}.toml", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["warnings"] == []


def test_run_and_report(capsys: Captured) -> None:
    path = write()
    assert main(["run", path, "--json", "--threads", "1"]) == 0
    assert gc.isenabled()  # not looked for while modules load and the page is drawn, else yes
    captured = capsys.readouterr()
    answer = json.loads(captured.out)
    # No progress bar where there is no terminal: a line at most, before the first run of its kind.
    assert [each for each in captured.err.splitlines() if "compiling kernels" not in each] == []
    assert answer["folder"] == str(Path("runs", "small"))
    assert answer["summary"]["platforms"]["total"] == 5
    page = Path(answer["report"])
    assert "<html" in page.read_text(encoding="utf-8")
    page.unlink()
    assert main(["report", "runs/small"]) == 0
    assert page.is_file()
    assert "5 platforms, 2 h\n" in capsys.readouterr().out
    assert main(["run", path]) == 1
    assert "--force" in capsys.readouterr().err
    assert main(["run", path, "--force", "--no-report", "--set", "duration_s=3600"]) == 0
    assert not page.exists()
    assert "5 platforms, 1 h\n" in capsys.readouterr().out


def test_a_link_that_never_closes_is_said_to(capsys: Captured) -> None:
    deaf = ["--set", "terminals.up.eirp_dbw=-90", "--set", "terminals.down.eirp_dbw=-90"]
    assert main(["run", write(), "--no-report", "--set", "duration_s=86400", *deaf]) == 0
    assert "; no rate either way" in capsys.readouterr().out


ASKED = """
[[routes]]
sources = ["place"]
targets = ["sats"]
step_s = 600

[[messages]]
source = "place"
target = "sats"
size_bytes = 20
period_s = 60
"""


def test_what_was_carried_is_told(capsys: Captured) -> None:
    assert main(["run", write(VALID + ASKED), "--no-report", "--set", "duration_s=86400"]) == 0
    out = capsys.readouterr().out
    reached = re.search(
        r"routes from place to sats: (\d+\.\d)% of the time, median delay .* ms", out
    )
    reasons = re.findall(r"^  [a-z: ]+: (\d+\.\d)%$", out, re.MULTILINE)
    assert reached, out
    assert float(reached[1]) + sum(map(float, reasons)) == pytest.approx(100, abs=0.2)
    reported = re.search(r"messages: (\d+) of 1,440 delivered", out)
    lost = re.search(r"  no coverage: ([\d,]+)", out)
    assert reported, out
    assert lost, out
    assert int(reported[1]) + int(lost[1].replace(",", "")) == 1_440


def test_never_a_satellite_in_view(capsys: Captured) -> None:
    blind = ["--set", "links.0.elevation_min_deg=89.9"]
    assert main(["run", write(VALID + ASKED), *blind]) == 0
    out = capsys.readouterr().out
    assert "messages: 0 of 120 delivered\n" in out
    assert "median delay none" in out
    assert "  no coverage: 120" in out
    assert "  nobody in range of the source: 100.0%" in out
    assert "no coverage" in Path("runs/small/report.html").read_text(encoding="utf-8")


def test_report_of_no_run(capsys: Captured) -> None:
    assert main(["report", "nowhere"]) == 1
    assert "nowhere" in capsys.readouterr().err


def test_selfcheck_holds(capsys: Captured) -> None:
    assert main(["selfcheck"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) >= 6
    assert all(line.startswith("ok ") for line in lines)
    assert main(["selfcheck", "--json"]) == 0
    assert all(case["holds"] for case in json.loads(capsys.readouterr().out)["cases"])


FILES = {
    "empty.csv": "name,latitude_deg,longitude_deg\n",
    "twice.csv": "name,latitude_deg,longitude_deg\na,1,2\na,3,4\n",
    "north.csv": "name,latitude_deg,longitude_deg\na,91,2\n",
    "nan.csv": "name,latitude_deg,longitude_deg\na,nan,2\n",
    "checksum.tle": "1 00005U 58002B   00179.78495062  .00000023  00000-0  28098-4 0  4754\n"
    "2 00005  34.2682 348.7242 1859667 331.7664  19.3264 10.82419157413667\n",
    "one.tle": "1 00005U 58002B   00179.78495062  .00000023  00000-0  28098-4 0  4753\n"
    "2 00005  34.2682 348.7242 1859667 331.7664  19.3264 10.82419157413667\n",
    "garbage.tle": "\x00\x01 nothing \x02\n",
    "garbage.csv": "\x00\x01 nothing \x02\n",
}


def sites(name: str) -> tuple[str, str]:
    return MOTION, f'motion = {{ kind = "sites", file = "{name}" }}'


def tle(rest: str) -> tuple[str, str]:
    return f'kind = "walker", {WALKER}, inclination_deg = 98.6', f'kind = "elements", file = {rest}'


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("name = ", "name : ", "line 1, column 6"),
        ('layer = "ground"', 'layer = "ground"\ncolour = "red"', "platforms.place.colour"),
        ("altitude_m = 800000.0", "altitude_m = -1", "platforms.sats.motion.altitude_m"),
        ("altitude_m = 800000.0", "mean_motion_rev_day = nan", "motion.mean_motion_rev_day"),
        ("altitude_m = 800000.0, ", "", "platforms.sats.motion: give either"),
        (
            "altitude_m = 800000.0",
            "mean_motion_rev_day = 17.4",
            "small.toml: platforms.sats.motion: the lowest altitude is -87 km",
        ),
        ("per_plane = 4", "per_plane = 0", "platforms.sats.motion.per_plane"),
        ("latitude_deg = 30.0", "latitude_deg = 91", "platforms.place.motion.latitude_deg"),
        ("latitude_deg = 30.0", "latitude_deg = nan", "platforms.place.motion.latitude_deg"),
        ("[platforms.place]", "[platforms.sats]", "not TOML"),
        (*sites("nix.csv"), "nix.csv"),
        (*sites("empty.csv"), "empty.csv"),
        (*sites("twice.csv"), "twice.csv"),
        (*sites("north.csv"), "north.csv"),
        (*sites("nan.csv"), "nan.csv"),
        (*sites("garbage.csv"), "garbage.csv"),
        (*sites("big.bin"), "big.bin"),
        (*tle('"checksum.tle"'), "checksum.tle"),
        (*tle('"garbage.tle"'), "garbage.tle"),
        (*tle('"big.bin"'), "big.bin"),
        (*tle('"one.tle", planes = 2, per_plane = 3'), "one.tle"),
    ],
)
@pytest.mark.parametrize("command", ["check", "run"])
def test_bad_input(command: str, old: str, new: str, place: str, capsys: Captured) -> None:
    for name, text in FILES.items():
        write(text, name)
    with Path("big.bin").open("wb") as file:
        file.truncate(200_000_000)
    path = write(VALID.replace(old, new, 1))
    before = sorted(each.name for each in Path().iterdir())
    assert main([command, path]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert place in captured.err
    assert "Traceback" not in captured.err
    assert all(line.startswith("skyweft: ") for line in captured.err.splitlines())
    assert sorted(each.name for each in Path().iterdir()) == before, "something was written"


@pytest.mark.parametrize("command", ["check", "run"])
def test_no_scenario_there(command: str, capsys: Captured) -> None:
    assert main([command, "missing.toml"]) == 1
    assert main([command, "."]) == 1
    assert capsys.readouterr().err.splitlines() == [
        "skyweft: missing.toml is not there",
        "skyweft: . is a folder; name the scenario's file in it",
    ]


def test_a_scenario_of_200_megabytes(capsys: Captured) -> None:
    with Path("big.toml").open("wb") as file:
        file.truncate(200_000_000)
    assert main(["run", "big.toml"]) == 1
    assert "at most 4 MB" in capsys.readouterr().err


def test_no_place_to_write(capsys: Captured) -> None:
    path = write()
    write("a file, no folder", "taken")
    assert main(["run", path, "--out", "taken"]) == 1
    assert main(["run", path, "--out", "taken/below"]) == 1
    assert "taken" in capsys.readouterr().err
    assert Path("taken").read_text(encoding="utf-8") == "a file, no folder"


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (KeyboardInterrupt(), 130, "interrupted"),
        (KeyboardInterrupt("stopped after 60 s"), 130, "stopped after 60 s"),
        (OSError(28, "No space left on device", "x/y"), 1, "x/y: No space left on device"),
        (MemoryError(), 1, "not enough memory"),
        (BackendError("celestrak.org does not answer", retryable=True), 1, "does not answer"),
    ],
)
def test_what_goes_wrong(
    error: BaseException, code: int, words: str, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    _raise_in_scenarios(error, monkeypatch)
    assert main(["scenarios"]) == code
    captured = capsys.readouterr()
    assert words in captured.err
    assert captured.out == ""
    assert "Traceback" not in captured.err


def _raise_in_scenarios(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise error

    monkeypatch.setattr("skyweft.scenario.shipped.descriptions", fail)


def test_our_own_error(capsys: Captured, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    _raise_in_scenarios(ZeroDivisionError("by nothing"), monkeypatch)
    assert main(["scenarios"]) == 3
    said = capsys.readouterr().err
    assert "an error in skyweft, not in your scenario: ZeroDivisionError: by nothing" in said
    (file,) = tmp_path.glob("skyweft-*.txt")
    assert str(file) in said
    assert "Traceback" in file.read_text(encoding="utf-8")
    monkeypatch.setenv("SKYWEFT_DEBUG", "1")
    assert main(["scenarios"]) == 3
    assert "Traceback" in capsys.readouterr().err


def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    words = [sys.executable, "-c", "from skyweft.cli import entry; entry()", "check", "--schema"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


def _python(code: str) -> str:
    """Run code in a new interpreter; return what it complained about."""
    words = [sys.executable, "-c", code]
    return subprocess.run(words, check=False, capture_output=True, text=True).stderr


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys, skyweft; from skyweft.cli import main; main(['--help']);"
        "assert not {'numpy', 'numba', 'pydantic', 'rich', 'pyarrow'} & set(sys.modules)"
    )
    assert _python(code) == ""


def test_a_check_loads_what_it_needs() -> None:
    """What draws, solves, serves or reads what few have is loaded when it is asked for."""
    code = (
        "import sys; from skyweft.cli import main; main(['check', 'hello']);"
        "late = {'matplotlib', 'scipy.special', 'scipy.optimize', 'starlette', 'xarray', 'lark'};"
        "assert not late & set(sys.modules), late & set(sys.modules)"
    )
    assert _python(code) == ""


def test_the_package_runs_whatever_was_imported_before() -> None:
    code = (
        "from skyweft.results import open_run; import skyweft.columns; import skyweft;"
        "from skyweft import run; assert callable(skyweft.run) and run is skyweft.run;"
        "assert set(skyweft.__all__) <= set(dir(skyweft))"
    )
    assert _python(code) == ""
    with pytest.raises(AttributeError, match="no attribute 'nix'"):
        skyweft.nix  # noqa: B018


def test_a_bar_only_for_a_terminal(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    with printing.progress_bar() as progress:
        progress(0.0, 60.0, "compiling kernels, once on this machine: 0 of 3, about 9 s left")
        progress(0.0, 60.0, "compiling kernels, once on this machine: 1 of 3, about 5 s left")
        progress(30.0, 60.0, "contacts")
    told = "skyweft: compiling kernels, once on this machine: 0 of 3, about 9 s left\n"
    assert capsys.readouterr().err == told
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with printing.progress_bar() as progress:
        progress(30.0, 60.0, "contacts")
    captured = capsys.readouterr()
    assert captured.out == ""


HDTN = (
    '{"contacts": [{"contact": 0, "source": 1, "dest": 2, "startTime": 5, "endTime": 9, '
    '"rateBitsPerSec": 80, "owlt": 1}]}'
)


def test_plan_finds_a_way_and_says_why_there_is_none(capsys: Captured) -> None:
    write(HDTN, "plan.json")
    assert main(["plan", "plan.json", "--from", "1", "--to", "2", "--size", "20"]) == 0
    assert capsys.readouterr().out == (
        "1. 1 - 2: there at 8 s, 1 hop, good until 9 s\n"
        "   1 - 2: sent from 5 s to 7 s, there at 8 s; contact 5 s to 9 s\n"
    )
    assert main(["plan", "plan.json", "--from", "2", "--to", "1", "--json"]) == 0
    reported = json.loads(capsys.readouterr().out)
    assert reported["routes"] == []
    assert reported["reason"] == "no contact leaves 2 after 0 s: there is none"


def test_plan_of_a_run_is_written_for_others(capsys: Captured) -> None:
    longer = VALID.replace("= 7200", "= 43_200")
    assert main(["run", write(longer), "--out", "out", "--no-report"]) == 0
    capsys.readouterr()
    files = ["--write", "hdtn", "plan.json", "--write", "ion", "plan.ionrc"]
    files += ["--write", "asabr", "plan.cp"]
    assert main(["plan", "out", *files, "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert list(facts["files"]) == ["hdtn", "ion", "asabr"]
    for file in facts["files"].values():
        assert main(["plan", file]) == 0
        nodes, *_ = capsys.readouterr().out.split(" nodes, ")
        assert int(nodes) == facts["nodes"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["plan", "plan.json", "--from", "1"], 2),
        (["plan", "plan.json", "--from", "1", "--to", "2", "--at", "-1"], 2),
        (["plan", "plan.json", "--from", "1", "--to", "2", "--size", "big"], 2),
        (["plan", "plan.json", "--from", "1", "--to", "3"], 1),
        (["plan", "nothing.json"], 1),
        (["plan", "."], 1),
        (["plan", "plan.json", "--write", "ion", "no/folder"], 1),
        (["plan", "plan.json", "--write", "iron", "plan.x"], 1),
        (["plan", "plan.json", "--write", "ion"], 2),
    ],
)
def test_plan_refuses(words: list[str], code: int, capsys: Captured) -> None:
    write(HDTN, "plan.json")
    assert main(words) == code
    assert capsys.readouterr().err


def test_sweep(capsys: Captured) -> None:
    words = ["sweep", write(), "--set", "platforms.sats.motion.per_plane=2,4", "--workers", "1"]
    assert main([*words, "--out", "out", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert (facts["variants"], facts["failed"]) == (2, {})
    assert Path("out/sweep.html").exists()
    assert main([*words, "--out", "out"]) == 1
    assert "already holds a sweep" in capsys.readouterr().err
    assert main([*words, "--out", "out", "--resume"]) == 0
    assert capsys.readouterr().out.startswith("2 of 2 variants\n")
    assert main(["sweep", "small.toml", "--set", "duration_s=1,1", "--out", "other"]) == 1
    assert "1 stands twice" in capsys.readouterr().err
    assert not Path("other").exists()
