"""Pages of large tables: filtered, sorted, a few hundred rows at a time.

Only row numbers of what matches are held, and of a table only the row groups that a page needs.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from skyweft.errors import ScenarioError
from skyweft.naming import escaped, normal
from skyweft.store.checksums import intact
from skyweft.world.clock import utc_ns

Rows = NDArray[np.uint32]

LIMIT_MAX = 2_000
SORTED_MAX = 5_000_000  # rows
MATCHED_MAX = 20_000_000
REMEMBERED = 4  # answers, at most 80 MB each
_LEAST = {"ge": "at least", "gt": "above"}
_MOST = {"le": "at most", "lt": "below"}
COMPARED = {
    "eq": pc.equal,
    "ne": pc.not_equal,
    "lt": pc.less,
    "le": pc.less_equal,
    "gt": pc.greater,
    "ge": pc.greater_equal,
}


@dataclass(frozen=True, slots=True)
class Condition:
    """What a row must satisfy: `column`, one of eq, ne, lt, le, gt, ge, has, and a value."""

    column: str
    relation: str
    value: str

    @classmethod
    def read(cls, text: str) -> "Condition":
        """Read `column:op:value`; the value may hold colons."""
        column, _, rest = text.partition(":")
        relation, colon, value = rest.partition(":")
        if not colon or relation not in (*COMPARED, "has"):
            raise ScenarioError(
                f"where: {text!r} is not column:op:value with op one of {', '.join(COMPARED)}, has"
            )
        return cls(column, relation, normal(value))


@dataclass(frozen=True, slots=True)
class Query:
    """Which rows and columns of a table, in which order."""

    columns: tuple[str, ...] = ()  # all unless given
    where: tuple[Condition, ...] = ()
    sort: str | None = None
    descending: bool = False
    offset: int = 0
    limit: int = 200


def page(path: Path, query: Query) -> dict[str, Any]:
    """Return a page of a table, ready for JSON.

    Parameters
    ----------
    path : Path
        A Parquet file.
    query : Query
        `limit` is at most `LIMIT_MAX`.

    Returns
    -------
    dict
        `columns` (name, type, unit, meaning), `total` rows that match, `offset`, `rows`. NaN and
        null are None, infinities the text "inf" and "-inf", times ISO 8601.

    Raises
    ------
    ScenarioError
        An unknown column, a value of another type, more rows than can be sorted, a damaged file.
    """
    try:
        return _page(intact(path), query)
    except (OSError, pa.ArrowException) as error:
        raise ScenarioError(f"{path} cannot be read: {error}") from error


def _page(path: Path, query: Query) -> dict[str, Any]:
    with pq.ParquetFile(path) as file:
        names = query.columns or tuple(file.schema_arrow.names)
        known = file.schema_arrow.names
        asked = (*names, *(condition.column for condition in query.where), query.sort or known[0])
        if unknown := [name for name in asked if name not in known]:
            raise ScenarioError(
                f"{path.name} has no column {unknown[0]!r}; its columns are {', '.join(known)}"
            )
        start, stop = query.offset, query.offset + min(query.limit, LIMIT_MAX)
        if query.where or query.sort:
            _require_some(query.where, file.schema_arrow)
            stat = path.stat()
            matched = _matched(path, stat.st_mtime_ns, query.where, query.sort, query.descending)
            total, rows = len(matched), matched[start:stop].astype(np.int64)
        else:
            total = file.metadata.num_rows
            rows = np.arange(start, min(stop, total), dtype=np.int64)
        fields = [file.schema_arrow.field(name) for name in names]
        found = _taken(file, rows, names)
    columns = [_plain(found.column(k)) for k in range(len(names))]
    return {
        "columns": [_described(field) for field in fields],
        "total": total,
        "offset": start,
        "rows": [list(row) for row in zip(*columns, strict=True)],
    }


@lru_cache(REMEMBERED)
def _matched(
    path: Path,
    changed_ns: int,  # the answer is one of this state of the file
    where: tuple[Condition, ...],
    sort: str | None,
    descending: bool,
) -> Rows:
    """Return the numbers of the rows that match, in order."""
    columns = list(
        dict.fromkeys([*(condition.column for condition in where), *([sort] if sort else [])])
    )
    rows, keys, total = [np.zeros(0, np.uint32)], [], 0
    most = SORTED_MAX if sort else MATCHED_MAX
    with pq.ParquetFile(path) as file:
        for first, piece in _pieces(file, columns, where):
            mask = np.ones(piece.num_rows, np.bool_)
            for condition in where:
                mask &= _satisfying(piece[condition.column], condition)
            here = np.flatnonzero(mask)
            total += len(here)
            if total > most:
                what = "sort" if sort else "filter"
                raise ScenarioError(
                    f"more than {most:,} rows of {path.name} match: too many to {what}; "
                    "narrow them by where"
                )
            rows.append((first + here).astype(np.uint32))
            if sort:
                keys.append(piece[sort].take(pa.array(here)))
    found = np.concatenate(rows)
    return found[_order(keys, descending)] if keys else found


def _pieces(
    file: pq.ParquetFile, columns: Sequence[str], where: Sequence[Condition]
) -> Iterator[tuple[int, pa.Table]]:
    """Read some columns a row group at a time; yield each with the number of its first row.

    Row groups that cannot hold what is asked for are not read.
    """
    first = 0
    for number in range(file.num_row_groups):
        about = file.metadata.row_group(number)
        if all(_possible(about, file.schema_arrow, condition) for condition in where):
            yield first, file.read_row_group(number, columns=list(columns))
        first += about.num_rows


def _possible(about: Any, schema: pa.Schema, condition: Condition) -> bool:
    """Whether a row group may hold a row that satisfies a condition on a number."""
    place = schema.get_field_index(condition.column)
    kind = schema.field(place).type
    if not _is_number(kind):
        return True
    # Lists are one column of the file too, so the places agree.
    known = about.column(place).statistics
    if known is None or not known.has_min_max:
        return True
    value = _value(kind, condition)
    low, high = known.min, known.max
    return {
        "eq": low <= value <= high,
        "lt": low < value,
        "le": low <= value,
        "gt": high > value,
        "ge": high >= value,
    }.get(condition.relation, True)


def _satisfying(column: pa.ChunkedArray, condition: Condition) -> NDArray[np.bool_]:
    """Return which rows satisfy a condition; null and NaN satisfy none."""
    array = column.combine_chunks()
    if pa.types.is_list(array.type):
        return _holding(array, condition)
    if pa.types.is_string(array.type):
        array = array.dictionary_encode()
    if pa.types.is_dictionary(array.type):
        reported = _telling(array.dictionary, condition)
        return reported.take(array.indices).fill_null(False).to_numpy(False)
    if condition.relation == "has":
        raise ScenarioError(f"where: {condition.column} is no text: has does not go with it")
    value = _value(array.type, condition)
    answer = COMPARED[condition.relation](array, value)
    if pa.types.is_floating(array.type):
        answer = pc.and_not(answer, pc.is_nan(array))
    return answer.fill_null(False).to_numpy(False)


def _telling(words: pa.Array, condition: Condition) -> pa.Array:
    """Return which texts satisfy a condition."""
    if condition.relation == "has":
        return pc.match_substring(words, condition.value, ignore_case=True)
    return COMPARED[condition.relation](words, condition.value)


def _holding(lists: pa.ListArray, condition: Condition) -> NDArray[np.bool_]:
    """Return which lists hold a text that satisfies a condition."""
    flat = lists.flatten()
    words = flat.dictionary_encode() if pa.types.is_string(flat.type) else flat
    reported = _telling(words.dictionary, condition).take(words.indices).to_numpy(False)
    mask = np.zeros(len(lists), np.bool_)
    mask[pc.list_parent_indices(lists).to_numpy(False)[reported]] = True
    return mask


def _value(kind: pa.DataType, condition: Condition) -> Any:
    """Read a condition's value as its column's type needs it: times as moments of UTC."""
    said = f"where: '{escaped(condition.value)}' is no value of {condition.column}"
    if pa.types.is_timestamp(kind):
        try:
            return pa.scalar(utc_ns(condition.value), pa.timestamp("ns", tz="UTC"))
        except ValueError as error:
            raise ScenarioError(f"{said}: it {error}") from error
    try:
        if pa.types.is_boolean(kind):
            return {"true": True, "1": True, "false": False, "0": False}[condition.value.lower()]
        value = float(condition.value)
    except (KeyError, ValueError) as error:
        raise ScenarioError(said) from error
    if math.isnan(value):
        raise ScenarioError(f"{said}: nothing is equal to it, less or greater")
    return value


def _require_some(where: Sequence[Condition], schema: pa.Schema) -> None:
    """Refuse bounds of a column between which nothing lies: likely they were turned around."""
    for low, high in product(where, where):
        kind = schema.field(low.column).type
        bounds = low.column == high.column, low.relation in _LEAST, high.relation in _MOST
        if not all(bounds) or not (_is_number(kind) or pa.types.is_timestamp(kind)):
            continue
        least, most = (_comparable(kind, bound) for bound in (low, high))
        both = (low.relation, high.relation) == ("ge", "le")
        if least > most or (least == most and not both):
            raise ScenarioError(
                f"where: no {low.column} is {_LEAST[low.relation]} {low.value} and "
                f"{_MOST[high.relation]} {high.value}"
            )


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_floating(kind) or pa.types.is_integer(kind))


def _comparable(kind: pa.DataType, condition: Condition) -> float:
    value = _value(kind, condition)
    return value.value if isinstance(value, pa.Scalar) else value


def _order(keys: list[pa.ChunkedArray], descending: bool) -> NDArray[np.int64]:
    """Return the order of keys; equal ones as they stand in the table, those without one last."""
    key = pa.chunked_array([chunk for key in keys for chunk in key.chunks], keys[0].type)
    if pa.types.is_list(key.type):
        raise ScenarioError("a column of lists has no order")
    if pa.types.is_string(key.type):
        key = key.dictionary_encode()
    if pa.types.is_dictionary(key.type):
        whole = key.unify_dictionaries().combine_chunks()
        rank = np.empty(len(whole.dictionary) + 1)
        rank[np.argsort(whole.dictionary.to_numpy(False).astype(str), kind="stable")] = np.arange(
            len(whole.dictionary)
        )
        rank[-1] = np.nan
        number = rank[whole.indices.fill_null(len(whole.dictionary)).to_numpy(False)]
    else:
        integers = pa.types.is_timestamp(key.type)
        number = (key.cast("int64") if integers else key).cast("float64").to_numpy()
    return np.argsort(-number if descending else number, kind="stable")


def _taken(file: pq.ParquetFile, rows: NDArray[np.int64], columns: Sequence[str]) -> pa.Table:
    """Read single rows, in their order; a row group is read once."""
    sizes = [file.metadata.row_group(number).num_rows for number in range(file.num_row_groups)]
    first = np.append(0, np.cumsum(sizes))
    group = np.searchsorted(first, rows, side="right") - 1
    pieces, place = [file.schema_arrow.empty_table().select(list(columns))], []
    for number in np.unique(group):
        mine = np.flatnonzero(group == number)
        piece = file.read_row_group(int(number), columns=list(columns)).select(list(columns))
        pieces.append(piece.take(pa.array(rows[mine] - first[number])))
        place.append(mine)
    whole = pa.concat_tables([_spelled(piece) for piece in pieces])
    return whole.take(pa.array(np.argsort(np.concatenate([*place, np.zeros(0, np.int64)]))))


def _spelled(table: pa.Table) -> pa.Table:
    """Write out text that row groups keep in dictionaries of their own."""
    for number, field in enumerate(table.schema):
        kind = field.type
        if pa.types.is_dictionary(kind):
            table = table.set_column(number, field.name, table[number].cast(kind.value_type))
        elif pa.types.is_list(kind) and pa.types.is_dictionary(kind.value_type):
            lists = table[number].combine_chunks()
            flat = lists.flatten().cast(kind.value_type.value_type)
            offsets = np.append(0, np.cumsum(pc.list_value_length(lists).to_numpy(False)))
            spelled = pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), flat)
            table = table.set_column(number, field.name, spelled)
    return table


def _plain(column: pa.ChunkedArray) -> list[Any]:
    """Return values that JSON has words for."""
    if pa.types.is_timestamp(column.type):
        return [
            value and f"{value:%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z" for value in column.to_pylist()
        ]
    if pa.types.is_floating(column.type):
        return [
            number
            if number is None or math.isfinite(number)
            else None
            if math.isnan(number)
            else str(number)
            for number in column.to_pylist()
        ]
    values: list[Any] = column.to_pylist()
    return values


def _described(field: pa.Field) -> dict[str, str]:
    about = {key.decode(): text.decode() for key, text in (field.metadata or {}).items()}
    return {
        "name": field.name,
        "type": _kind(field.type),
        "unit": about.get("unit", ""),
        "meaning": about.get("meaning", ""),
    }


def _kind(kind: pa.DataType) -> str:
    if pa.types.is_boolean(kind):
        return "bool"
    if pa.types.is_timestamp(kind):
        return "time"
    if pa.types.is_list(kind):
        return "list"
    return "number" if pa.types.is_floating(kind) or pa.types.is_integer(kind) else "text"
