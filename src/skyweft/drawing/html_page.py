"""What every page of ours is: one self-contained HTML file, written whole or not at all."""

from functools import cache
from importlib import resources
from pathlib import Path

from skyweft.drawing.markup import Markup, escaped
from skyweft.errors import ScenarioError

_SHEET = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="dark light">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<title>{title} · skyweft {kind}</title>
<style>
{style}</style>
</head>
<body>
{above}
<main id="main">
{body}
</main>
{below}
</body>
</html>
"""


def sheet(
    title: str, kind: str, policy: str, body: Markup, above: str = "", below: str = ""
) -> str:
    """Return a whole page.

    Parameters
    ----------
    title, kind : str
        What it is about, and what it is.
    policy : str
        Its Content-Security-Policy.
    body : Markup
        Of the main part.
    above, below : str
        Markup before and after it.
    """
    return _SHEET.format(
        title=escaped(title),
        kind=kind,
        policy=policy,
        style=_style(),
        body=body,
        above=above,
        below=below,
    )


@cache
def _style() -> str:
    """Return the look of our pages, on screen and on paper."""
    return resources.files("skyweft.drawing").joinpath("page.css").read_text(encoding="utf-8")


def put(text: str, path: str | Path) -> Path:
    """Write a page; an older one is replaced only when the new one is whole.

    Raises
    ------
    ScenarioError
        The file cannot be written; nothing half-written stays.
    """
    path = Path(path)
    draft = path.with_name(path.name + ".draft")
    try:
        draft.write_text(text, encoding="utf-8", newline="\n")
        return draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise ScenarioError(f"{path} cannot be written: {error.strerror}") from error
