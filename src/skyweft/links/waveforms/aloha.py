"""Waveforms of one rate: ALOHA, in slots or not, and the tones of NB-IoT.

Their defaults are on their models: uncoded BPSK with one bit in 1e5 wrong is any textbook's, what
NB-IoT needs is an assumption.
"""

import numpy as np

from skyweft.links.waveforms.contention import LANES, Burst, Channel, captured
from skyweft.links.waveforms.ladder import Mode
from skyweft.scenario.contention import Aloha, NbIot, SlottedAloha

NB_IOT_BANDWIDTH_HZ = 3_750.0  # a single tone


def ladder(waveform: Aloha, bandwidth_hz: float | None) -> Channel:
    """Return the one mode of ALOHA; without a bandwidth its rate is as many hertz."""
    rate_bps = waveform.rate_bps
    noise_hz = waveform.bandwidth_hz or bandwidth_hz or rate_bps
    snr_db = waveform.snr_min_db

    def burst(size_bytes: int) -> Burst:
        return Burst(np.full(LANES, 8 * size_bytes / rate_bps), np.full(LANES, snr_db))

    return Channel(
        noise_hz,
        (Mode(waveform.kind, snr_db, rate_bps / noise_hz),),
        burst,
        carriers=waveform.channels,
        cells=waveform.channels,
        need_db=captured(waveform),
        slot_s=waveform.slot_s if isinstance(waveform, SlottedAloha) else 0.0,
    )


def granted(waveform: NbIot, bandwidth_hz: float | None) -> Channel:
    """Return the channel of NB-IoT: only preambles collide, in the beat of access occasions.

    Devices advance their sending from place and ephemeris: 3GPP TR 36.763.
    """
    rate_bps = waveform.rate_bps
    noise_hz = waveform.bandwidth_hz or bandwidth_hz or NB_IOT_BANDWIDTH_HZ
    snr_db = waveform.snr_min_db

    def burst(size_bytes: int) -> Burst:
        air_s = waveform.preamble_s + 8 * size_bytes / rate_bps
        contended_s = np.full(LANES, waveform.preamble_s)
        return Burst(np.full(LANES, air_s), np.full(LANES, snr_db), contended_s=contended_s)

    return Channel(
        noise_hz,
        (Mode(waveform.kind, snr_db, rate_bps / noise_hz),),
        burst,
        carriers=waveform.preambles,
        cells=waveform.preambles,
        need_db=captured(waveform),
        slot_s=waveform.occasion_s,
        aligned=True,
    )
