"""Quantities over time against closed forms, and what random ones depend on."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter

from skyweft.errors import ScenarioError
from skyweft.observations.sensors.model import Observations
from skyweft.observations.sensors.terms import Samples, quantity, uncovered

DAY_S = 86_400.0


def rule(*terms: dict[str, Any]) -> Observations:
    words = {"source": "gauges", "name": "level", "unit": "m", "value": list(terms)}
    found: Observations = TypeAdapter(Observations).validate_python(words)
    return found


def samples(
    time_s: Any, devices: int = 1, longitude_deg: float = 0.0, start: str = "2026-01-01T00:00:00"
) -> Samples:
    """Every device at the same times."""
    time_s = np.asarray(time_s, float)
    return Samples(
        np.repeat(np.arange(devices), len(time_s)),
        np.tile(np.arange(len(time_s)), devices),
        np.tile(time_s, devices),
        np.full(devices * len(time_s), longitude_deg),
        np.datetime64(start, "us"),
    )


def of(at: Samples, *terms: dict[str, Any], seed: int = 1, stream: int = 0) -> np.ndarray:
    return quantity(rule(*terms), stream, seed, at)


@pytest.mark.parametrize(("longitude_deg", "utc_h"), [(0, 14), (120, 6), (-90, 20)])
def test_a_day_is_at_its_peak_by_the_sun(longitude_deg: float, utc_h: float) -> None:
    """14 h mean solar time is 14 h - longitude / 15 by UTC; the run starts at 18 UTC."""
    at = samples(np.arange(0, DAY_S, 600), longitude_deg=longitude_deg, start="2026-03-05T18:00:00")
    value = of(at, {"kind": "daily", "amplitude": 2.0})
    peak_h = (18 + at.time_s[np.argmax(value)] / 3_600) % 24
    assert peak_h == pytest.approx(utc_h)
    assert value.max() == pytest.approx(2.0)
    assert value.min() == pytest.approx(-2.0)


def test_a_year_is_at_its_peak_on_its_day() -> None:
    at = samples(DAY_S * np.arange(365), start="2026-01-01T00:00:00")
    value = of(at, {"kind": "yearly", "amplitude": 3.0, "peak_day": 200})
    assert np.argmax(value) == 199  # 1 January is day 1
    half = value[199 - 91]  # a quarter of 365.25 days before, 0 but for a quarter of a day
    assert abs(half) < 3 * np.sin(2 * np.pi * 0.35 / 365.25)


def test_an_event_rises_straight_and_decays_by_e() -> None:
    event = {"kind": "event", "start_s": 100, "height": 8.0, "rise_s": 40, "decay_s": 60}
    value = of(samples([0, 99, 100, 110, 140, 200, 260]), event)
    expected = [0, 0, 0, 2, 8, 8 / math.e, 8 / math.e**2]
    assert value == pytest.approx(expected)
    sudden = of(samples([99, 100]), {"kind": "event", "start_s": 100, "height": 8.0})
    assert sudden.tolist() == [0, 8]


def test_terms_add_up() -> None:
    at = samples(np.linspace(0, DAY_S, 50), devices=3)
    terms = [
        {"kind": "constant", "value": 4.0},
        {"kind": "event", "start_s": 0, "height": 1.0},
    ]
    assert of(at, *terms) == pytest.approx(of(at, terms[0]) + of(at, terms[1]))


def test_noise_and_offsets_have_their_spread() -> None:
    """Of 4,000 draws a standard deviation is off by 1.1 %: four of these."""
    at = samples(np.arange(40.0), devices=100)
    noise = of(at, {"kind": "noise", "standard_deviation": 2.0})
    assert abs(noise.mean()) < 4 * 2.0 / np.sqrt(4_000)
    assert noise.std() == pytest.approx(2.0, rel=0.045)
    offset = of(samples([0.0, 50.0], devices=4_000), {"kind": "offset", "standard_deviation": 2.0})
    assert offset[::2] == pytest.approx(offset[1::2])
    assert offset[::2].std() == pytest.approx(2.0, rel=0.045)


def test_a_walk_spreads_with_the_root_of_time() -> None:
    """Uneven steps: after t days the standard deviation is that of a day times the root of t."""
    days = np.array([0.0, 0.1, 0.7, 1.0, 4.0])
    walk = of(samples(DAY_S * days, devices=4_000), {"kind": "random_walk", "deviation_day": 0.5})
    walked = walk.reshape(4_000, 5)
    assert np.all(walked[:, 0] == 0)
    assert walked[:, 1:].std(axis=0) == pytest.approx(0.5 * np.sqrt(days[1:]), rel=0.045)
    steps = np.diff(walked, axis=1)
    apart = np.corrcoef(steps, rowvar=False)[~np.eye(4, dtype=bool)]
    assert np.abs(apart).max() < 4 / np.sqrt(4_000)


RANDOM = [
    {"kind": "offset", "standard_deviation": 1.0},
    {"kind": "noise", "standard_deviation": 1.0},
    {"kind": "random_walk", "deviation_day": 1.0},
]


def test_a_device_measures_what_it_measures_whoever_else_does() -> None:
    many = of(samples(np.arange(9.0), devices=5), *RANDOM).reshape(5, 9)
    few = of(samples(np.arange(9.0), devices=2), *RANDOM).reshape(2, 9)
    assert np.array_equal(many[:2], few)


def test_seeds_datastreams_and_terms_differ() -> None:
    at = samples(np.arange(9.0))
    noise = RANDOM[1]
    one = of(at, noise)
    assert not np.any(one == of(at, noise, seed=2))
    assert not np.any(one == of(at, noise, stream=1))
    assert not np.any(one == of(at, {"kind": "constant", "value": 0.0}, noise))


def test_a_file_is_followed(tmp_path: Path) -> None:
    file = tmp_path / "levels.csv"
    file.write_text("time_s,value\n0,1\n100,3\n200,-1\n")
    value = of(samples([0, 50, 150, 200]), {"kind": "file", "file": str(file)})
    assert value.tolist() == [1, 2, 1, -1]
    kept = rule({"kind": "file", "file": str(file)})
    assert list(uncovered(kept, 200)) == []
    ((place, words),) = uncovered(kept, 201)
    assert place == 0
    assert words == "levels.csv covers 0 to 200 s, samples may be from 0 to 201 s"


def test_times_of_a_file_increase(tmp_path: Path) -> None:
    file = tmp_path / "levels.csv"
    file.write_text("time_s,value\n0,1\n100,3\n100,4\n")
    with pytest.raises(ScenarioError, match=r"levels.csv: line 4: time_s must increase"):
        of(samples([0.0]), {"kind": "file", "file": str(file)})
