"""How well places are covered over time."""
