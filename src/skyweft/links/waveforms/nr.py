"""5G NR: the three tables of modulation and code rate, and the SNR each entry needs.

The standard gives no SNR. We take the thresholds for one block in ten lost of the 15 classes of
channel quality (-6.7 to 22.7 dB), customary in public LTE and NR simulators; no derivation found:
linear in dB between the classes over bits a symbol, and outside them the capacity of the channel
plus the gap of the last class. One layer, no retransmission gain. Published tables for the same
classes differ by 2 to 3 dB, so take the thresholds for no better.

Sources: 3GPP TS 38.214 V16.2.0, tables 5.1.3.1-1 to -3 and 5.2.2.1-2.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from skyweft.links.waveforms.ladder import Mode, Modes, given_hz
from skyweft.scenario.modulations import Nr

Floats = NDArray[np.float64]

# Runs of (bits a modulated symbol, code rates x 1024 in the table's order).
QAM64 = (
    (2, (120, 157, 193, 251, 308, 379, 449, 526, 602, 679)),
    (4, (340, 378, 434, 490, 553, 616, 658)),
    (6, (438, 466, 517, 567, 616, 666, 719, 772, 822, 873, 910, 948)),
)
QAM256 = (
    (2, (120, 193, 308, 449, 602)),
    (4, (378, 434, 490, 553, 616, 658)),
    (6, (466, 517, 567, 616, 666, 719, 772, 822, 873)),
    (8, (682.5, 711, 754, 797, 841, 885, 916.5, 948)),
)
LOW_SE = (
    (2, (30, 40, 50, 64, 78, 99, 120, 157, 193, 251, 308, 379, 449, 526, 602)),
    (4, (340, 378, 434, 490, 553, 616)),
    (6, (438, 466, 517, 567, 616, 666, 719, 772)),
)
CQI = (
    (2, (78, 120, 193, 308, 449, 602)),
    (4, (378, 490, 616)),
    (6, (466, 567, 666, 772, 873, 948)),
)
CQI_SNR_DB = np.array(
    [-6.7, -4.7, -2.3, 0.2, 2.4, 4.3, 5.9, 8.1, 10.3, 11.7, 14.1, 16.3, 18.7, 21.0, 22.7]
)

Table = tuple[tuple[int, tuple[float, ...]], ...]
SYMBOLS_PER_HZ = 14 / 15  # fourteen symbols a millisecond on a subcarrier of 15 kHz


def efficiencies(table: Table) -> Floats:
    """Return bits a symbol of every entry of a table, in its order."""
    return np.array([bits * rate / 1024 for bits, rates in table for rate in rates])


def snr_needed_db(bits_per_symbol: ArrayLike) -> Floats:
    """Return the SNR at which one block in ten is lost.

    Parameters
    ----------
    bits_per_symbol : array_like
        Modulation order times code rate, 0.05 to 7.5.

    Returns
    -------
    snr_db : array
        In the bandwidth of the carrier, white noise; see the head of this module for the source
        and its spread. [dB]
    """
    bits = np.asarray(bits_per_symbol, dtype=np.float64)
    classes = efficiencies(CQI)
    gap_db = np.interp(bits, classes, CQI_SNR_DB - _capacity_snr_db(classes))
    inside = (bits >= classes[0]) & (bits <= classes[-1])
    between = np.interp(bits, classes, CQI_SNR_DB)
    return np.where(inside, between, _capacity_snr_db(bits) + gap_db)


def _capacity_snr_db(bits_per_symbol: Floats) -> Floats:
    return 10 * np.log10(2**bits_per_symbol - 1)


def ladder(waveform: Nr, bandwidth_hz: float | None) -> Modes:
    """Return the entries of a kind's table, what is not user data taken off."""
    bits = efficiencies({"nr": QAM64, "nr_qam256": QAM256, "nr_low_se": LOW_SE}[waveform.kind])
    net = bits * SYMBOLS_PER_HZ * (1 - waveform.overhead)
    rows = enumerate(zip(snr_needed_db(bits), net, strict=True))
    modes = tuple(Mode(f"MCS {i}", float(snr), float(efficiency)) for i, (snr, efficiency) in rows)
    return Modes(given_hz(waveform, bandwidth_hz), modes)
