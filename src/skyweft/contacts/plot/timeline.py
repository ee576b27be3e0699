"""Contacts over time: who has whom in view, when."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from matplotlib.axes import Axes
from matplotlib.patches import StepPatch

from skyweft.contacts.plot.meetings import Meetings, meetings, merged, summed, up_mean
from skyweft.drawing.axes import colour_key, dress, given_or_new, shortened, time_axis
from skyweft.drawing.numerals import percent
from skyweft.drawing.palette import LAYERS, LIGHT, SPOKEN, Palette
from skyweft.drawing.reading import Floats, Ints

ROWS_MAX = 28
SMALL_GROUP = 4
BINS = 360
BARS_EACH = 300
PIXELS = 1_000
HALF_HEIGHT = 0.36  # of a row's bar


def timeline(
    contacts: pa.Table,
    platforms: pa.Table,
    duration_s: float,
    rows: Sequence[str] | None = None,
    ax: Axes | None = None,
    palette: Palette = LIGHT,
) -> Axes:
    """Draw when platforms have another layer in view: a row a platform and layer.

    Parameters
    ----------
    contacts, platforms : pyarrow.Table
        Tables of a run.
    duration_s : float
        Length of the run. [s]
    rows : sequence of str, optional
        Names of the platforms; the most telling ones unless given, see `telling`.
    ax : matplotlib.axes.Axes, optional
        New ones unless given.
    palette : Palette
        Colours.

    Returns
    -------
    matplotlib.axes.Axes
        Time in minutes, hours or days by the length of the run. Where contacts overlap, the bar is
        pale and its solid part as high as their number, of the most at once that the row names.
    """
    met = meetings(contacts, platforms)
    if rows is None:
        chosen = telling(met, duration_s)
    else:
        chosen = pc.index_in(pa.array(rows, pa.string()), value_set=met.names).to_numpy()
    return draw_timeline(met, chosen, duration_s, given_or_new(ax), palette)


def telling(met: Meetings, duration_s: float, most: int = ROWS_MAX) -> Ints:
    """Choose the platforms whose rows say most; none where nothing met.

    Groups come in their order, those of the space layer only when no others met anything. Small
    groups come whole, of a large one the worst connected, the median and the best.
    """
    key, first_s, last_s = met.with_anything
    covered_s = summed(key, last_s - first_s, len(met.group))
    below = np.unique(met.group[met.layer != LAYERS.index("space")])
    met_any = np.unique(met.group[key])
    groups = [group for group in below if group in met_any] or list(met_any)
    quota = max(3, most // max(1, len(groups)))
    chosen: list[Ints] = []
    for group in groups:
        members = np.flatnonzero(met.group == group)
        if len(members) > max(quota, SMALL_GROUP):
            ranked = members[np.argsort(covered_s[members], kind="stable")]
            places = np.unique(np.linspace(0, len(ranked) - 1, 3).round().astype(np.int64))
            members = ranked[places]
        chosen.append(members)
    return np.concatenate([np.zeros(0, np.int64), *chosen])[:most].astype(np.int64)


def draw_timeline(
    met: Meetings, chosen: Ints, duration_s: float, ax: Axes, palette: Palette
) -> Axes:
    """Draw the rows of `timeline` from contacts already read."""
    dress(ax, palette, grid="x")
    unit_s = time_axis(ax, duration_s)
    key, start_s, end_s = met.with_layers
    labels: list[str] = []
    layers: set[int] = set()
    seen = np.unique(key // len(LAYERS))
    for platform in chosen:
        if platform not in seen:
            _right(ax, len(labels), "nobody", palette)
            labels.append(met.name(platform))
        for layer in range(len(LAYERS)):
            mine = slice(*np.searchsorted(key, [p := platform * len(LAYERS) + layer, p + 1]))
            if mine.start == mine.stop:
                continue
            row, colour = len(labels), palette.layer(LAYERS[layer])
            share = float(np.sum(end_s[mine] - start_s[mine])) / duration_s
            most = _profile(met, platform, layer, row, colour, duration_s, ax)
            bars = _visible(start_s[mine], end_s[mine], duration_s) / unit_s
            ax.broken_barh(
                [(left, max(width, duration_s / unit_s / 1500)) for left, width in bars],
                (row - HALF_HEIGHT, 2 * HALF_HEIGHT),
                facecolor=colour,
                linewidth=0,
                alpha=1.0 if most == 1 else 0.38,
            )
            many = f" · up to {most}" if most > 1 else ""
            _right(ax, row, f"{SPOKEN[LAYERS[layer]]} {percent(share)}{many}", palette)
            labels.append(met.name(platform))
            layers.add(layer)
    ax.set_ylim(max(len(labels), 1) - 0.4, -0.6)
    once = [
        shortened(label) if labels.index(label) == row else "" for row, label in enumerate(labels)
    ]
    ax.set_yticks(range(len(labels)), once, parse_math=False)
    ax.tick_params(axis="y", labelcolor=palette.ink)
    colour_key(ax, palette, [LAYERS[layer] for layer in sorted(layers)], "in contact, by layer")
    return ax


def _visible(start_s: Floats, end_s: Floats, duration_s: float) -> Floats:
    """Return left ends and widths; of very many bars those closer than a pixel become one."""
    if len(start_s) > BARS_EACH:
        same = np.zeros(len(start_s), np.int64)
        pixel_s = duration_s / PIXELS
        _, start_s, end_s = merged(same, start_s, end_s + pixel_s)
        end_s = end_s - pixel_s
    return np.column_stack([start_s, end_s - start_s])


def _profile(
    met: Meetings, platform: int, layer: int, row: int, colour: str, duration_s: float, ax: Axes
) -> int:
    """Draw how many are in contact at once over a row's bars; return the most."""
    ends = (met.source == platform) & (met.layer[met.target] == layer)
    ends |= (met.target == platform) & (met.layer[met.source] == layer)
    start_s, end_s = np.sort(met.start_s[ends]), np.sort(met.end_s[ends])
    most = int(np.max(np.arange(1, len(start_s) + 1) - np.searchsorted(end_s, start_s, "right")))
    if most > 1:
        edges_s = np.linspace(0, duration_s, BINS + 1)
        if len(start_s) < BINS / 2:  # few enough to draw each of them as it is
            edges_s = np.unique(np.concatenate([start_s, end_s]))
        high = 2 * HALF_HEIGHT * up_mean(start_s, end_s, edges_s) / most
        low = row + HALF_HEIGHT
        edges = edges_s * (ax.get_xlim()[1] / duration_s)
        _steps(ax, low - high, edges, low, colour)
    return most


