"""Parts of a text that are written alike and differ in values alone, read by one expression.

A program writes every entry of a file in one form. The first entry is read as a stranger's is; to
those behind it that have its form to the letter, but for their values, a reader would do the same.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

AT_ONCE = 4_000  # parts that are held at once
# What an XML parser hands on as it stands.
_TEXT = r"([^<>&\x00-\x1f\ufffe\uffff]*)"
_VALUE = r'([^"<>&\x00-\x1f\ufffe\uffff]*)'
BLANK = r"[ \t\r\n]*"
_TAG = re.compile(rf'<(/?)([\w.-]+)((?:{BLANK[:-1]}+[\w:.-]+="[^"<>]*")*){BLANK}(/?)>', re.ASCII)
_ATTRIBUTE = re.compile(r'([\w:.-]+)="([^"]*)"')


class Run(NamedTuple):
    """Parts that follow each other: (V,) columns of their values, (R,), and where each ends."""

    columns: Sequence[Sequence[str]]
    ends: Sequence[int]


class Form:
    """How a part of a text is written: an expression, the groups of which are its values."""

    def __init__(self, expression: str) -> None:
        self._match = re.compile(expression).match

    def run(self, text: str, start: int) -> Run:
        """Return the parts of this form that follow each other from a place on, the first ones."""
        values: list[tuple[str, ...]] = []
        ends: list[int] = []
        while len(ends) < AT_ONCE and (match := self._match(text, start)):
            values.append(match.groups())
            start = match.end()
            ends.append(start)
        return Run([*zip(*values, strict=True)], ends)


class Tag(NamedTuple):
    """A tag of an element: what it says, and the expression of it and the text behind it."""

    name: str
    opens: bool
    closes: bool
    leaf: bool  # nothing but a text stands up to the tag that closes it
    attributes: Mapping[str, str]
    expression: str


def tags(text: str, varying: Collection[str] = ()) -> Sequence[Tag]:
    """Return the tags of an element; none where it holds more than tags and texts of leaves.

    Groups of the expressions are, in order, the attributes that are `varying`, and texts of leaves.
    """
    found = [*_TAG.finditer(text)]
    if not found or found[0].start() or found[-1].end() != len(text):
        return ()
    leaves = [*(_is_leaf(*span) for span in pairwise(found)), False]
    between = [text[one.end() : two.start()] for one, two in pairwise(found)]
    plain = (leaf or not gap.strip(" \t\r\n") for leaf, gap in zip(leaves, between, strict=False))
    return [*_tags(found, leaves, varying)] if all(plain) else ()


def _is_leaf(one: re.Match[str], two: re.Match[str]) -> bool:
    return not one[1] and not one[4] and bool(two[1]) and one[2] == two[2]


def _tags(
    found: Sequence[re.Match[str]], leaves: Sequence[bool], varying: Collection[str]
) -> Iterator[Tag]:
    for mark, leaf in zip(found, leaves, strict=True):
        yield Tag(
            mark[2],
            not mark[1],
            bool(mark[1] or mark[4]),
            leaf,
            dict(_ATTRIBUTE.findall(mark[3])),
            "".join(_expression(mark[0], varying)) + (_TEXT if leaf else BLANK),
        )


def _expression(tag: str, varying: Collection[str]) -> Iterator[str]:
    end = 0
    for match in _ATTRIBUTE.finditer(tag):
        if match[1] in varying:
            yield f'{re.escape(tag[end : match.start(2)])}{_VALUE}"'
            end = match.end()
    yield re.escape(tag[end:])
