"""Drawings of messages: how late they arrive, from where, why others do not, and what waits."""

from typing import Literal

import numpy as np
import pyarrow as pa
from matplotlib.axes import Axes
from matplotlib.ticker import EngFormatter

from skyweft.delivery.product import CAUSES, SUMMED
from skyweft.drawing.axes import dress, given_or_new, legend, over_time, shortened
from skyweft.drawing.maps import coloured_cells, come_nearer, earth
from skyweft.drawing.palette import LIGHT, Palette
from skyweft.drawing.reading import Floats, numbers, words

__all__ = ["delay_cdf", "delivery_losses", "delivery_map", "downlink_use", "stored_messages"]

Figure = Literal["share_delivered", "delay_p50_s", "delay_p95_s", "age_mean_s", "energy_per_byte_j"]
_SCALES: dict[str, tuple[float, str]] = {
    "share_delivered": (100.0, "delivered [%]"),
    "delay_p50_s": (1 / 60, "delay, median [min]"),
    "delay_p95_s": (1 / 60, "delay, 95 % [min]"),
    "age_mean_s": (1 / 60, "age of information, mean [min]"),
    "energy_per_byte_j": (1e3, "energy per byte delivered [mJ]"),
}
_TIMES = [
    (0.01, "10 ms"),
    (0.1, "0.1 s"),
    (1.0, "1 s"),
    (10.0, "10 s"),
    (60.0, "1 min"),
    (600.0, "10 min"),
    (3_600.0, "1 h"),
    (21_600.0, "6 h"),
    (86_400.0, "1 d"),
    (864_000.0, "10 d"),
]
SECONDS_MAX = 120.0  # longer times are told in minutes
RULES_MAX = 4  # more lines cannot be told apart
TARGETS_MAX = 20
OPEN = {"on board": "stored_on_board", "at device": "stored_at_device"}
LOST = {
    cause: f"lost_{cause.replace(' ', '_')}"
    for cause in CAUSES[1:SUMMED]
    if cause not in ("stored", "at device")
}


def delay_cdf(
    delays: pa.Table, names: list[str], ax: Axes | None = None, palette: Palette = LIGHT
) -> Axes:
    """Draw which part of the observed messages had arrived how long after they were generated.

    Parameters
    ----------
    delays : pyarrow.Table
        The table `delay_cdf` of a run.
    names : list of str
        How to call each rule of `[[messages]]`; the first four are drawn.
    ax : matplotlib.axes.Axes, optional
        New ones unless given.
    palette : Palette
        Colours.

    Returns
    -------
    matplotlib.axes.Axes
        A line a rule. It ends below 100 % by what is lost.
    """
    ax = dress(given_or_new(ax), palette, grid="y")
    rule = numbers(delays, "rule")
    delay_s, share = numbers(delays, "delay_s"), numbers(delays, "share")
    colours = (palette.space, palette.ground, palette.near_space, palette.air)
    for row, (name, colour) in enumerate(zip(names[:RULES_MAX], colours, strict=False)):
        mine = rule == row
        if mine.any():
            # It goes on to the right end of the axis, and up from nothing at its first delay.
            upto_s = np.concatenate([delay_s[mine][:1], delay_s[mine], [delay_s.max()]])
            height = np.concatenate([[0.0], share[mine], share[mine][-1:]])
            ax.plot(upto_s, 100 * height, color=colour, linewidth=1.6, label=shortened(name))
    ax.set_xscale("log")
    low_s, high_s = ax.get_xlim()
    shown = [(each_s, word) for each_s, word in _TIMES if low_s <= each_s <= high_s]
    label = "delay from creation to arrival"
    if len(shown) > 1:
        ax.set_xticks([each_s for each_s, _ in shown], [word for _, word in shown])
        ax.xaxis.minorticks_off()
        ax.set_xlim(low_s, high_s)
    else:  # all of much the same delay
        ax.set_xscale("linear")
        label += " [s]"
    ax.set_ylim(0, 100)
    ax.set_xlabel(label)
    ax.set_ylabel("of the messages observed [%]")
    legend(ax, palette)
    return ax


def delivery_map(
    cells: pa.Table,
    figure: Figure = "share_delivered",
    ax: Axes | None = None,
    palette: Palette = LIGHT,
) -> Axes:
    """Colour the cells that have devices by what became of their messages.

    Parameters
    ----------
    cells : pyarrow.Table
        The table `deliveries_by_cell` of a run.
    figure : str
        The column to show.
    ax : matplotlib.axes.Axes, optional
        New ones unless given.
    palette : Palette
        Colours.

    Returns
    -------
    matplotlib.axes.Axes
        Cells without devices, and those from which nothing arrived, have no colour. Around a few
        cells near each other the rest of the world is left out.
    """
    ax = earth(given_or_new(ax), palette)
    scale, label = _SCALES[figure]
    values = numbers(cells, figure)
    if label.endswith("[min]") and not np.nanmax(values, initial=0.0) > SECONDS_MAX:
        scale, label = 1.0, label.replace("[min]", "[s]")
    worse = figure != "share_delivered"
    coloured_cells(ax, cells, values * scale, label, palette, worse)
    come_nearer(ax, cells)
    return ax


