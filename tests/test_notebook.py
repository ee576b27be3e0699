"""The example notebook still runs and still prints what it shows."""

import subprocess
import sys
from pathlib import Path

import pytest

MAKER = Path(__file__).parents[1] / "docs" / "notebooks" / "make.py"


def test_it_is_not_stale() -> None:
    pytest.importorskip("nbclient")
    done = subprocess.run(
        [sys.executable, MAKER, "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
