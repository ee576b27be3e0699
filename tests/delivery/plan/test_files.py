"""Files of contact plans: what is written is read again, and what is wrong is named."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skyweft.delivery.plan.files import read_plan, write_plan
from skyweft.delivery.plan.product import ContactPlan, plan
from skyweft.errors import ScenarioError
from skyweft.protocols.contact_plans import ion
from skyweft.protocols.contact_plans.formats import PLAN_FORMATS
from skyweft.protocols.records import Errors

COLUMNS = ("source", "target", "start_s", "end_s", "rate_bps", "delay_s")


@st.composite
def _plans(draw: st.DrawFn, least: int) -> ContactPlan:
    """Draw a plan in whole seconds and bytes/s whose contacts of a pair follow each other.

    ION's nodes count from 1, and its contacts carry a byte/s at least (`ionadmin.c`, ionrc(5)).
    """
    nodes = draw(st.integers(2, 5))
    pairs = st.tuples(st.integers(0, nodes - 1), st.integers(0, nodes - 1))
    pairs = pairs.filter(lambda pair: pair[0] != pair[1])
    rows = []
    for pair in draw(st.lists(pairs, min_size=1, max_size=6, unique=True)):
        now = 0
        for gap, length in draw(st.lists(st.tuples(st.integers(0, 99), st.integers(1, 10**6)))):
            rate, delay = 8 * draw(st.integers(least, 10**9)), draw(st.integers(0, 10**5))
            rows.append((*pair, now + gap, now + gap + length, rate, delay))
            now += gap + length
    used = sorted({end for row in rows for end in row[:2]})
    place = {end: row for row, end in enumerate(used)}
    names = [str(each) for each in sorted(draw(_numbers(len(used), least)))]
    rows = rows or [(0, 1, 0, 1, 8, 0)]
    if not used:
        names, place = ["3", "17"], {0: 0, 1: 1}
    source, target, *values = zip(*rows, strict=True)
    return plan(names, [place[e] for e in source], [place[e] for e in target], *values)


def _numbers(count: int, least: int) -> st.SearchStrategy[set[int]]:
    return st.sets(st.integers(least, 10**18), min_size=count, max_size=count)


@pytest.mark.parametrize("form", PLAN_FORMATS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_round_trip(form: str, data: Any, tmp_path: Path) -> None:
    path = tmp_path / "plan"
    written = data.draw(_plans(least=form == "ion"))
    assert write_plan(written, path, form) == ()
    found, warnings = read_plan(path)
    assert warnings == ()
    assert found.names == written.names
    for column in COLUMNS:
        np.testing.assert_array_equal(getattr(found, column), getattr(written, column))
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("form", ["hdtn", "asabr"])
def test_names_are_kept(form: str, tmp_path: Path) -> None:
    write_plan(plan(["Wuhan", "sat-1"], [0], [1], [0], [9], [8], [1]), tmp_path / "plan", form)
    assert read_plan(tmp_path / "plan")[0].names == ("Wuhan", "sat-1")


@pytest.mark.parametrize("form", PLAN_FORMATS)
def test_nothing_is_promised_that_is_not_there(form: str, tmp_path: Path) -> None:
    exact = plan(["1", "2"], [0, 0], [1, 1], [0.2, 20.1], [9.9, 20.9], [99.9, 80], [0.003, 1])
    write_plan(exact, tmp_path / "plan", form)
    found, _ = read_plan(tmp_path / "plan")
    assert (found.start_s.tolist(), found.end_s.tolist()) == ([1], [9])
    assert found.rate_bps[0] == (96 if form == "ion" else 99)
    assert found.delay_s[0] == 1


def test_ion_gets_the_fastest_of_contacts_that_overlap(tmp_path: Path) -> None:
    """Two rules that join one pair: ionrc(5) lets the intervals of contacts not overlap."""
    path = tmp_path / "plan"
    both = plan(["1", "2"], [0, 0, 0], [1, 1, 1], [0, 3, 8], [9, 5, 12], [8, 80, 8], [1, 2, 3])
    (note,) = write_plan(both, path, "ion")
    found, _ = read_plan(path)
    rows = [[getattr(found, column)[k].item() for column in COLUMNS[2:]] for k in range(len(found))]
    assert rows == [[0, 3, 8, 1], [3, 5, 80, 2], [5, 9, 8, 1], [9, 12, 8, 3]]
    # 9 + 20 + 4 bytes were planned; the slow one loses 2 s to the fast one, the last 1 s.
    assert note == (
        "plan: contacts of 1 pairs overlap, which ION does not allow: at each time the fastest of "
        f"a pair is written, and {1 - 30 / 33:.3%} of the volume is left out"
    )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    spans=st.lists(
        st.tuples(st.integers(0, 40), st.integers(1, 20), st.integers(1, 5), st.integers(0, 3)),
        min_size=1,
        max_size=8,
    )
)
def test_ion_at_every_second_the_fastest(spans: Any, tmp_path: Path) -> None:
    start, lasts, rate, delay = np.array(spans).T
    many = np.zeros(len(spans)), np.ones(len(spans))
    write_plan(
        plan(["1", "2"], *many, start, start + lasts, 8 * rate, delay), tmp_path / "p", "ion"
    )
    found, _ = read_plan(tmp_path / "p")
    for second in range(60):
        there = (found.start_s <= second) & (second < found.end_s)
        planned = [(8 * fast, -far) for at, long, fast, far in spans if at <= second < at + long]
        assert [
            (r, -d) for r, d in zip(found.rate_bps[there], found.delay_s[there], strict=True)
        ] == ([max(planned)] if planned else [])


def test_what_is_too_small_to_be_written_is_told(tmp_path: Path) -> None:
    small = plan(["1", "2"], [0, 0, 0], [1, 1, 1], [0, 3.1, 8], [2, 3.9, 12], [8, 80, 7], [1, 2, 3])
    assert write_plan(small, tmp_path / "p", "ion") == (
        "p: 1 of 3 contacts hold no whole second and are left out",
        "p: 1 contacts of less than a byte/s are left out: ION refuses them",
    )
    with pytest.raises(ScenarioError, match="p: none of the 1 contacts holds a whole second"):
        write_plan(plan(["1", "2"], [0], [1], [3.1], [3.9], [8], [1]), tmp_path / "p", "ion")


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
        "a.ionrc: 1 of 4 contacts have a confidence below 1, which is not looked at: they are "
        "taken to happen",
        "a.ionrc: 1 of 4 contacts say only that a node is in the region, and are passed over",
        "a.ionrc: 1 of 4 contacts last longer than a range is known for them; what has no range is "
        "left out",
    )


def test_ion_at_goes_back_to_the_files_first_moment(tmp_path: Path) -> None:
    """`@` sets the reference for all that follows (ionrc(5)), and 0 s is a time like any other."""
    (tmp_path / "p").write_text(
        "@ 2020/01/01-00:00:00\na range +0 +86400 1 2 1\n@ +3600\na contact +0 +600 1 2 1000\n"
        "@ 2020/01/01-00:00:00\na contact +7200 +7800 1 2 1000\n"
    )
    found, _ = read_plan(tmp_path / "p")
    assert found.start_s.tolist() == [3600, 7200]
    assert found.end_s.tolist() == [4200, 7800]


MOMENTS = st.lists(st.tuples(st.booleans(), st.integers(0, 3)), min_size=1, max_size=6)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moments=MOMENTS)
def test_ion_reference_times_in_any_order(moments: Any, tmp_path: Path) -> None:
    """Each contact is where its last absolute `@` and the relative ones since put it."""
    zero = datetime(2020, 1, 1)
    lines = ["@ 2020/01/01-00:00:00", "a range +0 +100000000 1 2 1"]
    now, starts = 0, []
    for relative, second in moments:
        now = now + second if relative else second
        moment = zero + timedelta(seconds=second)
        lines.append(f"@ +{second}" if relative else f"@ {moment:%Y/%m/%d-%H:%M:%S}")
        if now not in starts:
            lines.append("a contact +0 +1 1 2 1000")
            starts.append(now)
    (tmp_path / "p").write_text("\n".join(lines))
    assert read_plan(tmp_path / "p")[0].start_s.tolist() == sorted(starts)


_MOMENTS = st.one_of(
    st.integers(0, 40).map("+{}".format),
    st.tuples(st.integers(1, 3), st.integers(0, 60)).map(
        "2026/02/{0[0]:02d}-00:00:{0[1]:02d}".format
    ),
    st.sampled_from(["2026/02/30-00:00:00", "2026/2/1-0:0:5", "-1", "0", "+x"]),
)
_NODES = st.sampled_from(["1", "2", "3", "02", "0"])
_COMMANDS = st.one_of(
    st.tuples(
        st.sampled_from(["a contact", "a contact", "a range"]), _MOMENTS, _MOMENTS, _NODES, _NODES,
        st.sampled_from(["5", "7", "1e3", "x"]),
    ),
    st.tuples(st.sampled_from(["d contact", "d range"]), _MOMENTS, _NODES, _NODES),
    st.tuples(st.just("c contact"), _MOMENTS, _NODES, _NODES, st.just("9")),
    st.tuples(st.just("@"), _MOMENTS),
    st.tuples(st.sampled_from(["^ 1", "^ 2", "## begin ltpadmin", "## end ltpadmin", "# a", "1"])),
)  # fmt: skip


@given(lines=st.lists(_COMMANDS.map(" ".join), max_size=12), end=st.sampled_from(["\n", "\r\n"]))
def test_ion_plain_lines_are_read_as_any_other(lines: list[str], end: str) -> None:
    """Those of long plans are read at once; a second blank makes a line one of the others."""
    outcomes = []
    for text in (end.join(lines), end.join(line.replace(" ", "  ") for line in lines)):
        errors = Errors("plan")
        found = ion.read(text, errors)
        outcomes.append((errors.lines, found.records if not errors.count else [], found.warnings))
    assert outcomes[0] == outcomes[1]


def _complaint(path: Path, text: str) -> str:
    path.write_text(text)
    with pytest.raises(ScenarioError) as error:
        read_plan(path)
    return str(error.value)


def test_ion_says_why_nothing_is_left(tmp_path: Path) -> None:
    """ION's own tests: contacts without ranges, a loop back to the node itself, a registration."""
    said = _complaint(tmp_path / "p", "a contact +50 +80 1 2 6\na contact +50 +80 2 1 6\n")
    assert said == (
        "p holds no contacts that can be used: 2 of 2 contacts have no range, without which ION "
        "does not use them, and are left out"
    )
    said = _complaint(tmp_path / "p", "a contact +1 +9 1 1 8\na range +1 +9 1 1 1\n")
    assert said == (
        "p holds no contacts that can be used: 1 of 1 contacts are of a node with itself, and are "
        "passed over"
    )
    said = _complaint(tmp_path / "p", "a contact -1 -1 3 3 0\na contact 0 0 3 4 0\n")
    assert said == (
        "p holds no contacts that can be used: 1 of 2 contacts say only that a node is in the "
        "region, and are passed over; 1 of 2 contacts are hypothetical, nothing is known of them, "
        "and are passed over"
    )


