"""Errors in `[gateways]` have their place and say what would be right."""

from typing import Any

import pytest
from pydantic import ValidationError

from skyweft.scenario.scenario import Scenario

FIXED = {"kind": "fixed", "latitude_deg": 0.0, "longitude_deg": 0.0}
ORBIT = {"kind": "orbit", "altitude_m": 8e5, "inclination_deg": 50.0}


def _scenario(gateways: dict[str, Any], **more: Any) -> Scenario:
    return Scenario.model_validate(
        {
            "name": "Gateways",
            "start": "2026-07-01T00:00:00Z",
            "duration_s": 600,
            "platforms": {
                "town": {"layer": "ground", "motion": FIXED},
                "sat": {"layer": "space", "motion": ORBIT},
            },
            "gateways": gateways,
            **more,
        },
        strict=False,
    )


def test_need_or_flows() -> None:
    assert _scenario({"sites": ["town"], "demand_bps": 1e6}).gateways  # type: ignore[attr-defined]
    flows = [{"sources": ["sat"], "targets": ["town"], "demand_bps": 1e6}]
    assert _scenario({"sites": ["town"]}, flows=flows).gateways  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("gateways", "words"),
    [
        ({"sites": ["town"]}, r"gateways: give demand_bps, or \[\[flows\]\]"),
        ({"sites": ["twon"], "demand_bps": 1.0}, r'gateways.sites\[0\].*"town"'),
        (
            {"sites": ["town", "sat"], "demand_bps": 1.0},
            r'gateways.sites\[1\]: "sat" moves \(orbit\)',
        ),
        ({"sites": [], "demand_bps": 1.0}, "at least 1 item"),
        ({"sites": ["town"], "demand_bps": 0.0}, "greater than or equal to"),
        ({"sites": ["town"], "demand_bps": 1.0, "target_share": 1.5}, "less than or equal to 1"),
        ({"sites": ["town"], "demand_bps": 1.0, "antennas_max": 0}, "greater than or equal to 1"),
    ],
)
def test_errors(gateways: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        _scenario(gateways)
