"""Columns of a run's tables, as drawings and figures want them."""

from collections.abc import Iterable

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def numbers(table: pa.Table, column: str) -> Floats:
    """Return a column as float64; null becomes NaN."""
    return np.asarray(table.column(column).to_numpy(), dtype=np.float64)


def words(table: pa.Table, column: str) -> pa.Array:
    """Return a column of strings as one array without a dictionary."""
    chunks = table.column(column).combine_chunks()
    if isinstance(chunks, pa.ChunkedArray):
        chunks = pa.concat_arrays(chunks.chunks) if chunks.num_chunks else pa.array([], pa.string())
    return chunks.dictionary_decode() if isinstance(chunks, pa.DictionaryArray) else chunks


def codes(table: pa.Table, column: str) -> tuple[tuple[str, ...], Ints]:
    """Return the distinct strings of a column in order of appearance, and each row's among them."""
    coded = words(table, column).dictionary_encode()
    return tuple(coded.dictionary.to_pylist()), coded.indices.to_numpy().astype(np.int64)


def weighted_quantiles(values: Floats, weights: Floats, shares: Iterable[float]) -> Floats:
    """Return the values below which the given shares of the weight lie; NaN without any."""
    wanted = np.fromiter(shares, float)
    if not len(values) or weights.sum() <= 0:
        return np.full(len(wanted), np.nan)
    order = np.argsort(values)
    upto = np.cumsum(weights[order])
    place = np.searchsorted(upto, wanted * upto[-1])
    return np.asarray(values[order][np.minimum(place, len(values) - 1)], dtype=np.float64)
