"""Messages over platforms that fail: by hand, and against a twin in plain Python."""

from bisect import bisect_right
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from skyweft.contacts.usable import Cuts
from skyweft.delivery.onboard.deliver import deliver
from skyweft.delivery.product import CAUSES, Deliveries
from skyweft.network.failures.model import Failures
from skyweft.scenario.scenario import Scenario

from .conftest import DELAY_S, Pass, received_of, scenario_of, table_of

END_S = 6_000.0
SATELLITES = [f"satellites-P01-S0{k}" for k in (1, 2, 3)]
GATEWAYS = ["gateways-000001", "gateways-000002"]
OUT = [(900.0, 1_200.0)]  # of the first satellite, over its first pass


def fails(name: str, start_s: float, end_s: float | None = None) -> dict[str, Any]:
    group = name.split("-", maxsplit=1)[0]
    ends = {} if end_s is None else {"end_s": end_s}
    return {"platforms": [group], "names": [name], "start_s": start_s, **ends}


def carried(
    scenario: Scenario, met: list[Pass], said: list[tuple[float, float, int]], **more: Any
) -> Deliveries:
    fleet, table = table_of(scenario, met, **more)
    received = received_of(scenario, fleet, said)
    return deliver(scenario, fleet, table, [(END_S, received)], END_S)[0]


def causes(found: Deliveries) -> list[str]:
    return [CAUSES[each] for each in found.cause[np.argsort(found.number)]]


FIRST, SECOND = (1, 3, 0, 1_000.0, 1_100.0), (1, 3, 0, 2_000.0, 2_100.0)


@pytest.mark.parametrize(
    "failure",
    [fails(SATELLITES[0], 900, 1_200), fails(GATEWAYS[0], 900, 1_200)],
    ids=["satellite", "gateway"],
)
def test_an_outage_delays(failure: dict[str, Any]) -> None:
    """The pass at 1,000 s is cut: 100 bytes go at 2,000 s, take 0.1 s at 1,000 byte/s, 5 ms."""
    rule = {"lifetime_s": 3_000.0}
    said = [(500.0, 500.5, 0)]
    whole = carried(scenario_of(rule), [FIRST, SECOND], said)
    assert whole.delivered_s.tolist() == [1_000.1 + DELAY_S]
    found = carried(scenario_of(rule, failures=[failure]), [FIRST, SECOND], said)
    assert found.delivered_s.tolist() == [2_000.1 + DELAY_S]


def test_part_of_a_pass_is_left() -> None:
    """Out from 1,050 s: of 600 messages of 100 bytes 500 go in 50 s, the rest at 2,000 s."""
    scenario = scenario_of({"lifetime_s": 3_000.0}, failures=[fails(GATEWAYS[0], 1_050, 1_500)])
    found = carried(scenario, [FIRST, SECOND], [(500.0, 500.5, 0)] * 600)
    there_s = np.sort(found.delivered_s)
    assert np.count_nonzero(there_s < 1_051) == 500
    assert there_s[500] == pytest.approx(2_000.1 + DELAY_S, abs=1e-9)


def test_too_old_for_want_of_a_pass() -> None:
    """1.2 s of a pass at 1,000 byte/s would have carried twelve messages of the fourteen."""
    short = (1, 3, 0, 1_000.0, 1_001.2)
    scenario = scenario_of({"lifetime_s": 900.0}, failures=[fails(SATELLITES[0], 990, 1_300)])
    found = carried(scenario, [short, SECOND], [(500.0, 500.5, 0)] * 14)
    assert causes(found) == ["out of order"] * 12 + ["expired"] * 2
    # Without the failure these two are too old all the same.
    whole = carried(scenario_of({"lifetime_s": 900.0}), [short, SECOND], [(500.0, 500.5, 0)] * 14)
    assert causes(whole) == [""] * 12 + ["expired"] * 2


