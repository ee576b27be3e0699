"""The built page and globe: files that come with an installed package, and not with a clone."""

from importlib import resources
from pathlib import Path

MISSING = (
    "console not built: this copy of skyweft has no page in it. In a clone, "
    "`uv sync --reinstall-package skyweft` builds it; that needs npm's registry once. "
    "Installed wheels have it"
)
MODULE = "skyweft-globe.js"
INDEX = "index.html"


def ui() -> Path | None:
    """Return the folder of the built page, or None where it was not built."""
    folder = Path(str(resources.files("skyweft") / "ui"))
    return folder if (folder / INDEX).is_file() else None


def globe_module() -> str | None:
    """Return the globe as the text of one JavaScript module, or None where it was not built."""
    folder = ui()
    if folder is None or not (folder / MODULE).is_file():
        return None
    return (folder / MODULE).read_text(encoding="utf-8")
