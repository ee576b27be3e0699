"""Uses the package as everybody does while a stage is not there: one process.

Where nobody else imports of its folder, the folder cannot be imported; else what is the stage's
alone cannot, the modules that are found by their names. The registry is read without its line.
That is what deleting them does; a copy of the tree would compile every kernel anew.
"""

import importlib.util
import json
import re
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

from tests.written import LORA, fixed, group, head

BASE = (
    head("Two towns", 600)
    + fixed("ship", "up", 30.0, 114.0, 20e3, "near_space")
    + group("moving", "space", "up", kind="orbit", altitude_m=800e3, inclination_deg=50.0)
    + fixed("towns", "down", 30.5, 114.5)
    + LORA
)
# What each stage is asked, by its home.
ASKED = {
    "skyweft.contacts.coverage": """
[coverage]
platforms = ["ship"]
cells = 20
""",
    "skyweft.network.failures": """
[[failures]]
platforms = ["moving"]
share = 0.5
""",
    "skyweft.network.handover": """
[[handover]]
platforms = ["towns"]
step_s = 60
""",
    "skyweft.network.routing": """
[[routes]]
sources = ["towns"]
targets = ["ship"]
paths = true
""",
    "skyweft.network.flows": """
[[flows]]
sources = ["towns"]
targets = ["ship"]
demand_bps = 100
""",
    "skyweft.network.queues": """
[[packets]]
source = "towns"
target = "ship"
rate_bps = 50
size_bytes = 20
duration_s = 60
""",
    "skyweft.delivery": """
[[messages]]
source = "towns"
target = "ship"
size_bytes = 10
period_s = 120
""",
    "skyweft.observations": """
[[observations]]
source = "towns"
name = "level"
unit = "m"
value = [{ kind = "constant", value = 2.0 }]
""",
    "skyweft.alarms": """
[[alarms]]
name = "high"
condition = { kind = "above", threshold = 1.0 }
""",
    "skyweft.network.placement": """
[gateways]
sites = ["towns"]
demand_bps = 50
""",
}
# What is found by its name beside a stage, and what a scenario may ask of it.
PARTS = ("stage", "section", "lines", "plot", "scene", "answers", "card")


class Registry(SourceFileLoader):
    """The registry without some stages' lines."""

    lines: Sequence[str] = ()

    def get_code(self, fullname: str) -> CodeType:
        text = Path(self.path).read_text(encoding="utf-8").splitlines()
        for line in self.lines:
            text.remove(line)
        return compile("\n".join(text), self.path, "exec")


class Without(MetaPathFinder):
    """Finds everything but stages' folders, or what is theirs alone."""

    def __init__(self, homes: Sequence[str], shared: Sequence[str]) -> None:
        gone = [f"{home}.{part}" if home in shared else home for home in homes for part in PARTS]
        self._gone = re.compile(rf"({'|'.join(map(re.escape, gone))})(\..*)?")
        Registry.lines = [f'    "{home}.stage",' for home in homes]

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: Any = None
    ) -> ModuleSpec | None:
        if self._gone.fullmatch(fullname):
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
    plot.ground_tracks(run.tracks)
    return [*plot.__all__]


def everything(folder: Path, docs: Path, homes: Sequence[str]) -> dict[str, Any]:
    """Return all that was said and written, by where."""
    import skyweft
    from skyweft.console.api import application
    from skyweft.console.run_registry import Shelf
    from skyweft.export import FORMATS, export
    from skyweft.scene import scene
    from tests.asking import asking

    path, out = folder / "towns.toml", folder / "run"
    asked = (text for home, text in ASKED.items() if home not in homes)
    path.write_text("\n".join([BASE, *asked]), encoding="utf-8")
    found: dict[str, Any] = {
        "schema": said(["check", "--schema"]),
        "check": said(["check", str(path)]),
        "run": said(["run", str(path), "--no-report", "--out", str(out)]),
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
    ask = asking(application(Shelf([out]), None))
    for address in ("", "/0/summary", "/0/timeline", "/0/table/contacts", "/0/scene"):
        answer = ask(f"/api/v1/runs{address}")
        assert answer.status == 200, (address, answer.body)
        found[address] = answer.body.decode("utf-8", "replace")
    for question in ("path?source=towns&target=ship", "matrix", "messages"):
        found[question] = ask(f"/api/v1/runs/0/{question}").status
    found["card"] = run._repr_html_()
    return found


if __name__ == "__main__":
    gone, kept, folder, docs, reported = sys.argv[1:]
    sys.meta_path.insert(0, Without(gone.split(), kept.split()))
    warnings.simplefilter("error")
    found = everything(Path(folder), Path(docs), gone.split())
    Path(reported).write_text(json.dumps(found, default=str), encoding="utf-8")
