"""How an airship keeps its station, drawn: how far off, in what wind, on what charge, by month."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from matplotlib.axes import Axes
from matplotlib.patches import Circle, Wedge

from skyweft.drawing.axes import dress, given_or_new, legend, over_time, shortened
from skyweft.drawing.palette import LIGHT, Palette
from skyweft.drawing.reading import Floats, codes, numbers, words
from skyweft.drawing.stretches import band, stretches

NEAR_KM = 1.0  # nearer than this to the middle is as good as there
DASHED = (0, (4, 2))
SECTORS, STRONGER_M_S = 16, (10.0, 20.0, 30.0)
_SPEEDS = ("below 10 m/s", "to 20 m/s", "to 30 m/s", "above")


def _colours(palette: Palette) -> tuple[str, ...]:
    return palette.near_space, palette.air, palette.ground, palette.space


def station_drift(
    flights: pa.Table,
    radius_m: float,
    duration_s: float,
    ax: Axes | None = None,
    palette: Palette = LIGHT,
) -> Axes:
    """Draw how far an airship is from the middle of its station, and the station's radius.

    Parameters
    ----------
    flights : pyarrow.Table
        Of a run, the rows of one airship.
    radius_m : float
        Of its station. [m]
    duration_s : float
        Length of the run. [s]
    ax : matplotlib.axes.Axes, optional
        New ones unless given.
    palette : Palette
        Colours.

    Returns
    -------
    matplotlib.axes.Axes
        A band from the least to the greatest of each stretch of time; distances in powers of ten.
    """
    ax, unit_s = over_time(ax, palette, duration_s)
    off_km = np.maximum(numbers(flights, "off_station_m") / 1e3, NEAR_KM)
    band(ax, numbers(flights, "time_s") / unit_s, off_km, palette.near_space, "distance")
    ax.axhline(
        radius_m / 1e3, color=palette.warning, linestyle=DASHED, linewidth=1.4, label="radius"
    )
    ax.set_yscale("log")
    ax.set_ylim(bottom=NEAR_KM)
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:,g}")
    ax.set_ylabel("off station [km]")
    legend(ax, palette)
    return ax


def station_wind(
    flights: pa.Table, duration_s: float, ax: Axes | None = None, palette: Palette = LIGHT
) -> Axes:
    """Draw the wind where an airship flies, and its own speed through the air.

    Parameters
    ----------
    flights : pyarrow.Table
        Of a run, the rows of one airship.
    duration_s : float
        Length of the run. [s]
    ax : matplotlib.axes.Axes, optional
        New ones unless given.
    palette : Palette
        Colours.

    Returns
    -------
    matplotlib.axes.Axes
        The wind as a band from the least to the greatest of each stretch of time, the airspeed as
        the greatest.
    """
    ax, unit_s = over_time(ax, palette, duration_s)
    time = numbers(flights, "time_s") / unit_s
    band(ax, time, numbers(flights, "wind_m_s"), palette.air, "wind")
    airspeed = stretches(time, numbers(flights, "airspeed_m_s"))
    ax.plot(airspeed[0], airspeed[2], color=palette.near_space, linewidth=1.4, label="airspeed")
    ax.set_ylim(bottom=0)
    ax.set_ylabel("speed [m/s]")
    legend(ax, palette)
    return ax


def wind_rose(flights: pa.Table, ax: Axes | None = None, palette: Palette = LIGHT) -> Axes:
    """Draw where the wind blows from where an airship flies, and how strong it is then.

    Parameters
    ----------
    flights : pyarrow.Table
        Of a run, the rows of one airship.
    ax : matplotlib.axes.Axes, optional
        New ones unless given.
    palette : Palette
        Colours.

    Returns
    -------
    matplotlib.axes.Axes
        A petal for each of sixteen directions, north up; its length is the share of time, its
        shades the wind's speed, stronger outwards. Rings are named in percent.
    """
    ax = dress(given_or_new(ax), palette)
    share = 100 * _petals(flights)
    foot = np.zeros(SECTORS)
    # From north on clockwise, so angles go down from the upward axis.
    width = 0.8 * 360.0 / SECTORS
    for level, colour in enumerate(_shades(palette)):
        for sector in range(SECTORS):
            low, high = foot[sector], foot[sector] + share[level, sector]
            middle = 90.0 - 360.0 * sector / SECTORS
            if high > low:
                ends = middle - width / 2, middle + width / 2
                ax.add_patch(Wedge((0, 0), high, *ends, width=high - low, color=colour, lw=0))
        foot += share[level]
        ax.plot([], [], color=colour, linewidth=6, label=_SPEEDS[level])
    most = max(float(foot.max()), 1.0)
    for ring in (most / 2, most):
        ax.add_patch(Circle((0, 0), ring, fill=False, color=palette.line, linewidth=0.7))
        ax.text(0, ring, f"{ring:.0f} %", color=palette.muted, ha="center", va="bottom", size=9)
    for name, x, y in (("N", 0, 1), ("E", 1, 0), ("S", 0, -1), ("W", -1, 0)):
        ax.text(1.22 * most * x, 1.22 * most * y, name, color=palette.ink, ha="center", va="center")
    ax.set(xlim=(-1.35 * most, 1.35 * most), ylim=(-1.35 * most, 1.35 * most), aspect="equal")
    ax.set(xticks=[], yticks=[])
    ax.spines["bottom"].set_visible(False)
    ax.legend(frameon=False, labelcolor=palette.ink, loc="center left", bbox_to_anchor=(1.02, 0.5))
    return ax


def _petals(flights: pa.Table) -> Floats:
    """Return the share of time of each range of speed and sector, (4, SECTORS)."""
    wide = 360.0 / SECTORS
    sector = np.floor(numbers(flights, "wind_from_deg") / wide + 0.5).astype(int) % SECTORS
    level = np.digitize(numbers(flights, "wind_m_s"), STRONGER_M_S)
    counted = np.zeros((len(STRONGER_M_S) + 1, SECTORS))
    np.add.at(counted, (level, sector), 1.0)
    return counted / max(1, flights.num_rows)


def _shades(palette: Palette) -> tuple[str, ...]:
    return tuple(palette.ramp[k] for k in (1, 3, 5, 7))


def battery_charge(
    charges: pa.Table, duration_s: float, ax: Axes | None = None, palette: Palette = LIGHT
) -> Axes:
    """Draw what part of batteries is full: of the platforms whose charge falls lowest.

    Parameters
    ----------
    charges : pyarrow.Table
        `energy` or `flights` of a run.
    duration_s : float
        Length of the run. [s]
    ax : matplotlib.axes.Axes, optional
        New ones unless given.
    palette : Palette
        Colours.

    Returns
    -------
    matplotlib.axes.Axes
        No more platforms than four. Of a long run a band from the least to the greatest of each
        stretch of time; of several platforms the least alone, a line each.
    """
    ax, unit_s = over_time(ax, palette, duration_s)
    lowest = charges.group_by("platform").aggregate([("charge", "min")]).sort_by("charge_min")
    names = codes(lowest.slice(0, len(_colours(palette))), "platform")[0]
    for name, colour in zip(names, _colours(palette), strict=False):
        mine = charges.filter(pc.equal(words(charges, "platform"), name))
        time, charge = numbers(mine, "time_s") / unit_s, 100 * numbers(mine, "charge")
        if len(names) == 1:
            band(ax, time, charge, palette.ground, shortened(name))
        else:
            when, least, _ = stretches(time, charge)
            ax.plot(when, least, color=colour, linewidth=1.4, label=shortened(name))
    ax.set_ylim(0, 102)
    ax.set_ylabel("charge [%]")
    if len(names) > 1:
        legend(ax, palette)
    return ax


def station_months(
    station_keeping: pa.Table, ax: Axes | None = None, palette: Palette = LIGHT
) -> Axes:
    """Draw how much of each month airships are on station, and between what it lies.

    Parameters
    ----------
    station_keeping : pyarrow.Table
        Of a run.
    ax : matplotlib.axes.Axes, optional
        New ones unless given.
    palette : Palette
        Colours.

    Returns
    -------
    matplotlib.axes.Axes
        Points, with a line over what else the winds may be like; airships beside each other.
    """
    ax = dress(given_or_new(ax), palette, grid="y")
    names, who = codes(station_keeping, "platform")
    months = sorted(set(words(station_keeping, "month").to_pylist()))
    place = np.array([months.index(month) for month in words(station_keeping, "month").to_pylist()])
    share, low, high = (
        100 * numbers(station_keeping, f"on_station_share{which}") for which in ("", "_min", "_max")
    )
    colours = _colours(palette)
    for number, name in enumerate(names):
        mine = who == number
        x = place[mine] + 0.6 * ((number + 0.5) / len(names) - 0.5)
        colour = colours[number % len(colours)]
        ax.vlines(x, low[mine], high[mine], color=colour, linewidth=3, alpha=0.35)
        marker = "osD^"[number // len(colours) % 4]
        ax.plot(x, share[mine], marker, color=colour, markersize=5, label=shortened(name))
    ax.set_xticks(range(len(months)), months)
    ax.set_ylim(0, 102)
    ax.set_ylabel("on station [% of time]")
    legend(ax, palette)
    return ax
