"""Whoever looks up a name finds it, in whichever of Unicode's normal forms it is written."""

import unicodedata
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skyweft.contacts.pairs import sets
from skyweft.engine.estimate import checked
from skyweft.errors import ScenarioError
from skyweft.motion.fleet import build_fleet
from skyweft.network.flows.demand import wanted
from skyweft.scenario.reading import load
from skyweft.stage import Context

SCENARIO = """\
name = "Two cities"
start = 2026-07-01T00:00:00Z
duration_s = 60

[platforms.cities]
layer = "ground"
motion = {{ kind = "sites", file = "sites.csv" }}
terminals = ["a"]
relay = true

[terminals.a]
kind = "optical"
rate_bps = 1e9

[[links]]
between = ["a", "a"]
pattern = "list"
file = "links.csv"

[[flows]]
sources = ["cities"]
targets = ["cities"]
matrix = "pairs.csv"

[[flows]]
sources = ["cities"]
targets = ["cities"]
matrix = "square.csv"

[[flows]]
sources = ["cities"]
targets = ["cities"]
gravity = {{ total_bps = 1e6, population = "people.csv" }}

[[packets]]
source = "{other}"
target = "Bern"
rate_bps = 1e6

[[failures]]
platforms = ["cities"]
names = ["{other}"]
"""
FILES = {
    "sites.csv": "name,latitude_deg,longitude_deg\n{one},47.4,8.5\nBern,46.9,7.4\n",
    "links.csv": "source,target\n{other},Bern\n",
    "pairs.csv": "source,target,demand_bps\n{other},Bern,1e6\n",
    "square.csv": ",{other},Bern\n{other},0,1\nBern,1,0\n",
    "people.csv": "name,population\n{other},1e6\nBern,1e5\n",
}
ACCENTS = st.text("Zürichéåñộ각ﬁ", min_size=1, max_size=8)
FORMS = st.sampled_from(["NFC", "NFD"])


def _write(folder: Path, one: str, other: str) -> Path:
    for name, text in FILES.items():
        (folder / name).write_text(text.format(one=one, other=other), encoding="utf-8")
    text = SCENARIO.format(other=other)
    (folder / "scenario.toml").write_text(text, encoding="utf-8")
    return folder / "scenario.toml"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(name=ACCENTS, one=FORMS, other=FORMS)
def test_every_place_that_looks_up_a_name(name: str, one: str, other: str, tmp_path: Path) -> None:
    """A matrix of pairs, a square, populations, a list of links, packets and failures."""
    forms = [unicodedata.normalize(form, name) for form in (one, other)]
    scenario = load(_write(tmp_path, *forms))
    fleet = build_fleet(scenario)
    assert fleet.names == (unicodedata.normalize("NFC", name), "Bern")
    context = Context(scenario, fleet)
    checked(context)
    flows = context.once(wanted)
    assert len(flows.source) == 5
    (found,) = sets(scenario, fleet)
    assert found.listed is not None


def test_names_that_differ_only_in_form_are_one(tmp_path: Path) -> None:
    path = _write(tmp_path, "Z\u00fcrich", "Z\u00fcrich")
    with (tmp_path / "sites.csv").open("a", encoding="utf-8") as file:
        file.write("Zu\u0308rich,47.5,8.6\n")
    with pytest.raises(ScenarioError, match=r"the name Z\u00fcrich is given to 2 platforms"):
        build_fleet(load(path))


def test_a_group_whose_numbers_have_no_room(tmp_path: Path) -> None:
    name = "g" * 100
    path = tmp_path / "s.toml"
    path.write_text(
        f'name = "n"\nstart = 2026-07-01T00:00:00Z\nduration_s = 60\n[platforms.{name}]\n'
        'layer = "space"\nmotion = { kind = "walker", planes = 2, per_plane = 2, '
        "altitude_m = 600e3, inclination_deg = 60 }\n"
    )
    with pytest.raises(ScenarioError, match=r"have a name of 10\d characters, allowed are 100"):
        build_fleet(load(path))


@pytest.mark.parametrize("name", ["a\\u000bb", "a\\nb", "a\\u202eb"])
def test_a_scenarios_name_is_a_line(name: str, tmp_path: Path) -> None:
    path = tmp_path / "s.toml"
    path.write_text(SCENARIO.format(other="x").replace("Two cities", name))
    with pytest.raises(ScenarioError, match=r"s.toml: name: .* holds a control character"):
        load(path, look=False)
