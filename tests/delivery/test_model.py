"""What `[[messages]]` may say, and the words for what cannot be sent."""

from pathlib import Path

import pytest

from skyweft.errors import ScenarioError
from skyweft.scenario.reading import load
from skyweft.scenario.scenario import Scenario
from skyweft.stage.registry import check

START = """\
name = "Devices"
start = 2026-07-01T00:00:00Z
duration_s = 600

[platforms.gauges]
layer = "ground"
motion = { kind = "population", count = 10, region = "land" }
terminals = ["node"]

[platforms.ships]
layer = "ground"
terminals = ["node"]

[platforms.ships.motion]
kind = "loiter"
latitude_deg = 1
longitude_deg = 2
altitude_m = 10
radius_m = 5e3
speed_m_s = 5

[platforms.dumb]
layer = "ground"
motion = { kind = "fixed", latitude_deg = 1, longitude_deg = 2 }

[platforms.satellite]
layer = "space"
motion = { kind = "orbit", altitude_m = 600e3, inclination_deg = 60 }
terminals = ["hears"]

[terminals.node]
kind = "radio"
frequency_hz = 401e6
eirp_dbw = -7

[terminals.hears]
kind = "radio"
frequency_hz = 401e6
gt_db_k = -25

[waveforms.slots]
kind = "slotted_aloha"
slot_s = 0.2

[[links]]
between = ["hears", "node"]
waveform = "{waveform}"
windows = false
"""
RULE = '[[messages]]\nsource = "gauges"\ntarget = "dumb"\nsize_bytes = 20\n'
EVERY = RULE + "period_s = 60\n"


def _load(folder: Path, text: str, waveform: str = "lora") -> Scenario:
    whole = START.replace("{waveform}", waveform) + text
    (folder / "devices.toml").write_text(whole, encoding="utf-8")
    return load(folder / "devices.toml")


@pytest.mark.parametrize("waveform", ["lora", "lora_sf12", "aloha", "lr_fhss", "nb_iot"])
def test_a_rule_is_enough(tmp_path: Path, waveform: str) -> None:
    rule = _load(tmp_path, EVERY, waveform).messages[0]  # type: ignore[attr-defined]
    assert rule.attempts == 1
    assert rule.wake.kind == "blind"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (RULE, r'messages\[0\]: arrivals = "periodic" needs period_s'),
        (RULE + "period_s = 0", r"messages\[0\]\.period_s: 0 is not possible"),
        (RULE + "arrivals = 'burst'", r"messages\[0\]: .* needs a table burst"),
        (EVERY + "burst = { start_s = 5 }", r'burst goes with arrivals = "burst"'),
        (RULE + "arrivals = 'burst'\nburst = { start_s = 600 }", "the run ends at 600 s"),
        (EVERY + "arrivals = 'poisson'\njitter_s = 3", "jitter_s is for periodic"),
        (EVERY + f"profile = {[0] * 24}", "all hours are 0"),
        (EVERY + "attempts_max = 3", "attempts_max goes with confirmed"),
        (EVERY + "confirmed = true", r"messages\[0\]\.confirmed: hears must transmit ack"),
        (EVERY.replace("gauges", "gauge"), r'messages\[0\]\.source: .*did you mean "gauges"'),
        (EVERY.replace('"dumb"', '"dump"'), r'messages\[0\]\.target: .*did you mean "dumb"'),
        (
            EVERY.replace("gauges", "dumb"),
            r'messages\[0\]\.source: "dumb" is joined to no receiver',
        ),
        (EVERY.replace("= 20", "= 250"), "250 bytes and a frame of 13 are more than the 255"),
        (EVERY + "wake = { kind = 'beacon' }", "no receiver sends beacons"),
        (EVERY + "wake = { kind = 'pass', error_s = 3 }", "error_s needs an age_s"),
        (EVERY + "wake = { kind = 'sometimes' }", r"messages\[0\]\.wake\.kind: .* allowed: "),
        (
            EVERY.replace("gauges", "ships") + "wake = { kind = 'pass' }",
            r"messages\[0\]\.wake: .*only what stands still",
        ),
        (EVERY.replace("gauges", "ships") + f"profile = {[1] * 24}", r"messages\[0\]\.profile: "),
    ],
)
def test_errors_have_their_place(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ScenarioError, match=words):
        _load(tmp_path, text)


def test_a_message_longer_than_its_slot(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"lasts 0\.4 s at 400 bit/s, longer than a slot"):
        _load(tmp_path, EVERY, "slots")


def test_waveforms_of_fixed_links_carry_no_messages(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r'with a waveform of "lora", "aloha"'):
        _load(tmp_path, "[waveforms.wide]\nkind = 'nr'\nbandwidth_hz = 1e6\n" + EVERY, "wide")


def test_things_send_in_one_way(tmp_path: Path) -> None:
    more = '[[links]]\nbetween = ["hears", "node"]\nwaveform = "aloha"\n'
    with pytest.raises(ScenarioError, match="would send in two ways: node with aloha and node"):
        _load(tmp_path, more + EVERY)


def test_keys_of_another_waveform(tmp_path: Path) -> None:
    with pytest.raises(
        ScenarioError,
        match=r'slot_s: is a key of "slotted_aloha", not of "lora"; allowed here: kind, ',
    ):
        _load(tmp_path, '[waveforms.x]\nkind = "lora"\nslot_s = 1\n' + EVERY)


def test_failures_that_messages_do_not_feel_are_said(tmp_path: Path) -> None:
    whole = '[[failures]]\nplatforms = ["gauges"]\nshare = 0.5\n'
    assert not any("failures" in line for line in check(_load(tmp_path, EVERY + whole)))
    pairs = "[[failures]]\nlinks = [0]\nmtbf_s = 1e4\n"
    assert not any("failures" in line for line in check(_load(tmp_path, pairs)))
    (line,) = [line for line in check(_load(tmp_path, EVERY + pairs)) if "failures" in line]
    assert "links[0] is random access" in line
