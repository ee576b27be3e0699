"""What `[[routes]]` may ask for."""

import pytest
from pydantic import ValidationError

from skyweft.network.routing.model import Routes

ENDS = {"sources": ["one"], "targets": ["two"]}


def test_one_best_way_unless_more_are_asked_for() -> None:
    plain = Routes.model_validate(ENDS)
    assert (plain.alternatives, plain.disjoint) == (1, None)
    assert Routes.model_validate(ENDS | {"alternatives": 100}).alternatives == 100
    assert (
        Routes.model_validate(ENDS | {"disjoint": "nodes", "alternatives": 1}).disjoint == "nodes"
    )


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"alternatives": 0}, "greater than or equal to 1"),
        ({"alternatives": 101}, "less than or equal to 100"),
        ({"disjoint": "planes"}, "'links' or 'nodes'"),
        ({"disjoint": "links", "alternatives": 2}, "only one of alternatives and disjoint"),
    ],
)
def test_what_is_refused(wrong: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Routes.model_validate(ENDS | wrong)
