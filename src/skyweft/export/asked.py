"""What an export is asked for, and how text becomes its file."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from skyweft.export.choice import Choice
from skyweft.store.reading import Folder

Write = Callable[[Path], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """What of a run is wanted, and where it goes.

    Parameters
    ----------
    run : Folder
        A finished or interrupted run.
    chosen : Choice
        Its platforms that are wanted.
    step_s : float or None
        Between the times written; the format's own unless given. [s]
    time_s : float
        Of what is of one moment, from the run's start. [s]
    path : Path
        Where the file or folder will be; what is written first has another name.
    notes : list of str
        What was left out, or is more than readers like: a writer adds to it.
    """

    run: Folder
    chosen: Choice
    step_s: float | None
    time_s: float
    path: Path
    notes: list[str] = field(default_factory=list)


def in_lines(lines: Iterable[str]) -> Write:
    """Return what writes text line by line."""

    def write(path: Path) -> None:
        with path.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(f"{line}\n" for line in lines)

    return write


def beyond_ascii(names: Sequence[str], notes: list[str]) -> None:
    """Say that CCSDS knows only ASCII in lines of KEY = value (502.0-B-3, section 7.2)."""
    foreign = [name for name in names if not name.isascii()]
    if foreign:
        notes.append(
            f"{len(foreign):,} names hold characters beyond ASCII, such as {foreign[0]}: they are "
            "written in UTF-8, which CCSDS does not provide for"
        )
