"""Single packets on their ways: waiting, loss and overtaking."""
