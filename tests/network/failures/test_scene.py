"""Outages of a scene: those that the run itself worked with."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skyweft.contacts.product import Contacts
from skyweft.motion.fleet import build_fleet
from skyweft.network.failures.model import Failures
from skyweft.network.failures.scene import scene as added
from skyweft.network.graph.topology import topology
from skyweft.results import Run
from skyweft.scene.meetings import met, rules_met
from skyweft.scene.scene_platforms import cast
from skyweft.stage.scenery import View

RULES = st.lists(
    st.one_of(
        st.fixed_dictionaries(
            {"platforms": st.just(["sats", "airship"]), "mtbf_s": st.just(3_000.0)},
            optional={"mttr_s": st.floats(10, 3_000)},
        ),
        st.fixed_dictionaries({"links": st.just([0, 1]), "share": st.floats(0, 1)}),
        st.fixed_dictionaries(
            {
                "platforms": st.just(["stations"]),
                "names": st.just(["Oslo"]),
                "start_s": st.floats(0, 3_000),
                "end_s": st.floats(3_001, 7_000),
            }
        ),
    ),
    min_size=1,
    max_size=3,
)


def _contacts(small: Run, names: tuple[str, ...]) -> Contacts:
    """Return the contacts of a run as its topology takes them."""
    table = small.contacts
    rules = rules_met(small)
    row = {name: number for number, name in enumerate(names)}
    words = {each: pc.cast(table[each], "string").to_pylist() for each in ("source", "target")}
    plain: dict[str, Any] = {
        each: table[each].to_numpy() for each in Contacts.__slots__ if each in table.column_names
    }
    link = pc.cast(table["link"], "string").to_pylist()
    return Contacts(
        **plain
        | {each: np.array([row[name] for name in found]) for each, found in words.items()}
        | {"link": np.array([rules.index(each) for each in link])}
    )


@pytest.fixture(scope="module")
def fleet_contacts(small: Run) -> tuple[Any, Contacts]:
    fleet = build_fleet(small.scenario)
    return fleet, _contacts(small, fleet.names)


@given(rules=RULES, seed=st.integers(0, 2**31), from_s=st.floats(0, 6_000))
def test_outages_are_those_of_the_run(
    small: Run, fleet_contacts: Any, rules: list[dict[str, Any]], seed: int, from_s: float
) -> None:
    fleet, contacts = fleet_contacts
    failures = [Failures(**each) for each in rules]
    scenario = small.scenario.model_copy(update={"failures": failures, "seed": seed})
    reported = SimpleNamespace(scenario=scenario, table=small.table)
    who = cast(small, 1_000)
    found = met(small, who, rules_met(small), 0.0, small.simulated_s)
    pairs = np.array([found.rule, found.source, found.target])
    end_s = small.simulated_s
    told = added(View(reported, who.names, pairs, from_s, end_s, 1_000, 1_000))
    names = who.names.to_pylist()
    # What single rules say may overlap: what is out of order is the union, as in the run.
    known = topology(scenario, fleet, contacts)
    time_s = np.linspace(from_s, small.simulated_s, 50)[:-1] + 0.01
    wanted = _down(known, fleet.names, time_s)
    got: set[tuple[str, str | None, float]] = set()
    for platform, other, start_s, end_s in zip(*told.arrays.values(), strict=True):
        ends = names[platform], None if other < 0 else names[other]
        got |= {(*ends, each) for each in time_s if start_s <= each < end_s}
    differing = got ^ wanted
    # Float32 times are within a millisecond of the run's.
    assert len(differing) <= 0.002 * max(len(wanted), 1_000), (len(got), len(wanted))
    assert told.notes == []


def _down(known: Any, names: tuple[str, ...], time_s: np.ndarray) -> set[Any]:
    """Return who and which pairs are out of order at some moments."""
    found = set()
    for item, start_s, end_s in zip(
        known.outages.item, known.outages.start_s, known.outages.end_s, strict=True
    ):
        found |= {(names[item], None, each) for each in time_s if start_s <= each < end_s}
    pairs = known.pair_outages
    for item, start_s, end_s in zip(pairs.item, pairs.start_s, pairs.end_s, strict=True):
        source, target = divmod(int(known.pair_key[item]) % len(names) ** 2, len(names))
        ends = names[source], names[target]
        found |= {(*ends, each) for each in time_s if start_s <= each < end_s}  # type: ignore[misc]
    return found
