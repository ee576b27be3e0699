"""What a stage adds to the report of a run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from skyweft.drawing.markup import NOTHING, Markup


@dataclass(frozen=True, slots=True)
class Section:
    """A stage's part of the report; whatever it has nothing to say with stays empty.

    Parameters
    ----------
    body : Markup
        One or more titled sections.
    places : mapping of str to str
        Words of the bar on top, by the key of the titled section that each leads to. A place that
        is not in the body is left out.
    tiles : sequence of Markup
        Key metrics for the top of the report.
    sources : sequence of (str, str, str)
        Where numbers come from: numbers, stage, table.
    after : str
        Key of the stage whose part this one follows; in the order of the stages unless given.
    """

    body: Markup = NOTHING
    places: Mapping[str, str] = field(default_factory=dict)
    tiles: Sequence[Markup] = ()
    sources: Sequence[tuple[str, str, str]] = ()
    after: str = ""

    def __post_init__(self) -> None:
        texts = [self.body, self.after, *self.tiles, *self.places, *self.places.values()]
        texts += [word for row in self.sources for word in row]
        if odd := [text for text in texts if not isinstance(text, str)]:
            raise TypeError(f"{type(odd[0]).__name__} in place of text")
        if odd_rows := [row for row in self.sources if len(row) != 3]:
            raise TypeError(f"a source is numbers, stage and table, not {odd_rows[0]}")
