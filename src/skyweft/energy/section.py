"""How far batteries were drained, how long it was dark, and who had no energy."""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from skyweft.drawing.charts import PAGE, WIDE, chart
from skyweft.drawing.markup import Cell, Number, figure, table, tile, titled
from skyweft.drawing.numerals import NONE, count, measured, number, percent, share_of
from skyweft.drawing.reading import words
from skyweft.drawing.section import Section
from skyweft.motion.flight_drawings import battery_charge
from skyweft.store.reading import Folder

_HEADS = (
    ("platforms", ""),
    ("least charge", "%"),
    ("of", ""),
    ("deepest discharge", "%"),
    ("longest dark", ""),
    ("worst night leaves", ""),
    ("without energy", "% of time"),
)


def section(folder: Folder) -> Section:
    """Return charge over time, and a row a group."""
    groups = folder.summary()["energy"]
    if not groups:
        return Section()
    named = pa.array([group["charge_min_platform"] for group in groups])
    drawn = folder.energy.filter(pc.is_in(words(folder.energy, "platform"), named))
    worst = min(groups, key=lambda each: each["charge_min"])
    rows: list[list[Cell]] = [_row(group) for group in groups]
    least = percent(worst["charge_min"]).removesuffix(" %")
    return Section(
        titled(
            "energy",
            "Energy",
            "Light on stated arrays against stated consumption. A night lasts from when light no "
            "longer carries what is used until it does again; what it leaves is below nothing by "
            "what the payload was denied. With a star: at the end of the run, which comes before "
            "the night's.",
            figure(
                chart(
                    lambda ax: battery_charge(drawn, folder.simulated_s, ax, PAGE),
                    "Charge over time of the platforms whose charge falls lowest",
                    WIDE,
                    230,
                    "energy-charge",
                ),
                "Charge of the platform of each group that falls lowest.",
                wide=True,
            ),
            table("Batteries, a row a group", [("group", ""), *_HEADS], rows),
        ),
        {"energy": "Energy"},
        [tile("Least charge", least, "%", worst["charge_min_platform"])],
        [("charge, light, eclipses", "energy", "energy.parquet, eclipses.parquet")],
    )


def _row(group: Mapping[str, Any]) -> list[Cell]:
    margin, cut = group["night_margin_wh"], "*" if group["night_margin_cut"] else ""
    return [
        group["group"],
        count(group["platforms"]),
        share_of(group["charge_min"]),
        group["charge_min_platform"],
        number(100 * group["discharge_max"]),
        Number(measured(group["dark_max_s"], "s")),
        NONE if margin is None else Number(f"{measured(margin, 'Wh')}{cut}"),
        number(100 * group["no_energy_share"]),
    ]
