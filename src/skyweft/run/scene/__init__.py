"""A scene: what a page needs to draw any moment of a run. Page, report and notebook share it."""

from skyweft.run.scene.budget import FILE, PAGE, Budget
from skyweft.run.scene.container import header
from skyweft.run.scene.whole import scene

__all__ = ["FILE", "PAGE", "Budget", "header", "scene"]
