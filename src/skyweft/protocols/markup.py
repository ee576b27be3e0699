"""XML of strangers, parsed without what can blow it up."""

from xml.etree import ElementTree as ET

from skyweft.errors import ScenarioError


def refuse_entities(text: str, file_name: str) -> None:
    """Refuse a document that declares anything: a few lines of entities become gigabytes.

    Raises
    ------
    ScenarioError
        It has a DOCTYPE.
    """
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise ScenarioError(
            f"{file_name}: an XML file with a DOCTYPE is refused: entities can blow it up"
        )


def parsed(text: str, file_name: str) -> ET.Element:
    """Return the root of a document.

    Raises
    ------
    ScenarioError
        It is no XML, or has a DOCTYPE.
    """
    refuse_entities(text, file_name)
    try:
        return ET.fromstring(text)
    except ET.ParseError as error:
        raise ScenarioError(f"{file_name}: line {error.position[0]}: not XML: {error}") from error
    except ValueError as error:  # an encoding of many bytes is declared
        raise ScenarioError(f"{file_name}: not XML: {error}") from error


def tag(element: ET.Element) -> str:
    """Return an element's name without its namespace."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
