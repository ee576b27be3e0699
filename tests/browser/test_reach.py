"""Nothing keeps people out: axe-core's rules of WCAG 2 A and AA, in every view, at three widths."""

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


@pytest.mark.parametrize("width", WIDTHS)
def test_views(browser, address: str, axe: str, width: str) -> None:
    watched = Watched(browser, dict(zip(("width", "height"), WIDTHS[width], strict=True)))
    watched.open(address)
    watched.page.evaluate(axe)
    found = {}
    for view in ("globe", "timeline", "links", "deliveries", "compare"):
        watched.page.evaluate(f"() => {{ location.hash = 'view={view}&t=600&platform=Wuhan'; }}")
        watched.wait(f"document.querySelector('.shows-{view}')")
        watched.wait("!document.querySelector('[aria-busy=true]')")
        assert watched.page.evaluate(WIDEST) <= WIDTHS[width][0], view
        if wrong := watched.page.evaluate(RULES):
            found[view] = wrong
    watched.page.close()
    assert found == {}
