import pytest

from skyweft.drawing import numerals
from skyweft.drawing.markup import Number, Shares, table


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (numerals.rate(0.0), "0 bit/s"),
        (numerals.rate(5_470.0), "5.47 kbit/s"),
        (numerals.rate(12.34e6), "12.3 Mbit/s"),
        (numerals.rate(2.5e9), "2.50 Gbit/s"),
        (numerals.rate(999_400.0), "999 kbit/s"),
        (numerals.rate(999_600.0), "1.00 Mbit/s"),
        (numerals.amount(1.5e12), "1.50 TB"),
        (numerals.rate(float("nan")), "– bit/s"),
    ],
)
def test_units_fit(value: tuple[str, str], words: str) -> None:
    assert numerals.spoken(value) == words


def test_numbers() -> None:
    assert numerals.number(1234.56) == Number("1,234.6")
    assert numerals.number(float("nan")) == Number("–")
    assert numerals.minutes(90.0) == Number("1.5")
    assert numerals.share_of(0.5) == Shares("50.0", 0.5)
    assert numerals.share_of(float("nan")).text == "–"


def test_table_escapes_and_names_its_rows() -> None:
    text = table("a <b>", [("x", "m"), ("y", "")], [["<i>", Number("1")], ["&", Shares("2", 2.0)]])
    assert "<b>" not in text
    assert '<th scope="row">&lt;i&gt;</th>' in text
    assert '<th scope="col" class="figure">y</th>' in text
    assert "width:100.0%" in text


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (92_890.0, "Wh", "92.89 kWh"),
        (-2_760.0, "Wh", "-2.76 kWh"),
        (1_234.2e6, "bit/s", "1.234 Gbit/s"),
        (54_321.6, "km", "54,322 km"),
        (0.012342, "J", "0.01234 J"),
    ],
)
def test_figures_on_a_screen(value: float, unit: str, words: str) -> None:
    assert numerals.measured(value, unit) == words
