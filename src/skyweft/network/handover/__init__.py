"""Which server a moving user is on, when it changes, and how far that is from the best there is."""
