"""`$filter`: by hand where peers fall, and against plain Python over rows made by chance."""

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skyweft.sensorthings.keeping.store import Store
from tests.sensorthings.conftest import Api, datastream, location, observation, thing

pytest.importorskip("lark", reason="$filter needs lark: pip install 'skyweft[platform]'")

RANKS: list[Any] = [9, 10, "10", None, True, 2.5]
ROWS = [(0, -2.5), (1, -0.5), (2, 0.5), (3, 1.5), (4, 2.5), (5, 7)]  # second of the hour, result


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """Return things of many ranks; the first has observations of moments, the second of hours."""
    store = Store(tmp_path_factory.mktemp("filtered"))
    api = Api(store)
    for place, rank in enumerate(RANKS):
        point = {"type": "Point", "coordinates": [110.0 + place, 30.0]}
        body = thing(f"Gauge {place}", Locations=[location(location=point)])
        api.post("Things", {**body, "properties": {"rank": rank, "Ä": {"b": [1, 2]}}})
    for second, number in ROWS:
        time = f"2026-07-01T00:00:0{second}.250Z"
        made = {"resultTime": "2026-07-01T00:00:09Z"} if second == 5 else {}
        api.post("Datastreams(1)/Observations", observation(time, number, **made))
    for hour in range(3):
        time = f"2026-07-01T0{hour}:00:00Z/2026-07-01T0{hour + 1}:00:00Z"
        api.post("Datastreams(2)/Observations", observation(time, hour))
    others = [datastream(kind="Observation"), datastream("x", kind="Observation")]
    api.post("Things", thing("o'clock", properties=None, Datastreams=others))
    kinds: list[Any] = ["a", 3, True, None, {"x": 5}, "3"]
    for place, result in enumerate(kinds):
        time = f"2027-01-01T00:00:0{place}Z"
        api.post("Datastreams(7)/Observations", observation(time, result))
    yield api
    store.close()


