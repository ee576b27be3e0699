"""Kernels hold no comprehensions or functions of their own.

In a function that has one, numba 0.68 takes writing to an array out of a tuple for dead code and
leaves it out, without a word: `NamedTuple.column[:] = 0` does nothing.
"""

import ast
from pathlib import Path

import skyweft

ROOT = Path(skyweft.__file__).parent
INNER = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.Lambda)
# They take no array out of a tuple to write to. Only ever to be shortened.
KNOWN = {"access/receiving._hold", "onboard/antennas._spare"}


def _compiles(module: ast.Module) -> set[str]:
    """Return the names by which a module calls decorators that compile."""
    names = {"njit"}
    for node in ast.walk(module):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("skyweft.kernels"):
            names |= {alias.asname or alias.name for alias in node.names}
        # A decorator of the module's own, made of one of those.
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            called = node.value.func
            if isinstance(called, ast.Name) and called.id in names:
                names |= {each.id for each in node.targets if isinstance(each, ast.Name)}
    return names


def test_no_kernel_has_a_comprehension() -> None:
    found, kernels = set(), 0
    for path in sorted(ROOT.rglob("*.py")):
        module = ast.parse(path.read_text(encoding="utf-8"))
        compiles = _compiles(module)
        for node in ast.walk(module):
            if isinstance(node, ast.FunctionDef) and any(
                isinstance(each, ast.Name) and each.id in compiles for each in node.decorator_list
            ):
                kernels += 1
                if any(isinstance(part, INNER) for part in ast.walk(node)):
                    found.add(f"{path.parent.name}/{path.stem}.{node.name}")
    assert kernels > 100
    assert found == KNOWN
