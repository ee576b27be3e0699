"""JSON of which one member is held at a time: memory is that of the text and of the largest member.

Members stay small: what is no more than a megabyte of text cannot become gigabytes of objects.
"""

import json
import re
from collections.abc import Iterator
from itertools import chain

MEMBER_MAX = 1_000_000  # characters of one member
SEVERAL = 250_000  # characters of members that are held at once
_FIRST_LOOK = 4_096
_WHITE = re.compile(r"[ \t\n\r]*")


class Stream:
    """A place in a JSON text, and what stands there.

    Every method raises `json.JSONDecodeError` where the text is no JSON, and other `ValueError` or
    `RecursionError` where Python cannot hold it.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._decode = json.JSONDecoder().raw_decode
        self._place = 0

    def next(self) -> str:
        """Return the next character that is not white, without passing it; nothing at the end."""
        match = _WHITE.match(self._text, self._place)
        self._place = match.end() if match else self._place
        return self._text[self._place : self._place + 1]

    def value(self) -> object:
        """Return the next value and pass it."""
        self.next()
        part = self._text[self._place : self._place + _FIRST_LOOK]
        try:
            value, end = self._decode(part)
        except json.JSONDecodeError:
            end = len(part)
        if end == len(part):  # perhaps cut
            part = self._text[self._place : self._place + MEMBER_MAX]
            try:
                value, end = self._decode(part)
            except json.JSONDecodeError as error:
                if len(part) == MEMBER_MAX:
                    raise self.error(f"an entry of more than {MEMBER_MAX:,} characters") from error
                place = self._place + error.pos
                raise json.JSONDecodeError(error.msg, self._text, place) from error
        self._place += end
        return value

    def items(self) -> Iterator[object]:
        """Yield the members of a list one by one, and pass it."""
        return chain.from_iterable(self.parts())

    def parts(self) -> Iterator[list[object]]:
        """Yield the members of a list, several at once while they are small objects; pass it."""
        self._expect("[", "a list")
        small = True
        while self.next() != "]":
            several = self._several() if small else []
            small = bool(several)
            yield several or [self.value()]
            self._parted("]", "list")
        self._place += 1

    def _several(self) -> list[object]:
        """Return some members and pass them; none where the text is not cut behind a whole one.

        A text that is whole as a list begins with those members, however it goes on.
        """
        stop = self._text.rfind("}", self._place, self._place + SEVERAL) + 1
        try:
            several: list[object] = json.loads(f"[{self._text[self._place : stop]}]")
        except (ValueError, RecursionError):
            return []
        self._place = max(self._place, stop)
        return several

    def fields(self) -> Iterator[str]:
        """Yield the keys of an object, and pass it; whoever asks passes the value of each."""
        self._expect("{", "an object")
        while self.next() != "}":
            if self.next() != '"':
                raise self.error("a key in double quotes is missing")
            key = str(self.value())
            self._expect(":", "a colon")
            yield key
            self._parted("}", "object")
        self._place += 1

    def finish(self) -> None:
        """Refuse what stands behind the end."""
        if self.next():
            raise self.error("something stands behind the end")

    def error(self, words: str) -> json.JSONDecodeError:
        """Return an error at this place."""
        return json.JSONDecodeError(words, self._text, self._place)

    def _expect(self, mark: str, what: str) -> None:
        if self.next() != mark:
            raise self.error(f"{what} is missing")
        self._place += 1

    def _parted(self, end: str, what: str) -> None:
        """Pass the comma behind a member, unless the end follows."""
        if self.next() == ",":
            self._place += 1
            if self.next() == end:
                raise self.error(f"a comma before the end of a {what}")
        elif self.next() != end:
            raise self.error(f"a comma or the end of a {what} is missing")
