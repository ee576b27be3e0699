"""The entities of the standard, and the values that their properties take."""
