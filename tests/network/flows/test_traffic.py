"""Demand between cities, from a model and from a file, and over the day."""

from pathlib import Path

import numpy as np
import pytest

from skyweft.errors import ScenarioError
from skyweft.network.flows.traffic import daily_factor, gravity, hours_of, read_demand

NAMES = ("Beijing", "Lagos", "Lima")


def test_gravity_pulls_by_mass_and_distance() -> None:
    """On the equator 0, 30 and 90 degrees east: distances 30, 60, 90 degrees."""
    found = gravity([2.0, 3.0, 4.0], [0, 0, 0], [0, 30, 90], 1e9)
    matrix = np.zeros((3, 3))
    matrix[found.source, found.target] = found.demand_bps
    np.testing.assert_array_equal(matrix, matrix.T)
    assert len(found) == 6
    assert matrix.sum() == pytest.approx(1e9, rel=1e-14)
    assert matrix[0, 1] / matrix[0, 2] == pytest.approx((2 * 3 / 30) / (2 * 4 / 90), rel=1e-12)
    assert matrix[1, 2] / matrix[0, 2] == pytest.approx((3 * 4 / 60) / (2 * 4 / 90), rel=1e-12)


def test_gravity_without_distance_and_with_neighbours() -> None:
    flat = gravity([1, 1, 2], [0, 0, 0], [0, 1, 100], 10.0, exponent=0.0)
    np.testing.assert_allclose(flat.demand_bps, [1, 2, 1, 2, 2, 2], rtol=1e-14)
    near = gravity([1, 1, 1], [50, 50, 50], [8, 8, 8.001], 6.0)
    np.testing.assert_allclose(near.demand_bps, 1.0, rtol=1e-14)
    for wrong in ([1.0, -1.0], [1.0, np.nan], [1.0, 0.0]):
        with pytest.raises(ValueError):
            gravity(wrong, [0, 0], [0, 1], 1.0)


def test_the_day_goes_with_the_sun() -> None:
    factor = np.arange(24.0)
    found = daily_factor(factor, [0.0, 90.0, -15.0], [0.0, 6.25, 23.5])
    np.testing.assert_allclose(found[0], [0.0, 6.25, 11.5])  # 23.5 lies between 23 and 0
    np.testing.assert_allclose(found[1], [6.0, 12.25, 5.5])
    np.testing.assert_allclose(found[2], [23.0, 5.25, 22.5])
    np.testing.assert_allclose(hours_of([0.0, 3600.0, 86_400.0], 23.5), [23.5, 0.5, 23.5])
    with pytest.raises(ValueError, match="24 factors"):
        daily_factor(np.ones(23), [0.0], [0.0])


def _file(folder: Path, text: str) -> Path:
    path = folder / "demand.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_pairs(tmp_path: Path) -> None:
    text = "# made by hand\nsource,target,demand_bps\nLima,Beijing,2e6\nLagos,Lagos,inf\n"
    found = read_demand(_file(tmp_path, text), NAMES)
    assert found.source.tolist() == [2, 1]
    assert found.target.tolist() == [0, 1]
    assert found.demand_bps.tolist() == [2e6, np.inf]


def test_a_square(tmp_path: Path) -> None:
    text = "from \\ to,Lima,Lagos\nLagos,5,0\nLima,0,7e3\n"
    found = read_demand(_file(tmp_path, text), NAMES)
    assert found.source.tolist() == [1, 2]
    assert found.target.tolist() == [2, 1]
    assert found.demand_bps.tolist() == [5.0, 7e3]


def _complaint(tmp_path: Path, text: str) -> str:
    with pytest.raises(ScenarioError) as caught:
        read_demand(_file(tmp_path, text), NAMES)
    return str(caught.value)


def test_every_error_of_pairs_is_named(tmp_path: Path) -> None:
    head = "source,target,demand_bps\n"
    said = _complaint(tmp_path, head + "Lima,Beijing,-1\nLima,Lagos,nan\nLima,Lagos\n")
    assert "line 2: demand_bps: '-1'" in said
    assert "line 3: demand_bps: 'nan'" in said
    assert "line 4: 2 fields" in said
    said = _complaint(tmp_path, head + "Limo,Beijing,1\nLima,Rome,1\nLima,Lagos,1\nLima,Lagos,2\n")
    assert "line 2: source: 'Limo' is not known; known: Beijing, Lagos, Lima" in said
    assert "line 3: target: 'Rome'" in said
    assert "line 5: this pair is on line 4 already" in said
    assert "demand_bps is missing" in _complaint(tmp_path, "source,target\nLima,Lagos\n")


def test_every_error_of_a_square_is_named(tmp_path: Path) -> None:
    said = _complaint(tmp_path, ",Lima,Rome,Lima\nLagos,-2,x,0\nLima,1,1\nLima,0,0,0\n")
    assert "line 1: column 3: 'Rome'" in said
    assert "line 1: 'Lima' is there 2 times" in said
    assert "line 2: Lima: '-2'" in said
    assert "line 2: Rome: 'x'" in said
    assert "line 3: 3 fields, the first line has 4" in said
    assert "demand.csv: column 1: 'Lima' is there 2 times" in said
    assert "not square: Lagos, Rome is only" in said
    assert "no rows" in _complaint(tmp_path, ",Lima\n")
    assert "no rows" in _complaint(tmp_path, "")
