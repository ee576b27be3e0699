"""Uses the package as everybody does while a stage's folder and line are not there: one process.

The folder cannot be imported and the registry is read without its line, which is what deleting
them does; a copy of the tree would compile every kernel anew.
"""

import asyncio
import importlib.util
import json
import sys
import warnings
from collections.abc import Sequence
from contextlib import redirect_stdout
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from io import StringIO
from pathlib import Path
from types import CodeType
from typing import Any

SCENARIO = """
name = "Two towns"
start = 2026-07-01T00:00:00Z
duration_s = 600
[platforms.ship]
layer = "near_space"
motion = { kind = "fixed", latitude_deg = 30, longitude_deg = 114, altitude_m = 20e3 }
terminals = ["up"]
[platforms.moving]
layer = "space"
motion = { kind = "orbit", altitude_m = 800e3, inclination_deg = 50 }
terminals = ["up"]
[platforms.towns]
layer = "ground"
motion = { kind = "fixed", latitude_deg = 30.5, longitude_deg = 114.5 }
terminals = ["down"]
[terminals.up]
kind = "radio"
frequency_hz = 400e6
bandwidth_hz = 125e3
eirp_dbw = 3
gt_db_k = -25
[terminals.down]
kind = "radio"
frequency_hz = 400e6
bandwidth_hz = 125e3
eirp_dbw = 3
gt_db_k = -25
[[links]]
between = ["up", "down"]
waveform = "lora"
[[routes]]
sources = ["towns"]
targets = ["ship"]
[[flows]]
sources = ["towns"]
targets = ["ship"]
demand_bps = 100
[coverage]
platforms = ["ship"]
cells = 20
"""


class Registry(SourceFileLoader):
    """The registry without a stage's line."""

    line = ""

    def get_code(self, fullname: str) -> CodeType:
        lines = Path(self.path).read_text(encoding="utf-8").splitlines()
        lines.remove(self.line)
        return compile("\n".join(lines), self.path, "exec")


class Without(MetaPathFinder):
    """Finds everything but a stage's folder."""

    def __init__(self, home: str) -> None:
        self._home = home
        Registry.line = f'    "{home}.stage",'

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: Any = None
    ) -> ModuleSpec | None:
        if fullname == self._home or fullname.startswith(f"{self._home}."):
            raise ModuleNotFoundError(f"{fullname} has been deleted", name=fullname)
        found = PathFinder.find_spec(fullname, path, target)
        if fullname == "skyweft.stage.registry" and found is not None:
            assert found.origin is not None
            found.loader = Registry(fullname, found.origin)
        return found if fullname.startswith("skyweft") else None


def said(words: list[str]) -> str:
    """Return what a command prints; it must succeed."""
    from skyweft.cli.program import main

    out = StringIO()
    with redirect_stdout(out):
        code = main(words)
    assert code == 0, (words, out.getvalue())
    return out.getvalue()


def asked(app: Any, address: str) -> str:
    """Return what the page's server answers."""
    path, _, query = address.partition("?")
    body = b""

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        nonlocal body
        if message["type"] == "http.response.start":
            assert message["status"] == 200, (address, message)
        body += message.get("body", b"")

    scope = {
        "type": "http", "method": "GET", "path": path, "raw_path": path.encode(),
        "query_string": query.encode(), "headers": [(b"host", b"127.0.0.1:8000")],
        "http_version": "1.1", "scheme": "http", "root_path": "", "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8000),
    }  # fmt: skip
    asyncio.run(app(scope, receive, send))
    return body.decode("utf-8", "replace")


def references(docs: Path) -> dict[str, str]:
    """Return the generated pages."""
    spec = importlib.util.spec_from_file_location("generate", docs / "reference" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    pages: dict[str, str] = module.pages()
    return pages


def drawn(run: Any) -> list[str]:
    """Draw some of a run; return the names of every drawing."""
    import matplotlib as mpl

    from skyweft import plot

    mpl.use("Agg")
    plot.coverage_map(run.coverage)
    return [*plot.__all__]


def everything(folder: Path, docs: Path) -> dict[str, Any]:
    """Return all that was said and written, by where."""
    import skyweft
    from skyweft.console.api import application
    from skyweft.console.run_registry import Shelf
    from skyweft.export import FORMATS, export
    from skyweft.scene import scene

    path, out = folder / "towns.toml", folder / "run"
    path.write_text(SCENARIO, encoding="utf-8")
    found: dict[str, Any] = {
        "schema": said(["check", "--schema"]),
        "check": said(["check", str(path)]),
        "run": said(["run", str(path), "--out", str(out)]),
        "report": said(["report", str(out)]),
        "pages": references(docs),
    }
    run = skyweft.open_run(out)
    found["summary"], found["manifest"] = run.summary(), run.manifest
    found["files"] = sorted(each.name for each in out.iterdir())
    found["report.html"] = (out / "report.html").read_text(encoding="utf-8")
    found["drawings"] = drawn(run)
    found["scene"] = len(scene(run))
    for form in set(FORMATS) - {"netcdf", "zarr"}:
        export(run, form)
    app = application(Shelf([out]), None)
    for address in ("", "/0/summary", "/0/timeline", "/0/table/contacts"):
        found[address] = asked(app, f"/api/v1/runs{address}")
    return found


if __name__ == "__main__":
    home, folder, docs, reported = sys.argv[1:]
    sys.meta_path.insert(0, Without(home))
    warnings.simplefilter("error")
    found = everything(Path(folder), Path(docs))
    Path(reported).write_text(json.dumps(found, default=str), encoding="utf-8")
