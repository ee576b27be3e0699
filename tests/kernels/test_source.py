"""The digest of a kernel covers all that its machine code is made from, and nothing else."""

import importlib.util
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from numba.core.dispatcher import Dispatcher

from skyweft.kernels import kernel
from skyweft.kernels.source import UntoldError, digest

HELPER = """
from skyweft.kernels import kernel

STEP = 1.0
TABLE = (1, 2)

@kernel
def help(value):
    return value + STEP
"""
ENTRY = """
import numpy as np
from skyweft.kernels import kernel
from HELPER import TABLE, help

@kernel
def entry(value):
    return help(np.sqrt(value)) + TABLE[0]
"""


def loaded(path: Path, text: str) -> ModuleType:
    path.write_text(text)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def entry_of(folder: Path, helper: str, entry: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return the digest of `entry`, which calls into another file."""
    name = f"helper_{len(list(folder.iterdir()))}"
    monkeypatch.setitem(sys.modules, name, loaded(folder / f"{name}.py", helper))
    module = loaded(folder / f"{name}_entry.py", entry.replace("HELPER", name))
    return digest(module.entry)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("value + STEP", "value - STEP"),
        ("STEP = 1.0", "STEP = 1"),
        ("STEP = 1.0", "STEP = 1.5"),
        ("(1, 2)", "(1, 3)"),
        ("@kernel", "@making"),
        ("value + TABLE", "value + 0 * TABLE"),
        ("np.sqrt", "np.cbrt"),
    ],
)
def test_what_changes_the_code_changes_the_digest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: str, after: str
) -> None:
    was = entry_of(tmp_path, HELPER, ENTRY, monkeypatch)
    texts = [
        each.replace(before, after).replace("import kernel", "import kernel, making")
        for each in (HELPER, ENTRY)
    ]
    texts[1] = texts[1].replace("help(np", "help(0 + np") if before == "value + TABLE" else texts[1]
    assert entry_of(tmp_path, texts[0], texts[1], monkeypatch) != was


def test_places_and_words_do_not_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    was = entry_of(tmp_path, HELPER, ENTRY, monkeypatch)
    moved = "# A comment.\n\n" + HELPER + "\nOTHER = 3\n"
    assert entry_of(tmp_path, moved, ENTRY, monkeypatch) == was


def test_a_function_that_no_digest_can_tell_is_refused() -> None:
    odd = object()

    def entry() -> object:
        return odd

    with pytest.raises(UntoldError):
        digest(kernel(entry))


def test_every_kernel_of_ours_has_a_digest() -> None:
    root = Path(__file__).parents[2] / "src"
    with_kernels = [
        each
        for each in root.rglob("*.py")
        if "from skyweft.kernels import" in each.read_text(encoding="utf-8")
    ]
    assert len(with_kernels) > 30
    found = {}
    for path in with_kernels:
        module = ".".join(path.relative_to(root).with_suffix("").parts)
        for name, value in vars(import_module(module)).items():
            if isinstance(value, Dispatcher) and value.py_func.__module__ == module:
                found[f"{module}:{name}"] = digest(value)
    assert len(set(found.values())) == len(found)


def test_no_kernel_goes_past_the_decorators() -> None:
    root = Path(__file__).parents[2] / "src" / "skyweft"
    past = [
        path.name
        for path in root.rglob("*.py")
        if "njit" in path.read_text(encoding="utf-8") and path.parent.name != "kernels"
    ]
    assert past == []
