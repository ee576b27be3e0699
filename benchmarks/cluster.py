"""One run on two workers of a Dask cluster against one: the same tables, and how much sooner.

Routes between 100 cities over the first shell of Starlink, every minute for three hours, in blocks
of half an hour: workers route, this process finds contacts and samples links. Each worker is a
process of one thread. Wall time is what a user waits for, so this wants a machine of three idle
cores; with two, the process that hands out the work and the workers share them, and the ratio says
little.
"""

import os
import tempfile
from pathlib import Path
from time import perf_counter

from distributed import LocalCluster

from skyweft.contacts import stage
from skyweft.engine.runner import Options, run_into
from skyweft.scenario.shipped import find
from skyweft.store.kept import nothing_reused

SCENARIO = "starlink_shell1_routes"
OVERRIDES = ("duration_s=10800", "routes.0.step_s=60")
PAIR_DAYS = 3_400.0  # of this network: a block of half an hour
ROUNDS = 2
AT_LEAST = 1.3
CORES_NEEDED = 3


def main() -> None:
    """Print and hold the ratio."""
    stage.PAIR_DAYS = PAIR_DAYS
    best_s: dict[int, float] = {}
    with tempfile.TemporaryDirectory() as name, nothing_reused():
        folder = Path(name)
        here = run_into(find(SCENARIO), folder / "here", Options(OVERRIDES, threads=1))
        wanted = tables(here)
        for _ in range(ROUNDS):
            for workers in (1, 2):
                seconds, there = timed(folder, workers)
                assert tables(there) == wanted, f"{workers} workers: other bytes"
                best_s[workers] = min(best_s.get(workers, seconds), seconds)
    ratio = best_s[1] / best_s[2]
    print(f"one worker {best_s[1]:.1f} s, two {best_s[2]:.1f} s: {ratio:.2f} times as fast")
    if (os.cpu_count() or 1) >= CORES_NEEDED:
        assert ratio >= AT_LEAST, f"wanted at least {AT_LEAST}"


def timed(folder: Path, workers: int) -> tuple[float, Path]:
    """Run on so many workers, which have the scenario and compiled code by then."""
    out = folder / "there"
    with LocalCluster(
        n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster:
        address = cluster.scheduler_address
        options = Options(OVERRIDES, force=True, threads=1, dask=address)
        run_into(find(SCENARIO), out, options)
        began = perf_counter()
        run_into(find(SCENARIO), out, options)
        return perf_counter() - began, out


def tables(folder: Path) -> dict[str, bytes]:
    """Return every table's bytes by its name."""
    return {each.name: each.read_bytes() for each in sorted(folder.glob("*.parquet"))}


if __name__ == "__main__":
    main()
