"""FlowRates and extra delays of disjoint paths, from a table small enough to check by hand."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from skyweft.network.routing.disjoint_pairs import disjoint_paths

NAN = float("nan")
# route, time, source, target, rank, delay; a pair never reached has one row without delay.
ROWS = [
    (0, 0, "a", "x", 1, 9.0),
    (1, 0, "a", "x", 1, 0.010),
    (1, 0, "a", "x", 2, 0.014),
    (1, 0, "a", "y", 1, 0.020),
    (1, 0, "b", "x", 1, 0.030),
    (1, 0, "b", "x", 2, 0.031),
    (1, 0, "b", "x", 3, 0.040),  # the best route is none of the two: these are 2 and 3
    (1, 60, "a", "x", 1, 0.010),
    (1, 60, "a", "x", 2, 0.018),
    (1, 60, "a", "y", 1, NAN),
    (1, 60, "b", "x", 1, 0.030),
]


@pytest.mark.parametrize("cut", [1, 2, 3, 5, len(ROWS)])
def test_by_hand_however_the_table_is_cut(tmp_path: Path, cut: int) -> None:
    route, _, source, target, rank, delay_s = zip(*ROWS, strict=True)
    table = pa.table(
        {
            "route": pa.array(route, pa.int32()),
            "source": pa.array(source).dictionary_encode(),
            "target": pa.array(target).dictionary_encode(),
            "rank": pa.array(rank, pa.int32()),
            "reachable": np.isfinite(delay_s),
            "delay_s": delay_s,
        }
    )
    with pq.ParquetWriter(tmp_path / "routes.parquet", table.schema) as file:
        file.write_table(table.slice(0, 1))  # a row group holds one rule
        for start in range(1, len(ROWS), cut):
            file.write_table(table.slice(start, cut))
    found = disjoint_paths(tmp_path / "routes.parquet", 1)
    ends = zip(found["source"].to_pylist(), found["target"].to_pylist(), strict=True)
    assert list(ends) == [("a", "y"), ("b", "x"), ("a", "x")]  # the worst first
    assert found["share_two"].to_pylist() == [0, 0.5, 1]
    assert found["share_one"].to_pylist() == [0.5, 0.5, 0]
    assert found["share_none"].to_pylist() == [0.5, 0, 0]
    for name, wanted in (
        ("min", [NAN, 0.010, 0.004]),
        ("mean", [NAN, 0.010, 0.006]),
        ("max", [NAN, 0.010, 0.008]),
    ):
        np.testing.assert_allclose(found[f"extra_{name}_s"].to_numpy(), wanted, atol=1e-12)
    assert disjoint_paths(tmp_path / "routes.parquet", 7).num_rows == 0
