"""What may be asked of a placement: the table `[place]` beside those of a scenario."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from skyweft.placing.line_of_sight import Environment
from skyweft.scenario.energy import Energy
from skyweft.scenario.entry import Count, Entry, File, Latitude, Longitude
from skyweft.scenario.quantities import Distance, PositiveRate, PositiveTime, Time
from skyweft.scenario.scenario import Name

Share = Annotated[float, Field(ge=0, le=1)]
Pair = Annotated[list[float], Field(min_length=2, max_length=2)]
GRID_MAX = 100_000


class Demand(Entry):
    """Who is to be served: points with weights and the rates they need."""

    file: File
    """CSV with `name, latitude_deg, longitude_deg`, or GeoJSON of points; `weight` or
    `population` (1 unless given), `rate_bps` and `environment` as columns or properties."""
    group: Name = "demand"
    """What the points are called as platforms of the scenario that is written."""
    terminals: Annotated[list[str], Field(min_length=1)]
    """Of `[terminals]`: what every point carries."""
    rate_bps: PositiveRate | None = None
    """What each needs, either way, where the file does not say."""


class Grid(Entry):
    """Candidates on an even grid."""

    latitude_deg: Pair
    """From, to."""
    longitude_deg: Pair
    """From, to, eastwards."""
    spacing_m: Annotated[float, Field(ge=10, le=1e6)]
    """Between neighbours, at the middle latitude."""
    altitude_m: Annotated[list[float], Field(min_length=1)] | None = None
    """Heights at every place, for kinds that hover at one; above the WGS84 ellipsoid."""

    @model_validator(mode="after")
    def _forwards(self) -> Self:
        (south, north), (west, east) = self.latitude_deg, self.longitude_deg
        if not -90 <= south <= north <= 90:
            raise ValueError(f"latitude_deg goes from south to north, got {south:g} to {north:g}")
        if not (-180 <= west <= 360 and west <= east <= west + 360):
            raise ValueError(f"longitude_deg goes from west to east, got {west:g} to {east:g}")
        return self


class Candidates(Entry):
    """Where craft may be placed: a file or a grid."""

    file: File | None = None
    """CSV with `name, latitude_deg, longitude_deg`, optionally `altitude_m`; GeoJSON or GPX."""
    grid: Grid | None = None
    """Or an even grid."""

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.file is None) == (self.grid is None):
            raise ValueError("give either file or grid")
        return self


class LineOfSight(Entry):
    """How likely a point is to see what flies above it."""

    model: Literal["tr38811", "al_hourani"] = "tr38811"
    """The table of TR 38.811, or the curve of Al-Hourani with constants of your own."""
    environment: Environment = "suburban_rural"
    """Of points whose file says nothing else; of the table."""
    a: Annotated[float, Field(gt=0, le=1e3)] | None = None
    """Of the curve."""
    b: Annotated[float, Field(gt=0, le=10)] | None = None
    """Of the curve, per degree."""
    probability_min: Share = 0.8
    """A point counts as reached from where its line of sight is at least this likely."""

    @model_validator(mode="after")
    def _constants(self) -> Self:
        given = [name for name in ("a", "b") if getattr(self, name) is not None]
        if self.model == "al_hourani" and len(given) < 2:
            raise ValueError("al_hourani needs a and b")
        if self.model == "tr38811" and given:
            raise ValueError(f"tr38811 does not read {' and '.join(given)}")
        if self.model == "al_hourani" and "environment" in self.model_fields_set:
            raise ValueError("al_hourani does not read environment: a and b say it")
        return self


class Terrain(Entry):
    """Ground that hides: heights of a GeoTIFF."""

    file: File
    """One band of heights in metres, with its projection. It must cover demand and candidates."""
    antenna_m: Annotated[float, Field(ge=0, le=1_000)] = 2.0
    """Of a point above its ground, where its own altitude is not higher."""
    above_ellipsoid_m: Annotated[float, Field(ge=-120, le=100)] = 0.0
    """Of the heights' zero: the geoid's undulation where they are above sea level."""
    effective_radius: Annotated[float, Field(ge=0.5, le=10)] = 4 / 3
    """k: how much larger the Earth looks to waves that the air bends; 1 is geometry alone."""


class Backhaul(Entry):
    """What must lead on from a craft: to a satellite, an airship or a site of the scenario."""

    share_min: Share = 0.95
    """Of the snapshots at which one must be linked; what counts is the rate kept up so long. 0 asks
    for no backhaul at all."""
    step_s: PositiveTime = 600.0
    """Between snapshots, from the scenario's start to its end."""


class Rotation(Entry):
    """How craft of a kind relieve one another."""

    base_latitude_deg: Latitude
    """Where they take off and land."""
    base_longitude_deg: Longitude
    """East of Greenwich."""
    endurance_s: PositiveTime
    """In the air, from take-off to landing."""
    speed_m_s: Annotated[float, Field(gt=0, le=500)]
    """On the way out and back."""
    turnaround_s: Time = 0.0
    """On the ground between two flights."""
    handover_s: Time = 0.0
    """Both are on station for so long when one relieves the other."""


class Craft(Entry):
    """Craft of one kind."""

    count: Count
    """How many there are."""
    layer: Literal["near_space", "air"]
    """As of platforms."""
    terminals: Annotated[list[str], Field(min_length=1)]
    """Of `[terminals]`: those towards the points and those of the backhaul."""
    motion: dict[str, Any]
    """As of platforms, without a latitude and a longitude: `kind = "loiter"`, `"airship"` or
    `"aircraft"`; of `loiter` without `altitude_m` at the candidates' heights."""
    energy: Energy | None = None
    """As of platforms; airships and solar aircraft need it."""
    carriers: Annotated[int, Field(ge=1, le=1_000)] = 1
    """Beams or channels that serve points at once; the points of one share its time."""
    rate_max_bps: PositiveRate | None = None
    """What one passes on at most; else what its backhaul carries."""
    on_station_min: Share = 0.9
    """An airship must be on station for this part of the time."""
    rotation: Rotation | None = None
    """Of craft that cannot stay up: several hold one station in turn."""

    @field_validator("motion")
    @classmethod
    def _kind(cls, motion: dict[str, Any]) -> dict[str, Any]:
        if motion.get("kind") not in ("loiter", "airship", "aircraft"):
            raise ValueError("kind is needed: loiter, airship or aircraft")
        return motion

    @model_validator(mode="after")
    def _turns(self) -> Self:
        if self.rotation is not None and self.motion["kind"] != "loiter":
            raise ValueError('rotation goes with kind = "loiter": the others stay up by themselves')
        return self


class Placing(Entry):
    """What to place, where, and whom to serve."""

    demand: Demand
    """Who is to be served."""
    candidates: Candidates
    """Where craft may be."""
    fleets: Annotated[dict[Name, Craft], Field(min_length=1)]
    """What there is to be placed, by name: `[place.fleets.NAME]`."""
    line_of_sight: LineOfSight = LineOfSight()
    """How likely points see what flies."""
    terrain: Terrain | None = None
    """Ground that hides points from craft; none unless given."""
    backhaul: Backhaul = Backhaul()
    """What must lead on from a craft."""
    distance_max_m: Distance | None = None
    """Points farther from a craft, over the ground, are not reached."""
