"""Installs the package beside this file, and runs its scenario."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from skyweft.cli import main
from skyweft.results import Run, open_run
from tests import packages

HERE = Path(__file__).parent
SCENARIO = HERE / "balloons.toml"


@pytest.fixture(scope="module", autouse=True)
def _installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with packages.editable(HERE, tmp_path_factory.mktemp("site")):
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, _installed: None) -> Path:
    out = tmp_path_factory.mktemp("runs") / "run"
    assert main(["run", str(SCENARIO), "--out", str(out)]) == 0
    return out


@pytest.fixture(scope="module")
def made(folder: Path) -> Run:
    return open_run(folder)
