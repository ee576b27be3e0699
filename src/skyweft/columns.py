"""The one declaration of a product's table: columns, types, units and meaning.

A stage declares its tables with it; the Arrow schema and its field metadata, the empty table, the
list of a run's files, `Run.<table>` and the page of the documentation follow from them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Array = NDArray[Any]

NAMES_WHOLE = 65_536  # up to here every row group may carry the whole list of names

_TYPES: dict[str, pa.DataType] = {
    "name": pa.dictionary(pa.int32(), pa.string()),
    "names": pa.list_(pa.field("element", pa.dictionary(pa.int32(), pa.string()))),
    "text": pa.string(),
    "moment": pa.timestamp("ms", tz="UTC"),
    "float64": pa.float64(),
    "float32": pa.float32(),
    "int64": pa.int64(),
    "int32": pa.int32(),
    "bool": pa.bool_(),
}
_SPOKEN = {"name": "text (dictionary)", "names": "list of text", "moment": "timestamp"}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, type ("name": text from a dictionary), unit and meaning."""

    name: str
    kind: str
    unit: str
    meaning: str

    def __post_init__(self) -> None:
        if self.kind not in _TYPES:
            raise ValueError(f"{self.name}: {self.kind!r} is no type of a column: {list(_TYPES)}")


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a run's folder.

    Parameters
    ----------
    name : str
        Of the file, without its ending, and of the attribute of `Run`.
    rows : str
        What a row is, for people: "one row a contact, in order of start".
    columns : tuple of Column
        In the file's order.
    optional : bool
        Whether a run may do without it although its stage took part; the stage then says why.
    repeated : tuple of str
        Columns of numbers with few values, which a dictionary makes small.
    listed : int, optional
        Where the page's list of tables has it: the lesser first, of equal ones in the order of the
        stages. Nowhere where None: what is drawn, and read by nobody.
    """

    name: str
    rows: str
    columns: tuple[Column, ...]
    optional: bool = False
    repeated: tuple[str, ...] = ()
    listed: int | None = 0

    def __post_init__(self) -> None:
        names = [column.name for column in self.columns]
        if len(set(names)) != len(names):
            raise ValueError(f"the table {self.name} declares a column twice: {names}")

    @property
    def schema(self) -> pa.Schema:
        """Return the Arrow schema; every field's metadata states unit and meaning."""
        return pa.schema(
            [
                pa.field(column.name, _TYPES[column.kind]).with_metadata(
                    {"unit": column.unit, "meaning": column.meaning}
                )
                for column in self.columns
            ]
        )

    def build(self, columns: Mapping[str, Array | Sequence[Any] | pa.Array]) -> pa.Table:
        """Make rows of columns, zero-copy where NumPy's and Arrow's types agree.

        Parameters
        ----------
        columns : mapping of str to array
            Exactly the table's columns, in any order.

        Returns
        -------
        pyarrow.Table

        Raises
        ------
        ValueError
            A column is missing, unknown, or of another length or type.
        """
        wanted = self.schema
        if set(columns) != set(wanted.names):
            odd = ", ".join(sorted(set(columns) ^ set(wanted.names)))
            raise ValueError(f"the table {self.name}: columns missing or not declared: {odd}")
        arrays = [
            array if isinstance(array, pa.Array) else pa.array(array, type=field.type)
            for field in wanted
            for array in [columns[field.name]]
        ]
        return pa.Table.from_arrays(arrays, schema=wanted)

    def empty(self) -> pa.Table:
        """Return no rows."""
        return self.schema.empty_table()

    def reference(self) -> str:
        """Return the table as Markdown, for the documentation."""
        rows = [
            f"| `{column.name}` | {kind} | {column.unit} | {column.meaning} |"
            for column in self.columns
            for kind in [_SPOKEN.get(column.kind, column.kind)]
        ]
        said = f"{self.rows[0].upper()}{self.rows[1:]}."
        head = ["| column | type | unit | meaning |", "|---|---|---|---|"]
        return "\n".join([f"## {self.name}.parquet", "", said, "", *head, *rows])


def named(codes: Array, names: pa.Array) -> pa.Array:
    """Return text for rows of a list of names, as a dictionary array.

    Parameters
    ----------
    codes : (K,) int
        Rows of `names`.
    names : pyarrow.StringArray
        A long list is cut down to the names that occur, since each row group stores its own.

    Returns
    -------
    pyarrow.DictionaryArray
    """
    if len(names) > NAMES_WHOLE:
        used, codes = np.unique(codes, return_inverse=True)
        names = names.take(pa.array(used))
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32, copy=False)), names)


def worded(codes: Array, words: Sequence[str]) -> pa.Array:
    """Return text for places in a few words, of which two may be the same.

    Such as our causes and those of packages behind them. A dictionary holds each word once: of
    one that holds a word twice, Parquet's writer leaves bytes of whatever was in memory.
    """
    called = list(dict.fromkeys(words))
    place = np.array([called.index(word) for word in words], np.int32)
    return named(place[codes], pa.array(called))


def named_or_null(codes: Array, names: pa.Array) -> pa.Array:
    """Return text for rows of a list of names, null where a code is negative."""
    return pa.DictionaryArray.from_arrays(pa.array(codes, mask=codes < 0), names)
