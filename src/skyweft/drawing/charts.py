"""Matplotlib figures as SVG inside the page: its fonts, its colours, no byte that varies.

Drawings are made in stand-in colours that are then replaced by the page's CSS variables, so that
one chart serves the dark screen and the light print.
"""

import re
import warnings
from collections.abc import Callable
from dataclasses import fields
from io import StringIO
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from skyweft.drawing.markup import Markup, escaped
from skyweft.drawing.palette import Palette

_PLAIN = [field.name for field in fields(Palette) if field.name != "ramp"]
_NAMES = [*_PLAIN, *(f"ramp-{step}" for step in range(1, 9))]
_STAND_INS = [f"#0f0e{number:02x}" for number in range(len(_NAMES))]
_VARIABLES = {
    stand_in: f"var(--{name.replace('_', '-')})"
    for stand_in, name in zip(_STAND_INS, _NAMES, strict=True)
}
_COLOURS: dict[str, Any] = dict(zip(_PLAIN, _STAND_INS, strict=False))
PAGE = Palette(**_COLOURS, ramp=tuple(_STAND_INS[len(_PLAIN) :]))

WIDE, HALF = 1120, 548  # the widths of charts on a page [CSS pixels]

_STYLE: dict[Any, Any] = {
    "text.parse_math": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "skyweft",
    "font.family": "DejaVu Sans",
    "font.size": 11.0,
    "axes.labelsize": 11.0,
    "xtick.labelsize": 11.0,
    "ytick.labelsize": 11.0,
    "legend.fontsize": 11.0,
    "axes.titlesize": 11.0,
}
_PAD = 0.02, 0.04  # beside and above what is drawn [inches]
_METADATA = ("Date", "Creator", "Format", "Type")  # none of it: the same run, the same bytes
_NUMBER = re.compile(r"-?\d+\.\d+")
_PATH = re.compile(r'\b(d|points|x|y|transform|width|height)="([^"]*)"')
_REFERENCE = re.compile(r'(?:xlink:href="#|url\(#)([\w-]+)')
_IDENTITY = re.compile(r' id="([^"]+)"')


def chart(
    draw: Callable[[Axes], object], label: str, width: float, height: float, key: str
) -> Markup:
    """Return what `draw` puts on axes as an SVG element.

    Parameters
    ----------
    draw : callable
        Gets the axes.
    label : str
        What the chart shows, for those who do not see it.
    width, height : float
        In CSS pixels at full size.
    key : str
        Unique on the page.

    Returns
    -------
    Markup
    """
    with mpl.rc_context(_STYLE), warnings.catch_warnings():
        # Names in any script: the reader's browser sets them, with fonts that matplotlib has not.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        layout = ConstrainedLayoutEngine(w_pad=_PAD[0], h_pad=_PAD[1])
        figure = Figure(figsize=(width / 72, height / 72), dpi=72, layout=layout)
        figure.patch.set_visible(False)
        draw(figure.subplots())
        text = StringIO()
        renderer = RendererSVG(  # type: ignore[no-untyped-call]
            width, height, text, metadata=dict.fromkeys(_METADATA)
        )
        _lay_out(figure, renderer)
        figure.draw(renderer)
        renderer.finalize()  # type: ignore[no-untyped-call]
    return Markup(_inlined(text.getvalue(), label, width, height, key))


def _lay_out(figure: Figure, renderer: RendererSVG) -> None:
    """Make room for labels, with the renderer that draws: it measures each text once.

    `savefig` draws everything twice and measures all of it anew, which takes twice as long.
    """
    words = _tick_words(figure)
    _make_room(figure, renderer)
    if _tick_words(figure) != words:  # in less room ticks may have other labels
        _make_room(figure, renderer)
    figure.set_layout_engine("none")


def _tick_words(figure: Figure) -> list[str]:
    axes = [axis for ax in figure.axes for axis in (ax.xaxis, ax.yaxis)]
    return [label.get_text() for axis in axes for label in axis.get_majorticklabels()]


def _make_room(figure: Figure, renderer: RendererSVG) -> None:
    layout, (ax, *others) = figure.get_layout_engine(), figure.axes
    assert layout
    if others:
        layout.execute(figure)
    else:
        _fit(ax, renderer)


def _fit(ax: Axes, renderer: RendererSVG) -> None:
    """Do what constrained layout comes to where there are no other axes to stand beside."""
    figure, inner = ax.get_figure(), ax.get_position()
    assert isinstance(figure, Figure)
    whole = ax.get_tightbbox(renderer, for_layout_only=True)
    assert whole
    around = whole.transformed(figure.transFigure.inverted())
    wide, high = (pad / inches for pad, inches in zip(_PAD, figure.get_size_inches(), strict=True))
    left, right = inner.x0 - around.x0 + wide, around.x1 - inner.x1 + wide
    bottom, top = inner.y0 - around.y0 + high, around.y1 - inner.y1 + high
    ax.set_position((left, bottom, 1 - left - right, 1 - bottom - top))


def _inlined(svg: str, label: str, width: float, height: float, key: str) -> str:
    """Make a stand-alone SVG part of a page: its ids unique, its numbers short."""
    body = svg[svg.index("<svg") :].split(">", 1)[1]
    used = set(_REFERENCE.findall(body))
    body = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->", "", body, flags=re.DOTALL)
    defined: set[str] = set()
    body = _IDENTITY.sub(lambda m: _identity(m[1], key, used, defined), body)
    body = re.sub(r'xlink:href="#', f'href="#{key}-', body)
    body = re.sub(r"url\(#", f"url(#{key}-", body)
    body = _PATH.sub(lambda m: f'{m[1]}="{_NUMBER.sub(_short, m[2])}"', body)
    # The page's font, and no turning by nothing.
    body = re.sub(r" font-family: [^;\"]*;?| transform=\"rotate\(-0 [^\"]*\"", "", body)
    body = re.sub(r"#0f0e[0-9a-f]{2}", lambda m: _VARIABLES[m[0]], body)
    body = re.sub(r"\s*\n\s*", "\n", body)
    return (
        f'<svg role="img" aria-label="{escaped(label)}" viewBox="0 0 {width:g} {height:g}"'
        f' style="--full:{width:g}px">{body.strip()}'
    )


def _identity(name: str, key: str, used: set[str], defined: set[str]) -> str:
    """Keep an id that something refers to, once: matplotlib repeats equal definitions."""
    if name not in used or name in defined:
        return ""
    defined.add(name)
    return f' id="{key}-{name}"'


def _short(number: re.Match[str]) -> str:
    """Round to a tenth of a pixel, without needless zeros or signs."""
    text = f"{float(number[0]):.1f}".removesuffix(".0")
    return "0" if text == "-0" else text
