"""Handovers in the report, and the drawing of whom a user was on."""

import numpy as np
import pyarrow as pa
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from skyweft.network.handover.arrow import Changes, course, handovers_table, statistics_table
from skyweft.network.handover.plot import handover_timeline
from skyweft.network.handover.section import USERS_MAX, drawn

NAMES = pa.array(["user <b>", "one", "two"])
ROWS = [(0, 0.0, 0, -1, 1, 0), (0, 10.0, 0, 1, 2, 1), (0, 13.0, 0, 2, 1, 1), (0, 40.0, 0, 1, -1, 4)]
RULE = {
    "platforms": ["users"],
    "rule": "longest_remaining",
    "served_share": 0.8,
    "handovers": 2,
    "ping_pongs": 1,
    "interrupted_s": 0.3,
    "gap_share": 0.125,
}


def _statistics(users: int = 1) -> pa.Table:
    changes = Changes.of(ROWS)
    found = course(changes, np.arange(len(ROWS)), 5.0, 50.0)
    served_s, _ = found.pop("served_s"), found.pop("changes")
    row = {
        "rule": 0,
        "platform": 0,
        "served_share": served_s / 50.0,
        **found,
        "handovers_per_h": 180.0,
        "interrupted_s": 0.3,
        "carried_bits": 7.0,
        "optimum_bits": 8.0,
        "gap_share": 0.125,
    }
    return statistics_table([row] * users, NAMES)


def test_a_course_by_hand() -> None:
    """10 s on one, 3 s on two, back for 27 s within five seconds, then nobody for 10 of 50 s."""
    changes = Changes.of(ROWS)
    found = course(changes, np.arange(len(ROWS)), 5.0, 50.0)
    assert found["served_s"] == 40.0
    assert found["handovers"] == 2
    assert found["ping_pongs"] == 1
    assert found["stay_median_s"] == 10.0
    assert course(changes, np.arange(len(ROWS)), 2.0, 50.0)["ping_pongs"] == 0


def test_the_section() -> None:
    body = drawn([RULE], _statistics(), handovers_table(Changes.of(ROWS), NAMES), 50.0)
    for words in ("handover[0]", "longest remaining", "12.5", "80.0", ">180.0<"):
        assert words in body, words
    assert "user <b>" not in body
    many = drawn([RULE], _statistics(USERS_MAX + 1), handovers_table(Changes.of(ROWS), NAMES), 50.0)
    assert f"The {USERS_MAX} of {USERS_MAX + 1} that change most." in many


def test_nobody_changed_is_no_drawing() -> None:
    body = drawn([RULE], _statistics(), handovers_table(Changes.of([]), NAMES), 50.0)
    assert "<svg" not in body


def test_the_timeline_has_a_bar_a_stay() -> None:
    ax = handover_timeline(handovers_table(Changes.of(ROWS), NAMES), duration_s=50.0, ax=_axes())
    boxes = [bar.get_path().get_extents(bar.get_patch_transform()) for bar in ax.patches]
    bars = [(box.x0, box.width) for box in boxes]
    np.testing.assert_allclose(np.array(bars) * 60, [(0, 10), (10, 3), (13, 27)], atol=1e-9)
    assert [text.get_text() for text in ax.texts] == ["one", "one"]
    assert ax.get_title(loc="left") == "user <b>"
    with pytest.raises(ValueError, match="there is no user 'nobody'"):
        handover_timeline(handovers_table(Changes.of(ROWS), NAMES), "nobody", ax=_axes())


def _axes() -> Axes:
    return Figure().add_subplot()
