import numpy as np

from skyweft.links.waveforms.lora import air_time_s, bit_rate_bps


def test_arguments_broadcast() -> None:
    times = air_time_s(np.array([10, 51])[:, None], np.arange(7, 13))
    assert times.shape == (2, 6)
    assert np.all(np.diff(times, axis=1) > 0)
    assert np.all(times[1] > times[0])


def test_slow_symbols_carry_two_bits_less() -> None:
    # SF11 and SF12 at 125 kHz, SF12 at 250 kHz last 16 ms or more; SF11 at 250 kHz does not.
    bits = 200 * 8
    for factor, width, slow in ((10, 125e3, 0), (11, 125e3, 1), (12, 250e3, 1), (11, 250e3, 0)):
        symbols = air_time_s(200, factor, width) * width / 2**factor
        assert abs(symbols - 5 * bits / (4 * (factor - 2 * slow)) - 22) < 6


def test_rate_at_other_coding() -> None:
    np.testing.assert_allclose(bit_rate_bps(7, 125e3, [1, 4]), [5468.75, 3417.96875])


def test_header_and_checksum_are_there_unless_left_out() -> None:
    """20 bits of header and 16 of checksum: at SF7 28 bits are a block of five symbols."""
    usual = air_time_s(16, 7)
    assert usual == air_time_s(16, 7, header=True, crc=True, preamble_symbols=8)
    assert air_time_s(16, 7, header=False) < usual
    assert air_time_s(16, 7, crc=False) < usual
