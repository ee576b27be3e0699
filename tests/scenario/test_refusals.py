"""What is far too large is refused before any work: in two seconds and half a gigabyte."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skyweft.cli import main
from skyweft.errors import ScenarioError
from skyweft.protocols import elements
from skyweft.protocols.tle import checksum

from .refusing import Checks

MEMORY_BYTES = 500e6
HEAD = 'name = "X"\nstart = 2026-07-01T00:00:00Z\nduration_s = 600\n'
ELEMENTS = (
    "1 25544U 98067A   18199.66449166  .00001587  00000-0  31361-4 0  9999\n"
    "2 25544  51.6399 221.8154 0003967 331.5553 133.7273 15.53989406123415\n"
)
OMM = "OBJECT_NAME,EPOCH,MEAN_MOTION,NORAD_CAT_ID\n"


def _group(kind: str, rest: str, layer: str = "ground") -> str:
    motion = f'motion = {{ kind = "{kind}", {rest} }}'
    return f'{HEAD}[platforms.p]\nlayer = "{layer}"\n{motion}\n'


SITES = _group("sites", 'file = "big"')
TRACK = _group("track", 'file = "big"', "air")
TLE = _group("elements", 'file = "big"', "space")
LINK = """terminals = ["r"]
[terminals.r]
kind = "optical"
wavelength_m = 1.55e-6
rate_bps = 1e9
[[links]]
between = ["r", "r"]
"""
PAIR = _group("fixed", "latitude_deg = 0, longitude_deg = 0") + LINK
MATRIX = PAIR + '[[flows]]\nsources = ["p"]\ntargets = ["p"]\nmatrix = "big"\n'
LIST = PAIR + 'pattern = "list"\nfile = "big"\n'
ROWS, WRONG = 4_000_000, 1_200_000  # beyond what is read, and just not
PLACES, PAIRS = "name,latitude_deg,longitude_deg\n", "source,target\n"
TIMES = "name,time,latitude_deg,longitude_deg\n"
MOMENT = "2026-07-01T00:00:00Z,1,1\n"
# Wrong at the very end, or only as a whole.
LATE = [
    pytest.param(SITES, PLACES, "a{},0.5,1\n", "b,95,1\n", id="last place"),
    pytest.param(TRACK, TIMES, f"a,{MOMENT}", "a,2026-13-01T00:00:00Z,1,1\n", id="last time"),
    pytest.param(TRACK, TIMES, f"a{{}},{MOMENT}", "", id="a track a row"),
]
# A scenario, and the beginning, a part and how many of these of the file beside it.
HUGE = [
    pytest.param(SITES, PLACES, "a,0.5,1\n", ROWS, id="sites"),
    pytest.param(TRACK, "time_s,latitude_deg,longitude_deg\n", "1,0.5,1\n", ROWS, id="track"),
    pytest.param(MATRIX, "source,target,demand_bps\n", "a,b,1\n", ROWS, id="matrix"),
    pytest.param(LIST, PAIRS, "a,b\n", ROWS, id="links"),
    pytest.param(TLE, OMM, "a,b,1,2\n", ROWS, id="elements in a table"),
    pytest.param(TLE, "", ELEMENTS, 700_000, id="element sets"),
    pytest.param(SITES, PLACES, "a,", ROWS, id="one line"),
    pytest.param(SITES, "", "c,", ROWS, id="columns"),
    pytest.param(SITES, PLACES, "a,x,y\n", WRONG, id="wrong places"),
    pytest.param(SITES, PLACES, "a,1,1\n", WRONG, id="one name"),
    pytest.param(SITES, PLACES, "\x01,1\n", WRONG, id="wrong names and fields"),
    pytest.param(TRACK, TIMES, "a,2026-13-01T00:00:00Z,1,1\n", WRONG, id="wrong times"),
    pytest.param(TRACK, TIMES, "a,2026-07-01T00:00:00Z,1,1\n", WRONG, id="one point"),
    pytest.param(MATRIX, "source,target,demand_bps\n", "a,b,1\n", WRONG, id="unknown pairs"),
    pytest.param(LIST, PAIRS, "a,b\n", WRONG, id="unknown links"),
    pytest.param(SITES, "[", '{"name": "a", "lat": 95, "lng": 1}, ', 900_000, id="stations"),
    pytest.param(TLE, "[[", "1,", 40_000_000, id="one long entry"),
    pytest.param(TLE, "<ndm>", "<a>", 30_000_000, id="deep XML"),
    pytest.param(TLE, "<ndm>", "<a/>", 24_000_000, id="wide XML"),
    pytest.param(TLE, ELEMENTS, "text of a bulletin\n", ROWS, id="text around elements"),
    pytest.param(SITES, '{"features": [', "[0, 0], ", ROWS, id="json"),
    pytest.param(TRACK, "<gpx><trk>", '<trkpt lat="1" lon="2"/>', ROWS // 2, id="gpx"),
    pytest.param(
        HEAD + "".join(f"[platforms.p{i}]\n" for i in range(20_000)), "", "", 0, id="tables"
    ),
    pytest.param(HEAD + "a." * 10**6 + "b = 1\n", "", "", 0, id="a key of a million parts"),
    pytest.param(HEAD + "x = " + "[" * 10**6, "", "", 0, id="brackets"),
    pytest.param(SITES.replace("= 600", "= 5e-324"), "", "", 0, id="a short run"),
    pytest.param("step_s = 1e-6\n" + SITES, "", "", 0, id="steps"),
    pytest.param(PAIR + "sample_s = 1e-9\n", "", "", 0, id="samples"),
]


@pytest.fixture(scope="module")
def checks() -> Iterator[Checks]:
    found = Checks()
    yield found
    found.close()


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read in /proc")
@pytest.mark.parametrize(("scenario", "head", "part", "count"), HUGE)
def test_too_much_is_refused_before_work(
    scenario: str, head: str, part: str, count: int, tmp_path: Path, checks: Checks
) -> None:
    _assert_refused(checks, tmp_path, scenario, head + part * count)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read in /proc")
@pytest.mark.parametrize(("scenario", "head", "part", "last"), LATE)
def test_what_is_wrong_late_is_refused_like_it(
    scenario: str, head: str, part: str, last: str, tmp_path: Path, checks: Checks
) -> None:
    rows = "".join(map(part.format, range(WRONG)))
    _assert_refused(checks, tmp_path, scenario, head + rows + last)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read in /proc")
def test_a_catalogue_damaged_at_its_end_is_refused_like_it(tmp_path: Path, checks: Checks) -> None:
    lines = [line[:2] + "{:05d}" + line[7:68] for line in ELEMENTS.splitlines()]
    sets = (line.format(k) for k in range(1, elements.SETS_MAX) for line in lines)
    _assert_refused(
        checks,
        tmp_path,
        TLE,
        "".join(f"{line}{checksum(line)}\n" for line in sets) + ELEMENTS[:138],
    )


def _assert_refused(checks: Checks, tmp_path: Path, scenario: str, big: str) -> None:
    (tmp_path / "scenario.toml").write_text(scenario)
    (tmp_path / "big").write_text(big)
    code, said, peak_bytes = checks.check(tmp_path, tmp_path.with_name(f"{tmp_path.name}.told"))
    assert code == 1, said
    assert "Traceback" not in said
    assert peak_bytes < MEMORY_BYTES
    assert sorted(each.name for each in tmp_path.iterdir()) == ["big", "scenario.toml"]


MODES = PAIR + 'waveform = "own"\n[waveforms.own]\nkind = "modcod"\nfile = "big"\n'


@pytest.mark.parametrize("scenario", [SITES, TRACK, TLE, MATRIX, LIST, MODES])
def test_a_pipe_is_not_waited_for(
    scenario: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    os.mkfifo("big")
    Path("scenario.toml").write_text(scenario)
    assert main(["check", "scenario.toml"]) == 1
    assert "big is no regular file (a pipe, a socket or a device)" in capsys.readouterr().err
    Path("scenario.toml").write_text(scenario.replace('"big"', '"/dev/zero"'))
    assert main(["check", "scenario.toml"]) == 1
    assert "zero is no regular file (a pipe, a socket or a device)" in capsys.readouterr().err


@given(count=st.integers(0, 40), limit=st.integers(1, 20))
def test_sets_are_counted_before_they_are_read(count: int, limit: int) -> None:
    """Refused is what has more sets than the limit, and nothing else, in TLE and in a table."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(elements, "SETS_MAX", limit)
        for data in ("#\n" + ELEMENTS * count, OMM + "a,b,1,2\n" * count):
            said = ""
            try:
                elements.parse(data.encode(), "x")
            except ScenarioError as error:
                said = str(error)
            assert (f"at most {limit:,} are read" in said) == (count > limit)
