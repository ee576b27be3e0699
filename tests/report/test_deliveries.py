"""The section on messages: every rule has a row and a name, and every loss a cause."""

import re
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from skyweft.delivery.section import layers_carrying, section
from skyweft.results import Run, run
from tests.written import LORA, fixed, head, shell

MESSAGES = """
[[messages]]
source = "place"
target = "sats"
size_bytes = 20
period_s = 600

[[messages]]
source = "place"
target = "sats"
size_bytes = 30
period_s = 1_800
"""
SATS, PLACE = shell("sats", "up", 1, 4, 98.6), fixed("place", "down", 30.0, 114.0)
TOML = head("Two kinds of messages", 86_400) + SATS + PLACE + LORA + MESSAGES


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Run:
    path = Path(tmp_path_factory.mktemp("sent"), "sent.toml")
    path.write_text(TOML, encoding="utf-8")
    return run(path, path.with_suffix(""))


def test_rules_of_one_source_are_told_apart(sent: Run) -> None:
    text = section(sent).body
    for number, made in ((1, 144), (2, 48)):
        row = text[text.index(f">place ({number})<") :].partition("</tr>")[0]
        assert f">{made}<" in row
    assert "192 messages were generated" in text


def test_every_loss_has_its_cause(sent: Run) -> None:
    summary = sent.summary()["deliveries"]
    lost = summary["generated"] - summary["delivered"]
    assert summary["lost_no_coverage"] == lost > 0
    row = section(sent).body.partition("Why messages")[2].partition("no coverage<")[2]
    assert f">{lost}<" in row.partition("</tr>")[0]


def test_which_layer_took_up_what_arrived() -> None:
    """Three by a satellite, one by an airship, one lost; nothing is told of a single layer."""
    platforms = pa.table(
        {"name": ["sat", "ship", "dev"], "layer": ["space", "near_space", "ground"]}
    )
    deliveries = pa.table(
        {
            "receiver": pa.array(["sat", "ship", "sat", None, "sat"]).dictionary_encode(),
            "delay_s": [60.0, 10.0, 120.0, float("nan"), 180.0],
        }
    )
    (found,) = layers_carrying(deliveries, platforms)
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", found))
    assert "space 3 75.0 2 min" in text
    assert "near space 1 25.0 10 s" in text
    alone = deliveries.filter(pc.equal(deliveries["receiver"].cast("string"), "sat"))
    assert layers_carrying(alone, platforms) == []
    assert layers_carrying(None, platforms) == []