def test_what_is_on_board_a_platform_that_is_never_repaired_is_lost() -> None:
    """Gone at 1,500 s: the first went down before, the second was on board, the third comes."""
    said = [(500.0, 500.5, 0), (1_200.0, 1_200.5, 0), (1_600.0, 1_600.5, 0)]
    rule = {"lifetime_s": 5_000.0}
    gone = scenario_of(rule, failures=[fails(SATELLITES[0], 1_500)])
    assert causes(carried(gone, [FIRST, SECOND], said)) == [
        "",
        "platform failed",
        "platform failed",
    ]
    # An outage that ends, though not within the run, keeps what it has.
    kept = scenario_of(rule, failures=[fails(SATELLITES[0], 1_500, 1e6)])
    assert causes(carried(kept, [FIRST, SECOND], said)) == ["", "stored", "stored"]


def test_a_message_is_handed_to_who_stays() -> None:
    """The first satellite never comes down: by the second, which is in reach from 600 to 700 s."""
    met = [(2, 0, 1, 600.0, 700.0), FIRST, (1, 4, 1, 2_000.0, 2_100.0)]
    scenario = scenario_of({"lifetime_s": 3_000.0}, failures=[fails(GATEWAYS[0], 0)])
    found = carried(scenario, met, [(500.0, 500.5, 0)])
    assert found.target.tolist() == [4]
    assert found.hops.tolist() == [3]
    # With the laser link cut as well nothing is left, and the cut pass is why.
    power = len(CAUSES) + 1
    cut = Cuts(np.array([0]), np.array([550.0]), np.array([800.0]), np.array([power], np.int8))
    found = carried(scenario, met, [(500.0, 500.5, 0)], cuts=cut)
    assert causes(found) == ["out of order"]


def test_of_several_causes_the_last() -> None:
    """The first pass lacks power, in the second the gateway has failed; too old at 2,500 s."""
    power = len(CAUSES) + 1
    cut = Cuts(np.array([0]), np.array([950.0]), np.array([1_150.0]), np.array([power], np.int8))
    scenario = scenario_of({"lifetime_s": 2_000.0}, failures=[fails(GATEWAYS[0], 1_900, 2_200)])
    found = carried(scenario, [FIRST, SECOND], [(500.0, 500.5, 0)], cuts=cut)
    assert causes(found) == ["out of order"]
    scenario = scenario_of({"lifetime_s": 1_000.0})
    found = carried(scenario, [FIRST, SECOND], [(500.0, 500.5, 0)], cuts=cut)
    assert found.cause.tolist() == [power]


def test_an_antenna_does_not_wait_for_who_is_out_of_order() -> None:
    """One antenna and two satellites up at once: the longer pass is cut, the other is served."""
    other = (1, 3, 1, 1_010.0, 1_090.0)
    scenario = scenario_of(
        {"lifetime_s": 900.0},
        down={"source_links_max": 1, "choose": "longest"},
        failures=[fails(SATELLITES[0], 900, 1_200)],
    )
    said = [(500.0, 500.5, 0), (500.0, 500.5, 1)]
    assert causes(carried(scenario, [FIRST, other], said)) == ["out of order", ""]


# The twin. Rates are such that no volume is a whole number of messages.
RATE = 1_000.0875  # bytes per second
SIZES, LIFETIMES_S = (100, 250), (900.0, 2_500.0)
Said = list[tuple[float, float, int, int]]  # created, received, satellite, rule
Out = list[tuple[int, float, float | None]]  # row of the fleet, from, to


def parted(met: list[Pass], out: Out) -> tuple[list[Pass], list[Pass]]:
    """Return what is left of passes, and what is not, second by second."""
    left: list[Pass] = []
    gone: list[Pass] = []
    for rule, gateway, satellite, start_s, end_s in met:
        for found, wanted in ((left, False), (gone, True)):
            begun = None
            for k in range(int(start_s), int(end_s) + 1):
                down = any(
                    row in (gateway, satellite) and a <= k and (b is None or k < b)
                    for row, a, b in out
                )
                if k < end_s and down == wanted:
                    begun = k if begun is None else begun
                elif begun is not None:
                    found.append((rule, gateway, satellite, float(begun), float(k)))
                    begun = None
    return left, gone


