"""What the network obeys of other stages: restrictions of platforms and links."""

from skyweft.drawing.markup import Markup, Number, table, titled
from skyweft.drawing.numerals import percent
from skyweft.drawing.section import Section
from skyweft.store.reading import Folder

ROWS_MAX = 40
_HEADS = [("platform", ""), ("with", ""), ("from", "s"), ("to", "s"), ("cause", ""), ("rate", "")]


def section(folder: Folder) -> Section:
    """Return who could not do what it could, when and why; nothing where nobody was restricted."""
    some = folder.restrictions
    if some is None or not some.num_rows:
        return Section()
    rows = [
        [
            row["platform"],
            row["other"] or "all",
            Number(f"{row['start_s']:,.0f}"),
            Number(f"{row['end_s']:,.0f}"),
            row["cause"],
            Number(percent(row["rate_factor"])),
        ]
        for row in some.slice(0, ROWS_MAX).to_pylist()
    ]
    more = f" The first {ROWS_MAX} of {some.num_rows:,}." if some.num_rows > ROWS_MAX else ""
    body: Markup = titled(
        "restrictions",
        "Restrictions",
        f"Other stages kept these from working; links, traffic and messages obey.{more}",
        table("Who was restricted, when and why", _HEADS, rows),
    )
    return Section(
        body,
        {"restrictions": "Restrictions"},
        sources=[("restrictions", "network.graph", "restrictions.parquet")],
    )
