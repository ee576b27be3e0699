"""Colours of the drawings, and how axes are dressed in them. Nothing global is touched."""

from dataclasses import dataclass

from matplotlib.axes import Axes

LAYERS = ("space", "near_space", "air", "ground")
SPOKEN = {"space": "space", "near_space": "near space", "air": "air", "ground": "ground"}


@dataclass(frozen=True, slots=True)
class Palette:
    """One set of colours; every entry is anything matplotlib takes for a colour."""

    ink: str
    muted: str
    line: str
    accent: str
    space: str
    near_space: str
    air: str
    ground: str
    water: str
    land: str
    coast: str
    warning: str
    ramp: tuple[str, ...]  # least to most

    def layer(self, name: str) -> str:
        """Return the colour of a layer."""
        return str(getattr(self, name))


LIGHT = Palette(
    ink="#14202e",
    muted="#54657a",
    line="#c9d4e0",
    accent="#0b6fa8",
    space="#2b7fb0",
    near_space="#7a5cc2",
    air="#b27a2a",
    ground="#1f8a61",
    water="#f3f7fa",
    land="#dfe7ee",
    coast="#5a7085",
    warning="#8a5a00",
    ramp=("#eaf1f6", "#cfe3ef", "#acd1e6", "#82bbd9", "#579fc7", "#3382b0", "#166595", "#0a4a74"),
)
DARK = Palette(
    ink="#dbe7f5",
    muted="#8ea3bd",
    line="#1c2b40",
    accent="#4fc3f7",
    space="#2b7fb0",
    near_space="#8b73d9",
    air="#b27a2a",
    ground="#2aa876",
    water="#07182b",
    land="#16324a",
    coast="#4fa3c7",
    warning="#ffb547",
    ramp=("#0c1f35", "#10304f", "#14456c", "#195d8b", "#2077aa", "#2f95c8", "#55b6e3", "#9adcf8"),
)


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

    patches = [Patch(color=palette.layer(each), label=SPOKEN[each]) for each in layers]
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
    step = next((each for each in steps if units / each <= 13), steps[-1])
    ax.set_xlim(0, units)
    ax.set_xticks([step * n for n in range(int(units / step + 1e-9) + 1)])
    ax.set_xlabel(f"time from start [{word}]")
    return unit_s


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
