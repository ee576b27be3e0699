"""Joined Parquet files: what a reader finds, and bytes where they can be foretold."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skyweft.store.splice import splice


def _rows(count: int, seed: int) -> pa.Table:
    draw = np.random.default_rng(seed)
    names = pa.array([f"satellite-{k}" for k in range(50)])
    return pa.table(
        {
            "name": pa.DictionaryArray.from_arrays(pa.array(draw.integers(0, 50, count)), names),
            "time_s": draw.random(count),
            "number": draw.integers(-5, 5, count),
            "text": pa.array(["abc"] * count, pa.string()),
            "there": draw.random(count) < 0.5,
        }
    )


def _write(folder: Path, tables: list[pa.Table], **how: object) -> list[Path]:
    paths = []
    for number, table in enumerate(tables):
        paths.append(folder / f"{number}.parquet")
        pq.write_table(table, paths[-1], compression="zstd", row_group_size=700, **how)
    return paths


@pytest.mark.parametrize("how", [{}, {"write_page_index": True}, {"use_dictionary": False}])
def test_readers_find_all_rows(tmp_path: Path, how: dict[str, object]) -> None:
    tables = [_rows(count, seed) for seed, count in enumerate([1500, 0, 1, 20_000])]
    whole = tmp_path / "whole.parquet"
    splice(_write(tmp_path, tables, **how), whole)
    found = pq.read_table(whole).to_pylist()
    assert found == [row for table in tables for row in table.to_pylist()]
    footer = pq.ParquetFile(whole).metadata
    assert footer.num_rows == 21_501
    assert footer.num_row_groups == 3 + 1 + 1 + 29  # none is lost, the empty one neither


def test_statistics_and_filters_survive(tmp_path: Path) -> None:
    tables = [pa.table({"time_s": np.arange(k, k + 1000.0)}) for k in (0, 1000, 2000)]
    whole = tmp_path / "whole.parquet"
    splice(_write(tmp_path, tables), whole)
    found = pq.read_table(whole, filters=[("time_s", ">=", 2900)])
    np.testing.assert_array_equal(found["time_s"], np.arange(2900.0, 3000))
    chunk = pq.ParquetFile(whole).metadata.row_group(2).column(0)
    assert (chunk.statistics.min, chunk.statistics.max) == (1000.0, 1699.0)


def test_one_part_keeps_its_bytes(tmp_path: Path) -> None:
    """What is read and written again unchanged proves that no field of the footer is lost."""
    (part,) = _write(tmp_path, [_rows(5000, 1)])
    splice([part], tmp_path / "whole.parquet")
    assert (tmp_path / "whole.parquet").read_bytes() == part.read_bytes()


@settings(deadline=None, max_examples=25)
@given(counts=st.lists(st.integers(0, 2000), min_size=1, max_size=6), seed=st.integers(0, 99))
def test_splicing_in_two_steps_is_splicing_in_one(
    tmp_path_factory: pytest.TempPathFactory, counts: list[int], seed: int
) -> None:
    folder = tmp_path_factory.mktemp("parts")
    paths = _write(folder, [_rows(count, seed + k) for k, count in enumerate(counts)])
    splice(paths, folder / "once.parquet")
    splice(paths[:1], folder / "first.parquet")
    splice([folder / "first.parquet", *paths[1:]], folder / "twice.parquet")
    once = (folder / "once.parquet").read_bytes()
    assert once == (folder / "twice.parquet").read_bytes()
    assert pq.read_table(folder / "once.parquet").num_rows == sum(counts)


def _splice_plainly(parts: list[Path], whole: Path) -> None:
    """Join files as pyarrow does: decode and encode every row group again."""
    with pq.ParquetWriter(whole, pq.read_schema(parts[0]), compression="zstd") as writer:
        for file in map(pq.ParquetFile, parts):
            for group in range(file.num_row_groups):
                writer.write_table(file.read_row_group(group))


@settings(deadline=None, max_examples=25)
@given(counts=st.lists(st.integers(0, 2000), min_size=1, max_size=6), seed=st.integers(0, 99))
def test_splicing_is_what_decoding_and_encoding_gives(
    tmp_path_factory: pytest.TempPathFactory, counts: list[int], seed: int
) -> None:
    folder = tmp_path_factory.mktemp("parts")
    paths = _write(folder, [_rows(count, seed + k) for k, count in enumerate(counts)])
    splice(paths, folder / "spliced.parquet")
    _splice_plainly(paths, folder / "plain.parquet")
    fast, plain = (pq.ParquetFile(folder / f"{name}.parquet") for name in ("spliced", "plain"))
    assert fast.schema_arrow.equals(plain.schema_arrow, check_metadata=True)
    assert fast.read().to_pylist() == plain.read().to_pylist()
    assert fast.metadata.num_rows == plain.metadata.num_rows
    ours, theirs = (
        [file.metadata.row_group(k).num_rows for k in range(file.num_row_groups)]
        for file in (fast, plain)
    )
    assert [count for count in ours if count] == [count for count in theirs if count]
