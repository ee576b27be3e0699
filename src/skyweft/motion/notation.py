"""What a user's file of places is written in, told from its name and its beginning."""

import codecs
import json
from pathlib import Path
from typing import Any, Literal

from skyweft.errors import ScenarioError
from skyweft.motion.tables import NESTED_MAX_BYTES, read_bytes, read_text
from skyweft.protocols.markup import refuse_crowded

Notation = Literal["table", "json", "gpx"]
_BY_NAME: dict[str, Notation] = {
    ".csv": "table",
    ".geojson": "json",
    ".gpx": "gpx",
    ".json": "json",
    ".tsv": "table",
}
_BY_BEGINNING: dict[bytes, Notation] = {b"{": "json", b"[": "json", b"<": "gpx"}
_BEGINNING = 4_096  # bytes that are looked at


def notation(path: Path) -> Notation:
    """Return in which notation a file of places or tracks is, by its content where none is named.

    Raises
    ------
    ScenarioError
        The file cannot be read.
    """
    found = _BY_NAME.get(path.suffix.lower())
    beginning = b"" if found else read_bytes(path)[:_BEGINNING].removeprefix(codecs.BOM_UTF8)
    return found or _BY_BEGINNING.get(beginning.lstrip()[:1], "table")


def read_json(path: Path) -> Any:
    """Return what a JSON file holds.

    Raises
    ------
    ScenarioError
        It is no JSON, or nested too deeply.
    """
    text = read_text(path, NESTED_MAX_BYTES)
    refuse_crowded(text, path.name)
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise ScenarioError(f"{path.name}: line {error.lineno}: not JSON: {error.msg}") from error
    except (RecursionError, ValueError) as error:  # nested too deeply, a number of 5,000 digits
        raise ScenarioError(f"{path.name}: not JSON: {error}") from error
