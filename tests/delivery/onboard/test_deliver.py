"""Messages on board and down: by hand where the answer can be written down."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from skyweft.delivery.onboard.deliver import deliver
from skyweft.delivery.product import CAUSES

from .conftest import AIR_S, DELAY_S, received_of, scenario_of, table_of

GATEWAY = 3  # the first row of Fleet after three satellites
END_S = 6_000.0


def whole(scenario: Any, passes: Any, copies: Any, rate_bps: Any = 8_000.0) -> Any:
    fleet, table = table_of(scenario, passes, rate_bps)
    received = received_of(scenario, fleet, copies)
    return deliver(scenario, fleet, table, [(END_S, received)], END_S)


def causes(found: Any) -> list[str]:
    return [CAUSES[each] for each in found.cause]


def test_first_in_first_out_at_the_rate_of_the_pass() -> None:
    """100 bytes at 8 kbit/s take 0.1 s each; the pass begins at 100 s."""
    copies = [(10.0, 12.0, 0), (20.0, 22.0, 0), (150.0, 150.5, 0)]
    found, _ = whole(scenario_of(), [(1, GATEWAY, 0, 100.0, 700.0)], copies)
    expected_s = np.array([100.1, 100.2, 150.6]) + DELAY_S
    np.testing.assert_allclose(found.delivered_s, expected_s, rtol=0, atol=1e-9)
    assert found.hops.tolist() == [2, 2, 2]
    assert found.target.tolist() == [GATEWAY] * 3


@pytest.mark.parametrize(
    ("drop", "expected"),
    [("oldest", ["storage", "", ""]), ("newest", ["", "", "storage"])],
)
def test_storage_for_two(drop: str, expected: list[str]) -> None:
    scenario = scenario_of(storage={"bytes": 250.0, "drop": drop})
    copies = [(10.0, 12.0, 0), (20.0, 22.0, 0), (30.0, 32.0, 0)]
    found, _ = whole(scenario, [(1, GATEWAY, 0, 100.0, 700.0)], copies)
    assert causes(found) == expected


def test_nobody_to_bring_it_down() -> None:
    """Without any pass, messages expire or stay; nothing hangs."""
    scenario = scenario_of({"lifetime_s": 3_000.0})
    found, use = whole(scenario, [], [(10.0, 12.0, 0), (5_000.0, 5_001.0, 1)])
    assert causes(found) == ["expired", "stored"]
    assert use.stored[-1].sum() == 1  # what has expired is thrown out


def test_relay_only_where_it_is_sooner() -> None:
    """Satellite 0 has a pass at 3000 s, its neighbour 1 one at 500 s."""
    passes = [(1, GATEWAY, 0, 3_000.0, 3_600.0), (1, GATEWAY, 1, 500.0, 600.0),
              (2, 0, 1, 0.0, 200.0)]  # fmt: skip
    arrival_s = {"direct": 3_000.1, "immediate": 3_000.1, "store_and_forward": 500.1}
    for forwarding, expected_s in arrival_s.items():
        found, _ = whole(scenario_of(forwarding=forwarding), passes, [(10.0, 12.0, 0)])
        assert found.delivered_s[0] == pytest.approx(expected_s + DELAY_S, abs=1e-9), forwarding
        assert found.hops[0] == (3 if forwarding == "store_and_forward" else 2)


def test_the_first_copy_counts() -> None:
    scenario = scenario_of()
    fleet, table = table_of(
        scenario, [(1, GATEWAY, 0, 900.0, 990.0), (1, GATEWAY, 1, 500.0, 600.0)]
    )
    one = received_of(scenario, fleet, [(10.0, 12.0, 0)])
    both = replace(
        one,
        copy_first=np.array([0, 2]),
        copy_receiver=np.array([0, 1], np.int32),
        copy_received_s=np.array([12.0, 12.001]),
        copy_air_s=np.array([0.25, 0.251], np.float32),
    )
    found, use = deliver(scenario, fleet, table, [(END_S, both)], END_S)
    assert found.delivered_s[0] == pytest.approx(500.1 + DELAY_S, abs=1e-9)
    assert found.receiver[0] == 1
    assert use.arrived.sum() == 2


def test_a_message_larger_than_a_pass_lets_smaller_ones_by() -> None:
    scenario = scenario_of({"size_bytes": 200_000, "lifetime_s": 2_000.0}, {"size_bytes": 100})
    fleet, table = table_of(scenario, [(1, GATEWAY, 0, 100.0, 200.0)])
    one = received_of(scenario, fleet, [(10.0, 12.0, 0), (11.0, 13.0, 0)])
    received = replace(one, rule=np.array([0, 1], np.int16))
    found, _ = deliver(scenario, fleet, table, [(END_S, received)], END_S)
    assert causes(found) == ["expired", ""]


def test_what_a_delay_is_made_of() -> None:
    """Made at 10 s, on the air from 11.75 to 12 s, down from 100 s on in 0.1 s, 5 ms of light."""
    found, _ = whole(scenario_of(), [(1, GATEWAY, 0, 100.0, 700.0)], [(10.0, 12.0, 0)])
    assert found.at_device_s[0] == pytest.approx(1.75, abs=1e-9)
    assert found.on_board_s[0] == pytest.approx(88.0, abs=1e-9)
    assert found.in_transit_s[0] == pytest.approx(AIR_S + 0.1 + DELAY_S, abs=1e-9)
    relayed, _ = whole(
        scenario_of(forwarding="store_and_forward"),
        [(1, GATEWAY, 1, 500.0, 600.0), (2, 0, 1, 0.0, 200.0)], [(10.0, 12.0, 0)],
    )  # fmt: skip
    assert relayed.in_transit_s[0] == pytest.approx(AIR_S + 2 * (0.1 + DELAY_S), abs=1e-9)
    assert relayed.on_board_s[0] == pytest.approx(488.0 - 0.105, abs=1e-9)


@pytest.mark.parametrize(
    ("passes", "down", "cause"),
    [
        # A satellite alone, whose one transmitter is at the other gateway: nobody is busy.
        ([(1, 3, 0, 100.0, 160.0), (1, 4, 0, 100.0, 165.0)], {"acquisition_s": 70.0}, "expired"),
        # Another one has the antenna all the time, but the pass is too short for the dish to turn.
        ([(1, 3, 0, 240.0, 260.0), (1, 3, 1, 100.0, 900.0)], {"acquisition_s": 30.0}, "expired"),
        # Another one has it, and the pass would have been long enough.
        ([(1, 3, 0, 240.0, 480.0), (1, 3, 1, 100.0, 900.0)], {"acquisition_s": 30.0},
         "gateway contention"),
        # It was let pass before it had the message.
        ([(1, 3, 0, 0.1, 9.0), (1, 3, 1, 0.0, 900.0)], {}, "expired"),
    ],
)  # fmt: skip
def test_gateway_busy_is_what_one_more_antenna_would_have_saved(
    passes: list[tuple[int, int, int, float, float]], down: dict[str, float], cause: str
) -> None:
    limits = {"source_links_max": 1, "target_links_max": 1, "choose": "earliest"}
    scenario = scenario_of({"lifetime_s": 1_000.0}, forwarding="direct", down=limits | down)
    found, _ = whole(scenario, passes, [(10.0, 12.0, 0)])
    assert causes(found) == [cause]


def test_gateway_busy_counts_no_more_than_the_pass_would_have_carried() -> None:
    """Ten messages of 100 bytes; the pass let by carries 1000 B/s for 0.55 s: five of them."""
    scenario = scenario_of(
        {"lifetime_s": 1_000.0}, forwarding="direct", down={"source_links_max": 1}
    )
    passes = [(1, GATEWAY, 0, 240.0, 240.55), (1, GATEWAY, 1, 100.0, 900.0)]
    found, _ = whole(scenario, passes, [(10.0 + k, 12.0 + k, 0) for k in range(10)])
    assert causes(found) == ["gateway contention"] * 5 + ["expired"] * 5


def test_antennas_that_serve_others() -> None:
    """One antenna, two satellites up at once: who is let pass is lost to that."""
    scenario = scenario_of(
        {"lifetime_s": 1_000.0}, down={"source_links_max": 1}, forwarding="direct"
    )
    passes = [(1, GATEWAY, 0, 100.0, 700.0), (1, GATEWAY, 1, 200.0, 600.0)]
    found, _ = whole(scenario, passes, [(10.0, 12.0, 0), (11.0, 13.0, 1)])
    assert causes(found) == ["", "gateway contention"]
