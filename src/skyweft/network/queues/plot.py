"""Drawings of packets: how long they take over time, and when some are lost."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from skyweft.drawing.axes import over_time, shortened
from skyweft.drawing.palette import LIGHT, Palette

__all__ = ["packet_delays"]

PAIRS_MAX = 4  # more lines cannot be told apart


def packet_delays(
    packets: pa.Table, flow: int | None = None, ax: Axes | None = None, palette: Palette = LIGHT
) -> Axes:
    """Draw the delay of packets over time, with marks where some were lost.

    Parameters
    ----------
    packets : pyarrow.Table
        Table of a run.
    flow : int, optional
        The pair to draw; the first four of the table unless given.
    ax : matplotlib.axes.Axes, optional
        New ones unless given.
    palette : Palette
        Colours.

    Returns
    -------
    matplotlib.axes.Axes
        Median of each step, shaded up to the 99th percentile, in ms. Crosses at the foot are steps
        in which packets were lost, whatever the cause.
    """
    flows = pc.unique(packets["flow"]).to_pylist() if flow is None else [flow]
    time_s = packets["time_s"].to_numpy()
    end_s = float(time_s.max(initial=0.0)) + _step_s(time_s)
    ax, unit_s = over_time(ax, palette, max(end_s, 1.0))
    if len(time_s):
        ax.set_xlim(time_s.min() / unit_s, end_s / unit_s)
        ax.xaxis.set_major_locator(MaxNLocator(8, steps=[1, 2, 5, 10]))
    colours = (palette.space, palette.ground, palette.near_space, palette.air)
    for shown, colour in zip(flows[:PAIRS_MAX], colours, strict=False):
        rows = packets.filter(pc.equal(packets["flow"], shown))
        _draw_pair(ax, rows, unit_s, colour)
    lost = _lost(packets.filter(pc.is_in(packets["flow"], pa.array(flows[:PAIRS_MAX], pa.int32()))))
    if len(lost):
        style = {"marker": "x", "s": 26, "linewidths": 1.4, "clip_on": False, "zorder": 3}
        foot = ax.get_xaxis_transform()
        ax.scatter(
            lost / unit_s,
            np.full(len(lost), 0.03),
            transform=foot,
            color=palette.warning,
            label="some lost",
            **style,  # type: ignore[arg-type]
        )
    ax.set_ylim(bottom=0)
    ax.set_ylabel("delay [ms]")
    if ax.get_legend_handles_labels()[0]:
        ax.legend(
            frameon=False,
            labelcolor=palette.ink,
            loc="lower left",
            bbox_to_anchor=(0, 1),
            handlelength=1.6,
            ncols=3,
        )
    return ax


def _draw_pair(ax: Axes, rows: pa.Table, unit_s: float, colour: str) -> None:
    """Draw one pair; steps without any arrival leave a gap."""
    time_s, half_s, most_s = (
        rows[name].to_numpy() for name in ("time_s", "delay_p50_s", "delay_p99_s")
    )
    middle = (time_s + _step_s(time_s) / 2) / unit_s
    ax.fill_between(middle, 1e3 * half_s, 1e3 * most_s, color=colour, alpha=0.25, linewidth=0)
    ends = [shortened(rows[end][0].as_py()) for end in ("source", "target") if len(middle)]
    ax.plot(middle, 1e3 * half_s, color=colour, linewidth=1.4, label=" to ".join(ends))


def _step_s(time_s: np.ndarray) -> float:
    between_s = np.diff(np.unique(time_s))
    return float(between_s.min()) if len(between_s) else 1.0


def _lost(rows: pa.Table) -> np.ndarray:
    """Return the steps in which packets were lost."""
    columns = [name for name in rows.column_names if name.startswith("lost_")]
    lost = np.sum([rows[name].to_numpy() for name in columns], axis=0)
    return np.unique(rows["time_s"].to_numpy()[lost > 0])
