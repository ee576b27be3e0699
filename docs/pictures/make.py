"""Draw the pictures of the documentation from one run of the shipped demo.

`uv run python docs/pictures/make.py` writes demo.png, coverage.png and links.png beside this file.
The same code, scenario and version of matplotlib give the same bytes.
"""

import io
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray
from PIL import Image

import skyweft
from skyweft.plot import (
    DARK,
    LIGHT,
    coverage_map,
    ground_tracks,
    link_margins,
    link_rates,
    timeline,
)
from skyweft.scenario.shipped import find
from skyweft.world.ellipsoid import to_geodetic
from skyweft.world.land import outlines

HERE = Path(__file__).parent
PAPER = "#060b13"  # the report's own background
BASIN_DEG = (110.4, 121.2, 27.15, 31.7)  # west, east, south, north of the lower map
MOMENT_S = 15_480.0  # 04:18, when the train passes below the airship
TAIL_S = 900.0
STYLE: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 11,
    "axes.titlelocation": "left",
}
MOVERS = {  # where a name stands beside its mover [points]
    "airship": ("airship, 20 km", "near_space", (11, -2), "left"),
    "aircraft-01": ("solar aircraft, 8 km", "air", (12, -6), "left"),
    "aircraft-02": ("", "air", (0, 0), "left"),
    "train": ("train, 1,000 km/h", "ground", (-11, 2), "right"),
    "ship": ("ship", "ground", (2, 10), "left"),
}
Floats = NDArray[np.float64]


def main() -> None:
    """Run the demo once and draw everything."""
    with tempfile.TemporaryDirectory() as folder, rc_context(STYLE):
        run = skyweft.run(find("integrated"), Path(folder) / "run")
        _save(demo(run), "demo.png")
        _save(coverage(run), "coverage.png")
        _save(links(run), "links.png")


def _save(figure: Figure, name: str) -> None:
    """Write a figure at 100 dots an inch in 192 colours, a third of the size of full colour."""
    full = io.BytesIO()
    figure.savefig(full, dpi=100)
    picture = Image.open(full).convert("RGB").quantize(192, dither=Image.Dither.NONE)
    picture.save(HERE / name, optimize=True)
    print(f"{name}: {picture.size}, {(HERE / name).stat().st_size / 1e3:.0f} kB")


def demo(run: skyweft.Run) -> Figure:
    """Draw where the network is (left) and who sees whom, when (right)."""
    figure = Figure(figsize=(16, 9), facecolor=PAPER)
    _headline(figure, run)
    network = Network(run)
    _world(network, figure.add_axes((0.03, 0.455, 0.42, 0.373)))
    _basin(network, figure.add_axes((0.03, 0.05, 0.42, 0.36)))
    ax = figure.add_axes((0.574, 0.085, 0.272, 0.675))
    timeline(run.contacts, run.platforms, run.scenario.duration_s, ax=ax, palette=DARK)
    ax.axvline(MOMENT_S / 3_600, color=DARK.warning, linewidth=1.2, linestyle=(0, (4, 3)))
    figure.text(0.484, 0.842, "Who sees which layer, when", **_bold(13))
    return figure


def _bold(size: float) -> dict[str, Any]:
    return {"size": size, "weight": "bold", "color": DARK.ink}


def _headline(figure: Figure, run: skyweft.Run) -> None:
    facts = run.summary()
    platforms, contacts = facts["platforms"]["total"], facts["contacts"]["total"]
    figure.text(0.03, 0.928, run.scenario.name, **_bold(25))
    words = (
        f"{platforms} platforms in four layers and {contacts:,} contacts in 24 hours: "
        "satellites, airship, solar aircraft, fast train, ship, gateways, field sensors"
    )
    figure.text(0.03, 0.89, words, size=13, color=DARK.muted)
    figure.text(0.97, 0.928, "skyweft", size=18, weight="bold", color=DARK.accent, ha="right")


class Network:
    """Where everybody is, and who is in contact, at the moment that the maps show."""

    def __init__(self, run: skyweft.Run) -> None:
        self.run = run
        near = pc.and_(
            pc.less_equal(run.tracks["time_s"], MOMENT_S),
            pc.greater_equal(run.tracks["time_s"], MOMENT_S - TAIL_S),
        )
        self.tails = run.tracks.filter(near)
        self.names = pc.cast(self.tails["name"], pa.string()).to_numpy(zero_copy_only=False)
        now = np.isclose(self.tails["time_s"].to_numpy(), MOMENT_S)
        places_m = np.column_stack([self.tails[axis].to_numpy() for axis in ("x_m", "y_m", "z_m")])
        latitude_deg, longitude_deg, _ = to_geodetic(places_m[now])
        self.place = dict(
            zip(self.names[now], zip(longitude_deg, latitude_deg, strict=True), strict=True)
        )
        rows = run.platforms.select(["name", "longitude_deg", "latitude_deg", "group"]).to_pylist()
        self.group = {row["name"]: row["group"] for row in rows}
        self.place |= {
            row["name"]: (row["longitude_deg"], row["latitude_deg"])
            for row in rows
            if row["longitude_deg"] is not None
        }

    def of(self, group: str) -> Floats:
        """Return longitude and latitude of a group's members."""
        return np.array([place for name, place in self.place.items() if self.group[name] == group])

    def lines(self, one: str, others: set[str]) -> dict[str, Floats]:
        """Return lines from a group to members of others in contact with it, by their names."""
        contacts = self.run.contacts
        up = pc.and_(
            pc.less_equal(contacts["start_s"], MOMENT_S), pc.greater(contacts["end_s"], MOMENT_S)
        )
        found = {}
        for row in contacts.filter(up).select(["source", "target"]).to_pylist():
            ends = [row["source"], row["target"]]
            if self.group[ends[0]] != one:
                ends.reverse()
            if self.group[ends[0]] == one and self.group[ends[1]] in others:
                found[ends[1]] = np.array([self.place[end] for end in ends])
        return found


