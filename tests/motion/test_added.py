"""Ways of moving that a package adds."""

import warnings
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, ClassVar, Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from skyweft.errors import ScenarioError
from skyweft.fleet import Floats
from skyweft.motion.fleet import build_fleet
from skyweft.motion.members import Members, Setting
from skyweft.motion.propagate import propagate
from skyweft.motion.sites import stand
from skyweft.registry import Kind
from skyweft.scenario.entry import Entry
from skyweft.scenario.errors import errors
from skyweft.scenario.motion import Motion
from skyweft.scenario.scenario import Scenario
from skyweft.scenario.schema import json_schema

GROUP = "skyweft.motions"
Install = Callable[..., AbstractContextManager[None]]


class Warp(Motion):
    """Straight along an axis."""

    kind: Literal["warp"]
    speed_m_s: float = 10.0
    """Along x."""


class Buoy(Motion):
    """Says that it stands."""

    stands: ClassVar[bool] = True
    kind: Literal["buoy"]


class Bare(Entry):
    """Is no motion."""

    kind: Literal["bare"]


class Second(Motion):
    """Takes a name that is taken."""

    kind: Literal["walker"]


class Silent(Motion):
    """Has no kind of its own."""


class Line:
    count, step_max_s = 1, 60.0

    def __init__(self, speed_m_s: float) -> None:
        self.speed_m_s = speed_m_s

    def fill(
        self, time_s: Floats, position_m: Floats, velocity_m_s: Floats, _: Any = None
    ) -> list[str]:
        position_m[0] = [7e6 + self.speed_m_s * time_s, 0 * time_s, 0 * time_s]
        velocity_m_s[0] = np.array([self.speed_m_s, 0.0, 0.0])[:, None]
        return []


def warp(group: str, motion: Warp, _: Setting) -> Members:
    return Members((group,), "one line", movers=(Line(getattr(motion, "speed_m_s", 1.0)),))


def standing(group: str, _motion: Motion, _: Setting) -> Members:
    return Members((group,), "one place", sites=stand(*np.zeros((3, 1))))


def nameless(_: str, *__: Any) -> Members:
    return Members((7,), "one line", movers=(Line(1.0),))


def nowhere(group: str, *_: Any) -> Members:
    return Members((group,), "one place", sites=stand(*np.full((3, 1), np.nan)))


def knots(step_max_s: Any) -> Callable[..., Members]:
    def found(group: str, *_: Any) -> Members:
        line = Line(1.0)
        line.step_max_s = step_max_s
        return Members((group,), "one line", movers=(line,))

    return found


def failing(*_: Any) -> Any:
    raise ZeroDivisionError("no engine")


WARP = Kind(Warp, warp)


def scenario(**motion: Any) -> Scenario:
    ship = {"layer": "space", "motion": motion}
    return Scenario.model_validate(
        {
            "name": "Added",
            "start": "2026-07-01T00:00:00Z",
            "duration_s": 600.0,
            "platforms": {"ship": ship},
        },
        strict=False,
    )


def test_a_package_adds_a_way_of_moving(installed: Install) -> None:
    with installed(GROUP, warp=WARP):
        asked = scenario(kind="warp", speed_m_s=20.0)
        motion = propagate(asked, build_fleet(asked), 0.0, 600.0)
        np.testing.assert_allclose(motion.tracks.position_m[0, 0, -1], 7e6 + 20 * 600)
        mapping = json_schema()["$defs"]["Platforms"]["properties"]["motion"]["discriminator"]
        assert mapping["mapping"]["warp"] == "#/$defs/Warp"
        assert json_schema()["$defs"]["Warp"]["properties"]["speed_m_s"]["default"] == 10.0
    with pytest.raises(ValidationError) as caught:
        scenario(kind="warp")
    (line,) = errors(caught.value.errors())
    assert line[0] == "platforms.ship.motion.kind"
    assert line[1].startswith('"warp" is not known (did you mean "walker"?); allowed: "aircraft", ')


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (ImportError(), "cannot be loaded: AttributeError: module 'acme' has no attribute"),
        (Warp, "cannot be used: it is ModelMetaclass, not a skyweft.registry.Kind"),
        (Kind(Bare, warp), "its model is not made from skyweft.scenario.motion.Motion"),
        (Kind(Silent, warp), "its model has no field kind: Literal"),
        (Kind(Warp, 3), "its function cannot be called"),
        (Kind(Second, warp), "there is a motion 'walker' already"),
    ],
)
def test_what_is_no_way_of_moving_is_left_out(installed: Install, part: Any, words: str) -> None:
    with (
        warnings.catch_warnings(action="always", record=True) as reported,
        installed(GROUP, wrong=part, warp=WARP),
    ):
        assert len(build_fleet(scenario(kind="warp"))) == 1
        assert len(build_fleet(scenario(kind="fixed", latitude_deg=0.0, longitude_deg=0.0))) == 1
    (line,) = (str(each.message) for each in reported)
    assert line.startswith("the motion 'wrong' of acme cannot be ")
    assert words in line
    assert line.endswith("; mend or remove the package; the motion is left out")


