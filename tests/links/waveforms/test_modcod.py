"""A modem's own table: the same from the scenario and from a file, and held against ETSI's."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from skyweft.errors import ScenarioError
from skyweft.links.stage import STAGE
from skyweft.links.waveforms import Modes, dvb, rate_and_margin
from skyweft.links.waveforms.ladder import complaints, ladder_of, never_taken
from skyweft.scenario.modulations import MODES_MAX
from skyweft.scenario.reading import load
from skyweft.scenario.waveforms import waveform_of
from tests.written import fixed, head, link, radio, table

ROWS = [
    {"name": "QPSK 1/2", "es_n0_db": 1.0, "spectral_efficiency": 0.988858},
    {"name": "8PSK 2/3", "es_n0_db": 6.62, "spectral_efficiency": 1.980636},
]
CSV = "name,es_n0_db,spectral_efficiency\nQPSK 1/2,1.0,0.988858\n8PSK 2/3,6.62,1.980636\n"
CN0 = np.linspace(50, 100, 501) + 0.037


def test_the_table_of_dvb_s2x_as_a_users_own(tmp_path: Path) -> None:
    """EN 302 307-1, table 13, and EN 302 307-2, table 20a, as a file: the rates of `dvb_s2x`."""
    lines = [f"{name};{snr};{bits}" for name, snr, bits in (*dvb.S2, *dvb.S2X)]
    file = tmp_path / "s2x.csv"
    file.write_text("\n".join(["Name;Es_N0_dB;Spectral_Efficiency", *lines]), encoding="utf-8")
    own = waveform_of(kind="modcod", file=str(file), roll_off=0.2)
    for found, known in zip(
        rate_and_margin(CN0, own, 36e6),
        rate_and_margin(CN0, waveform_of(kind="dvb_s2x"), 36e6),
        strict=True,
    ):
        np.testing.assert_array_equal(found, known)
    # A symbol a second is 30 MHz of 36: 16APSK 3/4 at 10.5 dB is 2.966728 bits a symbol.
    cn0 = np.array([10.5 + 10 * np.log10(30e6)])
    two = waveform_of(kind="modcod", file=str(file), roll_off=0.2, implementation_loss_db=0.2)
    assert rate_and_margin(cn0, two, 36e6)[0] == pytest.approx(2.966728 * 30e6)


def test_a_file_says_what_a_table_says(tmp_path: Path) -> None:
    file = tmp_path / "modem.csv"
    file.write_text(CSV, encoding="utf-8")
    one = waveform_of(kind="modcod", table=ROWS, bandwidth_hz=1e6)
    other = waveform_of(kind="modcod", file=str(file), bandwidth_hz=1e6)
    np.testing.assert_array_equal(rate_and_margin(CN0, one), rate_and_margin(CN0, other))
    # Once it has changed it is read again.
    file.write_text(CSV.replace("6.62", "6.5"), encoding="utf-8")
    ladder = ladder_of(other)
    assert isinstance(ladder, Modes)
    assert [mode.snr_db for mode in ladder.modes] == [1.0, 6.5]


@given(st.lists(st.tuples(st.floats(-20, 40), st.floats(0.01, 10)), min_size=1, max_size=8))
def test_any_table_is_a_ladder(rows: list[tuple[float, float]]) -> None:
    table = [
        {"name": str(k), "snr_min_db": snr, "spectral_efficiency": bits}
        for k, (snr, bits) in enumerate(rows)
    ]
    rate, margin = rate_and_margin(CN0, waveform_of(kind="modcod", table=table), 1e6)
    assert np.all(np.diff(rate) >= 0)
    snr_db = CN0 - 60
    best = [max((bits for need, bits in rows if need <= each), default=0.0) for each in snr_db]
    np.testing.assert_allclose(rate, 1e6 * np.array(best), rtol=1e-12)
    np.testing.assert_allclose(margin, snr_db - min(snr for snr, _ in rows), atol=1e-9)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "give either a table of modes or a file of them"),
        ({"table": [*ROWS, ROWS[0]]}, r'table\[2\]: "QPSK 1/2" is the name of table\[0\] too'),
        ({"table": [{"name": "a", "spectral_efficiency": 1.0}]}, r"table\[0\]: give either es_n0"),
        ({"table": [ROWS[0] | {"snr_min_db": 1.0}]}, r"table\[0\]: give either es_n0_db or snr"),
        (
            {"table": [ROWS[0], {"name": "b", "snr_min_db": 1.0, "spectral_efficiency": 1.0}]},
            "all modes of a table state es_n0_db, or all of them snr_min_db",
        ),
        (
            {
                "table": [{"name": "b", "snr_min_db": 1.0, "spectral_efficiency": 1}],
                "roll_off": 0.1,
            },
            "roll_off goes with es_n0_db",
        ),
        ({"table": []}, "at least 1 item"),
        ({"table": [ROWS[0] | {"spectral_efficiency": 0.0}]}, "greater than or equal to 0.000001"),
        ({"table": [ROWS[0] | {"ebn0_db": 1.0}]}, "ebn0_db"),
    ],
)
def test_tables_that_are_refused(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        waveform_of(kind="modcod", **changes)


def scenario(folder: Path, csv: str, more: str = "") -> Any:
    (folder / "modem.csv").write_text(csv, encoding="utf-8")
    text = (
        head("A modem", 600)
        + fixed("ship", "radio", 30, 114, 2e4, "near_space")
        + radio("radio", 2e9, bandwidth_hz=1e6, eirp_dbw=10, gt_db_k=0)
        + link("radio", "radio", waveform="modem")
        + table("[waveforms.modem]", kind="modcod", file="modem.csv")
    )
    (folder / "modem.toml").write_text(text + more, encoding="utf-8")
    return load(folder / "modem.toml")


@pytest.mark.parametrize(
    ("csv", "words"),
    [
        (
            CSV.replace("es_n0_db", "ebn0_db"),
            'line 1: unknown column \'ebn0_db\' (did you mean "es_n0_db"?); allowed: "name", '
            '"es_n0_db", "snr_min_db" or "spectral_efficiency"',
        ),
        ("name,spectral_efficiency\na,1\n", 'one of the columns "es_n0_db" or "snr_min_db" is'),
        (CSV + "8PSK 2/3,7,2\n", 'line 4: "8PSK 2/3" is the name of line 3 too'),
        (CSV + "9,ten,2\n", "line 4: es_n0_db"),
        (CSV + "9,10,-2\n", "line 4: spectral_efficiency"),
        (CSV + "9,nan,2\n", "line 4: es_n0_db"),
        (CSV + "9,10\n", "line 4: 2 fields, the first line has 3"),
        ("name,es_n0_db,spectral_efficiency\n", "no rows below the column names"),
        ("", "line 1: one of the columns"),
    ],
)
def test_files_that_are_refused(tmp_path: Path, csv: str, words: str) -> None:
    lines = list(complaints(scenario(tmp_path, csv)))
    assert any(words in line for line in lines), lines
    assert all(line.startswith("waveforms.modem: modem.csv: ") for line in lines)
    context = cast(Any, SimpleNamespace(scenario=scenario(tmp_path, csv)))
    with pytest.raises(ScenarioError) as error:
        STAGE.check(context)
    assert str(error.value).splitlines() == lines


def test_so_many_modes_are_read_and_no_more(tmp_path: Path) -> None:
    rows = [f"{k},{k / 100},{(k + 1) / 1000}" for k in range(MODES_MAX + 1)]
    head, *_ = CSV.splitlines()
    assert not list(complaints(scenario(tmp_path, "\n".join([head, *rows[:-1]]))))
    (line,) = complaints(scenario(tmp_path, "\n".join([head, *rows])))
    assert line.endswith(f"modem.csv: {MODES_MAX + 1:,} modes, at most {MODES_MAX:,} are read")


def test_a_roll_off_without_symbols(tmp_path: Path) -> None:
    csv = CSV.replace("es_n0_db", "snr_min_db")
    (line,) = complaints(scenario(tmp_path, csv, "roll_off = 0.2\n"))
    assert line.startswith("waveforms.modem: roll_off goes with es_n0_db")
    assert not list(complaints(scenario(tmp_path, csv)))


def test_a_file_that_went_away(tmp_path: Path) -> None:
    found = scenario(tmp_path, CSV)
    (tmp_path / "modem.csv").unlink()
    (line,) = complaints(found)
    assert line == "waveforms.modem: modem.csv: cannot be read: No such file or directory"


def test_modes_that_others_beat_are_told(tmp_path: Path) -> None:
    assert not list(never_taken(scenario(tmp_path, CSV)))
    (line,) = never_taken(scenario(tmp_path, CSV + "QPSK 9/10,6.7,1.8\nagain,1.0,0.988858\n"))
    assert line.startswith("waveforms.modem: 2 of 4 modes are never taken, such as QPSK 9/10")
    # One that a later line beats, after a standard whose table holds such modes too.
    before = CSV.replace("8PSK", "QPSK 9/10,6.7,1.8\n8PSK")
    found = scenario(tmp_path, before)
    shipped = {"standard": waveform_of(kind="dvb_s2x")} | found.waveforms
    (line,) = never_taken(found.model_copy(update={"waveforms": shipped}))
    assert line.startswith("waveforms.modem: 1 of 3 modes are never taken, such as QPSK 9/10")


def test_a_link_cannot_name_the_kind_alone(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match='there is no waveform "modcod"'):
        scenario(tmp_path, CSV, '[[links]]\nbetween = ["radio", "radio"]\nwaveform = "modcod"\n')
