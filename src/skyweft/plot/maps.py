"""Maps of the whole Earth, longitude to the right and latitude up (equirectangular)."""

from typing import Literal

import numpy as np
import pyarrow as pa
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.colors import BoundaryNorm, ListedColormap

from skyweft.plot.meetings import Floats, Ints, numbers, words
from skyweft.plot.palette import LIGHT, Palette, dress, given_or_new
from skyweft.world.ellipsoid import to_geodetic
from skyweft.world.land import outlines

Figure = Literal[
    "share_covered",
    "in_view_mean",
    "longest_gap_s",
    "revisit_mean_s",
    "wait_mean_s",
    "passes_per_day",
]
_SCALES: dict[str, tuple[float, str]] = {
    "share_covered": (100.0, "share of time covered [%]"),
    "in_view_mean": (1.0, "platforms in view, mean [1]"),
    "longest_gap_s": (1 / 60, "longest gap [min]"),
    "revisit_mean_s": (1 / 60, "mean gap [min]"),
    "wait_mean_s": (1 / 60, "mean wait until covered [min]"),
    "passes_per_day": (1.0, "passes per day [1/d]"),
}

_LESS_IS_BETTER = ("longest_gap_s", "revisit_mean_s", "wait_mean_s")


def coverage_map(
    coverage: pa.Table,
    figure: Figure = "share_covered",
    ax: Axes | None = None,
    palette: Palette = LIGHT,
) -> Axes:
    """Colour the cells of a coverage table over the outlines of the land.

    Parameters
    ----------
    coverage : pyarrow.Table
        The table of a run; its sites are drawn as points.
    figure : str
        The column to show.
    ax : matplotlib.axes.Axes, optional
        New ones unless given.
    palette : Palette
        Colours; the value is told in as many steps as the palette's ramp has.

    Returns
    -------
    matplotlib.axes.Axes
        With a bar that explains the colours, in percent, minutes or plain numbers.
    """
    ax = earth(given_or_new(ax), palette)
    scale, label = _SCALES[figure]
    cells = np.isfinite(numbers(coverage, "latitude_min_deg"))
    coloured_cells(
        ax,
        coverage.filter(pa.array(cells)),
        numbers(coverage, figure)[cells] * scale,
        label,
        palette,
        figure in _LESS_IS_BETTER,
    )
    ax.scatter(
        numbers(coverage, "longitude_deg")[~cells],
        numbers(coverage, "latitude_deg")[~cells],
        s=14,
        facecolor=palette.ink,
        edgecolor=palette.water,
        linewidth=0.8,
        zorder=4,
    )
    return ax


def coloured_cells(
    ax: Axes,
    cells: pa.Table,
    values: Floats,
    label: str,
    palette: Palette,
    less_is_better: bool = False,
) -> None:
    """Colour cells of a table by a value each, draw the coasts over them, explain the colours."""
    bounds = np.column_stack([numbers(cells, name) for name in _BOUNDS])
    levels = steps(values, len(palette.ramp))
    step = np.clip(np.searchsorted(levels, values, side="right") - 1, 0, len(levels) - 2)
    step[~np.isfinite(values)] = -1
    # The colour of the best is the same on every map.
    ramp = spread(palette.ramp[::-1] if less_is_better else palette.ramp, len(levels) - 1)
    for each, colour in enumerate(ramp):
        boxes = _boxes(bounds[step == each])
        ax.add_collection(
            PolyCollection(boxes, facecolor=colour, edgecolor=colour, linewidth=0.9, zorder=1)
        )
    coasts(ax, palette)
    colour_bar(ax, levels, ramp, label, palette)


_BOUNDS = ("longitude_min_deg", "longitude_max_deg", "latitude_min_deg", "latitude_max_deg")


def steps(values: Floats, most: int) -> Floats:
    """Return round borders, at most `most` + 1, that span all finite values."""
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 1.0)
    if high - low < 1e-9 * max(1.0, abs(high)):
        low, high = low - 0.5, high + 0.5
    step = 10.0 ** np.floor(np.log10((high - low) / most))
    for factor in (1, 2, 2.5, 5, 10, 20, 25):
        first, last = np.floor(low / (step * factor)), np.ceil(high / (step * factor))
        if last - first <= most:
            break
    borders: Floats = np.arange(first, last + 1) * (step * factor)
    return borders


def spread(ramp: tuple[str, ...], count: int) -> list[str]:
    """Choose `count` colours from the whole ramp."""
    return [ramp[each] for each in np.linspace(0, len(ramp) - 1, count).round().astype(int)]


