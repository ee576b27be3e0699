"""The JSON Schema of a scenario file: editors complete keys with it, messages and docs quote it."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from skyweft.scenario.scenario import Scenario
from skyweft.scenario.words import Step

Node = dict[str, Any]

# Keys that mean the same wherever they stand and carry no words of their own.
GLOSSARY = {
    "antenna": "Its pattern; the key `kind` picks one of the antennas below.",
    "altitude_m": "Height above the WGS84 ellipsoid.",
    "argument_of_perigee_deg": "From the ascending node to the perigee.",
    "bandwidth_hz": "Occupied bandwidth.",
    "boresight": "Where the antenna's axis points, along the local vertical.",
    "count": "How many.",
    "diameter_m": "Of the aperture.",
    "eccentricity": "0 is a circle.",
    "efficiency": "Share of the aperture that counts.",
    "file": "Beside the scenario, or with its path from there.",
    "gain_dbi": "Over an isotropic antenna.",
    "inclination_deg": "Of the orbit to the equator; above 90 it runs westwards.",
    "interference_margin_db": "Kept for interference.",
    "kind": "Which kind of table this is.",
    "latitude_deg": "Geodetic, WGS84, north positive.",
    "longitude_deg": "East positive.",
    "mask": "Horizon seen by the terminal: [azimuth, elevation] points in degrees.",
    "mean_anomaly_deg": "At the scenario's start, from the perigee.",
    "mean_motion_rev_day": "Kozai mean motion as in element sets; instead of `altitude_m`.",
    "noise_figure_db": "Of the receiver; instead of `noise_temperature_k`.",
    "pattern": "Which of the patterns.",
    "per_plane": "Satellites in a plane.",
    "planes": "Orbital planes.",
    "pointing_loss_db": "Lost because the antenna does not point quite right.",
    "polarisation": "Of the wave; `matched` never loses anything.",
    "raan_deg": "Right ascension of the ascending node, TEME of the scenario's start.",
    "range_max_m": "No contact beyond this distance.",
    "rate_bps": "What it carries while the contact lasts.",
    "speed_m_s": "Over the ground.",
}


@cache
def json_schema() -> Node:
    """Return the JSON Schema (draft 7, which TOML editors understand) of a scenario file.

    Made once: nobody writes into it.
    """
    schema = Scenario.model_json_schema()
    tidy: Node = _tidied(schema)
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "skyweft scenario",
        **{key: value for key, value in tidy.items() if key != "title"},
    }


def _tidied(node: Any, key: str = "") -> Any:
    """Drop what TOML cannot spell (null) and what says nothing (titles made from keys)."""
    if isinstance(node, list):
        return [_tidied(branch) for branch in node]
    if not isinstance(node, dict):
        return node
    node = {name: value for name, value in node.items() if name != "title"}
    if node.get("default", 0) is None:
        del node["default"]
    if "prefixItems" in node:
        node["items"] = node.pop("prefixItems")
    for table in ("properties", "$defs", "patternProperties"):
        if table in node:
            node[table] = {name: _tidied(entry, name) for name, entry in node[table].items()}
    for part in ("items", "anyOf", "oneOf", "additionalProperties"):
        if part in node:
            node[part] = _tidied(node[part])
    if "anyOf" in node:
        kinds = [branch for branch in node["anyOf"] if branch != {"type": "null"}]
        node |= {"anyOf": kinds} if len(kinds) > 1 else kinds[0]
        if len(kinds) == 1:
            del node["anyOf"]
    if key in GLOSSARY:
        node.setdefault("description", GLOSSARY[key])
    return node


def follow(steps: Sequence[Step], schema: Node) -> tuple[tuple[Step, ...], Node]:
    """Walk from the top along a validator's location; return the place in the file and its node.

    A location also names the kind of table chosen (`walker`) and the branches of a choice between
    types; those are no keys of the file and are left out of the place.
    """
    node, seen = schema, []
    for step in steps:
        node = resolved(node, schema)
        if "discriminator" in node and step in node["discriminator"]["mapping"]:
            node = {"$ref": node["discriminator"]["mapping"][step]}
            continue
        below = _below(node, step)
        if below is None:
            break
        seen.append(step)
        node = below
    return tuple(seen), resolved(node, schema)


def _below(node: Node, step: Step) -> Node | None:
    if isinstance(step, int):
        items = node.get("items")
        if isinstance(items, list):
            items = items[step] if step < len(items) else None
        return items
    if step in node.get("properties", {}):
        found: Node = node["properties"][step]
        return found
    named = [*node.get("patternProperties", {}).values(), node.get("additionalProperties")]
    return next((branch for branch in named if isinstance(branch, dict)), None)


def resolved(node: Node, schema: Node) -> Node:
    """Follow a `$ref`; what stands beside it (a description, a default) wins."""
    if "$ref" not in node:
        return node
    target: Node = schema["$defs"][node["$ref"].rpartition("/")[2]]
    return resolved(
        {**target, **{key: value for key, value in node.items() if key != "$ref"}}, schema
    )


def tables(schema: Node) -> Iterator[tuple[str, Node]]:
    """Yield every table of a scenario file: the top first, then each by the model's name."""
    yield "Scenario", schema
    yield from schema["$defs"].items()


def keys(node: Mapping[str, Any]) -> list[str]:
    """Return the fixed keys a table may hold."""
    return list(node.get("properties", {}))
