"""Hops against the same hops as signals of their own, each in the group of its carrier."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from skyweft.delivery.access.collisions import Hops, Signals, destroyed
from skyweft.links.waveforms.lr_fhss import FRAGMENT_S, HEADER_S

GRIDS, CARRIERS, HEADERS = 3, 7, 2


@pytest.mark.parametrize("load", [0.05, 1.0, 30.0])
@pytest.mark.parametrize("capture_db", [1e9, 3.0])
def test_hops_meet_as_signals_on_their_carriers_do(
    load: float, capture_db: float, threads: ThreadPoolExecutor
) -> None:
    """From hardly anybody on a grid to so many at once that nearly all are lost."""
    count = 2_000
    random = np.random.default_rng(11)
    group = random.integers(0, GRIDS, count).astype(np.int32)
    several = random.integers(HEADERS + 1, 12, count)
    needed = (several - HEADERS + 1) // 2
    start_s = np.sort(random.uniform(0, count / GRIDS / load, count))
    power_db = random.normal(0, 4, count).astype(np.float32)
    first = np.concatenate([[0], np.cumsum(several)])
    carrier = random.integers(0, CARRIERS, first[-1]).astype(np.uint16)
    of = np.repeat(np.arange(count), several)
    place = np.arange(first[-1]) - first[of]
    from_s, to_s = np.empty(first[-1]), np.empty(first[-1])
    for m in range(count):
        at = start_s[m]
        for h in range(several[m]):
            from_s[first[m] + h] = at
            at += HEADER_S if h < HEADERS else FRAGMENT_S
            to_s[first[m] + h] = at
    none, lane = np.zeros(first[-1], np.float32), np.zeros(first[-1], np.int8)
    need = np.full((1, 1, 1), capture_db, np.float32)

    single = Signals(group[of] * CARRIERS + carrier, from_s, to_s, none, power_db[of], lane)
    groups = GRIDS * CARRIERS
    hit = destroyed(single, groups, np.zeros(groups, np.int16), need, threads)
    headers_left = np.bincount(of, ~hit & (place < HEADERS), count)
    fragments_left = np.bincount(of, ~hit & (place >= HEADERS), count)
    expected = (headers_left == 0) | (fragments_left < needed)

    # Rows mixed, so that a signal is not the transmission of its number.
    sent = random.permutation(count)
    whole = Signals(
        group[sent], start_s[sent], to_s[first[1:] - 1][sent], none[:count], power_db[sent],
        lane[:count],
    )  # fmt: skip
    hops = Hops(sent, first, carrier, np.full(count, HEADERS), needed)
    lost = destroyed(whole, GRIDS, np.zeros(GRIDS, np.int16), need, threads, hops)
    assert np.array_equal(lost, expected[sent])
    assert lost.any()
    assert load > 1 or not lost.all()