def _boxes(bounds: Floats) -> list[Floats]:
    """Return outlines of cells, those that touch in one band as one."""
    if not len(bounds):
        return []
    west, east, south, north = bounds[np.lexsort((bounds[:, 0], bounds[:, 2]))].T
    apart = (south[1:] != south[:-1]) | (np.abs(west[1:] - east[:-1]) > 1e-6)
    first = np.flatnonzero(np.concatenate([[True], apart]))
    last = np.concatenate([first[1:], [len(west)]]) - 1
    return [
        np.array([[w, s], [e, s], [e, n], [w, n]])
        for w, e, s, n in zip(west[first], east[last], south[first], north[first], strict=True)
    ]


def ground_tracks(
    tracks: pa.Table,
    ax: Axes | None = None,
    palette: Palette = LIGHT,
    most: int = 40,
) -> Axes:
    """Draw the paths of movers over the ground.

    Parameters
    ----------
    tracks : pyarrow.Table
        With the columns name, x_m, y_m, z_m, knots of a mover in order of time.
    ax : matplotlib.axes.Axes, optional
        New ones unless given.
    palette : Palette
        Colours.
    most : int
        No more movers than this, spread evenly over the table's names.

    Returns
    -------
    matplotlib.axes.Axes
        Straight lines between knots; a line ends where it would cross the map's edge.
    """
    ax = earth(given_or_new(ax), palette)
    coasts(ax, palette)
    column = words(tracks, "name").dictionary_encode()
    name: Ints = column.indices.to_numpy()
    count = len(column.dictionary)
    wanted = np.unique(np.linspace(0, max(count - 1, 0), min(most, count)).round())
    place_m = np.column_stack([numbers(tracks, axis) for axis in ("x_m", "y_m", "z_m")])
    lines: list[Floats] = []
    for each in wanted:
        latitude_deg, longitude_deg, _ = to_geodetic(place_m[name == each])
        line = np.column_stack([longitude_deg, latitude_deg])
        cuts = np.flatnonzero(~(np.abs(np.diff(longitude_deg)) < 180)) + 1
        lines += [part for part in np.split(line, cuts) if len(part) > 1]
    ax.add_collection(LineCollection(lines, color=palette.accent, linewidth=0.8, zorder=3))
    return ax


def earth(ax: Axes, palette: Palette) -> Axes:
    """Make axes a map of the whole Earth, without anything on it."""
    dress(ax, palette)
    ax.set_facecolor(palette.water)
    ax.set_aspect("equal")
    ax.set_xlim(-180, 180)
    ax.set_ylim(-90, 90)
    ax.set_xticks(range(-180, 181, 60))
    ax.set_yticks(range(-90, 91, 30))
    ax.set_xlabel("longitude [deg]")
    ax.set_ylabel("latitude [deg]")
    ax.spines["bottom"].set_visible(False)
    return ax


def coasts(ax: Axes, palette: Palette, colour: str = "") -> None:
    """Draw the outlines of the land, in the palette's colour for coasts unless given."""
    colour = colour or palette.coast
    ax.add_collection(LineCollection(outlines(), color=colour, linewidth=0.6, zorder=2))


def tiles(ax: Axes, value: Floats, levels: Floats, ramp: list[str]) -> None:
    """Draw a table of values (rows, columns) as tiles, the first row at the top; NaN is a gap."""
    step = np.clip(np.searchsorted(levels, value, side="right") - 1, 0, len(levels) - 2)
    there = np.argwhere(np.isfinite(value))
    corners = np.array([[-0.46, -0.46], [0.46, -0.46], [0.46, 0.46], [-0.46, 0.46]])
    ax.add_collection(
        PolyCollection(
            [place[::-1] + corners for place in there],
            facecolors=[ramp[step[k, m]] for k, m in there],
            linewidth=0,
        )
    )
    ax.set_xlim(-0.5, value.shape[1] - 0.5)
    ax.set_ylim(value.shape[0] - 0.5, -0.5)


def colour_bar(ax: Axes, levels: Floats, ramp: list[str], label: str, palette: Palette) -> None:
    """Explain the steps of colour below the map."""
    from matplotlib.cm import ScalarMappable

    colours = ScalarMappable(BoundaryNorm(levels, len(ramp)), ListedColormap(ramp))
    figure = ax.get_figure()
    assert figure is not None
    bar = figure.colorbar(
        colours, ax=ax, orientation="horizontal", aspect=60, pad=0.02, fraction=0.04, label=label
    )
    bar.set_ticks(levels.tolist(), labels=[f"{each:.6g}" for each in levels])
    bar.outline.set_visible(False)
    bar.ax.patch.set_visible(False)
    bar.ax.tick_params(colors=palette.muted, labelcolor=palette.muted, length=0)
    bar.ax.xaxis.label.set_color(palette.muted)
