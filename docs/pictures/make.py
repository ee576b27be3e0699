"""Draw the pictures of the documentation from runs of shipped scenarios.

`uv run python docs/pictures/make.py` writes demo.png, coverage.png and links.png beside this file.
The same code and scenarios give the same bytes with one version of matplotlib.
"""

import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle
from numpy.typing import NDArray

import skyweft
from skyweft.plot import DARK, LIGHT, coverage_map, ground_tracks, layer_timeline, timeline
from skyweft.plot.rates import link_margins, link_rates
from skyweft.scenario.shipped import find
from skyweft.world.ellipsoid import to_geodetic
from skyweft.world.land import outlines

HERE = Path(__file__).parent
DPI = 100
PAPER = "#060b13"  # the report's own background
PANEL = "#0b131f"
BASIN_DEG = (111.8, 121.2, 27.2, 33.2)  # west, east, south, north of the lower map
STYLE = {"font.family": "DejaVu Sans", "font.size": 10.5, "svg.hashsalt": "skyweft"}
Floats = NDArray[np.float64]


def main() -> None:
    """Run the shipped demo once and draw everything."""
    with tempfile.TemporaryDirectory() as folder, rc_context(STYLE):
        run = skyweft.run(find("integrated"), Path(folder) / "run")
        _save(demo(run), "demo.png")
        _save(coverage(run), "coverage.png")
        _save(links(run), "links.png")


def _save(figure: Figure, name: str) -> None:
    figure.savefig(HERE / name, dpi=DPI, metadata={"Software": None})
    print(f"{name}: {(HERE / name).stat().st_size / 1e3:.0f} kB")


def demo(run: skyweft.Run) -> Figure:
    """Draw where the network is (left) and who sees whom, when (right)."""
    figure = Figure(figsize=(16, 9), facecolor=PAPER)
    _headline(figure, run)
    world = figure.add_axes((0.035, 0.462, 0.415, 0.36))
    basin = figure.add_axes((0.035, 0.075, 0.415, 0.355))
    layers = figure.add_axes((0.600, 0.590, 0.290, 0.225))
    rows = figure.add_axes((0.600, 0.075, 0.290, 0.435))
    _world(run, world)
    _basin(run, basin)
    _meetings(run, layers, rows)
    return figure


def _headline(figure: Figure, run: skyweft.Run) -> None:
    facts = run.summary()
    platforms, contacts = facts["platforms"]["total"], facts["contacts"]["total"]
    figure.text(0.035, 0.93, run.scenario.name, size=25, weight="bold", color=DARK.ink)
    words = (
        f"{platforms} platforms in four layers, {contacts:,} contacts in 24 hours: "
        "satellites, an airship, solar aircraft, a fast train, a ship, gateways and field sensors"
    )
    figure.text(0.035, 0.893, words, size=12.5, color=DARK.muted)
    figure.text(0.965, 0.93, "skyweft", size=17, weight="bold", color=DARK.accent, ha="right")


def _title(ax: Axes, words: str, pad: float = 9) -> None:
    ax.set_title(words, loc="left", size=12.5, weight="bold", color=DARK.ink, pad=pad)


def _world(run: skyweft.Run, ax: Axes) -> None:
    """Draw two hours of tracks of some satellites over the land."""
    tracks = run.tracks.filter(pc.less_equal(run.tracks["time_s"], 6_000.0))
    land(ax)
    for group, colour, width, most in (("hongyun", DARK.space, 0.45, 26), ("xingyun", DARK.accent, 0.6, 16)):
        chosen = tracks.filter(pc.starts_with(pc.cast(tracks["name"], pa.string()), group))
        before = len(ax.collections)
        ground_tracks(chosen, ax, DARK, most=most)
        for lines in ax.collections[before:]:
            if lines.get_zorder() == 3:
                lines.set(color=colour, linewidth=width, alpha=0.75)
    ax.set(xlabel="", ylabel="")
    ax.tick_params(labelbottom=False, labelleft=False)
    west, east, south, north = BASIN_DEG
    ax.add_patch(
        Rectangle((west, south), east - west, north - south, fill=False, ec=DARK.warning, lw=1.6, zorder=6)
    )
    _title(ax, "Ground tracks over 100 minutes")


def land(ax: Axes) -> None:
    """Fill the land."""
    ax.add_collection(PolyCollection(outlines(), facecolor=DARK.land, edgecolor="none", zorder=0.5))


def _basin(run: skyweft.Run, ax: Axes) -> None:
    """Draw what stands and moves in the basin."""
    land(ax)
    ax.set_xlim(BASIN_DEG[:2])
    ax.set_ylim(BASIN_DEG[2:])
    ax.set_facecolor(DARK.water)


def _meetings(run: skyweft.Run, layers: Axes, rows: Axes) -> None:
    layer_timeline(run.contacts, run.platforms, run.scenario.duration_s, layers, DARK)
    timeline(run.contacts, run.platforms, run.scenario.duration_s, ax=rows, palette=DARK)


def coverage(run: skyweft.Run) -> Figure:
    """Draw the mean number of satellites in view."""
    figure = Figure(figsize=(10, 5.6), layout="constrained")
    coverage_map(run.coverage, "in_view_mean", figure.subplots())
    return figure


def links(run: skyweft.Run) -> Figure:
    """Draw margins and rates of every rule."""
    figure = Figure(figsize=(10, 4), layout="constrained")
    left, right = figure.subplots(1, 2)
    link_margins(run.links, left)
    link_rates(run.links, right)
    return figure


if __name__ == "__main__":
    main()