class Satellite:
    """One satellite: a list of what is on board, a clock, and the passes it has or goes without."""

    def __init__(self, number: int, said: Said, met: list[Pass], out: Out, room: float):
        own, gone = parted(met, out)
        times = {60.0 * k for k in range(101)} | {a for _, a, _ in out}
        self.borders_s = sorted(times.union(*((a, b) for *_, a, b in own + gone)))
        self.own = sorted((a, b) for _, _, who, a, b in own if who == number)
        self.gone = [(a, b) for _, _, who, a, b in gone if who == number]
        self.failed_s = min([a for row, a, b in out if row == number and b is None], default=np.inf)
        self.said, self.room = said, room
        self.coming = [m for m, each in enumerate(said) if each[2] == number]
        self.fate: dict[int, tuple[str, float]] = {}
        self.on_board: list[int] = []
        self.ahead: dict[int, int] = {}  # bytes to go down before and with each
        self.brought: list[tuple[float, int]] = []

    def late_s(self, m: int) -> float:
        return self.said[m][0] + LIFETIMES_S[self.said[m][3]]

    def size(self, m: int) -> int:
        return SIZES[self.said[m][3]]

    def border_after(self, at_s: float) -> float:
        return self.borders_s[min(bisect_right(self.borders_s, at_s), len(self.borders_s) - 1)]

    def why_late(self, m: int, at_s: float) -> str:
        """Say whether what it went without, to the next border, would have carried it."""
        here_s, until_s = self.border_after(self.said[m][1]), self.border_after(at_s)
        volume = 0.0
        for a, b in zip(self.borders_s, self.borders_s[1:], strict=False):
            middle_s = 0.5 * (a + b)
            if here_s <= a and b <= until_s and not within(self.own, middle_s):
                volume += (b - a) * RATE * within(self.gone, middle_s)
        since = sum(size for done_s, size in self.brought if self.said[m][1] < done_s <= until_s)
        enough = volume >= self.size(m) and volume + since >= self.ahead[m]
        return "out of order" if enough else "expired"

    def lose_late(self, now_s: float) -> None:
        for m in [each for each in self.on_board if self.late_s(each) < now_s]:
            self.on_board.remove(m)
            self.fate[m] = self.why_late(m, self.late_s(m)), np.nan

    def take(self, now_s: float) -> None:
        while self.coming and self.said[self.coming[0]][1] <= now_s:
            m = self.coming.pop(0)
            at_s, rule = self.said[m][1], self.said[m][3]
            if at_s >= self.failed_s:
                self.fate[m] = "platform failed", np.nan
                continue
            self.lose_late(at_s)
            if sum(map(self.size, self.on_board)) + self.size(m) > self.room:
                self.fate[m] = "storage", np.nan
                continue
            before = [each for each in self.on_board if self.said[each][3] <= rule]
            self.ahead[m] = sum(map(self.size, before)) + self.size(m)
            self.on_board.append(m)

    def run(self) -> dict[int, tuple[str, float]]:
        for start_s, end_s in self.own:
            now_s = start_s
            while True:
                self.take(now_s)
                fits = [m for m in self.on_board if now_s + self.size(m) / RATE <= end_s + 1e-9]
                if not fits:
                    later = [t for t in (self.said[m][1] for m in self.coming) if t < end_s]
                    if not later:
                        break
                    now_s = later[0]
                    continue
                best = min(fits, key=lambda m: (self.said[m][3], self.said[m][1]))
                done_s = now_s + self.size(best) / RATE
                if done_s + DELAY_S > self.late_s(best):
                    self.on_board.remove(best)
                    self.fate[best] = self.why_late(best, min(now_s, self.late_s(best))), np.nan
                    continue
                self.take(done_s)
                self.on_board.remove(best)
                self.brought.append((done_s, self.size(best)))
                self.fate[best], now_s = ("", done_s + DELAY_S), done_s
        self.take(END_S)
        for m in self.on_board:
            if self.late_s(m) < self.failed_s <= END_S or (
                self.failed_s > END_S and self.late_s(m) <= END_S
            ):
                self.fate[m] = self.why_late(m, self.late_s(m)), np.nan
            else:
                lost = self.failed_s <= END_S
                self.fate[m] = "platform failed" if lost else "stored", np.nan
        return self.fate


