"""The JSON Schema: whole, understood by editors, and in step with the models."""

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from skyweft.scenario import shipped
from skyweft.scenario.motion import MOTIONS
from skyweft.scenario.schema import follow, json_schema, resolved
from skyweft.scenario.words import allowed

NODES = {
    "$comment", "$defs",
    "$ref", "$schema", "additionalProperties", "anyOf", "const", "default", "description",
    "discriminator", "enum", "exclusiveMaximum", "exclusiveMinimum", "format", "items", "maxItems",
    "maxLength", "maximum", "minItems", "minLength", "minProperties", "minimum", "oneOf", "pattern",
    "patternProperties", "properties", "propertyNames", "required", "title", "type",
}  # fmt: skip


def nodes(node: Any) -> Iterator[dict[str, Any]]:
    """Yield every schema in a schema; names of keys and definitions are no schemas."""
    if isinstance(node, list):
        for each in node:
            yield from nodes(each)
    elif isinstance(node, dict):
        yield node
        for word, below in node.items():
            if word in ("properties", "$defs", "patternProperties"):
                for each in below.values():
                    yield from nodes(each)
            elif word in ("items", "anyOf", "oneOf", "additionalProperties"):
                yield from nodes(below)


def test_it_is_json_of_draft_7() -> None:
    schema = json.loads(json.dumps(json_schema()))
    assert schema["$schema"] == "http://json-schema.org/draft-07/schema#"
    for node in nodes(schema):
        assert set(node) <= NODES, set(node) - NODES
        assert node.get("type") != "null"  # TOML has no null
        assert node.get("default", 0) is not None
        if "$ref" in node:
            assert resolved(node, schema)


def test_every_key_is_described_and_no_table_takes_unknown_keys() -> None:
    for node in nodes(json_schema()):
        if "properties" in node:
            assert node["additionalProperties"] is False
            for key, below in node["properties"].items():
                assert resolved(below, json_schema()).get("description"), key


def test_it_has_a_branch_for_every_way_of_moving() -> None:
    _, node = follow(("platforms", "x", "motion"), json_schema())
    assert set(node["discriminator"]["mapping"]) == set(MOTIONS)
    assert len(MOTIONS) >= 8


@pytest.mark.parametrize("name", shipped.names())
def test_shipped_scenarios_fit_it(name: str) -> None:
    data = tomllib.loads(shipped.find(name).read_text(encoding="utf-8"))
    _holds(data, json_schema())


def _holds(value: Any, node: dict[str, Any]) -> None:
    """Check tables, required keys and simple types: enough to see a schema of something else."""
    node = resolved(node, json_schema())
    if "discriminator" in node:
        _holds(value, {"$ref": node["discriminator"]["mapping"][value["kind"]]})
    elif "properties" in node:
        assert set(value) <= set(node["properties"])
        assert set(node.get("required", [])) <= set(value)
        for key, below in value.items():
            _holds(below, node["properties"][key])
    elif "patternProperties" in node or isinstance(node.get("additionalProperties"), dict):
        (below,) = node.get("patternProperties", {"": node.get("additionalProperties")}).values()
        for each in value.values():
            _holds(each, below)
    elif node.get("type") == "array" and isinstance(node["items"], dict):
        for each in value:
            _holds(each, node["items"])
    elif node.get("type") == "number":
        assert isinstance(value, int | float)


@pytest.mark.parametrize(
    ("steps", "place", "rule"),
    [
        (("duration_s",), ("duration_s",), "a number from 1 to 315_576_000"),
        (
            ("platforms", "x", "motion", "walker", "phasing", "int"),
            ("platforms", "x", "motion", "phasing"),
            'a whole number from 0 to 10_000_000 or "alternating"',
        ),
        (
            ("coverage", "elevation_min_deg"),
            ("coverage", "elevation_min_deg"),
            "a number from 0 to below 90",
        ),
        (
            ("terminals", "x", "radio", "mask", 3, 1),
            ("terminals", "x", "mask", 3, 1),
            "a number from -90 to 90",
        ),
        (
            ("links", 0, "losses_db"),
            ("links", 0, "losses_db"),
            "a number from 0 to 400 (a factor of 1e40)",
        ),
        (("start",), ("start",), "a moment such as 2026-07-01T00:00:00Z, without quotes"),
        (("links",), ("links",), "tables, each under its name in double brackets: [[...]]"),
        (
            ("coverage", "platforms"),
            ("coverage", "platforms"),
            "a list of at least one: text in quotes",
        ),
    ],
)  # fmt: skip
def test_places_and_rules(
    steps: tuple[int | str, ...], place: tuple[int | str, ...], rule: str
) -> None:
    found, node = follow(steps, json_schema())
    assert found == place
    assert allowed(node) == rule


def test_shipped_scenarios_are_copied_whole_and_over_nothing(tmp_path: Path) -> None:
    copied = shipped.copy("integrated", tmp_path / "new")
    assert {"integrated.toml", "gateways.csv", "basin.geojson"} <= {path.name for path in copied}
    with pytest.raises(shipped.ScenarioError, match="there already; it is left as it is"):  # type: ignore[attr-defined]
        shipped.copy("integrated", tmp_path / "new")
    with pytest.raises(shipped.ScenarioError, match="no scenario called nix is shipped"):  # type: ignore[attr-defined]
        shipped.find("nix")
