"""Write and execute the example notebook: `uv run python docs/notebooks/make.py`.

The committed notebook holds what a reader would see. `--check` executes it again and fails where
the code or the printed results differ, so it cannot go stale.
"""

import argparse
import re
import sys
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

NOTEBOOK = Path(__file__).with_name("first_run.ipynb")
SKIPPED = "skip-execution"

CELLS: list[tuple[str, str]] = [
    (
        "words",
        "# A first run in a notebook\n\nFrom a shipped scenario to tables, a picture, the globe.",
    ),
    (
        "code",
        "from pathlib import Path\n\nimport skyweft\n"
        "from skyweft.scenario.shipped import copy\n\n"
        'files = copy("hello", Path("here"))\n[path.name for path in files]',
    ),
    ("words", "A run shows its key metrics and how many links are up over time."),
    ("code", 'result = skyweft.run(files[0], "runs/hello")\nresult'),
    ("words", "Tables are Arrow: to pandas, Polars or DuckDB in one call."),
    (
        "code",
        'columns = ["source", "target", "start_s", "duration_s", "elevation_max_deg"]\n'
        "result.contacts.select(columns).slice(0, 3).to_pylist()",
    ),
    ("words", "Plots take axes and return them."),
    (
        "code",
        "from matplotlib import pyplot as plt\n\nfigure, axes = plt.subplots(figsize=(8, 3))\n"
        "contacts, platforms = result.contacts, result.platforms\n"
        "axes = skyweft.plot.timeline(contacts, platforms, result.simulated_s, ax=axes)",
    ),
    (
        "words",
        "The stages are functions, and each product is a table of columns.",
    ),
    (
        "code",
        "scenario = skyweft.load(files[0])\nfleet = skyweft.build_fleet(scenario)\n"
        "motion = skyweft.propagate(scenario, fleet, 0.0, scenario.duration_s)\n"
        "skyweft.find_contacts(scenario, fleet, motion)",
    ),
    ("words", "The globe, with the extra `skyweft[notebook]`: drag it, play it, click a platform."),
    ("skipped", "result.globe()"),
]


def main(words: list[str] | None = None) -> int:
    """Write the notebook, or with `--check` compare it."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--check", action="store_true")
    chosen = options.parse_args(words)
    made = executed()
    if not chosen.check:
        nbformat.write(made, NOTEBOOK)
        return 0
    stored = nbformat.read(NOTEBOOK, 4)
    for then, now in zip(stored.cells, made.cells, strict=True):
        if then.source != now.source or printed(then) != printed(now):
            print(f"{NOTEBOOK.name} is stale; make it again. Cell:\n{now.source}", file=sys.stderr)
            return 1
    return 0


def executed() -> nbformat.NotebookNode:
    """Return the notebook with the outputs of a run in an empty folder."""
    cells = []
    for number, (kind, text) in enumerate(CELLS):
        cell = new_markdown_cell(text) if kind == "words" else new_code_cell(text)
        cell.id = f"cell-{number}"
        if kind == "skipped":
            cell.metadata.tags = [SKIPPED]
        cells.append(cell)
    notebook = new_notebook(cells=cells)
    with tempfile.TemporaryDirectory() as folder:
        NotebookClient(
            notebook,
            kernel_name="python3",
            skip_cells_with_tag=SKIPPED,
            record_timing=False,
            resources={"metadata": {"path": folder}},
        ).execute()
    notebook.metadata = {
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}
    }
    return notebook


def printed(cell: nbformat.NotebookNode) -> list[str]:
    """Return what a cell shows as text; pictures and sizes of things differ between machines."""
    shown = [each.get("data", {}).get("text/plain", "") for each in cell.get("outputs", [])]
    shown = [re.sub(r"0x[0-9a-f]+|size \d+x\d+", "", text) for text in shown]
    # The last digits of a number may differ between processors.
    return [re.sub(r"\d+\.\d+", lambda found: f"{float(found[0]):.6g}", text) for text in shown]


if __name__ == "__main__":
    sys.exit(main())
