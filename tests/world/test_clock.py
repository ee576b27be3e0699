from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skyweft.world import clock
from skyweft.world.clock import (
    Clock,
    leap_seconds,
    tai_ns,
    tai_ns_from_text,
    tai_ns_from_texts,
    tai_ns_from_utc_ns,
    utc_text,
)

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


@pytest.mark.parametrize(
    ("text", "seconds", "fraction_ns"),
    [
        # CCSDS 502.0-B-3: table 4-1, annex G and 7.5.10; POSIX seconds as `date -u +%s` gives them.
        ("2020-064T10:34:41.4264", 1_583_318_081 + 37, 426_400_000),
        ("2020-065T16:00:00", 1_583_424_000 + 37, 0),
        ("2002-204T15:56:23Z", 1_027_439_783 + 32, 0),
        ("2001-11-06T11:17:33", 1_005_045_453 + 32, 0),
        ("1998-11-20T06:49:59.999808Z", 911_544_599 + 31, 999_808_000),
        # A leap second is TAI's second between 23:59:59 and the next midnight.
        ("2016-12-31T23:59:59Z", 1_483_228_799 + 36, 0),
        ("2016-12-31T23:59:60Z", 1_483_228_799 + 37, 0),
        ("2016-366T23:59:60.25", 1_483_228_799 + 37, 250_000_000),
        ("2017-01-01T07:59:60.5+08:00", 1_483_228_799 + 37, 500_000_000),
        ("2017-01-01T00:00:00Z", 1_483_228_800 + 37, 0),
        ("2026-07-01 12:00", 1_782_907_200 + 37, 0),
        ("2026-07-01t12:00:00,5z", 1_782_907_200 + 37, 500_000_000),
        ("2026-07-01T20:00:00+0800", 1_782_907_200 + 37, 0),
        ("20260701T120000Z", 1_782_907_200 + 37, 0),
        ("2026-07-01", 1_782_864_000 + 37, 0),
    ],
)
def test_times_are_read_as_written(text: str, seconds: int, fraction_ns: int) -> None:
    assert tai_ns_from_text(text) == seconds * 10**9 + fraction_ns


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2026-9-20T12:42:37", "is not a time like"),
        ("26263.52959654", "is not a time like"),
        ("2026-0920T12:42:37", "is not a time like"),
        ("2026182T12:42:37", "is not a time like"),
        ("", "is not a time like"),
        ("2026-02-30T00:00:00", "is no day of the calendar"),
        ("2026-366T00:00:00", "2026 has no day 366"),
        ("2026-000T00:00:00", "2026 has no day 000"),
        ("2026-07-01T24:00:00", "is no time of day"),
        ("2026-07-01T12:00:61", "is no time of day"),
        ("2026-07-01T12:00:60", "no leap second"),
        ("2026-06-30T23:59:60", "no leap second"),
        ("1971-12-31T23:59:60", "no leap second"),
        ("2016-12-31T23:59:60+01:00", "no leap second"),
        ("2026-07-01T12:00:00+25:00", "no time zone"),
        ("0001-01-01T00:00:00", "years 1900 to 2200"),
    ],
)
def test_what_is_no_time_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        tai_ns_from_text(text)


NEAR_LEAP_SECONDS = st.tuples(
    st.sampled_from(range(len(leap_seconds().offset_s))), st.integers(-2 * 10**9, 2 * 10**9)
).map(
    lambda pair: int(
        leap_seconds().since_utc_ns[pair[0]] + leap_seconds().offset_s[pair[0]] * 10**9 + pair[1]
    )
)


@given(st.integers(-2_208_988_700 * 10**9, 7_258_118_300 * 10**9) | NEAR_LEAP_SECONDS)
def test_text_gives_every_nanosecond_back(instant: int) -> None:
    (text,) = utc_text(instant, 9)
    assert tai_ns_from_text(text) == instant
    (coarse,) = utc_text(instant, 6)
    assert abs(tai_ns_from_text(coarse) - instant) <= 500


@given(MOMENTS, st.integers(-23 * 60, 23 * 60))
def test_a_time_in_any_zone_is_the_same(moment: datetime, minutes: int) -> None:
    local = moment.astimezone(timezone(timedelta(minutes=minutes)))
    assert tai_ns_from_text(local.isoformat()) == tai_ns(moment)


MOMENTS = st.one_of(
    st.builds(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}Z".format,
        st.sampled_from([0, 1899, 1900, 1972, 2016, 2026, 2200, 2201, 9999]),
        st.integers(0, 13),
        st.integers(0, 32),
        st.integers(0, 25),
        st.integers(0, 60),
        st.integers(0, 61),
        st.sampled_from(["", ".5", ".000000001", ".1234567891", "."]),
    ),
    st.sampled_from(["2016-12-31T23:59:60Z", "2026-182T00:00:00Z", "20260701T120000Z", "nix", ""]),
)


@given(st.lists(MOMENTS, min_size=1, max_size=3))
def test_many_texts_are_read_like_one(texts: list[str]) -> None:
    def one_by_one() -> list[int]:
        return [tai_ns_from_text(each) for each in texts]

    try:
        want = one_by_one()
    except ValueError:
        with pytest.raises(ValueError):
            tai_ns_from_texts(texts)
    else:
        assert tai_ns_from_texts(texts).tolist() == want
