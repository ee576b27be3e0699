"""Join Parquet files of one schema into one by copying their bytes.

Row groups are self-contained: only the footer knows where they lie. So the
pages are copied as they are and one footer is written with the offsets moved,
which takes seconds where decoding and encoding months of tables takes minutes.
The footer is Thrift in its compact protocol; fields that this file does not
know pass through untouched.

References
----------
Apache Parquet format, `parquet.thrift` and "File Format"; Apache Thrift,
"Thrift Compact protocol encoding".
"""

import shutil
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

MAGIC = b"PAR1"
_TRUE, _FALSE, _BYTE, _DOUBLE, _BINARY, _LIST, _SET, _STRUCT = 1, 2, 3, 7, 8, 9, 10, 12
_WHOLE = (4, 5, 6)  # i16, i32, i64: zigzag varints

# Field numbers of parquet.thrift.
_ROWS, _ROW_GROUPS = 3, 4  # FileMetaData
_CHUNKS, _GROUP_OFFSET, _ORDINAL = 1, 5, 7  # RowGroup
_CHUNK_OFFSETS, _CHUNK_METADATA = (2, 4, 6), 3  # ColumnChunk
_PAGE_OFFSETS = (9, 10, 11, 14)  # ColumnMetaData

Struct = dict[int, tuple[int, Any]]  # field number -> (type, value), in the order of the file
Series = tuple[int, list[Any]]  # element type, elements


def splice(parts: Sequence[Path], whole: Path) -> None:
    """Write the row groups of `parts`, in order, into the new file `whole`.

    Parameters
    ----------
    parts : sequence of Path
        Parquet files of one schema, without encryption.
    whole : Path
        Is overwritten.

    Raises
    ------
    OSError
        From reading or writing.
    """
    footer: Struct = {}
    groups: list[Struct] = []
    rows = 0
    with whole.open("wb") as out:
        out.write(MAGIC)
        for part in parts:
            with part.open("rb") as source:
                footer_here, end = _footer(source)
                shift = out.tell() - len(MAGIC)
                source.seek(len(MAGIC))
                _copy(source, out, end - len(MAGIC))
            footer = footer or footer_here
            rows += footer_here[_ROWS][1]
            for group in footer_here[_ROW_GROUPS][1][1]:
                _move(group, shift, len(groups))
                groups.append(group)
        footer[_ROWS] = (footer[_ROWS][0], rows)
        footer[_ROW_GROUPS] = (_LIST, (_STRUCT, groups))
        data = bytearray()
        _write_struct(footer, data)
        out.write(data)
        out.write(struct.pack("<I", len(data)) + MAGIC)


def _footer(source: BinaryIO) -> tuple[Struct, int]:
    """Return a file's metadata and where it begins."""
    size = source.seek(-8, 2)
    (length,) = struct.unpack("<I", source.read(4))
    assert source.read(4) == MAGIC
    source.seek(size - length)
    return _read_struct(memoryview(source.read(length)), 0)[0], size - length


def _copy(source: BinaryIO, out: BinaryIO, size: int) -> None:
    """Copy `size` bytes; the footer behind them is cut off again."""
    start = out.tell()
    shutil.copyfileobj(source, out, 1 << 22)
    out.seek(start + size)
    out.truncate()


def _move(group: Struct, shift: int, ordinal: int) -> None:
    """Tell a row group that its pages lie `shift` bytes further on."""
    if _GROUP_OFFSET in group:
        _add(group, _GROUP_OFFSET, shift)
    if _ORDINAL in group:
        group[_ORDINAL] = (group[_ORDINAL][0], ordinal)
    for chunk in group[_CHUNKS][1][1]:
        for field in _CHUNK_OFFSETS:
            _add(chunk, field, shift)
        for field in _PAGE_OFFSETS:
            _add(chunk[_CHUNK_METADATA][1], field, shift)


def _add(fields: Struct, field: int, shift: int) -> None:
    """Move one offset; 0 stands for "not there"."""
    if field in fields and fields[field][1] > 0:
        fields[field] = (fields[field][0], fields[field][1] + shift)


def _read_struct(data: memoryview, at: int) -> tuple[Struct, int]:
    fields: Struct = {}
    field = 0
    while data[at]:
        head = data[at]
        at += 1
        if head >> 4:
            field += head >> 4
        else:
            field, at = _read_whole(data, at)
        kind = head & 15
        if kind in (_TRUE, _FALSE):
            fields[field] = (kind, None)
        else:
            value, at = _read(kind, data, at)
            fields[field] = (kind, value)
    return fields, at + 1


def _read(kind: int, data: memoryview, at: int) -> tuple[Any, int]:
    """Read a value, in a list where a truth value takes a byte of its own."""
    if kind in _WHOLE:
        return _read_whole(data, at)
    if kind == _BINARY:
        size, at = _read_varint(data, at)
        return bytes(data[at : at + size]), at + size
    if kind == _STRUCT:
        return _read_struct(data, at)
    if kind in (_LIST, _SET):
        return _read_series(data, at)
    width = 8 if kind == _DOUBLE else 1
    assert kind in (_TRUE, _FALSE, _BYTE, _DOUBLE), kind
    return bytes(data[at : at + width]), at + width


def _read_series(data: memoryview, at: int) -> tuple[Series, int]:
    size, kind = data[at] >> 4, data[at] & 15
    at += 1
    if size == 15:
        size, at = _read_varint(data, at)
    values = []
    for _ in range(size):
        value, at = _read(kind, data, at)
        values.append(value)
    return (kind, values), at


def _read_varint(data: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7


def _read_whole(data: memoryview, at: int) -> tuple[int, int]:
    value, at = _read_varint(data, at)
    return (value >> 1) ^ -(value & 1), at


def _write_struct(fields: Struct, out: bytearray) -> None:
    last = 0
    for field, (kind, value) in fields.items():
        if 0 < field - last < 16:
            out.append((field - last) << 4 | kind)
        else:
            out.append(kind)
            _write_whole(field, out)
        last = field
        if kind not in (_TRUE, _FALSE):
            _write(kind, value, out)
    out.append(0)


def _write(kind: int, value: Any, out: bytearray) -> None:
    if kind in _WHOLE:
        _write_whole(value, out)
    elif kind == _BINARY:
        _write_varint(len(value), out)
        out += value
    elif kind == _STRUCT:
        _write_struct(value, out)
    elif kind in (_LIST, _SET):
        element, values = value
        out.append(min(len(values), 15) << 4 | element)
        if len(values) >= 15:
            _write_varint(len(values), out)
        for entry in values:
            _write(element, entry, out)
    else:
        out += value


def _write_varint(value: int, out: bytearray) -> None:
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)


def _write_whole(value: int, out: bytearray) -> None:
    _write_varint(value << 1 if value >= 0 else (-value << 1) - 1, out)
