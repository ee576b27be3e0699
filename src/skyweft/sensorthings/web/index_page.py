"""A page that leads to the API: the things, and what was last observed of each."""

from importlib import resources
from sqlite3 import Connection
from typing import Any

from skyweft.drawing.markup import Markup, escaped, joined
from skyweft.sensorthings.model.entities import SETS
from skyweft.sensorthings.model.times import written_span
from skyweft.sensorthings.model.values import result_shown

ROWS_MAX = 500
_LATEST = """
SELECT t.id AS thing, t.name AS name, d.id AS datastream, d.name AS stream,
    json_extract(d.unitOfMeasurement, '$.symbol') AS unit,
    o.phenomenonTime_start AS start, o.phenomenonTime_end AS end, o.result AS result,
    o.result_kind AS kind
FROM things t LEFT JOIN datastreams d ON d.thing = t.id
LEFT JOIN observations o ON o.id = (
    SELECT id FROM observations WHERE datastream = d.id
    ORDER BY phenomenonTime_start DESC, id DESC LIMIT 1
)
ORDER BY t.id, d.id LIMIT ?
"""
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="dark light">
<title>skyweft serve</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/page.css">
</head>
<body>
<main>
<h1>skyweft</h1>
<p>OGC SensorThings 1.1 at <a href="/v1.1">/v1.1</a>: {sets}</p>
<table>
<caption>{caption}</caption>
<thead>
<tr><th>Thing</th><th>Datastream</th><th>Latest result</th><th>Measured (UTC)</th></tr>
</thead>
<tbody>
{rows}
</tbody>
</table>
</main>
</body>
</html>
"""


def index_page(connection: Connection) -> str:
    """Return the page; of more datastreams than it has rows for it shows the first."""
    rows = connection.execute(_LATEST, (ROWS_MAX + 1,)).fetchall()
    (things,) = connection.execute("SELECT count(*) FROM things").fetchone()
    caption = f"{things:,} things" + (f", the first {ROWS_MAX} rows" * (len(rows) > ROWS_MAX))
    return _PAGE.format(
        sets=joined([Markup(f'<a href="/v1.1/{name}">{name}</a> ') for name in SETS]),
        caption=caption,
        rows="\n".join(_row(row) for row in rows[:ROWS_MAX]),
    )


def look() -> str:
    """Return the style of all our pages, with what this one needs of its own."""
    style = resources.files("skyweft.drawing").joinpath("page.css").read_text(encoding="utf-8")
    own = "main { max-width: 1100px; margin: 0 auto; padding: 24px 16px; overflow-x: auto; }\n"
    return style + own + "main > * + * { margin-top: 16px; }\n"


def _row(row: Any) -> str:
    cells = [
        f'<a href="/v1.1/Things({row["thing"]})">{escaped(row["name"])}</a>',
        "",
        "",
        "",
    ]
    if row["datastream"] is not None:
        way = f"/v1.1/Datastreams({row['datastream']})/Observations"
        cells[1] = f'<a href="{way}">{escaped(row["stream"])}</a>'
    if row["kind"] is not None:
        value = result_shown(row["result"], row["kind"])
        cells[2] = str(escaped(f"{value} {row['unit'] or ''}".strip()[:200]))
        cells[3] = written_span(row["start"], row["end"])
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"
