"""Drawings of traffic: how much gets through over time, how full links are, and why not more."""

import numpy as np
import pyarrow as pa
from matplotlib.axes import Axes
from matplotlib.ticker import EngFormatter

from skyweft.drawing.axes import dress, given_or_new, legend, over_time
from skyweft.drawing.palette import LIGHT, SPOKEN, Palette
from skyweft.links.path import LAYERS
from skyweft.network.flows.throughput import BARS, Throughput, sum_up
from skyweft.network.product import BEAM_FULL, FULL, NO_CAPACITY, NO_ROUTE, OUTRANKED

__all__ = ["flow_limits", "flow_throughput", "layer_traffic", "link_utilisation", "users_served"]

BARS_OF_TIME = 48  # at most
NOBODY = pa.array([], pa.string())


def flow_throughput(
    shares: pa.Table, duration_s: float, ax: Axes | None = None, palette: Palette = LIGHT
) -> Axes:
    """Draw what all flows together want and get, over time.

    Parameters
    ----------
    shares : pyarrow.Table
        Table of a run.
    duration_s : float
        Length of the run. [s]
    ax : matplotlib.axes.Axes, optional
        New ones unless given.
    palette : Palette
        Colours.

    Returns
    -------
    matplotlib.axes.Axes
        Demand is that of the flows that have an end of it; what is carried, that of all.
    """
    found = sum_up(shares.to_batches(), [], NOBODY)
    return draw_throughput(found, duration_s, given_or_new(ax), palette)


def draw_throughput(found: Throughput, duration_s: float, ax: Axes, palette: Palette) -> Axes:
    """Draw `flow_throughput` from sums already made."""
    ax, unit_s = over_time(ax, palette, duration_s)
    time = found.time_s / unit_s
    ax.fill_between(time, found.carried_bps, color=palette.space, alpha=0.25, linewidth=0)
    ax.plot(time, found.carried_bps, color=palette.space, linewidth=1.6, label="carried")
    if np.any(found.demand_bps > 0):
        dashes = (0, (4, 2))
        ax.plot(
            time,
            found.demand_bps,
            color=palette.ink,
            linewidth=1.4,
            linestyle=dashes,
            label="demand",
        )
    ax.set_ylim(bottom=0)
    ax.yaxis.set_major_formatter(EngFormatter())
    ax.set_ylabel("all flows [bit/s]")
    legend(ax, palette)
    return ax


def link_utilisation(loads: pa.Table, ax: Axes | None = None, palette: Palette = LIGHT) -> Axes:
    """Draw how full the links in use are.

    Parameters
    ----------
    loads : pyarrow.Table
        Table of a run.
    ax : matplotlib.axes.Axes, optional
        New ones unless given.
    palette : Palette
        Colours.

    Returns
    -------
    matplotlib.axes.Axes
        Share of the directed links in use at all snapshots, in steps of 5 %.
    """
    used = loads["utilisation"].to_numpy()
    counted = np.histogram(used, BARS, (0.0, 1.0))[0]
    return draw_utilisation(counted, given_or_new(ax), palette)


def draw_utilisation(
    counted: np.ndarray, ax: Axes, palette: Palette, label: str = "links in use [%]"
) -> Axes:
    """Draw `link_utilisation` from a histogram already made."""
    dress(ax, palette, grid="y")
    share = 100 * counted / max(1, counted.sum())
    left = np.arange(BARS) * 100 / BARS
    ax.bar(left, share, width=100 / BARS - 0.8, align="edge", color=palette.space, linewidth=0)
    ax.set_xlim(0, 100)
    ax.set_xlabel("utilisation [%]")
    ax.set_ylabel(label)
    return ax


def flow_limits(
    shares: pa.Table, duration_s: float, ax: Axes | None = None, palette: Palette = LIGHT
) -> Axes:
    """Draw how many flows get less than they want, and why, over time.

    Parameters
    ----------
    shares : pyarrow.Table
        Table of a run.
    duration_s : float
        Length of the run. [s]
    ax : matplotlib.axes.Axes, optional
        New ones unless given.
    palette : Palette
        Colours.

    Returns
    -------
    matplotlib.axes.Axes
        A stacked bar a span of time: shares of all flows by what limits them.
    """
    found = sum_up(shares.to_batches(), [], NOBODY)
    return draw_limits(found, duration_s, given_or_new(ax), palette)


