"""When an install builds the page, with which Node, and what happens where that fails."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

HOOK = Path(__file__).parents[1] / "hatch_build.py"
PLACE = "hatchling.builders.hooks.plugin.interface"
NPM = """#!/bin/sh
[ "$1" = ci ] && exit {status}
mkdir -p ../src/skyweft/ui && echo page > ../src/skyweft/ui/index.html
echo 'export{}' > ../src/skyweft/ui/skyweft-globe.js
"""


@pytest.fixture
def build(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Return the hook; hatchling itself is there only while something is built."""
    interface: Any = ModuleType(PLACE)
    interface.BuildHookInterface = object
    monkeypatch.setitem(sys.modules, PLACE, interface)
    spec = importlib.util.spec_from_file_location("hatch_build", HOOK)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def hook(build: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return the hook of a clone whose page holds one package, on a machine without Node."""
    monkeypatch.delenv("SKYWEFT_WEB", raising=False)
    (tmp_path / "tools").mkdir()
    for tool in ("sh", "mkdir"):
        found = next(Path(each, tool) for each in os.get_exec_path() if Path(each, tool).exists())
        (tmp_path / "tools" / tool).symlink_to(found)
    monkeypatch.setenv("PATH", str(tmp_path / "tools"))
    part = tmp_path / "web" / "node_modules" / "part"
    part.mkdir(parents=True)
    (part / "package.json").write_text('{"name": "part", "version": "1.0", "license": "MIT"}')
    (part / "LICENSE").write_text("do what you like */")
    packages = {"": {}, "node_modules/part": {}, "node_modules/tool": {"dev": True}}
    (tmp_path / "web" / "package-lock.json").write_text(json.dumps({"packages": packages}))
    made = build.Web()
    made.root, made.said = str(tmp_path), []
    made.app = SimpleNamespace(display_warning=made.said.append)
    return made


def _install(folder: Path, version: str, status: int = 0) -> None:
    for name, text in {
        "node": f"#!/bin/sh\necho {version}\n",
        "npm": NPM.replace("{status}", str(status)),
    }.items():
        (folder / "tools" / name).write_text(text)
        (folder / "tools" / name).chmod(0o755)


def test_without_node_its_wheel_is_asked_for(hook: Any, build: ModuleType) -> None:
    assert hook.dependencies() == [build.NODE]


FITTING = ("v20.19.0", "v22.12.0", "v24.1.0")
UNFIT = ("v18.20.0", "v20.18.9", "v21.7.0", "v22.11.0", "nonsense")


@pytest.mark.parametrize("version", [*FITTING, *UNFIT])
def test_which_node_fits(hook: Any, tmp_path: Path, version: str) -> None:
    _install(tmp_path, version)
    assert (hook.dependencies() == []) is (version in FITTING)


def test_a_page_is_built_once(hook: Any, tmp_path: Path) -> None:
    _install(tmp_path, "v24.1.0")
    hook.initialize("standard", {})
    ui = tmp_path / "src" / "skyweft" / "ui"
    assert (ui / "index.html").read_text() == "page\n"
    assert "part 1.0 (MIT)\n" in (ui / "THIRD_PARTY.txt").read_text()
    assert "tool" not in (ui / "THIRD_PARTY.txt").read_text()
    assert (ui / "skyweft-globe.js").read_text().endswith("do what you like * /*/\nexport{}\n")
    (ui / "index.html").write_text("kept")
    hook.initialize("standard", {})
    assert (ui / "index.html").read_text() == "kept"
    (tmp_path / "web" / "new.ts").write_text("")
    hook.initialize("standard", {})
    assert (ui / "index.html").read_text() == "page\n"


def test_a_failure_leaves_no_page_and_a_warning(hook: Any, tmp_path: Path) -> None:
    _install(tmp_path, "v24.1.0", status=1)
    hook.initialize("standard", {})
    assert not (tmp_path / "src" / "skyweft" / "ui").exists()
    assert hook.said[0].startswith("console not built: ")


def test_require_and_skip(hook: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _install(tmp_path, "v24.1.0", status=1)
    monkeypatch.setenv("SKYWEFT_WEB", "require")
    with pytest.raises(subprocess.CalledProcessError):
        hook.initialize("standard", {})
    monkeypatch.setenv("SKYWEFT_WEB", "skip")
    hook.initialize("standard", {})
    assert hook.dependencies() == []
    assert hook.said == []


def test_no_built_file_is_in_git() -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "src/skyweft/ui", "web/node_modules"],
        cwd=HOOK.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert tracked.stdout == ""
