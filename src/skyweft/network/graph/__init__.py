"""The network at an instant: who is linked, and what is out of order."""
