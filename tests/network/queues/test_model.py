"""What a `[[packets]]` table may say, and the words for what it may not."""

from pathlib import Path

import pytest

from skyweft.errors import ScenarioError
from skyweft.scenario.reading import load
from skyweft.scenario.scenario import Scenario

START = """\
name = "Packets"
start = 2026-07-01T00:00:00Z
duration_s = 600

[platforms.town]
layer = "ground"
motion = { kind = "fixed", latitude_deg = 1, longitude_deg = 2 }

[[packets]]
source = "town"
target = "town"
"""


def _load(folder: Path, *lines: str) -> Scenario:
    (folder / "packets.toml").write_text(START + "\n".join(lines), encoding="utf-8")
    return load(folder / "packets.toml")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", r"packets\[0\]\.rate_bps: "),
        ("rate_bps = 0", r"packets\[0\]\.rate_bps: "),
        ("rate_bps = 1\nsize_bytes = 0", r"packets\[0\]\.size_bytes: "),
        ("rate_bps = 1\nbuffer_bytes = -1", r"packets\[0\]\.buffer_bytes: "),
        ("rate_bps = 1\nbuffer_bytes = inf", r"packets\[0\]\.buffer_bytes: "),
        ("rate_bps = 1\narrivals = 'bursts'", r"packets\[0\]\.arrivals: "),
        ("rate_bps = 1\nstep_s = 0", r"packets\[0\]\.step_s: "),
        ("rate_bps = 1\nstart_s = 550", r"packets\[0\]: .* end at 610 s, after the run's 600 s"),
        ("rate_bps = 1\nduration_s = 601", r"end at 601 s, after the run's 600 s"),
        ("rate_bps = 1\nbackground = true", r"background: there are no \[\[flows\]\] to take"),
        ("rate_bps = 1\nspeed = 2", r"packets\[0\]\.speed: "),
    ],
)
def test_errors_have_their_place(tmp_path: Path, line: str, words: str) -> None:
    with pytest.raises(ScenarioError, match=words):
        _load(tmp_path, line)


def test_links_are_the_same_for_all(tmp_path: Path) -> None:
    more = '[[packets]]\nsource = "town"\ntarget = "town"\nrate_bps = 3\nbuffer_bytes = 2'
    with pytest.raises(ScenarioError) as error:
        _load(tmp_path, "rate_bps = 2\nstep_s = 2.0", more)
    first, second = str(error.value).splitlines()
    assert "packets[1].step_s: is 1.0 but packets[0] has 2.0: packets share links" in first
    assert "packets[1].buffer_bytes: is 2 but packets[0] has 1000000.0" in second


def test_all_that_can_be_said(tmp_path: Path) -> None:
    (one,) = _load(tmp_path, "rate_bps = 2", "start_s = 540", "arrivals = 'constant'").packets  # type: ignore[attr-defined]
    assert (one.arrivals, one.duration_s, one.step_s, one.background) == ("constant", 60, 1, False)
