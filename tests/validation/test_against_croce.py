"""LoRa's imperfect orthogonality against a second public copy of the measured table.

D. Croce et al., "Impact of LoRa imperfect orthogonality: analysis of link-level performance", IEEE
Communications Letters 22(4), 2018, table I, as the LoRaWAN module of ns-3 has it (2025). A row is
the spreading factor that is to be received, a column that of the disturber.
"""

import numpy as np

from skyweft.links.waveforms.lora import REJECTION_DB, SNR_LIMIT_DB, SPREADING_FACTORS

COPY_DB = """
      1  -8  -9  -9  -9  -9
    -11   1 -11 -12 -13 -13
    -15 -13   1 -13 -14 -15
    -19 -18 -17   1 -17 -18
    -22 -22 -21 -20   1 -20
    -25 -25 -25 -24 -23   1
"""


def test_rejection_as_measured() -> None:
    copy = [[int(word) for word in line.split()] for line in COPY_DB.split("\n") if line.strip()]
    np.testing.assert_array_equal(REJECTION_DB, copy)


def test_a_disturber_is_no_worse_than_as_much_noise() -> None:
    """Of another factor it looks like noise: rejection is near the limit against noise, below it.

    The limits are Semtech's, the rejection was measured with a chip and a software radio: it lies
    0.5 dB above to 5 dB below.
    """
    for row, factor in enumerate(SPREADING_FACTORS):
        others = np.delete(np.array(REJECTION_DB[row], float), row)
        below = SNR_LIMIT_DB[factor] - others
        assert np.all((below >= -0.5) & (below <= 5.0))
