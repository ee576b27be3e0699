"""XML and JSON of strangers, parsed without what can blow it up."""

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from xml.etree import ElementTree as ET

from skyweft.errors import ScenarioError

MEMORY_MAX_BYTES = 300_000_000  # of the objects that a parser makes of a text
_JSON_BYTES = {",": 40, "[": 72, "{": 200, ":": 20}
XML_BYTES = {"<": 130, "</": -130, "=": 170}
"""What each of these stands for in memory, measured with CPython 3.11: counted before parsing."""


def refuse_crowded(text: str, file_name: str, weights: Mapping[str, int] = _JSON_BYTES) -> None:
    """Refuse a text whose parts, few bytes each, would take far more memory than itself.

    Raises
    ------
    ScenarioError
        It does.
    """
    needed = sum(weight * text.count(mark) for mark, weight in weights.items())
    if needed > MEMORY_MAX_BYTES:
        raise ScenarioError(
            f"{file_name}: reading it takes about {needed / 1e6:,.0f} MB of memory, at most "
            f"{MEMORY_MAX_BYTES / 1e6:.0f} MB are given: part it into several files"
        )


@contextmanager
def uncollected() -> Iterator[None]:
    """Make many objects that hold each other in no circle, without looking for circles in them.

    Python would look through all of them each time that their number has grown by a fourth.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def refuse_entities(text: str, file_name: str) -> None:
    """Refuse a document that declares anything: a few lines of entities become gigabytes.

    Raises
    ------
    ScenarioError
        It has a DOCTYPE.
    """
    if "<!" in text and ("<!DOCTYPE" in text or "<!ENTITY" in text):
        raise ScenarioError(
            f"{file_name}: an XML file with a DOCTYPE is refused: entities can blow it up"
        )


def tag(element: ET.Element) -> str:
    """Return an element's name without its namespace."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
