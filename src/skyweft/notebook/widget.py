"""The globe of a run in a notebook: the scene's bytes and the built module, as an anywidget."""

from functools import cache
from typing import Any

from skyweft.errors import ScenarioError
from skyweft.scene import PAGE, scene
from skyweft.scene.built import MISSING, globe_module
from skyweft.store.reading import Folder

HEIGHT_PX = 520


def globe(run: Folder, from_s: float, to_s: float | None, height_px: int) -> Any:
    """Return the widget; see `Run.globe`."""
    kind = _kind()
    carried = scene(run, from_s, to_s, PAGE)
    return kind(scene=carried, height_px=height_px)


@cache
def _kind() -> Any:
    """Make the widget's class when it is first asked for: its packages are optional."""
    try:
        import anywidget
        import traitlets
    except ImportError as error:
        raise ScenarioError(
            "the globe in a notebook needs the package anywidget: pip install 'skyweft[notebook]'"
        ) from error
    module = globe_module()
    if module is None:
        raise ScenarioError(MISSING)

    class GlobeWidget(anywidget.AnyWidget):
        """A globe that plays the scene of a run."""

        _esm = module
        scene = traitlets.Bytes().tag(sync=True)
        height_px = traitlets.Int(HEIGHT_PX).tag(sync=True)

    return GlobeWidget
