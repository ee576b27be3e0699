"""How a group of platforms moves: one model a way of moving, told apart by `kind`."""

import math
from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, JsonValue, field_validator, model_validator

from skyweft.registry import Kind, Kinds
from skyweft.scenario.entry import COUNT_MAX, Count, Degrees, Entry, File, Latitude, Longitude
from skyweft.scenario.quantities import Days, PositiveTime, Time, positive

OrbitAltitude = Annotated[float, Field(gt=0, le=400e6)]
MeanMotion = Annotated[float, Field(ge=0.01, le=17.5)]
Altitude = Annotated[float, Field(ge=-12e3, le=100e6)]
Inclination = Annotated[float, Field(ge=0, le=180)]
ALONG_MAX_M = 40e6
Along = Annotated[float, Field(ge=0, le=ALONG_MAX_M)]
RailSpeed = Annotated[float, positive("m_s", least=0.1, most=1_000)]
RailRate = Annotated[float, Field(ge=0.01, le=20)]
AirshipAltitude = Annotated[float, Field(ge=0, le=40e3)]
EQUATOR_M = 6_378_135.0  # WGS72, as in element sets
GRAVITY_M3_S2 = 398_600.8e9

PHASING: dict[str, JsonValue] = {"minimum": 0, "maximum": COUNT_MAX}


class Motion(Entry):
    """How a group of platforms moves: what every kind of it is made from."""

    words: ClassVar[str] = ""
    """What reports call it; its kind unless given."""
    stands: ClassVar[bool] = False
    """Whether its platforms stand still, so that they may be sites of coverage and gateways."""
    draws: ClassVar[bool] = False
    """Whether anything is drawn at random: only then the scenario's seed is handed over."""
    orbits: ClassVar[bool] = False
    """Whether its platforms are satellites, at home in space whatever their height."""
    factors: ClassVar[tuple[str, ...]] = ("count",)
    """Keys whose product is how many platforms there are, as far as the scenario says so."""

    kind: str

    @classmethod
    def in_planes(cls, _table: Mapping[str, Any]) -> bool:
        """Whether such a table puts its platforms into the slots of planes."""
        return False


class Walker(Motion):
    """Circular orbits in evenly spaced planes (one shell; write one group a shell)."""

    words = "Walker shell"
    orbits = True
    factors = ("planes", "per_plane")

    kind: Literal["walker"]
    pattern: Literal["delta", "star"] = "delta"
    """`delta` spreads the ascending nodes over 360 degrees, `star` over 180."""
    planes: Count
    """Orbital planes, evenly spaced."""
    per_plane: Count
    """Satellites in every plane, evenly spaced."""
    inclination_deg: Inclination
    """Of every plane to the equator; above 90 the satellites go west."""
    altitude_m: OrbitAltitude | None = None
    """Height of the mean semi-major axis above 6,378,135 m (WGS72 equator)."""
    mean_motion_rev_day: MeanMotion | None = None
    """Kozai mean motion as in element sets; give this or `altitude_m`."""
    # The bounds are the schema's alone: what is said of a number beyond them knows the planes.
    phasing: Annotated[int, Field(json_schema_extra=PHASING)] | Literal["alternating"] = 0
    """Walker's F, 0 to planes - 1: every plane is ahead of the one before by F x 360 / satellites
    degrees. Or `alternating`: half a slot in every odd plane."""
    raan_span_deg: Annotated[float, positive("deg")] | None = None
    """Over how many degrees the ascending nodes are spread; the pattern decides unless given."""
    raan_deg: Degrees = 0.0
    """Right ascension of the first plane's ascending node, TEME of the start."""
    argument_of_latitude_deg: Degrees = 0.0
    """Where the first satellite of the first plane is at the start, from the ascending node."""

    @classmethod
    def in_planes(cls, _table: Mapping[str, Any]) -> bool:
        """Whether such a table puts its platforms into the slots of planes."""
        return True

    @model_validator(mode="after")
    def _one_size(self) -> Self:
        if (self.altitude_m is None) == (self.mean_motion_rev_day is None):
            raise ValueError("give either altitude_m or mean_motion_rev_day")
        if self.phasing != "alternating" and not 0 <= self.phasing < self.planes:
            raise ValueError(f"phasing must be from 0 to planes - 1 = {self.planes - 1}")
        _above_ground(self, 0.0)
        return self


