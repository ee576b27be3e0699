"""Files of contact plans: what is written is read again, and what is wrong is named."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skyweft.errors import ScenarioError
from skyweft.network.plan.files import FORMS, read_plan, write_plan
from skyweft.network.plan.product import ContactPlan, plan
from skyweft.protocols.records import Mistakes

COLUMNS = ("source", "target", "start_s", "end_s", "rate_bps", "delay_s")


@st.composite
def _plans(draw: st.DrawFn) -> ContactPlan:
    """Draw a plan in whole seconds and bytes/s whose contacts of a pair follow each other."""
    nodes = draw(st.integers(2, 5))
    pairs = st.tuples(st.integers(0, nodes - 1), st.integers(0, nodes - 1))
    pairs = pairs.filter(lambda pair: pair[0] != pair[1])
    rows = []
    for pair in draw(st.lists(pairs, min_size=1, max_size=6, unique=True)):
        now = 0
        for gap, length in draw(st.lists(st.tuples(st.integers(0, 99), st.integers(1, 10**6)))):
            rate, delay = 8 * draw(st.integers(0, 10**9)), draw(st.integers(0, 10**5))
            rows.append((*pair, now + gap, now + gap + length, rate, delay))
            now += gap + length
    used = sorted({end for row in rows for end in row[:2]})
    place = {end: row for row, end in enumerate(used)}
    names = [str(each) for each in sorted(draw(_numbers(len(used))))]
    rows = rows or [(0, 1, 0, 1, 8, 0)]
    if not used:
        names, place = ["3", "17"], {0: 0, 1: 1}
    source, target, *values = zip(*rows, strict=True)
    return plan(names, [place[e] for e in source], [place[e] for e in target], *values)


def _numbers(count: int) -> st.SearchStrategy[set[int]]:
    return st.sets(st.integers(0, 10**9), min_size=count, max_size=count)


@pytest.mark.parametrize("form", FORMS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(written=_plans())
def test_round_trip(form, written, tmp_path: Path) -> None:
    path = tmp_path / "plan"
    write_plan(written, path, form)
    found, warnings = read_plan(path)
    assert warnings == ()
    assert found.names == written.names
    for column in COLUMNS:
        np.testing.assert_array_equal(getattr(found, column), getattr(written, column))
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("form", ["hdtn", "asabr"])
def test_names_are_kept(form, tmp_path: Path) -> None:
    write_plan(plan(["Wuhan", "sat-1"], [0], [1], [0], [9], [8], [1]), tmp_path / "plan", form)
    assert read_plan(tmp_path / "plan")[0].names == ("Wuhan", "sat-1")


@pytest.mark.parametrize("form", FORMS)
def test_nothing_is_promised_that_is_not_there(form, tmp_path: Path) -> None:
    exact = plan(["1", "2"], [0, 0], [1, 1], [0.2, 20.1], [9.9, 20.9], [99.9, 80], [0.003, 1])
    write_plan(exact, tmp_path / "plan", form)
    found, _ = read_plan(tmp_path / "plan")
    assert (found.start_s.tolist(), found.end_s.tolist()) == ([1], [9])
    assert found.rate_bps[0] == (96 if form == "ion" else 99)
    assert found.delay_s[0] == 1


def test_ion_refuses_overlaps_and_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "plan"
    path.write_text("old")
    with pytest.raises(ScenarioError, match="plan: contacts from 1 to 2 overlap at 5 s, which ION"):
        write_plan(plan(["1", "2"], [0, 0], [1, 1], [0, 5], [9, 12], [8, 8], [1, 1]), path, "ion")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


ION = """
## begin ionadmin
1 9 ''
s
@ 2026/07/01-00:00:00
a range +0 +100 1 2 3
a range +50 +100 2 1 4
a contact +10 +60 1 2 1000 0.9
a contact 2026/07/01-00:00:40 +90 2 1 10
a contact -1 -1 1 1 0
@ +200
a range +0 +10 2 3 1
a contact +0 +10 3 2 1
"""


def test_ion_times_ranges_and_directions(tmp_path: Path) -> None:
    (tmp_path / "a.ionrc").write_text(ION)
    found, warnings = read_plan(tmp_path / "a.ionrc")
    rows = [[getattr(found, column)[k].item() for column in COLUMNS] for k in range(len(found))]
    assert rows == [
        [0, 1, 10, 60, 8000, 3],
        [1, 0, 50, 90, 80, 4],  # its own range begins at 50 s: of the time before nothing is known
        [2, 1, 200, 210, 8, 1],  # the range from 2 to 3 holds both ways
    ]
    assert warnings == (
        "a.ionrc: 1 of 3 contacts last longer than a range is known for them; what has no range is "
        "left out",
    )


def test_a_distance_that_changes_takes_a_contact_apart(tmp_path: Path) -> None:
    text = "a range +0 +50 1 2 3\na range +50 +90 1 2 4\na contact +10 +60 1 2 5\n"
    (tmp_path / "plan").write_text(text)
    found, _ = read_plan(tmp_path / "plan")
    assert list(zip(found.start_s, found.end_s, found.delay_s, strict=True)) == [
        (10, 50, 3),
        (50, 60, 4),
    ]


def _hdtn(**changes: object) -> str:
    entry = {
        "contact": 0,
        "source": 1,
        "dest": 2,
        "startTime": 0,
        "endTime": 9,
        "rateBitsPerSec": 8,
        "owlt": 1,
    }
    changed = {**entry, **changes}
    return json.dumps(
        {"contacts": [entry, {key: value for key, value in changed.items() if value is not None}]}
    )


BROKEN = {
    "": "plan is empty",
    " hello ": "plan is no contact plan: neither HDTN's JSON, ION's ionrc nor A-SABR's text",
    '{"contacts": []}': "plan holds no contacts",
    '{"contacts": [\n{"contact": }]}': "plan: line 2: not JSON: Expecting value",
    "[1]": 'plan: JSON: needed is an object with a list "contacts"',
    '{"contacts": [3]}': "plan: contacts[0]: 3 is no object with the fields of a contact",
    _hdtn(): "plan: contacts[1]: the same contact as contacts[0]: keep one of them",
    _hdtn(owlt=None): "plan: contacts[1]: owlt is missing",
    _hdtn(rateBitsPerSec=-1): "plan: contacts[1]: rateBitsPerSec is -1, allowed is 0 and more",
    _hdtn(startTime="x"): "plan: contacts[1]: startTime is 'x', needed is a number",
    _hdtn(startTime=float("nan")): "plan: contacts[1]: startTime is nan, needed is a number",
    _hdtn(source="a"): "plan: contacts[1]: source is 'a', needed is the whole number of a node",
    _hdtn(source=2): "plan: contacts[1]: a contact of node 2 with itself",
    _hdtn(startTime=9): "plan: contacts[1]: goes backwards in time: it ends at 9 s and starts at "
    "9 s; the end must come after the start",
    "node 0 a\nnode 1 b\ncontact 0 2 0 9 1 1": "plan: line 3: unknown node '2'; a `node` line must "
    "come before",
    "node 0 a\nnode 2 b\n": "plan: line 2: node '2': nodes count from 0, next is 1",
    "node 0 a\nnode 1 a\n": "plan: line 2: 'a' is the name of a node already",
    "node 0 a\nnode 1 b\ncontact 0 1 9 0 1 1": "plan: line 3: goes backwards in time: it ends at "
    "0 s and starts at 9 s; the end must come after the start",
    "node 0 a\nnode 1 b\ncontact 0 1 0 9 1": "plan: line 3: 'contact 0 1 0 9 1' is neither `node "
    "NUMBER NAME` nor `contact FROM TO START END RATE DELAY`",
    "a contact +0 +9 1 2 -5": "plan: line 1: the rate is -5, allowed is 0 and more",
    "a contact +0 +9 1 2": "plan: line 1: 'a contact +0 +9 1 2': only `a contact`, `a range` and "
    "`@` are read",
    "a contact 5 +9 1 2 8": "plan: line 1: '5' is no time: +seconds or yyyy/mm/dd-hh:mm:ss is "
    "needed",
    "a contact +0 +9 1 2 8\nd contact +0 1 2": "plan: line 2: 'd contact +0 1 2': only `a contact`,"
    " `a range` and `@` are read",
    "a contact +0 +9 1 2 8\na contact +8 +12 1 2 8": "plan: line 2: overlaps the one of line 1: "
    "contacts from 1 to 2 must follow each other",
    "a contact +9 +0 1 2 8": "plan: line 1: goes backwards in time: it ends at 0 s and starts at "
    "9 s; the end must come after the start",
    "a contact +9 +10 1 2 8\n@ 2026/07/01-00:00:00": "plan: line 2: '2026/07/01-00:00:00' after "
    "times that count from an unknown start; begin with @ TIME",
    "a contact +9 +10 1 2 8": "plan holds no contacts",
}


@pytest.mark.parametrize("text", BROKEN, ids=lambda text: text[:30])
def test_mistakes_are_named_by_place(text, tmp_path: Path) -> None:
    (tmp_path / "plan").write_text(text)
    with pytest.raises(ScenarioError) as error:
        read_plan(tmp_path / "plan")
    assert str(error.value) == BROKEN[text]


def test_all_mistakes_at_once(tmp_path: Path) -> None:
    (tmp_path / "plan").write_text("a contact +9 +0 1 2 8\na contact x +0 1 2 8\n")
    with pytest.raises(ScenarioError) as error:
        read_plan(tmp_path / "plan")
    assert len(str(error.value).splitlines()) == 2


def test_what_is_not_text(tmp_path: Path) -> None:
    (tmp_path / "plan").write_bytes(b"\xff\xfe{}")
    with pytest.raises(ScenarioError, match="plan is not text in UTF-8"):
        read_plan(tmp_path / "plan")


@given(st.text(st.sampled_from('acontrge@+0123456789 \n-/:{}[]",.#x')))
def test_garbage_is_a_mistake_of_the_users(text) -> None:
    for form in FORMS.values():
        form.read(text, Mistakes("garbage"))
