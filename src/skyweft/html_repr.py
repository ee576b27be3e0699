"""How products show themselves in a notebook: a table of their first and last rows."""

from dataclasses import fields
from html import escape
from typing import Any

import numpy as np

ROWS = 5  # at each end


class Shown:
    """A product of columns: whatever is a column of its length becomes one of the table."""

    __slots__ = ()

    def __len__(self) -> int:
        raise AssertionError("a product knows how many rows it has")

    def _repr_html_(self) -> str:
        count = len(self)
        columns = {
            field.name: column
            for field in fields(self)  # type: ignore[arg-type]
            for column in [getattr(self, field.name)]
            if isinstance(column, np.ndarray | tuple) and len(column) == count
        }
        cut = count > 2 * ROWS
        rows = [*range(ROWS), *range(count - ROWS, count)] if cut else list(range(count))
        head = "".join(f"<th>{escape(name)}</th>" for name in columns)
        body = [
            "<tr>"
            + "".join(f"<td>{_written(column[row])}</td>" for column in columns.values())
            + "</tr>"
            for row in rows
        ]
        if cut:
            body.insert(ROWS, f"<tr><td colspan='{len(columns)}'>&hellip;</td></tr>")
        return (
            f"<div><b>{type(self).__name__}</b>, {count:,} rows"
            f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table></div>"
        )


def _written(value: Any) -> str:
    if isinstance(value, float | np.floating):
        return f"{value:.10g}"
    if isinstance(value, np.ndarray):
        return escape(np.array2string(value, precision=6, threshold=6))
    return escape(str(value))
