"""What a platform talks with: antennas, radios, lasers."""

from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from skyweft.registry import Kind, Kinds
from skyweft.scenario.entry import Count, Elevation, Entry, File
from skyweft.scenario.losses import AnyLosses
from skyweft.scenario.policies import AnyChoice
from skyweft.scenario.quantities import (
    Aperture,
    Carrier,
    Distance,
    FigureOfMerit,
    Frequency,
    Gain,
    Loss,
    PositivePower,
    PositiveRate,
    PositiveShare,
    PositiveTime,
    Power,
    PowerLevel,
    Step,
    Temperature,
    Time,
    TurnRate,
    Work,
    positive,
)


class Antenna(Entry):
    """Where a radio sends to and receives from: what every kind of it is made from."""

    kind: str


class Isotropic(Antenna):
    """The same gain in every direction."""

    kind: Literal["isotropic"]
    gain_dbi: Gain = 0.0


class Parabolic(Antenna):
    """A dish; off its axis it follows Recommendation ITU-R S.465."""

    kind: Literal["parabolic"]
    diameter_m: Aperture
    efficiency: PositiveShare = 0.65
    boresight: Literal["tracking", "up", "down"] = "tracking"
    """`tracking` follows the other end; `up` and `down` are fixed along the local vertical."""


class PhasedArray(Antenna):
    """A flat array whose gain falls with the cosine of the scan angle."""

    kind: Literal["phased_array"]
    gain_dbi: Gain
    """On its axis."""
    exponent: Annotated[float, Field(ge=0, le=100)] = 1.2
    """Gain follows cos(scan angle) to this power."""
    scan_max_deg: Annotated[float, positive("deg", most=90)] = 60.0
    """No link beyond this angle."""
    boresight: Literal["up", "down"]


ANTENNAS = Kinds(
    "skyweft.antennas",
    "antenna",
    Antenna,
    (
        Kind(Isotropic, "skyweft.links.antennas:isotropic"),
        Kind(Parabolic, "skyweft.links.antennas:parabolic"),
        Kind(PhasedArray, "skyweft.links.antennas:phased_array"),
    ),
)
"""Each function: (table, carrier in Hz, sine of the other end's angle above the horizon, (K,), or
None for the axis) to the gain in dBi, one number or (K,); -inf where it cannot point."""
AnyAntenna = Annotated[Antenna, ANTENNAS]


def _ascending(mask: list[tuple[float, float]]) -> list[tuple[float, float]]:
    azimuths = [azimuth for azimuth, _ in mask]
    if any(later < earlier for earlier, later in pairwise(azimuths)):
        raise ValueError("azimuths must ascend; two points of one azimuth are a wall")
    return mask


Error = Annotated[float, Field(ge=0, le=1e6)]
SpeedError = Annotated[float, Field(ge=0, le=1e4)]
Mask = Annotated[
    list[Annotated[tuple[Annotated[float, Field(ge=0, le=360)], Elevation], Field(strict=False)]],
    Field(min_length=1),
    AfterValidator(_ascending),
]


class Energy(Entry):
    """What a device's radio draws from its battery."""

    transmit_w: PositivePower
    """While it sends."""
    receive_w: Power = 0.0
    """While it listens."""
    sleep_w: Power = 0.0
    """At all other times, the rest of the device included."""
    battery_j: Work | None = None
    """What it holds at the run's start. Once it has not enough for an attempt, the device is silent
    (`battery`). A life is reckoned only where it is given."""


class Reception(Entry):
    """How a receiver of random access listens."""

    decoders: Count | None = None
    """Messages it can follow at a time; any number unless given."""
    half_duplex: bool = False
    """It receives nothing while it sends beacons and acknowledgements."""
    beacon_period_s: PositiveTime | None = None
    """It sends a beacon this often, from a moment of its own on; none unless given."""
    beacon_s: PositiveTime = 0.15
    """Length of a beacon."""
    beams: Count = 1
    """Beams that hop: equal sectors of azimuth seen from below it, lit one after another."""
    dwell_s: PositiveTime = 1.0
    """How long a beam is lit; a message must lie within that."""


