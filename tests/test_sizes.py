"""The walls of the house: a file stops at 600 lines, a function at 60 and at eight arguments.

The keywords of a public door are counted apart: what `skyweft.NAME` may be told beyond what it
must, each with a default and only by its name, is an option that a user looks up when it is needed.
A door may have eight of those beside eight arguments; no other function has this excuse.
"""

import ast
import inspect
from pathlib import Path

import pytest

import skyweft

ROOT = Path(__file__).parents[1]
FILES = sorted(
    path
    for folder in ("src", "tests", "benchmarks", "docs")
    for path in (ROOT / folder).rglob("*.py")
)
FORBIDDEN = {"utils", "util", "helpers", "helper", "common", "misc", "base", "manager"}


def _body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count the lines of a function less those of its docstring."""
    size = (node.end_lineno or node.lineno) - node.lineno + 1
    first = node.body[0]
    if isinstance(first, ast.Expr) and isinstance(getattr(first.value, "value", None), str):
        size -= (first.end_lineno or first.lineno) - first.lineno + 1
    return size


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_walls(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert path.stem.strip("_") not in FORBIDDEN
    assert text.count("\n") <= 600
    functions = (
        node
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    assert {node.name: _body_lines(node) for node in functions if _body_lines(node) > 60} == {}


def _arguments(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count the arguments of a function less the one that a method is bound to."""
    named = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    rest = [each for each in (node.args.vararg, node.args.kwarg) if each is not None]
    return sum(each.arg not in {"self", "cls"} for each in named) + len(rest)


def _options(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count those that have a default and can be given by their name alone."""
    return sum(default is not None for default in node.args.kw_defaults)


def _doors() -> set[str]:
    """Return the public functions by folder, module and name."""
    functions = (getattr(skyweft, name) for name in skyweft.__all__)
    modules = {each: each.__module__.split(".") for each in functions if inspect.isfunction(each)}
    return {f"{path[-2]}/{path[-1]}.{each.__name__}" for each, path in modules.items()}


def _products() -> dict[str, str]:
    """Return the text of every module of the package by folder and name."""
    paths = sorted((ROOT / "src" / "skyweft").rglob("*.py"))
    return {f"{path.parent.name}/{path.stem}": path.read_text(encoding="utf-8") for path in paths}


def test_arguments() -> None:
    doors = _doors()
    over: dict[str, int] = {}
    for module, text in _products().items():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                name, options = f"{module}.{node.name}", _options(node)
                apart = options if name in doors else 0
                most = max(_arguments(node) - apart, apart)
                over |= {name: most} if most > 8 else {}
    assert over == {}
    assert {"skyweft/results.run", "sweeps/runner.sweep"} <= doors


def test_formatting_is_not_kept_off() -> None:
    mark = "# fmt: " + "skip"
    assert [module for module, text in _products().items() if mark in text] == []
