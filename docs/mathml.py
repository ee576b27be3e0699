"""Formulas of the documentation's site, as MathML: `$...$` in a line, `$$...$$` of their own.

Browsers draw MathML by themselves, so the pages need no script and no fonts for it. Named in
`zensical.toml`; forges draw the same notation from the pages as they are.
"""

from typing import Any
from xml.etree.ElementTree import Element, SubElement, fromstring

from latex2mathml.converter import convert
from markdown import Markdown
from markdown.blockparser import BlockParser
from markdown.blockprocessors import BlockProcessor
from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor

FENCE = "$$"
NAMESPACE = "{http://www.w3.org/1998/Math/MathML}"


def _element(latex: str, display: str) -> Element:
    root = fromstring(convert(latex, display=display))
    for each in root.iter():
        each.tag = each.tag.removeprefix(NAMESPACE)
    return root


class _InLine(InlineProcessor):
    def handleMatch(  # noqa: N802 - the name Markdown calls
        self, found: Any, text: str
    ) -> tuple[Element, int, int]:
        return _element(found[1], "inline"), found.start(0), found.end(0)


class _OfItsOwn(BlockProcessor):
    def test(self, parent: Element, block: str) -> bool:
        return block.startswith(FENCE) and block.rstrip().endswith(FENCE)

    def run(self, parent: Element, blocks: list[str]) -> None:
        around = SubElement(parent, "div", {"class": "formula"})  # site.css lets it scroll
        around.append(_element(blocks.pop(0).strip().strip("$"), "block"))


class Formulas(Extension):
    """Adds both."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - the name Markdown calls
        """Register them: before emphasis, after code."""
        parser: BlockParser = md.parser
        parser.blockprocessors.register(_OfItsOwn(parser), "formula", 175)
        md.inlinePatterns.register(_InLine(r"(?<!\$)\$(?! )([^$\n]+?)(?<! )\$(?!\d)"), "math", 185)


def makeExtension(**settings: Any) -> Formulas:  # noqa: N802 - the name Markdown calls
    """Return the extension."""
    return Formulas(**settings)
