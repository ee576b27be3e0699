import numpy as np
import pytest
from pydantic import ValidationError

from skyweft.motion.walker import elements, names, phases
from skyweft.scenario.motion import Walker


def _walker(**changes: object) -> Walker:
    entries = {
        "kind": "walker",
        "planes": 3,
        "per_plane": 4,
        "inclination_deg": 55.0,
        "altitude_m": 800e3,
    }
    return Walker.model_validate({**entries, **changes})


def test_delta_pattern_of_walkers_notation() -> None:
    # 55: 12/3/1: planes 120 deg apart, slots 90 deg apart, each plane 360 / 12 = 30 deg ahead.
    raan, latitude = phases(_walker(phasing=1))
    np.testing.assert_allclose(raan, np.repeat([0, 120, 240], 4))
    np.testing.assert_allclose(latitude.reshape(3, 4), np.add.outer([0, 30, 60], [0, 90, 180, 270]))


def test_last_plane_fits_the_first_again() -> None:
    # Going once around, planes x (360 F / T) is F slots: the pattern has no seam.
    for phasing in range(3):
        _, latitude = phases(_walker(phasing=phasing))
        round_deg = latitude[4] - latitude[0]
        assert 3 * round_deg % 90 == pytest.approx(0)


def test_star_spans_half_a_turn_and_a_span_can_be_given() -> None:
    raan, _ = phases(_walker(pattern="star"))
    np.testing.assert_allclose(raan[::4], [0, 60, 120])
    raan, _ = phases(_walker(pattern="star", raan_span_deg=202.5, raan_deg=-10.0))
    np.testing.assert_allclose(raan[::4], [350, 57.5, 125])


def test_alternating_puts_odd_planes_half_a_slot_ahead() -> None:
    _, latitude = phases(_walker(phasing="alternating", argument_of_latitude_deg=5.0))
    np.testing.assert_allclose(latitude[::4], [5, 50, 5])


def test_order_and_names() -> None:
    shell = names("xingyun", _walker(planes=3, per_plane=120))
    assert shell[0] == "xingyun-P01-S001"
    assert shell[1 * 120 + 7] == "xingyun-P02-S008"
    assert len(set(shell)) == 360


def test_elements_are_circular_and_without_drag() -> None:
    made = elements("x", _walker(), 123, 14.25)
    assert len(made) == 12
    for column, value in (
        (made.mean_motion_rev_day, 14.25),
        (made.eccentricity, 0),
        (made.bstar, 0),
        (made.epoch_tai_ns, 123),
        (made.inclination_deg, 55),
        (made.argument_of_perigee_deg, 0),
    ):
        assert np.all(column == value)


@pytest.mark.parametrize("phasing", [3, -1])
def test_phasing_beyond_the_planes(phasing: int) -> None:
    with pytest.raises(ValidationError, match="phasing must be from 0 to planes - 1 = 2"):
        _walker(phasing=phasing)
