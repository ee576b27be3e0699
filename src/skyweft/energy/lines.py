"""What the command line says of batteries at the end of a run."""

from collections.abc import Iterator, Mapping
from typing import Any

from skyweft.drawing.numerals import measured, percent


def lines(summary: Mapping[str, Any]) -> Iterator[str]:
    """Say how far charge fell and what the worst night left, a line a group."""
    for row in summary["energy"]:
        margin = row["night_margin_wh"]
        night = "" if margin is None else f", worst night leaves {measured(margin, 'Wh')}"
        if row["night_margin_cut"]:
            night += " at the run's end, which comes before the night's"
        without = row["no_energy_share"]
        silent = f", {percent(without)} of the time without energy" if without else ""
        least = percent(row["charge_min"])
        yield f"energy of {row['group']}: least charge {least}{night}{silent}"
