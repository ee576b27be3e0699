"""The globe in a notebook: the scene's bytes reach the widget, and what is missing is said."""

import json
import sys
from pathlib import Path

import pytest

from skyweft.errors import ScenarioError
from skyweft.notebook import widget
from skyweft.results import Run, run
from skyweft.scene import built

TOML = """\
name = "Widget"
start = 2026-07-01T00:00:00Z
duration_s = 3_600

[platforms.sats]
layer = "space"
motion = { kind = "walker", planes = 1, per_plane = 3, altitude_m = 800e3, inclination_deg = 60 }
"""


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder: Path = tmp_path_factory.mktemp("widget")
    (folder / "widget.toml").write_text(TOML)
    return run(folder / "widget.toml", folder / "run")


@pytest.fixture(autouse=True)
def _fresh() -> None:
    widget._kind.cache_clear()


def test_the_scene_is_in_it(result: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("anywidget")
    monkeypatch.setattr(widget, "globe_module", lambda: "export default {}")
    shown = result.globe(0, 1800, height_px=300)
    size = int.from_bytes(shown.scene[:4], "little")
    header = json.loads(shown.scene[4 : 4 + size])
    assert (header["name"], header["from_s"], header["to_s"]) == ("Widget", 0, 1800)
    assert shown.height_px == 300


def test_what_is_missing_is_said(result: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("anywidget")
    monkeypatch.setattr(widget, "globe_module", lambda: None)
    with pytest.raises(ScenarioError, match="console not built"):
        result.globe()
    assert built.MISSING.startswith("console not built")
    monkeypatch.setitem(sys.modules, "anywidget", None)
    with pytest.raises(ScenarioError, match=r"skyweft\[notebook\]"):
        result.globe()
