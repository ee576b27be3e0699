"""Excerpts hold what was asked for, and refuse the rest where a default would hide it."""

from pathlib import Path

import pytest

from skyweft.errors import UndeclaredReadError
from skyweft.scenario.excerpt import excerpt
from skyweft.scenario.reading import load
from skyweft.scenario.scenario import Scenario


@pytest.fixture
def scenario(tiny: Path) -> Scenario:
    return load(tiny)


def test_what_is_asked_for_is_there(scenario: Scenario) -> None:
    part = excerpt(scenario, ["seed", "platforms.*.motion", "links.*.between", "coverage"])
    assert part.seed == 3
    assert list(part.platforms) == ["sats", "high", "ground", "field"]
    assert part.platforms["sats"].motion == scenario.platforms["sats"].motion
    assert [link.between for link in part.links] == [("node", "sat")]
    assert part.coverage == scenario.coverage  # type: ignore[attr-defined]
    assert scenario.links[0].elevation_min_deg == 10  # the whole stays as it was


@pytest.mark.parametrize(
    "read",
    [
        lambda part: part.duration_s,
        lambda part: part.platforms["sats"].terminals,
        lambda part: part.links[0].elevation_min_deg,
        lambda part: getattr(part, "name", "a default"),
        lambda part: hasattr(part.links[0], "waveform"),
        lambda part: part.platforms["sats"].passes_on,
    ],
)
def test_what_is_not_asked_for_is_refused(scenario: Scenario, read: object) -> None:
    part = excerpt(scenario, ["seed", "platforms.*.motion", "links.*.between"])
    assert callable(read)
    with pytest.raises(UndeclaredReadError, match="of the scenario is read by a stage"):
        read(part)


def test_a_path_of_all_hides_those_that_lead_further(scenario: Scenario) -> None:
    part = excerpt(scenario, ["links.*.between", "links"])
    assert part.links == scenario.links


def test_which_keys_were_set_is_known_of_those_alone(scenario: Scenario) -> None:
    part = excerpt(scenario, ["seed", "step_s"])
    assert part.model_fields_set == {"seed"}


def test_no_attribute_but_the_keys_is_made_up(scenario: Scenario) -> None:
    assert not hasattr(scenario, "colour")


def test_many_entries_need_a_star(scenario: Scenario) -> None:
    with pytest.raises(KeyError, match=r"platforms has many entries: write platforms\.\*"):
        excerpt(scenario, ["platforms.sats.motion"])
