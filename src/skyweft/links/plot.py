"""How well contacts carry bits: margins and rates of every link rule, weighted by time."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from matplotlib.axes import Axes
from matplotlib.ticker import EngFormatter

from skyweft.drawing.axes import dress, given_or_new
from skyweft.drawing.palette import LIGHT, Palette
from skyweft.drawing.reading import Floats, codes, numbers, weighted_quantiles

__all__ = ["doppler_left", "link_margins", "link_rates", "rate_cdf"]

SAMPLES_MAX = 400_000  # of a direction; beyond that every n-th sample stands for its neighbours
SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True, slots=True)
class Direction:
    """One direction of one link rule: samples with the seconds each of them stands for."""

    words: str  # sender, arrow, receiver; a double arrow where both carry one terminal
    margin_db: Floats
    rate_bps: Floats
    weight_s: Floats
    thinned: int  # 1: every sample


DIRECTION_COLUMNS = (
    "link",
    "contact",
    "time_s",
    "margin_db",
    "rate_bps",
    "margin_reverse_db",
    "rate_reverse_bps",
)


def directions(links: pa.Table) -> Iterator[Direction]:
    """Yield the directions of all link rules in which anything can be sent.

    Parameters
    ----------
    links : pyarrow.Table
        With `DIRECTION_COLUMNS`; samples of a contact in order of time.

    Yields
    ------
    Direction
        A sample stands for half the time to its neighbours on the same contact.
    """
    names, rule = codes(links, "link")
    weight_s = _weights(numbers(links, "contact"), numbers(links, "time_s"))
    sides = [
        (numbers(links, f"margin{direction}_db"), numbers(links, f"rate{direction}_bps"))
        for direction in ("", "_reverse")
    ]
    for number, name in enumerate(names):
        mine = np.flatnonzero(rule == number)
        thinned = -(-len(mine) // SAMPLES_MAX)
        mine = mine[::thinned]
        for direction, (margin_db, rate_bps) in enumerate(sides):
            both = name.partition("/")[0] == name.partition("/")[2]
            if direction and both:  # a rule between two terminals of one name is the same both ways
                continue
            if np.any(rate_bps[mine] > 0) or np.any(np.isfinite(margin_db[mine])):
                yield Direction(
                    _spoken(name, backward=bool(direction)),
                    margin_db[mine],
                    rate_bps[mine],
                    weight_s[mine],
                    thinned,
                )


def link_margins(links: pa.Table, ax: Axes | None = None, palette: Palette = LIGHT) -> Axes:
    """Draw the spread of the margin in each direction of every link rule.

    Parameters
    ----------
    links : pyarrow.Table
        Table of a run.
    ax : matplotlib.axes.Axes, optional
        New ones unless given.
    palette : Palette
        Colours.

    Returns
    -------
    matplotlib.axes.Axes
        Thin bar 5 to 95 % of the time, thick bar 25 to 75 %, tick the median; directions without
        a margin, such as lasers of a stated rate, are left out.
    """
    return draw_link_margins(list(directions(links)), given_or_new(ax), palette)


def draw_link_margins(both: list[Direction], ax: Axes, palette: Palette) -> Axes:
    """Draw `link_margins` from directions already read."""
    there = [np.isfinite(direction.margin_db) for direction in both]
    _spreads(
        {
            direction.words: (direction.margin_db[seen], direction.weight_s[seen])
            for direction, seen in zip(both, there, strict=True)
            if seen.any()
        },
        ax,
        palette,
    )
    ax.axvline(0, color=palette.warning, linewidth=1.2, linestyle=(0, (3, 2)))
    ax.set_xlabel("margin over the most robust mode [dB]")
    return ax


def link_rates(links: pa.Table, ax: Axes | None = None, palette: Palette = LIGHT) -> Axes:
    """Draw the spread of the rate in each direction of every link rule.

    Parameters
    ----------
    links : pyarrow.Table
        Table of a run.
    ax : matplotlib.axes.Axes, optional
        New ones unless given.
    palette : Palette
        Colours.

    Returns
    -------
    matplotlib.axes.Axes
        Like `link_margins`, on a logarithmic axis, over the time in which anything can be sent.
    """
    return draw_link_rates(list(directions(links)), given_or_new(ax), palette)


def draw_link_rates(both: list[Direction], ax: Axes, palette: Palette) -> Axes:
    """Draw `link_rates` from directions already read."""
    usable = [direction.rate_bps > 0 for direction in both]
    shown = {
        direction.words: (direction.rate_bps[sent], direction.weight_s[sent])
        for direction, sent in zip(both, usable, strict=True)
        if sent.any()
    }
    _spreads(shown, ax, palette)
    if shown:
        _decades(ax)
    ax.set_xlabel("rate [bit/s]")
    return ax


def _spreads(shown: dict[str, tuple[Floats, Floats]], ax: Axes, palette: Palette) -> None:
    """Draw a row for each entry's values and weights."""
    dress(ax, palette, grid="x")
    for row, (values, weight_s) in enumerate(shown.values()):
        low, quarter, half, third, high = weighted_quantiles(values, weight_s, SHARES)
        ax.plot([low, high], [row, row], color=palette.space, linewidth=1.6)
        ax.plot([quarter, third], [row, row], color=palette.space, linewidth=9)
        ax.plot([half, half], [row - 0.26, row + 0.26], color=palette.ink, linewidth=2)
    ax.set_yticks(range(len(shown)), list(shown))
    ax.tick_params(axis="y", labelcolor=palette.ink)
    ax.set_ylim(max(len(shown), 1) - 0.4, -0.6)