class Radio(Entry):
    """A radio with its antenna."""

    kind: Literal["radio"]
    frequency_hz: Carrier
    """Carrier it transmits on."""
    bandwidth_hz: Frequency | None = None
    """Occupied when it transmits; a waveform with its own bandwidth does not need it."""
    eirp_dbw: PowerLevel | None = None
    """On the antenna's axis, antenna included; with an `antenna` that does not follow the other
    end it falls with that pattern. Or give `power_dbw` and an `antenna`, less `losses_db`."""
    power_dbw: PowerLevel | None = None
    """Transmitter output."""
    gt_db_k: FigureOfMerit | None = None
    """Receive figure of merit on the antenna's axis. Or give an `antenna` and its noise: gain -
    `losses_db` - 10 log10 of the system temperature."""
    noise_temperature_k: Temperature | None = None
    """System noise temperature; or give `noise_figure_db`."""
    noise_figure_db: Loss | None = None
    antenna_temperature_k: Temperature = 290.0
    """What the antenna sees; used with `noise_figure_db`."""
    antenna: AnyAntenna | None = None
    polarisation: Literal["rhcp", "lhcp", "horizontal", "vertical", "matched"] = "matched"
    losses_db: Loss = 0.0
    """Feeder and other fixed losses between amplifier and antenna."""
    pointing_loss_db: Loss = 0.0
    energy: Energy | None = None
    """Of devices that send `[[messages]]`."""
    reception: Reception = Reception()
    """Of what receives them."""
    mask: Mask | None = None
    """Horizon seen by the terminal: [azimuth, elevation] points in degrees, azimuths ascending,
    joined by straight lines all around."""

    @property
    def transmits(self) -> bool:
        """Whether it can be received."""
        return self.eirp_dbw is not None or self.power_dbw is not None

    @property
    def receives(self) -> bool:
        """Whether it can hear."""
        return not (
            self.gt_db_k is None
            and self.noise_temperature_k is None
            and self.noise_figure_db is None
        )

    @model_validator(mode="after")
    def _able(self) -> Self:
        if not (self.transmits or self.receives):
            raise ValueError(
                "can neither transmit nor receive: give eirp_dbw or power_dbw to transmit; "
                "gt_db_k, noise_temperature_k or noise_figure_db to receive"
            )
        return self

    @model_validator(mode="after")
    def _one_way_to_say_it(self) -> Self:
        given = self.model_fields_set
        rivals = ["gt_db_k", "noise_temperature_k", "noise_figure_db"]
        for keys in (["eirp_dbw", "power_dbw"], rivals):
            twice = [key for key in keys if getattr(self, key) is not None]
            if len(twice) > 1:
                raise ValueError(f"{' and '.join(twice)} say the same: give one")
        if "antenna_temperature_k" in given and self.noise_figure_db is None:
            raise ValueError("antenna_temperature_k goes with noise_figure_db")
        from_gain = [key for key in ("power_dbw", *rivals[1:]) if getattr(self, key) is not None]
        if from_gain and self.antenna is None:
            raise ValueError(f"{from_gain[0]} needs an antenna (its gain enters the budget)")
        if "losses_db" in given and not from_gain:
            raise ValueError("losses_db is already inside eirp_dbw and gt_db_k")
        return self


class Optical(Entry):
    """A laser terminal with a stated rate."""

    kind: Literal["optical"]
    rate_bps: PositiveRate
    wavelength_m: Annotated[float, Field(ge=100e-9, le=100e-6)] = 1550e-9
    """Of the carrier; Doppler follows from it."""
    margin_db: Loss | None = None
    """How much `losses` and `losses_db` of a link may take before nothing gets through to this
    terminal; any amount unless given."""
    mask: Mask | None = None


Terminal = Annotated[Radio | Optical, Field(discriminator="kind")]


class Beams(Entry):
    """Steered beams at one end of a link: who is near a beam's centre shares its carrier."""

    end: Literal["source", "target"] = "target"
    """Which end forms them."""
    count: Annotated[int, Field(ge=1, le=1_000)]
    """How many a platform has at a time."""
    width_deg: Annotated[float, positive("deg", most=180)]
    """Full width as the platform sees it: a beam serves users within half of it of its centre,
    which is its first user."""
    users_max: Count | None = None
    """How many a beam serves at most; as many as are near unless given."""


class Precompensation(Entry):
    """How a carrier's Doppler shift is taken off before it is sent, and what is not known then."""

    at: Literal["terminal", "beam_centre"] = "terminal"
    """`terminal`: the lower end works it out from its own place and the other's ephemeris;
    `beam_centre`: the other end does for the middle of its beam, as if it stood there."""
    position_error_m: Error = 0.0
    """By how much the terminal may be elsewhere than it takes itself to be."""
    velocity_error_m_s: SpeedError = 0.0
    """By how much it may move otherwise."""
    ephemeris_error_m: Error = 0.0
    """By how much the other end may be elsewhere than its ephemeris says."""
    ephemeris_velocity_error_m_s: SpeedError = 0.0
    """By how much that may move otherwise."""
    age_s: Annotated[float, Field(ge=0, le=600)] = 0.0
    """How old the shift is that is taken off, to first order."""
    beam_radius_m: Annotated[float, Field(gt=0, le=3e6)] | None = None
    """Of a beam on the ground: its middle may be anywhere within it of the terminal."""

    @model_validator(mode="after")
    def _no_word_in_vain(self) -> Self:
        beam = {"beam_radius_m"}
        errors = {*type(self).model_fields} - {"at"} - beam
        idle = self.model_fields_set & (beam if self.at == "terminal" else errors)
        if idle:
            raise ValueError(f"at = {self.at!r} does not read {', '.join(sorted(idle))}")
        if self.at == "beam_centre" and self.beam_radius_m is None:
            raise ValueError("at = 'beam_centre' needs beam_radius_m")
        return self


