"""Probability of a line of sight: 3GPP TR 38.811 V15.4.0, table 6.6.1-1, and Al-Hourani (2014)."""

import csv
from pathlib import Path

import numpy as np
import pytest

from skyweft.placing.line_of_sight import TR_38811, Environment, by_curve, by_table

FILE = Path(__file__).parents[1] / "validation" / "data" / "tr38811_los_probability.csv"
WIDER = (
    Path(__file__).resolve().parents[2].parent / "shared/reference/ntn/tr38811_los_probability.csv"
)


def rows(path: Path) -> list[dict[str, str]]:
    lines = [line for line in path.read_text("utf-8").splitlines() if not line.startswith("#")]
    return list(csv.DictReader(lines))


@pytest.mark.parametrize("environment", TR_38811)
def test_the_table(environment: Environment) -> None:
    for row in rows(FILE):
        found = by_table(float(row["elevation_deg"]), environment)
        assert found == pytest.approx(float(row[environment]) / 100, abs=1e-12)
    assert len(rows(FILE)) == len(TR_38811[environment])


@pytest.mark.skipif(not WIDER.is_file(), reason="no reference beside the repository")
@pytest.mark.parametrize("environment", TR_38811)
def test_the_table_as_others_have_read_it(environment: Environment) -> None:
    for row in rows(WIDER):
        found = by_table(float(row["elevation_deg"]), environment)
        assert found == float(row[f"p_los_{environment}"])


def test_between_the_tables_elevations_the_nearest_counts() -> None:
    found = by_table([-5.0, 4.9, 5.0, 14.9, 15.1, 84.9, 85.0, 90.0], "urban")
    assert found.tolist() == [0.0, 0.0, 0.246, 0.246, 0.386, 0.968, 0.992, 0.992]


def test_the_curve() -> None:
    # At the elevation a the exponent is 0: 1 / (1 + a), whatever b.
    for a, b in ((4.88, 0.43), (9.61, 0.16), (12.08, 0.11)):
        assert by_curve(a, a, b) == pytest.approx(1 / (1 + a), rel=1e-12)
        assert np.all(np.diff(by_curve(np.arange(0.0, 91.0), a, b)) > 0)
    # Urban at 60 degrees by hand: 1 / (1 + 9.61 exp(-0.16 * 50.39)) = 0.99698.
    assert by_curve(60.0, 9.61, 0.16) == pytest.approx(0.99698, abs=1e-5)
    assert by_curve(-1.0, 9.61, 0.16) == 0.0
