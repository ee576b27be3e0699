"""Waveforms that a package adds: for one link, and that devices contend for."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any, Literal

import numpy as np
import pytest
from pydantic import ValidationError

from skyweft.delivery.access.channel import channels_of
from skyweft.errors import ScenarioError
from skyweft.links.waveforms import LANES, Burst, Capacity, Channel, Mode, Modes, rate_and_margin
from skyweft.links.waveforms.contention import captured
from skyweft.links.waveforms.ladder import complaints
from skyweft.registry import Kind
from skyweft.scenario.contention import Shared
from skyweft.scenario.modulations import Waveform
from skyweft.scenario.scenario import Scenario
from skyweft.scenario.waveforms import ready_made, shared_kinds, waveform_of

Install = Callable[..., AbstractContextManager[None]]
GROUP = "skyweft.waveforms"
CN0 = np.array([np.nan, 50.0, 63.1, 90.0])


class Ook(Waveform):
    """On and off: one bit a hertz."""

    kind: Literal["ook"]
    snr_min_db: float = 3.0


def ook(waveform: Ook, bandwidth_hz: float | None) -> Modes:
    assert bandwidth_hz is not None
    return Modes(bandwidth_hz, (Mode("OOK", waveform.snr_min_db, 1.0),))


class Whisper(Shared):
    """Two lanes: a slow one and a slower one."""

    kind: Literal["whisper"]
    frame_bytes: int = 4


def whisper(waveform: Whisper, _: float | None) -> Channel:
    def burst(size_bytes: int) -> Burst:
        return Burst(np.exp2(np.arange(LANES)) * size_bytes, np.full(LANES, -5.0))

    modes = (Mode("slow", 0.0, 0.5), Mode("slower", -5.0, 0.1))
    return Channel(
        100.0, modes, burst, lanes=(0, 1), slot_s=2.0, need_db=captured(waveform), carriers=3,
        cells=3,
    )  # fmt: skip


def scenario(waveform: str = "whisper", **keys: Any) -> Scenario:
    radio = {"kind": "radio", "frequency_hz": 4e8, "eirp_dbw": 0.0, "gt_db_k": -20.0}
    ground = {"kind": "fixed", "latitude_deg": 30.0, "longitude_deg": 114.0}
    ship = ground | {"altitude_m": 2e4}
    return Scenario.model_validate(
        {
            "name": "Whispers",
            "start": datetime(2026, 7, 1, tzinfo=UTC),
            "duration_s": 600.0,
            "platforms": {
                "ship": {"layer": "near_space", "motion": ship, "terminals": ["up"]},
                "gauge": {"layer": "ground", "motion": ground, "terminals": ["down"]},
            },
            "terminals": {"up": radio, "down": radio | {"bandwidth_hz": 1e4}},
            "links": [{"between": ["down", "up"], "waveform": waveform}],
            "messages": [{"source": "gauge", "target": "ship", "size_bytes": 6, "period_s": 60.0}],
            **keys,
        }
    )


def test_a_package_adds_a_waveform(installed: Install) -> None:
    before = ready_made()
    with installed(GROUP, ook=Kind(Ook, ook)):
        assert set(ready_made()) - set(before) == {"ook"}
        assert "ook" not in shared_kinds()
        rate, margin = rate_and_margin(CN0, waveform_of(kind="ook"), 1e6)
        np.testing.assert_array_equal(rate, [0, 0, 1e6, 1e6])
        np.testing.assert_allclose(margin, CN0 - 63.0)
        with pytest.raises(ValidationError, match="ook"):
            scenario("ook")  # nobody contends for it, so messages cannot be sent with it
    assert ready_made() == before
    with pytest.raises(ValidationError, match="ook"):
        waveform_of(kind="ook")


def test_devices_contend_for_a_packages_waveform(installed: Install) -> None:
    with installed(GROUP, whisper=Kind(Whisper, whisper)):
        assert shared_kinds()[-1] == "whisper"
        air = channels_of(scenario())
        (medium,) = air.of_rule
        np.testing.assert_array_equal(medium.air_s[:2], [10.0, 20.0])  # 6 bytes and 4 of its frame
        assert medium.lanes == (0, 1)
        assert medium.slot_s == 2.0
        assert air.cells.tolist() == [3]
        assert not list(complaints(scenario()))


def test_every_lane_short_bursts_and_a_narrow_band_are_fine(installed: Install) -> None:
    def narrow(*_: Any) -> Channel:
        return Channel(0.5, MODES, lambda _: Burst(SIX / 100, SIX), lanes=tuple(range(LANES)))

    with installed(GROUP, whisper=Kind(Whisper, narrow)):
        (medium,) = channels_of(scenario()).of_rule
        assert medium.lanes == tuple(range(LANES))
        np.testing.assert_array_equal(medium.air_s, 0.01)


def test_whose_waveform_does_not_work_is_told_at_its_place(installed: Install) -> None:
    with installed(GROUP, whisper=Kind(Whisper, lambda *_: 1 / 0)):
        silent = {"between": ["up", "up"]}
        links = [{"between": ["down", "up"], "waveform": "whisper"}, silent]
        (line,) = complaints(scenario(links=links))
    assert line.startswith("links[0].waveform: the waveform 'whisper' of acme failed: Zero")


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda *_: 3.0, "answered float, not Ladder"),
        (lambda *_: 1 / 0, "failed: ZeroDivisionError"),
        (lambda *_: Modes(np.nan, (Mode("a", 0.0, 1.0),)), "answered a noise bandwidth of nan Hz"),
        (lambda *_: Modes(-1.0, (Mode("a", 0.0, 1.0),)), "answered a noise bandwidth of -1.0 Hz"),
        (lambda *_: Modes(0.0, (Mode("a", 0.0, 1.0),)), "answered a noise bandwidth of 0.0 Hz"),
        (lambda *_: Modes(np.inf, (Mode("a", 0.0, 1.0),)), "answered a noise bandwidth of inf Hz"),
        (lambda *_: Modes(1e6, (Mode("a", np.nan, 1.0),)), "answered .* a least SNR of nan dB"),
        (lambda *_: Modes(1e6, ()), "failed: IndexError"),
    ],
)
def test_a_waveform_that_answers_wrongly(
    installed: Install, function: Callable[..., Any], words: str
) -> None:
    with installed(GROUP, ook=Kind(Ook, function)):
        with pytest.raises(ScenarioError, match=f"the waveform 'ook' of acme {words}"):
            rate_and_margin(CN0, waveform_of(kind="ook"), 1e6)
        (line,) = complaints(scenario("lora", waveforms={"mine": {"kind": "ook"}}))
        assert line.startswith("waveforms.mine: the waveform 'ook' of acme ")
        # Who does not take it is not troubled.
        assert rate_and_margin(CN0, waveform_of(kind="shannon"), 1e6)[0][-1] > 0


class Odd(Capacity):
    answer: Any = None

    def efficiency(self, snr_db: Any) -> Any:
        return type(self).answer


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (np.zeros(2), r"answered \(2,\) efficiencies for \(4,\)"),
        (np.full(4, np.nan), "answered an efficiency that is no number from 0 on"),
        (np.full(4, -1.0), "answered an efficiency that is no number from 0 on"),
        (np.array([1.0, -1.0, 1.0, 1.0]), "answered an efficiency that is no number from 0 on"),
    ],
)
def test_a_ladder_that_answers_wrongly(
    installed: Install, monkeypatch: pytest.MonkeyPatch, answer: Any, words: str
) -> None:
    monkeypatch.setattr(Odd, "answer", answer)
    with (
        installed(GROUP, ook=Kind(Ook, lambda *_: Odd(1e6))),
        pytest.raises(ScenarioError, match=f"the waveform 'ook' of acme {words}"),
    ):
        rate_and_margin(CN0, waveform_of(kind="ook"), 1e6)


MODES = (Mode("a", 0.0, 1.0),)
SIX = np.ones(LANES)
ONE_MISSING, FIRST_ALONE = np.append(SIX[1:], np.nan), np.append(1.0, 0 * SIX[1:])


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda *_: Modes(1e3, MODES), "answered Modes, not Channel, though devices contend"),
        (lambda *_: Channel(1e3, MODES, lambda _: Burst(SIX, SIX), lanes=(6,)), "answered lanes"),
        (lambda *_: Channel(1e3, MODES, lambda _: Burst(SIX, SIX), lanes=()), "answered lanes"),
        (
            lambda *_: Channel(1e3, MODES, lambda _: Burst(SIX, SIX), need_db=np.zeros((2, 2))),
            "needs of",
        ),
        (lambda *_: Channel(1e3, MODES, lambda _: None), "answered NoneType, not Burst"),  # type: ignore[return-value]
        (lambda *_: Channel(1e3, MODES, lambda _: 1 / 0), "failed: ZeroDivisionError"),  # type: ignore[return-value]
        (lambda *_: Channel(1e3, MODES, lambda _: Burst(SIX[:2], SIX)), "is not 6 numbers a"),
        (lambda *_: Channel(1e3, MODES, lambda _: Burst(SIX, ONE_MISSING)), "is not 6 numbers a"),
        (lambda *_: Channel(1e3, MODES, lambda _: Burst(SIX, SIX * np.nan)), "is not 6 numbers a"),
        (lambda *_: Channel(1e3, MODES, lambda _: Burst(SIX, SIX, hops=3)), "a burst of hops"),
        (lambda *_: Channel(1e3, MODES, lambda _: Burst(0 * SIX, SIX)), "of no time on the air"),
        (
            lambda *_: Channel(1e3, MODES, lambda _: Burst(FIRST_ALONE, SIX), lanes=(0, 1)),
            "of no time on the air",
        ),
    ],
)
def test_a_channel_that_answers_wrongly(
    installed: Install, function: Callable[..., Any], words: str
) -> None:
    with (
        installed(GROUP, whisper=Kind(Whisper, function)),
        pytest.raises(ScenarioError, match=f"the waveform 'whisper' of acme .*{words}"),
    ):
        channels_of(scenario())


class Again(Waveform):
    kind: Literal["lora_sf9"]


def test_a_kind_that_is_taken_is_left_out(installed: Install) -> None:
    with (
        pytest.warns(UserWarning, match="there is a waveform 'lora_sf9' already; mend or remove"),
        installed(GROUP, again=Kind(Again, ook)),
    ):
        assert rate_and_margin(CN0, waveform_of(kind="lora_sf9"), 1e6)[0][-1] > 0