def _world(network: Network, ax: Axes) -> None:
    """Draw the constellations, the last minutes of their tracks, and who serves the basin."""
    for group, colour in (("hongyun", DARK.space), ("xingyun", DARK.accent)):
        mine = np.array([network.group[name] == group for name in network.names])
        ground_tracks(network.tails.filter(pa.array(mine)), ax, DARK, most=200)
        for drawn in ax.collections:
            if drawn.get_zorder() == 3:
                drawn.set(color=colour, linewidth=0.9, alpha=0.55, zorder=2.5)
        ax.scatter(*network.of(group).T, s=9, color=colour, linewidth=0, zorder=4)
    _land(ax)
    serving = [
        line
        for user in ("sensors", "train", "ship", "airship")
        for line in network.lines(user, {"xingyun", "hongyun"}).values()
    ]
    ax.add_collection(LineCollection(serving, color=DARK.warning, linewidth=0.8, zorder=3))
    seen = np.array([line[1] for line in serving])
    ax.scatter(*seen.T, s=26, facecolor="none", edgecolor=DARK.warning, linewidth=1.1, zorder=5)
    west, east, south, north = BASIN_DEG
    frame = Rectangle((west, south), east - west, north - south, fill=False, zorder=6)
    frame.set(edgecolor=DARK.warning, linewidth=1.4)
    ax.add_patch(frame)
    ax.set(xlabel="", ylabel="", xticks=[], yticks=[])
    count = network.run.summary()["platforms"]["by_layer"]["space"]
    words = f"{count} satellites at 04:18, and who of them serves the basin"
    ax.set_title(words, pad=8, **_bold(13))


def _land(ax: Axes) -> None:
    ax.add_collection(PolyCollection(outlines(), facecolor=DARK.land, edgecolor="none", zorder=0.5))


def _basin(network: Network, ax: Axes) -> None:
    """Draw what stands and moves in the basin, and who is in contact."""
    _land(ax)
    for name in ("train", "ship"):
        tracks = network.run.tracks
        whole = tracks.filter(pc.equal(pc.cast(tracks["name"], pa.string()), name))
        ground_tracks(whole, ax, DARK)
    for drawn in ax.collections:
        if drawn.get_zorder() == 3:
            drawn.set(color=DARK.muted, linewidth=1.3, alpha=0.9)
    reached = dict.fromkeys((n for n, g in network.group.items() if g == "sensors"), "space")
    for other, layer in (("airship", "near_space"), ("aircraft", "air")):
        lines = network.lines(other, {"sensors", "train", "ship", "aircraft"})
        reached |= {name: layer for name in lines if name in reached}
        drawn = LineCollection(list(lines.values()), color=DARK.layer(layer), alpha=0.8, zorder=4)
        drawn.set_linewidth(0.9)
        ax.add_collection(drawn)
    for layer, words in (
        ("space", "satellites"),
        ("near_space", "the airship"),
        ("air", "aircraft"),
    ):
        places = np.array([network.place[name] for name, best in reached.items() if best == layer])
        colour = DARK.accent if layer == "space" else DARK.layer(layer)
        ax.scatter(*places.T, s=20, color=colour, linewidth=0, zorder=5, label=words)
    ax.scatter(*network.of("gateways").T, s=52, marker="^", color=DARK.ink, zorder=5)
    ax.annotate("gateway", network.place["Wuhan gateway"], **_beside((-10, -12), "right"))
    for name, (words, layer, offset, side) in MOVERS.items():
        place = network.place[name]
        colour = DARK.layer(layer)
        ax.scatter(*place, s=95, color=colour, edgecolor=DARK.ink, linewidth=1.3, zorder=7)
        ax.annotate(words, place, **_beside(offset, side))
    ax.set(xlim=BASIN_DEG[:2], ylim=BASIN_DEG[2:], xlabel="", ylabel="", xticks=[], yticks=[])
    ax.set_aspect(1 / np.cos(np.radians(30.0)))
    for spine in ax.spines.values():
        spine.set(visible=True, color=DARK.warning, linewidth=1.4)
    key = ax.legend(title="field sensors, by the\nlowest layer in contact", loc="lower right")
    key.set(frame_on=False, alignment="left")
    for text in (key.get_title(), *key.get_texts()):
        text.set(color=DARK.muted, fontsize=10)


def _beside(offset: tuple[float, float], side: str) -> dict[str, Any]:
    halo = withStroke(linewidth=3.5, foreground=DARK.land)
    place = {"xytext": offset, "textcoords": "offset points", "ha": side, "zorder": 8}
    return {**place, "color": DARK.ink, "size": 10.5, "path_effects": [halo]}


def coverage(run: skyweft.Run) -> Figure:
    """Draw how many satellites are in view on average."""
    figure = Figure(figsize=(10, 5.6), layout="constrained", facecolor="white")
    coverage_map(run.coverage, "in_view_mean", figure.subplots(), LIGHT)
    return figure


def links(run: skyweft.Run) -> Figure:
    """Draw margins and rates of every rule."""
    figure = Figure(figsize=(11, 4.2), layout="constrained", facecolor="white")
    left, right = figure.subplots(1, 2)
    link_margins(run.link_samples, left)
    link_rates(run.link_samples, right)
    return figure


if __name__ == "__main__":
    main()
