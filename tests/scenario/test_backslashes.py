"""Names of files with a backslash, or with what one became, in every key that names a file."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skyweft.cli import main
from skyweft.errors import ScenarioError
from skyweft.naming import unseen
from skyweft.scenario.reading import load

ESCAPES = "in double quotes a backslash begins an escape: write / or single quotes"
HEAD = 'name = "Windows path"\nstart = 2026-07-01T00:00:00Z\nduration_s = 60\n'
PLACES = {
    "platforms.p.motion.file": '[platforms.p]\nlayer = "ground"\n'
    'motion = {{ kind = "sites", file = {} }}\n',
    "platforms.p.motion.region": '[platforms.p]\nlayer = "ground"\n'
    'motion = {{ kind = "population", count = 3, region = {} }}\n',
    "platforms.p.motion.weights": '[platforms.p]\nlayer = "ground"\n'
    'motion = {{ kind = "population", count = 3, weights = {} }}\n',
    "flows[0].matrix": '[[flows]]\nsources = ["p"]\ntargets = ["p"]\nmatrix = {}\n',
    "flows[0].gravity.population": '[[flows]]\nsources = ["p"]\ntargets = ["p"]\n'
    "gravity = {{ total_bps = 1e6, population = {} }}\n",
    "links[0].file": '[[links]]\nbetween = ["a", "b"]\npattern = "list"\nfile = {}\n',
}


def _complaint(path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError) as error:
        load(path)
    return str(error.value)


@pytest.mark.parametrize("place", PLACES)
def test_a_tab_in_a_files_name_is_shown(place: str, tmp_path: Path) -> None:
    said = _complaint(tmp_path / "a.toml", HEAD + PLACES[place].format(r'"data\tide.csv"'))
    assert rf"a.toml: {place}: {tmp_path}/data\tide.csv is not there; {ESCAPES}" in said.split("\n")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    place=st.sampled_from(sorted(PLACES)),
    letters=st.text("btnfr\\", min_size=1, max_size=4),
    folder=st.sampled_from(["data", "C:", "a b"]),
)
def test_whatever_an_escape_became(place: str, letters: str, folder: str, tmp_path: Path) -> None:
    r"""`\b`, `\t`, `\n`, `\f`, `\r` and `\\` are TOML's escapes of one character."""
    name = folder + "".join(f"\\{each}" for each in letters) + ".csv"
    said = _complaint(tmp_path / "a.toml", HEAD + PLACES[place].format(f'"{name}"'))
    (mine,) = [line for line in said.split("\n") if line.startswith(f"a.toml: {place}: ")]
    assert unseen(mine) is None
    assert "backslash" in mine or "write / between folders" in mine


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (r'"C:\Users\me\sites.csv"', "Invalid hex value"),
        (r'"C:\data\sites.csv"', "Unescaped '\\' in a string"),
        ('"C:\\temp\\"', "Illegal character '\\n'"),
    ],
)
def test_what_is_no_toml_for_a_backslash(name: str, said: str, tmp_path: Path) -> None:
    text = HEAD + PLACES["platforms.p.motion.file"].format(name)
    found = _complaint(tmp_path / "a.toml", text)
    assert found.startswith("a.toml: line 6, column ")
    assert f"not TOML: {said}; {ESCAPES}" in found


def test_other_errors_say_nothing_of_backslashes(tmp_path: Path) -> None:
    text = HEAD + "a = \"b\" = 3\nc = 'x\\y'\n"
    assert "backslash" not in _complaint(tmp_path / "a.toml", text)


def test_a_backslash_in_single_quotes_parts_no_folders(tmp_path: Path) -> None:
    text = HEAD + PLACES["platforms.p.motion.file"].format(r"'data\tide.csv'")
    said = _complaint(tmp_path / "a.toml", text)
    assert r"data\tide.csv is not there; write / between folders, which every" in said


def test_the_command_line_shows_what_nobody_sees(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(tmp_path / "a\tb\x1b[31m.toml")]) == 1
    assert rf"skyweft: {tmp_path}/a\tb\x1b[31m.toml is not there" in capsys.readouterr().err


LATER = {
    "platforms: the name p": '[platforms.q]\nlayer = "ground"\n'
    'motion = { kind = "sites", file = "s.csv" }\n',
    "packets[0].source: there is no group or platform": '[[packets]]\nsource = "x"\n'
    'target = "p"\nrate_bps = 1e6\n',
    "routes[0]: sources and targets hold no": '[[routes]]\nsources = ["p"]\ntargets = ["p"]\n',
    "failures[0].names[0]: 'x' is no platform of p": '[[failures]]\nplatforms = ["p"]\n'
    'names = ["x"]\n',
    "flows[0].matrix: m.csv: line 2: source": '[[flows]]\nsources = ["p"]\ntargets = ["p"]\n'
    'matrix = "m.csv"\n',
}


@pytest.mark.parametrize("command", ["check", "run"])
@pytest.mark.parametrize("said", LATER)
def test_what_shows_later_names_the_scenarios_file(
    said: str,
    command: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("s.csv").write_text("name,latitude_deg,longitude_deg\np,1,2\n")
    Path("m.csv").write_text("source,target,demand_bps\nx,p,1\n")
    place = '[platforms.p]\nlayer = "ground"\n' + (
        "motion = { kind = 'fixed', latitude_deg = 1, longitude_deg = 2 }\n"
    )
    Path("later.toml").write_text(HEAD + place + LATER[said])
    assert main([command, "later.toml"]) == 1
    err = capsys.readouterr().err
    assert err.startswith(f"skyweft: later.toml: {said}")
    assert len(err.splitlines()) == 1
    assert not Path("runs").exists()