class Orbit(Motion):
    """One satellite by its mean elements at the scenario's start (SGP4, TEME)."""

    words = "one orbit"
    orbits = True

    kind: Literal["orbit"]
    inclination_deg: Inclination
    """To the equator; above 90 the satellite goes west."""
    altitude_m: OrbitAltitude | None = None
    """Height of the mean semi-major axis above 6,378,135 m; give this or `mean_motion_rev_day`."""
    mean_motion_rev_day: MeanMotion | None = None
    """Kozai mean motion as in element sets."""
    eccentricity: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """The perigee must stay above the ground."""
    raan_deg: Degrees = 0.0
    """Right ascension of the ascending node, TEME of the start."""
    argument_of_perigee_deg: Degrees = 0.0
    """From the ascending node."""
    mean_anomaly_deg: Degrees = 0.0
    """Where the satellite is at the start, from the perigee."""
    bstar: Annotated[float, Field(ge=-1, le=1)] = 0.0
    """Drag term of the element set, per earth radius."""

    @model_validator(mode="after")
    def _one_size(self) -> Self:
        if (self.altitude_m is None) == (self.mean_motion_rev_day is None):
            raise ValueError("give either altitude_m or mean_motion_rev_day")
        _above_ground(self, self.eccentricity)
        return self


def _above_ground(orbit: Walker | Orbit, eccentricity: float) -> None:
    """Refuse a perigee within the Earth, by Kepler alone; SGP4's own is some km off."""
    if orbit.altitude_m is not None:
        semi_major_m = EQUATOR_M + orbit.altitude_m
    else:
        assert orbit.mean_motion_rev_day is not None
        rate_rad_s = orbit.mean_motion_rev_day * 2 * math.pi / 86_400
        semi_major_m = (GRAVITY_M3_S2 / rate_rad_s**2) ** (1 / 3)
    low_m = semi_major_m * (1 - eccentricity) - EQUATOR_M
    if low_m < 0:
        raise ValueError(
            f"the lowest altitude is {low_m / 1e3:,.0f} km, within the Earth: a higher "
            "altitude_m, or a smaller mean_motion_rev_day or eccentricity"
        )


class ElementSets(Motion):
    """Satellites from a file of elements: TLE, 3LE, or OMM as CSV, JSON, XML or KVN."""

    words = "element sets"
    orbits = True

    kind: Literal["elements", "tle"]
    """`tle` is another spelling."""
    file: File
    """Element sets; the format is recognised from the content."""
    planes: Count | None = None
    """With `per_plane`: who sits in which plane and slot is told from the orbits at the start,
    whatever the order of the sets; slots may be empty, and spares sit in none."""
    per_plane: Count | None = None
    """Slots in every plane."""
    stale_days: Days = 14.0
    """Warn when a set's epoch is further than this from any moment of the run."""
    duplicates: Literal["nearest", "before", "error"] = "nearest"
    """Of several sets of one satellite: `nearest` takes the one whose epoch is nearest to the
    middle of the run, `before` the newest that is not after the start (the first, where all are
    after), `error` refuses the file. How many were passed over is a warning."""
    on_error: Literal["error", "skip"] = "error"
    """`skip` leaves damaged sets out, with a warning that counts and names them; a file that is cut
    or broken as a whole is refused in any case."""

    @field_validator("kind")
    @classmethod
    def _one_spelling(cls, kind: str) -> str:
        return "elements"

    @classmethod
    def in_planes(cls, table: Mapping[str, Any]) -> bool:
        """Whether such a table puts its platforms into the slots of planes."""
        return table.get("planes") is not None

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if (self.planes is None) != (self.per_plane is None):
            raise ValueError("planes and per_plane go together")
        return self


