"""Single packets on their routes: waiting, loss and overtaking."""
