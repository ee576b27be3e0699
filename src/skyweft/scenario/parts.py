"""What stages add to a scenario: tables of their own, beside what every scenario holds.

A stage says in its room what a user may ask of it (`Stage.models`): a `Rule` is a table that may
come many times, `[[key]]`, `Settings` one that comes once, `[key]`. The scenario's model is put
together of these when it is first used, and each is had by its type: `scenario.rules(Packets)`,
`scenario.settings(Gateways)`.
"""

from typing import Any, ClassVar

from pydantic import Field

from skyweft.parts import named
from skyweft.scenario.entry import Entry
from skyweft.scenario.raw import Found, Plain

STAGES = "skyweft.stage.registry:STAGES"


class Part(Entry):
    """A table of one stage.

    Attributes
    ----------
    key : str
        Where it stands in the scenario.
    words : str
        What it is, for the reference and for editors.
    """

    key: ClassVar[str]
    words: ClassVar[str]

    @classmethod
    def field(cls) -> tuple[Any, Any]:
        """Return the type and the field of the scenario that holds it."""
        return cls | None, Field(default=None, description=cls.words)

    @classmethod
    def references(cls, _data: Plain) -> Found:
        """Yield place and words of what does not go with the rest of a scenario.

        Parameters
        ----------
        _data : mapping
            The whole scenario as plain tables, before or after the models have checked them:
            anything of the wrong shape is passed over, its own error is reported already.
        """
        yield from ()


class Rule(Part):
    """A table that may come many times: `[[key]]`."""

    @classmethod
    def field(cls) -> tuple[Any, Any]:
        """Return the type and the field of the scenario that holds a list of them."""
        return list[cls], Field(default=[], description=cls.words)  # type: ignore[valid-type]


class Settings(Part):
    """A table that comes once, or not at all: `[key]`."""


def parts() -> list[type[Part]]:
    """Return every table that stages add, in the stages' order."""
    return [model for stage in named(STAGES).values() for model in stage.models]
