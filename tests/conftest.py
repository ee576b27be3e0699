"""What all tests share."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from skyweft.run import Run

# Tests time nothing: the first example of a property may compile a kernel, on a busy machine.
settings.register_profile("skyweft", deadline=None)
settings.load_profile("skyweft")


@pytest.fixture(scope="session", autouse=True)
def _no_power_cuts() -> Iterator[None]:
    """Wait for no disk: nobody cuts the power of a test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda number: None)
        yield


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> "Run":
    """Run satellites, an airship and stations for two hours that end between two knots."""
    from skyweft.run import run

    return run(Path(__file__).parent / "small" / "small.toml", tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="session")
def beamed(tmp_path_factory: pytest.TempPathFactory) -> "Run":
    """Run the first hour of the same with three steered beams a satellite."""
    from skyweft.run import run

    return run(
        Path(__file__).parent / "small" / "small.toml",
        tmp_path_factory.mktemp("beamed"),
        overrides=["duration_s=3600", "links.0.beams={count=3,width_deg=6.0}"],
    )
