"""How bits ride on a carrier: which waveform, with which allowances.

Names and allowances only; thresholds and rates live in `skyweft.links.waveforms`.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal, Self, get_args

from pydantic import Field, model_validator

from skyweft.scenario.entry import Count, Entry
from skyweft.scenario.quantities import (
    Frequency,
    Loss,
    PositiveRate,
    PositiveShare,
    PositiveTime,
    SignalToNoise,
    Time,
)
from skyweft.scenario.terminals import Link, Optical, Radio, Terminal

Kind = Literal[
    "lora",
    "lora_sf7",
    "lora_sf8",
    "lora_sf9",
    "lora_sf10",
    "lora_sf11",
    "lora_sf12",
    "dvb_s2x",
    "nr",
    "nr_qam256",
    "nr_low_se",
    "shannon",
    "aloha",
    "slotted_aloha",
    "lr_fhss",
    "nb_iot",
]
BUILT_IN: tuple[str, ...] = get_args(Kind)
LORA_BANDWIDTH_HZ = 125e3  # taken unless waveform or terminal says otherwise
SHARED = ("lora", "aloha", "slotted_aloha", "lr_fhss", "nb_iot")  # things contend for these
LR_FHSS_CARRIERS = 35  # of a grid of the European 137 kHz channel
LORAWAN_BYTES = 13  # header, frame header, port and checksum around a message
# Which family each key is for; the others are for all.
FAMILIES: dict[str, tuple[str, ...]] = {
    "roll_off": ("dvb_s2x",),
    "coding_rate": ("lora",),
    "overhead": ("nr",),
    "rate_bps": ("aloha", "slotted_aloha", "nb_iot"),
    "snr_min_db": ("aloha", "slotted_aloha", "lr_fhss", "nb_iot"),
    "slot_s": ("slotted_aloha",),
    "preamble_symbols": ("lora",),
    "inter_sf": ("lora",),
    "code_rate": ("lr_fhss",),
    "headers": ("lr_fhss",),
    "grids": ("lr_fhss",),
    "preambles": ("nb_iot",),
    "occasion_s": ("nb_iot",),
    "preamble_s": ("nb_iot",),
} | dict.fromkeys(
    (
        "channels",
        "capture_db",
        "frame_bytes",
        "payload_max_bytes",
        "duty_cycle",
        "doppler_max_hz",
        "drift_max_hz",
        "acknowledge_after_s",
        "acknowledge_s",
        "acknowledge_snr_min_db",
    ),
    SHARED,
)


class Waveform(Entry):
    """A waveform family with its numbers changed; the built-in ones need no entry."""

    kind: Kind
    """`lora` adapts its spreading factor, `lora_sf7` to `lora_sf12` keep one. `nr` is the 64QAM
    table of 5G, `nr_qam256` the 256QAM one, `nr_low_se` the most robust one."""
    bandwidth_hz: Frequency | None = None
    """Instead of the transmitting terminal's; LoRa takes 125 kHz where neither is given."""
    implementation_loss_db: Loss = 0.0
    """Taken off the carrier-to-noise ratio before a rate is chosen."""
    margin_db: Loss = 0.0
    """Kept in hand above the threshold."""
    roll_off: Annotated[float, Field(ge=0, le=1)] = 0.2
    """Symbol rate = bandwidth / (1 + roll-off); DVB-S2X only."""
    coding_rate: Annotated[int, Field(ge=1, le=4)] = 1
    """1 to 4 for 4/5 to 4/8; LoRa only."""
    overhead: Annotated[float, Field(ge=0, lt=1)] = 0.14
    """Share of a 5G carrier that is not user data (TS 38.306: 0.14 down, 0.08 up, below 7 GHz)."""

    rate_bps: PositiveRate = 400.0
    """Of `aloha`, `slotted_aloha` (Argos sends at 400 bit/s) and of an `nb_iot` message once it has
    been granted access."""
    snr_min_db: SignalToNoise | None = None
    """Least signal over noise in the bandwidth (for LR-FHSS in one of its carriers of 488 Hz).
    Unless given 9.6 dB for ALOHA (uncoded BPSK, one bit in 1e5 wrong), 4 dB for LR-FHSS and 0 dB
    for NB-IoT, which are assumptions."""
    channels: Count | None = None
    """Frequencies of the medium; each transmission takes one at random; 1 unless given. LR-FHSS:
    hopping carriers of a grid, 35 unless given (137 kHz)."""
    capture_db: Loss | None = None
    """A signal survives others that are weaker by this; 6 dB for LoRa unless given, else any
    overlap destroys both."""
    inter_sf: bool = True
    """Other spreading factors disturb too, as far as Croce et al. (2018) measured."""
    preamble_symbols: Annotated[int, Field(ge=5, le=65_535)] = 8
    """LoRa's; what overlaps with no more than all but the last five of them does no harm."""
    frame_bytes: Annotated[int, Field(ge=0, le=1_000)] | None = None
    """Sent around every message; LoRaWAN's 13 for LoRa and LR-FHSS unless given, else 0."""
    payload_max_bytes: Count | None = None
    """The longest message with its frame; 255 for LoRa and LR-FHSS unless given, else any."""
    duty_cycle: PositiveShare = 1.0
    """After a transmission of T a thing is silent until T / duty_cycle has passed."""
    slot_s: PositiveTime = 1.0
    """Slots of slotted ALOHA, from the run's start, guard time included."""
    code_rate: Literal["1/3", "2/3"] = "1/3"
    """Of LR-FHSS."""
    headers: Annotated[int, Field(ge=1, le=4)] | None = None
    """Copies of the LR-FHSS header; 3 at rate 1/3, 2 at rate 2/3 unless given."""
    grids: Count = 8
    """Of LR-FHSS: interleaved sets of carriers; each transmission stays within one."""
    preambles: Count = 48
    """Of an NB-IoT access occasion; things that take the same one collide."""
    occasion_s: PositiveTime = 0.64
    """Between two NB-IoT access occasions."""
    preamble_s: PositiveTime = 0.0056
    """Length of one NB-IoT preamble with its repetitions (format 0: 5.6 ms each)."""
    doppler_max_hz: Frequency | None = None
    """The most a carrier may be off; a quarter of the bandwidth for LoRa unless given."""
    drift_max_hz: Frequency | None = None
    """The most it may drift during a transmission; not looked at unless given."""
    acknowledge_after_s: Time = 1.0
    """From the end of a confirmed transmission to its acknowledgement."""
    acknowledge_s: PositiveTime = 0.2
    """Length of an acknowledgement."""
    acknowledge_snr_min_db: SignalToNoise | None = None
    """Least signal over noise of an acknowledgement at the thing; that of the message unless
    given."""

    @model_validator(mode="after")
    def _own_keys_only(self) -> Self:
        for key, families in FAMILIES.items():
            if key in self.model_fields_set and self.family not in families:
                raise ValueError(f"{key} is for {', '.join(families)} only")
        return self

    @property
    def family(self) -> str:
        """Return the kind without its variant: `lora` for `lora_sf7`."""
        return next((each for each in ("lora", "nr") if self.kind.startswith(each)), self.kind)

    @property
    def shared(self) -> bool:
        """Whether things contend for it by random access."""
        return self.family in SHARED

    @property
    def channel_count(self) -> int:
        """Return how many frequencies a transmission, or a hop of one, chooses from."""
        if self.family == "nb_iot":
            return self.preambles
        return self.channels or (LR_FHSS_CARRIERS if self.family == "lr_fhss" else 1)

    @property
    def frame_size_bytes(self) -> int:
        """Return what is sent around a message."""
        if self.frame_bytes is not None:
            return self.frame_bytes
        return LORAWAN_BYTES if self.family in ("lora", "lr_fhss") else 0

    @property
    def longest_bytes(self) -> float:
        """Return how long a message with its frame may be."""
        if self.payload_max_bytes is not None:
            return self.payload_max_bytes
        return 255 if self.family in ("lora", "lr_fhss") else float("inf")


