"""CSV as spreadsheets of other countries write it: semicolons, tabs, decimal commas."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skyweft.errors import ScenarioError
from skyweft.motion.sites import sites
from skyweft.scenario.motion import Sites
from skyweft.world.ellipsoid import to_ecef


def _sites(folder: Path, text: str) -> Any:
    path = folder / "masts.csv"
    path.write_text(text)
    return sites("gateways", Sites(kind="sites", file=path))


def test_semicolons_and_decimal_commas(tmp_path: Path) -> None:
    text = (
        "name;latitude_deg;longitude_deg;altitude_m\nWien;48,21;16,37;171\nGraz;47,07;15,44;353\n"
    )
    members = _sites(tmp_path, text)
    want = to_ecef(np.array([48.21, 47.07]), np.array([16.37, 15.44]), np.array([171.0, 353.0]))
    np.testing.assert_array_equal(members.sites.position_m, want)
    assert members.warnings == ("masts.csv: commas in numbers are read as decimal commas",)


def test_commas_and_points_in_one_file_are_refused(tmp_path: Path) -> None:
    text = "name;latitude_deg;longitude_deg;altitude_m\nWien;48.21;16.37;1,171\n"
    with pytest.raises(ScenarioError) as caught:
        _sites(tmp_path, text)
    assert str(caught.value) == (
        "masts.csv: line 2: altitude_m: '1,171' has a comma, line 2: latitude_deg: '48.21' a "
        "point: decimal commas or decimal points are needed throughout"
    )


PLACES = st.tuples(st.floats(-90, 90), st.floats(-180, 360), st.floats(-100, 9_000))


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(PLACES, min_size=1, max_size=5),
    separator=st.sampled_from(",;\t"),
    mark=st.sampled_from(".,"),
    reported=st.booleans(),
)
def test_separators_change_nothing(
    tmp_path: Path,
    rows: list[tuple[float, float, float]],
    separator: str,
    mark: str,
    reported: bool,
) -> None:
    mark = "." if separator == "," else mark
    names = ["name", "latitude_deg", "longitude_deg", "altitude_m"]
    cells = [[f"s{k}", *(f"{each:.9f}" for each in row)] for k, row in enumerate(rows)]
    lines = [separator.join(line).replace(".", mark) for line in [names, *cells]]
    members = _sites(tmp_path, "\n".join([f"sep={separator}"] * reported + lines))
    assert list(members.lines) == list(range(2 + reported, 2 + reported + len(rows)))
    latitude, longitude, altitude = np.array([row[1:] for row in cells], float).T
    np.testing.assert_allclose(
        members.sites.position_m, to_ecef(latitude, longitude, altitude), atol=1e-6
    )
