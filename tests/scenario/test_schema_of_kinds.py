"""The JSON Schema of every registry of kinds takes what the models take, ours and a package's.

Bounds that the schema's language cannot say (one key or another, names that meet names) are the
models' alone: tables are drawn from each model's own keys, one of which may be spoilt.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any, Literal

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError

from skyweft.registry import Kind, Kinds
from skyweft.scenario.entry import Entry
from skyweft.scenario.losses import LOSSES, PathLoss
from skyweft.scenario.modulations import Waveform
from skyweft.scenario.motion import MOTIONS, Motion
from skyweft.scenario.schema import Node, follow, json_schema
from skyweft.scenario.terminals import ANTENNAS, Antenna
from skyweft.scenario.waveforms import WAVEFORMS

jsonschema = pytest.importorskip("jsonschema")
Install = Callable[..., AbstractContextManager[None]]

# Where a table of the kind stands, of what it is made, and what a package adds.
PLACES: dict[str, tuple[Kinds, type[Entry], tuple[Any, ...]]] = {
    "motion": (MOTIONS, Motion, ("platforms", "x", "motion")),
    "antenna": (ANTENNAS, Antenna, ("terminals", "x", "radio", "antenna")),
    "loss": (LOSSES, PathLoss, ("links", 0, "losses", 0)),
    "waveform": (WAVEFORMS, Waveform, ("waveforms", "x")),
}
VALUES = st.one_of(
    st.integers(-3, 200),
    st.floats(-3, 200, allow_nan=False),
    st.booleans(),
    st.sampled_from(["down", "1/3", "delta", "nix"]),
)


def fragment(place: tuple[Any, ...]) -> Any:
    """Return what checks a table at a place of the schema."""
    schema = json_schema()
    _, node = follow(place, schema)
    return jsonschema.Draft7Validator({**node, "$defs": schema["$defs"]})


def taken(kinds: Kinds, parent: type[BaseModel], table: dict[str, Any]) -> set[str]:
    """Return what the models say of a table: nothing where they take it."""
    from typing import Annotated

    try:
        adapter: TypeAdapter[Any] = TypeAdapter(Annotated[parent, kinds])
        adapter.validate_python(table, context={"look": False})
    except ValidationError as error:
        return {each["type"] for each in error.errors()}
    return set()


def nodes_of(kinds: Kinds, kind: str, place: tuple[Any, ...]) -> Node:
    _, node = follow((*place, kind), json_schema())
    return node


@pytest.mark.parametrize("sort", PLACES)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(data=st.data())
def test_the_schema_takes_what_the_models_take(sort: str, data: st.DataObject) -> None:
    kinds, parent, place = PLACES[sort]
    kind = data.draw(st.sampled_from(sorted(kinds)))
    node = nodes_of(kinds, kind, place)
    needed = [key for key in node.get("required", []) if key != "kind"]
    keys = data.draw(st.lists(st.sampled_from(sorted(node["properties"])), unique=True, max_size=3))
    table = {key: data.draw(VALUES) for key in dict.fromkeys([*needed, *keys]) if key != "kind"}
    said = taken(kinds, parent, {"kind": kind, **table})
    # Of several keys together, and of dates and files, the schema knows nothing.
    assume(not said & {"value_error"})
    # To JSON 1.0 is a whole number, to TOML it is none.
    whole = any(isinstance(each, float) and each.is_integer() for each in table.values())
    assume(not (whole and "int_type" in said))
    accepted = fragment(place).is_valid({"kind": kind, **table})
    assert accepted == (not said), (kind, table, said)


@pytest.mark.parametrize("sort", PLACES)
def test_every_kind_is_in_the_schema_and_no_other(sort: str) -> None:
    kinds, parent, place = PLACES[sort]
    _, node = follow(place, json_schema())
    assert set(node["discriminator"]["mapping"]) == set(kinds)
    for kind in ("nix", "", 3, None):
        assert taken(kinds, parent, {"kind": kind}) & {"union_tag_invalid", "union_tag_not_found"}
        assert not fragment(place).is_valid({"kind": kind})
    assert not fragment(place).is_valid({})


class Grown(Waveform):
    """Of a package."""

    kind: Literal["grown"]
    depth_m: float = 1.0
    """How deep."""


def test_a_packages_kind_is_in_the_schema(installed: Install) -> None:
    place = PLACES["waveform"][2]
    with installed("skyweft.waveforms", grown=Kind(Grown, lambda *_: None)):
        check = fragment(place)
        assert check.is_valid({"kind": "grown", "depth_m": 2.0})
        assert not check.is_valid({"kind": "grown", "depth_m": "deep"})
        assert not check.is_valid({"kind": "grown", "slot_s": 1.0})
    assert not fragment(place).is_valid({"kind": "grown"})


def test_a_whole_scenario_is_one_to_both() -> None:
    schema = json_schema()
    jsonschema.Draft7Validator.check_schema(schema)
    scene = {
        "name": "Whole",
        "start": datetime(2026, 7, 1, tzinfo=UTC).isoformat(),
        "duration_s": 60,
        "platforms": {"x": {"layer": "ground", "motion": {"kind": "fixed", "latitude_deg": 1,
                                                          "longitude_deg": 2}}},
        "waveforms": {"x": {"kind": "modcod", "table": [
            {"name": "a", "es_n0_db": 1, "spectral_efficiency": 1}]}},
    }  # fmt: skip
    assert jsonschema.Draft7Validator(schema).is_valid(scene)
    assert not jsonschema.Draft7Validator(schema).is_valid(scene | {"waveforms": {"x": {}}})
