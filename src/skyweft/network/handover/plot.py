"""Which server a user is on over time, a line a rule."""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc
from matplotlib.axes import Axes

from skyweft.drawing.axes import over_time
from skyweft.drawing.palette import LIGHT, Palette

__all__ = ["handover_timeline"]

NAMED_SHARE = 0.08  # of the time: a shorter stay has no room for a name


def handover_timeline(
    handovers: pa.Table,
    platform: str | None = None,
    duration_s: float | None = None,
    ax: Axes | None = None,
    palette: Palette = LIGHT,
    names: Sequence[str] | None = None,
) -> Axes:
    """Draw the servers of one user over time, a line a rule.

    Parameters
    ----------
    handovers : pyarrow.Table
        Table of a run.
    platform : str, optional
        The user; the first of the table unless given.
    duration_s : float, optional
        Length of the run; unless given the drawing ends with the last change.
    ax : matplotlib.axes.Axes, optional
        New ones unless given.
    palette : Palette
        Colours.
    names : sequence of str, optional
        What the scenario's rules are called; their places unless given.

    Returns
    -------
    matplotlib.axes.Axes
        A bar a stay, shades in turn so that changes are seen; gaps are without a server.

    Raises
    ------
    ValueError
        Nobody of that name is in the table.
    """
    known = pc.unique(handovers["platform"]).to_pylist()
    if platform is not None and platform not in known:
        raise ValueError(f"there is no user {platform!r}; there are: {', '.join(known)}")
    user = platform or (known[0] if known else "")
    rows = handovers.filter(pc.equal(handovers["platform"].cast(pa.string()), user))
    rules = sorted(pc.unique(rows["rule"]).to_pylist())
    end_s = duration_s or max(rows["time_s"].to_pylist(), default=1.0)
    ax, unit_s = over_time(ax, palette, end_s, grid="")
    for line, rule in enumerate(rules):
        mine = rows.filter(pc.equal(rows["rule"], rule)).sort_by("time_s")
        starts = mine["time_s"].to_pylist()
        stays = zip(starts, [*starts[1:], end_s], mine["to"].to_pylist(), strict=True)
        for turn, (start_s, until_s, server) in enumerate(stays):
            if server is not None:
                shade = 1.0 if turn % 2 == 0 else 0.55
                wide = (until_s - start_s) / unit_s
                ax.barh(
                    line, wide, 0.6, start_s / unit_s, color=palette.space, alpha=shade, linewidth=0
                )
                if until_s - start_s >= NAMED_SHARE * end_s:
                    middle = (start_s + until_s) / 2 / unit_s
                    ax.text(
                        middle, line, server, color=palette.ink, ha="center", va="center", size=9
                    )
    called = [f"handover[{rule}]" if names is None else names[rule] for rule in rules]
    ax.set_yticks(range(len(rules)), called)
    ax.set_ylim(len(rules) - 0.5, -0.5)
    ax.set_title(user, loc="left", color=palette.muted)
    return ax
