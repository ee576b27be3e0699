"""A sweep over a routing key that takes work over against one that does not: the same bytes.

Processor time of all processes is what counts: variants that take contacts, links and traffic over
leave the rest of the machine to others. The network is the shipped one of four layers.
"""

import os
import resource
import tempfile
from pathlib import Path

from skyweft.scenario.shipped import find
from skyweft.store.kept import SIZE_MAX
from skyweft.sweeps import sweep

SCENARIO = "integrated"
GRID = {"routes.0.step_s": [120, 180, 240, 300, 360, 420]}
AT_LEAST = 1.3


def main() -> None:
    """Print and hold the ratio."""
    found = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["SKYWEFT_CACHE"] = str(folder / "cache")
        worked(folder / "warm", "0", {"seed": [0]})
        for most, out in (("0", "anew"), ("1e10", "taken over")):
            found[out] = worked(folder / out, most, GRID)
        (anew_s, one), (taken_s, other) = found["anew"], found["taken over"]
    assert one == other, "other bytes"
    ratio = anew_s / taken_s
    print(f"anew {anew_s:.1f} s of processors, taken over {taken_s:.1f} s: {ratio:.2f} times less")
    assert ratio >= AT_LEAST, f"wanted at least {AT_LEAST}"


def worked(
    out: Path, most_bytes: str, grid: dict[str, list[int]]
) -> tuple[float, dict[str, bytes]]:
    """Return the processor time of a sweep's processes, and its tables."""
    os.environ[SIZE_MAX] = most_bytes
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    sweep(find(SCENARIO), grid, out)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    files = sorted(out.rglob("*.parquet"))
    tables = {str(each.relative_to(out)): each.read_bytes() for each in files}
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, tables


if __name__ == "__main__":
    main()