def _steps(ax: Axes, value: Floats, edges: Floats, baseline: float, colour: str) -> None:
    """Fill steps down to their baseline; `Axes.stairs` looks for limits, which are known here."""
    ax.add_artist(StepPatch(value, edges, baseline=baseline, fill=True, color=colour, linewidth=0))


def layer_timeline(
    contacts: pa.Table,
    platforms: pa.Table,
    duration_s: float,
    ax: Axes | None = None,
    palette: Palette = LIGHT,
) -> Axes:
    """Draw how many platforms of each layer have each other layer in view, over time.

    Parameters
    ----------
    contacts, platforms : pyarrow.Table
        Tables of a run.
    duration_s : float
        Length of the run. [s]
    ax : matplotlib.axes.Axes, optional
        New ones unless given.
    palette : Palette
        Colours.

    Returns
    -------
    matplotlib.axes.Axes
        A row a pair of layers, as high as all members of the groups that ever see the other.
    """
    return draw_layer_timeline(meetings(contacts, platforms), duration_s, given_or_new(ax), palette)


def draw_layer_timeline(met: Meetings, duration_s: float, ax: Axes, palette: Palette) -> Axes:
    """Draw the rows of `layer_timeline` from contacts already read."""
    dress(ax, palette, grid="x")
    unit_s = time_axis(ax, duration_s)
    edges_s = np.linspace(0, duration_s, BINS + 1)
    labels: list[str] = []
    for (low, high), (ever, start_s, end_s) in layer_spans(met).items():
        share = up_mean(start_s, end_s, edges_s) / ever
        row = len(labels)
        height = row + 0.4 - 0.8 * np.clip(share, 0, 1)
        _steps(ax, height, edges_s / unit_s, row + 0.4, palette.layer(LAYERS[high]))
        ax.plot([0, duration_s / unit_s], [row + 0.4] * 2, color=palette.line, linewidth=0.7)
        _right(ax, row, f"{percent(float(share.mean()))} of {ever:,}", palette)
        labels.append(f"{SPOKEN[LAYERS[low]]} sees {SPOKEN[LAYERS[high]]}")
    ax.set_ylim(max(len(labels), 1) - 0.4, -0.6)
    ax.set_yticks(range(len(labels)), labels)
    ax.tick_params(axis="y", labelcolor=palette.ink)
    return ax


def layer_spans(met: Meetings) -> dict[tuple[int, int], tuple[int, Floats, Floats]]:
    """Return what each layer saw of each other: how many platforms could, and their spans."""
    count = len(LAYERS)
    key, start_s, end_s = met.with_layers
    pair = met.layer[key // count] * count + key % count
    return {
        (int(number) // count, int(number) % count): (
            len(met.kin(np.unique(key[pair == number] // count))),
            start_s[pair == number],
            end_s[pair == number],
        )
        for number in sorted(np.unique(pair), reverse=True)
    }


def _right(ax: Axes, row: float, words: str, palette: Palette) -> None:
    """Write what a row comes to, right of the axes."""
    ax.annotate(
        words,
        (1, row),
        xytext=(8, 0),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        va="center",
        color=palette.muted,
        annotation_clip=False,
    )
