"""`just benchmarks` runs every benchmark, then fails if any has."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SHARED = {"constellation", "machine"}  # what several benchmarks import
UV = """#!{python}
import sys
from pathlib import Path
name = Path(sys.argv[-1]).stem
with open({log!r}, "a") as log:
    log.write(name + chr(10))
sys.exit(name in {failing!r})
"""


@pytest.mark.skipif(not shutil.which("just") or os.name == "nt", reason="just is not installed")
@pytest.mark.parametrize("failing", [[], ["contacts", "sweep"], ["propagation"]])
def test_all_run_and_failures_are_named(tmp_path: Path, failing: list[str]) -> None:
    log, uv = tmp_path / "log", tmp_path / "uv"
    uv.write_text(UV.format(python=sys.executable, log=str(log), failing=failing))
    uv.chmod(0o755)
    words = ["just", "--justfile", str(ROOT / "justfile"), "benchmarks"]
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        words, check=False, capture_output=True, text=True, env={**os.environ, "PATH": path}
    )
    ran = log.read_text().split()
    assert sorted(ran) == sorted({each.stem for each in ROOT.glob("benchmarks/*.py")} - SHARED)
    assert (done.returncode != 0) == bool(failing)
    for name in failing:
        assert name in done.stderr.partition("failed:")[2]
