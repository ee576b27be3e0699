"""How long a user waits: `--help`, `import skyweft`, the daily run and the first one on a machine.

Processor time is what is held to a limit, of all processes that take part; the wall's is printed
beside it. The peer is the interpreter itself: an empty program on the same machine in the same run.
With `--clone`, the very first minute too: a clone of this repository, `pip install uv && uv run
skyweft demo` in it with empty caches, held to 60 s after what had to be downloaded is there.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import perf_counter

from machine import children_s, told

# As on a user's machine: modules are compiled once, not at every start.
ENVIRONMENT = {
    name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"
}
CLONE_S = 60.0
# A day of use, and the first run on a machine. [s of processor time]
HELP_S, IMPORT_S, HELLO_S, DEMO_S, FIRST_DEMO_S, FIRST_HELLO_S = 0.3, 0.6, 5.0, 12.0, 70.0, 7.0


def spent(words: Sequence[str], environment: Mapping[str, str]) -> tuple[float, float]:
    """Return the processor time and the wall's of a command."""
    before, began = children_s(), perf_counter()
    subprocess.run(words, check=True, capture_output=True, env=environment)
    return children_s() - before, perf_counter() - began


def least(
    words: Sequence[str], repeats: int, environment: Mapping[str, str]
) -> tuple[float, float]:
    """Return the least of both after one warm-up: what others do adds to it, never takes away."""
    subprocess.run(words, check=True, capture_output=True, env=environment)
    both = [spent(words, environment) for _ in range(repeats)]
    return min(cpu for cpu, _ in both), min(wall for _, wall in both)


class Limits:
    """Rows, and which of them took too long."""

    def __init__(self) -> None:
        self.over: list[str] = []

    def row(self, name: str, both: tuple[float, float], limit_s: float, more: str = "") -> None:
        """Print a row and hold it to its limit."""
        cpu_s, wall_s = both
        print(f"{name:28} {cpu_s:6.2f} CPU s, limit {limit_s:g}; {wall_s:6.2f} s{more}")
        if cpu_s > limit_s:
            self.over.append(f"{name} takes {cpu_s:.2f} CPU s")


def stages_s(folder: Path) -> float:
    """Return what the stages of a run took by themselves, by the wall."""
    seconds = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["seconds"]
    return float(sum(each for name, each in seconds.items() if name != "scenario"))


def in_place(limits: Limits) -> None:
    """Measure what is installed here."""
    python, skyweft = sys.executable, str(Path(sys.executable).with_name("skyweft"))
    empty, _ = least([python, "-c", ""], 5, ENVIRONMENT)
    for name, words, limit_s in (
        ("skyweft --help", [skyweft, "--help"], HELP_S),
        ("import skyweft", [python, "-c", "import skyweft"], IMPORT_S),
    ):
        both = least(words, 5, ENVIRONMENT)
        limits.row(name, both, limit_s, f"; {both[0] / max(empty, 1e-3):.0f}x python -c ''")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        caches = {"NUMBA_CACHE_DIR": name, "SKYWEFT_CACHE": name, "MPLCONFIGDIR": name}
        fresh = {**ENVIRONMENT, **caches}

        def run(*scenario: str) -> list[str]:
            out = str(folder / scenario[-1])
            return [skyweft, *scenario, "--force", "--no-reuse", "--out", out]

        demo, hello = run("demo"), run("run", "hello")
        limits.row("first demo, empty caches", spent(demo, fresh), FIRST_DEMO_S)
        limits.row("first hello after it", spent(hello, fresh), FIRST_HELLO_S)
        for title, again, limit_s in (("hello", hello, HELLO_S), ("demo", demo, DEMO_S)):
            both = least(again, 3, fresh)
            stages = f"; stages {stages_s(Path(again[-1])):.1f} s"
            limits.row(f"{title}, warm", both, limit_s, stages)


def from_clone(limits: Limits) -> None:
    """Measure what a stranger does; what is downloaded is downloaded before, and told apart."""
    home = Path(__file__).parents[1]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        python = folder / "python" / ("Scripts" if os.name == "nt" else "bin")
        fresh = {
            **ENVIRONMENT,
            "UV_CACHE_DIR": str(folder / "uv"),
            "npm_config_cache": str(folder / "npm"),
        }
        fresh = {
            key: each for key, each in fresh.items() if key not in ("VIRTUAL_ENV", "PYTHONPATH")
        }
        for number in (1, 2):
            caches = {
                key: str(folder / f"{key}{number}")
                for key in ("NUMBA_CACHE_DIR", "SKYWEFT_CACHE", "MPLCONFIGDIR")
            }
            clone, began = folder / f"clone{number}", perf_counter()
            subprocess.run(["git", "clone", "-q", str(home), str(clone)], check=True)
            if number == 1:
                subprocess.run([sys.executable, "-m", "venv", str(folder / "python")], check=True)
            for words in (["pip", "install", "-q", "uv"], ["uv", "run", "skyweft", "demo"]):
                words[0] = str(python / words[0])
                subprocess.run(
                    words, check=True, capture_output=True, cwd=clone, env={**fresh, **caches}
                )
            took_s = perf_counter() - began
            print(
                f"clone to report, {'downloads' if number == 1 else 'no download'}: {took_s:.0f} s"
            )
        if took_s > CLONE_S:
            limits.over.append(f"from a clone to the report: {took_s:.0f} s, goal {CLONE_S:g} s")


def main() -> None:
    """Print all rows; fail if one is over its limit."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--clone", action="store_true", help="the first minute from a clone, too")
    asked, limits = words.parse_args(), Limits()
    print(told())
    in_place(limits)
    if asked.clone:
        from_clone(limits)
    assert not limits.over, "; ".join(limits.over)


if __name__ == "__main__":
    main()
