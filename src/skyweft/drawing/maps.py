"""Maps of the whole Earth, longitude to the right and latitude up (equirectangular)."""

import numpy as np
import pyarrow as pa
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.ticker import MaxNLocator

from skyweft.drawing.axes import dress
from skyweft.drawing.palette import Palette
from skyweft.drawing.reading import Floats, numbers
from skyweft.world.land import outlines


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
    for shade, colour in enumerate(ramp):
        boxes = _boxes(bounds[step == shade])
        ax.add_collection(
            PolyCollection(boxes, facecolor=colour, edgecolor=colour, linewidth=0.9, zorder=1)
        )
    coasts(ax, palette)
    colour_bar(ax, levels, ramp, label, palette)


NEAREST_DEG, ROOM = 12.0, 1.6  # the lowest map, and how much higher than its cells one is
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
    return [ramp[shade] for shade in np.linspace(0, len(ramp) - 1, count).round().astype(int)]


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


def come_nearer(ax: Axes, cells: pa.Table) -> None:
    """Cut a map of the whole Earth down to what lies around its cells, where these are few.

    It stays twice as wide as high, and whole where it would be more than half as wide as now.
    """
    if not cells.num_rows:
        return
    bounds = [numbers(cells, name) for name in _BOUNDS]
    west, east, south, north = (
        float(side.max() if place % 2 else side.min()) for place, side in enumerate(bounds)
    )
    high_deg = max(NEAREST_DEG, ROOM * max(north - south, (east - west) / 2))
    if high_deg > 90:
        return
    half_deg, across_deg = high_deg / 2, (west + east) / 2
    up_deg = float(np.clip((south + north) / 2, half_deg - 90, 90 - half_deg))
    ax.set_xlim(across_deg - high_deg, across_deg + high_deg)
    ax.set_ylim(up_deg - half_deg, up_deg + half_deg)
    ax.xaxis.set_major_locator(MaxNLocator(6))
    ax.yaxis.set_major_locator(MaxNLocator(5))


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
    bar.set_ticks(levels.tolist(), labels=[f"{level:.6g}" for level in levels])
    bar.outline.set_visible(False)
    bar.ax.patch.set_visible(False)
    bar.ax.tick_params(colors=palette.muted, labelcolor=palette.muted, length=0)
    bar.ax.xaxis.label.set_color(palette.muted)
