"""Packages that are installed nowhere but in memory, for one test."""

import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import Distribution, EntryPoint
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import patch

from skyweft import parts as added
from skyweft.network.flows.model import Flows
from skyweft.network.routing.model import Routes
from skyweft.protocols.contact_plans.formats import PLAN_FORMATS
from skyweft.scenario.losses import LOSSES
from skyweft.scenario.motion import MOTIONS
from skyweft.scenario.policies import POLICIES
from skyweft.scenario.scenario import Platforms, Scenario
from skyweft.scenario.schema import json_schema
from skyweft.scenario.terminals import ANTENNAS, Link, Radio
from skyweft.scenario.waveforms import WAVEFORMS
from skyweft.stage.registry import STAGES, stages
from skyweft.store.formats import FORMATS

REGISTRIES: tuple[added.Registry[Any], ...] = (
    MOTIONS,
    ANTENNAS,
    LOSSES,
    WAVEFORMS,
    FORMATS,
    PLAN_FORMATS,
    STAGES,
    POLICIES,
)
MODELS = (Radio, Link, Platforms, Routes, Flows, Scenario)  # the inner ones first


class _Package(Distribution):
    def read_text(self, filename: str) -> str | None:
        return "Metadata-Version: 2.1\nName: acme\nVersion: 1\n" if filename == "METADATA" else None

    def locate_file(self, path: Any) -> Any:
        return Path(path)


@contextmanager
def installed(group: str, **parts: Any) -> Iterator[None]:
    """Have the package `acme` add parts by name; an exception stands for one that is not there."""
    module = ModuleType("acme")
    sys.modules["acme"] = module
    entries = []
    for name, part in parts.items():
        if not isinstance(part, Exception):
            setattr(module, name, part)
        entries.append(EntryPoint(name, f"acme:{name}", group)._for(_Package()))  # type: ignore[attr-defined]
    try:
        with patch.object(
            added, "entry_points", lambda group: [e for e in entries if e.group == group]
        ):
            forget()
            yield
    finally:
        del sys.modules["acme"]
        forget()


@contextmanager
def editable(project: Path, site: Path) -> Iterator[None]:
    """Have a folder with a pyproject.toml installed, as `pip install --editable` would.

    Its metadata and entry points go into a folder that is looked into as site-packages are.
    """
    about = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))["project"]
    noted = site / f"{about['name']}-{about['version']}.dist-info"
    noted.mkdir(parents=True)
    facts = f"Metadata-Version: 2.1\nName: {about['name']}\nVersion: {about['version']}\n"
    (noted / "METADATA").write_text(facts, "utf-8")
    groups = [
        "\n".join([f"[{group}]", *(f"{name} = {where}" for name, where in entries.items())])
        for group, entries in about["entry-points"].items()
    ]
    (noted / "entry_points.txt").write_text("\n".join(groups), "utf-8")
    before = [*sys.path]
    sys.path[:0] = [str(site), str(project)]
    try:
        _forget_modules(about["name"])
        yield
    finally:
        sys.path[:] = before
        _forget_modules(about["name"])


def _forget_modules(package: str) -> None:
    """Have what is imported of a package, and whatever was made of it, made again."""
    for name in [each for each in sys.modules if each.partition(".")[0] == package]:
        del sys.modules[name]
    forget()


def forget() -> None:
    """Have registries and what is made from them made again at next use."""
    for each in REGISTRIES:
        vars(each).pop("_found", None)
    for model in MODELS:
        model.model_rebuild(force=True)
    stages.cache_clear()
    json_schema.cache_clear()
