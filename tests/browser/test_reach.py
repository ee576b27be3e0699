"""Nothing keeps people out: axe-core's rules of WCAG 2 A and AA, in every view, at three widths."""

from typing import Any

import pytest

from .conftest import Watched

WIDTHS = {"desk": (1440, 900), "tablet": (1024, 768), "phone": (390, 844)}
RULES = (
    "() => axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']}).then(({violations}) =>"
    " violations.filter(({impact}) => impact === 'serious' || impact === 'critical')"
    ".map(({id, nodes}) => `${id}: ${nodes.map(({html}) => html.slice(0, 120)).join(' | ')}`))"
)

# How far right anything reaches that no box of its own scrolls or cuts.
WIDEST = """() => {
  const cut = (e) => getComputedStyle(e).overflowX !== 'visible';
  const inside = (e) => e && e !== document.body && (cut(e) || inside(e.parentElement));
  const ends = [...document.querySelectorAll('body *')]
    .filter((e) => e.getClientRects().length && !inside(e.parentElement))
    .map((e) => e.getBoundingClientRect().right);
  return Math.max(document.documentElement.scrollWidth, ...ends.map(Math.floor));
}"""

# Words that their box cuts, and tables that reach beyond the panel they stand in and cannot be
# scrolled there. Rows of a long table are cut by its scrolled window, which is none of these.
CUT = """() => {
  const seen = (e) =>
    e.getClientRects().length && !e.closest('.unseen, [aria-hidden=true], dialog');
  const clips = (e) => ['hidden', 'clip'].includes(getComputedStyle(e).overflowX);
  const windows = '.globe, .gantt, .gantt *, .slider *, .ticks, .grid-all, .table-panel, .panel';
  const cut = [...document.querySelectorAll('body *')].filter((e) =>
    seen(e) && clips(e) && (!e.matches(windows) || e.matches('.gantt-names *')) &&
    e.innerText && e.scrollWidth > e.clientWidth + 1);
  const scrolled = (e) => e && e !== document.body &&
    (['auto', 'scroll'].includes(getComputedStyle(e).overflowX) || scrolled(e.parentElement));
  const beyond = [...document.querySelectorAll('table')].filter((e) =>
    seen(e) && !scrolled(e) && [...e.rows].some((row) => {
      const last = row.lastElementChild;
      const panel = e.closest('.panel, .outcome, #table-panel') || document.documentElement;
      return last.scrollWidth > last.clientWidth + 1 ||
        last.getBoundingClientRect().right > panel.getBoundingClientRect().right + 1;
    }));
  return [...cut, ...beyond].map((e) => `${e.className} ${e.innerText.slice(0, 60)}`);
}"""


@pytest.mark.parametrize("width", WIDTHS)
def test_views(browser: Any, address: str, axe: str, width: str) -> None:
    watched = Watched(browser, dict(zip(("width", "height"), WIDTHS[width], strict=True)))
    watched.open(address)
    watched.page.evaluate(axe)
    found = {}
    for view in ("globe", "timeline", "links", "deliveries", "compare"):
        watched.page.evaluate(f"() => {{ location.hash = 'view={view}&t=600&platform=Wuhan'; }}")
        watched.wait(f"document.querySelector('.shows-{view}')")
        watched.wait("!document.querySelector('[aria-busy=true]')")
        assert watched.page.evaluate(WIDEST) <= WIDTHS[width][0], view
        assert watched.page.evaluate(CUT) == [], (width, view)
        if wrong := watched.page.evaluate(RULES):
            found[view] = wrong
    watched.page.close()
    assert found == {}
