"""What a user's file of places is written in, told from its name and its beginning."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from skyweft.errors import ScenarioError
from skyweft.files import beginning
from skyweft.motion.holding import BEGINNING, Notation, held, refuse_misnamed, refuse_other
from skyweft.motion.tables import NESTED_MAX_BYTES, read_text
from skyweft.protocols.markup import refuse_crowded, uncollected

_BY_NAME: dict[str, Notation] = {
    ".csv": "table",
    ".geojson": "json",
    ".gpx": "gpx",
    ".json": "json",
    ".tsv": "table",
}
_ALL: Sequence[Notation] = ("table", "json", "gpx")


def notation(path: Path, needed: Sequence[Notation] = _ALL, things: str = "places") -> Notation:
    """Return in which notation a file of places or tracks is, by its content where none is named.

    Parameters
    ----------
    path : Path
        Of the file.
    needed : sequence
        Notations that are read.
    things : str
        What for, in a word.

    Raises
    ------
    ScenarioError
        The file cannot be read, or is in another notation, or in another than its name says.
    """
    data = beginning(path, BEGINNING)
    found = refuse_other(path.name, data, needed, things)
    said = _BY_NAME.get(path.suffix.lower())
    if said not in needed or said is None:
        return found
    refuse_misnamed(path.name, said, found)
    return said


def _refuse_foreign(path: Path) -> None:
    data = beginning(path, BEGINNING)
    if held(data).notation != "table":  # which may be anything: what is wrong is said by line
        refuse_other(path.name, data, ("json",), "places and regions")


def read_json(path: Path) -> Any:
    """Return what a JSON file holds.

    Raises
    ------
    ScenarioError
        It is no JSON, or nested too deeply.
    """
    _refuse_foreign(path)
    text = read_text(path, NESTED_MAX_BYTES)
    refuse_crowded(text, path.name)
    try:
        with uncollected():
            return json.loads(text)
    except json.JSONDecodeError as error:
        raise ScenarioError(f"{path.name}: line {error.lineno}: not JSON: {error.msg}") from error
    except (RecursionError, ValueError) as error:  # nested too deeply, a number of 5,000 digits
        raise ScenarioError(f"{path.name}: not JSON: {error}") from error
