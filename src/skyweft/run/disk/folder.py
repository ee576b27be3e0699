"""A run's folder: what lies where, who may write into it, and how nothing is ever half-written.

While a run goes on, everything is under `.parts/`: `plan.json` says what is being run, and every
finished block of time has a folder of its own, renamed into place when it is whole. Tables come
to the run's folder at the end, by renaming. A run that was killed loses the block it was in.
"""

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from skyweft.errors import ScenarioError
from skyweft.run.disk.identity import differences

MANIFEST = "manifest.json"
PARTS = ".parts"
PLAN = "plan.json"
BOUND = "bound.json"  # of the flows, in the first block
STALE = ("report.html",)  # made from an earlier run's tables
TABLES_ALWAYS = ("platforms", "contacts", "links", "access")
TABLES_MAYBE = (
    "routes",
    "route_statistics",
    "route_times",
    "shares",
    "loads",
    "beams",
    "packets",
    "deliveries",
    "deliveries_by_thing",
    "deliveries_by_cell",
    "deliveries_by_hour",
    "delivery_delays",
    "stores",
    "downlinks",
    "gateways",
    "gateway_times",
    "coverage",
    "tracks",
)


def claim(folder: Path, plan: Mapping[str, Any], *, resume: bool, force: bool) -> bool:
    """Make `folder` ready to run `plan` in.

    Parameters
    ----------
    folder : Path
        Is made where it is missing.
    plan : mapping
        `identity` of the scenario, and the borders of its blocks.
    resume : bool
        Go on with what an interrupted run of the same plan has finished.
    force : bool
        Replace the run in the folder; its tables stay until the new ones are whole.

    Returns
    -------
    bool
        Whether the folder already holds the whole run: then nothing is left to do.

    Raises
    ------
    ScenarioError
        The folder is taken, holds another run, or cannot be written.
    """
    if resume and force:
        raise ScenarioError("resume goes on with a run and force replaces it: choose one of them")
    with clean_errors(folder):
        if folder.exists() and not folder.is_dir():
            raise ScenarioError(f"{folder} is a file; a run needs a folder of its own")
        held = _held(folder)
        if held and not resume:
            _refuse_unless(force, folder)
        if held and resume and _go_on(folder, plan):
            return True
        if not (resume and (folder / PARTS / PLAN).exists()):
            discard(folder)
            (folder / PARTS).mkdir(parents=True)
            write_json(folder / PARTS / PLAN, plan)
    return False


def _held(folder: Path) -> bool:
    """Whether anything is in the folder that counts; a desktop's hidden marks do not."""
    names = [each.name for each in folder.iterdir()] if folder.is_dir() else []
    return any(name == PARTS or not name.startswith(".") for name in names)


def _refuse_unless(force: bool, folder: Path) -> None:
    if not is_run(folder):
        raise ScenarioError(f"{folder} holds other files; a run needs a folder of its own")
    if not force:
        raise ScenarioError(
            f"{folder} already holds a run: --force replaces it, --resume goes on where it was "
            "interrupted, --out puts the new one elsewhere"
        )


def is_run(folder: Path) -> bool:
    """Whether a run was made, or begun, in the folder."""
    return (folder / MANIFEST).is_file() or (folder / PARTS / PLAN).is_file()


def _go_on(folder: Path, plan: Mapping[str, Any]) -> bool:
    """Return whether all is done already; refuse to mix two runs."""
    if not is_run(folder):
        raise ScenarioError(f"{folder} holds other files and no run to resume")
    begun = (folder / PARTS / PLAN).is_file()
    then = read_json(folder / PARTS / PLAN if begun else folder / MANIFEST)
    try:
        lines = differences(then, plan)
    except (KeyError, TypeError) as error:
        raise ScenarioError(f"{folder}: what is there cannot be resumed; use --force") from error
    if lines:
        raise ScenarioError(
            "\n".join(
                [f"{folder} holds another run; --force replaces it. Different:"]
                + [f"  {each}" for each in lines[:20]]
            )
        )
    return not begun and bool(then.get("complete"))


def finished(folder: Path) -> list[Path]:
    """Return the folders of the finished blocks, in order of time."""
    found = sorted((folder / PARTS).glob("[0-9][0-9][0-9][0-9][0-9][0-9]"))
    # A gap would mean a block was taken out by hand: what follows it cannot be trusted.
    return [each for number, each in enumerate(found) if each.name == f"{number:06d}"]


def part_of(folder: Path, number: int) -> Path:
    """Return where a block's files lie once it is finished."""
    return folder / PARTS / f"{number:06d}"


def draft_of(part: Path) -> Path:
    """Return where files lie until they are whole."""
    return part.with_suffix(".draft")


def drop_drafts(folder: Path) -> None:
    """Forget what was begun and not finished."""
    for each in (folder / PARTS).glob("*.draft"):
        if each.is_dir():
            shutil.rmtree(each)
        else:
            each.unlink()


def publish(folder: Path, draft: Path, complete: bool) -> None:
    """Move finished files from `draft` to the run's folder, the manifest last."""
    for name in (*STALE, *(f"{each}.parquet" for each in TABLES_MAYBE)):
        if not (draft / name).exists():
            (folder / name).unlink(missing_ok=True)
    for each in sorted(draft.iterdir(), key=lambda path: (path.name == MANIFEST, path.name)):
        each.replace(folder / each.name)
    draft.rmdir()
    if complete:
        shutil.rmtree(folder / PARTS)


def discard(folder: Path) -> None:
    """Forget a run that was begun; the folder goes too where nothing else is in it."""
    if (folder / PARTS).exists():
        shutil.rmtree(folder / PARTS)
    if folder.is_dir() and not any(folder.iterdir()):
        with suppress(OSError):  # a disk of its own, mounted there, stays
            folder.rmdir()


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write JSON for people and programs, by way of a draft."""
    draft = path.with_suffix(".draft")
    text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)
    draft.write_text(text + "\n", encoding="utf-8")
    draft.replace(path)


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON table; whatever is none is not ours."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise ScenarioError(f"{path} cannot be read: {why}") from error
    if not isinstance(content, dict):
        raise ScenarioError(f"{path} is not a table of a run")
    return content


@contextmanager
def clean_errors(folder: Path) -> Iterator[None]:
    """Say in words what a disk or its rights refused."""
    try:
        yield
    except OSError as error:
        why = error.strerror or str(error)
        raise ScenarioError(f"{folder} cannot be written: {why}") from error
