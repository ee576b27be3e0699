"""Random access to satellites that are out of order: a pass of one of those is no chance."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from skyweft.delivery.product import CAUSES, OUT_OF_ORDER, RECEIVED, Receptions
from skyweft.motion.fleet import build_fleet
from skyweft.network.failures.model import Failures
from skyweft.network.failures.stops import platforms_stopped
from skyweft.scenario.scenario import Scenario
from skyweft.stage import Restrictions

from .conftest import received_in, same, scenario_of

WHOLE = [0.0, 3_600.0]
FAST = {"kind": "aloha", "rate_bps": 1e6, "snr_min_db": -50.0}  # in a fifth of a millisecond


def _out(scenario: Scenario, **failure: float) -> Restrictions:
    """Return the outages of satellites."""
    rule = Failures.model_validate({"platforms": ["satellites"], **failure})
    failing = scenario.model_copy(update={"failures": [rule]})
    return platforms_stopped(failing, build_fleet(scenario))


def _copies(received: Receptions) -> set[tuple[int, int, int]]:
    """Return device, number and receiver of all copies."""
    of = np.repeat(np.arange(len(received)), np.diff(received.copy_first))
    columns = received.device[of], received.number[of], received.copy_receiver
    return set(zip(*(each.tolist() for each in columns), strict=True))


def test_who_is_out_of_order_receives_nothing(threads: ThreadPoolExecutor) -> None:
    """All else is as it was: what arrives by others, and what nobody had in view."""
    scenario = scenario_of({"period_s": 60.0}, waveform=FAST)
    out = _out(scenario, mtbf_s=1_500.0, mttr_s=900.0)
    whole = received_in(scenario, WHOLE, threads)
    less = received_in(scenario, WHOLE, threads, out)
    again = received_in(scenario, [0.0, 720.0, 1_980.0, 3_600.0], threads, out)
    assert same(less, again)
    expected = set()
    at_s = dict(zip(zip(whole.device, whole.number, strict=True), whole.created_s, strict=True))
    for device, number, receiver in _copies(whole):
        begun_s = at_s[device, number]
        mine = (out.one == receiver) & (out.start_s <= begun_s) & (begun_s < out.end_s)
        if not mine.any():
            expected.add((device, number, receiver))
    assert _copies(less) == expected
    lost = (whole.cause == RECEIVED) & (less.cause != RECEIVED)
    assert np.count_nonzero(lost) > 100
    assert set(less.cause[lost]) == {OUT_OF_ORDER}
    assert np.array_equal(less.cause[~lost], whole.cause[~lost])


def test_who_is_out_of_order_sends_no_beacons(threads: ThreadPoolExecutor) -> None:
    rule = {"wake": {"kind": "beacon", "check_s": 300.0}, "lifetime_s": 900.0}
    scenario = scenario_of(rule, reception={"beacon_period_s": 30.0})
    whole = received_in(scenario, WHOLE, threads)
    none = received_in(scenario, WHOLE, threads, _out(scenario, start_s=0.0))
    assert not none.attempts.any()
    heard = whole.attempts > 0
    over = none.created_s + 900.0 < 3_600.0
    # Those that would have heard one are told why they did not; the others had nobody in view.
    assert set(none.cause[heard & over]) == {OUT_OF_ORDER}
    nobody = CAUSES.index("no coverage")
    unseen = ~heard & over & (whole.cause == nobody)
    assert unseen.any()
    assert set(none.cause[unseen]) == {nobody}
