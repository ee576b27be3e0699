"""One door for all exports: choose, write under a temporary name, rename when whole."""

import shutil
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from skyweft.errors import ScenarioError
from skyweft.export import cesium, cubes, maps, orbits
from skyweft.export.choice import Choice, choose
from skyweft.naming import Apart, file_stem
from skyweft.protocols import features as written
from skyweft.protocols.omm_writing import NOTATIONS
from skyweft.store.folder import clean_errors
from skyweft.store.names import EXPORTS
from skyweft.store.reading import Folder

OBJECTS_MANY = 500
"""From here on Cesium gets slow, whoever wrote the file."""

FORMATS = EXPORTS


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
        `czml` (Cesium), `oem` (CCSDS ephemerides, a file a platform), `omm` (CCSDS mean elements:
        JSON, or by the name's ending CSV, KVN, XML), `geojson` and `kml` (places, ground tracks,
        footprints), `netcdf` and `zarr` (ephemerides as a cube; need `skyweft[export]`).
    out : path, optional
        The file, or the folder for `oem` and `zarr`; by default in the run's folder. What is
        there is replaced once the new one is whole.
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
        package that is missing, a place that cannot be written.
    """
    if form not in FORMATS:
        raise ScenarioError(f"{form!r} is no format: {', '.join(FORMATS)}")
    if step_s is not None and not step_s > 0:
        raise ScenarioError(f"the step must be above 0 s, got {step_s:g}")
    if not 0 <= time_s <= run.simulated_s:
        raise ScenarioError(f"the time must be in 0 to {run.simulated_s:g} s, got {time_s:g}")
    path = Path(out) if out is not None else run.folder / FORMATS[form]
    chosen = choose(run, only)
    notes: list[str] = []
    if form == "czml" and len(chosen) > OBJECTS_MANY:
        notes.append(f"{len(chosen):,} objects: Cesium is slow above {OBJECTS_MANY}; --only helps")
    _write(path, _writer(run, form, chosen, step_s, time_s, path, notes))
    return path, notes


def _writer(
    run: Folder,
    form: str,
    chosen: Choice,
    step_s: float | None,
    time_s: float,
    path: Path,
    notes: list[str],
) -> Callable[[Path], None]:
    """Return what writes the format to a path; errors are found before it is called."""
    if form in ("netcdf", "zarr"):
        cube = cubes.ephemeris(run, chosen, step_s)
        write = cubes.write_netcdf if form == "netcdf" else cubes.write_zarr
        return lambda draft: write(cube, draft)
    if form == "oem" or (form == "omm" and path.suffix.lower() == ".kvn"):
        _beyond_ascii(chosen.moving.texts("name"), notes)
    if form == "oem":
        files = orbits.ephemerides(run, chosen, step_s)
        return lambda draft: _folder(draft, files)
    if form == "czml":
        return lambda draft: _lines(draft, cesium.lines(run, chosen, step_s, notes))
    if form == "omm":
        notation = path.suffix.removeprefix(".").lower()
        if notation not in NOTATIONS:
            raise ScenarioError(f"{path}: OMM is written as .{', .'.join(NOTATIONS)}")
        text = orbits.elements(run, chosen, notation)
    else:
        found = list(maps.features(run, chosen, step_s, time_s))
        text = (
            written.geojson(found) if form == "geojson" else written.kml(run.scenario.name, found)
        )
    return lambda draft: _lines(draft, [text.rstrip("\n")])


def _beyond_ascii(names: Sequence[str], notes: list[str]) -> None:
    """Say that CCSDS knows only ASCII in lines of KEY = value (502.0-B-3, section 7.2)."""
    foreign = [name for name in names if not name.isascii()]
    if foreign:
        notes.append(
            f"{len(foreign):,} names hold characters beyond ASCII, such as {foreign[0]}: they are "
            "written in UTF-8, which CCSDS does not provide for"
        )


def _lines(path: Path, lines: Iterable[str]) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(f"{line}\n" for line in lines)


def _folder(path: Path, files: Iterable[tuple[str, str]]) -> None:
    path.mkdir()
    apart = Apart()  # two names may differ only in what a file's name cannot hold
    for name, text in files:
        file = path / apart(file_stem(name), ".oem")
        file.write_text(text, encoding="utf-8", newline="\n")


def _write(path: Path, write: Callable[[Path], None]) -> None:
    draft = path.with_name(f".{path.name}.draft")
    with clean_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        _remove(draft)
        try:
            write(draft)
            _remove(path)
            draft.replace(path)
        finally:
            _remove(draft)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
