"""A scene: what a page needs to draw any moment of a run. Page, report and notebook share it."""

from skyweft.scene.budget import FILE, PAGE, Budget
from skyweft.scene.container import header
from skyweft.scene.whole import scene

__all__ = ["FILE", "PAGE", "Budget", "header", "scene"]
