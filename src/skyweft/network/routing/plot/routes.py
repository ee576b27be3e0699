"""Routes over time: how long they take, how far that is from the possible, how often they change.

Delays are one way. Distances are great circles between the points below the two ends.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from matplotlib.axes import Axes

from skyweft.drawing.axes import dress, given_or_new, over_time, shortened
from skyweft.drawing.maps import coasts, colour_bar, earth, spread, steps, tiles
from skyweft.drawing.palette import LIGHT, Palette
from skyweft.drawing.reading import Floats, codes, numbers, words
from skyweft.network.routing.statistics import FIBRE_INDEX
from skyweft.world.constants import SPEED_OF_LIGHT_M_S

PAIRS_DRAWN = 800  # of a rule in `delay_distance`: more would hide one another
NAMES_MAX = 30  # of `delay_matrix`, each way
DASHES = ("solid", (0, (5, 2)), (0, (1.5, 1.5)), (0, (7, 2, 1.5, 2)))
MARKS = ("o", "s", "^", "D")


def route_delay_cdf(
    routes: pa.Table,
    ax: Axes | None = None,
    palette: Palette = LIGHT,
    labels: Sequence[str] | None = None,
) -> Axes:
    """Draw which share of all routes takes at most how long.

    Parameters
    ----------
    routes : pyarrow.Table
        With the columns route and delay_s, as in a run's table of that name; where it has the
        column rank, only the best routes are drawn.
    ax : matplotlib.axes.Axes, optional
        New ones unless given.
    palette : Palette
        Colours.
    labels : sequence of str, optional
        What the rules are called, in the scenario's order.

    Returns
    -------
    matplotlib.axes.Axes
        One line a rule; it ends below 100 % where pairs have no route at times.
    """
    ax = dress(given_or_new(ax), palette, grid="y")
    if "rank" in routes.column_names:
        routes = routes.filter(pc.equal(routes["rank"], 1))
    rule, delay_s = numbers(routes, "route"), numbers(routes, "delay_s")
    wanted = np.linspace(0, 1, 301)
    for number in np.unique(rule).astype(int):
        mine = delay_s[rule == number]
        some = np.isfinite(mine)
        if some.any():
            share = 100 * wanted * np.mean(some)
            delays = np.quantile(mine[some], wanted)
            ax.plot(1e3 * delays, share, **_line(number, palette, labels))
    ax.set_xlim(left=0)
    ax.set_ylim(0, 102)
    ax.set_xlabel("one-way delay [ms]")
    ax.set_ylabel("routes at most this long [%]")
    return _key(ax, palette)


def delay_distance(
    statistics: pa.Table,
    ax: Axes | None = None,
    palette: Palette = LIGHT,
    labels: Sequence[str] | None = None,
) -> Axes:
    """Draw each pair's median delay against its great circle, with what light and fibre would take.

    Parameters
    ----------
    statistics : pyarrow.Table
        From `Run.route_statistics`.
    ax : matplotlib.axes.Axes, optional
        New ones unless given.
    palette : Palette
        Colours.
    labels : sequence of str, optional
        What the rules are called, in the scenario's order.

    Returns
    -------
    matplotlib.axes.Axes
        Of a rule with more than 800 pairs every n-th in order of distance is drawn. The lines are
        the great circle at c and at c / 1.468; a point below the second beats any fibre.
    """
    ax = dress(given_or_new(ax), palette, grid="y")
    rule = numbers(statistics, "route")
    far_km = numbers(statistics, "distance_m") / 1e3
    delay_ms = 1e3 * numbers(statistics, "delay_median_s")
    for number in np.unique(rule).astype(int):
        mine = np.flatnonzero((rule == number) & np.isfinite(delay_ms))
        mine = mine[np.argsort(far_km[mine], kind="stable")]
        mine = mine[:: max(1, -(-len(mine) // PAIRS_DRAWN))]
        style = _line(number, palette, labels)
        ax.scatter(
            far_km[mine],
            delay_ms[mine],
            s=float(np.clip(2_000 / max(1, len(mine)), 7, 40)),  # a few must be seen too
            marker=MARKS[number % 4],
            facecolor=style["color"],
            linewidth=0,
            label=style["label"],
        )
    end_km = float(np.nanmax(far_km, initial=1.0))
    _bounds(ax, end_km, palette)
    ax.set_xlim(0, 1.1 * end_km)  # room for the words at the ends of the lines
    ax.set_ylim(bottom=0)
    ax.set_xlabel("great circle [km]")
    ax.set_ylabel("median one-way delay [ms]")
    return _key(ax, palette)


def _bounds(ax: Axes, end_km: float, palette: Palette) -> None:
    """Draw what the great circle takes at two speeds."""
    for index, word, dash in ((1.0, "light", (0, (5, 2))), (FIBRE_INDEX, "fibre", (0, (1.5, 1.5)))):
        end_ms = end_km * 1e6 * index / SPEED_OF_LIGHT_M_S
        ax.plot([0, end_km], [0, end_ms], color=palette.ink, linewidth=1.2, linestyle=dash)
        ax.annotate(
            word,
            (end_km, end_ms),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            color=palette.ink,
            annotation_clip=False,
        )


def route_churn(
    times: pa.Table,
    ax: Axes | None = None,
    palette: Palette = LIGHT,
    labels: Sequence[str] | None = None,
) -> Axes:
    """Draw how often routes change over time.

    Parameters
    ----------
    times : pyarrow.Table
        The table `route_snapshots` of a run.
    ax : matplotlib.axes.Axes, optional
        New ones unless given.
    palette : Palette
        Colours.
    labels : sequence of str, optional
        What the rules are called, in the scenario's order.

    Returns
    -------
    matplotlib.axes.Axes
        Changes an hour and pair; at a step of 300 s no more than 12 can be seen. Means over as many
        snapshots as leave some 120 points.
    """
    rule, time_s = numbers(times, "route"), numbers(times, "time_s")
    ax, unit_s = over_time(ax, palette, float(time_s.max(initial=60.0)))
    for number in np.unique(rule).astype(int):
        mine = np.flatnonzero(rule == number)
        if len(mine) < 2:
            continue
        step_s = float(np.median(np.diff(time_s[mine])))
        changes, pairs_compared = (
            _binned(numbers(times, name)[mine][1:], -(-len(mine) // 120))
            for name in ("changes", "pairs_compared")
        )
        middle_s = _binned(time_s[mine][1:], -(-len(mine) // 120), mean=True)
        per_h = np.full(len(changes), np.nan)
        np.divide(changes * 3_600 / step_s, pairs_compared, out=per_h, where=pairs_compared > 0)
        ax.plot(middle_s / unit_s, per_h, **_line(number, palette, labels))
    ax.set_ylim(bottom=0)
    ax.set_ylabel("route changes per pair [1/h]")
    return _key(ax, palette)


def _binned(values: Floats, size: int, mean: bool = False) -> Floats:
    """Return the sums, or means, of some values at a time."""
    starts = np.arange(0, len(values), size)
    sums: Floats = np.add.reduceat(values, starts)
    return sums / np.diff(np.append(starts, len(values))) if mean else sums


def best_connected(statistics: pa.Table, route: int = 0) -> str:
    """Return the source that reaches the most targets, of these the one with the least delay."""
    here = statistics.filter(pa.array(numbers(statistics, "route") == route))
    names, source = codes(here, "source")
    delay_s = numbers(here, "delay_median_s")
    reached = np.bincount(source[np.isfinite(delay_s)], minlength=len(names))
    total_s = np.bincount(source, np.nan_to_num(delay_s), minlength=len(names))
    return str(names[np.lexsort((total_s, -reached))[0]])


def delay_map(
    statistics: pa.Table,
    platforms: pa.Table,
    source: str | None = None,
    route: int = 0,
    ax: Axes | None = None,
    palette: Palette = LIGHT,
) -> Axes:
    """Colour the standing targets of one source by the median delay to them.

    Parameters
    ----------
    statistics, platforms : pyarrow.Table
        From `Run.route_statistics`, and the table of platforms.
    source : str, optional
        Its name; the best-connected one unless given.
    route : int
        Rule, in the scenario's order.
    ax : matplotlib.axes.Axes, optional
        New ones unless given.
    palette : Palette
        Colours; the value is told in as many steps as the palette's ramp has.

    Returns
    -------
    matplotlib.axes.Axes
        Targets that are never reached are crosses; movers are not drawn.
    """
    ax = earth(given_or_new(ax), palette)
    coasts(ax, palette, palette.muted)
    source = best_connected(statistics, route) if source is None else source
    here = statistics.filter(
        pc.and_(
            pc.equal(statistics["route"], route),
            pc.equal(statistics["source"].cast(pa.string()), source),
        )
    )
    names = words(platforms, "name").to_pylist()
    row = {name: place for place, name in enumerate(names)}
    place = np.array([row[name] for name in words(here, "target").to_pylist()], np.int64)
    longitude_deg, latitude_deg = (
        numbers(platforms, name) for name in ("longitude_deg", "latitude_deg")
    )
    delay_ms = 1e3 * numbers(here, "delay_median_s")
    levels = steps(delay_ms, len(palette.ramp))
    ramp = spread(palette.ramp[::-1], len(levels) - 1)
    step = np.clip(np.searchsorted(levels, delay_ms, side="right") - 1, 0, len(levels) - 2)
    reachable = np.isfinite(delay_ms)
    ax.scatter(
        longitude_deg[place[reachable]],
        latitude_deg[place[reachable]],
        s=34,
        c=[ramp[shade] for shade in step[reachable]],
        edgecolor=palette.ink,
        linewidth=0.6,
        zorder=4,
    )
    lost = place[~reachable]
    ax.scatter(
        longitude_deg[lost], latitude_deg[lost], s=26, marker="x", color=palette.warning, zorder=4
    )
    _star(ax, longitude_deg, latitude_deg, row[source], palette)
    colour_bar(ax, levels, ramp, f"median one-way delay from {source} [ms]", palette)
    return ax


def _star(ax: Axes, longitude: Floats, latitude: Floats, row: int, palette: Palette) -> None:
    ax.scatter(
        longitude[[row]],
        latitude[[row]],
        s=120,
        marker="*",
        facecolor=palette.warning,
        edgecolor=palette.water,
        linewidth=0.8,
        zorder=5,
    )


def delay_matrix(
    statistics: pa.Table, route: int = 0, ax: Axes | None = None, palette: Palette = LIGHT
) -> Axes:
    """Colour the median delay from each source (rows) to each target (columns).

    Parameters
    ----------
    statistics : pyarrow.Table
        From `Run.route_statistics`.
    route : int
        Rule, in the scenario's order; at most 30 sources and 30 targets are drawn.
    ax : matplotlib.axes.Axes, optional
        New ones unless given.
    palette : Palette
        Colours.

    Returns
    -------
    matplotlib.axes.Axes
        Empty where there never is a route.
    """
    ax = dress(given_or_new(ax), palette)
    ax.spines["bottom"].set_visible(False)
    here = statistics.filter(pa.array(numbers(statistics, "route") == route))
    sources, source = codes(here, "source")
    targets, target = codes(here, "target")
    delay_ms = np.full((len(sources), len(targets)), np.nan)
    delay_ms[source, target] = 1e3 * numbers(here, "delay_median_s")
    delay_ms = delay_ms[:NAMES_MAX, :NAMES_MAX]
    levels = steps(delay_ms.ravel(), len(palette.ramp))
    ramp = spread(palette.ramp[::-1], len(levels) - 1)
    tiles(ax, delay_ms, levels, ramp)
    across, down = ([shortened(end) for end in ends[:NAMES_MAX]] for ends in (targets, sources))
    ax.set_xticks(range(delay_ms.shape[1]), across, rotation=90, parse_math=False)
    ax.set_yticks(range(delay_ms.shape[0]), down, parse_math=False)
    colour_bar(ax, levels, ramp, "median one-way delay [ms]", palette)
    return ax


def _line(rule: int, palette: Palette, labels: Sequence[str] | None) -> dict[str, Any]:
    """Return how a rule is drawn: colour and dash both tell it."""
    colours = (palette.space, palette.ground, palette.air, palette.near_space)
    return {
        "color": colours[rule % 4],
        "linestyle": DASHES[(rule // 4 + rule) % 4],
        "linewidth": 1.6,
        "label": labels[rule] if labels else f"rule {rule}",
    }


def _key(ax: Axes, palette: Palette) -> Axes:
    handles, _ = ax.get_legend_handles_labels()
    if handles:
        ax.legend(
            frameon=False,
            labelcolor=palette.ink,
            loc="lower left",
            bbox_to_anchor=(0, 1),
            handlelength=3,
            ncols=2,
        )
    return ax