class Fixed(Motion):
    """One place that stands still."""

    words = "one place"
    stands = True
    kind: Literal["fixed"]
    latitude_deg: Latitude
    """Geodetic, WGS84."""
    longitude_deg: Longitude
    """East of Greenwich."""
    altitude_m: Altitude = 0.0
    """Height above the WGS84 ellipsoid."""


class Sites(Motion):
    """Places that stand still, from a file.

    CSV with the columns `name, latitude_deg, longitude_deg` and optionally `altitude_m`; GeoJSON
    points with the property `name`; a JSON list of stations with `name`, `lat`, `lng` and
    `altitude`, as SatNOGS has them; or the waypoints of a GPX file.
    """

    words = "places"
    stands = True
    kind: Literal["sites"]
    file: File
    """What it is in is told from its ending (`.csv`, `.tsv`, `.geojson`, `.json`, `.gpx`), else
    from its content."""
    name_property: Annotated[str, Field(min_length=1)] = "name"
    """Which property, column, key or element holds the names."""


class Population(Motion):
    """Many standing things, drawn at random (seeded) over a region."""

    words = "population"
    stands = True
    draws = True
    kind: Literal["population"]
    count: Count
    """How many."""
    region: File | Literal["land", "globe"] = "land"
    """`land`, `globe`, or a GeoJSON file of polygons, also across 180 degrees or around a pole."""
    weights: File | None = None
    """CSV with `latitude_deg, longitude_deg, weight`: the centres of the cells of a grid. A cell is
    drawn by its weight, then a place evenly within it; places outside the region are drawn anew."""
    altitude_m: Altitude = 0.0
    """Height of every one above the WGS84 ellipsoid."""


class Track(Motion):
    """Ships, trains, aircraft by times and places from a CSV or GPX file.

    Columns `time_s` (from the start) or `time` (UTC, ISO 8601), `latitude_deg`, `longitude_deg`,
    optionally `altitude_m`, and `name` where the file holds several; or AIS as MarineCadastre and
    Denmark hand it out, a platform a vessel.
    """

    words = "recorded track"

    kind: Literal["track"]
    file: File
    """Two points or more for every name; they are put in the order of their times."""
    ends: Literal["hold", "absent", "repeat"] = "hold"
    """Outside the file's times: stay at the end, not be there, or run back and forth."""


class Gtfs(Motion):
    """Buses, trams, trains and ferries by the timetable of a GTFS feed: one route on one day.

    Every trip that runs is a platform, called by its `trip_id`.
    """

    words = "timetable"
    factors = ()

    kind: Literal["gtfs"]
    file: File
    """The feed, packed (ZIP)."""
    route: Annotated[str, Field(min_length=1)]
    """Its `route_id`."""
    day: date
    """Of service, as in 2026-07-01; times beyond 24:00:00 are on the day after it."""
    ends: Literal["hold", "absent"] = "absent"
    """Before a trip's first stop and after its last: not be there, or stay there."""


class SpeedLimit(Entry):
    """A part of a line where less speed is allowed."""

    from_m: Along
    """From the line's beginning."""
    to_m: Along
    """Up to there."""
    speed_m_s: RailSpeed
    """Allowed there."""

    @model_validator(mode="after")
    def _forwards(self) -> Self:
        _rising(self.from_m, self.to_m)
        return self


class StopAt(Entry):
    """Where trains stand."""

    at_m: Along
    """From the line's beginning."""
    dwell_s: Time = 60.0
    """How long."""
    arrive_s: PositiveTime | None = None
    """By when after the departure: who is early waits. On the way back nothing is said."""