def test_ion_keeps_regions_apart(tmp_path: Path) -> None:
    """`^` switches between contact plans; ranges hold in all of them (ionrc(5))."""
    start = "^ 1\na range +0 +600 1 2 1\na contact +0 +600 1 2 1000\n"
    assert _complaint(tmp_path / "p", f"{start}^ 2\na contact +0 +600 1 2 9000\n") == (
        "p: line 5: a contact of region 2, the one of line 3 is of region 1: each region has a "
        "plan of its own; keep those of one region in a file"
    )
    (tmp_path / "p").write_text(f"a contact +600 +900 1 2 9\n{start}a range +600 +900 1 2 1\n")
    assert len(read_plan(tmp_path / "p")[0]) == 2  # "By default, region number 1 is selected"
    (tmp_path / "p").write_text(
        f"{start}^ 2\na range +600 +700 1 2 1\n^ 01\na contact +600 +700 1 2 1\n"
    )
    assert read_plan(tmp_path / "p")[0].start_s.tolist() == [0, 600]


def test_ion_changes_and_deletes(tmp_path: Path) -> None:
    """`c` and `d` of ionrc(5); a range from a low number deletes what it implied."""
    text = (
        "d contact * 1 2\na range +0 +900 1 2 1\na range +0 +900 2 1 3\n"
        "a contact +0 +10 1 2 1000\na contact +20 +30 1 2 1000\na contact +0 +10 2 1 1000\n"
        "a contact +40 +50 1 2 1000\nd contact -1 1 1\nc contact +20 1 2 500 0.5\n"
        "d contact +40 1 2\n"
    )
    (tmp_path / "p").write_text(text)
    found, _ = read_plan(tmp_path / "p")
    rows = zip(found.start_s.tolist(), found.rate_bps.tolist(), found.delay_s.tolist(), strict=True)
    assert sorted(rows) == [(0, 8000, 1), (0, 8000, 3), (20, 4000, 1)]
    said = _complaint(tmp_path / "p", f"{text}d range * 1 2\n")
    assert said.startswith("p holds no contacts that can be used: 3 of 3 contacts have no range")
    assert _complaint(tmp_path / "p", f"{text}d contact +1 1 2\n") == (
        "p: line 11: no contact from 1 to 2 begins then"
    )