def found(api: Api, path: str, text: str) -> list[int]:
    return api.ids(f"{path}?$top=1000&$filter={quote(text)}")


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("properties/rank gt 3", [1, 2]),  # as text 10 is less than 3, and 2.5 more than 10
        ("properties/rank lt 9.5", [1, 6]),
        ("properties/rank eq '10'", [3]),
        ("properties/rank eq 10", [2]),
        ("properties/rank eq true", [5]),
        ("properties/rank eq null", [4, 7]),
        ("properties/rank ne null", [1, 2, 3, 5, 6]),
        ("not (properties/rank gt 3)", [3, 4, 5, 6, 7]),
        ("properties/Ä/b/1 eq 2 and id lt 3", [1, 2]),
        ("name eq 'o''clock'", [7]),
        ("name eq 'x' or name eq 'Gauge 0'", [1]),
        ("startswith(name,'Gauge') and endswith(name,'1')", [2]),
        ("substringof('clock',name)", [7]),
        ("contains(name,'clock')", [7]),
        ("indexof(name,'') eq 0 and id eq 1", [1]),
        ("indexof(name,'2') eq 6", [3]),
        ("indexof(name,'z') eq -1 and id eq 1", [1]),
        ("length(name) eq 7 and id gt 6", [7]),
        ("substring(name,6) eq '3'", [4]),
        ("substring(name,0,5) eq 'Gauge' and id eq 1", [1]),
        ("toupper(name) eq 'GAUGE 1'", [2]),
        ("tolower(concat(trim(' A'),name)) eq 'agauge 1'", [2]),
        ("id eq 1 or id eq 2 and id eq 3", [1]),
        ("(id eq 1 or id eq 2) and id eq 2", [2]),
        ("id add 1 mul 2 eq 5", [3]),
        ("id mod 3 eq 1", [1, 4, 7]),
        ("7 div 2 eq 3 and id eq 1", [1]),
        ("id eq -(-1)", [1]),
        ("Datastreams/Observations/result gt 6.5", [1]),
        ("Locations/name eq 'bank' and id eq 7", [7]),
        ("Datastreams/name eq 'x'", [7]),
        ("@iot.id eq 3", [3]),
    ],
)
def test_things(full: Api, text: str, ids: list[int]) -> None:
    assert found(full, "Things", text) == ids


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        # Halves go away from zero: -2.5, -0.5, 0.5, 1.5, 2.5 become -3, -1, 1, 2, 3.
        ("round(result) eq -3", [1]),
        ("round(result) eq -1", [2]),
        ("round(result) eq 1", [3]),
        ("round(result) eq 2", [4]),
        ("round(result) eq 3", [5]),
        ("floor(result) eq -3", [1]),
        ("ceiling(result) eq -2", [1]),
        ("result div 0 eq 1", []),
        ("phenomenonTime eq 2026-07-01T00:00:03.250Z", [4]),
        ("resultTime eq 2026-07-01T00:00:09Z", [6]),
        ("during(resultTime,2026-07-01T00:00:00Z/2026-07-01T00:00:09.000001Z)", [6]),
        ("during(resultTime,2026-07-01T00:00:00Z/2026-07-01T00:00:09Z)", []),
        ("phenomenonTime gt 2026-07-01T00:00:03.249Z", [4, 5, 6]),
        ("phenomenonTime le 2026-07-01T08:00:01.250+08:00", [1, 2]),
        ("phenomenonTime sub 2026-07-01T00:00:00Z gt duration'PT4S'", [5, 6]),
        ("phenomenonTime add duration'PT1S' gt 2026-07-01T00:00:05.250Z", [6]),
        ("second(phenomenonTime) eq 4 and fractionalseconds(phenomenonTime) eq 0.25", [5]),
        ("year(phenomenonTime) ne 2026", []),
        ("date(phenomenonTime) eq 2026-07-01 and time(phenomenonTime) lt 00:00:01", [1]),
        ("totaloffsetminutes(phenomenonTime) eq 0 and id lt 3", [1, 2]),
        ("phenomenonTime lt now() and phenomenonTime gt mindatetime() and id eq 1", [1]),
        ("resultTime eq null and id lt 3", [1, 2]),
        ("during(phenomenonTime,2026-07-01T00:00:01.250Z/2026-07-01T00:00:03.250Z)", [2, 3]),
        ("Datastream/Thing/properties/rank eq 9 and id lt 3", [1, 2]),
        ("FeatureOfInterest/name eq 'bank' and id lt 3", [1, 2]),
    ],
)
def test_moments(full: Api, text: str, ids: list[int]) -> None:
    assert found(full, "Datastreams(1)/Observations", text) == ids