def known_waveforms(waveforms: Mapping[str, Waveform]) -> tuple[str, ...]:
    """Return every name a link may give: the built-in ones and the scenario's own."""
    return tuple(dict.fromkeys((*BUILT_IN, *waveforms)))


def waveform_named(name: str, waveforms: Mapping[str, Waveform]) -> Waveform:
    """Return the scenario's own entry of that name, else the built-in waveform."""
    return waveforms[name] if name in waveforms else Waveform.model_validate({"kind": name})


def link_mistakes(
    links: Sequence[Link], terminals: Mapping[str, Terminal], waveforms: Mapping[str, Waveform]
) -> list[tuple[str, str]]:
    """Return (place, complaint) of every link no budget can be made for.

    Names that do not exist are somebody else's complaint and are passed over here.
    """
    mistakes = []
    for i, link in enumerate(links):
        ends = [terminals[name] for name in link.between if name in terminals]
        if len(ends) == 2:
            mistakes += [
                (f"links[{i}].{key}", words) for key, words in _mistakes(link, ends, waveforms)
            ]
    return mistakes


def _mistakes(
    link: Link, ends: Sequence[Terminal], waveforms: Mapping[str, Waveform]
) -> list[tuple[str, str]]:
    radios = [end for end in ends if isinstance(end, Radio)]
    if len(radios) == 1:
        return [("between", f"{link.between[0]!r} and {link.between[1]!r}: a radio and a laser")]
    if not radios:
        assert all(isinstance(end, Optical) for end in ends)
        return [("waveform", "optical terminals state their rate")] if link.waveform else []
    ways = [
        (link.between[k], radios[k])
        for k in range(2)
        if radios[k].transmits and radios[1 - k].receives
    ]
    if not ways:
        return [
            (
                "between",
                "neither end can hear the other: one needs eirp_dbw or power_dbw, the other "
                "gt_db_k, noise_temperature_k or noise_figure_db",
            )
        ]
    if link.waveform is None or link.waveform not in known_waveforms(waveforms):
        return []
    chosen = waveform_named(link.waveform, waveforms)
    if chosen.bandwidth_hz or chosen.shared:
        return []
    names = dict.fromkeys(name for name, radio in ways if radio.bandwidth_hz is None)
    return [
        ("waveform", f"{link.waveform!r} needs bandwidth_hz in [terminals.{name}] or its own entry")
        for name in names
    ]
