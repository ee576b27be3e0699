"""A whole day of a large shell: `skyweft run` as a user starts it, the process's start included.

1,584 satellites, 100 cities, 24 hours: contacts, link samples and every table on the disk, without
the report. The first run fills the cache of compiled code, the second counts. The peer is pyarrow
with its own defaults, writing the finished link samples from memory: what one of the tables costs
by itself.
"""

import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

import pyarrow.parquet as pq
from machine import children_s, told

SCENARIO = Path(__file__).parents[1] / "scenarios" / "starlink_shell1.toml"
CPU_S = 20.0  # two processors of a small machine: ten seconds
START = "import sys; from skyweft.cli import main; sys.exit(main(sys.argv[1:]))"


def _run(out: Path) -> tuple[float, float]:
    words = ["run", str(SCENARIO), "--out", str(out), "--json", "--no-report", "--no-reuse"]
    before, began = children_s(), perf_counter()
    subprocess.run([sys.executable, "-c", START, *words], check=True, stdout=subprocess.DEVNULL)
    return perf_counter() - began, children_s() - before


def _peer_s(links: Path) -> float:
    table = pq.read_table(links)
    began = perf_counter()
    pq.write_table(table, links.with_suffix(".again"))
    return perf_counter() - began


def main() -> None:
    """Print times and sizes; check that the day has its contacts and both runs their bytes."""
    with tempfile.TemporaryDirectory() as name:
        cold, warm = Path(name) / "cold", Path(name) / "warm"
        (cold_s, _), (warm_s, warm_cpu_s) = _run(cold), _run(warm)
        tables = sorted(warm.glob("*.parquet"))
        rows = {each.stem: pq.ParquetFile(each).metadata.num_rows for each in tables}
        size = sum(each.stat().st_size for each in tables)
        print(f"{told()}; {rows['contacts']:,} contacts, {rows['links']:,} samples")
        print(
            f"first run {cold_s:.2f} s; warm {warm_s:.2f} s, {warm_cpu_s:.1f} s of processor time, "
            f"at most {CPU_S:g}; {size / 1e6:.0f} MB"
        )
        assert 600_000 < rows["contacts"] < 750_000
        assert rows["links"] > 3 * rows["contacts"]
        for each in tables:
            assert each.read_bytes() == (cold / each.name).read_bytes(), each.name
        assert warm_cpu_s <= CPU_S
        peer_s = _peer_s(warm / "link_samples.parquet")
        print(
            f"whole run / pyarrow writing the samples alone ({peer_s:.2f} s): {warm_s / peer_s:.1f}"
        )


if __name__ == "__main__":
    main()
