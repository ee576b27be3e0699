"""A column of texts, held as Arrow holds them: a tenth of what as many Python strings take."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, overload

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

PIECE = 65_536  # texts that are Python's own at once


class Texts(Sequence[str]):
    """Texts in the order of their rows."""

    __slots__ = ("_column",)

    def __init__(self, parts: Iterable[pa.Array]) -> None:
        """Take the column in parts."""
        self._column = pa.chunked_array(parts, pa.string())

    def __len__(self) -> int:
        return len(self._column)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            found: list[str] = self._column[index].to_pylist()
            return found
        return str(self._column[int(index)].as_py())

    def __iter__(self) -> Iterator[str]:
        for start in range(0, len(self), PIECE):
            yield from self[start : start + PIECE]

    def coded(self, most: int) -> tuple[list[str], NDArray[np.int32]] | None:
        """Return every text once, in the order of first rows, and which of them each row has.

        None where there are more than `most`: a dictionary of all would take more than the texts.
        """
        code_of: dict[str, int] = {}
        codes = np.empty(len(self), np.int32)
        for start in range(0, len(self), PIECE):
            part = pc.dictionary_encode(self._column[start : start + PIECE].combine_chunks())
            here = [code_of.setdefault(text, len(code_of)) for text in part.dictionary.to_pylist()]
            if len(code_of) > most:
                return None
            codes[start : start + len(part)] = np.array(here, np.int32)[
                np.from_dlpack(part.indices)
            ]
        return [*code_of], codes


def held(texts: Sequence[str]) -> pa.Array:
    """Return Python's texts as Arrow's; `pyarrow.array` would load pandas, where there is one."""
    data = [text.encode() for text in texts]
    ends = np.cumsum([0, *map(len, data)], dtype=np.int32)
    return pa.StringArray.from_buffers(len(data), pa.py_buffer(ends), pa.py_buffer(b"".join(data)))


def shared(numbers: pa.Array) -> Any:
    """Return Arrow's numbers as NumPy's without a copy; `to_numpy` would load pandas as well."""
    return np.from_dlpack(numbers)


def bytes_of(texts: pa.Array) -> NDArray[np.int32]:
    """Return how many bytes of UTF-8 each text has."""
    found: NDArray[np.int32] = shared(pc.binary_length(texts))
    return found


def bytes_in(texts: pa.Array) -> NDArray[np.uint8]:
    """Return the bytes of all texts, one after the other, without making any Python's own."""
    _, offsets, data = texts.buffers()
    if not len(texts) or data is None:
        return np.empty(0, np.uint8)
    ends = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1]
    return np.frombuffer(data, np.uint8)[ends[0] : ends[-1]]
