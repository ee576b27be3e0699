"""Antennas that a package adds."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Literal

import numpy as np
import pytest
from pydantic import ValidationError

from skyweft.errors import ScenarioError
from skyweft.links.antennas import gain_towards_dbi, peak_gain_dbi
from skyweft.registry import Kind
from skyweft.scenario.terminals import Antenna, Radio

Install = Callable[..., AbstractContextManager[None]]
GROUP = "skyweft.antennas"
RISE = np.array([0.0, 0.5, 1.0])


class Helix(Antenna):
    """Stronger towards the zenith."""

    kind: Literal["helix"]
    gain_dbi: float = 8.0


def helix(antenna: Helix, _: float, rise: Any) -> Any:
    return antenna.gain_dbi if rise is None else antenna.gain_dbi - 6 * (1 - rise)


def radio() -> Radio:
    return Radio.model_validate(
        {"kind": "radio", "frequency_hz": 4e8, "power_dbw": 0.0, "antenna": {"kind": "helix"}}
    )


def test_a_package_adds_an_antenna(installed: Install) -> None:
    with installed(GROUP, helix=Kind(Helix, helix)):
        antenna = radio().antenna
        assert isinstance(antenna, Helix)
        assert peak_gain_dbi(antenna, 4e8) == 8.0
        np.testing.assert_array_equal(gain_towards_dbi(antenna, 4e8, RISE), [2.0, 5.0, 8.0])
    with pytest.raises(ValidationError, match="helix"):
        radio()


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda *_: "8 dBi", "answered str, not float"),
        (lambda *_: np.zeros(2), r"answered \(2,\) gains for \(3,\)"),
        (lambda *_: np.array([1.0, np.nan, 2.0]), "answered a gain that is no number"),
        (lambda *_: np.array([1.0, np.inf, 2.0]), "answered a gain that is no number"),
        (lambda *_: 1 / 0, "failed: ZeroDivisionError"),
    ],
)
def test_an_antenna_that_answers_wrongly(
    installed: Install, function: Callable[..., Any], words: str
) -> None:
    with installed(GROUP, helix=Kind(Helix, function)):
        antenna = radio().antenna
        assert antenna is not None
        with pytest.raises(ScenarioError, match=f"the antenna 'helix' of acme {words}"):
            gain_towards_dbi(antenna, 4e8, RISE)
