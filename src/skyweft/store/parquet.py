"""How tables are written: encodings by measurement, and the same bytes from the same table.

Nothing in the files depends on when or where they were written. Of link samples byte-stream split
and zstd at a fast level make three quarters at 0.2 microseconds a row; without byte-stream split
they would be a tenth larger, at zstd's level 1 a twentieth smaller but a fifth slower. Statistics
cost as much as that again, so only columns by whose order rows are looked up have them.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from skyweft.columns import Table
from skyweft.errors import ScenarioError

ROWS_AT_ONCE = 1 << 19  # of a row group, at most
DICTIONARY_BYTES = 2 << 20  # room for a long list of names

LEVEL = -3  # of zstd; below 1 are the fast ones

LOOKED_UP = frozenset({"contact", "start_s", "end_s", "time_s"})


class TableWriter:
    """Writes one table in pieces; every piece becomes row groups of its own.

    Parameters
    ----------
    table : Table
        Says columns and encodings.
    path : Path
        Is overwritten.
    """

    def __init__(self, table: Table, path: Path) -> None:
        kinds = {column.name: column.kind for column in table.columns}
        repeated = table.repeated
        floats = [
            name for name, kind in kinds.items() if kind[:5] == "float" and name not in repeated
        ]
        texts = [name for name, kind in kinds.items() if kind in ("name", "text")]
        texts += [f"{name}.list.element" for name, kind in kinds.items() if kind == "names"]
        whole = [name for name, kind in kinds.items() if kind in ("int64", "int32", "moment")]
        self._writer = pq.ParquetWriter(
            path,
            table.schema,
            compression="zstd",
            compression_level=LEVEL,
            use_dictionary=[*texts, *repeated],
            dictionary_pagesize_limit=DICTIONARY_BYTES,
            use_byte_stream_split=floats,
            column_encoding=dict.fromkeys(whole, "DELTA_BINARY_PACKED"),
            write_statistics=[name for name in kinds if name in LOOKED_UP],
        )

    def write(self, piece: pa.Table) -> None:
        """Append rows."""
        self._writer.write_table(piece, row_group_size=ROWS_AT_ONCE)

    def close(self) -> None:
        """Write the footer."""
        self._writer.close()


def write(table: Table, rows: pa.Table | Iterable[pa.Table], path: Path) -> None:
    """Write a whole table, in one piece or in several."""
    writer = TableWriter(table, path)
    try:
        for piece in [rows] if isinstance(rows, pa.Table) else rows:
            writer.write(piece)
    finally:
        writer.close()


def require(path: Path, present: Sequence[str], wanted: Sequence[str]) -> None:
    """Raise ScenarioError where a table lacks columns that are wanted of it."""
    if missing := [name for name in wanted if name not in present]:
        raise ScenarioError(
            f"{path} is no table of this kind or was made by another version: "
            f"the columns {', '.join(missing[:5])} are missing"
        )


def read_some(path: Path, columns: Sequence[str], every: int) -> tuple[pa.Table, int]:
    """Read every n-th row of some columns, a row group at a time; return them and that number."""
    file = pq.ParquetFile(path)
    require(path, file.schema_arrow.names, columns)
    pieces, first = [], 0
    for number in range(file.num_row_groups):
        piece = file.read_row_group(number, columns=list(columns))
        if every > 1:
            rows = np.arange(-first % every, piece.num_rows, every)
            first += piece.num_rows
            piece = piece.take(pa.array(rows))
        pieces.append(piece)
    whole = pa.concat_tables(pieces) if pieces else file.schema_arrow.empty_table()
    return whole.unify_dictionaries(), every


Bounds = Sequence[tuple[str, str, float]]


def read(
    path: Path, columns: Sequence[str] | None = None, bounds: Bounds | None = None
) -> pa.Table:
    """Read a table, or some of its columns, or the rows within bounds such as `time_s < 60`.

    Names share one dictionary throughout. Row groups that lie outside all bounds are not read.
    """
    wanted = None if columns is None else list(columns)
    found = pq.read_table(path, columns=wanted, filters=None if bounds is None else list(bounds))
    return found.unify_dictionaries()
