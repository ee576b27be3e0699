"""The arithmetic of spans of time."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skyweft.contacts.plot.meetings import meetings, merged, up_mean
from skyweft.drawing.reading import codes, weighted_quantiles
from skyweft.motion.arrow import PLATFORMS

SPANS = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 200), st.integers(1, 60)), min_size=1, max_size=40
)


@given(SPANS)
def test_merged_is_the_union(spans: list[tuple[int, int, int]]) -> None:
    key, start, long = (np.array(column) for column in zip(*spans, strict=True))
    found = merged(key, start.astype(float), (start + long).astype(float))
    for each in range(4):
        seconds = np.zeros(300, bool)
        for one, first, size in spans:
            if one == each:
                seconds[first : first + size] = True
        mine = found[0] == each
        assert np.sum((found[2] - found[1])[mine]) == pytest.approx(seconds.sum())
        assert np.all(found[1][mine][1:] > found[2][mine][:-1])


def test_merged_of_nothing() -> None:
    none = np.zeros(0)
    assert len(merged(none.astype(np.int64), none, none)[0]) == 0


def test_up_mean_is_exact() -> None:
    start, end = np.array([0.0, 5.0, 8.0]), np.array([10.0, 10.0, 20.0])
    found = up_mean(start, end, np.array([0.0, 10.0, 20.0, 30.0]))
    np.testing.assert_allclose(found, [1.7, 1.0, 0.0])


def test_weighted_quantiles() -> None:
    values, weights = np.array([30.0, 10.0, 20.0]), np.array([1.0, 1.0, 8.0])
    assert list(weighted_quantiles(values, weights, [0.05, 0.5, 0.95])) == [10.0, 20.0, 30.0]
    assert np.isnan(weighted_quantiles(values[:0], weights[:0], [0.5])[0])


def test_codes_across_chunks_and_dictionaries() -> None:
    plain = pa.chunked_array([["a", "b"], ["b", "c"]])
    for column in (plain, plain.dictionary_encode()):
        names, rows = codes(pa.table({"x": column}), "x")
        assert names == ("a", "b", "c")
        assert list(rows) == [0, 1, 1, 2]
    assert codes(pa.table({"x": pa.chunked_array([], pa.string())}), "x")[0] == ()


def test_meetings_read_names_as_rows() -> None:
    none = [None] * 3
    platforms = PLATFORMS.build(
        {
            "name": ["z", "a", "m"],
            "group": ["up", "down", "down"],
            "layer": ["space", "ground", "ground"],
            "motion": ["orbit", "fixed", "fixed"],
            "moves": [True, False, False],
            **dict.fromkeys(("plane", "slot", "latitude_deg", "longitude_deg", "altitude_m"), none),
            "terminals": ["", "", ""],
        },
    )
    contacts = pa.table(
        {
            "link": ["x/y", "x/y"],
            "source": ["m", "a"],
            "target": ["z", "z"],
            "start_s": [1.0, 2.0],
            "end_s": [3.0, 4.0],
            "elevation_max_deg": [10.0, None],
            "range_min_m": [1.0, 2.0],
        }
    )
    met = meetings(contacts, platforms)
    assert list(met.source) == [2, 1]
    assert list(met.target) == [0, 0]
    assert list(met.layer) == [0, 3, 3]
    assert met.name(2) == "m"
    assert np.isnan(met.elevation_max_deg[1])
    assert list(met.kin(np.array([1]))) == [1, 2]
