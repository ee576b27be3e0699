"""The network at one instant: who is linked, what is out of order, who sees whom."""
