# The gate: `just check` is what CI runs. Without `just` on the machine: `uv run just check`.

check: lint types imports test

# Rewrite what a program can rewrite.
tidy:
    uv run ruff format
    uv run ruff check --fix

lint:
    uv run ruff format --check
    uv run ruff check

types:
    uv run mypy

imports:
    uv run lint-imports

test:
    uv run pytest

# Ratios to named peers; minutes, and not part of the gate.
benchmarks:
    uv run python benchmarks/propagation.py
    uv run python benchmarks/contacts.py
    uv run python benchmarks/run_starlink.py
    uv run python benchmarks/startup.py

# Pin what was tested. The hashes stay, the registry's host does not.
pin:
    uv export --no-header --no-emit-project --no-annotate --quiet --output-file constraints.txt
