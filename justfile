# The gate: `just check` is what CI runs. Without `just` on the machine: `uv run just check`.

check: lint types imports docs test

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

# The site in `site/`: to read it, `uv run python -m http.server --directory site`. A link that
# leads nowhere or a name that is not there is an error; what was kept of the last build hides none.
docs:
    uv run python docs/build.py

test:
    uv run pytest

# Ratios to named peers; minutes, and not part of the gate.
benchmarks:
    failed=""; for each in propagation contacts run_starlink startup routing network loopfree plan place fairness packets visibility globe access deliver sweep reuse cluster sun; do \
        uv run --group oracles --group peers python benchmarks/$each.py || failed="$failed $each"; done; \
        if [ -n "$failed" ]; then echo "failed:$failed" >&2; exit 1; fi

# Draw the pictures of the documentation again, and run its notebook, from real runs.
pictures:
    uv run python docs/pictures/make.py
    uv run python docs/pictures/page.py
    uv run python docs/notebooks/make.py

# Write the reference pages again, from the code.
reference:
    uv run python docs/reference/generate.py

# Pin what was tested. The hashes stay, the registry's host does not.
pin:
    uv export --all-groups --no-header --no-emit-project --no-annotate --quiet --output-file constraints.txt

# Record again which kernels runs ask for, so that they can be compiled before they are needed.
kernels:
    uv run python -m tests.engine.record
