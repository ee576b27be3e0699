"""What is too much is counted and refused before any of it is computed."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skyweft.engine.estimate import checked
from skyweft.errors import ScenarioError
from skyweft.motion.fleet import build_fleet
from skyweft.scenario.scenario import Scenario
from skyweft.stage import Context


def made(step_s: float, routes_s: float, planes: int = 10) -> Scenario:
    shell = {
        "kind": "walker",
        "planes": planes,
        "per_plane": 10,
        "altitude_m": 600e3,
        "inclination_deg": 60.0,
    }
    return Scenario.model_validate(
        {
            "name": "Much",
            "start": "2026-07-01T00:00:00Z",
            "duration_s": 86_400.0,
            "step_s": step_s,
            "platforms": {"sats": {"layer": "space", "motion": shell}},
            "routes": [{"sources": ["sats"], "targets": ["sats"], "step_s": routes_s}],
        },
        strict=False,
    )


def complaint(scenario: Scenario) -> str:
    try:
        checked(Context(scenario, build_fleet(scenario)))
    except ScenarioError as error:
        return str(error)
    return ""


def test_steps_that_are_too_short() -> None:
    assert complaint(made(1e-3, 1e-3)).splitlines() == [
        "step_s: the tracks of 100 movers over 600 s take 2.9 GB; at most 2 GB: make it longer",
        "routes[0].step_s: 8.64e+07 snapshots; at most 10,000,000: make it longer",
    ]
    assert complaint(made(60.0, 0.05)).endswith(
        "1.73e+10 rows; at most 10,000,000,000: make it longer"
    )
    assert complaint(made(60.0, 60.0)) == ""


@settings(deadline=None, max_examples=30)
@given(st.floats(1e-3, 300), st.floats(1e-3, 1e4), st.integers(1, 20))
def test_what_is_let_through_fits(step_s: float, routes_s: float, planes: int) -> None:
    movers, snapshots = 10 * planes, 86_400 / routes_s
    fits = 48 * movers * 600 / step_s <= 2e9
    fits &= snapshots <= 1e7 and snapshots * movers**2 <= 1e10
    assert (complaint(made(step_s, routes_s, planes)) == "") == fits


def test_shorter_than_a_millisecond() -> None:
    with pytest.raises(ValueError, match=r"greater than or equal to 0.001"):
        made(60.0, 1e-4)
