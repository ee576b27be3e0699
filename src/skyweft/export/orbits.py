"""A run's satellites for flight dynamics: ephemerides and the mean elements they flew by."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from skyweft.errors import ScenarioError
from skyweft.export.asked import Asked, Write, beyond_ascii, in_lines
from skyweft.export.choice import Choice
from skyweft.export.moving import moving
from skyweft.motion.fleet import build_fleet
from skyweft.motion.orbits import Orbits
from skyweft.naming import Apart, file_stem
from skyweft.protocols import oem, omm_writing
from skyweft.protocols.omm_writing import NOTATIONS
from skyweft.store.reading import Folder
from skyweft.world.clock import Clock

STEP_S = 60.0
NO_NUMBER = "UNKNOWN"  # what CCSDS writes for an object nobody has designated


def oem_writer(asked: Asked) -> Write:
    """Return what writes an OEM a mover into a folder."""
    beyond_ascii(asked.chosen.moving.texts("name"), asked.notes)
    return partial(_folder, _ephemerides(asked.run, asked.chosen, asked.step_s))


def omm_writer(asked: Asked) -> Write:
    """Return what writes an OMM in the notation that the file's name ends in."""
    path = asked.path
    notation = path.suffix.removeprefix(".").lower()
    if notation == "kvn":
        beyond_ascii(asked.chosen.moving.texts("name"), asked.notes)
    if notation not in NOTATIONS:
        raise ScenarioError(f"{path}: OMM is written as .{', .'.join(NOTATIONS)}")
    return in_lines([_elements(asked.run, asked.chosen, notation).rstrip("\n")])


def _folder(files: Iterable[tuple[str, str]], path: Path) -> None:
    path.mkdir()
    apart = Apart()  # two names may differ only in what a file's name cannot hold
    for name, text in files:
        file = path / apart(file_stem(name), ".oem")
        file.write_text(text, encoding="utf-8", newline="\n")


def _ephemerides(run: Folder, chosen: Choice, step_s: float | None) -> Iterator[tuple[str, str]]:
    """Yield the name and the OEM of every mover that was chosen.

    Raises
    ------
    ScenarioError
        None of them moves.
    """
    movers = moving(run, chosen.moving, step_s or STEP_S)
    if not movers.names:
        raise ScenarioError(
            f"{run.folder}: nothing that was chosen moves, so there is no ephemeris"
        )
    clock = Clock.at(run.scenario.start)
    times = [text.removesuffix("Z") for text in clock.utc(movers.time_s)]
    for row, name in enumerate(movers.names):
        spans = [
            (
                times[at],
                movers.position_m[row][:, at].T,
                movers.velocity_m_s[row][:, at].T,
            )
            for at in movers.spans(row)
        ]
        if spans:
            yield name, "\n".join(oem.write(name, NO_NUMBER, spans, _now())) + "\n"


def _elements(run: Folder, chosen: Choice, notation: str) -> str:
    """Return the mean elements of the satellites that were chosen, as OMM.

    Raises
    ------
    ScenarioError
        None of them flies by mean elements, or a file of elements is not there any more.
    """
    wanted = set(chosen.texts("name"))
    fleet = build_fleet(run.scenario)
    sets = [
        fields
        for mover in fleet.movers
        if isinstance(mover, Orbits)
        for fields in omm_writing.element_sets(mover.elements)
        if fields["OBJECT_NAME"] in wanted
    ]
    if not sets:
        raise ScenarioError(f"{run.folder}: nothing that was chosen flies by mean elements")
    return omm_writing.write(notation, sets, _now())


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S")
