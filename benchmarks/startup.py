"""How long a user waits: `--help`, `import skyweft`, and the demo when everything is compiled.

The peer is the interpreter itself: an empty program on the same machine in the same run.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# As on a user's machine: modules are compiled once, not at every start.
ENVIRONMENT = {
    name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"
}


def median_s(words: list[str], repeats: int) -> float:
    """Run a command `repeats` times after one warm-up; return the median wall time."""
    times = []
    for _ in range(repeats + 1):
        began = time.perf_counter()
        subprocess.run(words, check=True, capture_output=True, env=ENVIRONMENT)
        times.append(time.perf_counter() - began)
    return statistics.median(times[1:])


def main() -> None:
    """Print and hold the three limits."""
    python, skyweft = sys.executable, str(Path(sys.executable).with_name("skyweft"))
    empty = median_s([python, "-c", ""], 7)
    with tempfile.TemporaryDirectory() as folder:
        rows = [
            ("skyweft --help", [skyweft, "--help"], 7, 0.3),
            ("import skyweft", [python, "-c", "import skyweft"], 7, 0.6),
            ("skyweft demo, warm", [skyweft, "demo", "--force", "--out", folder], 3, 6.0),
        ]
        for name, words, repeats, limit_s in rows:
            taken = median_s(words, repeats)
            ratio = taken / empty
            print(f"{name:20} {taken:5.2f} s, limit {limit_s:.1f} s, {ratio:.1f}x python -c ''")
            assert taken <= limit_s, f"{name} takes {taken:.2f} s"


if __name__ == "__main__":
    main()
