"""How axes are dressed in a palette: hairlines, keys, time. Nothing global is touched."""

from itertools import accumulate
from unicodedata import east_asian_width

from matplotlib.axes import Axes

from skyweft.drawing.palette import SPOKEN, Palette


def given_or_new(ax: Axes | None) -> Axes:
    """Return the axes given, else those of a new pyplot figure, which a notebook shows."""
    if ax is not None:
        return ax
    from matplotlib import pyplot as plt

    return plt.subplots(layout="constrained")[1]


def dress(ax: Axes, palette: Palette, grid: str = "") -> Axes:
    """Give axes hairlines, muted ticks and no box; `grid` names the axis with grid lines."""
    ax.set_facecolor("none")
    for side, spine in ax.spines.items():
        spine.set_visible(side == "bottom")
        spine.set_color(palette.line)
        spine.set_linewidth(1.0)
    ax.tick_params(colors=palette.muted, labelcolor=palette.muted, length=0, pad=6)
    ax.xaxis.label.set_color(palette.muted)
    ax.yaxis.label.set_color(palette.muted)
    ax.title.set_color(palette.ink)
    ax.set_axisbelow(True)
    if grid in ("x", "y"):
        ax.grid(axis=grid, color=palette.line, linewidth=0.7)  # type: ignore[arg-type]
    return ax


def colour_key(ax: Axes, palette: Palette, layers: list[str], above: str) -> None:
    """Write a key of layers above axes, so that colour is never without its word."""
    from matplotlib.patches import Patch

    patches = [Patch(color=palette.layer(layer), label=SPOKEN[layer]) for layer in layers]
    key = ax.legend(
        handles=patches,
        title=above,
        loc="lower left",
        bbox_to_anchor=(0, 1),
        ncols=len(layers) or 1,
        frameon=False,
        handlelength=1.2,
        handleheight=0.6,
        labelcolor=palette.muted,
        alignment="left",
        borderaxespad=0.2,
    )
    key.get_title().set_color(palette.muted)


def time_axis(ax: Axes, duration_s: float) -> float:
    """Give the time axis round steps and its unit; return how many seconds that unit has."""
    unit_s, word, steps = next(
        (unit, word, steps)
        for unit, word, steps, most in (
            (60.0, "min", (1, 2, 5, 10, 15, 20, 30), 7_200.0),
            (3_600.0, "h", (0.5, 1, 2, 3, 4, 6, 12), 259_200.0),
            (86_400.0, "days", (1, 2, 5, 7, 10, 30, 60, 365), float("inf")),
        )
        if duration_s <= most
    )
    units = duration_s / unit_s
    step = next((step for step in steps if units / step <= 13), steps[-1])
    ax.set_xlim(0, units)
    ax.set_xticks([step * n for n in range(int(units / step + 1e-9) + 1)])
    ax.set_xlabel(f"time from start [{word}]")
    return unit_s


def over_time(
    ax: Axes | None, palette: Palette, duration_s: float, grid: str = "y"
) -> tuple[Axes, float]:
    """Return dressed axes, new ones unless given, over time; how many seconds its unit has."""
    ax = dress(given_or_new(ax), palette, grid)
    return ax, time_axis(ax, duration_s)


def legend(ax: Axes, palette: Palette) -> None:
    """Name what is drawn in a line above the axes, where anything has a name."""
    if ax.get_legend_handles_labels()[0]:
        ax.legend(
            frameon=False,
            labelcolor=palette.ink,
            loc="lower left",
            bbox_to_anchor=(0, 1),
            handlelength=1.6,
            ncols=4,
        )


def shortened(name: str, most: int = 26) -> str:
    """Return a name that leaves room for the drawing: `most` letters, half as many wide ones.

    References
    ----------
    UAX #11, "East Asian Width".
    """
    widths = [2 if east_asian_width(letter) in "WF" else 1 for letter in name]
    if sum(widths) <= most:
        return name
    kept = sum(upto < most for upto in accumulate(widths))
    return f"{name[:kept]}…"
