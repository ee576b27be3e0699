"""The key metrics against plain arithmetic on the tables they come from."""

from pathlib import Path

import numpy as np
import pytest

from skyweft.results import Run, run

DAY_S = 86_400.0


@pytest.fixture
def result(tiny: Path, short_blocks: None) -> Run:
    return run(tiny, tiny.parent / "out")


def _union_s(start_s: np.ndarray, end_s: np.ndarray) -> float:
    """Return the time with at least one of some windows, by counting edges."""
    time_s = np.concatenate([start_s, end_s])
    change = np.concatenate([np.ones(len(start_s)), -np.ones(len(end_s))])
    order = np.lexsort((-change, time_s))
    open_now = np.cumsum(change[order])
    return float(np.sum(np.diff(time_s[order])[open_now[:-1] > 0]))


def test_contacts(result: Run) -> None:
    summary = result.summary()["contacts"]
    lasted_s = result.contacts["duration_s"].to_numpy()
    assert summary["total"] == len(lasted_s)
    assert summary["total_s"] == pytest.approx(lasted_s.sum())
    assert summary["mean_s"] == pytest.approx(lasted_s.mean())
    middle = np.sort(lasted_s)[(len(lasted_s) - 1) // 2]
    assert summary["median_s"] == pytest.approx(middle, rel=1e-3)
    sites = set(result.platforms.filter(~result.platforms["moves"].to_numpy())["name"].to_pylist())
    passes = sum(name in sites for name in result.contacts["source"].to_pylist())
    assert summary["passes_per_site_per_day"] == pytest.approx(passes / len(sites) * 12)


def test_groups_and_layers(result: Run) -> None:
    summary = result.summary()
    contacts = result.contacts
    start_s, end_s = (contacts[name].to_numpy() for name in ("start_s", "end_s"))
    group = dict(
        zip(*(result.platforms[name].to_pylist() for name in ("name", "group")), strict=True)
    )
    ends = [[group[name] for name in contacts[side].to_pylist()] for side in ("source", "target")]
    for name, found in summary["groups"].items():
        mine = np.array([name in pair for pair in zip(*ends, strict=True)])
        share = _union_s(start_s[mine], end_s[mine]) / 7_200
        assert found["share_any_member_in_contact"] == pytest.approx(share)
        per_day = mine.sum() / found["members"] * 12
        assert found["contacts_per_member_per_day"] == pytest.approx(per_day)
    (pair,) = summary["layers"]
    assert pair["between"] == ["space", "ground"]
    assert pair["contacts"] == contacts.num_rows
    assert pair["share_any"] == pytest.approx(_union_s(start_s, end_s) / 7_200)


@pytest.mark.parametrize(
    ("direction", "column"), [("forward", "rate_bps"), ("reverse", "rate_reverse_bps")]
)
def test_rates(result: Run, direction: str, column: str) -> None:
    links = result.link_samples.sort_by([("contact", "ascending"), ("time_s", "ascending")])
    contact, time_s, rate_bps = (links[name].to_numpy() for name in ("contact", "time_s", column))
    step_s = np.where(np.diff(contact) == 0, np.diff(time_s), 0)
    bits = float(np.sum(step_s * (rate_bps[1:] + rate_bps[:-1]) / 2))
    found = result.summary()["links"]["node/sat"][direction]
    assert found["bits_per_day"] == pytest.approx(bits * 12)
    assert found["mean_bps"] == pytest.approx(bits / step_s.sum())
    # LoRa has steps, so quantiles are rates of the table, exactly.
    assert {found["p05_bps"], found["median_bps"], found["p95_bps"]} <= set(rate_bps)


def test_coverage(result: Run) -> None:
    assert result.coverage is not None
    summary = result.summary()["coverage"]
    cell = np.array([not name for name in result.coverage["name"].to_pylist()])
    shares = result.coverage["coverage_fraction"].to_numpy()
    assert summary["cells"]["coverage_fraction_mean"] == pytest.approx(shares[cell].mean())
    assert summary["sites"]["places"] == 3
    assert summary["sites"]["coverage_fraction_min"] == pytest.approx(shares[~cell].min())
