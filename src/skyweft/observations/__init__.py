"""What devices measure, and what of it is known at the other end of the network."""