@pytest.mark.parametrize(
    ("model", "function", "words"),
    [
        (Warp, failing, "failed: ZeroDivisionError: no engine"),
        (Warp, lambda *_: {"a": 1}, "answered dict, not Members"),
        (Warp, "acme.nowhere:warp", "failed: ModuleNotFoundError"),
        (Buoy, warp, "says that its platforms stand, but those of ship move"),
        (Warp, standing, "says that its platforms move, but those of ship stand"),
        (Warp, nameless, "calls a platform 7, which is no text"),
        (Warp, knots(0), "moves platforms by knots 0 s apart; allowed: more than 0"),
        (Warp, knots(np.nan), "moves platforms by knots nan s apart"),
        (Warp, knots("a minute"), "moves platforms by knots a minute s apart"),
        (Buoy, nowhere, "has platforms stand at a place that is no number"),
    ],
)
def test_who_answers_wrongly_is_named(
    installed: Install, model: type[Motion], function: Callable[..., Any] | str, words: str
) -> None:
    with installed(GROUP, odd=Kind(model, function)):
        with pytest.raises(ScenarioError, match="the motion 'odd' of acme") as caught:
            build_fleet(scenario(kind="buoy" if model is Buoy else "warp"))
        assert words in str(caught.value)


def test_who_fails_on_the_way_is_named(installed: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    with installed(GROUP, warp=WARP):
        asked = scenario(kind="warp")
        fleet = build_fleet(asked)
        monkeypatch.setattr(Line, "fill", failing)
        with pytest.raises(ScenarioError, match="the motion 'warp' of acme failed in fill: Zero"):
            propagate(asked, fleet, 0.0, 600.0)
        monkeypatch.setattr(Line, "fill", lambda *_: [3])
        with pytest.raises(ScenarioError, match="'warp' of acme failed in fill: TypeError: fill"):
            propagate(asked, fleet, 0.0, 600.0)
        monkeypatch.setattr(Line, "fill", lambda *_: _[2].__setitem__(0, np.zeros((3, 1, 1))))
        with pytest.raises(ScenarioError, match="'warp' of acme failed in fill: ValueError"):
            propagate(asked, fleet, 0.0, 600.0)
        # What it does not write is no place, rather than what the memory held.
        monkeypatch.setattr(Line, "fill", lambda *_: None)
        assert np.isnan(propagate(asked, fleet, 0.0, 600.0).tracks.position_m).all()


def test_what_stands_may_be_a_site(installed: Install) -> None:
    more = {
        "gateways": {"sites": ["ship"], "demand_bps": 1e6},
        "coverage": {"platforms": ["ship"], "sites": ["ship"]},
    }
    with installed(GROUP, warp=WARP, buoy=Kind(Buoy, standing)):
        Scenario.model_validate(scenario(kind="buoy").model_dump(exclude_unset=True) | more)
        moving = scenario(kind="warp").model_dump(exclude_unset=True) | more
        with pytest.raises(ValidationError, match=r"moves \(warp\); sites must stand still"):
            Scenario.model_validate(moving)


@settings(max_examples=40, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["kind", "speed_m_s", "pace"]),
        st.one_of(st.sampled_from(["warp", "walker", "buoy"]), st.floats(-1e9, 1e9)),
        max_size=3,
    )
)
def test_a_field_takes_what_its_model_takes(installed: Install, table: dict[str, Any]) -> None:
    def takes(check: Callable[[], object]) -> bool:
        try:
            check()
        except ValidationError:
            return False
        return True

    with installed(GROUP, warp=WARP):
        alone = takes(lambda: Warp.model_validate(table))
        assert takes(lambda: scenario(**table)) == alone
