"""How answers reach the user on stdout, complaints and progress on stderr."""

import argparse
import json
import os
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

COMPILING = "compiling"  # how the engine's word for it begins
DONE, USER, WORDS, OURS, INTERRUPTED = 0, 1, 2, 3, 130


def answer(options: argparse.Namespace, facts: Mapping[str, Any], lines: Sequence[str]) -> None:
    """Print the answer: facts as JSON where asked for, else lines."""
    text = json.dumps(facts, indent=2, default=str) if options.json else "\n".join(lines)
    # A terminal of another encoding shows a question mark; it does not end the run.
    coding = sys.stdout.encoding or "utf-8"
    print(text.encode(coding, "replace").decode(coding))


def complain(options: argparse.Namespace, lines: Sequence[str], code: int) -> int:
    """Print what is wrong, a line each; return the exit code for it."""
    for line in lines:
        warn(line)
    if options.json:
        print(json.dumps({"errors": list(lines)}, indent=2))
    return code


def warn(line: str) -> None:
    """Print a line beside the answer; what files are called may hold what nobody sees."""
    from skyweft.naming import escaped

    print(f"skyweft: {escaped(line)}", file=sys.stderr)


@contextmanager
def warnings_reported() -> Iterator[None]:
    """Print what is warned of as it happens, a line each, as all complaints are."""
    with warnings.catch_warnings():
        show = warnings.showwarning

        def tell(message: Warning | str, category: type[Warning], *where: Any) -> None:
            if issubclass(category, UserWarning):
                warn(str(message))
            else:
                show(message, category, *where)

        warnings.simplefilter("always", UserWarning)
        warnings.showwarning = tell  # type: ignore[assignment]
        yield


def failed(options: argparse.Namespace, error: Exception) -> int:
    """Put what was raised into words; return the exit code for it."""
    from skyweft.errors import SkyweftError

    if isinstance(error, SkyweftError):
        _trace(error)
        return complain(options, str(error).split("\n"), USER)
    if isinstance(error, MemoryError):
        return complain(options, ["not enough memory; a shorter or smaller scenario fits"], USER)
    if isinstance(error, OSError) and error.strerror:
        where = f"{error.filename}: " if error.filename else ""
        return complain(options, [f"{where}{error.strerror}"], USER)
    return complain(options, _crash(error), OURS)


def _trace(error: Exception) -> None:
    """Show whoever works on a package where it failed, if that was asked for."""
    if error.__cause__ and os.environ.get("SKYWEFT_DEBUG"):
        import traceback

        traceback.print_exception(error.__cause__)


def _crash(error: Exception) -> list[str]:
    """Say that this is our error, and put what we need to find it into a file."""
    import tempfile
    import traceback

    words = f"{type(error).__name__}: {error}".splitlines()[0][:200]
    lines = [f"this is an error in skyweft, not in your scenario: {words}"]
    if os.environ.get("SKYWEFT_DEBUG"):
        traceback.print_exception(error)
        return lines
    from skyweft import __version__

    with tempfile.NamedTemporaryFile(
        "w", prefix="skyweft-", suffix=".txt", delete=False, encoding="utf-8"
    ) as file:
        file.write(f"skyweft {__version__}, Python {sys.version}, {sys.platform}\n")
        file.write(f"words: {sys.argv[1:]}\n")
        traceback.print_exception(error, file=file)
    return [
        *lines,
        f"please report it with {file.name}, and with the scenario if you may share it",
    ]


@contextmanager
def progress_bar() -> Iterator[Callable[[float, float, str], None]]:
    """Give a function that moves a bar on stderr; where that is no terminal, it says what is rare.

    Something stands there before anything slow is loaded.
    """
    if not sys.stderr.isatty():
        yield _rare()
        return
    print("starting", end="\r", file=sys.stderr, flush=True)
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(
        *columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True
    ) as bars:
        task = bars.add_task("starting", total=None)
        yield lambda done_s, total_s, stage: bars.update(
            task, completed=done_s, total=total_s, description=stage
        )


def _rare() -> Callable[[float, float, str], None]:
    """Return what prints the first word about compiling, which may take a minute and happens once.

    A log of a run says nothing else of its progress.
    """
    said = False

    def tell(done_s: float, total_s: float, stage: str) -> None:
        nonlocal said
        if not said and stage.startswith(COMPILING):
            said = True
            warn(stage)

    return tell