def delivery_losses(hours: pa.Table, ax: Axes | None = None, palette: Palette = LIGHT) -> Axes:
    """Draw bars of what does not arrive, by when it was generated and why.

    Parameters
    ----------
    hours : pyarrow.Table
        The table `deliveries_by_hour` of a run.
    ax : matplotlib.axes.Axes, optional
        New ones unless given.
    palette : Palette
        Colours.

    Returns
    -------
    matplotlib.axes.Axes
        In percent of the messages generated in the hour; causes that never occur are left out. What
        is neither delivered nor lost when the run ends is hatched.
    """
    time_s, generated = numbers(hours, "time_s"), numbers(hours, "generated")
    ax, unit_s = over_time(ax, palette, float(time_s[-1]) + 3_600.0)
    foot = np.zeros(len(time_s))
    columns = LOST | OPEN
    there = [cause for cause, name in columns.items() if numbers(hours, name).any()]
    for cause, colour in zip(there, _loss_colours(palette, len(there)), strict=True):
        share = 100 * numbers(hours, columns[cause]) / np.maximum(generated, 1)
        middle = (time_s + 1_800.0) / unit_s
        hatch = "///" if cause in OPEN else None
        ax.bar(
            middle,
            share,
            3_600.0 / unit_s * 0.92,
            foot,
            color=colour,
            label=cause,
            hatch=hatch,
            edgecolor=palette.water,
            linewidth=0.0,
        )
        foot += share
    ax.set_ylim(0, max(1.0, 1.05 * float(foot.max(initial=0.0))))
    ax.set_ylabel("of the messages generated [%]")
    legend(ax, palette)
    return ax


def _loss_colours(palette: Palette, count: int) -> list[str]:
    """Return colours that neighbours can be told apart by."""
    every = [
        palette.warning,
        palette.space,
        palette.near_space,
        palette.ground,
        palette.air,
        palette.accent,
        *palette.ramp[::-2],
    ]
    return every[:count]


def stored_messages(stores: pa.Table, ax: Axes | None = None, palette: Palette = LIGHT) -> Axes:
    """Draw what is on board over time: of all platforms together, and of the fullest one.

    Parameters
    ----------
    stores : pyarrow.Table
        The table of a run.
    ax : matplotlib.axes.Axes, optional
        New ones unless given.
    palette : Palette
        Colours.

    Returns
    -------
    matplotlib.axes.Axes
        In bytes.
    """
    time_s, step = np.unique(numbers(stores, "time_s"), return_inverse=True)
    stored = numbers(stores, "stored_bytes").astype(float)
    total = np.bincount(step, stored, len(time_s))
    fullest = np.zeros(len(time_s))
    np.maximum.at(fullest, step, stored)
    ax, unit_s = over_time(ax, palette, float(time_s.max(initial=1.0)))
    time = time_s / unit_s
    ax.fill_between(time, total, color=palette.space, alpha=0.25, linewidth=0)
    ax.plot(time, total, color=palette.space, linewidth=1.6, label="all platforms")
    ax.plot(time, fullest, color=palette.warning, linewidth=1.4, label="the fullest")
    ax.set_ylim(0, max(1.0, 1.05 * float(total.max(initial=0.0))))
    ax.yaxis.set_major_formatter(EngFormatter("B"))
    ax.set_ylabel("on board")
    legend(ax, palette)
    return ax


def downlink_use(downlinks: pa.Table, ax: Axes | None = None, palette: Palette = LIGHT) -> Axes:
    """Draw what arrives at each target over time.

    Parameters
    ----------
    downlinks : pyarrow.Table
        The table of a run.
    ax : matplotlib.axes.Axes, optional
        New ones unless given.
    palette : Palette
        Colours.

    Returns
    -------
    matplotlib.axes.Axes
        A row a target, the busiest twenty on top; the stronger the colour, the more bytes came.
    """
    time_s, step = np.unique(numbers(downlinks, "time_s"), return_inverse=True)
    column = words(downlinks, "target").dictionary_encode()
    who, names = column.indices.to_numpy(), column.dictionary.to_pylist()
    arrived_bytes = np.zeros((len(names), len(time_s)))
    arrived_bytes[who, step] = numbers(downlinks, "arrived_bytes")
    order = np.argsort(-arrived_bytes.sum(axis=1), kind="stable")[:TARGETS_MAX]
    step_s = float(np.diff(time_s).min(initial=3_600.0)) if len(time_s) > 1 else 3_600.0
    end_s = float(time_s.max(initial=0.0)) + step_s
    ax, unit_s = over_time(ax, palette, end_s, grid="")
    levels = np.linspace(0, max(arrived_bytes.max(initial=0.0), 1.0), len(palette.ramp) + 1)
    shade = np.clip(np.digitize(arrived_bytes, levels) - 1, 0, len(palette.ramp) - 1)
    for row, target in enumerate(order):
        for level, colour in enumerate(palette.ramp):
            spans = _spans(
                time_s, end_s, (shade[target] == level) & (arrived_bytes[target] > 0), unit_s
            )
            ax.broken_barh(spans, (row - 0.4, 0.8), facecolor=colour, linewidth=0)
    ax.set_ylim(len(order) - 0.4, -0.6)
    ax.set_yticks(range(len(order)), [shortened(names[rule]).replace("$", r"\$") for rule in order])
    return ax


def _spans(
    time_s: Floats, end_s: float, there: np.ndarray, unit_s: float
) -> list[tuple[float, float]]:
    """Return start and length of every run of steps."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], there, [False]]).astype(int)))
    borders_s = np.append(time_s, end_s) / unit_s
    return [(borders_s[a], borders_s[b] - borders_s[a]) for a, b in edges.reshape(-1, 2)]
