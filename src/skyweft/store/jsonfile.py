"""JSON tables for people and programs: strict on the way in, never half-written on the way out."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic_core import from_json

from skyweft.errors import ScenarioError


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write a table by way of a draft, which has reached the disk when it gets its name."""
    draft = path.with_suffix(".draft")
    text = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)
    with draft.open("w", encoding="utf-8") as out:
        out.write(text + "\n")
        out.flush()
        os.fsync(out.fileno())
    draft.replace(path)


def read_json(path: Path) -> dict[str, Any]:
    """Read a table; whatever is none is not ours, nor is what could not be written again."""
    try:
        content = from_json(path.read_bytes(), allow_inf_nan=False)
        json.dumps(content, allow_nan=False)  # a number too large is read as infinity
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise ScenarioError(f"{path} cannot be read: {why}") from error
    if not isinstance(content, dict):
        raise ScenarioError(f"{path} is not a table of a run")
    return content