class Link(Entry):
    """Which terminals may talk, and under which rule. Every condition must hold."""

    between: Annotated[tuple[str, str], Field(strict=False)]
    """Two terminals; the first is `source` and the second `target` in every table."""
    pattern: Literal["all", "grid", "ring", "list"] = "all"
    """`grid`: neighbours in the plane and in the planes beside it only (+grid); `ring`: those in
    the plane; `list`: the pairs of a file."""
    grid_offset: Annotated[int, Field(ge=-1_000_000, le=1_000_000)] | None = None
    """Of a grid: slot k of a plane is joined to slot k + `grid_offset` of the next plane to the
    east. Unless given, those are joined that are nearest on average over an orbit."""
    file: File | None = None
    """CSV with the columns `source, target`, names of platforms: pairs of the pattern `list`."""
    elevation_min_deg: Elevation = 0.0
    """Of the higher platform above the lower one's horizon, where their layers differ."""
    range_max_m: Distance | None = None
    grazing_altitude_m: Annotated[float, Field(ge=-1e7, le=100e6)] | None = None
    """The line of sight of two movers stays above this; 80 km for lasers unless given, else 0.
    Below -6.4e6 the Earth hides nothing."""
    waveform: str | None = None
    """A built-in waveform or a name from `[waveforms]`; optical terminals state their rate."""
    polarisation_loss_db: Loss | None = None
    """Instead of the loss that follows from the two polarisations."""
    losses_db: Loss = 0.0
    """Fixed losses on the way: gas, scintillation, rain allowance."""
    losses: AnyLosses = Field(default=[])
    """Further losses, worked out at every moment from both ends' places; the key `kind` picks one
    of the losses below."""
    interference_margin_db: Loss = 0.0
    precompensation: Precompensation | None = None
    """How Doppler is compensated for; what is left stands in the table `doppler_residuals`."""
    windows: bool = True
    """Whether contact windows are searched; without them the rule is for random access only, and a
    million devices cost nothing."""
    sample_s: Step = 60.0
    """Step of the link table along a contact; its ends and its best moment are always in it."""

    source_links_max: Count | None = None
    """Links a source holds at a time (its beams, heads or antennas); else all."""
    target_links_max: Count | None = None
    """Links a target holds at a time, such as users of a satellite."""
    beams: Beams | None = None
    """Beams that the links of an end share when traffic is routed, in place of a carrier for each
    link."""
    choose: AnyChoice = "nearest"
    """Which come first where not all can be held: least range, elevation, latest end, first come,
    or (messages only) who was last served longest ago, which has most on board. For messages an end
    keeps a pass it has taken to its end, and range and elevation are the best of the pass."""
    acquisition_s: Time = 0.0
    """From the contact's start until traffic is routed over it."""
    slew_max_deg_s: TurnRate | None = None
    """No traffic while the line between the ends turns faster than this, seen from the stars."""
    sun_exclusion_deg: Annotated[float, Field(ge=0, lt=90)] = 0.0
    """No traffic while the Sun is this near to the line behind either end."""
    latitude_max_deg: Annotated[float, Field(ge=0, le=90)] = 90.0
    """No traffic while an end is at a higher (geocentric) latitude, north or south."""

    @model_validator(mode="after")
    def _two_names(self) -> Self:
        if self.pattern in ("grid", "ring") and self.between[0] != self.between[1]:
            raise ValueError(f"the pattern {self.pattern!r} is between two terminals of one name")
        if self.beams is not None and self.between[0] == self.between[1]:
            raise ValueError("beams are at one end, so between needs two terminals of other names")
        if self.grid_offset is not None and self.pattern != "grid":
            raise ValueError("grid_offset goes with the pattern 'grid'")
        if (self.pattern == "list") != (self.file is not None):
            raise ValueError("the pattern 'list' and a file of pairs go together")
        return self