PROGRAMS = {
    "ltpadmin": "1 32\na span 2 32 32 1400 10000 1 'udplso host:1113' 300\ns 'udplsi host:1113'",
    "bpadmin": "1\na scheme ipn 'ipnfw' 'ipnadminep'\na endpoint ipn:1.1 q\na protocol ltp 1400",
    "ipnadmin": "a plan 2 ltp/2\na exit 3 9 ipn:2.0",
    "ionsecadmin": "1\ne 1",
}


@given(
    sections=st.lists(st.sampled_from(sorted(PROGRAMS)), max_size=4),
    marked=st.booleans(),
    at=st.integers(0, 4),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_ion_passes_over_its_other_programs(
    sections: list[str], marked: bool, at: int, tmp_path: Path
) -> None:
    """One file for `ionstart`: sections of all programs, or their commands without marks."""
    plan = "1 1 ''\ns\nm horizon +0\na range +0 +60 1 2 1\na contact +0 +60 1 2 1000"
    parts = [(each, PROGRAMS[each]) for each in sections]
    parts.insert(min(at, len(parts)), ("ionadmin", plan))
    text = "\n".join(
        f"## begin {name}\n{lines}\n## end {name}" if marked else lines for name, lines in parts
    )
    (tmp_path / "p").write_text(text)
    found, warnings = read_plan(tmp_path / "p")
    assert found.end_s.tolist() == [60]
    said = any("other programs of ION are passed over" in each for each in warnings)
    assert said == any(marked or each != "ionsecadmin" for each in sections)


def test_hdtn_without_owlt_and_backwards(tmp_path: Path) -> None:
    """HDTN takes 0 for a missing owlt; its examples hold contacts that end before they start."""
    entry = {"contact": 0, "source": 10, "dest": 1, "startTime": 10, "endTime": 20}
    near = {**entry, "rateBitsPerSec": 10**9}
    back = {**near, "owlt": 1, "startTime": 86400, "endTime": 0}
    (tmp_path / "p").write_text(json.dumps({"contacts": [near, back, {**back, "endTime": 86400}]}))
    found, warnings = read_plan(tmp_path / "p")
    assert (found.start_s.tolist(), found.delay_s.tolist()) == ([10], [0])
    assert warnings == (
        "p: 1 of 3 contacts have no owlt, which HDTN takes for 0 s, and so is it here",
        "p: 2 of 3 contacts do not end after they start, and are left out",
    )
    assert _complaint(tmp_path / "p", json.dumps({"contacts": [back]})) == (
        "p holds no contacts that can be used: 1 of 1 contacts do not end after they start, and "
        "are left out"
    )


def test_nodes_of_64_bits_stay_apart(tmp_path: Path) -> None:
    names = [str(2**53 + row) for row in range(3)]
    for form in PLAN_FORMATS:
        write_plan(
            plan(names, [0, 1], [1, 2], [0, 1], [9, 9], [8, 8], [1, 1]), tmp_path / "p", form
        )
        assert read_plan(tmp_path / "p")[0].names == tuple(names)


def test_asabr_has_no_blanks_and_no_hash(tmp_path: Path) -> None:
    """`#` begins a comment and white space ends a name; names that become one stay apart."""
    names = ["Quay #1", "a b", "a_b", "#", "A_B"]
    ends = [0, 1, 2, 3], [1, 2, 3, 4]
    many = plan(names, *ends, [0] * 4, [9] * 4, [8] * 4, [1] * 4)
    assert write_plan(many, tmp_path / "p", "asabr") == (
        "p: 3 nodes are called otherwise, since A-SABR's text has no quotes, 'Quay #1' is "
        "'Quay__1'",
    )
    found, warnings = read_plan(tmp_path / "p")
    assert found.names == ("Quay__1", "a_b-2", "a_b", "_", "A_B")
    assert warnings == ()
    np.testing.assert_array_equal(found.source, many.source)


@pytest.mark.parametrize("name", ["a\nb", "\x0b", "a\u2028b", "\ud800", "", "x" * 101, "\ufffe"])
@pytest.mark.parametrize("form", PLAN_FORMATS)
def test_no_file_holds_such_a_name(form: str, name: Any, tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"^p: "):
        write_plan(plan([name, "b"], [0], [1], [0], [9], [8], [1]), tmp_path / "p", form)
    assert list(tmp_path.iterdir()) == []


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
    " hello ": "plan is no contact plan: none of HDTN's JSON, commands of ION's ionadmin, "
    "A-SABR's text",
    '{"contacts": []}': "plan holds no contacts",
    '{"contacts": [\n{"contact": }]}': "plan: line 2: not JSON: Expecting value",
    "[1]": 'plan: JSON: needed is an object with a list "contacts"',
    '{"contacts": [3]}': "plan: contacts[0]: 3 is no object with the fields of a contact",
    _hdtn(): "plan: contacts[1]: the same contact as contacts[0]: keep one of them",
    _hdtn(rateBitsPerSec=None): "plan: contacts[1]: rateBitsPerSec is missing",
    _hdtn(rateBitsPerSec=-1): "plan: contacts[1]: rateBitsPerSec is -1, allowed is 0 and more",
    _hdtn(startTime="x"): "plan: contacts[1]: startTime is 'x', needed is a number",
    _hdtn(startTime=float("nan")): "plan: contacts[1]: startTime is nan, needed is a number",
    _hdtn(source="a"): "plan: contacts[1]: source is 'a', needed is the whole number of a node",
    _hdtn(source=2): "plan: contacts[1]: a contact of node 2 with itself",
    "node 0 a\nnode 1 b\ncontact 0 2 0 9 1 1": "plan: line 3: unknown node '2'; a `node` line must "
    "come before",
    "node 0 a\nnode 2 b\n": "plan: line 2: node '2': nodes count from 0, next is 1",
    "node 0 a\nnode 1 a\n": "plan: line 2: 'a' is the name of a node already",
    "node 0 a\nnode 1 b\ncontact 0 1 9 0 1 1": "plan: line 3: goes backwards in time: it ends at "
    "0 s and starts at 9 s; the end must come after the start",
    "node 0 a\nnode 1 b\ncontact 0 1 0 9 1": "plan: line 3: 'contact 0 1 0 9 1' is neither `node "
    "NUMBER NAME` nor `contact FROM TO START END RATE DELAY`",
    "a contact +0 +9 1 2 -5": "plan: line 1: the rate is -5, allowed is 0 and more",
    "a contact +0 +9 1 2": "plan: line 1: 'a contact +0 +9 1 2': only `a`, `c` and `d` of "
    "contacts and ranges, `^` and `@` are read",
    "a contact 5 +9 1 2 8": "plan: line 1: '5' is no time: +seconds or yyyy/mm/dd-hh:mm:ss is "
    "needed",
    "a contact +0 +9 1 2 8\nd contact +1 1 2": "plan: line 2: no contact from 1 to 2 begins then",
    "a contact +0 +9 1 2 8\na contact +8 +12 1 2 8": "plan: line 2: overlaps the one of line 1: "
    "contacts from 1 to 2 must follow each other",
    "a contact +9 +0 1 2 8": "plan: line 1: goes backwards in time: it ends at 0 s and starts at "
    "9 s; the end must come after the start",
    "a contact +9 +10 1 2 8\n@ 2026/07/01-00:00:00": "plan: line 2: '2026/07/01-00:00:00' after "
    "times that count from an unknown start; begin with @ TIME",
    "a contact +9 +10 1 2 8": "plan holds no contacts that can be used: 1 of 1 contacts have no "
    "range, without which ION does not use them, and are left out",
    "a contact +9 +10 1 0 8": "plan: line 1: a node is '0', nodes count from 1",
    "a contact +1 +9 1 2 8 often": "plan: line 1: the confidence is 'often', needed is a number",
    "^ north\na contact +1 +9 1 2 8": "plan: line 1: 'north' is no region's number",
    '{"contacts": [], "nodes": {"a": "b"}}': "plan: nodes.'a': the key is 'a', needed is the whole "
    "number of a node",
    '{"contacts": [], "nodes": {"1": "b", "01": "c"}}': "plan: nodes.'01': node 1 has a name "
    "already",
    '{"contacts": [], "nodes": {"1": "b\\nc"}}': "plan: nodes.'1': the name 'b\\nc' holds a "
    "control character",
    '{"contacts": [], "nodes": {"1": "b\\ud800"}}': "plan: nodes.'1': the name 'b\\ud800' holds a "
    "control character",
    _hdtn()[:-1].replace('"dest": 2', '"dest": 3', 1) + ', "nodes": {"1": "2"}}': "plan: two nodes "
    "are called 2",
    f"node 0 {'a' * 101}": "plan: line 1: a name of 101 characters, allowed are 100",
    "node 0 Zu\u0308rich\nnode 1 Z\u00fcrich": "plan: line 2: 'Z\u00fcrich' is "
    "the name of a node already",
}


