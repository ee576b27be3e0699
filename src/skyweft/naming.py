"""What a name may be, when two names are one, and what becomes of one in a line or a file's name.

Names come from people, in tables, scenarios, element sets and contact plans, and go into formats of
lines, tags and folders. Every door to either side asks here.

References
----------
UAX #15, "Unicode Normalization Forms"; W3C, "Extensible Markup Language (XML) 1.0", section 2.2:
the characters a document may hold are all that names may hold, but for its three white controls.
"""

import re
import unicodedata
from collections.abc import Sequence

NAME_MAX = 100
FILE_BYTES_MAX = 255  # of one name in a folder, on every common system

# Control, surrogate, format, line and paragraph separators: nobody sees them, and lines end there.
_UNSEEN = frozenset({"Cc", "Cs", "Cf", "Zl", "Zp"})
_JOINERS = "\u200c\u200d"  # of category Cf, but Persian and Indic words and many signs need them
_GLYPHLESS = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200c\u200d\u3164\ufe00-\ufe0f\uffa0]"
)
_RESERVED = re.compile(r'[<>:"/\\|?*]')
_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)


def normal(name: str) -> str:
    """Return a name in the form in which names are kept and compared: composed (NFC)."""
    return unicodedata.normalize("NFC", name)


def _unseen(character: str) -> bool:
    if character.isprintable() or character in _JOINERS:
        return False
    if unicodedata.category(character) in _UNSEEN:
        return True
    # Noncharacters are never assigned; XML has no way to write the two that end a plane.
    return ord(character) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(character) <= 0xFDEF


def escaped(text: str) -> str:
    """Return a text for a message, what nobody would see in it as escapes."""
    return "".join(
        character.encode("unicode_escape").decode() if _unseen(character) else character
        for character in text
    )


def wrong_name(name: str) -> str | None:
    """Return what is wrong with a name, if anything; it goes into every table and file."""
    if not name or name.isspace():
        return "a name is empty"
    if len(name) > NAME_MAX:
        return f"a name of {len(name):,} characters, allowed are {NAME_MAX}"
    words = unseen(name)
    return words and f"the name {words}"


def unseen(text: str) -> str | None:
    """Return what is wrong with a line of text of any length, if anything."""
    if text.isprintable() or not any(map(_unseen, text)):
        return None
    return f"'{escaped(text[:50])}' holds a control character"


def look_alike(names: Sequence[str]) -> list[tuple[str, str]]:
    """Return pairs of names that differ in what nobody sees alone: the name, and one like it.

    Joiners, selectors of a glyph and fillers are left out and all blanks are one, as UTS #39 has it
    for what is not shown.
    """
    odd = {name: _seen(name) for name in names if not name.isascii() or "  " in name}
    odd = {name: seen for name, seen in odd.items() if seen != name}
    if not odd:
        return []
    seen_so = {*odd.values()}
    first = {name: name for name in names if name in seen_so}
    return [
        (name, like) for name, seen in odd.items() if (like := first.setdefault(seen, name)) != name
    ]


def _seen(name: str) -> str:
    return re.sub(r"\s+", " ", _GLYPHLESS.sub("", name)).strip()


def told_apart(name: str) -> str:
    """Return a name for a message that tells it from those that look like it."""
    return re.sub(
        rf"{_GLYPHLESS.pattern}|[^\S ]|(?<= ) ",
        lambda found: found[0].encode("unicode_escape").decode().replace(" ", "\\x20"),
        name,
    )


def cut(text: str, bytes_max: int) -> str:
    """Return the beginning of a text that fits into so many bytes of UTF-8."""
    return text.encode()[:bytes_max].decode(errors="ignore")


class Apart:
    """Gives names that stay apart."""

    def __init__(self, bytes_max: int = FILE_BYTES_MAX, *, cases: bool = False) -> None:
        """Take the longest name there may be; `cases`: upper and lower case are two."""
        self._bytes_max = bytes_max
        self._cases = cases
        self._given: dict[str, int] = {}

    def __call__(self, name: str, ending: str = "") -> str:
        """Return the name and an ending, cut to the bytes there are and numbered if given."""
        found = first = self._fitted(name, ending)
        while self._key(found) in self._given:
            self._given[self._key(first)] += 1
            found = self._fitted(name, f"-{self._given[self._key(first)]}{ending}")
        self._given[self._key(found)] = 1
        return found

    def _fitted(self, name: str, ending: str) -> str:
        return cut(name, self._bytes_max - len(ending.encode())) + ending

    def _key(self, name: str) -> str:
        return name if self._cases else normal(normal(name).casefold())


def file_stem(name: str) -> str:
    """Return a name that every common system takes for a file: nothing reserved, never hidden."""
    plain = _RESERVED.sub(
        "_", "".join("_" if _unseen(character) else character for character in name)
    )
    plain = re.sub(r"^[. ]+|[. ]+$", "_", plain) or "_"
    return f"_{plain}" if _DEVICES.fullmatch(plain) else plain
