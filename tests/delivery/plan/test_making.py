"""From samples to a plan: what a contact carries is the integral of its samples' rate."""

from typing import Any

import numpy as np

from skyweft.contacts.usable import Cuts
from skyweft.delivery.plan.making import Sampled, from_samples
from skyweft.delivery.plan.product import ContactPlan

NAMES = ("idle", "ship", "sat", "station")


def _made(samples: Any, piece_s: float = np.inf, cuts: Cuts | None = None) -> ContactPlan:
    """Make a plan of two contacts, ship to satellite and satellite to station."""
    contact, time_s, delay_s, forward, reverse = np.array(samples, float).T
    return from_samples(
        NAMES,
        np.array([False, False, True, False]),
        (np.array([1, 2], np.int32), np.array([2, 3], np.int32)),
        Sampled(contact.astype(np.int64), time_s, delay_s, forward, reverse),
        Cuts.none() if cuts is None else cuts,
        piece_s,
    )


def _rows(found: ContactPlan) -> list[tuple[Any, ...]]:
    columns = (found.start_s, found.end_s, found.rate_bps, found.delay_s)
    ends = [[found.names[row] for row in side] for side in (found.source, found.target)]
    return list(zip(*ends, *(column.tolist() for column in columns), strict=True))


# contact, time, delay, rate forward, rate reverse
SAMPLES = [
    (0, 0, 0.003, 0, 0),
    (0, 10, 0.002, 100, 0),
    (0, 30, 0.004, 100, 0),
    (0, 40, 0.005, 0, 0),
    (0, 50, 0.006, 0, 0),
    (0, 60, 0.007, 40, 0),
    (1, 100, 0.010, 8, 16),
    (1, 200, 0.010, 8, 32),
]


def test_stretches_that_carry_bits() -> None:
    found = _made(SAMPLES)
    assert found.names == ("ship", "sat", "station")
    assert found.relays.tolist() == [False, True, False]
    assert _rows(found) == [
        ("ship", "sat", 0, 40, 75, 0.005),  # 500 + 2,000 + 500 bits; nothing from 40 to 50 s
        ("ship", "sat", 50, 60, 20, 0.007),
        ("sat", "station", 100, 200, 8, 0.010),
        ("station", "sat", 100, 200, 24, 0.010),
    ]
    assert found.volume_bytes.tolist() == [375, 25, 100, 300]


def test_samples_of_a_contact_need_not_stand_together() -> None:
    """Blocks of a run follow each other in a table, each with its part of a contact."""
    apart = [SAMPLES[row] for row in (0, 1, 6, 2, 3, 4, 5, 7)]
    assert _rows(_made(apart)) == _rows(_made(SAMPLES))


def test_pieces_follow_rate_and_delay() -> None:
    found = _made(SAMPLES, piece_s=20)
    assert _rows(found)[:3] == [
        ("ship", "sat", 0, 30, 2500 / 30, 0.004),  # cut at samples only, the last before 20 s begun
        ("ship", "sat", 30, 40, 50, 0.005),
        ("ship", "sat", 50, 60, 20, 0.007),
    ]
    assert found.volume_bytes.sum() == _made(SAMPLES).volume_bytes.sum()


def test_nothing_that_carries_bits() -> None:
    found = _made([(0, 0, 0.1, 0, 0), (0, 9, 0.1, 0, 0)])
    assert (len(found), found.names) == (0, ())


def test_what_is_cut_out_carries_nothing() -> None:
    """From 20 to 35 s: 500 + 1,000 bits before, and 50 to 0 bit/s over the last 5 s, 125 bits."""
    cuts = Cuts(np.array([0]), np.array([20.0]), np.array([35.0]), np.zeros(1, np.int8))
    first, second, third, *_ = _rows(_made(SAMPLES, cuts=cuts))
    np.testing.assert_allclose(first[2:], (0, 20, 75, 0.003), rtol=1e-12)
    np.testing.assert_allclose(second[2:], (35, 40, 25, 0.005), rtol=1e-12)
    assert third == ("ship", "sat", 50, 60, 20, 0.007)
