from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from skyweft.scenario.errors import errors
from skyweft.scenario.terminals import Link, Radio, Terminal
from skyweft.scenario.waveforms import (
    known_waveforms,
    link_errors,
    waveform_named,
    waveform_of,
)

RADIO = {"kind": "radio", "frequency_hz": 2e9}
TERMINAL: TypeAdapter[Terminal] = TypeAdapter(Terminal)


def radio(**keys: Any) -> Radio:
    return Radio.model_validate(RADIO | keys)


@pytest.mark.parametrize(
    ("keys", "complaint"),
    [
        ({}, "can neither transmit nor receive"),
        ({"eirp_dbw": 1.0, "power_dbw": 1.0}, "eirp_dbw and power_dbw say the same"),
        ({"gt_db_k": 1.0, "noise_figure_db": 1.0}, "gt_db_k and noise_figure_db say the same"),
        ({"eirp_dbw": 1.0, "antenna_temperature_k": 50.0}, "goes with noise_figure_db"),
        ({"power_dbw": 1.0}, "power_dbw needs an antenna"),
        ({"noise_temperature_k": 90.0}, "noise_temperature_k needs an antenna"),
        ({"eirp_dbw": 1.0, "losses_db": 1.0}, "already inside"),
        ({"eirp_dbw": 1.0, "mask": [[90.0, 5.0], [10.0, 6.0]]}, "azimuths must ascend"),
        ({"eirp_dbw": 1.0, "mask": []}, "at least 1"),
        ({"eirp_dbw": 1.0, "mask": [[400.0, 5.0]]}, "less than or equal to 360"),
        ({"eirp_dbw": float("nan")}, "finite"),
        ({"eirp_dbw": 1.0, "frequency_hz": -1.0}, "greater than or equal to"),
    ],
)
def test_a_radio_that_cannot_be(keys: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        radio(**keys)


@pytest.mark.parametrize(
    "keys",
    [
        {"eirp_dbw": 1.0},
        {"gt_db_k": -30.0},
        {"power_dbw": 1.0, "losses_db": 1.0, "antenna": {"kind": "isotropic"}},
        {
            "eirp_dbw": 46.2,
            "noise_figure_db": 1.2,
            "antenna_temperature_k": 150.0,
            "losses_db": 0.5,
            "antenna": {"kind": "parabolic", "diameter_m": 0.6},
            "mask": [[0.0, 5.0], [90.0, 10.0], [90.0, 30.0], [360.0, 5.0]],
        },
    ],
)
def test_a_radio_that_can_be(keys: dict[str, Any]) -> None:
    assert radio(**keys).transmits or radio(**keys).receives


def test_a_laser_has_a_colour() -> None:
    laser = TERMINAL.validate_python({"kind": "optical", "rate_bps": 1e9})
    assert laser.wavelength_m == 1550e-9  # type: ignore[union-attr]
    with pytest.raises(ValidationError, match="wavelength_m"):
        TERMINAL.validate_python({"kind": "optical", "rate_bps": 1e9, "wavelength_m": 1550.0})


TERMINALS = {
    "node": radio(eirp_dbw=3.0),
    "deaf": radio(eirp_dbw=3.0),
    "gateway": radio(gt_db_k=-10.0),
    "hub": radio(eirp_dbw=30.0, gt_db_k=10.0, bandwidth_hz=1e6),
    "laser": TERMINAL.validate_python({"kind": "optical", "rate_bps": 1e9}),
}
OWN = {"wide": waveform_of(kind="shannon", bandwidth_hz=1e6)}


@pytest.mark.parametrize(
    ("between", "waveform", "place", "complaint"),
    [
        (("node", "laser"), None, "links[0].between", "a radio and a laser"),
        (("node", "deaf"), "lora", "links[0].between", "neither end can hear"),
        (("laser", "laser"), "lora", "links[0].waveform", "state their rate"),
        (
            ("node", "gateway"),
            "dvb_s2x",
            "links[0].waveform",
            r"bandwidth_hz in \[terminals.node\]",
        ),
        (("hub", "node"), "nr", "links[0].waveform", r"bandwidth_hz in \[terminals.node\]"),
    ],
)
def test_links_without_a_budget(
    between: tuple[str, str], waveform: str | None, place: str, complaint: str
) -> None:
    link = Link(between=between, waveform=waveform)
    ((where, words),) = link_errors([link], TERMINALS, OWN)
    assert where == place
    with pytest.raises(AssertionError, match=complaint):
        raise AssertionError(words)


@pytest.mark.parametrize(
    ("between", "waveform"),
    [
        (("node", "gateway"), "lora"),
        (("node", "gateway"), "wide"),
        (("node", "gateway"), None),
        (("hub", "hub"), "shannon"),
        (("hub", "gateway"), "dvb_s2x"),
        (("laser", "laser"), None),
        (("node", "nobody"), "lora"),
        (("node", "gateway"), "no such waveform"),
    ],
)
def test_links_with_a_budget(between: tuple[str, str], waveform: str | None) -> None:
    assert link_errors([Link(between=between, waveform=waveform)], TERMINALS, OWN) == []


def test_own_waveforms_come_first() -> None:
    own = {"lora": waveform_of(kind="lora_sf12"), "mine": waveform_of(kind="nr")}
    assert waveform_named("lora", own).kind == "lora_sf12"
    assert waveform_named("lora_sf7", own).kind == "lora_sf7"
    assert set(known_waveforms(own)) >= {"mine", "dvb_s2x", "nr", "shannon", "lora_sf12"}


def test_keys_of_another_family_are_refused() -> None:
    with pytest.raises(ValidationError, match=r"lora.roll_off") as caught:
        waveform_of(kind="lora", roll_off=0.2)
    (where, words), *_ = errors(_within("waveforms", caught.value))
    assert where == "waveforms.mine.roll_off"
    assert words.startswith(
        'is a key of "dvb_s2x" or "modcod", not of "lora"; allowed here: kind, '
    )
    with pytest.raises(ValidationError, match="coding_rate"):
        waveform_of(kind="lora", coding_rate=5)


def _within(key: str, error: ValidationError) -> list[Any]:
    return [{**each, "loc": (key, "mine", *each["loc"])} for each in error.errors()]


def test_a_grid_is_of_one_terminal() -> None:
    with pytest.raises(ValidationError, match="one name"):
        Link(between=("laser", "hub"), pattern="grid")


@pytest.mark.parametrize(
    ("beams", "words"),
    [
        ({"count": 0, "width_deg": 3.0}, "greater than or equal to 1"),
        ({"count": 2}, "Field required"),
        ({"count": 2, "width_deg": 0.0}, "greater than or equal to"),
        ({"count": 2, "width_deg": 3.0, "end": "sky"}, "'source' or 'target'"),
        ({"count": 2, "width_deg": 3.0}, "beams are at one end"),
    ],
)
def test_beams_that_cannot_be(beams: dict[str, object], words: str) -> None:
    ends = ("one", "one") if words.startswith("beams") else ("one", "two")
    with pytest.raises(ValidationError, match=words):
        Link.model_validate({"between": ends, "beams": beams})
