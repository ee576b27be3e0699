"""Deleting a late stage's folder and its line in the registry leaves all else as it was."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# Where a stage lives, and the words that are its own: nobody else may say them.
STAGES = {
    "skyweft.network.placement": (
        "[gateways]",
        "gateways.parquet",
        "gateway_capacity",
        '"gateways"',
    ),
    "skyweft.network.queues": (
        "[[packets]]",
        "packet_statistics.parquet",
        '"packets"',
    ),
}


@pytest.mark.parametrize("home", STAGES)
def test_everything_works_without_it_and_nothing_names_it(home: str, tmp_path: Path) -> None:
    reported = tmp_path / "told.json"
    script, docs = ROOT / "tests" / "without_stage.py", ROOT / "docs"
    words = [sys.executable, str(script), home, str(tmp_path), str(docs), str(reported)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]

    found = json.loads(reported.read_text(encoding="utf-8"))
    assert {"routes.parquet", "flow_rates.parquet", "coverage.parquet"} <= set(found["files"])
    key = STAGES[home][-1].strip('"`')
    assert key not in found["summary"]
    assert f"stage {key}" not in found["manifest"]["versions"]
    for where, text in found.items():
        said = text if isinstance(text, str) else json.dumps(text, ensure_ascii=False)
        for word in STAGES[home]:
            assert word not in said, (where, word)
