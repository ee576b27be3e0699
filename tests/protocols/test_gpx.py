"""Points that no parser saw are those that it would have seen."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from skyweft.errors import ScenarioError
from skyweft.protocols import alike, runs
from skyweft.protocols.gpx import Gpx, Points, read_gpx

CHILD = st.sampled_from(
    [
        *("<ele>3</ele>", "<ele> -4.5 </ele>", "<ele/>", "<time>2026-07-01T00:00:00Z</time>"),
        *(
            "<name>a</name>",
            "<name>b &amp; c</name>",
            "<name>  </name>",
            "<name>\u00e9</name>",
            "\n ",
        ),
        *(
            "<ele>1</ele><ele>2</ele>",
            "<x><ele>9</ele></x>",
            "<!-- y -->",
            "<x lat='1' lon=\"2\"/>",
        ),
        *("<a:ele xmlns:a='b'>7</a:ele>", "<name>z<b/></name>", "<![CDATA[<ele>8</ele>]]>"),
    ]
)
ATTRIBUTES = st.sampled_from(
    [
        *(
            'lat="1.5" lon="2"',
            'lon="2" lat="-3"',
            'lat="1"',
            "lat='1' lon='2'",
            'lat=" 7 " lon="x>y"',
        ),
        *('lat="&lt;" lon="1"', 'lat="1" lon="2" z="3"', "", 'lat="1"\n lon="2"'),
    ]
)


@st.composite
def _points(draw: st.DrawFn) -> str:
    """Draw points, of which many are written alike."""
    name = draw(st.sampled_from(["wpt", "trkpt", "trkpt", "rtept"]))
    forms = [
        f"<{name} {draw(ATTRIBUTES)}>{''.join(draw(st.lists(CHILD, max_size=3)))}</{name}>"
        for _ in range(draw(st.integers(1, 3)))
    ]
    points = draw(st.lists(st.sampled_from(forms), max_size=9))
    blank = draw(st.sampled_from(["", "\n", " "]))
    return blank.join(each.replace("2", str(k)) for k, each in enumerate(points))


def _read(text: str) -> str:
    try:
        found = read_gpx(text, "x")
    except ScenarioError as error:
        return str(error)
    places = [each.place(row) for each in _all(found) for row in range(len(each))]
    return repr((found, places))


def _all(found: Gpx) -> list[Points]:
    return [found.waypoints, *(each.points for each in found.lines)]


@settings(deadline=None, max_examples=400)
@given(
    parts=st.lists(_points(), max_size=4),
    few=st.integers(1, 4),
    damage=st.none() | st.tuples(st.integers(0, 999), st.integers(0, 9), st.text(max_size=4)),
)
@example(['<trkpt lat="1" lon="2"></trkpt>' * 5], 3, (60, 0, "<!--"))
@example(['<trkpt lat="1" lon="2"></trkpt>' * 5], 3, (60, 0, "<trkpt>"))
@example(['<trkpt lat="1" lon="2"></trkpt>\n' * 5 + "<b>"], 3, None)
def test_points_passed_are_those_parsed(
    parts: list[str], few: int, damage: tuple[int, int, str] | None
) -> None:
    text = "".join(
        each if each.startswith("<w") else f"<trk><name>t</name><trkseg>{each}</trkseg></trk>"
        for each in parts
    )
    if damage and text:
        place, gone, put = damage
        place %= len(text)
        text = text[:place] + put + text[place + gone :]
    text = f"<gpx>{text}</gpx>"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(alike, "AT_ONCE", few)
        passed = _read(text)
        patch.setattr(runs, "FORMS_MAX", 0)
        assert passed == _read(text)


def test_points_written_alike_are_passed() -> None:
    text = "".join(
        f'<trkpt lat="{k}" lon="{-k}"><ele>{k}</ele><time>2026</time></trkpt>\n' for k in range(9)
    )
    text = f"<gpx><trk><trkseg>{text}</trkseg></trk><trk><trkseg>{text}</trkseg></trk></gpx>"
    seen = runs.Runs(text, ("trkpt",), lambda _: (), ("lat", "lon"))
    found = [each for each in seen if isinstance(each, runs.Passed)]
    assert [each.rows for each in found] == [8, 8]
    assert [[*column] for column in found[0].columns[:3]] == [
        [str(k * sign) for k in range(1, 9)] for sign in (1, -1, 1)
    ]
    assert seen.lines_passed == 18
    lines = read_gpx(text, "x").lines
    assert [line.points.latitude for line in lines] == [[str(k) for k in range(9)]] * 2
