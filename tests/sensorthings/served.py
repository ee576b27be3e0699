"""A server in a process of its own, as users start it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def served(data: Path) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """Give the API's address and the process that serves it."""
    code = "import sys; from skyweft.cli import main; sys.exit(main())"
    words = ["serve", "--data", str(data), "--json", "--no-open"]
    process = subprocess.Popen(
        [sys.executable, "-c", code, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stderr
    try:
        text = ""
        while not text.endswith("}\n"):
            line = process.stdout.readline()
            assert line, process.stderr.read()
            text += line
        yield json.loads(text)["api"], process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()
