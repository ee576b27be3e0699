"""What holds for any messages and passes, and one satellite against a model of its own."""

from dataclasses import fields
from itertools import pairwise
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from skyweft.delivery.onboard.deliver import deliver
from skyweft.delivery.product import CAUSES, Deliveries, Receptions
from skyweft.network.failures.model import Failures

from .conftest import DELAY_S, Pass, received_of, scenario_of, table_of

END_S, GATEWAY, RATE_BPS = 6_000.0, 3, 8_000.0
SIZES, LIFETIMES_S = (100, 250), (900.0, 2_500.0)


def rules() -> list[dict[str, Any]]:
    return [
        {"size_bytes": size, "lifetime_s": lifetime_s, "priority": priority}
        for priority, (size, lifetime_s) in enumerate(zip(SIZES, LIFETIMES_S, strict=True))
    ]


@st.composite
def passes(draw: Any, satellites: int = 3) -> list[Pass]:
    found = []
    for _ in range(draw(st.integers(0, 6))):
        start_s = draw(st.integers(0, 5_000))
        end_s = min(start_s + draw(st.integers(1, 400)), END_S)
        satellite = draw(st.integers(0, satellites - 1))
        if draw(st.booleans()) or satellites == 1:
            found.append((1, GATEWAY + draw(st.integers(0, 1)), satellite, start_s, end_s))
        else:
            found.append((2, satellite, (satellite + 1) % satellites, start_s, end_s))
    return found


@st.composite
def messages(draw: Any, satellites: int = 3) -> list[tuple[float, float, int, int]]:
    """Return creation, reception, receiver and rule of up to forty messages."""
    count = draw(st.integers(1, 40))
    made_s = sorted(draw(st.lists(st.floats(0, 5_900), min_size=count, max_size=count)))
    whom = draw(st.lists(st.integers(0, satellites - 1), min_size=count, max_size=count))
    rule = draw(st.lists(st.integers(0, 1), min_size=count, max_size=count))
    return [(a, a + 0.5, b, c) for a, b, c in zip(made_s, whom, rule, strict=True)]


def received_by(scenario: Any, fleet: Any, said: list[tuple[float, float, int, int]]) -> Receptions:
    received = received_of(scenario, fleet, [each[:3] for each in said])
    received.rule[:] = [each[3] for each in said]
    return received


def until(received: Receptions, low_s: float, high_s: float) -> Receptions:
    """Return what was received in a stretch of time."""
    rows = np.flatnonzero((received.copy_received_s > low_s) & (received.copy_received_s <= high_s))
    columns = {each.name: getattr(received, each.name)[rows] for each in fields(Receptions)[:-4]}
    return Receptions(
        **columns, copy_first=np.arange(len(rows) + 1), copy_receiver=received.copy_receiver[rows],
        copy_received_s=received.copy_received_s[rows], copy_air_s=received.copy_air_s[rows],
    )  # fmt: skip


def failing(row: int, start_s: float, lasts_s: float | None) -> Failures:
    """Return the outage of a satellite or a gateway; for good unless it lasts so long."""
    names = [f"satellites-P01-S0{k}" for k in (1, 2, 3)] + ["gateways-000001", "gateways-000002"]
    rule: dict[str, Any] = {"platforms": [names[row].split("-", maxsplit=1)[0]]}
    end_s = None if lasts_s is None else start_s + lasts_s
    return Failures.model_validate(
        rule | {"names": [names[row]], "start_s": start_s, "end_s": end_s}
    )


@settings(max_examples=60)
@given(
    passes(),
    messages(),
    st.sampled_from(["oldest", "newest", "priority"]),
    st.sampled_from([0.0, 90.0, 700.0, 1e6]),
    st.sampled_from(["direct", "immediate", "store_and_forward"]),
    st.lists(st.floats(0, END_S), max_size=3),
    st.lists(
        st.tuples(
            st.integers(0, 4), st.floats(0, 5_000), st.one_of(st.none(), st.floats(1, 2_000))
        ),
        max_size=3,
    ),
)
def test_everything_made_is_delivered_lost_or_stored(
    met: list[Pass],
    said: list[tuple[float, float, int, int]],
    drop: str,
    room: float,
    forwarding: str,
    cuts_s: list[float],
    out: list[tuple[int, float, float | None]],
) -> None:
    scenario = scenario_of(
        *rules(),
        storage={"bytes": room, "drop": drop},
        down={"source_links_max": 1},
        forwarding=forwarding,
    )
    scenario = scenario.model_copy(update={"failures": [failing(*each) for each in out]})
    fleet, table = table_of(scenario, met, RATE_BPS)
    received = received_by(scenario, fleet, said)
    found, use = deliver(scenario, fleet, table, [(END_S, received)], END_S)
    assert sorted(found.number) == list(range(len(said)))
    arrived_now = found.cause == 0
    assert np.all(
        found.delivered_s[arrived_now]
        <= found.created_s[arrived_now] + np.take(LIFETIMES_S, found.rule[arrived_now])
    )
    assert np.all(found.delivered_s[arrived_now] > found.received_s[arrived_now])
    assert use.stored_bytes.max(initial=0) <= room
    volume = sum((end - start) * RATE_BPS / 8 for rule, _, _, start, end in met if rule == 1)
    assert use.arrived_bytes.sum() <= volume + 1e-6
    # However the time is cut, to the last bit.
    borders_s = [0.0, *sorted(cuts_s), END_S]
    pieces = [(b, until(received, a, b)) for a, b in pairwise(borders_s)]
    again, used = deliver(scenario, fleet, table, pieces, END_S)
    for each in fields(Deliveries):
        assert getattr(found, each.name).tobytes() == getattr(again, each.name).tobytes()
    assert np.array_equal(use.stored, used.stored)


