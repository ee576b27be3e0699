"""Small pieces of HTML. Whatever comes from outside is escaped here, once."""

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import NewType

Markup = NewType("Markup", str)  # valid HTML; every other str is text
NOTHING = Markup("")

_ICONS = {
    "warning": "M8 1.5 15 14H1Z M8 6v4 M8 11.6v.8",
    "ok": "M2 8.5 6 12.5 14 3.5",
}

LONG = 60  # letters of a cell: beyond, its line is broken rather than pushed out of the page


def escaped(text: object) -> Markup:
    """Return text with everything that HTML reads otherwise written out."""
    return Markup(html.escape(str(text), quote=True))


def joined(parts: Iterable[Markup]) -> Markup:
    """Put pieces behind one another."""
    return Markup("\n".join(part for part in parts if part))


def icon(name: str) -> Markup:
    """Return a drawn sign; the word beside it says the same."""
    return Markup(
        f'<svg class="icon {name}" viewBox="0 0 16 16" aria-hidden="true">'
        f'<path d="{_ICONS[name]}"/></svg>'
    )


@dataclass(frozen=True, slots=True)
class Number:
    """A cell with a figure: set in figures of one width, to the right."""

    text: str


@dataclass(frozen=True, slots=True)
class Shares:
    """A cell with a share, as a figure and as a bar beside it."""

    text: str
    share: float


Cell = str | Number | Shares


def table(caption: str, heads: Sequence[tuple[str, str]], rows: Iterable[Sequence[Cell]]) -> Markup:
    """Return a table that scrolls sideways where the page is too narrow.

    Parameters
    ----------
    caption : str
        What the table holds; read out, not shown.
    heads : sequence of (str, str)
        Title and unit of each column; the first column names the row.
    rows : iterable of sequence of str, Number or Shares
        Cells.
    """
    rows = list(rows)
    figures = [
        bool(rows) and all(not isinstance(row[place], str) for row in rows)
        for place in range(len(heads))
    ]
    head = "".join(
        f'<th scope="col"{_class(figure)}>{escaped(title)}'
        + (f' <span class="unit">{escaped(unit)}</span>' if unit else "")
        + "</th>"
        for (title, unit), figure in zip(heads, figures, strict=True)
    )
    body = "\n".join(
        "<tr>" + "".join(_cell(cell, place) for place, cell in enumerate(row)) + "</tr>"
        for row in rows
    )
    return Markup(
        f'<div class="scroll" role="region" tabindex="0" aria-label="{escaped(caption)}"><table>'
        f'<caption class="unseen">{escaped(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div>"
    )


def _class(figure: bool) -> str:
    return ' class="figure"' if figure else ""


def _cell(cell: Cell, place: int) -> str:
    if isinstance(cell, Shares):
        filled = f'<i style="width:{100 * min(max(cell.share, 0), 1):.1f}%"></i>'
        bar = (
            f'<span class="bar" aria-hidden="true">{filled}</span>' if isfinite(cell.share) else ""
        )
        return f'<td class="figure share">{bar}<span>{escaped(cell.text)}</span></td>'
    if isinstance(cell, Number):
        return f'<td class="figure">{escaped(cell.text)}</td>'
    if place == 0:
        return f'<th scope="row">{escaped(cell)}</th>'
    wrapped = ' class="long"' if len(cell) > LONG else ""
    return f"<td{wrapped}>{escaped(cell)}</td>"


def figure(drawing: Markup, caption: str, wide: bool = False) -> Markup:
    """Return a chart with the words below it; it scrolls sideways where the page is too narrow."""
    kind = ' class="wide"' if wide else ""
    return Markup(
        f'<figure{kind}><div class="scroll" tabindex="0" role="group" aria-label="Chart">{drawing}'
        f"</div><figcaption>{escaped(caption)}</figcaption></figure>"
    )


def titled(key: str, title: str, lead: str, *parts: Markup) -> Markup:
    """Return a section with its heading and one paragraph that says what is in it."""
    words = f'<p class="lead">{escaped(lead)}</p>' if lead else ""
    return Markup(
        f'<section id="{key}" aria-labelledby="{key}-title">'
        f'<h2 id="{key}-title">{escaped(title)}</h2>{words}\n{joined(parts)}</section>'
    )


def tile(label: str, figure: str, unit: str, below: str) -> Markup:
    """Return a key metric with its unit and a line of small words below it."""
    return Markup(
        f'<div><dt>{escaped(label)}</dt><dd class="kpi">{escaped(figure)}'
        + (f' <span class="unit">{escaped(unit)}</span>' if unit else "")
        + f'</dd><dd class="below">{escaped(below)}</dd></div>'
    )


def heading(text: str) -> Markup:
    """Return the heading of a part of a section."""
    return Markup(f"<h3>{escaped(text)}</h3>")


def beside(*parts: Markup) -> Markup:
    """Put pieces side by side where the page is wide enough."""
    return Markup(f'<div class="beside">{joined(parts)}</div>')


def paragraph(text: str) -> Markup:
    """Return a paragraph of small words."""
    return Markup(f'<p class="note">{escaped(text)}</p>')


def folded(title: str, *parts: Markup) -> Markup:
    """Return pieces behind a line that opens them."""
    return Markup(f"<details><summary>{escaped(title)}</summary>{joined(parts)}</details>")
