"""A day of a million devices from contacts to deliveries, and what ten times as many cost.

`skyweft run xingyun` as a user runs it, warm: wall time and peak memory are asserted. Then the same
constellation for an hour with ten thousand to ten million devices: processor time must grow no
faster than their number. Every run's messages are counted: delivered, lost or stored.
"""

import json
import os
import subprocess
import sys
import tempfile
from itertools import pairwise
from pathlib import Path
from time import perf_counter

from skyweft.scenario.shipped import find

GOAL_S, GOAL_BYTES = 90.0, 6 * 2**30
# The last is what a scenario takes, with satellites and gateways.
SIZES = (10_000, 100_000, 1_000_000, 9_999_900)
PARTS = {"water_gauges": 0.3, "field_stations": 0.5, "containers": 0.2}
ONCE = """
import resource, sys, skyweft
run = skyweft.run(sys.argv[1], sys.argv[2], overrides=sys.argv[3:], force=True)
used = resource.getrusage(resource.RUSAGE_SELF)
print(used.ru_utime + used.ru_stime, used.ru_maxrss * 1024)
"""


def once(folder: Path, *changes: str) -> tuple[float, float, float]:
    """Run xingyun in a process of its own; return wall and processor time and peak memory."""
    began = perf_counter()
    words = [sys.executable, "-c", ONCE, str(find("xingyun")), str(folder), *changes]
    said = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    processor_s, peak_bytes = (float(each) for each in said.split())
    metrics = json.loads((folder / "summary.json").read_text())["deliveries"]
    lost = sum(value for name, value in metrics.items() if name.startswith("lost_"))
    assert metrics["generated"] == metrics["delivered"] + lost + metrics["stored"]
    assert metrics["delivered"] > 0.5 * metrics["generated"]
    print(
        f"{metrics['generated']:>12,} messages: {perf_counter() - began:7.1f} s wall, "
        f"{processor_s:7.1f} s processor, {peak_bytes / 2**30:.2f} GiB",
        flush=True,
    )
    return perf_counter() - began, processor_s, peak_bytes


def main(sizes: tuple[int, ...] = SIZES) -> None:
    """Print and assert times, memory and growth."""
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "run"
        hour = ("duration_s=3600", "messages.1.burst.start_s=1800")
        once(folder, *hour, *counts(10_000))  # compiles
        costs = [once(folder, *hour, *counts(size))[1] for size in sizes]
        # A fixed part of some seconds hides in small runs, so growth is from size to size.
        for (small, low_s), (large, high_s) in pairwise(zip(sizes, costs, strict=True)):
            growth = (high_s / low_s) / (large / small)
            print(f"{small:,} to {large:,} devices: {growth:.2f} of linear")
            assert growth < 1.3
        wall_s, _, peak_bytes = once(folder)
        print(f"a day of a million devices: {wall_s:.0f} s, goal {GOAL_S:g} s")
        assert peak_bytes < GOAL_BYTES
        assert wall_s < GOAL_S


def counts(devices: int) -> list[str]:
    """Return the changes that make for so many devices."""
    return [
        f"platforms.{name}.motion.count={max(1, round(part * devices))}"
        for name, part in PARTS.items()
    ]


if __name__ == "__main__":
    main(tuple(int(each) for each in sys.argv[1:]) or SIZES)
