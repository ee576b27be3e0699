"""Formats of contact plans: ours, and those of installed packages."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from skyweft.parts import Registry

_HOME = "skyweft.protocols.contact_plans"


@dataclass(frozen=True, slots=True)
class PlanFormat:
    """A format of contact plans that other programs read and write.

    Parameters
    ----------
    kind : str
        What users call it: "ion".
    words : str
        What it is, for people: "commands of ION's ionadmin".
    mark : str
        A regular expression that is found in its texts alone; `^` begins any line.
    reader : callable or str
        (text, `skyweft.protocols.records.Errors`) to `contact_plans.records.Listed`. Text is
        where it is, "package.module:name", imported when it is first called.
    writer : callable or str
        (records, names of all nodes) to the text of a file and notes on what it does not hold.
    """

    kind: str
    words: str
    mark: str
    reader: Callable[..., Any] | str
    writer: Callable[..., Any] | str


def _wrong(part: Any, _: Mapping[str, PlanFormat]) -> str:
    if not isinstance(part, PlanFormat):
        return f"it is {type(part).__name__}, not a {_HOME}.formats.PlanFormat"
    re.compile(part.mark)  # raises where it is none
    if not all(isinstance(door, str) or callable(door) for door in (part.reader, part.writer)):
        return "its reader or its writer cannot be called"
    return ""


PLAN_FORMATS: Registry[PlanFormat] = Registry(
    "skyweft.plan_formats",
    "format of contact plans",
    (
        PlanFormat(
            "hdtn", "HDTN's JSON", r"\A\s*[{\[]", f"{_HOME}.hdtn:read", f"{_HOME}.hdtn:write"
        ),
        PlanFormat(
            "ion",
            "commands of ION's ionadmin",
            r"^\s*a\s+(contact|range)\s",
            f"{_HOME}.ion:read",
            f"{_HOME}.ion:write",
        ),
        PlanFormat(
            "asabr",
            "A-SABR's text",
            r"^\s*(node|contact)\s",
            f"{_HOME}.asabr:read",
            f"{_HOME}.asabr:write",
        ),
    ),
    lambda each: (each.kind,),
    _wrong,
)
