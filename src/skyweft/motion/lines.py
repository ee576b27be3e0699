"""What the command line says of platforms at the end of a run."""

from collections.abc import Iterator, Mapping
from typing import Any

from skyweft.drawing.numerals import measured, percent

AIRSHIPS_MAX = 8


def lines(summary: Mapping[str, Any]) -> Iterator[str]:
    """Say how many there are, how far the run came, and how airships kept their stations."""
    total = summary["platforms"]["total"]
    yield f"{summary['name']}: {total:,} platforms, {measured(summary['simulated_s'], 's')}"
    kept = summary.get("station_keeping", {})
    worst = sorted(kept, key=lambda name: kept[name]["on_station_share"])
    for name in sorted(worst[:AIRSHIPS_MAX], key=list(kept).index):
        yield f"{name}: {_kept(kept[name])}"
    if len(worst) > AIRSHIPS_MAX:
        yield f"and {len(worst) - AIRSHIPS_MAX:,} more airships, longer on station than these"
    for name, found in summary.get("aircraft", {}).items():
        yield f"{name}: {_soared(found)}"


def _soared(found: Mapping[str, Any]) -> str:
    """Say whether solar aircraft stayed up, and which number failed where they did not."""
    if found["fell_s"] is None:
        off = found["off_station_share"]
        adrift = f", {percent(off)} of the time carried off by the wind" if off else ""
        return f"stays up, least charge {percent(found['charge_min'])}{adrift}"
    names = ("day_light_wh", "day_needed_wh", "night_needed_wh", "battery_wh")
    light, needed, night, battery = (f"{found[name] / 1e3:,.3g} kWh" for name in names)
    return (
        f"falls after {measured(found['fell_s'], 's')}: its first day brings {light} and takes "
        f"{needed}, the night in it takes {night} from a battery of {battery}"
    )


def _kept(found: Mapping[str, Any]) -> str:
    """Say how an airship kept its station."""
    band = found["on_station_share_band"]
    range_ = f" ({percent(band[0])} to {percent(band[1])} as winds may be)" if band else ""
    dark = found["dark_share"]
    without = f", {percent(dark)} without energy" if dark else ""
    return (
        f"{percent(found['on_station_share'])} of the time on station{range_}, "
        f"least charge {percent(found['charge_min'])}{without}"
    )
