"""Values and bytes, held against the standard library's `struct`."""

import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skyweft.observations.sensors.codec import decode, encode, size_bytes
from skyweft.observations.sensors.model import Encoding

LETTERS = {
    "int8": "b", "uint8": "B", "int16": "h", "uint16": "H", "int32": "i", "uint32": "I",
    "float16": "e", "float32": "f", "float64": "d",
}  # fmt: skip
WHOLE = [each for each in LETTERS if "int" in each]


@pytest.mark.parametrize("kind", LETTERS)
@given(number=st.integers(0, 127))
def test_bytes_are_those_of_struct(kind: str, number: int) -> None:
    encoding = Encoding(type=kind, scale=0.5, offset=-3.0)
    sent = encode(encoding, np.array([0.5 * number - 3.0]))
    assert sent.data[0].tobytes() == struct.pack(f">{LETTERS[kind]}", number)
    assert size_bytes(encoding) == struct.calcsize(LETTERS[kind])
    assert decode(encoding, sent.data)[0] == 0.5 * number - 3.0


@pytest.mark.parametrize("kind", WHOLE)
@given(
    value=st.floats(-1e6, 1e6),
    scale=st.sampled_from([1e-3, 0.01, 0.25, 1.0, 40.0]),
    offset=st.sampled_from([-40.0, 0.0, 1_000.0]),
)
def test_what_fits_is_off_by_half_a_step_at_most(
    kind: str, value: float, scale: float, offset: float
) -> None:
    encoding = Encoding(type=kind, scale=scale, offset=offset)
    sent = encode(encoding, np.array([value]))
    got = decode(encoding, sent.data)[0]
    ends = np.iinfo(kind).min * scale + offset, np.iinfo(kind).max * scale + offset
    step = scale / 2 * (1 + 1e-9) + 1e-9 * abs(value)  # doubles of a million have 1e-10
    if sent.clipped[0]:
        nearest = ends[0] if value < ends[0] else ends[1]
        assert got == pytest.approx(nearest)
        assert abs(value - nearest) >= 0
        assert not ends[0] + scale <= value <= ends[1] - scale
    else:
        assert abs(got - value) <= step


def test_halves_go_to_even() -> None:
    sent = encode(Encoding(type="int8"), np.array([0.5, 1.5, 2.5, -0.5]))
    assert decode(Encoding(type="int8"), sent.data).tolist() == [0, 2, 2, 0]


def test_what_does_not_fit_is_the_nearest_and_marked() -> None:
    sent = encode(Encoding(type="uint8"), np.array([-1.0, 0.0, 255.0, 256.0]))
    assert sent.clipped.tolist() == [True, False, False, True]
    assert decode(Encoding(type="uint8"), sent.data).tolist() == [0, 0, 255, 255]
