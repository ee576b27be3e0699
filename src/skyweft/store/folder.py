"""A run's folder: what lies where, who may write into it, and what of it is finished.

While a run goes on, everything is under `.parts/`: `plan.json` says what is being run, and every
finished block of time has a folder of its own in the journal. At the end the tables come to the
run's folder as one set. A run that was killed loses the block it was in.
"""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from warnings import warn

from skyweft.errors import ScenarioError
from skyweft.store import journal
from skyweft.store.identity import differences, fingerprint
from skyweft.store.jsonfile import read_json, write_json
from skyweft.store.lock import held
from skyweft.store.names import MANIFEST, owned
from skyweft.store.publishing import Publishing

PARTS = ".parts"
PLAN = "plan.json"
_NUMBER = "[0-9][0-9][0-9][0-9][0-9][0-9]"


@contextmanager
def claim(folder: Path, plan: Mapping[str, Any], *, resume: bool, force: bool) -> Iterator[bool]:
    """Make `folder` ready to run `plan` in, and keep everybody else out of it.

    Parameters
    ----------
    folder : Path
        Is made where it is missing.
    plan : mapping
        `identity` of the scenario, and the borders of its blocks.
    resume : bool
        Go on with what an interrupted run of the same plan has finished. Blocks that are damaged
        are named in a warning and forgotten.
    force : bool
        Replace the run in the folder; its tables stay until the new ones are whole.

    Yields
    ------
    bool
        Whether the folder already holds the whole run: then nothing is left to do.

    Raises
    ------
    ScenarioError
        The folder is taken, is in use, holds another run, or cannot be written.
    """
    if resume and force:
        raise ScenarioError("resume goes on with a run and force replaces it: choose one of them")
    with ExitStack() as stack:
        with clean_errors(folder):
            _refuse_others(folder)
            stack.enter_context(held(folder))
            _refuse_others(folder)
            whole = _ready(folder, plan, resume=resume, force=force)
        yield whole


def _refuse_others(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise ScenarioError(f"{folder} is a file; a run needs a folder of its own")
    if _used(folder) and not is_run(folder):
        raise ScenarioError(f"{folder} holds other files; a run needs a folder of its own")


def _ready(folder: Path, plan: Mapping[str, Any], *, resume: bool, force: bool) -> bool:
    """Leave the plan in the folder, with blocks that fit it or none."""
    publishing(folder).settle()
    if _used(folder) and not (resume or force):
        raise ScenarioError(
            f"{folder} already holds a run: --force replaces it, --resume goes on where it was "
            "interrupted, --out puts the new one elsewhere"
        )
    if _used(folder) and resume and _go_on(folder, plan):
        return True
    if resume and begun(folder):
        _look_over(folder, plan["borders_s"])
    else:
        discard(folder)
        (folder / PARTS).mkdir()
    write_json(folder / PARTS / PLAN, plan)
    return False


def _used(folder: Path) -> bool:
    """Whether anything is in the folder that counts; a desktop's hidden marks do not."""
    names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    return any(name == PARTS or not name.startswith(".") for name in names)


def is_run(folder: Path) -> bool:
    """Whether a run was made, or begun, in the folder."""
    return (folder / MANIFEST).is_file() or begun(folder)


def begun(folder: Path) -> bool:
    """Whether a run is not finished in the folder; a whole one may lie there beside it."""
    return (folder / PARTS).is_dir()


def why_unfinished(folder: Path) -> str:
    """Say why a folder without a manifest cannot be read; nothing where it holds no run."""
    if publishing(folder).in_flight():
        return "holds a run that was killed before all of its tables were in place"
    return "holds a run that was killed" if begun(folder) else ""


def _go_on(folder: Path, plan: Mapping[str, Any]) -> bool:
    """Return whether all is done already; refuse to mix two runs."""
    if begun(folder) and journal.follows(part_of(folder, 0), fingerprint(plan)):
        return False  # whatever has become of the plan, the first block says which run it is of
    path = folder / PARTS / PLAN if begun(folder) else folder / MANIFEST
    try:
        then = read_json(path)
        lines = differences(then, plan)
    except (ScenarioError, KeyError, TypeError, AttributeError) as error:
        raise ScenarioError(
            f"{path} is damaged, so there is nothing to go on with; --force begins again"
        ) from error
    if lines:
        raise ScenarioError(
            "\n".join(
                [f"{folder} holds another run; --force replaces it. Different:"]
                + [f"  {line}" for line in lines[:20]]
            )
        )
    return not begun(folder) and bool(then.get("complete"))


def _look_over(folder: Path, borders_s: list[float]) -> None:
    """Forget the blocks that are not as they were written, and say which."""
    there = [int(path.name) for path in (folder / PARTS).glob(_NUMBER)]
    for number in range(min(max(there, default=-1) + 1, len(borders_s) - 1)):
        part = part_of(folder, number)
        if why := journal.damage(part):
            name_again(part, borders_s, why)
            if part.exists():
                shutil.rmtree(part)


def name_again(part: Path, borders_s: list[float], why: str) -> None:
    """Warn that a block is computed again."""
    start_s, end_s = borders_s[int(part.name) :][:2]
    warn(f"{part}: {why}; {start_s:g} s to {end_s:g} s are computed again", stacklevel=2)


def finished(folder: Path, origin: str) -> list[Path]:
    """Return the folders of the finished blocks of a plan, in order of time, up to the first gap.

    Parameters
    ----------
    folder : Path
        Of the run.
    origin : str
        `fingerprint` of the plan.
    """
    found: list[Path] = []
    while journal.follows(part_of(folder, len(found)), _before(folder, len(found), origin)):
        found.append(part_of(folder, len(found)))
    return found


def keep(folder: Path, number: int, origin: str) -> None:
    """Let a block count: its draft is whole."""
    part = part_of(folder, number)
    journal.seal(draft_of(part), part, _before(folder, number, origin))


def _before(folder: Path, number: int, origin: str) -> str:
    return journal.mark(part_of(folder, number - 1)) if number else origin


def part_of(folder: Path, number: int) -> Path:
    """Return where a block's files lie once it is finished."""
    return folder / PARTS / f"{number:06d}"


def draft_of(part: Path) -> Path:
    """Return where files lie until they are whole."""
    return part.with_suffix(".draft")


def drop_drafts(folder: Path) -> None:
    """Forget what was begun and not finished."""
    for path in (folder / PARTS).glob("*.draft"):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def publishing(folder: Path) -> Publishing:
    """Return how the tables of a run get into its folder."""
    return Publishing(folder, folder / PARTS, MANIFEST, owned)


def discard(folder: Path) -> None:
    """Forget a run that was begun."""
    if begun(folder):
        shutil.rmtree(folder / PARTS)


def discard_unless_worth(folder: Path) -> None:
    """Forget a run of which no block is finished."""
    if not any((folder / PARTS).glob(_NUMBER)):
        discard(folder)


@contextmanager
def clean_errors(folder: Path) -> Iterator[None]:
    """Say in words what a disk or its rights refused."""
    try:
        yield
    except OSError as error:
        why = error.strerror or str(error)
        raise ScenarioError(f"{folder} cannot be written: {why}") from error
