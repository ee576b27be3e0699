"""LoRa: spreading factors, bit rate, time on air.

Thresholds are for a static carrier. A chip also limits how far the carrier may be off and drift
during a packet; nothing here checks it (Semtech's note AN1200.80, "LoRa modem Doppler immunity",
is about that; no number of it was used).
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skyweft.links.waveforms.contention import LANES, NO_CAPTURE_DB, Burst, Channel
from skyweft.links.waveforms.ladder import Mode
from skyweft.scenario.contention import Lora

BANDWIDTH_HZ = 125e3  # taken unless waveform or terminal says otherwise
DOPPLER_SHARE = 0.25  # of the bandwidth: SX1276 data sheet, section 4.1.5 on frequency errors
SPREADING_FACTORS = (7, 8, 9, 10, 11, 12)
# Signal over noise in the channel's bandwidth at the demodulation limit.
# Source: Semtech SX1276/77/78/79 data sheet, table "range of spreading factors".
SNR_LIMIT_DB = {7: -7.5, 8: -10.0, 9: -12.5, 10: -15.0, 11: -17.5, 12: -20.0}
# How far the wanted signal must be above (below, where negative) a single disturber: rows are the
# spreading factor 7 to 12 of the wanted one, columns that of the other. The diagonal is replaced by
# the capture threshold, 6 dB as customary since Goursaud and Gorce (2015). Source: D. Croce,
# M. Gucciardo, S. Mangione, G. Santaromita and I. Tinnirello, "Impact of LoRa imperfect
# orthogonality: analysis of link-level performance", IEEE Communications Letters 22(4), 2018,
# table I (measured with USRP and SX1272).
REJECTION_DB = (
    (1, -8, -9, -9, -9, -9),
    (-11, 1, -11, -12, -13, -13),
    (-15, -13, 1, -13, -14, -15),
    (-19, -18, -17, 1, -17, -18),
    (-22, -22, -21, -20, 1, -20),
    (-25, -25, -25, -24, -23, 1),
)
# A receiver locks on to the last five symbols of the preamble: Bor, Roedig, Voigt and Alonso, "Do
# LoRa low-power wide-area networks scale?", MSWiM 2016, section 4.
LOCK_SYMBOLS = 5
LONG_SYMBOL_S = 16e-3  # from here on the low data rate optimisation is mandatory


def bit_rate_bps(
    spreading_factor: ArrayLike, bandwidth_hz: ArrayLike = 125e3, coding_rate: ArrayLike = 1
) -> Any:
    """Return the nominal bit rate, SF x BW / 2^SF x 4 / (4 + CR), preamble and header aside.

    Parameters
    ----------
    spreading_factor : array_like
        7 to 12.
    bandwidth_hz : array_like
        125, 250 or 500 kHz. [Hz]
    coding_rate : array_like
        1 to 4 for 4/5 to 4/8.

    Returns
    -------
    rate_bps : array
        [bit/s]

    References
    ----------
    Semtech AN1200.22, "LoRa modulation basics", equation 4.
    """
    factor = np.asarray(spreading_factor, dtype=np.float64)
    share = 4 / (4 + np.asarray(coding_rate, dtype=np.float64))
    return factor * np.asarray(bandwidth_hz) / 2**factor * share


def air_time_s(
    payload_bytes: ArrayLike,
    spreading_factor: ArrayLike,
    bandwidth_hz: ArrayLike = 125e3,
    coding_rate: ArrayLike = 1,
    *,
    preamble_symbols: ArrayLike = 8,
    header: ArrayLike = True,
    crc: ArrayLike = True,
) -> Any:
    """Return how long a packet is on the air.

    The low data rate optimisation is on where a symbol lasts 16 ms or more, as the chips demand.

    Parameters
    ----------
    payload_bytes : array_like
        Physical payload (a LoRaWAN frame has 13 bytes of its own in it). [byte]
    spreading_factor, bandwidth_hz, coding_rate : array_like
        As for `bit_rate_bps`.
    preamble_symbols : array_like
        Programmed preamble, to which 4.25 symbols are added.
    header, crc : array_like
        Explicit header; checksum of the payload.

    Returns
    -------
    time_s : array
        All arguments broadcast. [s]

    References
    ----------
    Semtech SX1276/77/78/79 data sheet, section 4.1.1.6 and 4.1.1.7; AN1200.13, "LoRa modem
    designer's guide".
    """
    factor = np.asarray(spreading_factor, dtype=np.float64)
    symbol_s = 2**factor / np.asarray(bandwidth_hz)
    slow = symbol_s >= LONG_SYMBOL_S
    bits = (
        8 * np.asarray(payload_bytes)
        - 4 * factor
        + 28
        + 16 * np.asarray(crc, dtype=np.float64)
        - 20 * (1 - np.asarray(header, dtype=np.float64))
    )
    blocks = np.maximum(np.ceil(bits / (4 * (factor - 2 * slow))), 0)
    symbols = 8 + blocks * (np.asarray(coding_rate) + 4)
    return symbol_s * (np.asarray(preamble_symbols) + 4.25 + symbols)


def ladder(waveform: Lora, bandwidth_hz: float | None) -> Channel:
    """Return a kind's spreading factors, each a lane of the channel."""
    noise_hz = waveform.bandwidth_hz or bandwidth_hz or BANDWIDTH_HZ
    fixed = waveform.kind.removeprefix("lora").removeprefix("_sf")
    factors = (int(fixed),) if fixed else SPREADING_FACTORS
    symbols = waveform.preamble_symbols

    def burst(size_bytes: int) -> Burst:
        every = np.array(SPREADING_FACTORS)
        air_s = air_time_s(
            size_bytes, every, noise_hz, waveform.coding_rate, preamble_symbols=symbols
        )
        harmless_s = (symbols - LOCK_SYMBOLS) * 2.0**every / noise_hz
        return Burst(
            air_s, np.array([SNR_LIMIT_DB[factor] for factor in SPREADING_FACTORS]), harmless_s
        )

    return Channel(
        noise_hz,
        tuple(_mode(factor, waveform.coding_rate) for factor in factors),
        burst,
        lanes=tuple(SPREADING_FACTORS.index(factor) for factor in factors),
        carriers=waveform.channels,
        cells=waveform.channels,
        need_db=_need_db(waveform),
        doppler_max_hz=DOPPLER_SHARE * noise_hz,
    )


def _mode(factor: int, coding_rate: int) -> Mode:
    rate_per_hz = float(bit_rate_bps(factor, 1.0, coding_rate))
    return Mode(f"SF{factor}", SNR_LIMIT_DB[factor], rate_per_hz)


def _need_db(waveform: Lora) -> NDArray[np.float64]:
    need = np.array(REJECTION_DB, np.float64)
    assert need.shape == (LANES, LANES)
    if not waveform.inter_sf:
        need[:] = -NO_CAPTURE_DB
    np.fill_diagonal(need, waveform.capture_db)
    return need
