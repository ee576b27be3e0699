"""How well contacts carry bits: rate, delay and loss, sampled along them."""
