"""Whatever stands in a file, `load` returns a scenario or says what is wrong in its own words."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skyweft.errors import ScenarioError
from skyweft.naming import escaped
from skyweft.scenario.reading import load
from skyweft.scenario.review import check

VALID = """
name = "Fuzz"
start = 2026-07-01T00:00:00Z
duration_s = 86_400

[world]
earth_orientation = "none"

[platforms.sats]
layer = "space"
motion = { kind = "walker", planes = 4, per_plane = 5, altitude_m = 6e5, inclination_deg = 97.8 }
terminals = ["up", "laser"]

[platforms.place]
layer = "ground"
motion = { kind = "population", count = 7, region = "land" }
terminals = ["down"]

[terminals.up]
kind = "radio"
frequency_hz = 400e6
eirp_dbw = 0.0
gt_db_k = -25
mask = [[0, 5], [180, 10.5]]

[terminals.down]
kind = "radio"
frequency_hz = 401e6
power_dbw = -8.0
noise_figure_db = 6.0
antenna = { kind = "isotropic" }

[terminals.laser]
kind = "optical"
rate_bps = 1e9

[waveforms.slow]
kind = "lora"
margin_db = 3

[[links]]
between = ["down", "up"]
waveform = "slow"

[[links]]
between = ["laser", "laser"]
pattern = "grid"

[coverage]
platforms = ["sats"]
sites = ["place"]
"""

# What may stand where a value stands: every type of TOML, its edges, and what is no TOML.
VALUES = [
    *("nan", "inf", "-inf", "-1", "0", "1e400", "9" * 25, "9" * 5000, "true", "0x10", "-0.0"),
    *('""', '"lora"', '"\\u0000"', '"nix.csv"', "'" + "x" * 400 + "'", '"/"', '"walker"'),
    *(
        "[]",
        "[[]]",
        "[1, 2, 3]",
        '["up", 1]',
        "{}",
        '{ kind = "elements" }',
        "[" * 2000,
        "{ a = { b = 1 } }",
    ),
    *('{ kind = "elements", file = "\\u0000" }', '{ kind = "sites", file = "' + "y" * 5000 + '" }'),
    *("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2026-07-01", "07:00:00"),
    *("2026-07-01T00:00:00", "1971-12-31T23:59:60Z", "\ud7ff", "\x00", "'''", "#"),
]
LINES = VALID.splitlines()
PLACES = [row for row, line in enumerate(LINES) if " = " in line]
WORDS = sorted({word for line in LINES for word in line.replace('"', " ").split() if len(word) > 2})


def _load(data: bytes, overrides: list[str] | None = None) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "fuzz.toml")
        path.write_bytes(data)
        said = ""
        try:
            check(load(path, overrides or []))
        except ScenarioError as error:
            said = str(error)
        assert not said or said.startswith(("fuzz.toml: ", folder))
        assert all(len(line) <= 1000 for line in said.splitlines())


def test_the_seed_itself_is_sound(tmp_path: Path) -> None:
    path = tmp_path / "sound.toml"
    path.write_text(VALID, encoding="utf-8")
    assert check(load(path)) == []


@settings(deadline=None, max_examples=150)
@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    _load(data)


@settings(deadline=None, max_examples=600)
@given(
    st.lists(st.tuples(st.sampled_from(PLACES), st.sampled_from(VALUES)), min_size=1, max_size=4)
)
def test_any_value_at_any_key(changes: list[tuple[int, str]]) -> None:
    lines = list(LINES)
    for row, value in changes:
        lines[row] = lines[row].partition(" = ")[0] + " = " + value
    _load("\n".join(lines).encode())


@settings(deadline=None, max_examples=400)
@given(st.data())
def test_words_swapped_lines_lost_and_bytes_broken(data: st.DataObject) -> None:
    text = VALID
    for _ in range(data.draw(st.integers(1, 3))):
        old, new = data.draw(st.sampled_from(WORDS)), data.draw(st.sampled_from(WORDS))
        text = text.replace(old, new, 1)
    lines = text.splitlines()
    lost = data.draw(st.sets(st.integers(0, len(lines) - 1), max_size=4))
    broken = bytearray(
        "\n".join(line for row, line in enumerate(lines) if row not in lost), "utf-8"
    )
    for place in data.draw(st.lists(st.integers(0, len(broken) - 1), max_size=2)):
        broken[place] = data.draw(st.integers(0, 255))
    _load(bytes(broken))


@settings(deadline=None, max_examples=200)
@given(
    st.lists(
        st.one_of(
            st.text(max_size=30),
            st.builds(
                "{}={}".format, st.sampled_from(["links.0.x", "platforms", "name"]), st.text()
            ),
            st.builds(
                "{}.{}={}".format,
                st.sampled_from(["links", "links.0", "platforms.sats.motion", "world", "coverage"]),
                st.sampled_from(["0", "between", "planes", "7", "nix", "earth_orientation"]),
                st.sampled_from(VALUES),
            ),
        ),
        max_size=3,
    )
)
def test_any_override(overrides: list[str]) -> None:
    _load(VALID.encode(), overrides)


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=40))
def test_any_path(text: str) -> None:
    """No file is there, and what is said is short and says of which."""
    with pytest.raises(ScenarioError) as error:
        load(Path("/nowhere-at-all", text))
    said = str(error.value)
    assert len(said) <= 1000
    name = Path("/nowhere-at-all", text).name
    assert name in said or escaped(name) in said
