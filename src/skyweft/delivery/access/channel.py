"""What a rule's transmissions are like on the air: how long, how robust, who disturbs whom."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skyweft.delivery.model import Messages
from skyweft.delivery.uplinks import Uplink, uplinks
from skyweft.links.waveforms.contention import LANES, Burst, Channel, burst_of, channel_of
from skyweft.scenario.contention import Shared
from skyweft.scenario.scenario import Scenario
from skyweft.scenario.terminals import Radio
from skyweft.scenario.waveforms import family, waveform_named

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class RuleChannel:
    """The air as one rule of `[[messages]]` uses it. Arrays have shape (LANES,)."""

    messages: Messages
    uplinks: tuple[Uplink, ...]
    device: Radio
    waveform: Shared
    channel: Channel
    burst: Burst
    band: int  # transmissions of one band disturb each other

    @property
    def lanes(self) -> tuple[int, ...]:
        """Return the lanes that a device may choose, the fastest first."""
        return self.channel.lanes

    @property
    def air_s(self) -> Floats:
        """Return how long a transmission is on the air."""
        return self.burst.air_s

    @property
    def snr_min_db(self) -> Floats:
        """Return what it needs in the noise bandwidth, allowances included."""
        waveform = self.waveform
        return self.burst.snr_min_db + waveform.implementation_loss_db + waveform.margin_db

    @property
    def slot_s(self) -> float:
        """Return the width of the slots that transmissions start in; 0 where they need not."""
        return self.channel.slot_s

    @property
    def contended_s(self) -> Floats:
        """Return for how long a transmission may collide."""
        contended_s = self.burst.contended_s
        return self.burst.air_s if contended_s is None else contended_s

    @property
    def answer_snr_min_db(self) -> Floats:
        """Return what an answer needs at the device: as much as the message unless given."""
        given = self.waveform.acknowledge_snr_min_db
        return self.snr_min_db if given is None else np.full(LANES, given)

    @property
    def window_s(self) -> float:
        """Return how long a device waits for an answer after each transmission, light apart."""
        if not self.messages.confirmed:
            return 0.0
        return self.waveform.acknowledge_after_s + self.waveform.acknowledge_s

    @property
    def doppler_max_hz(self) -> float:
        """Return how far the carrier may be off."""
        given = self.waveform.doppler_max_hz
        return self.channel.doppler_max_hz if given is None else given


@dataclass(frozen=True, slots=True)
class RuleChannels:
    """The air of all rules, and how bands are laid out."""

    of_rule: tuple[RuleChannel, ...]
    cells: NDArray[np.int64]  # (B,) of each band: channels, or grids of carriers to hop over
    # (B, LANES, LANES): dB that a signal of one lane must be above a disturber of another
    need_db: NDArray[np.float32]


def channels_of(scenario: Scenario) -> RuleChannels:
    """Return what the transmissions of every rule of `[[messages]]` are like."""
    keys: dict[tuple[object, ...], int] = {}
    channels: list[Channel] = []
    found = []
    for rule in scenario.rules(Messages):
        carried = scenario.platforms[rule.source].terminals
        joined = uplinks(carried, dict(enumerate(scenario.links)), scenario.waveforms)
        name = scenario.links[joined[0].link].waveform
        assert name is not None
        device = scenario.terminals[joined[0].device]
        waveform = waveform_named(name, scenario.waveforms)
        assert isinstance(device, Radio)
        assert isinstance(waveform, Shared)
        channel = channel_of(waveform, device.bandwidth_hz)
        key = (
            device.frequency_hz,
            family(waveform),
            channel.noise_hz,
            channel.carriers,
            channel.cells,
            channel.need_db.tobytes(),
        )
        band = keys.setdefault(key, len(keys))
        channels += [channel] if band == len(channels) else []
        burst = burst_of(waveform, channel, rule.size_bytes)
        found.append(RuleChannel(rule, tuple(joined), device, waveform, channel, burst, band))
    return RuleChannels(
        tuple(found),
        np.array([channel.cells for channel in channels], np.int64),
        np.array([channel.need_db for channel in channels], np.float32).reshape(-1, LANES, LANES),
    )
