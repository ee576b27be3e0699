"""The list of tables: the documentation's copy of it, and what `build` lets through."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from skyweft import columns
from skyweft.columns import named, worded
from skyweft.links.arrow import LINK_SAMPLES
from skyweft.motion.arrow import TRACKS
from skyweft.stage.registry import tables

PAGE = Path(__file__).parents[1] / "docs" / "reference" / "tables.md"


def test_documentation_lists_every_table_and_column() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for table in tables().values():
        assert table.reference() in text


def test_units_agree_with_the_names() -> None:
    units = {
        "_s": "s", "_m": "m", "_m_s": "m/s", "_deg": "deg", "_hz": "Hz", "_hz_s": "Hz/s",
        "_db": "dB", "_dbhz": "dBHz", "_bps": "bit/s", "_utc": "UTC",
    }  # fmt: skip
    for table in tables().values():
        for each in table.columns:
            endings = [end for end in units if each.name.endswith(end)]
            unit = units[max(endings, key=len)] if endings else each.unit
            assert each.unit == unit, f"{table.name}.{each.name}"
            assert each.meaning


def test_fields_carry_units() -> None:
    field = LINK_SAMPLES.schema.field("rate_bps")
    assert field.metadata[b"unit"] == b"bit/s"


def test_build_takes_numpy_columns_as_they_are() -> None:
    rows = {name: np.zeros(3, np.float32) for name in ("x_m", "y_m", "z_m")}
    rows |= {name: np.zeros(3, np.float32) for name in ("vx_m_s", "vy_m_s", "vz_m_s")}
    time_s = np.arange(3.0)
    names = named(np.array([1, 1, 0], np.int32), pa.array(["a", "b"]))
    table = TRACKS.build({**rows, "time_s": time_s, "name": names})
    assert table.schema.equals(TRACKS.schema, check_metadata=True)
    buffer = table["time_s"].chunk(0).buffers()[1]
    assert buffer.address == time_s.ctypes.data


def test_build_refuses_a_missing_column() -> None:
    with pytest.raises(ValueError, match="x_m"):
        TRACKS.build({"time_s": np.zeros(1)})


def test_long_lists_of_names_are_cut_to_those_used(monkeypatch: pytest.MonkeyPatch) -> None:
    names = pa.array([f"n{k}" for k in range(10)])
    whole = named(np.array([7, 2, 7], np.int32), names)
    monkeypatch.setattr(columns, "NAMES_WHOLE", 5)
    short = named(np.array([7, 2, 7], np.int32), names)
    assert short.to_pylist() == whole.to_pylist() == ["n7", "n2", "n7"]
    assert (len(whole.dictionary), len(short.dictionary)) == (10, 2)


def test_a_word_that_two_codes_have_stands_once() -> None:
    found = worded(np.array([0, 1, 2, 3]), ["", "storage", "dark", "storage"])
    assert found.to_pylist() == ["", "storage", "dark", "storage"]
    assert found.dictionary.to_pylist() == ["", "storage", "dark"]
