"""A small scenario, and workers that answer at once where a run does not matter."""

import sys
from pathlib import Path

import pytest

from skyweft.sweeps import processes

QUICK = """
import json, sys
from pathlib import Path
for line in sys.stdin:
    task = json.loads(line)
    folder = Path(task["folder"])
    if "fail" in task["overrides"][0]:
        print(json.dumps("it had to fail"), flush=True)
        continue
    if "die" in task["overrides"][0]:
        sys.exit(7)
    folder.mkdir()
    folder.joinpath("summary.json").write_text(json.dumps({"number": task["number"]}))
    print(json.dumps(""), flush=True)
"""


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "COMMAND", (sys.executable, "-c", QUICK))


@pytest.fixture
def small(tiny: Path) -> Path:
    """Return a scenario that takes a worker little to load and to run: contacts and links."""
    text = tiny.read_text(encoding="utf-8")
    tiny.write_text(text[: text.index("[[routes]]")], encoding="utf-8")
    return tiny
