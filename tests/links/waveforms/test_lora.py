import numpy as np

from skyweft.links.waveforms.contention import channel_of
from skyweft.links.waveforms.lora import air_time_s, bit_rate_bps
from skyweft.scenario.contention import Lora


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


def test_spreading_factors_disturb_one_another_only_where_asked() -> None:
    """A lane needs its capture over its own kind; of others there is a table, or no harm at all."""
    apart, mixed = (
        channel_of(Lora(kind="lora", capture_db=4.5, inter_sf=each), None).need_db
        for each in (False, True)
    )
    for need in (apart, mixed):
        assert np.all(np.diag(need) == 4.5)
    others = ~np.eye(6, dtype=bool)
    # As far below a disturber as a carrier can be, and still heard.
    assert np.all(apart[others] < -1e3)
    # D. Croce et al., IEEE Communications Letters 22(4), 2018: 7 to 25 dB below.
    assert np.all((mixed[others] > -26) & (mixed[others] < -6))


def test_a_channel_is_as_wide_as_its_chips_and_follows_a_quarter_of_that() -> None:
    """SX1276 data sheet, section 4.1.5: offsets up to a quarter of the bandwidth are received."""
    for own_hz, terminal_hz, width_hz in ((None, None, 125e3), (None, 5e5, 5e5), (25e4, 5e5, 25e4)):
        channel = channel_of(Lora(kind="lora", bandwidth_hz=own_hz, channels=8), terminal_hz)
        assert channel.noise_hz == width_hz
        assert channel.doppler_max_hz == width_hz / 4
        assert channel.carriers == channel.cells == 8


def test_nothing_to_send_is_eight_symbols_and_no_fewer() -> None:
    # An empty payload without header and checksum at SF12: 28 - 48 - 20 bits are no block at all.
    time_s = air_time_s(0, 12, 125e3, header=False, crc=False)
    np.testing.assert_allclose(time_s, (8 + 4.25 + 8) * 4096 / 125e3)