class Blocked(Entry):
    """A part of a line, or a time, in which trains are connected with nothing."""

    from_m: Along | None = None
    """From the line's beginning. Both ends belong to it."""
    to_m: Along | None = None
    """Up to there."""
    from_s: Time | None = None
    """Or a time from the run's start."""
    to_s: Time | None = None
    """Up to then."""
    cause: Literal["tunnel", "terrain"] = "tunnel"
    """What links, routes and messages name as the cause."""

    @model_validator(mode="after")
    def _one_stretch(self) -> Self:
        place, time = (self.from_m, self.to_m), (self.from_s, self.to_s)
        if (None in place) == (None in time) or len({*place, *time} - {None}) > 2:
            raise ValueError("give either from_m and to_m, or from_s and to_s")
        low, high = time if None in place else place
        assert low is not None
        assert high is not None
        _rising(low, high)
        return self


def _rising(low: float, high: float) -> None:
    if not low < high:
        raise ValueError(f"the lower end comes first, got {low:g} before {high:g}")


class Rail(Motion):
    """Trains on a line, as quickly as limits and acceleration let them.

    CSV with the columns `latitude_deg, longitude_deg` and optionally `altitude_m` and `speed_km_h`,
    allowed from that place on; or a GeoJSON LineString. Distances are along the line from its
    first place, on the WGS84 ellipsoid.
    """

    words = "railway"
    factors = ()

    kind: Literal["rail"]
    file: File
    """The line's places, in order."""
    speed_max_m_s: RailSpeed | None = None
    """Allowed all along the line; 1,000 km/h is 277.8. May be left out where the file says it."""
    acceleration_m_s2: RailRate = 0.5
    """How quickly speed grows, and falls unless `braking_m_s2` is given."""
    braking_m_s2: RailRate | None = None
    """How quickly speed falls."""
    limits: list[SpeedLimit] = Field(default_factory=list)
    """Where less is allowed; the least holds."""
    stops: list[StopAt] = Field(default_factory=list)
    """Rising along the line."""
    blocked: list[Blocked] = Field(default_factory=list)
    """Tunnels, and stretches that terrain hides."""
    blocked_file: File | None = None
    """More of them: CSV with the columns `from_m, to_m` and optionally `cause`."""
    departures_s: list[Time] = Field(default_factory=lambda: [0.0])
    """One train each from the line's beginning."""
    departures_back_s: list[Time] = Field(default_factory=list)
    """One train each from its end."""
    ends: Literal["hold", "absent", "repeat"] = "hold"
    """Before the departure and after the arrival: stay there, or not be there; or after it go
    back and forth, from `turnaround_s` after each arrival."""
    turnaround_s: Time = 600.0
    """Of `repeat`."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.departures_s and not self.departures_back_s:
            raise ValueError("departures_s and departures_back_s are empty: there is no train")
        places = [stop.at_m for stop in self.stops]
        if any(low >= high for low, high in pairwise(places)):
            raise ValueError("stops: their at_m rise along the line")
        if "turnaround_s" in self.model_fields_set and self.ends != "repeat":
            raise ValueError('turnaround_s is read with ends = "repeat" alone')
        return self


class Loiter(Motion):
    """A pattern flown around a place at an altitude: airship, solar aircraft, drone."""

    words = "flown pattern"

    kind: Literal["loiter"]
    latitude_deg: Latitude
    """Of the middle of the pattern, geodetic, WGS84."""
    longitude_deg: Longitude
    """East of Greenwich."""
    altitude_m: Annotated[float, Field(gt=0, le=100e3)]
    """Height above the WGS84 ellipsoid, kept."""
    pattern: Literal["circle", "racetrack", "figure_eight"] = "circle"
    """`racetrack`: two straight legs and two turns; `figure_eight`: turns to either side."""
    radius_m: Annotated[float, Field(ge=1, le=200e3)] = 5e3
    """Of the turns."""
    length_m: Annotated[float, Field(ge=0, le=500e3)] = 0.0
    """Of the straight legs of a racetrack, or between the two turns of a figure of eight."""
    heading_deg: Degrees = 0.0
    """Of the long axis, clockwise from north."""
    speed_m_s: Annotated[float, Field(ge=0.1, le=1000)]
    """Over the ground."""
    count: Count = 1
    """Craft that share the pattern, evenly spaced along it."""


class Station(Entry):
    """Where an airship should stay."""

    latitude_deg: Latitude
    """Of the middle, geodetic, WGS84."""
    longitude_deg: Longitude
    """East of Greenwich."""
    radius_m: Annotated[float, Field(ge=100, le=500e3)] = 50e3
    """Within it the airship is on station."""
    altitude_m: Annotated[list[AirshipAltitude], Field(min_length=2, max_length=2)]
    """Least and greatest height above the ellipsoid: it looks for the least wind in between."""

    @field_validator("altitude_m")
    @classmethod
    def _upwards(cls, band: list[float]) -> list[float]:
        if band[0] > band[1]:
            raise ValueError(f"the lower height comes first, got {band[0]:g} before {band[1]:g}")
        return band


class Hull(Entry):
    """What an airship is, as far as its flight asks."""

    volume_m3: Annotated[float, Field(ge=10, le=2e6)]
    """Of the hull."""
    drag_volume: Annotated[float, Field(gt=0, le=1)] = 0.03
    """Drag coefficient of the whole airship, referred to the hull's volume to the power 2/3."""
    propeller_efficiency: Annotated[float, Field(gt=0, le=1)] = 0.6
    """Of electricity into thrust times speed."""
    speed_max_m_s: Annotated[float, Field(gt=0, le=100)]
    """Through the air."""
    climb_m_s: Annotated[float, Field(gt=0, le=20)] = 1.0
    """Up and down within its band."""


