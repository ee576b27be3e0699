"""One door for all exports: choose, write under a temporary name, rename when whole."""

import shutil
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from skyweft.errors import ScenarioError
from skyweft.export.asked import Asked, Write
from skyweft.export.choice import choose
from skyweft.scenario.words import suggestion
from skyweft.store.folder import clean_errors
from skyweft.store.formats import FORMATS
from skyweft.store.reading import Folder


def export(
    run: Folder,
    form: str,
    out: str | Path | None = None,
    *,
    only: Sequence[str] = (),
    step_s: float | None = None,
    time_s: float = 0.0,
) -> tuple[Path, list[str]]:
    """Write a run in a format of other programs.

    Parameters
    ----------
    run : Folder
        A finished or interrupted run.
    form : str
        Such as `czml` (Cesium), `oem` (CCSDS ephemerides, a file a platform), `omm` (CCSDS mean
        elements: JSON, or by the name's ending CSV, KVN, XML), `geojson` and `kml` (places, ground
        tracks, footprints), `netcdf` and `zarr` (ephemerides as a cube; need `skyweft[export]`);
        installed packages may add others.
    out : path, optional
        The file, or the folder for `oem` and `zarr`; by default in the run's folder. What is
        there is replaced once the new one is whole; a folder that holds anything else is not.
    only : sequence of str
        Names of platforms or groups; all unless given.
    step_s : float, optional
        Between the times written; 60 s unless given, in CZML 120 s for satellites and 15 s below.
    time_s : float
        Of sub-points and footprints, from the run's start.

    Returns
    -------
    path : Path
        What was written.
    notes : list of str
        What was left out, or is more than readers like.

    Raises
    ------
    ScenarioError
        An unknown format or name, a step that is not above 0, tracks that were left out, a
        package that is missing, a place that cannot be written, or where something else would
        be lost.
    """
    if form not in FORMATS:
        hint = suggestion(form, FORMATS)
        raise ScenarioError(f"{form!r} is no format{hint}; allowed: {', '.join(FORMATS)}")
    if step_s is not None and not step_s > 0:
        raise ScenarioError(f"the step must be above 0 s, got {step_s:g}")
    if not 0 <= time_s <= run.simulated_s:
        raise ScenarioError(f"the time must be in 0 to {run.simulated_s:g} s, got {time_s:g}")
    path = Path(out) if out is not None else run.folder / FORMATS[form].file
    asked = Asked(run, choose(run, only), step_s, time_s, path)
    write: Write = FORMATS.call(form, FORMATS[form].writer, Callable, asked)  # type: ignore[arg-type]
    _write(path, partial(_written, form, write))
    return path, asked.notes


def _written(form: str, write: Write, draft: Path) -> None:
    """Write under a temporary name; who writes nothing is named."""
    with FORMATS.blamed(form):
        write(draft)
    if not draft.exists():
        raise FORMATS.error(form, "wrote nothing")


def _write(path: Path, write: Callable[[Path], None]) -> None:
    if not path.name:
        raise ScenarioError(f"{path} is a folder; a name in it is needed")
    draft = path.with_name(f".{path.name}.draft")
    with clean_errors(path):
        if path.exists() and not (path.is_file() or path.is_dir()):
            raise ScenarioError(f"{path} is no regular file (a pipe, a socket or a device)")
        path.parent.mkdir(parents=True, exist_ok=True)
        _remove(draft)
        try:
            write(draft)
            _refuse_to_lose(path, draft)
            _remove(path)
            draft.replace(path)
        finally:
            _remove(draft)


def _refuse_to_lose(path: Path, draft: Path) -> None:
    """Let a folder be replaced by one of the same kind alone: all else in it is somebody's own."""
    if not path.is_dir():
        return
    if not draft.is_dir():
        raise ScenarioError(f"{path} is a folder; what is written is one file: give a name in it")
    fresh = {path.name for path in draft.iterdir()}
    endings = {Path(name).suffix for name in fresh}
    for name in sorted(inner.name for inner in path.iterdir()):
        alike = name in fresh or {Path(name).suffix} == endings != {""}
        if not alike:
            raise ScenarioError(f"{path} holds {name}, which is not replaced: name another folder")


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
