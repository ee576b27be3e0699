"""A device's battery: what sending, listening and sleep take from it, and what comes after."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import skyweft
from skyweft.delivery.access.channel import channels_of
from skyweft.delivery.product import CAUSES, Receptions
from skyweft.scenario.scenario import Scenario
from tests.delivery.access.conftest import HEARS, SENDS, received_in, same, scenario_of

HOUR_S = 3_600.0
BATTERY = CAUSES.index("battery")


def _scenario(
    battery_j: float | None, sleep_w: float, *rules: dict[str, Any], **changes: Any
) -> Scenario:
    energy = {"transmit_w": 0.5, "receive_w": 0.05, "sleep_w": sleep_w}
    sends = SENDS | {"energy": energy | ({} if battery_j is None else {"battery_j": battery_j})}
    terminals = {"sends": sends, "receives": HEARS | {"reception": {"beacon_period_s": 60.0}}}
    return scenario_of(*rules, terminals=terminals, **changes)


def _of(received: Receptions, device: int) -> np.ndarray:
    return np.flatnonzero(received.device == device)


def test_three_messages_and_no_fourth(threads: ThreadPoolExecutor) -> None:
    """Every ten minutes for an hour, on 3.5 times what one takes; asleep it takes half of one."""
    fixed: dict[str, Any] = {"waveform": {"kind": "lora_sf10"}}
    (channel,) = channels_of(_scenario(None, 0.0, **fixed)).of_rule
    one_j = float(0.5 * channel.air_s[channel.lanes[0]])  # 0.5 W while it sends, and one lane
    assert len(channel.lanes) == 1
    # The third is sent within half an hour: 3 and less than half make less than 3.5; the fourth
    # needs four.
    scenario = _scenario(3.5 * one_j, 0.5 * one_j / HOUR_S, **fixed)
    received = received_in(scenario, [0.0, 1_020.0, HOUR_S], threads)
    for device in np.unique(received.device):
        mine = _of(received, device)
        assert received.attempts[mine].tolist() == [1] * 3 + [0] * 3
        assert received.cause[mine[3:]].tolist() == [BATTERY] * 3
        assert received.energy_j[mine].sum() == pytest.approx(3 * one_j)
    # Whoever sleeps for more than is left sends one less: 2.4 after 2 are sent leave 1.1 of 3.5 ...
    thirsty = _scenario(3.5 * one_j, 3.6 * one_j / HOUR_S, **fixed)
    fewer = received_in(thirsty, [0.0, HOUR_S], threads)
    sent = np.bincount(fewer.device, fewer.attempts)
    moments = {d: fewer.created_s[_of(fewer, d)] for d in np.unique(fewer.device)}
    for device, created_s in moments.items():
        count = 0
        while count < 6 and (count + 1) + 3.6 * created_s[count] / HOUR_S <= 3.5:
            count += 1
        assert sent[device] == count


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.floats(0.05, 3.0),
    st.floats(0.0, 2e-4),
    st.integers(1, 59),
    st.sampled_from(["blind", "beacon", "confirmed"]),
)
def test_never_more_than_it_holds_and_silent_from_then_on(
    threads: ThreadPoolExecutor, battery_j: float, sleep_w: float, minutes: int, way: str
) -> None:
    ways: dict[str, dict[str, Any]] = {
        "blind": {},
        "beacon": {"wake": {"kind": "beacon", "check_s": 300.0}},
        "confirmed": {"confirmed": True, "attempts_max": 4, "back_off_s": 60.0},
    }
    rule = ways[way]
    scenario = _scenario(battery_j, sleep_w, rule, devices=40)
    received = received_in(scenario, [0.0, HOUR_S], threads)
    assert same(received, received_in(scenario, [0.0, 60.0 * minutes, HOUR_S], threads))
    free = received_in(_scenario(None, sleep_w, rule, devices=40), [0.0, HOUR_S], threads)
    assert BATTERY not in free.cause
    for device in np.unique(received.device):
        mine = _of(received, device)
        # Single precision of the sums of messages.
        assert received.energy_j[mine].sum() <= battery_j * (1 + 1e-5)
        flat = received.cause[mine] == BATTERY
        assert np.all(received.attempts[mine[flat]] == 0)
        if flat.any():
            later = np.argmax(flat)
            assert received.attempts[mine[later:]].sum() == 0 or way != "blind"
            assert not np.any(received.cause[mine[later:]] == 0) or way != "blind"


def test_sums_and_rows_say_so(tmp_path: Path) -> None:
    scenario = _scenario(1e-3, 0.0, devices=5)
    run = skyweft.run(scenario, tmp_path / "run")
    sums = run.summary()["deliveries"]
    assert sums["lost_battery"] == sums["generated"] == 30
    assert {each["loss_cause"] for each in run.deliveries.to_pylist()} == {"battery"}
