"""Beams steered at users by hand: a mast over a plane, users by their angle from straight down."""

from typing import Any

import numpy as np

from skyweft.network.graph.beams import NO_LIMIT, UNLINKED, Limits, steered
from skyweft.scenario.terminals import Beams

ENDLESS = Limits(NO_LIMIT, NO_LIMIT, 1)


def _steered(angles_deg: Any, limits: Any = ENDLESS, free: Any = None, **beams: Any) -> Any:
    """Return the beam of every user, first come first served, and how many beams have users."""
    angle = np.radians(np.asarray(angles_deg, np.float64))
    users_m = 1e5 * np.column_stack([np.sin(angle), np.zeros(len(angle)), -np.cos(angle)])
    position_m = np.concatenate([users_m, np.zeros((1, 3))])
    count = len(angle)
    source, target = np.arange(count, dtype=np.int32), np.full(count, count, np.int32)
    free = np.ones(count, np.bool_) if free is None else np.asarray(free)
    beam, users = steered(
        Beams(**beams), np.arange(count), source, target, free, limits, position_m
    )
    assert users[:count].sum() == 0
    assert users[count].sum() == np.count_nonzero(beam >= 0)
    return beam.tolist()


def test_who_is_near_a_centre_shares_its_beam() -> None:
    # Centres at 0 and 5 degrees; 2 is within 2.5 of the first, 3 of the second.
    assert _steered([0, 5, 2, 3, -2.4], count=4, width_deg=5.0) == [0, 1, 0, 1, 0]


def test_no_more_beams_than_there_are() -> None:
    assert _steered([0, 10, 20, 0.5], count=2, width_deg=5.0) == [0, 1, -1, 0]


def test_a_full_beam_makes_room_for_another_at_the_same_place() -> None:
    assert _steered([0, 0, 0, 0, 0], count=2, width_deg=5.0, users_max=2) == [0, 0, 1, 1, -1]


def test_links_at_an_end_and_what_is_not_free() -> None:
    beams = {"count": 4, "width_deg": 5.0}
    assert _steered([0, 10, 20], Limits(NO_LIMIT, 2, 1), **beams) == [0, 1, UNLINKED]
    assert _steered([0, 10, 20], free=[False, True, True], **beams) == [-1, 0, 1]
