from math import erfc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skyweft.links.waveforms import nr, rate_and_margin
from skyweft.links.waveforms.ladder import ladder_of
from skyweft.scenario.waveforms import ready_made, waveform_of


@pytest.mark.parametrize("kind", ready_made())
def test_more_carrier_never_carries_less(kind: str) -> None:
    cn0 = np.linspace(20, 140, 5_001)
    rate, margin = rate_and_margin(cn0, waveform_of(kind=kind), 1e6)
    assert np.all(np.diff(rate) >= 0)
    assert rate[0] == 0
    assert rate[-1] > 0
    np.testing.assert_array_equal(rate > 0, margin >= 0)


@pytest.mark.parametrize("kind", ready_made())
def test_no_carrier_no_rate(kind: str) -> None:
    rate, margin = rate_and_margin(np.array([np.nan]), waveform_of(kind=kind), 1e6)
    assert rate[0] == 0
    assert np.isnan(margin[0])


@given(st.floats(0, 20), st.floats(0, 10))
def test_allowances_shift_the_ladder(kept_db: float, lost_db: float) -> None:
    cn0 = np.linspace(40, 100, 61) + 0.123
    plain = waveform_of(kind="dvb_s2x")
    careful = waveform_of(kind="dvb_s2x", margin_db=kept_db, implementation_loss_db=lost_db)
    rate, margin = rate_and_margin(cn0, careful, 1e6)
    shifted, _ = rate_and_margin(cn0 - (kept_db + lost_db), plain, 1e6)
    # Rounding may tip a mode that sits on its threshold to the last bit.
    assert np.count_nonzero(rate != shifted) <= 1
    np.testing.assert_allclose(margin, rate_and_margin(cn0, plain, 1e6)[1] - lost_db, atol=1e-9)


def test_lora_steps_up_as_it_should() -> None:
    noise = 10 * np.log10(125e3)
    snr = np.array([-20.1, -19.9, -17.4, -12.4, -7.6, -7.4, 30])
    rate, margin = rate_and_margin(noise + snr, waveform_of(kind="lora"))
    expected = [0, 292.97, 537.11, 1757.81, 3125, 5468.75, 5468.75]
    np.testing.assert_allclose(rate, expected, atol=0.01)
    np.testing.assert_allclose(margin, snr + 20, atol=1e-9)
    fixed, margin = rate_and_margin(noise + snr, waveform_of(kind="lora_sf7"))
    np.testing.assert_allclose(fixed, [0, 0, 0, 0, 0, 5468.75, 5468.75])
    np.testing.assert_allclose(margin, snr + 7.5, atol=1e-9)


def test_bandwidth_has_an_order() -> None:
    assert ladder_of(waveform_of(kind="lora"), None).noise_hz == 125e3
    assert ladder_of(waveform_of(kind="lora"), 250e3).noise_hz == 250e3
    assert ladder_of(waveform_of(kind="nr", bandwidth_hz=5e6), 250e3).noise_hz == 5e6
    assert ladder_of(waveform_of(kind="dvb_s2x", roll_off=0.25), 50e6).noise_hz == 40e6
    with pytest.raises(ValueError, match="needs a bandwidth"):
        ladder_of(waveform_of(kind="shannon"), None)


def test_shannon() -> None:
    rate, margin = rate_and_margin(np.array([60.0, 49.9]), waveform_of(kind="shannon"), 1e6)
    np.testing.assert_allclose(rate, [1e6, 0])
    np.testing.assert_allclose(margin, [10, -0.1])


def test_a_dominated_mode_is_never_taken() -> None:
    # QPSK 9/10 needs 6.42 dB for 1.789 bits; 16APSK 1/2-L has 1.972 from 5.97 dB on.
    ladder = ladder_of(waveform_of(kind="dvb_s2x"), 1e6)
    assert ladder.efficiency(np.array([6.45]))[0] == 1.972253


def test_nr_thresholds_follow_the_classes_and_go_on_beyond() -> None:
    np.testing.assert_allclose(nr.snr_needed_db(nr.efficiencies(nr.CQI)), nr.CQI_SNR_DB)
    needed = nr.snr_needed_db(np.linspace(0.05, 7.5, 2_000))
    assert np.all(np.diff(needed) > 0)
    assert np.abs(np.diff(needed)).max() < 0.35


def test_nr_needs_run_straight_from_class_to_class() -> None:
    classes = nr.efficiencies(nr.CQI)
    middle = (classes[1:] + classes[:-1]) / 2
    expected = (nr.CQI_SNR_DB[1:] + nr.CQI_SNR_DB[:-1]) / 2
    np.testing.assert_allclose(nr.snr_needed_db(middle), expected, atol=1e-9)


@pytest.mark.parametrize("kind", ["aloha", "slotted_aloha"])
def test_aloha_needs_one_wrong_bit_in_a_hundred_thousand(kind: str) -> None:
    """Uncoded BPSK in white noise: erfc(sqrt(Eb/N0)) / 2; one decimal of a decibel is kept."""
    waveform = waveform_of(kind=kind)
    needed_db = ladder_of(waveform).snr_least_db
    wrong = [erfc(10 ** ((needed_db + off) / 20)) / 2 for off in (-0.05, 0.05)]
    assert wrong[1] < 1e-5 < wrong[0]
    # A bit rate's width: signal over noise there is Eb/N0.
    rate_bps = ladder_of(waveform, None).noise_hz
    cn0 = 10 * np.log10(rate_bps) + needed_db + np.array([-0.01, 0.01])
    np.testing.assert_allclose(rate_and_margin(cn0, waveform)[0], [0, rate_bps])


@pytest.mark.parametrize("kind", ["aloha", "slotted_aloha", "lr_fhss", "nb_iot"])
def test_what_devices_contend_for_takes_the_users_threshold(kind: str) -> None:
    waveform = waveform_of(kind=kind, snr_min_db=-3.0)
    cn0 = 10 * np.log10(ladder_of(waveform, None).noise_hz) - 3.0
    np.testing.assert_allclose(rate_and_margin(np.array([cn0]), waveform)[1], 0, atol=1e-9)