def _decades(ax: Axes) -> None:
    """Make the axis of rates logarithmic, with ticks such as 10 M."""
    ax.set_xscale("log")
    low, high = ax.get_xlim()
    ax.set_xlim(min(low, high / 20), high)
    ax.minorticks_off()
    ax.xaxis.set_major_formatter(EngFormatter(places=0))


def doppler_left(residuals: pa.Table, ax: Axes | None = None, palette: Palette = LIGHT) -> Axes:
    """Draw the spread of the Doppler shift that may be left in each direction of every link rule.

    Parameters
    ----------
    residuals : pyarrow.Table
        Table `doppler_residuals` of a run.
    ax : matplotlib.axes.Axes, optional
        New ones unless given.
    palette : Palette
        Colours.

    Returns
    -------
    matplotlib.axes.Axes
        Like `link_margins`; directions without a carrier are left out.
    """
    ax = given_or_new(ax)
    _spreads(_left(residuals), ax, palette)
    ax.set_xlim(left=0)
    ax.xaxis.set_major_formatter(EngFormatter("Hz"))
    ax.set_xlabel("Doppler shift left at most")
    return ax


def _left(residuals: pa.Table) -> dict[str, tuple[Floats, Floats]]:
    """Return what is left in each direction, and for how long."""
    names, rule = codes(residuals, "link")
    weight_s = _weights(numbers(residuals, "contact"), numbers(residuals, "time_s"))
    found = {}
    for number, name in enumerate(names):
        mine = np.flatnonzero(rule == number)
        for direction in ("", "_reverse"):
            left_hz = numbers(residuals, f"residual{direction}_hz")[mine]
            there = np.isfinite(left_hz)
            if there.any():
                words = _spoken(name, backward=bool(direction))
                found[words] = left_hz[there], weight_s[mine][there]
    return found


def rate_cdf(links: pa.Table, ax: Axes | None = None, palette: Palette = LIGHT) -> Axes:
    """Draw for which share of the contact time at least a rate is to be had.

    Parameters
    ----------
    links : pyarrow.Table
        Table of a run.
    ax : matplotlib.axes.Axes, optional
        New ones unless given.
    palette : Palette
        Colours.

    Returns
    -------
    matplotlib.axes.Axes
        Rates on a logarithmic axis; lines differ in dash as well as colour.
    """
    return draw_rate_cdf(list(directions(links)), given_or_new(ax), palette)


def draw_rate_cdf(both: list[Direction], ax: Axes, palette: Palette) -> Axes:
    """Draw `rate_cdf` from directions already read."""
    dress(ax, palette, grid="y")
    colours = (palette.space, palette.ground, palette.air, palette.near_space)
    dashes = ("solid", (0, (5, 2)), (0, (1.5, 1.5)), (0, (7, 2, 1.5, 2)))
    shown = [direction for direction in both if np.any(direction.rate_bps > 0)]
    for number, direction in enumerate(shown):
        wanted = np.linspace(0, 1, 201)
        rate_bps = weighted_quantiles(direction.rate_bps, direction.weight_s, wanted)
        ax.step(
            np.where(rate_bps > 0, rate_bps, np.nan),
            100 * (1 - wanted),
            where="pre",
            color=colours[number % 4],
            linestyle=dashes[(number // 4 + number) % 4],
            linewidth=1.6,
            label=direction.words,
        )
    if shown:
        _decades(ax)
    ax.set_ylim(0, 102)
    ax.set_xlabel("rate [bit/s]")
    ax.set_ylabel("contact time with at least this rate [%]")
    if shown:
        ax.legend(
            frameon=False,
            labelcolor=palette.ink,
            loc="lower left",
            bbox_to_anchor=(0, 1),
            handlelength=3,
            ncols=2,
        )
    return ax


def _weights(contact: Floats, time_s: Floats) -> Floats:
    """Return for how many seconds each sample stands; a contact of one sample for none."""
    half_s = np.where(np.diff(contact) == 0, np.diff(time_s) / 2, 0.0)
    none = np.zeros(min(1, len(time_s)))
    weight_s: Floats = np.concatenate([half_s, none]) + np.concatenate([none, half_s])
    return weight_s


def _spoken(link: str, *, backward: bool) -> str:
    """Write the rule "a/b" with an arrow from sender to receiver."""
    source, _, target = link.partition("/")
    if source == target:
        return f"{source} ↔ {target}"
    return f"{target} → {source}" if backward else f"{source} → {target}"