HOUR = "2026-07-01T01:00:00Z/2026-07-01T02:00:00Z"


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        (f"before(phenomenonTime,{HOUR})", [7]),
        (f"after(phenomenonTime,{HOUR})", [9]),
        (f"meets(phenomenonTime,{HOUR})", [7, 9]),
        (f"during(phenomenonTime,{HOUR})", [8]),
        (f"overlaps(phenomenonTime,{HOUR})", [8]),
        ("overlaps(phenomenonTime,2026-07-01T00:30:00Z/2026-07-01T01:00:00.001Z)", [7, 8]),
        ("overlaps(phenomenonTime,2026-07-01T01:00:00Z)", [8]),
        (f"starts(phenomenonTime,{HOUR})", [8]),
        ("finishes(phenomenonTime,2026-07-01T00:00:00Z/2026-07-01T03:00:00Z)", [9]),
        (f"phenomenonTime eq {HOUR}", [8]),
        (f"phenomenonTime lt {HOUR}", [7]),
        (f"phenomenonTime le {HOUR}", [7, 8]),
        (f"phenomenonTime ge {HOUR}", [8, 9]),
        ("phenomenonTime gt 2026-07-01T00:59:59.999999Z", [8, 9]),
    ],
)
def test_intervals(full: Api, text: str, ids: list[int]) -> None:
    assert found(full, "Datastreams(2)/Observations", text) == ids


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("result eq 'a'", ["a"]),
        ("result eq 3", [3]),
        ("result eq '3'", ["3"]),
        ("result eq true", [True]),
        ("result/x gt 4", [{"x": 5}]),
        ("result gt 0", [3]),
        ("result eq result and result ne null and result ne 3", ["a", True, "3"]),
    ],
)
def test_results_of_any_kind(full: Api, text: str, values: list[Any]) -> None:
    page = full.get(f"Datastreams(7)/Observations?$filter={quote(text)}")
    assert [each["result"] for each in page["value"]] == values


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        (
            "st_within(location,geography'POLYGON((110.5 9,112.1 9,112.1 41,110.5 41,110.5 9))')",
            [2, 3],
        ),
        ("st_equals(location,geography'POINT(111 30)')", [2]),
        ("geo.intersects(location,geography'LINESTRING(110 30,110.5 30)')", [1]),
        ("not st_disjoint(location,geography'POINT(112 30)')", [3]),
        ("st_within(location,geography'nonsense')", []),
    ],
)
def test_geometry(full: Api, text: str, ids: list[int]) -> None:
    pytest.importorskip("shapely", reason="st_ functions need shapely")
    assert found(full, "Locations", text) == ids


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("", 400),
        ("name", 400),
        ("name eq", 400),
        ("name eq 3", 400),
        ("name eq 'x", 400),
        ("name gt null and colour eq 1", 400),
        ("nothing(name)", 400),
        ("length(name,name) eq 1", 400),
        ("length(id) eq 1", 400),
        ("id eq 99999999999999999999999", 400),
        ("name eq 'x'; drop table things", 400),
        ("id eq 2026-02-30T00:00:00Z", 400),
        ("not not", 400),
        ("(" * 5_000, 400),
        ("(" * 200 + "id eq 1" + ")" * 200, 200),
        ("not " * 200 + "(id eq 1)", 400),
        ("-" * 200 + "1 eq id", 400),
        (" or ".join(["id eq 1"] * 800), 200),
        (" add ".join(["id"] * 200) + " eq 1", 400),
        ("geo.distance(name,name) lt 1", 501),
        ("name eq '\U0001f600'", 200),
        ("name eq '' or true", 200),
        ("properties/rank add 1 eq 10 and null eq null", 200),
        ("name eq 'x' eq true", 400),
    ],
)
def test_expressions_that_cannot_be(full: Api, text: str, status: int) -> None:
    document = full.get(f"Things?$filter={quote(text)}", status)
    if status != 200:
        assert document["where"] == "$filter"


def test_orders_and_expansions_filter_too(full: Api) -> None:
    inner = quote("result gt 2 and result lt 5")
    page = full.get(f"Datastreams(1)?$expand=Observations($filter={inner};$count=true)")
    assert [each["@iot.id"] for each in page["Observations"]] == [5]
    assert page["Observations@iot.count"] == 1


Row = dict[str, Any]
Meaning = Callable[[Row], Any]


def _both(text: str, meaning: Meaning) -> tuple[str, Meaning]:
    return text, meaning


def _apart(a: Any, b: Any, holds: Callable[[Any, Any], bool]) -> bool:
    return a is not None and b is not None and holds(a, b)


COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda a, b: a == b if None not in (a, b) else a is b,
    "ne": lambda a, b: a != b if None not in (a, b) else a is not b,
    "gt": lambda a, b: _apart(a, b, lambda x, y: x > y),
    "ge": lambda a, b: _apart(a, b, lambda x, y: x >= y),
    "lt": lambda a, b: _apart(a, b, lambda x, y: x < y),
    "le": lambda a, b: _apart(a, b, lambda x, y: x <= y),
}


def _rank(row: Row) -> Any:
    rank = row["rank"]
    return rank if isinstance(rank, int | float) and not isinstance(rank, bool) else None


def _away(value: float) -> int:
    return int(math.copysign(math.floor(abs(value) + 0.5), value))


