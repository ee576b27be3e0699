"""Builds the documentation's site and looks it over: `just docs`, a part of the gate.

The builder refuses pages, anchors and names that are not there; what it does not look at is looked
at here, in the pages as they were built: links to anything else, and whatever a page would fetch
from another host.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).parents[1]
SITE = ROOT / "site"
# What a browser fetches without being asked, unlike an `a`.
FETCHED = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src"}
TOLD_ONLY = {"canonical", "next", "prev"}  # relations of a `link` that nothing is fetched for
WARNS = re.compile(r"^griffe:|warning", re.IGNORECASE | re.MULTILINE)  # what nothing stops at
NOT_FOUND = "404.html"  # its links count from wherever it is shown


class _Page(HTMLParser):
    """Where a page leads, what it fetches, and the anchors it has."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.anchors: set[str] = set()
        self.unread = ""  # what was meant as code and is shown as text
        self._in = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in = tag
        found = {name: value or "" for name, value in attrs}
        self.anchors |= {found[name] for name in ("id", "name") if name in found}
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        if (name := FETCHED.get(tag)) in found and found.get("rel") not in TOLD_ONLY:
            self.fetched.append(found[name or ""])

    def handle_data(self, data: str) -> None:
        if self._in == "p" and data.lstrip().startswith("```"):
            self.unread = data.partition("\n")[0]


def faults(site: Path) -> Iterator[str]:
    """Yield a line for everything wrong with a site's pages."""
    pages = {path: _Page(path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.html"))}
    for path, page in pages.items():
        name = path.relative_to(site)
        yield from (f"{name}: fetches {each}" for each in page.fetched if urlsplit(each).netloc)
        if page.unread:
            yield f"{name}: {page.unread} begins no block of code"
        if name.name == NOT_FOUND:
            continue
        for each in [*page.links, *page.fetched]:
            url = urlsplit(each)
            if url.scheme or url.netloc:
                continue
            target = (path.parent / unquote(url.path)).resolve() if url.path else path
            target = target / "index.html" if target.is_dir() else target
            if not target.is_relative_to(site.resolve()) or not target.is_file():
                yield f"{name}: {each} leads nowhere"
            elif (
                url.fragment
                and target in pages
                and unquote(url.fragment) not in (pages[target].anchors)
            ):
                yield f"{name}: {each} has no such place"


def main() -> int:
    """Build, look over, and tell; return 1 where anything is wrong."""
    words = [sys.executable, "-m", "zensical", "build", "--strict", "--clean"]
    environment = {**os.environ, "NO_COLOR": "1"}
    built = subprocess.run(
        words, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    print(built.stdout, end="")
    print(built.stderr, end="", file=sys.stderr)
    if built.returncode or WARNS.search(built.stdout + built.stderr):
        return 1
    found = list(faults(SITE.resolve()))
    for line in found:
        print(line, file=sys.stderr)
    print(f"{len(list(SITE.rglob('*.html')))} pages in {SITE.name}/, {len(found)} faults")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