@pytest.mark.parametrize("text", BROKEN, ids=lambda text: text[:30])
def test_errors_are_named_by_place(text: str, tmp_path: Path) -> None:
    (tmp_path / "plan").write_text(text)
    with pytest.raises(ScenarioError) as error:
        read_plan(tmp_path / "plan")
    assert str(error.value) == BROKEN[text]


def test_all_errors_at_once(tmp_path: Path) -> None:
    (tmp_path / "plan").write_text("a contact +9 +0 1 2 8\na contact x +0 1 2 8\n")
    with pytest.raises(ScenarioError) as error:
        read_plan(tmp_path / "plan")
    assert len(str(error.value).splitlines()) == 2


def test_what_is_not_text(tmp_path: Path) -> None:
    (tmp_path / "plan").write_bytes(b"\xff\xfe{}")
    with pytest.raises(ScenarioError, match="plan is not text in UTF-8"):
        read_plan(tmp_path / "plan")


ASABR = "node 0 a\nnode 1 b\nnode 2 c\ncontact 0 1 0 9 8 1\ncontact 1 2 3 12 80 0\n"
LETTERS = st.sampled_from('acontrge@+0123456789 \n-/:{}[]",.#x')


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    whole=st.sampled_from(["", ION, ASABR, _hdtn(dest=3)]),
    cut=st.tuples(st.floats(0, 1), st.integers(0, 12)),
    put=st.text(LETTERS, max_size=60),
)
def test_garbage_is_a_error_of_the_users(
    whole: str, cut: tuple[float, int], put: str, tmp_path: Path
) -> None:
    """What is damaged is refused by the file's name, or is a plan all the same."""
    start = int(cut[0] * len(whole))
    (tmp_path / "plan").write_text(whole[:start] + put + whole[start + cut[1] :], encoding="utf-8")
    said = ""
    try:
        found, warnings = read_plan(tmp_path / "plan")
    except ScenarioError as error:
        said = str(error)
    if said:
        assert all(line.startswith(("plan: ", "plan ")) for line in said.splitlines())
        return
    assert len(found) > 0
    assert len(set(found.names)) == len(found.names)
    assert np.all(found.source != found.target)
    assert max(found.source.max(), found.target.max()) < len(found.names)
    assert np.all(found.end_s > found.start_s)
    for column in (found.start_s, found.end_s, found.rate_bps, found.delay_s):
        assert np.all(np.isfinite(column))
    assert min(found.rate_bps.min(), found.delay_s.min()) >= 0
    assert all(line.startswith("plan: ") for line in warnings)