def model(
    said: list[tuple[float, float, int, int]], met: list[Pass], room: float
) -> list[tuple[str, float]]:
    """Return cause and time of each message over one satellite: a list, a clock, nothing else."""
    fate: dict[int, tuple[str, float]] = {}
    on_board: list[int] = []
    late_s = [made_s + LIFETIMES_S[rule] for made_s, _, _, rule in said]
    coming = list(range(len(said)))

    def take(now_s: float) -> None:
        while coming and said[coming[0]][1] <= now_s:
            new = coming.pop(0)
            at_s, size = said[new][1], SIZES[said[new][3]]
            for old in [each for each in on_board if late_s[each] < at_s]:
                fate[old] = ("expired", np.nan)
                on_board.remove(old)
            if sum(SIZES[said[each][3]] for each in on_board) + size > room:
                fate[new] = ("storage", np.nan)
            else:
                on_board.append(new)

    for _, _, _, start_s, end_s in sorted(met, key=lambda each: each[3]):
        now_s = start_s
        while True:
            take(now_s)
            fits = [m for m in on_board if now_s + SIZES[said[m][3]] * 8 / RATE_BPS <= end_s + 1e-9]
            if not fits:
                later = [said[m][1] for m in coming if said[m][1] < end_s]
                if not later:
                    break
                now_s = later[0]
                continue
            best = min(fits, key=lambda m: (said[m][3], said[m][1]))
            done_s = now_s + SIZES[said[best][3]] * 8 / RATE_BPS
            if done_s + DELAY_S > late_s[best]:
                on_board.remove(best)
                fate[best] = ("expired", np.nan)
                continue
            take(done_s)
            if best not in on_board:  # expired while it was sent: not by this model's lifetimes
                continue
            on_board.remove(best)
            fate[best] = ("", done_s + DELAY_S)
            now_s = done_s
    take(END_S)
    for each in on_board:
        fate[each] = ("expired" if late_s[each] <= END_S else "stored", np.nan)
    return [fate[m] for m in range(len(said))]


@settings(max_examples=60)
@given(messages(1), st.lists(st.tuples(st.integers(0, 20), st.integers(1, 25)), max_size=4),
       st.sampled_from([600.0, 3_000.0, 1e6]))  # fmt: skip
def test_one_satellite_against_a_model(
    said: list[tuple[float, float, int, int]], slots: list[tuple[int, int]], room: float
) -> None:
    """Passes do not overlap, stores refuse newcomers: the model is a page long, and exact."""
    met: list[Pass] = []
    after_s = 0.0
    for gap, lasts in slots:
        start_s = after_s + 60.0 * gap + 1.0
        after_s = start_s + 10.0 * lasts
        if after_s < END_S:
            met.append((1, 1, 0, start_s, after_s))
    scenario = scenario_of(
        *rules(), satellites=1, gateways=1, storage={"bytes": room, "drop": "newest"}
    )
    fleet, table = table_of(scenario, met, RATE_BPS)
    found, _ = deliver(scenario, fleet, table, [(END_S, received_by(scenario, fleet, said))], END_S)
    order = np.argsort(found.number)
    expected = model(said, met, room)
    assert [CAUSES[each] for each in found.cause[order]] == [cause for cause, _ in expected]
    # Sums of many steps of 0.1 s: 1e-8 s is thousands of roundings.
    times_s = [at_s for _, at_s in expected]
    np.testing.assert_allclose(found.delivered_s[order], times_s, rtol=0, atol=1e-8)
