"""What a platform talks with: antennas, radios, lasers."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from skyweft.scenario.entry import Elevation, Entry, NotNegative, Positive


class Isotropic(Entry):
    """The same gain in every direction."""

    kind: Literal["isotropic"]
    gain_dbi: float = 0.0


class Parabolic(Entry):
    """A dish; off its axis it follows Recommendation ITU-R S.465."""

    kind: Literal["parabolic"]
    diameter_m: Positive
    efficiency: Annotated[float, Field(gt=0, le=1)] = 0.65
    boresight: Literal["tracking", "up", "down"] = "tracking"
    """`tracking` follows the other end; `up` and `down` are fixed along the local vertical."""


class PhasedArray(Entry):
    """A flat array whose gain falls with the cosine of the scan angle."""

    kind: Literal["phased_array"]
    gain_dbi: float
    """On its axis."""
    exponent: NotNegative = 1.2
    """Gain follows cos(scan angle) to this power."""
    scan_max_deg: Annotated[float, Field(gt=0, le=90)] = 60.0
    """No link beyond this angle."""
    boresight: Literal["up", "down"]


Antenna = Annotated[Isotropic | Parabolic | PhasedArray, Field(discriminator="kind")]

Mask = Annotated[
    list[Annotated[tuple[Annotated[float, Field(ge=0, le=360)], Elevation], Field(strict=False)]],
    Field(min_length=1),
]


class Radio(Entry):
    """A radio with its antenna."""

    kind: Literal["radio"]
    frequency_hz: Positive
    """Carrier it transmits on."""
    bandwidth_hz: Positive | None = None
    """Occupied when it transmits; a waveform with its own bandwidth does not need it."""
    eirp_dbw: float | None = None
    """Towards the other end (antenna included). Without it: `power_dbw` + antenna gain - `losses_db`."""
    power_dbw: float | None = None
    """Transmitter output."""
    gt_db_k: float | None = None
    """Receive figure of merit. Without it: antenna gain - 10 log10 of the system temperature."""
    noise_temperature_k: Positive | None = None
    """System noise temperature; or give `noise_figure_db`."""
    noise_figure_db: NotNegative | None = None
    antenna_temperature_k: Positive = 290.0
    """What the antenna sees; used with `noise_figure_db`."""
    antenna: Antenna | None = None
    polarisation: Literal["rhcp", "lhcp", "horizontal", "vertical", "matched"] = "matched"
    losses_db: NotNegative = 0.0
    """Feeder and other fixed losses between amplifier and antenna."""
    pointing_loss_db: NotNegative = 0.0
    mask: Mask | None = None
    """Horizon seen by the terminal: [azimuth, elevation] points in degrees, joined by straight lines."""


class Optical(Entry):
    """A laser terminal with a stated rate; its budget through air and cloud is not modelled yet."""

    kind: Literal["optical"]
    rate_bps: Positive
    mask: Mask | None = None


Terminal = Annotated[Radio | Optical, Field(discriminator="kind")]


class Link(Entry):
    """Which terminals may talk, and under which rule. Every condition must hold."""

    between: Annotated[tuple[str, str], Field(strict=False)]
    """Two terminals; the first is `source` and the second `target` in every table."""
    pattern: Literal["all", "grid"] = "all"
    """`grid`: only neighbours in the plane and in the planes beside it (the +grid of a constellation)."""
    elevation_min_deg: Elevation = 0.0
    """Of the higher platform above the lower one's horizon, where the two are in different layers."""
    range_max_m: Positive | None = None
    grazing_altitude_m: float | None = None
    """The line of sight of two movers stays above this; 80 km for optical links unless given, else 0."""
    waveform: str | None = None
    """A built-in waveform or a name from `[waveforms]`; optical terminals state their rate."""
    polarisation_loss_db: NotNegative | None = None
    """Instead of the loss that follows from the two polarisations."""
    losses_db: NotNegative = 0.0
    """Fixed losses on the way: gas, scintillation, rain allowance."""
    interference_margin_db: NotNegative = 0.0
    sample_s: Positive = 60.0
    """Step of the link table along a contact; the contact's ends and its best moment are always in it."""

    @model_validator(mode="after")
    def _two_names(self) -> Self:
        if self.pattern == "grid" and self.between[0] != self.between[1]:
            raise ValueError("the pattern 'grid' is between two terminals of one name")
        return self
