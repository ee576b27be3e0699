"""XML of which a parser sees, of elements written alike that follow each other, the first alone.

That one was whole: behind it the parser is where it was before it, and where every other one would
have left it. So the document is well-formed where what the parser saw is.
"""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any, Generic, NamedTuple, TypeVar, cast
from xml.etree import ElementTree as ET

from skyweft.protocols.alike import BLANK, Form, Tag, tags

FORMS_MAX = 20  # ways to write an element that are looked for in one file
_CHUNK = 1 << 16
Meaning = TypeVar("Meaning")


class Passed(NamedTuple, Generic[Meaning]):
    """Elements that the parser did not see: what their values mean, and columns of them, (R,)."""

    meaning: Meaning
    columns: Sequence[Sequence[str]]
    rows: int


class Runs(Generic[Meaning]):
    """Parses a document; every element that ends comes as it does from `ElementTree`.

    Parameters
    ----------
    text : str
        The document.
    names : collection of str
        Of elements that may follow each other by the thousand and hold none of their own name.
    meaning : callable
        Says of an element's tags what its values mean, or None where it must be parsed.
    varying : collection of str
        Attributes that are values.
    """

    def __init__(
        self,
        text: str,
        names: Collection[str],
        meaning: Callable[[Sequence[Tag]], Meaning | None],
        varying: Collection[str] = (),
    ) -> None:
        self.lines_passed = 0
        self._text = text
        self._first = re.compile(rf"<({'|'.join(names)})[\s>]")
        self._meaning = meaning
        self._varying = varying
        self._parser: ET.XMLPullParser[Any] = ET.XMLPullParser(events=("end",))
        self._forms: list[tuple[Form, Meaning]] = []

    def __iter__(self) -> Iterator[ET.Element | Passed[Meaning]]:
        """Yield elements and what was passed behind them, in order; raises `ET.ParseError`."""
        start, learned = 0, 0
        while learned < FORMS_MAX and (first := self._first.search(self._text, start)):
            end = f"</{first[1]}>"
            stop = self._text.find(end, first.end()) + len(end)
            if stop < len(end):
                break
            last = None
            for last in self._feed(start, stop):
                yield last
            start = stop
            if last is None or str(last.tag).rpartition("}")[2] != first[1]:
                learned += 1  # in a comment, say
                continue
            learned += self._learnt(first.start(), stop)
            for passed, after in self._passed(start):
                yield passed
                self.lines_passed += self._text.count("\n", start, after)
                start = after
        yield from self._feed(start, len(self._text))
        self._parser.close()
        yield from self._events()

    def _learnt(self, start: int, stop: int) -> bool:
        """Tell whether an element is written as none before."""
        text = self._text[start:stop]
        if any(form.run(text, 0).ends for form, _ in self._forms):
            return False
        found = tags(text, self._varying)
        names = [run.name for run in found if run.opens]
        if found and names.count(names[0]) == 1 and found[-1].name == names[0]:
            meaning = self._meaning(found)
            if meaning is not None:
                expression = BLANK + "".join(run.expression for run in found)
                self._forms.append((Form(expression), meaning))
        return True

    def _passed(self, start: int) -> Iterator[tuple[Passed[Meaning], int]]:
        """Yield elements of known forms that follow each other, and where each run of them ends."""
        found = True
        while found:
            found = False
            for form, meaning in self._forms:
                if (run := form.run(self._text, start)).ends:
                    yield Passed(meaning, run.columns, len(run.ends)), run.ends[-1]
                    start, found = run.ends[-1], True

    def _feed(self, start: int, stop: int) -> Iterator[ET.Element]:
        for place in range(start, stop, _CHUNK):
            self._parser.feed(self._text[place : min(place + _CHUNK, stop)])
            yield from self._events()

    def _events(self) -> Iterator[ET.Element]:
        for _, element in cast("Iterator[tuple[str, ET.Element]]", self._parser.read_events()):
            yield element
