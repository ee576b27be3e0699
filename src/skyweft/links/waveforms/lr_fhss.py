"""LR-FHSS: how a message is cut into hops, and how much of it must arrive.

A transmission is some copies of its header, each on a carrier of its own, then the coded payload in
fragments, one a hop. It is received if one header and enough fragments are.

References: G. Boquet, P. Tuset-Peiro, F. Adelantado, T. Watteyne and X. Vilajosana, "LR-FHSS:
overview and performance analysis", IEEE Communications Magazine 59(3), 2021; LoRaWAN regional
parameters RP002-1.0.x, data rates 8 to 11 (EU) and 5 to 6 (US).
"""

import math
from typing import Literal

import numpy as np

from skyweft.links.waveforms.contention import LANES, Burst, Channel, captured
from skyweft.links.waveforms.ladder import Mode
from skyweft.scenario.contention import LrFhss

CARRIER_HZ = 488.28125  # GMSK at as many symbols a second
HEADER_S = 0.233472
FRAGMENT_S = 0.1024  # 50 symbols: 2 of preamble, 48 coded bits
EXTRA_BYTES = 3  # checksum and tail of the code
CodeRate = Literal["1/3", "2/3"]
BYTES = {"1/3": 2, "2/3": 4}  # of the payload, in one fragment
HEADERS = {"1/3": 3, "2/3": 2}
SHARE = {"1/3": 1 / 3, "2/3": 2 / 3}  # of the fragments that must arrive


def fragments(payload_bytes: int, code_rate: CodeRate) -> int:
    """Return how many fragments a payload takes: ceil((L + 3) / M)."""
    return math.ceil((payload_bytes + EXTRA_BYTES) / BYTES[code_rate])


def fragments_needed(payload_bytes: int, code_rate: CodeRate) -> int:
    """Return how many of them must arrive."""
    # Rounded, or 2/3 of 3 would be a hair above 2.
    return math.ceil(round(fragments(payload_bytes, code_rate) * SHARE[code_rate], 9))


def air_time_s(payload_bytes: int, code_rate: CodeRate, headers: int | None = None) -> float:
    """Return how long a transmission is on the air.

    Parameters
    ----------
    payload_bytes : int
        Physical payload. [byte]
    code_rate : {"1/3", "2/3"}
        Of the payload.
    headers : int, optional
        Copies of the header; 3 at rate 1/3, 2 at rate 2/3.

    Returns
    -------
    time_s : float
        [s]
    """
    copies = HEADERS[code_rate] if headers is None else headers
    return copies * HEADER_S + fragments(payload_bytes, code_rate) * FRAGMENT_S


def bit_rate_bps(code_rate: CodeRate) -> float:
    """Return the bit rate of the payload: 156 or 313 bit/s (printed as 162 and 325)."""
    return 8 * BYTES[code_rate] / FRAGMENT_S


def ladder(waveform: LrFhss, _: float | None) -> Channel:
    """Return the one mode of a code rate, in the bandwidth of one carrier."""
    rate, snr_db = waveform.code_rate, waveform.snr_min_db
    headers = waveform.headers or HEADERS[rate]

    def burst(size_bytes: int) -> Burst:
        return Burst(
            np.full(LANES, air_time_s(size_bytes, rate, headers)),
            np.full(LANES, snr_db),
            headers=headers,
            hops=headers + fragments(size_bytes, rate),
            needed=fragments_needed(size_bytes, rate),
        )

    return Channel(
        CARRIER_HZ,
        (Mode(waveform.kind, snr_db, bit_rate_bps(rate) / CARRIER_HZ),),
        burst,
        carriers=waveform.channels,
        cells=waveform.grids,
        need_db=captured(waveform),
    )
