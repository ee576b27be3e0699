"""No two modules need each other, not even within functions; rooms with folders say their order.

Which layer may import which stands in `pyproject.toml` and is kept by import-linter. Imports for
the type checker alone count as well: who reads a module to understand it goes round the same
circle. What a registry names by a dotted string is loaded when used and is no import.
"""

import tomllib
from pathlib import Path

import grimp
import networkx as nx
import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "skyweft"


def _circles(package: str) -> list[set[str]]:
    """Return the sets of modules of a package that import one another, by whatever detour."""
    graph = grimp.build_graph(package, cache_dir=None)
    imports = nx.DiGraph(
        (module, imported)
        for module in graph.modules
        for imported in graph.find_modules_directly_imported_by(module)
    )
    return [circle for circle in nx.strongly_connected_components(imports) if len(circle) > 1]


def test_no_circles() -> None:
    assert _circles("skyweft") == []


@pytest.mark.parametrize(
    "line",
    [
        "from round.first import go",
        "def late():\n    from round.first import go\n    return go",
        "def late():\n    import round.first",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from round.first import go",
        "class Late:\n    def go(self):\n        from .first import go",
    ],
)
def test_circles_are_seen_wherever_the_import_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    folder = tmp_path / "round"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "first.py").write_text("from round import second\ndef go(): pass\n", "utf-8")
    (folder / "second.py").write_text("from round.third import name\n", "utf-8")
    (folder / "third.py").write_text(f"name = 1\n{line}\n", "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    assert _circles("round") == [{"round.first", "round.second", "round.third"}]


def _rooms() -> set[str]:
    """Return the packages that hold packages, by their dotted names."""
    rooms = (path.parent.parent for path in PACKAGE.rglob("*/__init__.py"))
    return {".".join(room.relative_to(PACKAGE.parent).parts) for room in rooms}


def test_rooms_with_folders_say_their_order() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    ordered = {
        room
        for contract in contracts
        if contract["type"] == "layers" and contract.get("exhaustive")
        for room in contract["containers"]
    }
    assert _rooms() == ordered
