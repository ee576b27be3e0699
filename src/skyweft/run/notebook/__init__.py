"""What a notebook shows of a run: a card of key figures, and the globe as a widget."""

from skyweft.run.notebook.card import card
from skyweft.run.notebook.widget import globe

__all__ = ["card", "globe"]
