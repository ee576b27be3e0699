"""The whole of what a user decides."""

from typing import Annotated, Literal

from pydantic import Field

from skyweft.scenario.entry import Count, Entry, Moment, Positive
from skyweft.scenario.motion import Motion
from skyweft.scenario.terminals import Link, Terminal
from skyweft.scenario.waveforms import Waveform

Layer = Literal["space", "near_space", "air", "ground"]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")]


class World(Entry):
    """Which Earth the run is on."""

    earth_orientation: Literal["tables", "none"] = "tables"
    """`none`: UT1 = UTC and no polar motion, to compare with simpler programs."""


class Platforms(Entry):
    """One group of platforms that move alike and carry the same terminals."""

    layer: Layer
    motion: Motion
    terminals: list[str] = []


class Coverage(Entry):
    """Where and by whom coverage is measured."""

    platforms: Annotated[list[str], Field(min_length=1)]
    """Groups that cover."""
    sites: list[str] = []
    """Groups of standing platforms to measure at, beside the cells of the grid."""
    elevation_min_deg: Annotated[float, Field(ge=0, lt=90)] = 10.0
    cells: Annotated[int, Field(ge=12, le=100_000)] = 1_000
    """Cells of equal area over the latitudes asked for."""
    latitude_min_deg: Annotated[float, Field(ge=-90, le=90)] = -90.0
    latitude_max_deg: Annotated[float, Field(ge=-90, le=90)] = 90.0


class Scenario(Entry):
    """All that the user decides."""

    name: Annotated[str, Field(min_length=1)]
    description: str = ""
    start: Moment
    """UTC."""
    duration_s: Positive
    step_s: Annotated[float, Field(gt=0, le=300)] | None = None
    """Between the knots of the tracks; chosen from the fastest turn (60 s for satellites) unless given."""
    seed: Annotated[int, Field(ge=0)] = 0
    world: World = World()
    platforms: Annotated[dict[Name, Platforms], Field(min_length=1)]
    terminals: dict[Name, Terminal] = {}
    waveforms: dict[Name, Waveform] = {}
    links: list[Link] = []
    coverage: Coverage | None = None


__all__ = ["Count", "Coverage", "Platforms", "Scenario", "World"]