def within(spans: list[tuple[float, float]], at_s: float) -> bool:
    return any(a <= at_s < b for a, b in spans)


@st.composite
def networks(draw: Any) -> tuple[list[Pass], Out, Said]:
    """Return passes that follow each other by satellite, failures and messages."""
    met: list[Pass] = []
    for satellite in (0, 1):
        after_s = 0
        for gap_s, lasts_s in draw(
            st.lists(st.tuples(st.integers(1, 1_500), st.integers(1, 200)), max_size=6)
        ):
            start_s = after_s + gap_s
            after_s = start_s + lasts_s
            if after_s < END_S:
                gateway = draw(st.sampled_from([3, 4]))
                met.append((1, gateway, satellite, float(start_s), float(after_s)))
    out: Out = []
    for row in draw(st.lists(st.sampled_from([0, 1, 3, 4]), max_size=4)):
        start_s = float(draw(st.integers(0, 5_000)))
        end_s = draw(st.one_of(st.none(), st.integers(1, 1_500)))
        out.append((row, start_s, None if end_s is None else start_s + end_s))
    count = draw(st.integers(1, 30))
    made_s = sorted(draw(st.lists(st.floats(0, 5_900), min_size=count, max_size=count)))
    whom = draw(st.lists(st.integers(0, 1), min_size=count, max_size=count))
    rule = draw(st.lists(st.integers(0, 1), min_size=count, max_size=count))
    return met, out, [(a, a + 0.5, b, c) for a, b, c in zip(made_s, whom, rule, strict=True)]


@cache
def with_room(room: float) -> Scenario:
    rules = [
        {"size_bytes": size, "lifetime_s": lifetime_s, "priority": priority}
        for priority, (size, lifetime_s) in enumerate(zip(SIZES, LIFETIMES_S, strict=True))
    ]
    return scenario_of(*rules, storage={"bytes": room, "drop": "newest"}, forwarding="direct")


@settings(max_examples=150)
@given(networks(), st.sampled_from([600.0, 3_000.0, 1e6]))
# What is left of the first pass begins after the second one did.
@example(
    ([(1, 3, 0, 182.0, 382.0), (1, 3, 1, 380.0, 381.0)], [(0, 0.0, 381.0)], [(0.0, 0.5, 0, 0)]),
    600.0,
)
def test_against_a_twin(network: tuple[list[Pass], Out, Said], room: float) -> None:
    met, out, said = network
    names = [*SATELLITES, *GATEWAYS]
    failures = [Failures.model_validate(fails(names[row], *span_s)) for row, *span_s in out]
    scenario = with_room(room).model_copy(update={"failures": failures})
    fleet, table = table_of(scenario, met, 8 * RATE)
    received = received_of(scenario, fleet, [each[:3] for each in said])
    received.rule[:] = [each[3] for each in said]
    found, _ = deliver(scenario, fleet, table, [(END_S, received)], END_S)
    expected: dict[int, tuple[str, float]] = {}
    for number in (0, 1):
        expected |= Satellite(number, said, met, out, room).run()
    order = np.argsort(found.number)
    assert [CAUSES[each] for each in found.cause[order]] == [
        expected[m][0] for m in range(len(said))
    ]
    # Sums of many steps of 0.1 s: 1e-8 s is thousands of roundings.
    times_s = [expected[m][1] for m in range(len(said))]
    np.testing.assert_allclose(found.delivered_s[order], times_s, rtol=0, atol=1e-8)
