import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb

from skyweft.drawing.axes import time_axis
from skyweft.plot import DARK, LIGHT, Palette


def _luminance(colour: str) -> float:
    part = np.array(to_rgb(colour))
    linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


@pytest.mark.parametrize(("palette", "paper"), [(LIGHT, "#ffffff"), (DARK, "#060b13")])
def test_words_can_be_read(palette: Palette, paper: str) -> None:
    for colour in (palette.ink, palette.muted, palette.accent):
        dark, bright = sorted([_luminance(colour), _luminance(paper)])
        assert (bright + 0.05) / (dark + 0.05) >= 4.5  # WCAG 2 AA


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_ramps_only_rise_or_only_fall(palette: Palette) -> None:
    change = np.diff([_luminance(each) for each in palette.ramp])
    assert np.all(change > 0) or np.all(change < 0)


@pytest.mark.parametrize(
    ("duration_s", "label", "unit_s"),
    [(600, "min", 60), (86_400, "h", 3_600), (30 * 86_400, "days", 86_400)],
)
def test_time_axis(duration_s: float, label: str, unit_s: float, ax: Axes) -> None:
    assert time_axis(ax, duration_s) == unit_s
    assert ax.get_xlabel() == f"time from start [{label}]"
    assert 3 <= len(ax.get_xticks()) <= 14
