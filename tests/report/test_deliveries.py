"""The section on messages: every rule has a row and a name, and every loss a cause."""

from pathlib import Path

import pytest

from skyweft.delivery.section import section
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
