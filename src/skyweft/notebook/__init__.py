"""What a notebook shows of a run: a card of key figures, and the globe as a widget."""

from skyweft.notebook.card import card
from skyweft.notebook.widget import globe

__all__ = ["card", "globe"]
