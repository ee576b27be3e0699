"""Outside of its own folder nothing asks whether something is one stage's or another's.

What a stage adds to the report, the page, the command line or a notebook it declares, or it lies
in its folder under a name that is looked for. Other stages name it in `needs`, and read its model.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from skyweft.stage.registry import OURS, stages

PACKAGE = Path(__file__).parents[1] / "src" / "skyweft"
HOMES = {
    stage.key: "/".join(where.split(".")[1:-1]) + "/"
    for stage, where in zip(stages(), OURS, strict=True)
}
# Every scenario has these, so that nobody asks whether they are there; `links` is a word of graphs.
ALWAYS = {"motion", "contacts", "links", "graph"}
# Where all stages meet: here no stage's tables are read, and none of its modules.
ABOVE = ("cli", "console", "engine", "export", "notebook", "plot", "report", "scene", "stage",
         "store", "sweeps")  # fmt: skip


def _words() -> dict[str, str]:
    """Return the home of every word that stands for one stage: its key, tables and models."""
    found: dict[str, str] = {}
    for stage in stages():
        if stage.key not in ALWAYS:
            tables, models = (table.name for table in stage.tables), (m.key for m in stage.models)
            found |= dict.fromkeys([stage.key, *tables, *models], HOMES[stage.key])
    return found


WORDS = _words()


def _asked(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield text that something is compared with, and its line."""
    for node in ast.walk(tree):
        parts: list[ast.expr] = []
        if isinstance(node, ast.Compare):
            parts = [node.left, *node.comparators]
        elif isinstance(node, ast.MatchValue):
            parts = [node.value]
        lists = [each for each in parts if isinstance(each, ast.Tuple | ast.Set | ast.List)]
        for each in [*parts, *(inner for many in lists for inner in many.elts)]:
            if isinstance(each, ast.Constant) and isinstance(each.value, str):
                yield each.value, each.lineno


def _looked_up(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield text that stands in brackets or as an argument, and its line."""
    for node in ast.walk(tree):
        inner = [node.slice] if isinstance(node, ast.Subscript) else []
        inner = node.args if isinstance(node, ast.Call) else inner
        for each in inner:
            if isinstance(each, ast.Constant) and isinstance(each.value, str):
                yield each.value, each.lineno


def _faults(path: str, text: str) -> list[str]:
    """Return where a file tells stages apart."""
    tree = ast.parse(text)
    found = [*_asked(tree)]
    if path.startswith(ABOVE):
        found += _looked_up(tree)
    return [
        f"{path}:{line}: {word}"
        for word, line in found
        if word in WORDS and not path.startswith(WORDS[word])
    ]


@pytest.mark.parametrize(
    "path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: path.relative_to(PACKAGE).as_posix()
)
def test_nothing_outside_tells_stages_apart(path: Path) -> None:
    assert _faults(path.relative_to(PACKAGE).as_posix(), path.read_text("utf-8")) == []


# `skyweft plan` reads, routes through and writes the contact plans of any program, so there is no
# run and no stage that could declare it; no other room above has this excuse.
PLANS = {"cli": "skyweft.delivery.plan."}


@pytest.mark.parametrize("room", ABOVE)
def test_rooms_above_import_no_stage(room: str) -> None:
    late = tuple(
        f"skyweft.{home.strip('/').replace('/', '.')}"
        for key, home in HOMES.items()
        if key not in ALWAYS
    )
    for path in [*PACKAGE.glob(f"{room}/**/*.py"), *PACKAGE.glob(f"{room}.py")]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names = [each.name for each in node.names] if isinstance(node, ast.Import) else names
            names = [each for each in names if not each.startswith(PLANS.get(room, "-"))]
            assert not [each for each in names if each.startswith(late)], path


@pytest.mark.parametrize(
    "line",
    [
        'if stage.key == "routes": pass',
        'x = "gateways" in summary',
        'x = name in ("contacts", "flows")',
        'match key:\n    case "packets": pass',
        'x = summary["deliveries"]',
        'x = run.table("outages")',
        'x = found.get("coverage")',
    ],
)
def test_what_would_be_found(line: str) -> None:
    assert len(_faults("report/page.py", line)) == 1
    assert _faults("network/routing/section.py", 'x = summary["routes"]') == []


# A mark of the globe, which is called as the table whose rows it draws.
MARKS = {"beams"}


def _of_the_page(text: str) -> set[str]:
    """Return the stages' words that stand as a text of their own, or behind the key figures."""
    quoted = re.findall(r"""["'`](\w+)["'`]""", text)
    figures = re.findall(r"\b(?:figures|figures\.value|tables)\??\.(\w+)", text)
    return {*quoted, *figures} & {*WORDS} - MARKS


def test_the_page_tells_no_stages_apart() -> None:
    app = PACKAGE.parents[1] / "web" / "app"
    folders = tuple(f"views/{stage.key}/" for stage in stages())
    named = {
        path.relative_to(app).as_posix(): _of_the_page(path.read_text("utf-8"))
        for path in app.rglob("*.ts*")
        if ".test." not in path.name
    }
    shared = {name: words for name, words in named.items() if not name.startswith(folders)}
    assert {name: words for name, words in shared.items() if words} == {}
    assert "views/globe/tiles.tsx" in shared
    found = _of_the_page('tables["coverage"] figures?.routes known["flows"] `deliveries`')
    assert found == {"coverage", "routes", "flows", "deliveries"}
