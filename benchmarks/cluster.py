"""One run on two workers of a Dask cluster against one: the same tables, and how much sooner.

Traffic between the 2,000 greatest pairs of cities over Hongyun, one hour in blocks of ten minutes:
every half minute the flows are shared out over the twenty best routes of each, which takes nine
tenths of the run and is what workers do; this process finds contacts, samples links, follows
packets and joins the tables. Each worker is a process of one thread, and has the scenario and
compiled code before the clock starts. Wall time is what a user waits for; with two cores the
process that hands out the work shares them with the workers. What each of them computed is printed
beside it, since on a machine that others use wall time says little.
"""

import os
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

from distributed import Client, LocalCluster

from skyweft.contacts import stage
from skyweft.engine.runner import Options, run_into
from skyweft.scenario.shipped import find
from skyweft.store.kept import nothing_reused

SCENARIO = "hongyun"
OVERRIDES = (
    "duration_s=3600",
    "flows.0.step_s=30",
    "flows.0.alternatives=20",
    "flows.0.gravity.total_bps=400e9",
)
PAIR_DAYS = 150.0  # of this network: a block of ten minutes
ROUNDS = 3
AT_LEAST = 1.5
CORES_NEEDED = 2


def main() -> None:
    """Print and hold the ratio."""
    stage.PAIR_DAYS = PAIR_DAYS
    found_s: dict[int, float] = {}
    with tempfile.TemporaryDirectory() as name, nothing_reused():
        folder = Path(name)
        here = run_into(find(SCENARIO), folder / "here", Options(OVERRIDES, threads=1))
        wanted = tables(here)
        for workers in (1, 2):
            rounds = timed(folder / "there", workers, wanted)
            found_s[workers] = median(wall_s for wall_s, *_ in rounds)
            for wall_s, own_s, theirs_s in rounds:
                each = ", ".join(f"{worked_s:.1f}" for worked_s in theirs_s)
                print(f"{workers}: {wall_s:.1f} s; of a core {own_s:.1f} s here, there {each} s")
    ratio = found_s[1] / found_s[2]
    print(f"one worker {found_s[1]:.1f} s, two {found_s[2]:.1f} s: {ratio:.2f} times as fast")
    if (os.cpu_count() or 1) >= CORES_NEEDED:
        assert ratio >= AT_LEAST, f"wanted at least {AT_LEAST}"


def timed(
    out: Path, workers: int, wanted: dict[str, bytes]
) -> list[tuple[float, float, list[float]]]:
    """Return wall time, and what this process and each worker computed, of each round [s]."""
    rounds = []
    with (
        LocalCluster(
            n_workers=workers, threads_per_worker=1, processes=True, dashboard_address=None
        ) as cluster,
        Client(cluster) as client,
    ):
        options = Options(OVERRIDES, force=True, threads=1, dask=cluster.scheduler_address)
        run_into(find(SCENARIO), out, options)
        for _ in range(ROUNDS):
            before_s = client.run(process_time)
            own_s, began = process_time(), perf_counter()
            run_into(find(SCENARIO), out, options)
            wall_s, own_s = perf_counter() - began, process_time() - own_s
            theirs_s = [each - before_s[name] for name, each in client.run(process_time).items()]
            assert tables(out) == wanted, f"{workers} workers: other bytes"
            rounds.append((wall_s, own_s, theirs_s))
    return rounds


def tables(folder: Path) -> dict[str, bytes]:
    """Return every table's bytes by its name."""
    return {each.name: each.read_bytes() for each in sorted(folder.glob("*.parquet"))}


if __name__ == "__main__":
    main()
