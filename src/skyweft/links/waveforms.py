"""From C/N0 to a rate and a margin: the ladder of modes of every built-in waveform.

Adaptive waveforms take the highest mode that closes, at once and without signalling cost.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from skyweft.links import dvb, lora, lr_fhss, nr
from skyweft.scenario.waveforms import LORA_BANDWIDTH_HZ, Waveform

Floats = NDArray[np.float64]
# Least signal over noise of what things contend for, unless the waveform says so. Uncoded BPSK with
# one bit in 1e5 wrong is any textbook's; the other two are assumptions.
SNR_NEEDED_DB = {"aloha": 9.6, "slotted_aloha": 9.6, "lr_fhss": 4.0, "nb_iot": 0.0}
NB_IOT_BANDWIDTH_HZ = 3_750.0  # a single tone
CAPACITY_SNR_LEAST_DB = -10.0  # where 3GPP's truncated Shannon bound ends (TR 36.942, annex A)


@dataclass(frozen=True)
class Mode:
    """One way of coding and modulating: what it needs and what it carries."""

    name: str
    snr_db: float  # least signal over noise in the noise bandwidth
    efficiency: float  # bit/s per hertz of noise bandwidth


class Ladder(Protocol):
    """What a waveform can do at a signal-to-noise ratio."""

    @property
    def snr_least_db(self) -> float:
        """Below this nothing gets through."""

    def efficiency(self, snr_db: Floats) -> Floats:
        """Return bit/s per hertz of noise bandwidth, 0 below the least SNR."""


@dataclass(frozen=True)
class Modes:
    """A ladder of separate modes."""

    modes: tuple[Mode, ...]

    @property
    def snr_least_db(self) -> float:
        """Threshold of the most robust mode."""
        return float(self._steps[0][0])

    @cached_property
    def _steps(self) -> tuple[Floats, Floats]:
        """Thresholds ascending, and the best efficiency from each on (0 before the first)."""
        ordered = sorted(self.modes, key=lambda mode: (mode.snr_db, mode.efficiency))
        best = np.maximum.accumulate([0.0, *(mode.efficiency for mode in ordered)])
        return np.array([mode.snr_db for mode in ordered]), best

    def efficiency(self, snr_db: Floats) -> Floats:
        """Return bit/s per hertz of the best mode whose threshold is met."""
        thresholds, best = self._steps
        met = np.searchsorted(thresholds, snr_db, side="right")
        return best[np.where(np.isnan(snr_db), 0, met)]


@dataclass(frozen=True)
class Capacity:
    """Shannon's bound, from -10 dB upwards and without a ceiling."""

    snr_least_db: float = CAPACITY_SNR_LEAST_DB

    def efficiency(self, snr_db: Floats) -> Floats:
        """Return log2(1 + S/N)."""
        bits = np.log2(1 + 10 ** (snr_db / 10))
        return np.where(snr_db >= self.snr_least_db, bits, 0.0)


def ladder_of(waveform: Waveform) -> Ladder:
    """Return the modes a waveform may choose from."""
    kind = waveform.kind
    if kind == "shannon":
        return Capacity()
    if kind == "dvb_s2x":
        return Modes(tuple(Mode(*row) for row in (*dvb.S2, *dvb.S2X)))
    if kind.startswith("lora"):
        wanted = kind.removeprefix("lora").removeprefix("_sf")
        factors = (int(wanted),) if wanted else lora.SPREADING_FACTORS
        return Modes(tuple(_lora_mode(factor, waveform.coding_rate) for factor in factors))
    if waveform.shared:
        rate_bps, noise_hz = _single_rate_bps(waveform), noise_bandwidth_hz(waveform, None)
        return Modes((Mode(kind, snr_needed_db(waveform), rate_bps / noise_hz),))
    table = {"nr": nr.QAM64, "nr_qam256": nr.QAM256, "nr_low_se": nr.LOW_SE}[kind]
    bits = nr.efficiencies(table)
    net = bits * nr.SYMBOLS_PER_HZ * (1 - waveform.overhead)
    rows = zip(nr.snr_needed_db(bits), net, strict=True)
    return Modes(tuple(Mode(f"MCS {i}", float(s), float(e)) for i, (s, e) in enumerate(rows)))


def _lora_mode(factor: int, coding_rate: int) -> Mode:
    return Mode(
        f"SF{factor}", lora.SNR_LIMIT_DB[factor], float(lora.bit_rate_bps(factor, 1.0, coding_rate))
    )


def snr_needed_db(waveform: Waveform) -> float:
    """Return the least signal over noise of a waveform of one mode that things contend for."""
    given = waveform.snr_min_db
    return SNR_NEEDED_DB[waveform.kind] if given is None else given


def _single_rate_bps(waveform: Waveform) -> float:
    if waveform.kind == "lr_fhss":
        return lr_fhss.bit_rate_bps(waveform.code_rate)
    return waveform.rate_bps


def noise_bandwidth_hz(waveform: Waveform, terminal_bandwidth_hz: float | None) -> float:
    """Return the bandwidth the thresholds refer to.

    What things contend for has its own where none is given: a bit rate for ALOHA, one carrier for
    LR-FHSS (always), one tone of 3.75 kHz for NB-IoT.

    Parameters
    ----------
    waveform : Waveform
        Its own bandwidth goes first.
    terminal_bandwidth_hz : float or None
        Of the transmitting terminal; LoRa takes 125 kHz where neither is given. [Hz]

    Returns
    -------
    bandwidth_hz : float
        The symbol rate of DVB-S2X, the occupied bandwidth of all others. [Hz]
    """
    if waveform.kind == "lr_fhss":
        return lr_fhss.CARRIER_HZ
    bandwidth_hz = waveform.bandwidth_hz or terminal_bandwidth_hz
    if bandwidth_hz is None and waveform.family in ("aloha", "slotted_aloha"):
        return waveform.rate_bps
    if bandwidth_hz is None and waveform.kind == "nb_iot":
        return NB_IOT_BANDWIDTH_HZ
    if bandwidth_hz is None:
        if not waveform.kind.startswith("lora"):
            raise ValueError(f"{waveform.kind} needs a bandwidth")
        return LORA_BANDWIDTH_HZ
    return bandwidth_hz / (1 + waveform.roll_off) if waveform.kind == "dvb_s2x" else bandwidth_hz


def rate_and_margin(
    cn0_dbhz: Floats, waveform: Waveform, bandwidth_hz: float | None = None
) -> tuple[Floats, Floats]:
    """Return the rate a waveform carries and its margin over its most robust mode.

    Parameters
    ----------
    cn0_dbhz : (K,)
        Carrier over noise density; NaN where there is no link. [dB Hz]
    waveform : Waveform
        Family and allowances.
    bandwidth_hz : float, optional
        Of the transmitting terminal, where the waveform has none of its own. [Hz]

    Returns
    -------
    rate_bps : (K,)
        Of the highest mode whose threshold and kept margin are met; 0 where none is. [bit/s]
    margin_db : (K,)
        Over the most robust mode's threshold, after the implementation loss, the kept margin not
        taken off. [dB]
    """
    ladder = ladder_of(waveform)
    noise_hz = noise_bandwidth_hz(waveform, bandwidth_hz)
    snr_db = np.asarray(cn0_dbhz) - 10 * np.log10(noise_hz) - waveform.implementation_loss_db
    rate_bps = noise_hz * ladder.efficiency(snr_db - waveform.margin_db)
    return rate_bps, snr_db - ladder.snr_least_db
