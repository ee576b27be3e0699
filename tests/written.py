"""Scenarios as tests write them: a head, groups, terminals, links, and what each asks besides."""

import json
from collections.abc import Collection, Mapping
from typing import Any

from skyweft.scenario.scenario import Scenario

START = "2026-07-01T00:00:00Z"


def scenario(duration_s: float, platforms: Mapping[str, Any], **tables: Any) -> Scenario:
    """Return a scenario that is in no file."""
    head = {"name": "By hand", "start": START, "duration_s": duration_s}
    return Scenario.model_validate(head | {"platforms": platforms} | tables, strict=False)


def standing(
    where: Mapping[str, tuple[float, float]], terminals: str = "", relays: Collection[str] = ()
) -> dict[str, Any]:
    """Return groups of one that stand at a latitude and longitude; some pass things on."""
    return {
        name: {
            "layer": "ground",
            "relay": name in relays,
            "motion": {"kind": "fixed", "latitude_deg": north, "longitude_deg": east},
            "terminals": terminals.split(),
        }
        for name, (north, east) in where.items()
    }


def lasers(**rates_bps: float) -> dict[str, Any]:
    """Return terminals."""
    return {name: {"kind": "optical", "rate_bps": rate} for name, rate in rates_bps.items()}


def head(name: str, duration_s: float) -> str:
    """Begin a scenario."""
    return f"name = {_said(name)}\nstart = {START}\nduration_s = {duration_s}\n"


def group(name: str, layer: str, terminals: str, **motion: Any) -> str:
    """Add a group; several terminals have spaces between them."""
    return table(f"[platforms.{name}]", layer=layer, motion=motion, terminals=terminals.split())


def shell(name: str, terminal: str, planes: int, per_plane: int, inclination_deg: float) -> str:
    """Add satellites 800 km high."""
    size = {"planes": planes, "per_plane": per_plane, "altitude_m": 800e3}
    return group(name, "space", terminal, kind="walker", **size, inclination_deg=inclination_deg)


def fixed(
    name: str,
    terminal: str,
    latitude_deg: float,
    longitude_deg: float,
    altitude_m: float = 0.0,
    layer: str = "ground",
) -> str:
    """Add a platform that stands at a place."""
    place = {"latitude_deg": latitude_deg, "longitude_deg": longitude_deg}
    height = {"altitude_m": altitude_m} if altitude_m else {}
    return group(name, layer, terminal, kind="fixed", **place, **height)


def radio(name: str, frequency_hz: float, **keys: float) -> str:
    """Add a terminal."""
    return table(f"[terminals.{name}]", kind="radio", frequency_hz=frequency_hz, **keys)


def laser(name: str, rate_bps: float) -> str:
    """Add a terminal."""
    return table(f"[terminals.{name}]", kind="optical", rate_bps=rate_bps)


def link(one: str, other: str, **keys: Any) -> str:
    """Add a rule of who may talk to whom."""
    return table("[[links]]", between=[one, other], **keys)


def table(title: str, **keys: Any) -> str:
    """Add any table."""
    return "\n".join([title, *(f"{key} = {_said(each)}" for key, each in keys.items()), ""])


def _said(value: Any) -> str:
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{key} = {_said(each)}' for key, each in value.items())} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(_said, value))}]"
    return json.dumps(value, ensure_ascii=False)


# Devices on the ground that whoever is above hears by LoRa, and answers.
LORA = (
    radio("up", 400e6, eirp_dbw=0.0, gt_db_k=-25.0)
    + radio("down", 401e6, eirp_dbw=-8.0, gt_db_k=-31.0)
    + link("down", "up", waveform="lora")
)

# Towns below a ship that stays in sight: what they send every ten minutes arrives.
TOWNS = (
    head("Towns", 7_200)
    + fixed("ship", "up", 30.0, 114.0, 20e3, "near_space")
    + fixed("towns", "down", 30.5, 114.5)
    + LORA
    + table(
        "[[messages]]", source="towns", target="ship", size_bytes=8, period_s=600, lifetime_s=900
    )
)
