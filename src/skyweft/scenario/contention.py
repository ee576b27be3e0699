"""Waveforms that devices contend for by random access: LoRa, LR-FHSS, ALOHA, NB-IoT.

Names and allowances only; how long a message is on the air and who disturbs whom lives in
`skyweft.links.waveforms`.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from skyweft.scenario.entry import Count
from skyweft.scenario.modulations import Waveform
from skyweft.scenario.quantities import (
    Frequency,
    Loss,
    PositiveRate,
    PositiveShare,
    PositiveTime,
    SignalToNoise,
    Time,
)

LORAWAN_BYTES = 13  # header, frame header, port and checksum around a message
LORAWAN_MAX_BYTES = 255
FrameBytes = Annotated[int, Field(ge=0, le=1_000)]


class Shared(Waveform):
    """A waveform that devices contend for: what every kind of that is made from."""

    own_bandwidth = True

    capture_db: Loss | None = None
    """A signal survives others that are weaker by this; unless given any overlap destroys both."""
    frame_bytes: FrameBytes = 0
    """Sent around every message."""
    payload_max_bytes: Count | None = None
    """The longest message with its frame; any unless given."""
    duty_cycle: PositiveShare = 1.0
    """After a transmission of T a device is silent until T / duty_cycle has passed."""
    doppler_max_hz: Frequency | None = None
    """The most a carrier may be off; not looked at unless given."""
    drift_max_hz: Frequency | None = None
    """The most it may drift during a transmission; not looked at unless given."""
    acknowledge_after_s: Time = 1.0
    """From the end of a confirmed transmission to its acknowledgement."""
    acknowledge_s: PositiveTime = 0.2
    """Length of an acknowledgement."""
    acknowledge_snr_min_db: SignalToNoise | None = None
    """Least signal over noise of an acknowledgement at the device; that of the message unless
    given."""

    def unfit(self, size_bytes: int) -> str:
        """Say why a message of so many bytes cannot be sent; nothing where it can."""
        whole = size_bytes + self.frame_bytes
        if self.payload_max_bytes is None or whole <= self.payload_max_bytes:
            return ""
        return (
            f"{size_bytes} bytes and a frame of {self.frame_bytes} are more than the "
            f"{self.payload_max_bytes:g} that {self.kind} allows"
        )


class Lora(Shared):
    """LoRa: `lora` adapts its spreading factor, `lora_sf7` to `lora_sf12` keep one.

    Its bandwidth is 125 kHz where neither it nor the transmitting terminal states one.
    """

    kind: Literal["lora", "lora_sf7", "lora_sf8", "lora_sf9", "lora_sf10", "lora_sf11", "lora_sf12"]
    coding_rate: Annotated[int, Field(ge=1, le=4)] = 1
    """1 to 4 for 4/5 to 4/8."""
    channels: Count = 1
    """Frequencies of the medium; each transmission takes one at random."""
    capture_db: Loss = 6.0
    """A signal survives others of its spreading factor that are weaker by this."""
    inter_sf: bool = True
    """Other spreading factors disturb too, as far as Croce et al. (2018) measured."""
    preamble_symbols: Annotated[int, Field(ge=5, le=65_535)] = 8
    """What overlaps with no more than all but the last five of them does no harm."""
    frame_bytes: FrameBytes = LORAWAN_BYTES
    """Sent around every message; LoRaWAN's unless given."""
    payload_max_bytes: Count = LORAWAN_MAX_BYTES
    """The longest message with its frame."""
    doppler_max_hz: Frequency | None = None
    """The most a carrier may be off; a quarter of the bandwidth unless given."""


class Aloha(Shared):
    """Sent whenever there is something to send: pure ALOHA, at one rate."""

    kind: Literal["aloha"]
    rate_bps: PositiveRate = 400.0
    """Argos sends at 400 bit/s. Where no bandwidth is given it is as many hertz."""
    snr_min_db: SignalToNoise = 9.6
    """Least signal over noise in the bandwidth; uncoded BPSK with one bit in 1e5 wrong unless
    given."""
    channels: Count = 1
    """Frequencies of the medium; each transmission takes one at random."""


class SlottedAloha(Aloha):
    """ALOHA whose transmissions begin with a slot."""

    kind: Literal["slotted_aloha"]  # type: ignore[assignment]
    slot_s: PositiveTime = 1.0
    """Slots from the run's start, guard time included."""

    def unfit(self, size_bytes: int) -> str:
        """Say why a message of so many bytes cannot be sent; nothing where it can."""
        lasts_s = 8 * (size_bytes + self.frame_bytes) / self.rate_bps
        longer = (
            f"lasts {lasts_s:g} s at {self.rate_bps:g} bit/s, longer than a slot of "
            f"{self.slot_s:g} s"
        )
        return super().unfit(size_bytes) or (longer if lasts_s > self.slot_s else "")


class LrFhss(Shared):
    """LR-FHSS: copies of a header, then fragments, each on a carrier of its own (488 Hz)."""

    kind: Literal["lr_fhss"]
    code_rate: Literal["1/3", "2/3"] = "1/3"
    """Of the payload."""
    headers: Annotated[int, Field(ge=1, le=4)] | None = None
    """Copies of the header; 3 at rate 1/3, 2 at rate 2/3 unless given."""
    snr_min_db: SignalToNoise = 4.0
    """Least signal over noise in one carrier; unless given an assumption."""
    channels: Count = 35
    """Hopping carriers of a grid, of a European channel of 137 kHz unless given."""
    grids: Count = 8
    """Interleaved sets of carriers; each transmission stays within one."""
    frame_bytes: FrameBytes = LORAWAN_BYTES
    """Sent around every message; LoRaWAN's unless given."""
    payload_max_bytes: Count = LORAWAN_MAX_BYTES
    """The longest message with its frame."""

    @model_validator(mode="after")
    def _own_carriers(self) -> Self:
        if self.bandwidth_hz is not None:
            raise ValueError("bandwidth_hz: the carriers of lr_fhss are 488 Hz wide")
        return self


class NbIot(Shared):
    """NB-IoT: devices contend with a preamble, then send alone on a tone of 3.75 kHz."""

    kind: Literal["nb_iot"]
    rate_bps: PositiveRate = 400.0
    """Of a message once its device has been granted access."""
    snr_min_db: SignalToNoise = 0.0
    """Least signal over noise in the bandwidth; unless given an assumption."""
    preambles: Count = 48
    """Of an access occasion; things that take the same one collide."""
    occasion_s: PositiveTime = 0.64
    """Between two access occasions."""
    preamble_s: PositiveTime = 0.0056
    """Length of one preamble with its repetitions (format 0: 5.6 ms each)."""