class Airship(Motion):
    """An airship that keeps its station against the wind as far as its energy lasts.

    Its group states `energy`; the wind is that of `[weather]`.
    """

    words = "airship"
    draws = True
    factors = ()

    kind: Literal["airship"]
    station: Station
    hull: Hull


class Circle(Entry):
    """Where solar aircraft circle."""

    latitude_deg: Latitude
    """Of the middle, geodetic, WGS84."""
    longitude_deg: Longitude
    """East of Greenwich."""
    pattern: Literal["circle", "racetrack", "figure_eight"] = "circle"
    """`racetrack`: two straight legs and two turns; `figure_eight`: turns to either side."""
    radius_m: Annotated[float, Field(ge=100, le=50e3)] = 5e3
    """Of the circle, or of the turns."""
    length_m: Annotated[float, Field(ge=0, le=100e3)] = 0.0
    """Of the straight legs of a racetrack, or between the two turns of a figure of eight."""
    heading_deg: Degrees = 0.0
    """Of the long axis, clockwise from north."""
    altitude_m: Annotated[list[AirshipAltitude], Field(min_length=2, max_length=2)]
    """Where it stays by night, and up to where it climbs by day, above the ellipsoid."""

    @field_validator("altitude_m")
    @classmethod
    def _upwards(cls, band: list[float]) -> list[float]:
        if band[0] > band[1]:
            raise ValueError(f"the lower height comes first, got {band[0]:g} before {band[1]:g}")
        return band


class Airframe(Entry):
    """What a solar aircraft is, as far as its flight asks."""

    mass_kg: Annotated[float, Field(gt=0, le=1e5)]
    """Of all that flies, battery and payload too."""
    wing_m2: Annotated[float, Field(gt=0, le=1e4)]
    """Area of the wing."""
    lift_coefficient: Annotated[float, Field(gt=0, le=3)] = 1.0
    """C_L at the speed of least power."""
    endurance_factor: Annotated[float, Field(gt=0, le=100)] = 25.0
    """C_L^1.5 / C_D of the whole aircraft there."""
    propeller_efficiency: Annotated[float, Field(gt=0, le=1)] = 0.75
    """Of electricity into thrust times speed."""
    climb_m_s: Annotated[float, Field(gt=0, le=20)] = 1.0
    """The fastest it climbs."""