def draw_limits(found: Throughput, duration_s: float, ax: Axes, palette: Palette) -> Axes:
    """Draw `flow_limits` from sums already made."""
    ax, unit_s = over_time(ax, palette, duration_s)
    edges_s = np.linspace(0, duration_s, min(BARS_OF_TIME, max(1, len(found.time_s))) + 1)
    place = np.clip(np.searchsorted(edges_s, found.time_s, "right") - 1, 0, len(edges_s) - 2)
    counted = np.zeros((len(edges_s) - 1, len(found.limits)))
    np.add.at(counted, place, found.limited)
    share = 100 * counted / np.maximum(counted.sum(axis=1, keepdims=True), 1)
    bottom = np.zeros(len(share))
    width = np.diff(edges_s) / unit_s
    for words, part, colour in (
        ("link full", share[:, FULL], palette.space),
        ("beam full", share[:, BEAM_FULL], palette.ground),
        ("link without capacity", share[:, NO_CAPACITY], palette.air),
        ("others first", share[:, OUTRANKED], palette.near_space),
        ("no route", share[:, NO_ROUTE:].sum(axis=1), palette.muted),
    ):
        if np.any(part > 0):
            ax.bar(
                edges_s[:-1] / unit_s,
                part,
                width=0.86 * width,
                bottom=bottom,
                align="edge",
                color=colour,
                linewidth=0,
                label=words,
            )
            bottom = bottom + part
    ax.set_ylim(0, max(1.0, 1.05 * float(bottom.max(initial=0.0))))
    ax.set_ylabel("flows held back [%]")
    legend(ax, palette)
    return ax


def layer_traffic(
    loads: pa.Table, duration_s: float, ax: Axes | None = None, palette: Palette = LIGHT
) -> Axes:
    """Draw what the platforms of each layer send, over time.

    Parameters
    ----------
    loads : pyarrow.Table
        Table `layer_loads` of a run.
    duration_s : float
        Length of the run. [s]
    ax : matplotlib.axes.Axes, optional
        New ones unless given.
    palette : Palette
        Colours.

    Returns
    -------
    matplotlib.axes.Axes
        Stacked, the highest layer on top; every bit counts once a hop. [bit/s]
    """
    ax, unit_s = over_time(ax, palette, duration_s)
    time_s, at = np.unique(loads["time_s"].to_numpy(), return_inverse=True)
    sender = loads["layer_from"].cast(pa.string()).to_numpy(False)
    edges_s = np.append(time_s, duration_s)
    below = np.zeros(len(time_s))
    for layer in LAYERS:
        mine = sender == layer
        if mine.any():
            sent = np.bincount(at[mine], loads["load_bps"].to_numpy()[mine], len(time_s))
            ax.stairs(
                below + sent,
                edges_s / unit_s,
                baseline=below,
                fill=True,
                color=palette.layer(layer),
                label=SPOKEN[layer],
            )
            below = below + sent
    ax.set_ylim(bottom=0)
    ax.yaxis.set_major_formatter(EngFormatter())
    ax.set_ylabel("sent, by layer [bit/s]")
    legend(ax, palette)
    return ax


def users_served(
    users: pa.Table, duration_s: float, ax: Axes | None = None, palette: Palette = LIGHT
) -> Axes:
    """Draw the share of users that are served, over time.

    Parameters
    ----------
    users : pyarrow.Table
        Rows of the table `users_served` of a run: of one group, or of several together.
    duration_s : float
        Length of the run. [s]
    ax : matplotlib.axes.Axes, optional
        New ones unless given.
    palette : Palette
        Colours.

    Returns
    -------
    matplotlib.axes.Axes
        A line a layer that serves them over an area: those served at all. [%]
    """
    ax, unit_s = over_time(ax, palette, duration_s)
    time_s, at = np.unique(users["time_s"].to_numpy(), return_inverse=True)
    layers = np.array(users["layer"].cast(pa.string()).fill_null("").to_pylist())
    served, whole = (users[name].to_numpy() for name in ("served", "users"))
    for layer in ("", *LAYERS):
        mine = layers == layer
        if mine.any():
            share = np.bincount(at[mine], served[mine], len(time_s)) / np.maximum(
                1, np.bincount(at[layers == ""], whole[layers == ""], len(time_s))
            )
            ax.stairs(
                100 * share,
                np.append(time_s, duration_s) / unit_s,
                baseline=None if layer else 0,
                fill=not layer,
                color=palette.layer(layer) if layer else palette.muted,
                alpha=1.0 if layer else 0.4,
                linewidth=1.4 if layer else 0,
                label=f"by {SPOKEN[layer]}" if layer else "served",
            )
    ax.set_ylim(0, 105)
    ax.set_ylabel("users served [%]")
    legend(ax, palette)
    return ax
