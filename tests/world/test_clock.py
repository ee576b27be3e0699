from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skyweft.world import clock
from skyweft.world.clock import Clock, leap_seconds, tai_ns, tai_ns_from_utc_ns, utc_text

MOMENTS = st.datetimes(datetime(1972, 1, 2), datetime(2100, 1, 1), timezones=st.just(UTC))


def test_tai_is_ahead_by_the_leap_seconds() -> None:
    # 37 s since 2017; 32 s in 2005: the IERS table, lines 2006-01-01 and before.
    assert tai_ns(datetime(2017, 1, 1, tzinfo=UTC)) == 1_483_228_837 * 10**9
    assert tai_ns(datetime(2005, 12, 31, 23, 59, 59, tzinfo=UTC)) == 1_136_073_631 * 10**9
    assert tai_ns(datetime(1970, 1, 1, tzinfo=UTC)) == 10 * 10**9


def test_a_zone_is_heeded_and_needed() -> None:
    beijing = timezone(timedelta(hours=8))
    assert tai_ns(datetime(2026, 7, 1, 8, tzinfo=beijing)) == tai_ns(
        datetime(2026, 7, 1, tzinfo=UTC)
    )
    with pytest.raises(ValueError, match="no time zone"):
        tai_ns(datetime(2026, 7, 1))


def test_a_run_across_a_leap_second_has_it() -> None:
    run = Clock.at(datetime(2016, 12, 31, 23, 59, 58, tzinfo=UTC))
    assert run.utc(np.array([0.0, 1.5, 2.0, 2.9994, 2.9996, 3.0])) == [
        "2016-12-31T23:59:58.000Z",
        "2016-12-31T23:59:59.500Z",
        "2016-12-31T23:59:60.000Z",
        "2016-12-31T23:59:60.999Z",
        "2017-01-01T00:00:00.000Z",
        "2017-01-01T00:00:00.000Z",
    ]
    assert run.seconds_to(tai_ns(datetime(2017, 1, 1, tzinfo=UTC))) == 3.0


def test_seconds_keep_nanoseconds_in_a_run_of_ten_years() -> None:
    run = Clock.at(datetime(2026, 7, 1, tzinfo=UTC))
    later = run.start_tai_ns + np.array([1, 315_576_000 * 10**9 + 1])
    np.testing.assert_allclose(run.seconds_to(later), [1e-9, 315_576_000.000000001], rtol=2e-16)
    np.testing.assert_allclose(run.tai_ns(run.seconds_to(later)), later, rtol=0, atol=60)


@given(MOMENTS)
def test_there_and_back(moment: datetime) -> None:
    whole = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    assert datetime.fromisoformat(utc_text(tai_ns(whole))[0]) == whole


@given(MOMENTS, st.floats(0, 1e8))
def test_time_never_jumps(moment: datetime, time_s: float) -> None:
    run = Clock.at(moment)
    assert abs(float(run.seconds_to(run.tai_ns(time_s))) - time_s) <= 1e-8 + 1e-15 * time_s


def test_arrays_keep_their_shape() -> None:
    assert tai_ns_from_utc_ns(np.zeros((2, 3), np.int64)).shape == (2, 3)
    assert Clock.at(datetime(2026, 7, 1, tzinfo=UTC)).tai_ns(np.zeros((2, 3))).shape == (2, 3)
    assert utc_text([]) == []


def test_the_table_grows_by_single_seconds_and_knows_when_it_ends() -> None:
    table = leap_seconds()
    assert table.offset_s[0] == 10
    assert np.all(np.diff(table.offset_s) == 1)
    assert table.expires_utc_ns > table.since_utc_ns[-1] + 86_400 * 10**9
    assert clock.leap_seconds() is table  # read once
