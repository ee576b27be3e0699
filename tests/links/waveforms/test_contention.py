"""What devices share: how long they are on the air, on how many carriers, and who is heard."""

from typing import Any

import numpy as np
import pytest

from skyweft.links.waveforms.contention import NO_CAPTURE_DB, burst_of, channel_of
from skyweft.links.waveforms.lr_fhss import air_time_s, fragments_needed
from skyweft.scenario.contention import Shared
from skyweft.scenario.waveforms import waveform_of


def shared(**keys: Any) -> Shared:
    found = waveform_of(**keys)
    assert isinstance(found, Shared)
    return found


@pytest.mark.parametrize(
    ("kind", "carriers", "hertz"),
    [
        ("aloha", {"channels": 3}, 400.0),  # as many as its bit rate
        ("slotted_aloha", {"channels": 3}, 400.0),
        ("nb_iot", {"preambles": 3}, 3_750.0),  # a single tone
        ("lr_fhss", {"channels": 3, "grids": 3}, 488.28125),  # GMSK of so many symbols a second
    ],
)
def test_carriers_width_and_capture(kind: str, carriers: dict[str, int], hertz: float) -> None:
    plain, mine = shared(kind=kind), shared(kind=kind, capture_db=3.0, **carriers)
    channel = channel_of(mine, None)
    assert (channel.carriers, channel.cells) == (3, 3)
    assert np.all(channel.need_db == 3.0)
    assert np.all(channel_of(plain, None).need_db == NO_CAPTURE_DB)  # any overlap destroys both
    assert channel.noise_hz == hertz
    if kind != "lr_fhss":
        assert channel_of(mine, 9e3).noise_hz == 9e3
        own = shared(kind=kind, bandwidth_hz=5e3)
        assert channel_of(own, 9e3).noise_hz == 5e3
        # 400 bit/s whatever the width they are received in.
        assert channel_of(own, 9e3).modes[0].efficiency * 5e3 == pytest.approx(400.0)


def test_a_grant_takes_a_preamble_that_is_contended_for_and_time_that_is_not() -> None:
    waveform = shared(kind="nb_iot", preamble_s=0.05, occasion_s=0.7, frame_bytes=6, rate_bps=800.0)
    channel = channel_of(waveform, None)
    assert (channel.slot_s, channel.aligned) == (0.7, True)
    burst = burst_of(waveform, channel, 14)
    assert burst.contended_s is not None
    np.testing.assert_allclose(burst.air_s, 0.05 + 8 * (14 + 6) / 800)
    np.testing.assert_allclose(burst.contended_s, 0.05)


@pytest.mark.parametrize(
    ("rate", "headers", "parts", "needed"), [("1/3", 3, 9, 3), ("2/3", 2, 5, 4)]
)
def test_hops_are_headers_and_fragments(rate: Any, headers: int, parts: int, needed: int) -> None:
    """15 bytes and 3 of checksum and tail: 2 or 4 to a fragment, of which a third or two must come.

    A fragment lasts 102.4 ms, a header 233.472 ms (Semtech's driver, and Boquet et al., 2021).
    """
    assert fragments_needed(15, rate) == needed
    for given, copies in ((None, headers), (4, 4)):
        waveform = shared(kind="lr_fhss", code_rate=rate, headers=given, frame_bytes=0)
        channel = channel_of(waveform, None)
        burst = burst_of(waveform, channel, 15)
        assert (burst.headers, burst.hops, burst.needed) == (copies, copies + parts, needed)
        lasts_s = copies * 0.233472 + parts * 0.1024
        np.testing.assert_allclose(burst.air_s, lasts_s)
        assert air_time_s(15, rate, given) == pytest.approx(lasts_s)
        bits_s = channel.modes[0].efficiency * channel.noise_hz
        assert bits_s == pytest.approx({"1/3": 16, "2/3": 32}[rate] / 0.1024)