NUMBERS = st.recursive(
    st.one_of(
        st.integers(-5, 15).map(lambda n: (str(n) if n >= 0 else f"-({-n})", lambda _: n)),
        st.sampled_from(
            [
                _both("properties/rank", _rank),
                _both("id", lambda row: row["id"]),
                _both("length(name)", lambda row: len(row["name"])),
            ]
        ),
    ),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["add", "sub", "mul"]), inner).map(
            lambda t: (
                f"({t[0][0]} {t[1]} {t[2][0]})",
                lambda row: _reckon(t[1], t[0][1](row), t[2][1](row)),
            )
        ),
        inner.map(
            lambda t: (
                f"round({t[0]} mul 0.5)",
                lambda row: None if (v := t[1](row)) is None else _away(v * 0.5),
            )
        ),
    ),
    max_leaves=4,
)


def _reckon(operator: str, a: Any, b: Any) -> Any:
    if a is None or b is None:
        return None
    return {"add": a + b, "sub": a - b, "mul": a * b}[operator]


CONDITIONS = st.recursive(
    # Two properties are compared as they stand, texts too: that is not what `_rank` says.
    st.tuples(NUMBERS, st.sampled_from(sorted(COMPARISONS)), NUMBERS)
    .filter(lambda t: not t[0][0] == t[2][0] == "properties/rank")
    .map(
        lambda t: (
            f"{t[0][0]} {t[1]} {t[2][0]}",
            lambda row: COMPARISONS[t[1]](t[0][1](row), t[2][1](row)),
        )
    ),
    lambda inner: st.one_of(
        inner.map(lambda t: (f"not ({t[0]})", lambda row: not t[1](row))),
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(
            lambda t: (
                f"({t[0][0]}) {t[1]} ({t[2][0]})",
                lambda row: (
                    t[0][1](row) and t[2][1](row) if t[1] == "and" else t[0][1](row) or t[2][1](row)
                ),
            )
        ),
    ),
    max_leaves=5,
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(condition=CONDITIONS)
def test_as_python_says(full: Api, condition: tuple[str, Meaning]) -> None:
    text, meaning = condition
    rows: list[Row] = [
        {"id": number + 1, "rank": rank, "name": f"Gauge {number}"}
        for number, rank in enumerate(RANKS)
    ]
    rows.append({"id": 7, "rank": None, "name": "o'clock"})
    assert found(full, "Things", text) == [row["id"] for row in rows if meaning(row)]


def test_properties_are_compared_as_they_stand(full: Api) -> None:
    """Whatever is there, be it a number, a text or a truth, is as great as itself."""
    assert found(full, "Things", "properties/rank ge properties/rank") == [1, 2, 3, 5, 6]
    assert found(full, "Things", "properties/rank gt properties/rank") == []


PIECES = """
id name properties/rank result phenomenonTime ( ) , ' '' eq ne gt not and or add div mod null true
1 2.5 1e400 - 'a' length( round( during( st_within( geography'POINT(0 0)' duration'PT1S'
duration'P1Y' 2026-07-01T00:00:00Z 2026-07-01 10:00 Datastreams/name Datastream/Thing / @iot.id
\u0660 \x01 ; -- /* %
"""
STEPS = """
Things Things(1) Datastreams Observations Observations(1) Locations properties name result $value
$ref id (1) %2F %00 %ff .. '
"""


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.lists(st.sampled_from(STEPS.split()), max_size=5),
    option=st.sampled_from(["$filter", "$orderby", "$expand", "$select", "$top", "$skip"]),
    pieces=st.lists(st.sampled_from(PIECES.split()), max_size=8),
)
def test_nothing_that_is_asked_is_our_error(
    full: Api, path: list[str], option: str, pieces: list[str]
) -> None:
    query = f"{option}={quote(' '.join(pieces))}"
    assert full.ask(f"/v1.1/{'/'.join(path)}?{query}").status in (200, 204, 400, 404, 405, 501)


def test_folder_is_used(tmp_path: Path) -> None:
    store = Store(tmp_path / "a" / "b")
    assert found(Api(store), "Things", "id gt 0") == []
    store.close()