class Aircraft(Motion):
    """Solar aircraft that climb by day and glide by night, as long as their energy lasts.

    Their group states `energy`; the wind is that of `[weather]`, and carries them off while it is
    stronger than they are.
    """

    words = "solar aircraft"
    draws = True

    kind: Literal["aircraft"]
    circle: Circle
    airframe: Airframe
    count: Count = 1
    """Equal ones that share the circle, evenly spaced along it."""


Waypoint = Annotated[
    list[Annotated[float, Field(ge=-180, le=360)]], Field(min_length=2, max_length=2)
]


class Sortie(Motion):
    """Aircraft and drones that fly a route as long as fuel or battery lasts, in turn if need be.

    They take off at the first waypoint, fly on to the last, circle there, and return in time; or
    fly on and are gone. Climb, descent and wind are not modelled; who is on the ground is silent.
    """

    words = "sorties"

    kind: Literal["sortie"]
    waypoints: Annotated[list[Waypoint], Field(min_length=2, max_length=1_000)]
    """Latitude and longitude of each, the base first and the station last; in between great
    circles. [deg]"""
    altitude_m: Annotated[float, Field(gt=0, le=30e3)]
    """Height above the WGS84 ellipsoid, kept."""
    speed_m_s: Annotated[float, Field(ge=1, le=1000)]
    """Over the ground."""
    endurance_s: Annotated[float, Field(gt=0, le=30 * 86_400)]
    """How long fuel or battery lasts from take-off, what is kept in reserve taken off."""
    radius_m: Annotated[float, Field(ge=10, le=50e3)] = 1e3
    """Of the circle that is flown around the last waypoint until it is time."""
    ends: Literal["return", "absent"] = "return"
    """`return`: back to the base by the same route, landing when endurance ends; `absent`: it
    stays until then, falls silent and is not there any more."""
    start_s: Annotated[float, Field(ge=-30 * 86_400, le=366 * 86_400)] = 0.0
    """When the first one takes off, from the scenario's start."""
    turnaround_s: Annotated[float, Field(ge=0, le=30 * 86_400)] | None = None
    """On the ground between two sorties: with it they fly again and again, also before `start_s`,
    `count` of them evenly one after another. Left out: one sortie each, all at once."""
    count: Count = 1
    """Craft that take turns."""

    @field_validator("waypoints")
    @classmethod
    def _on_earth(cls, points: list[list[float]]) -> list[list[float]]:
        for latitude, longitude in points:
            if not (-90 <= latitude <= 90 and -180 <= longitude <= 360):
                raise ValueError(f"no place: latitude {latitude:g}, longitude {longitude:g}")
        return points

    @model_validator(mode="after")
    def _again_after_landing(self) -> Self:
        if self.turnaround_s is not None and self.ends == "absent":
            raise ValueError("turnaround_s is for those that return: ends = 'return'")
        return self


MOTIONS = Kinds(
    "skyweft.motions",
    "motion",
    Motion,
    (
        Kind(Walker, "skyweft.motion.satellites:walker"),
        Kind(Orbit, "skyweft.motion.satellites:orbit"),
        Kind(ElementSets, "skyweft.motion.satellites:element_sets"),
        Kind(Fixed, "skyweft.motion.sites:fixed"),
        Kind(Sites, "skyweft.motion.sites:sites"),
        Kind(Population, "skyweft.motion.population:population"),
        Kind(Track, "skyweft.motion.track:track"),
        Kind(Gtfs, "skyweft.motion.gtfs:gtfs"),
        Kind(Rail, "skyweft.motion.rail:rail"),
        Kind(Loiter, "skyweft.motion.loiter:loiter"),
        Kind(Airship, "skyweft.motion.airship:airship"),
        Kind(Aircraft, "skyweft.motion.aircraft:aircraft"),
        Kind(Sortie, "skyweft.motion.sortie:sortie"),
    ),
)
"""Each function: (group, table, `motion.members.Setting`) to `motion.members.Members`."""
AnyMotion = Annotated[Motion, MOTIONS]
