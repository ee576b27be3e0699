"""How a user changes from server to server."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from skyweft.scenario.parts import Rule
from skyweft.scenario.quantities import Time
from skyweft.scenario.raw import Found, Plain, rows, strangers

Decibels = Annotated[float, Field(ge=0, le=60)]


class Handover(Rule):
    """Which of the platforms in contact serves a user, moment by moment."""

    key = "handover"
    words = "Users that change from server to server: one `[[handover]]` a rule of when."
    BY_SIGNAL: ClassVar[tuple[str, ...]] = ("hysteresis_db", "time_to_trigger_s")

    platforms: Annotated[list[str], Field(min_length=1)]
    """Groups of users. Whoever passes traffic on and is in contact with one may serve it."""
    rule: Literal["strongest", "longest_remaining", "conditional"] = "strongest"
    """`strongest`: to a server that has been stronger by `hysteresis_db` for `time_to_trigger_s`;
    `longest_remaining`: when the contact ends, to the server with the longest contact to come;
    `conditional`: `ahead_s` before it ends, to the strongest that lasts longer."""
    hysteresis_db: Decibels | None = None
    """Of `strongest`; 3 dB unless given."""
    time_to_trigger_s: Time | None = None
    """Of `strongest`; 0 s unless given."""
    ahead_s: Time | None = None
    """Of `conditional`, from predicted geometry; 10 s unless given."""
    step_s: Annotated[float, Field(ge=0.01, le=3_600)] = 1.0
    """Between measurements."""
    interruption_s: Time = 0.1
    """Without traffic at every handover. Nobody publishes it: ask with several."""
    stay_s: Time = 5.0
    """Back at the server before last within so long is a ping-pong."""

    @model_validator(mode="after")
    def _no_word_in_vain(self) -> Self:
        """Refuse keys that the rule does not read."""
        read = {
            "strongest": {"hysteresis_db", "time_to_trigger_s"},
            "longest_remaining": set[str](),
            "conditional": {"ahead_s"},
        }[self.rule]
        idle = sorted(
            self.model_fields_set & ({"hysteresis_db", "time_to_trigger_s", "ahead_s"} - read)
        )
        if idle:
            raise ValueError(f"rule = {self.rule!r} does not read {', '.join(idle)}")
        return self

    @classmethod
    def references(cls, data: Plain) -> Found:
        """Yield place and words of groups nobody has."""
        for row, rule in rows(data, cls.key):
            yield from strangers(data, rule, (cls.key, row), "platforms")
