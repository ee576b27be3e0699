"""What a rule's transmissions are like on the air: how long, how robust, who disturbs whom."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skyweft.links import lora, lr_fhss
from skyweft.links.waveforms import noise_bandwidth_hz, snr_needed_db
from skyweft.scenario.messages import Messages
from skyweft.scenario.scenario import Scenario
from skyweft.scenario.terminals import Radio
from skyweft.scenario.things import Way, ways
from skyweft.scenario.waveforms import Waveform, waveform_named

Floats = NDArray[np.float64]

LANES = len(lora.SPREADING_FACTORS)  # spreading factors; other waveforms use the first only
NO_CAPTURE_DB = 1e9
DOPPLER_SHARE = 0.25  # of the bandwidth: SX1276 data sheet, section 4.1.5 on frequency errors


@dataclass(frozen=True, slots=True)
class Medium:
    """The air as one rule of `[[messages]]` uses it. Arrays have shape (LANES,)."""

    messages: Messages
    ways: tuple[Way, ...]
    thing: Radio
    waveform: Waveform
    band: int  # transmissions of one band disturb each other
    lanes: tuple[int, ...]  # that a thing may choose, the fastest first
    air_s: Floats
    snr_min_db: Floats
    harmless_s: Floats  # how much of the beginning may be overlapped
    noise_hz: float
    headers: int  # hops that carry a header; 0 where there are no hops
    hops: int  # elements of a transmission that collide by themselves
    needed: int  # of the hops after the headers

    @property
    def slot_s(self) -> float:
        """Return the width of the slots that transmissions start in; 0 where they need not."""
        kind = self.waveform.kind
        return {"slotted_aloha": self.waveform.slot_s, "nb_iot": self.waveform.occasion_s}.get(
            kind, 0.0
        )

    @property
    def contended_s(self) -> Floats:
        """Return for how long a transmission may collide: of NB-IoT only the preamble."""
        if self.waveform.kind == "nb_iot":
            return np.full(LANES, self.waveform.preamble_s)
        return self.air_s

    @property
    def aligned(self) -> bool:
        """Whether things advance their sending so that all arrive on the same beat.

        NB-IoT over satellites does, from place and ephemeris: 3GPP TR 36.763.
        """
        return self.waveform.kind == "nb_iot"

    @property
    def answer_snr_min_db(self) -> Floats:
        """Return what an answer needs at the thing: as much as the message unless given."""
        given = self.waveform.acknowledge_snr_min_db
        return self.snr_min_db if given is None else np.full(LANES, given)

    @property
    def window_s(self) -> float:
        """Return how long a thing waits for an answer after each transmission, light apart."""
        if not self.messages.confirmed:
            return 0.0
        return self.waveform.acknowledge_after_s + self.waveform.acknowledge_s

    @property
    def doppler_max_hz(self) -> float:
        """Return how far the carrier may be off."""
        given = self.waveform.doppler_max_hz
        if given is not None:
            return given
        return DOPPLER_SHARE * self.noise_hz if self.waveform.family == "lora" else np.inf


@dataclass(frozen=True, slots=True)
class Media:
    """The air of all rules, and how bands are laid out."""

    of_rule: tuple[Medium, ...]
    cells: NDArray[np.int64]  # (B,) of each band: channels, or grids of carriers to hop over
    # (B, LANES, LANES): dB that a signal of one lane must be above a disturber of another
    need_db: NDArray[np.float32]


def media(scenario: Scenario) -> Media:
    """Return what the transmissions of every rule of `[[messages]]` are like."""
    keys: dict[tuple[object, ...], int] = {}
    waveforms: list[Waveform] = []
    found = []
    for rule in scenario.messages:
        carried = scenario.platforms[rule.source].terminals
        joined = ways(carried, dict(enumerate(scenario.links)), scenario.waveforms)
        name = scenario.links[joined[0].link].waveform
        assert name is not None
        thing, waveform = (
            scenario.terminals[joined[0].thing],
            waveform_named(name, scenario.waveforms),
        )
        assert isinstance(thing, Radio)
        noise_hz = noise_bandwidth_hz(waveform, thing.bandwidth_hz)
        key = (
            thing.frequency_hz, waveform.family, noise_hz, waveform.channel_count, waveform.grids,
            waveform.capture_db, waveform.inter_sf,
        )  # fmt: skip
        band = keys.setdefault(key, len(keys))
        waveforms += [waveform] if band == len(waveforms) else []
        found.append(_medium(rule, tuple(joined), thing, waveform, band, noise_hz))
    return Media(
        tuple(found),
        np.array([_cells(each) for each in waveforms], np.int64),
        np.array([_need_db(each) for each in waveforms], np.float32).reshape(-1, LANES, LANES),
    )


def _cells(waveform: Waveform) -> int:
    return waveform.grids if waveform.kind == "lr_fhss" else waveform.channel_count


def _need_db(waveform: Waveform) -> Floats:
    """Return what a signal needs over a disturber, by their lanes."""
    if waveform.family != "lora":
        capture_db = waveform.capture_db
        return np.full((LANES, LANES), NO_CAPTURE_DB if capture_db is None else capture_db)
    need = np.array(lora.REJECTION_DB, np.float64)
    if not waveform.inter_sf:
        need[:] = -NO_CAPTURE_DB
    given = waveform.capture_db
    np.fill_diagonal(need, lora.CAPTURE_DB if given is None else given)
    return need


def _medium(
    rule: Messages, joined: tuple[Way, ...], thing: Radio, waveform: Waveform, band: int,
    noise_hz: float,
) -> Medium:  # fmt: skip
    size = rule.size_bytes + waveform.frame_size_bytes
    lanes: tuple[int, ...] = (0,)
    headers, hops, needed = 0, 1, 0
    air_s, harmless_s, snr_min_db = np.zeros(LANES), np.zeros(LANES), np.zeros(LANES)
    if waveform.family == "lora":
        factors = np.array(lora.SPREADING_FACTORS)
        symbols = waveform.preamble_symbols
        air_s = lora.air_time_s(
            size, factors, noise_hz, waveform.coding_rate, preamble_symbols=symbols
        )
        harmless_s = (symbols - lora.LOCK_SYMBOLS) * 2.0**factors / noise_hz
        snr_min_db = np.array([lora.SNR_LIMIT_DB[each] for each in lora.SPREADING_FACTORS])
        fixed = waveform.kind.removeprefix("lora").removeprefix("_sf")
        lanes = (int(fixed) - 7,) if fixed else tuple(range(LANES))
    elif waveform.kind == "lr_fhss":
        rate = waveform.code_rate
        headers = waveform.headers or lr_fhss.HEADERS[rate]
        hops = headers + lr_fhss.fragments(size, rate)
        needed = lr_fhss.fragments_needed(size, rate)
        air_s = np.full(LANES, lr_fhss.air_time_s(size, rate, headers))
        snr_min_db = np.full(LANES, snr_needed_db(waveform))
    else:
        extra_s = waveform.preamble_s if waveform.kind == "nb_iot" else 0.0
        air_s = np.full(LANES, extra_s + 8 * size / waveform.rate_bps)
        snr_min_db = np.full(LANES, snr_needed_db(waveform))
    return Medium(
        rule, joined, thing, waveform, band, lanes, air_s,
        snr_min_db + waveform.implementation_loss_db + waveform.margin_db, harmless_s, noise_hz,
        headers, hops, needed,
    )  # fmt: skip
