"""Everything a user can name is in the reference, and the reference is what the code says."""

import ast
import importlib.util
import inspect
import pkgutil
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pyarrow.parquet as pq
import pytest

import skyweft
from skyweft.cli import parser
from skyweft.results import Run
from skyweft.scenario.schema import json_schema
from skyweft.stage.registry import part, stages

FOLDER = Path(__file__).parents[1] / "docs" / "reference"


def _generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", FOLDER / "generate.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


PAGES: dict[str, str] = _generator().pages()


@pytest.mark.parametrize("name", PAGES)
def test_pages_are_as_the_generator_writes_them(name: str) -> None:
    stored = (FOLDER / name).read_text(encoding="utf-8")
    assert stored == PAGES[name], "stale: run `python docs/reference/generate.py`"


def test_every_key_of_a_scenario() -> None:
    schema = json_schema()
    lines = PAGES["scenario.md"].splitlines()
    for node in (schema, *schema["$defs"].values()):
        for key in node["properties"]:
            (*_, meaning, _) = next(row for row in lines if row.startswith(f"| `{key}` |")).split(
                "|"
            )
            assert len(meaning.strip()) > 5, key
    rows = sum(line.startswith("| `") for line in lines)
    assert rows == sum(len(node["properties"]) for node in (schema, *schema["$defs"].values()))


def test_every_command_and_word() -> None:
    top = parser()
    (commands,) = (each.choices for each in top._actions if isinstance(each.choices, dict))
    for name, sub in commands.items():
        section = PAGES["cli.md"].partition(f"## skyweft {name}\n")[2].partition("\n## ")[0]
        assert section, name
        for action in sub._actions:
            assert action.help, (name, action.dest)
            if action.dest != "help":
                assert (
                    f"`{(action.option_strings or [action.metavar or action.choices[0]])[-1]}"
                    in (section)
                )


def test_every_public_name_is_where_its_types_say() -> None:
    """The names, their homes and what a type checker reads are three lists in one file."""
    tree = ast.parse(Path(skyweft.__file__).read_text(encoding="utf-8"))
    typed = {
        name.name: statement.module
        for statement in ast.walk(tree)
        if isinstance(statement, ast.ImportFrom)
        for name in statement.names
        if name.asname == name.name
    }
    assert typed == skyweft._HOMES
    assert set(skyweft.__all__) == set(typed)


def test_every_drawing_is_public() -> None:
    """A function that makes axes of its own unless it is given some is meant for users."""
    modules = [skyweft.plot, *(module for stage in stages() if (module := part(stage, "plot")))]
    for package in [each for each in modules if hasattr(each, "__path__")]:
        names = [each.name for each in pkgutil.iter_modules(package.__path__)]
        modules += [import_module(f"{package.__name__}.{name}") for name in names]
    found = {
        name
        for module in modules
        for name, each in vars(module).items()
        if inspect.isfunction(each) and not name.startswith("_")
        for key, parameter in inspect.signature(each).parameters.items()
        if key in {"ax", "axes"} and parameter.default is None
    }
    assert found <= set(skyweft.plot.__all__)
    assert len(found) > 20


def test_public_functions_say_what_they_take_and_give() -> None:
    names = [name for name in skyweft.__all__ if inspect.isfunction(getattr(skyweft, name))]
    assert len(names) >= 8
    for name in names:
        function = getattr(skyweft, name)
        text = inspect.getdoc(function) or ""
        assert "Returns\n-------" in text, name
        for parameter in inspect.signature(function).parameters:
            assert parameter in text, (name, parameter)


def test_every_table_of_a_run(small: Run) -> None:
    files = sorted(small.folder.glob("*.parquet"))
    assert len(files) > 5
    for file in files:
        section = PAGES["tables.md"].partition(f"## {file.name}\n")[2].partition("\n## ")[0]
        rows = [
            line.split("|")[1].strip(" `")
            for line in section.splitlines()
            if line.startswith("| `")
        ]
        # An optional column that nothing in this run fills is in no file.
        assert [row for row in rows if row in pq.read_schema(file).names] == pq.read_schema(
            file
        ).names, file.name
