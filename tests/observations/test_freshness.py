"""Ages and shares against a plain account of every moment."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skyweft.observations.freshness import by_device, by_hour
from skyweft.observations.sampling import Stream
from skyweft.observations.sensors.terms import Samples

END_S = 20_000


def stream(rows: list[tuple[int, int, int | None, bool]]) -> Stream:
    """Return samples of (device, phenomenon, received, expected)."""
    rows = sorted(rows, key=lambda each: each[:2])
    device, taken_s, received, expected = zip(*rows, strict=True)
    received_s = np.array([np.nan if each is None else each for each in received], float)
    count = len(rows)
    at = Samples(
        np.array(device),
        np.arange(count),
        np.array(taken_s, float),
        np.zeros(count),
        np.datetime64("2026-01-01", "us"),
    )
    counts = np.array(expected)
    return Stream(
        at,
        np.array(taken_s, float),
        received_s,
        np.arange(count) * 1.5,
        np.zeros(count, bool),
        counts,
        counts & np.isfinite(received_s),
    )


ROWS = st.lists(
    st.tuples(
        st.integers(3, 5),
        st.integers(0, END_S - 1),
        st.one_of(st.none(), st.integers(0, 9_000)),
        st.booleans(),
    ),
    min_size=1,
    max_size=25,
)


@given(ROWS)
def test_ages_are_those_of_every_moment(drawn: list[tuple[int, int, int | None, bool]]) -> None:
    rows = [
        (device, taken, None if late is None else taken + late, expected)
        for device, taken, late, expected in drawn
    ]
    found = by_device(stream(rows), END_S)
    assert found.device.tolist() == sorted({each[0] for each in rows})
    for k, device in enumerate(found.device):
        heard = sorted(
            (r, t) for d, t, r, _ in rows if d == device and r is not None and r <= END_S
        )
        moments = [*[r for r, _ in heard], END_S]
        area, greatest, freshest = 0.0, -np.inf, -np.inf
        for (received, taken), until in zip(heard, moments[1:], strict=True):
            freshest = max(freshest, taken)
            area += (until - received) * ((until + received) / 2 - freshest)
            greatest = max(greatest, until - freshest)
        known = END_S - moments[0]
        if not heard:
            assert np.isnan(found.age_mean_s[k])
            assert np.isnan(found.age_max_s[k])
            continue
        assert found.latest_s[k] == freshest
        assert found.age_max_s[k] == pytest.approx(greatest)
        if known:
            assert found.age_mean_s[k] == pytest.approx(area / known)


@given(ROWS)
def test_hours_add_up_to_devices(drawn: list[tuple[int, int, int | None, bool]]) -> None:
    some = stream([(d, t, None if r is None else t + r, e) for d, t, r, e in drawn])
    devices, hours = by_device(some, END_S), by_hour(some)
    for k, device in enumerate(devices.device):
        mine = hours.device == device
        assert hours.expected[mine].sum() == devices.expected[k]
        assert hours.arrived[mine].sum() == devices.arrived[k]
        within = some.at.time_s[some.at.device == device]
        assert sorted(hours.time_s[mine]) == sorted({3_600 * (each // 3_600) for each in within})


def test_by_hand() -> None:
    """Measured at 0 and 100, arrived at 300 and 200: what comes late and older changes nothing."""
    found = by_device(stream([(1, 0, 300, True), (1, 100, 200, True), (1, 400, None, True)]), 600)
    assert found.expected.tolist() == [3]
    assert found.arrived.tolist() == [2]
    assert found.latest_s.tolist() == [100]
    assert found.latest_result.tolist() == [1.5]
    assert found.age_max_s.tolist() == [500]
    assert found.age_mean_s.tolist() == [300]  # from 100 to 500 in a straight line
    hours = by_hour(stream([(1, 0, 300, True), (1, 100, 200, True), (1, 4_000, None, True)]))
    assert hours.time_s.tolist() == [0, 3_600]
    assert hours.delay_mean_s[0] == 200
    assert np.isnan(hours.delay_mean_s[1])
