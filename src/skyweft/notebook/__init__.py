"""What a notebook shows of a run: a card of key metrics, and the globe as a widget."""

from skyweft.notebook.html_card import card
from skyweft.notebook.widget import globe

__all__ = ["card", "globe"]
