"""What a process of a sweep does: variants one after the other, each a run in its own folder.

A variant is run in a draft beside its folder and renamed when it is whole: whoever is killed, or
runs one a second time because it was thought lost, leaves nothing half-written.
"""

import json
import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from uuid import uuid4

from skyweft.engine.runner import Options, run_into
from skyweft.errors import SkyweftError
from skyweft.store.names import MANIFEST


@dataclass(frozen=True, slots=True)
class Task:
    """One variant to run; paths are absolute, so that any process finds them."""

    number: int
    scenario: str
    overrides: Sequence[str]
    folder: str
    threads: int
    made_by: str  # version of skyweft that asks


def work(task: Task) -> str:
    """Run a variant; return why it has failed, or nothing."""
    if version("skyweft") != task.made_by:
        return f"its worker has skyweft {version('skyweft')}; needed: {task.made_by}"
    folder = Path(task.folder)
    draft = draft_of(folder)
    try:
        run_into(task.scenario, draft, Options(task.overrides, threads=task.threads))
        _keep(draft, folder)
    except SkyweftError as error:
        return str(error).replace(str(draft), str(folder))
    except MemoryError:
        return "not enough memory; fewer workers leave each of them more"
    except Exception as error:  # one variant's trouble is not the others'
        return f"an error in skyweft, not in the scenario: {type(error).__name__}: {error}"
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return ""


def draft_of(folder: Path) -> Path:
    """Return a folder to work in that no other attempt has."""
    return folder.with_name(f".{folder.name}.{uuid4().hex[:12]}")


def drop_drafts(sweep: Path) -> None:
    """Forget what was begun and not finished."""
    for path in sweep.glob(".[0-9]*.*"):
        shutil.rmtree(path, ignore_errors=True)


def _keep(draft: Path, folder: Path) -> None:
    try:
        draft.rename(folder)
    except OSError:
        # Another attempt at the same variant was faster; its bytes are the same.
        if not (folder / MANIFEST).is_file():
            raise


def serve() -> None:
    """Run the tasks that come as lines of JSON; answer each with a line."""
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answers:
        os.dup2(2, 1)  # whatever a library prints must not be taken for an answer
        for line in sys.stdin:
            answers.write(json.dumps(work(Task(**json.loads(line)))) + "\n")
            answers.flush()


def as_line(task: Task) -> str:
    """Write a task as `serve` reads it."""
    return json.dumps(asdict(task)) + "\n"
