"""One folder whose files are damaged hides no other run."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from skyweft.cli import main
from skyweft.console.api import application
from skyweft.console.guard import Guard
from skyweft.console.run_registry import Shelf
from skyweft.results import Run
from tests.asking import asking

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)


@pytest.fixture(scope="module")
def bad(small: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shutil.copytree(small.folder, tmp_path_factory.mktemp("bad") / "run")


@pytest.fixture(scope="module")
def ask(small: Run, bad: Path) -> Any:
    return asking(Guard(application(Shelf([bad, small.folder]), None), None))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_value_of_another_kind(small: Run, bad: Path, ask: Any, data: st.DataObject) -> None:
    manifest = json.loads((small.folder / "manifest.json").read_text("utf-8"))
    table: Any = manifest
    for _ in range(data.draw(st.integers(1, 3))):
        key = data.draw(st.sampled_from(sorted(table)))
        if not (isinstance(table[key], dict) and table[key]):
            break
        table = table[key]
    key = data.draw(st.sampled_from(sorted(table)))
    table[key] = data.draw(JSON)
    _listed(bad, ask, json.dumps(manifest).encode())


@settings(max_examples=30)
@given(content=st.binary(max_size=30) | JSON.map(lambda each: json.dumps(each).encode()))
@example(b'{"name": "\\ud800"}')
@example(b"[" * 100_000)
@example(b"")
def test_any_content(bad: Path, ask: Any, content: bytes) -> None:
    assert _listed(bad, ask, content)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("scenario", 5),
        ("scenario", []),
        ("left_out", ["tracks"]),
        ("left_out", None),
        ("name", None),
        ("simulated_s", "long"),
        ("duration_s", "NaN"),
        ("versions", 3),
        ("inputs", [{}]),
    ],
)
def test_the_place_is_named(
    small: Run, bad: Path, ask: Any, capsys: pytest.CaptureFixture[str], key: str, value: object
) -> None:
    manifest = {**json.loads((small.folder / "manifest.json").read_text("utf-8")), key: value}
    problem = _listed(bad, ask, json.dumps(manifest).replace('"NaN"', "NaN").encode())
    assert "manifest.json" in problem  # type: ignore[operator]
    assert key in problem or value == "NaN"  # type: ignore[operator]
    for words in (
        ["report", str(bad)],
        ["export", str(bad), "--format", "czml"],
        ["plan", str(bad)],
    ):
        assert main(words) == 1
        assert problem in capsys.readouterr().err  # type: ignore[operator]


def test_not_to_be_read(small: Run, bad: Path, ask: Any) -> None:
    (bad / "manifest.json").unlink()
    (bad / "manifest.json").mkdir()
    assert "manifest.json" in ask("/api/v1/runs").json[0]["problem"]
    (bad / "manifest.json").rmdir()
    shutil.copy(small.folder / "manifest.json", bad)


def _listed(bad: Path, ask: Any, content: bytes) -> str | None:
    """Put a manifest into the bad run's folder; return what is said of it beside the good one."""
    (bad / "manifest.json").unlink(missing_ok=True)
    (bad / "manifest.json").write_bytes(content)
    answer = ask("/api/v1/runs")
    assert answer.status == 200
    first, second = answer.json
    assert second["problem"] is None
    return first["problem"]
