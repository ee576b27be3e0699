"""The globe in a report: the page's own component and a scene, both inside the file.

Everything else in a report is there without it: it needs JavaScript, and stays off paper.
"""

import base64
import gzip
import re

from skyweft.drawing.markup import Markup, joined, paragraph, titled
from skyweft.errors import ScenarioError
from skyweft.results import Run
from skyweft.scene import FILE, header, scene
from skyweft.scene.built import MISSING, globe_module
from skyweft.world.lasting import lasting

HOST = "globe-view"
_EXPORTS = re.compile(r"export\s*\{([^{}]*)\}\s*;?\s*$")
_MOUNT = re.compile(r"(?:([\w$]+)\s+as\s+)?mountReport\b")


def globe_section(run: Run) -> Markup:
    """Return the section of the globe, or a line that says why there is none."""
    module = globe_module()
    if module is None:
        return paragraph(f"No globe in this report: {MISSING}.")
    try:
        data = scene(run, budget=FILE)
    except ScenarioError as error:
        return paragraph(f"No globe in this report: {error}.")
    reported = header(data)
    shown, whole = (lasting(reported[key]) for key in ("to_s", "simulated_s"))
    part = (
        f"the first {shown} of {whole}"
        if reported["to_s"] < reported["simulated_s"]
        else f"all {shown}"
    )
    lead = f"Who is where, and who is in contact: {part}. Drag to turn it, scroll to come nearer."
    return titled(
        "globe",
        "Globe",
        lead,
        Markup(f'<div id="{HOST}"></div>'),
        Markup(
            f"<noscript>{paragraph('The globe needs JavaScript; the rest does not.')}</noscript>"
        ),
        joined(paragraph(f"Left out: {note}.") for note in reported["notes"]),
        Markup(
            '<script type="application/octet-stream" id="skyweft-scene">'
            f"{base64.b64encode(gzip.compress(data, mtime=0)).decode()}</script>"
        ),
        Markup(f'<script type="module">{_called(module)}</script>'),
    )


def _called(module: str) -> str:
    """Return a module that draws the report's scene instead of exporting how to.

    An inline module cannot be imported, so the name that it exports `mountReport` under is called
    in its place.
    """
    exports = _EXPORTS.search(module)
    name = exports and _MOUNT.search(exports[1])
    assert exports, "the globe's module ends in its exports"
    assert name, "the globe's module exports mountReport"
    call = f'{name[1] or "mountReport"}(document.getElementById("{HOST}"));'
    # Within strings `<\/script` is the same text, and does not end the element.
    return re.sub(
        r"<(?=/script|!--)", r"<\\", module[: exports.start()] + call, flags=re.IGNORECASE
    )
