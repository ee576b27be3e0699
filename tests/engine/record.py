"""Writes `src/skyweft/engine/kernels.json`: which kernels runs of the shipped scenarios ask for.

Run as `just kernels`, after kernels got other arguments. Seconds are those of this machine; of a
kernel that was compiled already, those recorded before.
"""

import json
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from numba.core import event

from skyweft.cli import main
from skyweft.engine.ahead import RECORD
from skyweft.kernels.kept import waiting_for
from skyweft.scenario import shipped

PATH = Path(__file__).parents[2] / "src" / "skyweft" / "engine" / RECORD
# Enough for each stage to do all it does: large ones are cut short.
CUT: Mapping[str, tuple[str, ...]] = {
    "hongyun": ("duration_s=900",),
    "xingyun": (
        "duration_s=50000",
        "platforms.water_gauges.motion.count=2000",
        "platforms.field_stations.motion.count=2000",
        "platforms.containers.motion.count=2000",
    ),
    "kuiper_shell1": ("duration_s=3600",),
    "starlink_shell1": ("duration_s=3600",),
}

Asked = tuple[str, str]


class Asking(event.Listener):  # type: ignore[misc]
    """What is asked for from Python, not by another kernel; and how long each took."""

    def __init__(self) -> None:
        self.seconds: dict[Asked, float] = {}
        self._begun: list[float] = []
        self._last: Asked = ("", "")

    def wait(self, kernel: str, types: str) -> None:
        """Take notice of what is asked for."""
        if not self._begun and types and kernel.startswith("skyweft."):
            self._last = kernel, types
            self.seconds[self._last] = 0.0

    def on_start(self, event: Any) -> None:
        self._begun.append(time.process_time())

    def on_end(self, event: Any) -> None:
        began = self._begun.pop()
        if not self._begun and self._last[0]:
            self.seconds[self._last] = time.process_time() - began


def asked(words: list[str]) -> dict[Asked, float]:
    """Return what a command asks for, and the seconds each took to compile."""
    listener = Asking()
    undo = waiting_for(listener.wait)
    try:
        with event.install_listener("numba:compile", listener):
            assert main(words) == 0, words
    finally:
        undo()
    return listener.seconds


def asked_by_itself(name: str) -> dict[Asked, float]:
    """Return what a run of a shipped scenario asks for in a process that has loaded nothing yet."""
    words = [sys.executable, "-m", "tests.engine.record", "--tell", name]
    home = Path(__file__).parents[2]
    done = subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True, cwd=home)
    return {
        (kernel, types): each for kernel, types, each in json.loads(done.stdout.split("\n")[-2])
    }


def tell(name: str) -> None:
    """Print what a run asks for, as the last line."""
    with TemporaryDirectory() as folder:
        found = asked(run_of(name, folder))
    print(json.dumps([[*key, each] for key, each in found.items()]))


def run_of(name: str, folder: str) -> list[str]:
    """Return the words that run a shipped scenario in one process."""
    changes = [word for each in CUT.get(name, ()) for word in ("--set", each)]
    return ["run", name, *changes, "--no-reuse", "--threads", "1", "--force", "--out", folder]


def write(names: Sequence[str]) -> None:
    """Run shipped scenarios and put what they asked for in place of what is recorded of them."""
    seconds, runs = recorded()
    for name in names:
        found = asked_by_itself(name)
        runs[name] = sorted(found)
        for key, each in found.items():
            seconds[key] = round(each, 1) if each else seconds.get(key, 0.0)
        put(seconds, {name: each for name, each in sorted(runs.items()) if name in shipped.names()})


def recorded() -> tuple[dict[Asked, float], dict[str, list[Asked]]]:
    """Return the seconds of each kernel, and what each scenario asked for."""
    record = json.loads(PATH.read_text(encoding="utf-8"))
    every = [(kernel, types) for kernel, types, _ in record["kernels"]]
    seconds = {(kernel, types): each for kernel, types, each in record["kernels"]}
    return seconds, {name: [every[n] for n in rows] for name, rows in record["runs"].items()}


def put(seconds: Mapping[Asked, float], runs: Mapping[str, Sequence[Asked]]) -> None:
    """Write the record; what no scenario asks for any more is left out."""
    every = sorted({key for each in runs.values() for key in each})
    place = {key: number for number, key in enumerate(every)}
    lines = [json.dumps([*key, seconds[key]]) for key in every]
    numbers = [f"{json.dumps(name)}: {[place[key] for key in each]}" for name, each in runs.items()]
    text = ['{"kernels": [', ",\n".join(lines), '],\n"runs": {', ",\n".join(numbers), "}}", ""]
    PATH.write_text("\n".join(text), encoding="utf-8")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--tell"]:
        tell(sys.argv[2])
    else:
        write(sys.argv[1:] or shipped.names())
