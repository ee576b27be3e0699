"""Alarms follow from event time: by brute force, and through networks that delay and disorder."""

from dataclasses import astuple

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from skyweft.alarms.conditions import beyond, gaps
from skyweft.alarms.history import Alarm, followed, replayed, silences
from skyweft.alarms.model import NoData, Threshold

VALUES = st.lists(st.integers(0, 4).map(float), min_size=1, max_size=25)
STEPS = st.lists(st.integers(1, 20), min_size=25, max_size=25)
CONDITION = st.builds(
    lambda kind, threshold, behind, for_s: Threshold(
        kind=kind,
        threshold=threshold,
        clear=threshold - behind if kind == "above" else threshold + behind,
        for_s=for_s,
    ),
    st.sampled_from(["above", "below"]),
    st.sampled_from([1.0, 2.0, 2.5, 3.0]),
    st.sampled_from([0.0, 0.5, 1.0]),
    st.sampled_from([0.0, 5.0, 30.0]),
)


def _one_by_one(asked: Threshold, times: list[float], values: list[float]) -> list[list[float]]:
    """Go through the values as a device on a desk would."""
    clear = asked.threshold if asked.clear is None else asked.clear
    found: list[list[float]] = []
    since, raised, worst = None, False, np.nan
    for time_s, value in zip(times, values, strict=True):
        over = value > asked.threshold if asked.kind == "above" else value < asked.threshold
        back = value <= clear if asked.kind == "above" else value >= clear
        if over and since is None:
            since, worst = time_s, value
        elif back and not over and since is not None:
            if raised:
                found[-1][1] = time_s
            since, raised = None, False
        if since is not None:
            worst = max(worst, value) if asked.kind == "above" else min(worst, value)
            if not raised and time_s >= since + asked.for_s:
                raised = True
                found.append([time_s, np.nan, worst])
            if raised:
                found[-1][2] = worst
    return found


@given(CONDITION, VALUES, STEPS)
def test_conditions_by_brute_force(asked: Threshold, values: list[float], steps: list[int]) -> None:
    times = np.cumsum(steps[: len(values)]).astype(float)
    seen = beyond(asked, times, np.array(values))
    expected = _one_by_one(asked, times.tolist(), values)
    theirs = np.array(expected).reshape(-1, 3)
    assert np.array_equal(np.array(seen).T, theirs, equal_nan=True)


@given(CONDITION, VALUES, STEPS, st.lists(st.integers(0, 300), min_size=25, max_size=25))
def test_a_network_changes_no_alarm(
    asked: Threshold, values: list[float], steps: list[int], delays: list[int]
) -> None:
    """One that delays and disorders leaves the alarms of a perfect one."""
    times = np.cumsum(steps[: len(values)]).astype(float)
    measured = np.array(values)
    perfect = followed(asked, times, measured, times)
    received_s = times + np.array(delays[: len(values)])
    woven = followed(asked, times, measured, received_s)
    true = [alarm for alarm in woven if np.isnan(alarm.withdrawn_s)]
    assert _columns(replayed(asked, times, measured, times)) == _columns(perfect)
    # In order nothing is ever taken back, and everything is known at once.
    assert all(np.isnan(alarm.withdrawn_s) for alarm in perfect)
    assert [alarm.detected_s for alarm in perfect] == [alarm.raised_s for alarm in perfect]
    columns = ("raised_s", "cleared_s", "extreme")
    mine, theirs = (
        np.array([[getattr(alarm, name) for name in columns] for alarm in some]).reshape(-1, 3)
        for some in (true, perfect)
    )
    assert np.array_equal(mine, theirs, equal_nan=True)
    arrivals = set(received_s.tolist())
    assert {alarm.detected_s for alarm in woven} <= arrivals
    assert all(alarm.detected_s >= alarm.raised_s for alarm in true)
    assert all(alarm.withdrawn_s > alarm.detected_s for alarm in woven if alarm not in true)


@given(CONDITION, VALUES, STEPS, st.lists(st.integers(0, 3), min_size=25, max_size=25))
def test_what_comes_down_at_once_is_known_at_once(
    asked: Threshold, values: list[float], steps: list[int], passes: list[int]
) -> None:
    """Many values come down in one pass: in order, the short way says what arrivals would."""
    times = np.cumsum(steps[: len(values)]).astype(float)
    received_s = 500.0 + np.cumsum(passes[: len(values)]) // 2
    found = followed(asked, times, np.array(values), received_s)
    theirs = replayed(asked, times, np.array(values), received_s)
    assert _columns(found) == _columns(theirs)


def _columns(alarms: list[Alarm]) -> str:
    return repr(sorted(map(astuple, alarms)))


def test_a_late_value_withdraws_an_alarm() -> None:
    asked = Threshold(kind="above", threshold=1.0, for_s=10.0)
    times, values = np.array([0.0, 5.0, 10.0]), np.array([2.0, 0.0, 2.0])
    (alarm,) = followed(asked, times, values, np.array([0.0, 50.0, 10.0]))
    assert (alarm.raised_s, alarm.detected_s, alarm.withdrawn_s) == (10.0, 10.0, 50.0)
    assert followed(asked, times, values, times) == []


def test_a_late_value_raises_an_alarm_of_its_own_time() -> None:
    asked = Threshold(kind="above", threshold=1.0)
    times, values = np.array([0.0, 5.0, 10.0]), np.array([0.0, 3.0, 0.0])
    (alarm,) = followed(asked, times, values, np.array([0.0, 50.0, 10.0]))
    assert (alarm.raised_s, alarm.cleared_s, alarm.extreme) == (5.0, 10.0, 3.0)
    assert (alarm.detected_s, alarm.clearing_detected_s) == (50.0, 50.0)


@given(STEPS, st.integers(1, 30), st.integers(0, 400), st.data())
def test_silence_is_never_false(
    steps: list[int], after_s: int, end_s: int, data: st.DataObject
) -> None:
    """Whatever the delays, nobody is called silent who is not, and all are known in time."""
    brought_s = 100
    times = np.cumsum(steps).astype(float)
    delay_s = data.draw(st.lists(st.integers(0, brought_s), min_size=25, max_size=25))
    asked = NoData(kind="no_data", after_s=after_s)
    received_s = times + delay_s
    there = received_s <= end_s
    found = silences(asked, times[there], received_s[there], end_s, brought_s)
    border = [0.0, *times.tolist()]
    true = [
        before + after_s
        for before, after in zip(border, [*border[1:], np.inf], strict=True)
        if before + after_s < after and before + after_s + brought_s <= end_s
    ]
    assert [alarm.raised_s for alarm in found] == true
    assert all(alarm.detected_s == alarm.raised_s + brought_s for alarm in found)


def test_gaps_reach_from_start_to_end() -> None:
    seen = gaps(NoData(kind="no_data", after_s=10.0), np.array([5.0, 30.0]), 100.0)
    assert seen.raised_s.tolist() == [15.0, 40.0]
    assert seen.cleared_s[0] == 30.0
    assert np.isnan(seen.cleared_s[1])
